/* SPDX-License-Identifier: Apache-2.0 */
/*
 * REQUEST_CERTIFICATE and LINK_CERTIFICATE. The request is built in here over bytes nobody else
 * chooses; a certificate counts only under an anchor the officers installed, one key having one
 * certificate ever. EN 419 241-1 SRC_SKS.1.2, SRC_SKS.1.4; catalogue SVD-1, SVD-2, GEN-6.2.1-08.
 */
#include <stdlib.h>

#include "base/clock.h"
#include "sam/issuer.h"
#include "sam/attestation.h"
#include "sam/csr_order.h"
#include "sam/enact.h"
#include "sam/request.h"
#include "wire/certificate.h"

struct requesting {
	struct msg_request_certificate m;
	uint8_t		key[ID_LEN], owner[ID_LEN];
	const struct alg *alg;
	uint8_t		class, level;
	struct csr_order order;
	struct writer	csr, attestation;
};

static void
requesting_free(void *p)
{
	struct requesting *q = p;

	csr_order_wipe(&q->order);
	writer_wipe(&q->csr);
	writer_wipe(&q->attestation);
	free(q);
}

static void
refuse(struct sam *sam, struct call *c, const struct err *failure, const char *what)
{
	struct err e = { 0 };

	err_why(&e, ERR_BACKEND, "backend", "%s: %s", what, failure->text);
	call_refuse(sam, c, &e);
}

static void
attested(struct sam *sam, struct call *c, const struct err *failure)
{
	struct requesting *q = c->work;
	struct msg_certificate_request answer = { .csr = writer_span(&q->csr),
		.attestation = writer_span(&q->attestation) };
	AUTO_WRITER w = writer_grow(CSR_MAX + ATTESTATION_MAX + 16);

	if (failure != NULL) {
		refuse(sam, c, failure, "attestation");
		return;
	}
	msg_certificate_request_write(&w, &answer);
	call_answer(sam, c, &w);
}

static void
csr_signed(void *owner, void *job, struct reader *answer, const struct err *failure)
{
	struct sam *sam = owner;
	struct call *c = job;
	struct requesting *q = c->work;
	struct csr made;
	struct err e = { 0 };

	if (answer == NULL) {
		refuse(sam, c, failure, "certificate request");
		return;
	}
	if (!csr_order_done(&q->order, answer, &q->csr, &made, &e)) {
		refuse(sam, c, &e, "certificate request");
		return;
	}
	attest_key(sam, c, q->key, q->owner, made.spki, q->alg, q->class, q->level, &q->attestation,
	    attested);
}

static void
may_sign_csr(void *owner, void *job, const struct err *failure)
{
	struct sam *sam = owner;
	struct call *c = job;
	struct requesting *q = c->work;
	struct err e = { 0 };

	if (failure != NULL) {
		call_refuse(sam, c, failure);
		return;
	}
	if (!pool_ask(sam->pool, HSM_SIGN, writer_span(&q->order.order), false, csr_signed, c, &e))
		call_refuse(sam, c, &e);
}

static bool
csr_order(struct sam *sam, struct requesting *q, const struct opened_signer *s,
    const struct opened_key *k, struct err *e)
{
	AUTO_WRITER wrapped = writer_grow(HSM_WRAPPED_MAX);

	return seal_unwrapped(sam->seal, k->epoch, q->key, span_of(NULL, 0), k->record.wrapped, &wrapped,
	    e) && csr_order_make(&q->order, s->record.name, q->alg, k->record.spki, k->record.mech,
	    writer_span(&wrapped), e);
}

/* Of a key with a share: it was signed at the key's birth, and is the same each time. */
static bool
answer_from_record(struct sam *sam, struct call *c, struct requesting *q, const struct opened_key *k,
    struct err *e)
{
	struct csr made;

	wr_span(&q->csr, k->record.csr);
	if (!csr_open(writer_span(&q->csr), &made, e))
		return false;
	attest_key(sam, c, q->key, q->owner, made.spki, q->alg, q->class, q->level, &q->attestation,
	    attested);
	return true;
}

static struct requesting *
requesting_new(const uint8_t key[ID_LEN], const struct opened_key *k)
{
	struct requesting *q = calloc(1, sizeof(*q));

	if (q == NULL)
		bug("no memory");
	memcpy(q->key, key, ID_LEN);
	memcpy(q->owner, k->owner, ID_LEN);
	q->alg = k->record.alg;
	q->class = k->record.class;
	q->level = k->record.level;
	csr_order_init(&q->order);
	q->csr = writer_grow(CSR_MAX);
	q->attestation = writer_grow(ATTESTATION_MAX);
	return q;
}

bool
answer_request_certificate(struct sam *sam, struct call *c, struct reader *r, struct err *e)
{
	struct msg_request_certificate m;
	AUTO_SIGNER s = { .row = NULL };
	AUTO_KEY k = { .row = NULL };
	struct requesting *q;
	struct key_change change = { .state = KEY_REQUESTED, .cause = KEY_CAUSE_REQUEST };

	if (!msg_request_certificate_read(r, &m, e))
		return false;
	memcpy(c->key, m.key, ID_LEN);
	if (!open_key(sam, m.key, m.key_record, &k, e) ||
	    !open_signer(sam, k.owner, m.signer_record, &s, e))
		return false;
	memcpy(c->signer, k.owner, ID_LEN);
	if (!signer_has_key(&s.record, m.key))
		return err_why(e, ERR_DENIED, "owner", "the key is not this signer's");
	if (s.row->state != SIGNER_BOUND && s.row->state != SIGNER_ACTIVE)
		return err_why(e, ERR_DENIED, "state", "signer is in state %u", s.row->state);
	if (k.row->state != KEY_NEW && k.row->state != KEY_REQUESTED)
		return err_why(e, ERR_DENIED, "state", "key is in state %u", k.row->state);
	q = requesting_new(m.key, &k);
	c->work = q;
	c->work_free = requesting_free;
	if (k.record.csr.n > 0)
		return answer_from_record(sam, c, q, &k, e);
	if (!csr_order(sam, q, &s, &k, e))
		return false;
	change.id = m.key;
	change.owner = k.owner;
	change.version = k.row->version;
	log_key(sam, &change);
	journal_wait(sam->journal, ON_DISK, may_sign_csr, c);
	return true;
}

static bool
link_enter(struct sam *sam, struct call *c, const uint8_t key[ID_LEN], struct opened_key *k,
    const struct opened_signer *s, const struct certificate *cert, struct span der, struct err *e)
{
	AUTO_WRITER sealed = writer_grow(RECORD_MAX);
	struct key_change kc = { .id = key, .owner = k->owner, .version = k->row->version + 1,
		.state = KEY_ACTIVE, .cause = KEY_CAUSE_LINK };
	struct signer_change sc = { .id = k->owner, .version = s->row->version,
		.state = SIGNER_ACTIVE, .cause = KEY_CAUSE_LINK };
	struct msg_certificate_linked answer = { .version = kc.version };
	struct writer w = writer_grow(RECORD_MAX + 64);

	sha256(der, k->record.cert);
	k->record.not_before = cert->not_before;
	k->record.not_after = cert->not_after;
	if (!seal_key(sam, k->owner, key, k->epoch, kc.version, &k->record, &sealed, e))
		return false;
	kc.detail = k->record.cert;
	kc.record = writer_span(&sealed);
	log_key(sam, &kc);
	answer.sequence = journal_last(sam->journal);
	if (s->row->state == SIGNER_BOUND)
		log_signer(sam, &sc);
	answer.key_record = writer_span(&sealed);
	msg_certificate_linked_write(&w, &answer);
	call_answer_when(sam, c, ANCHORED, w);
	return true;
}

bool
answer_link_certificate(struct sam *sam, struct call *c, struct reader *r, struct err *e)
{
	struct msg_link_certificate m;
	struct certificate cert;
	AUTO_SIGNER s = { .row = NULL };
	AUTO_KEY k = { .row = NULL };
	const struct trust_anchor *ca;

	if (!msg_link_certificate_read(r, &m, e))
		return false;
	memcpy(c->key, m.key, ID_LEN);
	if (!open_key(sam, m.key, m.key_record, &k, e) ||
	    !open_signer(sam, k.owner, span_of(NULL, 0), &s, e))
		return false;
	memcpy(c->signer, k.owner, ID_LEN);
	if (s.row->state != SIGNER_BOUND && s.row->state != SIGNER_ACTIVE)
		return err_why(e, ERR_DENIED, "state", "signer is in state %u", s.row->state);
	if (k.row->state != KEY_REQUESTED)
		return err_why(e, ERR_DENIED, "state", "key is in state %u", k.row->state);
	if ((ca = issuer_of(sam->state, k.record.profile, m.certificate, &cert, e)) == NULL ||
	    !issuer_accepts(ca, &cert, k.record.spki, s.record.name, k.record.class, e))
		return false;
	return link_enter(sam, c, m.key, &k, &s, &cert, m.certificate, e);
}
