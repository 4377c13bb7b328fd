/* SPDX-License-Identifier: Apache-2.0 */
/* From a new key to one with a certificate: the SAM's request, the CA's answer, the SAM's word on it. */
#include "base/clock.h"
#include "base/log.h"
#include "der/csr.h"
#include "ssa/api/credential.h"
#include "ssa/issue/office.h"
#include "wire/certificate.h"

#define CHAIN_BYTES	(CA_CHAIN_MAX * (CA_CERTIFICATE_MAX + 4))

struct paper {				/* what a certification is made of */
	struct writer	csr, attestation, certificate, chain;
};

static struct paper
paper_new(void)
{
	return (struct paper){ writer_grow(CSR_MAX), writer_grow(ATTESTATION_MAX),
		writer_grow(CERTIFICATE_MAX), writer_grow(CHAIN_BYTES) };
}

static void
paper_wipe(struct paper *p)
{
	writer_wipe(&p->csr);
	writer_wipe(&p->attestation);
	writer_wipe(&p->certificate);
	writer_wipe(&p->chain);
}

static bool
request_once(struct issuer *i, const uint8_t key[16], struct paper *p, struct err *e)
{
	AUTO_WRITER w = writer_grow(FRAME_MAX), answer = writer_grow(FRAME_MAX);
	struct msg_certificate_request got;
	struct msg_request_certificate m;
	struct holding h;
	struct reader r;
	bool ok;

	if (!holding_take(i, key, &h, e))
		return false;
	memcpy(m.key, key, 16);
	m.signer_record = h.signer->record;
	m.key_record = h.key->record;
	msg_request_certificate_write(&w, &m);
	ok = sam_wait(i, SAM_REQUEST_CERTIFICATE, writer_span(&w), &answer, e);
	holding_release(i, &h);
	r = reader_over(writer_span(&answer));
	if (!ok || !msg_certificate_request_read(&r, &got, e))
		return false;
	wr_span(&p->csr, got.csr);
	wr_span(&p->attestation, got.attestation);
	return true;
}

/* The request carries the public key, which no record shows us. */
static bool
spki_keep(struct issuer *i, const uint8_t key[16], const struct paper *p, struct err *e)
{
	struct holding h;
	struct key_row row;
	struct csr csr;
	bool ok;

	if (!csr_open(writer_span(&p->csr), &csr, e) || !holding_take(i, key, &h, e))
		return false;
	row = h.key->row;
	row.spki = csr.spki;
	if (row.state == KEY_NEW)
		row.state = KEY_REQUESTED;
	http_lock(i->http);
	ok = vault_key_put(i->ssa->vault, &row, NULL, 0, e);
	http_unlock(i->http);
	holding_release(i, &h);
	return ok;
}

static bool
request_get(struct issuer *i, const uint8_t key[16], struct paper *p, struct err *e)
{
	struct err first = { 0 };

	if (!request_once(i, key, p, &first)) {
		if (!is_outdated(&first)) {
			*e = first;
			return false;
		}
		records_refresh(i, key);
		if (!request_once(i, key, p, e))
			return false;
	}
	if (!spki_keep(i, key, p, e))
		return false;
	records_refresh(i, key);	/* the key's version and state changed */
	return true;
}

static bool
link_once(struct issuer *i, const uint8_t key[16], const struct paper *p, struct err *e)
{
	AUTO_WRITER w = writer_grow(FRAME_MAX), answer = writer_grow(FRAME_MAX);
	struct msg_link_certificate m = { .certificate = writer_span(&p->certificate) };
	struct msg_certificate_linked linked;
	struct holding h;
	struct key_row row;
	struct reader r;
	bool ok;

	if (!holding_take(i, key, &h, e))
		return false;
	memcpy(m.key, key, 16);
	m.key_record = h.key->record;
	msg_link_certificate_write(&w, &m);
	ok = sam_wait(i, SAM_LINK_CERTIFICATE, writer_span(&w), &answer, e);
	r = reader_over(writer_span(&answer));
	if (ok && (ok = msg_certificate_linked_read(&r, &linked, e))) {
		row = h.key->row;
		row.state = KEY_ACTIVE;
		row.version = linked.version;
		row.certificate = writer_span(&p->certificate);
		row.chain = writer_span(&p->chain);
		http_lock(i->http);
		ok = vault_key_put(i->ssa->vault, &row, &linked.key_record, linked.key_record.n > 0, e);
		http_unlock(i->http);
	}
	holding_release(i, &h);
	return ok;
}

static bool
linked(struct issuer *i, const uint8_t key[16], const struct paper *p, struct err *e)
{
	struct err first = { 0 };

	if (link_once(i, key, p, &first))
		return true;
	if (is_outdated(&first)) {
		records_refresh(i, key);
		return link_once(i, key, p, e);
	}
	*e = first;
	return false;
}

/* What the CA gave is kept before the SAM sees it: a crash between them costs no second certificate. */
static bool
paper_keep(struct issuer *i, const struct task_row *task, const struct paper *p, struct err *e)
{
	AUTO_WRITER data = writer_grow(CERTIFICATE_MAX + CHAIN_BYTES + CSR_MAX + ATTESTATION_MAX + 16);
	struct task_row row = *task;
	bool ok;

	wr_span16(&data, writer_span(&p->csr));
	wr_span16(&data, writer_span(&p->attestation));
	wr_span16(&data, writer_span(&p->certificate));
	wr_span32(&data, writer_span(&p->chain));
	row.data = writer_span(&data);
	http_lock(i->http);
	ok = i->ssa->store->ops->task_put(i->ssa->store, &row, e);
	http_unlock(i->http);
	return ok;
}

static bool
paper_read(const struct task_row *task, struct paper *p)
{
	struct reader r = reader_over(task->data);
	struct span csr, attestation, certificate, chain;

	if (!rd_span16(&r, 0, CSR_MAX, &csr) || !rd_span16(&r, 0, ATTESTATION_MAX, &attestation) ||
	    !rd_span16(&r, 1, CERTIFICATE_MAX, &certificate) || !rd_span32(&r, 0, CHAIN_BYTES, &chain))
		return false;
	wr_span(&p->csr, csr);
	wr_span(&p->attestation, attestation);
	wr_span(&p->certificate, certificate);
	wr_span(&p->chain, chain);
	return true;
}

/* True: there is nothing (more) to be certified. */
static bool
is_settled(struct issuer *i, const uint8_t key[16], bool *settled, struct err *e)
{
	struct holding h;

	if (!holding_take(i, key, &h, e))
		return false;
	*settled = h.key->row.certificate.n > 0 || h.key->row.state > KEY_REQUESTED;
	holding_release(i, &h);
	return true;
}

static bool
certificate_get(struct office *o, const struct task_row *task, struct paper *p, struct err *e)
{
	if (paper_read(task, p))
		return true;
	return request_get(o->issuer, task->key, p, e) &&
	    ca_certify(o->ca, writer_span(&p->csr), writer_span(&p->attestation), UINT64_MAX,
	    &p->certificate, &p->chain, e) && paper_keep(o->issuer, task, p, e);
}

bool
certify(struct office *o, const struct task_row *task, struct err *e)
{
	struct paper p = paper_new();
	bool settled, ok = is_settled(o->issuer, task->key, &settled, e);

	if (ok && !settled)
		ok = certificate_get(o, task, &p, e) && linked(o->issuer, task->key, &p, e);
	paper_wipe(&p);
	return ok;
}

bool
issuer_paper(struct ssa *s, const uint8_t key[16], struct span *csr, struct span *attestation)
{
	struct err none = { 0 };
	struct task_row t;
	struct reader r;

	if (!s->store->ops->task_get(s->store, key, TASK_CERTIFY, &t, &none))
		return false;
	r = reader_over(t.data);
	return rd_span16(&r, 1, CSR_MAX, csr) && rd_span16(&r, 1, ATTESTATION_MAX, attestation);
}

/* Of a key that is gone: the certificate came with the task. */
bool
revoke(struct office *o, const struct task_row *task, struct err *e)
{
	struct reader r = reader_over(task->data);
	struct span certificate;
	uint8_t reason;

	if (!rd_u8(&r, &reason) || !rd_span16(&r, 1, CERTIFICATE_MAX, &certificate))
		return err_set(e, ERR_DENIED, "a revocation in the store is of another shape");
	return ca_revoke(o->ca, certificate, reason, UINT64_MAX, e);
}
