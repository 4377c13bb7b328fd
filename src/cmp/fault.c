/* SPDX-License-Identifier: Apache-2.0 */
/* What OpenSSL's client says went wrong, as a sentence for the operator: what, and what to do. */
#include <openssl/cmperr.h>
#include <openssl/err.h>
#include <stdio.h>

#include "base/text.h"
#include "cmp/session.h"

#ifndef CMP_R_UNEXPECTED_SENDER		/* OpenSSL 3.0 gives no such error */
#define CMP_R_UNEXPECTED_SENDER	106
#endif

static const struct cause {
	int		 reason;	/* CMP_R_ */
	enum err_code	 code;
	const char	*word, *text;	/* text NULL: the CA's refusal says it */
} causes[] = {
	{ CMP_R_RECEIVED_ERROR, ERR_DENIED, "rejected", NULL },
	{ CMP_R_REQUEST_REJECTED_BY_SERVER, ERR_DENIED, "rejected", NULL },
	{ CMP_R_TRANSACTIONID_UNMATCHED, ERR_BACKEND, "transaction", "the answer belongs to another"
	    " transaction: something between us and the CA mixes messages up, or replays them" },
	{ CMP_R_RECIPNONCE_UNMATCHED, ERR_BACKEND, "nonce", "the answer has another nonce than our"
	    " request: something between us and the CA replays messages" },
	{ CMP_R_MISSING_PROTECTION, ERR_BACKEND, "protection", "the answer is not protected; the CA must"
	    " sign it, or use the shared secret" },
	{ CMP_R_WRONG_PBM_VALUE, ERR_BACKEND, "protection", "the answer's MAC is wrong: compare the"
	    " secret and its reference with the CA's" },
	{ CMP_R_MISSING_SECRET, ERR_BACKEND, "protection", "the answer has a MAC, and no secret is"
	    " configured" },
	{ CMP_R_MISSING_TRUST_ANCHOR, ERR_BACKEND, "protection", "the answer is signed, and neither"
	    " server nor trust is configured" },
	{ CMP_R_NO_SUITABLE_SENDER_CERT, ERR_BACKEND, "protection", "the answer is signed by a"
	    " certificate that server or trust does not name: is it the CA's current one?" },
	{ CMP_R_UNEXPECTED_SENDER, ERR_BACKEND, "protection", "the answer names another sender than the"
	    " certificate in server: is it the CA's current one?" },
	{ CMP_R_SRVCERT_DOES_NOT_VALIDATE_MSG, ERR_BACKEND, "protection", "the answer is not signed by"
	    " the certificate in server: is it the CA's current one?" },
	{ CMP_R_POTENTIALLY_INVALID_CERTIFICATE, ERR_BACKEND, "protection", "the answer's signer does not"
	    " lead to the roots in trust, or has expired" },
	{ CMP_R_ERROR_VALIDATING_PROTECTION, ERR_BACKEND, "protection", "the answer's protection does"
	    " not hold" },
	{ CMP_R_ERROR_VALIDATING_SIGNATURE, ERR_BACKEND, "protection", "the answer's signature does not"
	    " hold" },
	{ CMP_R_MISSING_KEY_USAGE_DIGITALSIGNATURE, ERR_BACKEND, "protection", "the certificate that"
	    " signed the answer is not for signatures (digitalSignature)" },
	{ CMP_R_TOTAL_TIMEOUT, ERR_BUSY, "polling", "it let us wait longer than total_seconds; ask the CA"
	    " what it waits for" },
	{ CMP_R_POLLING_FAILED, ERR_BUSY, "polling", "asking again after its `waiting` failed" },
	{ CMP_R_UNEXPECTED_PKIBODY, ERR_BACKEND, "garbage", "it answered another message than the one"
	    " that fits our request" },
	{ CMP_R_CERTIFICATE_NOT_FOUND, ERR_BACKEND, "garbage", "it granted the request and sent no"
	    " certificate" },
	{ CMP_R_MULTIPLE_RESPONSES_NOT_SUPPORTED, ERR_BACKEND, "garbage", "it answered with several"
	    " certificates to one request" },
	{ CMP_R_CERTRESPONSE_NOT_FOUND, ERR_BACKEND, "garbage", "its answer is about another request" },
	{ CMP_R_CERT_AND_KEY_DO_NOT_MATCH, ERR_FORMAT, "config", "certificate and key in its section are"
	    " not of one pair" },
	{ CMP_R_MISSING_PRIVATE_KEY, ERR_FORMAT, "config", "there is no key to sign our request with" },
	{ CMP_R_UNEXPECTED_PKISTATUS, ERR_BACKEND, "garbage", "its status does not fit the exchange" },
	{ CMP_R_UNKNOWN_PKISTATUS, ERR_BACKEND, "garbage", "its status is unknown" },
};

/* RFC 9810 5.2.3, bit by bit: what the CA found, and what we can do. */
static const char *const failures[] = {
	"badAlg: it does not take our algorithm", "badMessageCheck: our protection did not hold; compare"
	    " certificate or secret", "badRequest: it does not do this kind of request",
	"badTime: compare our clock with its own", "badCertId: it knows no such certificate",
	"badDataFormat: it could not read the request", "wrongAuthority: it is not the CA named in the"
	    " request", "incorrectData: subject or key are not what it expects", "missingTimeStamp",
	"badPOP: it does not believe that the key was proved; cr and ir need its leave for raVerified",
	"certRevoked: it is revoked already", "certConfirmed: it is confirmed already",
	"wrongIntegrity: it wants the other kind of protection", "badRecipientNonce",
	"timeNotAvailable", "unacceptedPolicy", "unacceptedExtension", "addInfoNotAvailable",
	"badSenderNonce", "badCertTemplate: the CA wants another template",
	"signerNotTrusted: it does not trust our certificate; it must be enrolled as an RA",
	"transactionIdInUse", "unsupportedVersion", "notAuthorized: our certificate or reference may not"
	    " ask for this; an RA's rights are missing", "systemUnavail: it is out of order, try later",
	"systemFailure: it failed, its own logs say why", "duplicateCertReq: it has certified this key"
	    " before",
};
#define FAILURE_UNAVAILABLE	24
#define FAILURE_SYSTEM		25

/* Their words are for the operator alone, and only what is harmless on a terminal. */
static void
said_keep(struct ca *ca)
{
	const OSSL_CMP_PKIFREETEXT *words = OSSL_CMP_CTX_get0_statusString(ca->cmp);
	const ASN1_UTF8STRING *first = sk_ASN1_UTF8STRING_num(words) > 0 ?
	    sk_ASN1_UTF8STRING_value(words, 0) : NULL;
	struct span text = first == NULL ? span_of("", 0) :
	    span_of(ASN1_STRING_get0_data(first), (size_t)ASN1_STRING_length(first));

	ca->said[0] = '\0';
	if (text.n <= CA_SAID_MAX && text_is_clean(text))
		snprintf(ca->said, sizeof(ca->said), "%.*s", (int)text.n, (const char *)text.p);
}

static bool
rejected(struct ca *ca, struct err *e)
{
	int bits = OSSL_CMP_CTX_get_failInfoCode(ca->cmp);
	const char *why = "without a reason";
	enum err_code code = ERR_DENIED;

	said_keep(ca);
	for (size_t i = 0; bits > 0 && i < COUNT(failures); i++) {
		if ((bits >> i & 1) == 0)
			continue;
		why = failures[i];
		if (i == FAILURE_UNAVAILABLE || i == FAILURE_SYSTEM)
			code = ERR_BUSY;
		break;
	}
	return err_why(e, code, code == ERR_BUSY ? "answer" : "rejected", "CA %s refuses: %s",
	    ca->config.name, why);
}

/* OpenSSL queues causes first and consequences after: the first that we know explains it. */
static const struct cause *
cause_find(void)
{
	unsigned long code;

	while ((code = ERR_get_error()) != 0)
		for (size_t i = 0; i < COUNT(causes); i++)
			if (ERR_GET_LIB(code) == ERR_LIB_CMP && ERR_GET_REASON(code) == causes[i].reason) {
				ERR_clear_error();
				return &causes[i];
			}
	return NULL;
}

bool
fault_set(struct ca *ca, struct err *e)
{
	unsigned long last = ERR_peek_last_error();
	const struct cause *c;
	char text[80];

	if (ca->fault.code != ERR_NONE) {
		ERR_clear_error();
		return err_why(e, ca->fault.code, ca->fault.reason, "%s", ca->fault.text);
	}
	if ((c = cause_find()) != NULL && c->text != NULL)
		return err_why(e, c->code, c->word, "CA %s: %s", ca->config.name, c->text);
	if (c != NULL || OSSL_CMP_CTX_get_status(ca->cmp) == OSSL_CMP_PKISTATUS_rejection)
		return rejected(ca, e);
	if (last == 0 && ca->config.server[0] != '\0')	/* the one refusal that OpenSSL only logs */
		return err_why(e, ERR_BACKEND, "protection", "CA %s: the answer's sender is not the one of"
		    " the certificate in server: is it the CA's current one?", ca->config.name);
	ERR_error_string_n(last, text, sizeof(text));
	return err_why(e, ERR_BACKEND, "garbage", "CA %s: its answer cannot be used (%s)", ca->config.name,
	    text);
}
