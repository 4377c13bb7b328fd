/* SPDX-License-Identifier: Apache-2.0 */
/* keys/request and keys/certificate: from a new key to one with a certificate (PROTOCOL.sam 4.7). */
#include <stdlib.h>

#include "base/log.h"
#include "der/csr.h"
#include "json/base64.h"
#include "ssa/api/credential.h"
#include "ssa/api/route.h"
#include "ssa/issue/issuer.h"
#include "wire/certificate.h"

#define CHAIN_MAX	8

struct certifying {
	uint8_t		key[16];
	struct writer	certificate, chain;	/* chain: n x v32 */
	struct writer	csr, attestation;
};

static void
certifying_free(void *state)
{
	struct certifying *s = state;

	writer_wipe(&s->certificate);
	writer_wipe(&s->chain);
	writer_wipe(&s->csr);
	writer_wipe(&s->attestation);
	free(s);
}

static struct certifying *
certifying_new(struct call *c)
{
	struct certifying *s = calloc(1, sizeof(*s));

	if (s == NULL)
		bug("out of memory");
	s->certificate = writer_grow(CERTIFICATE_MAX);
	s->chain = writer_grow(CHAIN_MAX * (CERTIFICATE_MAX + 4));
	s->csr = writer_grow(CSR_MAX);
	s->attestation = writer_grow(ATTESTATION_MAX);
	c->state = s;
	c->state_free = certifying_free;
	return s;
}

static void request_ask(struct call *);

static void
request_answer(struct call *c)
{
	struct certifying *s = c->state;
	struct emit m = call_answer(c);

	emit_base64(&m, "csr", writer_span(&s->csr));
	emit_base64(&m, "attestation", writer_span(&s->attestation));
	call_answered(c, &m);
}

/* The request carries the public key, which no record shows us. */
static bool
spki_kept(struct call *c, const uint8_t id[16], struct span request, struct err *e)
{
	AUTO(key) *k = vault_key(c->ssa->vault, id, e);
	struct key_row row;
	struct csr csr;

	if (k == NULL || !csr_open(request, &csr, e))
		return false;
	row = k->row;
	row.spki = csr.spki;
	if (row.state == KEY_NEW)
		row.state = KEY_REQUESTED;
	return vault_key_put(c->ssa->vault, &row, NULL, 0, e);
}

static void
on_request(struct call *c, struct reader *r, const struct err *refusal)
{
	struct certifying *s = c->state;
	struct msg_certificate_request m;
	struct err e = { 0 };

	if (call_is_outdated(c, refusal)) {
		call_refresh(c, s->key, request_ask);
		return;
	}
	if (refusal->code != ERR_NONE) {
		call_refused(c, refusal);
		return;
	}
	if (!msg_certificate_request_read(r, &m, &e) || !spki_kept(c, s->key, m.csr, &e)) {
		call_failed(c, &e);
		return;
	}
	wr_span(&s->csr, m.csr);
	wr_span(&s->attestation, m.attestation);
	call_refresh(c, s->key, request_answer);	/* the key's version and state changed */
}

static void
request_ask(struct call *c)
{
	AUTO_WRITER w = writer_grow(FRAME_MAX);
	struct certifying *s = c->state;
	struct err e = { 0 };
	AUTO(key) *k = vault_key(c->ssa->vault, s->key, &e);
	struct msg_request_certificate m = { .signer_record = c->signer->record };

	if (k == NULL) {
		call_failed(c, &e);
		return;
	}
	memcpy(m.key, s->key, ID_LEN);
	m.key_record = k->record;
	msg_request_certificate_write(&w, &m);
	call_ask(c, SAM_REQUEST_CERTIFICATE, writer_span(&w), on_request);
}

void
handle_key_request(struct call *c)
{
	struct certifying *s = certifying_new(c);
	AUTO(key) *k = call_credential(c);
	struct span csr, attestation;

	if (k == NULL)
		return;
	memcpy(s->key, k->row.id, 16);
	if (k->row.certificate.n > 0 && issuer_paper(c->ssa, s->key, &csr, &attestation)) {
		wr_span(&s->csr, csr);
		wr_span(&s->attestation, attestation);
		request_answer(c);
	} else {
		request_ask(c);
	}
}

static bool
chain_read(struct call *c, struct certifying *s)
{
	const json_t *list;
	size_t n = 0;
	enum json_got got = json_list(c->json, "chain", &list, &n);
	bool ok = got != JSON_WRONG && n <= CHAIN_MAX;

	for (size_t i = 0; ok && i < n; i++) {
		uint8_t bytes[CERTIFICATE_MAX];
		struct writer w = writer_over(bytes, sizeof(bytes));
		struct span text;

		ok = json_text_at(list, i, BASE64_LEN(CERTIFICATE_MAX), &text) && base64_read(text, &w) &&
		    w.n > 0;
		if (ok)
			wr_span32(&s->chain, writer_span(&w));
	}
	if (!ok)
		call_invalid(c, "Invalid parameter chain");
	return ok;
}

static bool
certificate_kept(struct call *c, const struct certifying *s, const struct msg_certificate_linked *m,
    struct err *e)
{
	AUTO(key) *k = vault_key(c->ssa->vault, s->key, e);
	struct key_row row;

	if (k == NULL)
		return false;
	row = k->row;
	row.state = KEY_ACTIVE;
	row.version = m->version;
	row.certificate = writer_span(&s->certificate);
	row.chain = writer_span(&s->chain);
	return vault_key_put(c->ssa->vault, &row, &m->key_record, m->key_record.n > 0, e);
}

static void link_ask(struct call *);

static void
on_linked(struct call *c, struct reader *r, const struct err *refusal)
{
	struct certifying *s = c->state;
	struct msg_certificate_linked m;
	struct err e = { 0 };
	struct emit out;

	if (call_is_outdated(c, refusal)) {
		call_refresh(c, s->key, link_ask);
		return;
	}
	if (refusal->code != ERR_NONE) {
		call_refused(c, refusal);
		return;
	}
	if (!msg_certificate_linked_read(r, &m, &e) || !certificate_kept(c, s, &m, &e)) {
		call_failed(c, &e);
		return;
	}
	out = call_answer(c);
	emit_number(&out, "version", m.version);
	call_answered(c, &out);
}

static void
link_ask(struct call *c)
{
	AUTO_WRITER w = writer_grow(FRAME_MAX);
	struct certifying *s = c->state;
	struct err e = { 0 };
	AUTO(key) *k = vault_key(c->ssa->vault, s->key, &e);
	struct msg_link_certificate m = { .certificate = writer_span(&s->certificate) };

	if (k == NULL) {
		call_failed(c, &e);
		return;
	}
	memcpy(m.key, s->key, ID_LEN);
	m.key_record = k->record;
	msg_link_certificate_write(&w, &m);
	call_ask(c, SAM_LINK_CERTIFICATE, writer_span(&w), on_linked);
}

void
handle_key_certificate(struct call *c)
{
	struct certifying *s = certifying_new(c);
	AUTO(key) *k = call_credential(c);

	if (k == NULL || !call_base64(c, "certificate", CERTIFICATE_MAX, &s->certificate) ||
	    !chain_read(c, s))
		return;
	memcpy(s->key, k->row.id, 16);
	link_ask(c);
}

/* keys/certify: the key's CA is asked (again), in the background. */
void
handle_key_certify(struct call *c)
{
	AUTO(key) *k = call_credential(c);
	const struct ca_config *ca = k == NULL ? NULL : issuer_ca(c->ssa, k->row.profile);
	struct err e = { 0 };

	if (k == NULL)
		return;
	if (ca == NULL || strcmp(ca->method, "cmp") != 0)
		call_error(c, 400, "invalid_request", "No CA is configured for this key: take its request to"
		    " one by hand", "ca");
	else if (k->row.certificate.n > 0 || k->row.state > KEY_REQUESTED)
		call_error(c, 400, "invalid_request", "This key has a certificate: one key, one certificate;"
		    " make a new key", "state");
	else if (!issuer_certify(c->ssa, &k->row, &e))
		call_failed(c, &e);
	else
		call_done(c);
}
