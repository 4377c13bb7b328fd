/* SPDX-License-Identifier: Apache-2.0 */
/* Whose answers hold for a while, one exchange with him, and what is left to OpenSSL's client. */
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "base/clock.h"
#include "cmp/session.h"
#include "der/csr.h"
#include "der/oids.h"

#define MESSAGE_MAX	65536
#define NAME_ROOM	4096

void
plain_init(struct ca *ca)
{
	struct plain *p = &ca->plain;

	p->start = writer_grow(2 * NAME_ROOM);
	p->kid = writer_grow(NAME_ROOM);
	p->extra = writer_grow(MESSAGE_MAX);
	p->sender = writer_grow(NAME_ROOM);
}

void
plain_wipe(struct ca *ca)
{
	struct plain *p = &ca->plain;

	writer_wipe(&p->start);
	writer_wipe(&p->kid);
	writer_wipe(&p->extra);
	writer_wipe(&p->sender);
	EVP_PKEY_free(p->key);
	p->key = NULL;
}

static void
keep(struct writer *w, struct span s)
{
	writer_reset(w);
	wr_span(w, s);
}

void
plain_note(struct ca *ca, struct span request)
{
	struct plain *p = &ca->plain;
	struct pki_message m;

	if (!pki_message_read(request, &m) || m.type != MESSAGE_P10CR)
		return;
	keep(&p->start, m.start);
	keep(&p->kid, m.kid);
	keep(&p->extra, m.extra);
	p->alg = m.alg;
}

/* Milliseconds until the first of them expires; at most PLAIN_LIFE_MS, 0: at once. */
static uint64_t
life_of(const STACK_OF(X509) *chain)
{
	uint64_t least = PLAIN_LIFE_MS;
	int days, seconds;

	for (int i = 0; i < sk_X509_num(chain); i++) {
		if (ASN1_TIME_diff(&days, &seconds, NULL,
		    X509_get0_notAfter(sk_X509_value(chain, i))) != 1 || days < 0 || seconds < 0)
			return 0;
		if (days == 0 && (uint64_t)seconds * 1000 < least)
			least = (uint64_t)seconds * 1000;
	}
	return least;
}

/* As OpenSSL's client does it: for signatures, and on a path to trust. For how long? */
static uint64_t
believed_for(struct ca *ca, X509 *cert)
{
	X509_STORE *trust = OSSL_CMP_CTX_get0_trustedStore(ca->cmp);
	X509_STORE_CTX *path = X509_STORE_CTX_new();
	uint64_t ms = 0;

	if (path != NULL && trust != NULL && (X509_get_key_usage(cert) & KU_DIGITAL_SIGNATURE) != 0 &&
	    X509_STORE_CTX_init(path, trust, cert, OSSL_CMP_CTX_get0_untrusted(ca->cmp)) == 1 &&
	    X509_verify_cert(path) == 1)
		ms = life_of(X509_STORE_CTX_get0_chain(path));
	X509_STORE_CTX_free(path);
	return ms;
}

/* The one in `server` is believed for itself, while it is valid. */
static uint64_t
pinned_for(struct ca *ca)
{
	STACK_OF(X509) *alone = sk_X509_new_null();
	uint64_t ms = alone != NULL && sk_X509_push(alone, ca->server) > 0 &&
	    (X509_get_key_usage(ca->server) & KU_DIGITAL_SIGNATURE) != 0 ? life_of(alone) : 0;

	sk_X509_free(alone);
	return ms;
}

/* Name and key as they stand in the request, to the byte; what a CA may change OpenSSL's client knows. */
static bool
certificate_is_for(struct span certificate, struct span csr)
{
	struct plain_names c;
	struct csr wanted;

	return certificate.n <= CA_CERTIFICATE_MAX && plain_names_read(certificate, &c) &&
	    csr_cut(csr, &wanted) && span_equal(c.subject, wanted.subject) && span_equal(c.spki, wanted.spki);
}

/* The answer that OpenSSL's client took: is it plain, and by this certificate? */
static bool
answered_by(struct ca *ca, X509 *cert, struct span csr)
{
	struct plain *p = &ca->plain;
	EVP_PKEY *key = X509_get0_pubkey(cert);
	uint8_t *name = NULL;
	int n = i2d_X509_NAME(X509_get_subject_name(cert), &name);
	struct granted got;
	struct pki_message m;

	writer_reset(&p->sender);
	if (n > 0)
		der_put(&p->sender, DER_EXPLICIT(4), span_of(name, (size_t)n));
	OPENSSL_free(name);
	if (n <= 0 || key == NULL || !writer_ok(&p->sender) ||
	    !pki_message_read(writer_span(&ca->answer), &m) || !pki_message_grants(&m, &got) ||
	    !pki_message_confirms(&m) || !certificate_is_for(got.certificate, csr) ||
	    !span_equal(m.sender, writer_span(&p->sender)) || !pki_message_is_signed_by(&m, key) || EVP_PKEY_up_ref(key) != 1)
		return false;
	EVP_PKEY_free(p->key);
	p->key = key;
	return true;
}

void
plain_learn(struct ca *ca, struct span csr)
{
	STACK_OF(X509) *extra = NULL;
	X509 *cert = ca->server;
	uint64_t ms;

	ca->plain.until = 0;
	if (ca->key == NULL || ca->plain.alg == NULL || !ca->config.implicit_confirm)
		return;
	if (cert == NULL && (extra = OSSL_CMP_CTX_get1_extraCertsIn(ca->cmp)) != NULL)
		cert = sk_X509_value(extra, 0);		/* RFC 9483 3.3: first, if it is there */
	if (cert != NULL && answered_by(ca, cert, csr)) {
		ms = ca->server != NULL ? pinned_for(ca) : believed_for(ca, cert);
		ca->plain.until = ms == 0 ? 0 : clock_life() + ms;
	}
	sk_X509_pop_free(extra, X509_free);
	ERR_clear_error();
}

bool
plain_is_known(const struct ca *ca)
{
	return clock_life() < ca->plain.until;
}

static void
put_octets(struct writer *w, uint8_t tag, struct span s)
{
	size_t at = der_begin(w, tag);

	der_put(w, DER_OCTET_STRING, s);
	der_end(w, at);
}

/* generalInfo: implicitConfirm, and the attestation where the CA wants it. */
static void
put_info(struct writer *w, struct span attestation)
{
	size_t tagged = der_begin(w, DER_EXPLICIT(8)), list = der_begin(w, DER_SEQUENCE), at;

	at = der_begin(w, DER_SEQUENCE);
	der_put_oid(w, OID_IMPLICIT_CONFIRM);
	der_put_null(w);
	der_end(w, at);
	if (attestation.n > 0) {
		at = der_begin(w, DER_SEQUENCE);
		der_put(w, DER_OID, span_of(OID_ATTESTATION_DER, sizeof(OID_ATTESTATION_DER) - 1));
		der_put(w, DER_OCTET_STRING, attestation);
		der_end(w, at);
	}
	der_end(w, list);
	der_end(w, tagged);
}

/* GeneralizedTime even before 2050, unlike in certificates. */
static void
put_time(struct writer *w)
{
	ASN1_GENERALIZEDTIME *now = ASN1_GENERALIZEDTIME_set(NULL, (time_t)(clock_wall() / 1000));
	size_t at = der_begin(w, DER_EXPLICIT(0));

	if (now != NULL)
		der_put(w, DER_GENERALIZED_TIME, span_of(ASN1_STRING_get0_data(now),
		    (size_t)ASN1_STRING_length(now)));
	ASN1_GENERALIZEDTIME_free(now);
	der_end(w, at);
}

/* Header and body. */
static void
put_content(struct writer *w, struct ca *ca, struct span csr, struct span attestation)
{
	struct plain *p = &ca->plain;
	size_t header = der_begin(w, DER_SEQUENCE), at;

	wr_span(w, writer_span(&p->start));
	put_time(w);
	at = der_begin(w, DER_EXPLICIT(1));
	algorithm_write(w, p->alg);
	der_end(w, at);
	wr_span(w, writer_span(&p->kid));
	put_octets(w, DER_EXPLICIT(4), span_of(p->id, sizeof(p->id)));
	put_octets(w, DER_EXPLICIT(5), span_of(p->nonce, sizeof(p->nonce)));
	put_info(w, ca->config.attestation ? attestation : span_of(NULL, 0));
	der_end(w, header);
	at = der_begin(w, MESSAGE_P10CR);
	wr_span(w, csr);
	der_end(w, at);
}

static bool
request_write(struct ca *ca, struct span csr, struct span attestation, struct writer *w)
{
	struct plain *p = &ca->plain;
	AUTO_WRITER content = writer_grow(MESSAGE_MAX);
	struct pki_message m = { .alg = p->alg, .extra = writer_span(&p->extra) };

	random_bytes(p->id, sizeof(p->id));
	random_bytes(p->nonce, sizeof(p->nonce));
	put_content(&content, ca, csr, attestation);
	m.content = writer_span(&content);
	return writer_ok(&content) && pki_message_write(w, &m, ca->key);
}

static bool
answer_fits(struct ca *ca, struct span csr)
{
	struct plain *p = &ca->plain;
	struct pki_message m;

	return pki_message_read(writer_span(&ca->answer), &m) &&
	    span_equal(m.sender, writer_span(&p->sender)) &&
	    span_equal(m.id, span_of(p->id, sizeof(p->id))) &&
	    span_equal(m.their_nonce, span_of(p->nonce, sizeof(p->nonce))) && m.nonce.n > 0 &&
	    pki_message_is_signed_by(&m, p->key) && pki_message_grants(&m, &p->got) && pki_message_confirms(&m) &&
	    certificate_is_for(p->got.certificate, csr) &&
	    plain_chain_find(&p->got, p->chain, &p->chain_n);
}

enum plain_end
plain_ask(struct ca *ca, struct span csr, struct span attestation)
{
	struct plain *p = &ca->plain;
	AUTO_WRITER request = writer_grow(MESSAGE_MAX);

	p->handed = false;
	if (!request_write(ca, csr, attestation, &request)) {
		p->until = 0;
		return PLAIN_LEFT;
	}
	if (!transfer(ca, ca->config.url, ca->headers, writer_span(&request), &p->status, &ca->fault) ||
	    !transfer_is_cmp(ca, p->status))
		return PLAIN_FAILED;
	p->handed = !answer_fits(ca, csr);
	return p->handed ? PLAIN_LEFT : PLAIN_DONE;
}
