/* SPDX-License-Identifier: Apache-2.0 */
/* OUTCOME and RECEIPT: answers that got lost are read from the log, never signed again; receipts
 * prove an entry to somebody who trusts only the group's keys. PROTOCOL.sam 4.8 */
#include <stdlib.h>

#include "audit/tree.h"
#include "base/clock.h"
#include "sam/attestation.h"
#include "sam/heads.h"
#include "sam/once.h"
#include "sam/open_record.h"
#include "sam/request.h"
#include "wire/activate.h"

#define KEPT_AFTER_EXP	(10 * 60 * 1000)

/* Puts what one OUTCOME entry says of the wanted indexes into the results; signatures are
 * copied. */
static bool
take_outcome(const struct sam *sam, uint64_t position, const uint8_t d[32], struct msg_results *m,
    struct writer *signatures, struct err *e)
{
	AUTO_WRITER bytes = writer_grow(ENTRY_MAX);
	union entry_payload p;
	struct outcome_item item;
	struct entry entry;
	struct reader items;

	if (!journal_read(sam->journal, position, &bytes, &entry, e) ||
	    entry.kind != ENTRY_OUTCOME || !entry_payload_read(&entry, &p, e))
		return err_set(e, ERR_BUG, "the answers point at something else");
	if (memcmp(p.outcome.d, d, 32) != 0 || clock_wall() > p.outcome.exp + KEPT_AFTER_EXP)
		return true;
	items = reader_over(p.outcome.items);
	while (entry_outcome_item(&items, &item))
		for (size_t i = 0; i < m->n; i++) {
			size_t at = signatures->n;

			if (m->result[i].index != item.index || m->result[i].status != USE_SPENT)
				continue;
			wr_span(signatures, item.signature);
			m->result[i].status = item.status;
			/* An offset until all is written: the writer may move while it grows. */
			m->result[i].signature = span_of((const uint8_t *)(uintptr_t)at, item.signature.n);
			m->place = position;
			(void)entry_outcome_link(&p.outcome, &m->signing);
		}
	return writer_ok(signatures) || err_set(e, ERR_BACKEND, "too many signatures");
}

/* Reserved, and nothing known yet: not "unused", and not "unknown" either. */
static bool
is_under_way(const struct sam *sam, const struct msg_outcome *m, const struct msg_results *results)
{
	const struct activation *a = activation_of(sam->activations, m->d);
	const struct once *o = once_of(sam->onces, m->d);

	if (o != NULL && o->step == ONCE_SIGNING)
		return true;

	for (size_t i = 0; a != NULL && i < m->n; i++)
		if (results->result[i].status == USE_SPENT && m->index[i] < a->n &&
		    a->used[m->index[i]] != 0 && a->in_flight > 0)
			return true;
	return false;
}

bool
answer_outcome(struct sam *sam, struct call *c, struct reader *r, struct err *e)
{
	static struct msg_outcome m;
	static struct msg_results results;
	AUTO_WRITER signatures = writer_grow(USES_MAX * SIGNATURE_WIRE_MAX), w = writer_grow(FRAME_MAX);
	uint64_t cursor = 0, position;

	if (!msg_outcome_read(r, &m, e))
		return false;
	memcpy(c->d, m.d, sizeof(c->d));
	results = (struct msg_results){ .n = m.n };
	for (size_t i = 0; i < m.n; i++)
		results.result[i] = (struct use_result){ .index = m.index[i], .status = USE_SPENT };
	while (answers_next(sam->state->answers, m.d, &cursor, &position))
		/* What is not durable yet, or not on the copy, is not an answer yet. */
		if (position < journal_released_end(sam->journal) &&
		    !take_outcome(sam, position, m.d, &results, &signatures, e))
			return false;
	if (results.place == 0 && activation_of(sam->activations, m.d) == NULL &&
	    once_of(sam->onces, m.d) == NULL)
		return err_why(e, ERR_MISSING, "unknown", "no outcome of this statement is known");
	if (is_under_way(sam, &m, &results))
		return err_why(e, ERR_BUSY, "busy", "the module is at work on it");
	for (size_t i = 0; i < m.n; i++)
		if (results.result[i].signature.n > 0)
			results.result[i].signature.p = signatures.p +
			    (uintptr_t)results.result[i].signature.p;
	msg_results_write(&w, &results);
	call_answer(sam, c, &w);
	return true;
}

struct receipt {
	struct msg_receipt	 m;
	struct writer		 entry, attestation;
	uint64_t		 sequence;
};

static void
receipt_free(void *p)
{
	struct receipt *r = p;

	writer_wipe(&r->entry);
	writer_wipe(&r->attestation);
	free(r);
}

static void
head_is_there(struct sam *sam, struct call *c, const struct err *failure UNUSED)
{
	struct receipt *r = c->work;
	AUTO_WRITER w = writer_grow(FRAME_MAX);
	static struct msg_receipted m;
	struct writer head = writer_over(m.head, sizeof(m.head));
	struct tree_proof proof;
	struct err e = { 0 };

	m.entry = writer_span(&r->entry);
	m.size = sam->state->head.size;
	m.index = r->sequence;
	if (!tree_inclusion(journal_tree(sam->journal), r->sequence, m.size, &proof, &e) ||
	    proof.n > PROOF_MAX) {
		call_refuse(sam, c, &e);
		return;
	}
	m.n = proof.n;
	memcpy(m.proof, proof.hash, proof.n * HASH_LEN);
	head_write(&head, &sam->state->head);
	m.attestation = writer_span(&r->attestation);
	msg_receipted_write(&w, &m);
	call_answer(sam, c, &w);
}

static void
authenticator_attested(struct sam *sam, struct call *c, const struct err *failure)
{
	const struct receipt *r = c->work;

	if (failure != NULL)
		call_refuse(sam, c, failure);
	else
		heads_wait_for(sam, r->sequence + 1, c, head_is_there);
}

/* The bytes at that place must be a leaf of the tree at the sequence number they claim. */
static bool
receipt_entry(struct sam *sam, struct receipt *r, uint64_t place, struct err *e)
{
	struct tree_source nodes = journal_tree(sam->journal);
	uint8_t leaf[HASH_LEN], there[HASH_LEN];
	struct entry entry;

	if (!journal_read(sam->journal, place, &r->entry, &entry, e))
		return err_why(e, ERR_MISSING, "unknown", "no outcome lies there");
	tree_leaf(writer_span(&r->entry), leaf);
	if (entry.kind != ENTRY_OUTCOME || entry.sequence >= journal_size(sam->journal) ||
	    !nodes.read(nodes.ctx, tree_position(0, entry.sequence), there, e) ||
	    memcmp(leaf, there, HASH_LEN) != 0)
		return err_why(e, ERR_MISSING, "unknown", "no outcome lies there");
	r->sequence = entry.sequence;
	return true;
}

bool
answer_receipt(struct sam *sam, struct call *c, struct reader *r, struct err *e)
{
	AUTO_SIGNER s = { .row = NULL };
	const struct authenticator *auth;
	struct receipt *receipt;
	struct msg_receipt m;

	if (!msg_receipt_read(r, &m, e))
		return false;
	memcpy(c->signer, m.signer, ID_LEN);
	if (!open_signer(sam, m.signer, m.signer_record, &s, e))
		return false;
	if ((auth = signer_authenticator(&s.record, m.authenticator)) == NULL)
		return err_why(e, ERR_MISSING, "owner", "no such authenticator");
	if ((receipt = calloc(1, sizeof(*receipt))) == NULL)
		return err_set(e, ERR_BACKEND, "no memory");
	receipt->entry = writer_grow(ENTRY_MAX);
	receipt->attestation = writer_grow(1024);
	c->work = receipt;
	c->work_free = receipt_free;
	if (!receipt_entry(sam, receipt, m.place, e))
		return false;
	attest_authenticator(sam, c, m.signer, &s.record, auth, &receipt->attestation,
	    authenticator_attested);
	return true;
}
