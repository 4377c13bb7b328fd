/* SPDX-License-Identifier: Apache-2.0 */
/* One context of libcrypto's CMP server for each transaction: it knows only one at a time. */
#include <openssl/err.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "ca/cmp.h"

#define TRANSACTION_MS	(5 * 60 * 1000)

enum { BODY_IP = 1, BODY_CP = 3, BODY_CERT_CONF = 24, BODY_POLL_REQ = 25, BODY_POLL_REP = 26 };

void
cmp_open(struct cmp *cmp, const struct cmp_config *config)
{
	*cmp = (struct cmp){ .config = config, .transactions = transactions_new() };
}

void
cmp_close(struct cmp *cmp)
{
	transactions_free(cmp->transactions);
	cmp->transactions = NULL;
}

/* libcrypto's own words, which may hold the peer's: one line each, and no control characters. */
static int
on_log(const char *function UNUSED, const char *file UNUSED, int line UNUSED,
    OSSL_CMP_severity level, const char *message)
{
	char text[256];

	if (level > OSSL_CMP_LOG_WARNING)
		return 1;
	snprintf(text, sizeof(text), "%s", message);
	for (char *p = text; *p != '\0'; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			*p = ' ';
	log_warn("cmp: %s", text);
	return 1;
}

static bool
secret_set(OSSL_CMP_CTX *ctx, const struct cmp_config *g)
{
	struct span secret;

	if (g->secret == NULL)
		return true;
	secret = secret_span(g->secret);
	return OSSL_CMP_CTX_set1_secretValue(ctx, secret.p, (int)secret.n) == 1 &&
	    (g->reference == NULL || OSSL_CMP_CTX_set1_referenceValue(ctx,
	    (const unsigned char *)g->reference, (int)strlen(g->reference)) == 1);
}

static bool
chain_set(OSSL_CMP_CTX *ctx, X509 *issuing)
{
	STACK_OF(X509) *chain = sk_X509_new_null();
	bool ok = chain != NULL && sk_X509_push(chain, issuing) > 0 &&
	    OSSL_CMP_CTX_set1_extraCertsOut(ctx, chain) == 1;

	sk_X509_free(chain);
	return ok;
}

static bool
context_set(struct transaction *t)
{
	const struct cmp_config *g = t->cmp->config;
	OSSL_CMP_CTX *ctx = OSSL_CMP_SRV_CTX_get0_cmp_ctx(t->server);

	return OSSL_CMP_CTX_set_log_cb(ctx, on_log) == 1 &&
	    X509_STORE_up_ref(g->ras) == 1 && OSSL_CMP_CTX_set0_trustedStore(ctx, g->ras) == 1 &&
	    OSSL_CMP_CTX_set1_cert(ctx, g->service->certificate) == 1 &&
	    OSSL_CMP_CTX_set1_pkey(ctx, g->service->key) == 1 && chain_set(ctx, g->issuing) &&
	    secret_set(ctx, g) &&
	    OSSL_CMP_SRV_CTX_set_accept_raverified(t->server, 1) == 1 &&
	    OSSL_CMP_SRV_CTX_set_grant_implicit_confirm(t->server, 1) == 1 && cmp_callbacks_set(t);
}

static struct transaction *
transaction_new(struct cmp *cmp, const struct profile *profile, struct span id, struct err *e)
{
	struct transaction *t = calloc(1, sizeof(*t));

	if (t == NULL)
		bug("no memory");
	t->cmp = cmp;
	t->profile = profile;
	t->id_n = id.n < sizeof(t->id) ? id.n : sizeof(t->id);
	if (id.n > 0)
		memcpy(t->id, id.p, t->id_n);
	t->ends = clock_life() + TRANSACTION_MS;
	if ((t->server = OSSL_CMP_SRV_CTX_new(NULL, NULL)) != NULL && context_set(t))
		return t;
	transaction_free(t);
	err_set(e, ERR_BACKEND, "no CMP transaction could be begun");
	return NULL;
}

/* The one it goes on with, or a new one. */
static struct transaction *
transaction_of(struct cmp *cmp, const struct profile *profile, const OSSL_CMP_MSG *request,
    struct err *e)
{
	const ASN1_OCTET_STRING *s = OSSL_CMP_HDR_get0_transactionID(OSSL_CMP_MSG_get0_header(request));
	int type = OSSL_CMP_MSG_get_bodytype(request);
	struct transaction *t = NULL;
	struct span id = { 0 };

	if (s != NULL)
		id = span_of(ASN1_STRING_get0_data(s), (size_t)ASN1_STRING_length(s));
	if (type == BODY_CERT_CONF || type == BODY_POLL_REQ)
		t = transactions_take(cmp->transactions, id);
	return t != NULL ? t : transaction_new(cmp, profile, id, e);
}

/* RFC 9810 5.3.18: what nobody confirmed is revoked. */
static void
transaction_end(struct transaction *t)
{
	struct err e = { 0 };

	if (t->serial_n > 0 && !t->confirmed) {
		log_warn("cmp: a certificate that was not confirmed is revoked");
		if (!journal_revoke(authority_journal(t->cmp->config->authority),
		    span_of(t->serial, t->serial_n), 0, &e))
			log_error("%s", e.text);
	}
	transaction_free(t);
}

static bool
goes_on(const struct transaction *t, const OSSL_CMP_MSG *answer)
{
	int type = answer == NULL ? -1 : OSSL_CMP_MSG_get_bodytype(answer);

	return type == BODY_POLL_REP || ((type == BODY_IP || type == BODY_CP) &&
	    (t->waiting != NULL || (t->serial_n > 0 && !t->confirmed)));
}

static bool
put_message(const OSSL_CMP_MSG *m, struct writer *w, struct err *e)
{
	unsigned char *der = NULL;
	int n = m == NULL ? -1 : i2d_OSSL_CMP_MSG(m, &der);

	if (n <= 0)
		return err_set(e, ERR_BACKEND, "no CMP answer could be made");
	wr_bytes(w, der, (size_t)n);
	OPENSSL_free(der);
	return writer_ok(w) || err_set(e, ERR_BUG, "a CMP answer is too long");
}

static bool
process(struct cmp *cmp, const struct profile *profile, const OSSL_CMP_MSG *request,
    struct writer *w, struct err *e)
{
	struct transaction *t = transaction_of(cmp, profile, request, e), *late;
	OSSL_CMP_MSG *answer;
	bool ok;

	if (t == NULL)
		return false;
	answer = OSSL_CMP_SRV_process_request(t->server, request);
	/* Granted only where it was asked for. */
	if (OSSL_CMP_CTX_get_option(OSSL_CMP_SRV_CTX_get0_cmp_ctx(t->server),
	    OSSL_CMP_OPT_IMPLICIT_CONFIRM) == 1)
		t->confirmed = true;
	ok = put_message(answer, w, e);
	if (!goes_on(t, answer) || !transactions_put(cmp->transactions, t))
		transaction_end(t);
	OSSL_CMP_MSG_free(answer);
	while ((late = transactions_take_late(cmp->transactions, clock_life())) != NULL)
		transaction_end(late);
	return ok;
}

bool
cmp_answer(struct cmp *cmp, const struct profile *profile, struct span request, struct writer *w,
    struct err *e)
{
	BIO *bio = BIO_new_mem_buf(request.p, (int)request.n);
	OSSL_CMP_MSG *message = bio == NULL ? NULL : d2i_OSSL_CMP_MSG_bio(bio, NULL);
	bool whole = message != NULL && BIO_pending(bio) == 0, ok;

	ok = whole ? process(cmp, profile, message, w, e)
	    : err_set(e, ERR_FORMAT, "not a PKIMessage in DER");
	OSSL_CMP_MSG_free(message);
	BIO_free(bio);
	ERR_clear_error();
	return ok;
}
