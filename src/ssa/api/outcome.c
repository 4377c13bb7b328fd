/* SPDX-License-Identifier: Apache-2.0 */
/* outcome and receipt: what became of an approval, for the account it was given by. */
#include <stdlib.h>

#include "json/base64.h"
#include "ssa/api/activation.h"
#include "ssa/api/route.h"
#include "ssa/api/window_row.h"
#include "statement/grant.h"
#include "wire/status.h"

struct inquiry {
	uint8_t		d[32], authenticator[2][16];	/* who approved */
	size_t		approvals, attested;	/* how many, and of how many the receipt has the attestation */
	uint32_t	index;
	uint64_t	place;
	bool		window;		/* no approval: on our word */
	struct writer	bytes;		/* statement v32, evidences v32 */
	struct writer	receipt;
};

static void
inquiry_free(void *state)
{
	struct inquiry *q = state;

	writer_wipe(&q->bytes);
	writer_wipe(&q->receipt);
	free(q);
}

/* An approval of this account; rows written behind may still be on their way. */
static bool
approval_of(struct call *c, const uint8_t d[32], struct approval *a)
{
	const struct store_ops *ops = c->ssa->store->ops;
	struct err e = { 0 };

	if (!ops->approval_get(c->ssa->store, d, a, &e) && e.code == ERR_MISSING) {
		err_clear(&e);
		if (ops->flush(c->ssa->store, &e))
			ops->approval_get(c->ssa->store, d, a, &e);
	}
	if (e.code == ERR_NONE && memcmp(a->signer, c->account, 16) == 0)
		return true;
	if (e.code != ERR_NONE && e.code != ERR_MISSING)
		call_failed(c, &e);
	else
		call_invalid(c, "Invalid parameter d");
	return false;
}

static bool
approvals_of(struct inquiry *q, struct span evidences)
{
	struct err ignored = { 0 };
	struct evidences list;

	if (!evidences_read(evidences, &list, &ignored) || list.n < 1 || list.n > 2)
		return false;
	q->approvals = list.n;
	for (size_t i = 0; i < list.n; i++)
		memcpy(q->authenticator[i], list.list[i].id, 16);
	return true;
}

/* A share is sealed to the SAM, which needs it once: nobody else keeps it. PROTOCOL.sam 2.5 */
static void
shares_leave(uint8_t *bytes, size_t n)
{
	struct err ignored = { 0 };
	struct evidences list;

	if (!evidences_read(span_of(bytes, n), &list, &ignored))
		return;
	for (size_t i = 0; i < list.n; i++)
		if (list.list[i].type == EVIDENCE_MODULE)
			grant_blank(bytes + (list.list[i].body.p - bytes), list.list[i].body.n);
}

static struct inquiry *
inquiry_of(struct call *c)
{
	struct inquiry *q = calloc(1, sizeof(*q));
	struct window_row row;
	struct approval a;
	struct err e = { 0 };
	struct span text;

	if (q == NULL)
		bug("out of memory");
	c->state = q;
	c->state_free = inquiry_free;
	q->bytes = writer_grow(STATEMENT_MAX + EVIDENCES_BYTES_MAX + 8);
	q->receipt = writer_grow(ANSWER_MAX / 2);
	if (!call_text(c, "d", 64, &text))
		return NULL;
	if (!hex_exact(text, q->d, 32)) {
		call_invalid(c, "Invalid parameter d");
		return NULL;
	}
	if (!approval_of(c, q->d, &a))
		return NULL;
	q->window = window_row_read(&a, &row);
	if (!q->window && !approvals_of(q, a.evidences)) {
		err_set(&e, ERR_BACKEND, "an approval in the store is of another shape");
		call_failed(c, &e);
		return NULL;
	}
	wr_span32(&q->bytes, a.statement);
	wr_span32(&q->bytes, a.evidences);
	if (writer_ok(&q->bytes))
		shares_leave(q->bytes.p + q->bytes.n - a.evidences.n, a.evidences.n);
	return q;
}

static void
outcome_ask(struct call *c, const struct msg_outcome *m, call_next *next)
{
	AUTO_WRITER w = writer_grow(FRAME_MAX);

	msg_outcome_write(&w, m);
	call_ask(c, SAM_OUTCOME, writer_span(&w), next);
}

static void
on_outcome(struct call *c, struct reader *r, const struct err *refusal)
{
	struct inquiry *q = c->state;
	struct msg_results m;
	struct err e = { 0 };
	struct emit out;

	if (refusal->code != ERR_NONE) {
		call_refused(c, refusal);
		return;
	}
	if (!msg_results_read(r, &m, &e)) {
		call_failed(c, &e);
		return;
	}
	if (m.n == 1 && !q->window)	/* with more, `sequence` need not be the entry of each */
		use_keep(c->ssa, q->d, NULL, &m);
	out = call_answer(c);
	emit_number(&out, "place", m.place);
	emit_array(&out, "results");
	for (size_t i = 0; i < m.n; i++) {
		emit_object(&out, NULL);
		emit_number(&out, "index", m.result[i].index);
		emit_number(&out, "status", m.result[i].status);
		if (m.result[i].signature.n > 0)
			emit_base64(&out, "signature", m.result[i].signature);
		emit_object_end(&out);
	}
	emit_array_end(&out);
	call_answered(c, &out);
}

static bool
indexes_read(struct call *c, struct msg_outcome *m)
{
	const json_t *list;
	size_t n;

	if (json_list(c->json, "indexes", &list, &n) != JSON_GOT) {
		call_invalid(c, "Missing (or invalid type) array parameter indexes");
		return false;
	}
	m->n = n;
	for (size_t i = 0; i < n && n <= USES_MAX; i++) {
		int64_t v;

		if (!json_whole_at(list, i, &v) || v < 0 || v >= USES_MAX ||
		    (i > 0 && v <= (int64_t)m->index[i - 1])) {
			m->n = 0;
			break;
		}
		m->index[i] = (uint32_t)v;
	}
	if (m->n >= 1 && m->n <= USES_MAX)
		return true;
	call_invalid(c, "Invalid parameter indexes: ascending numbers, at least one");
	return false;
}

void
handle_outcome(struct call *c)
{
	struct msg_outcome m = { 0 };
	struct inquiry *q = inquiry_of(c);

	if (q == NULL || !indexes_read(c, &m))
		return;
	memcpy(m.d, q->d, sizeof(m.d));
	outcome_ask(c, &m, on_outcome);
}

/* docs/api.md, Receipt. */
static void
receipt_write(struct writer *w, const struct call *c, const struct inquiry *q,
    const struct msg_receipted *m)
{
	wr_span(w, span_str("PRT1"));
	wr_span32(w, writer_span(&c->ssa->genesis));
	wr_span(w, writer_span(&q->bytes));
	wr_u32(w, q->index);
	wr_span32(w, m->entry);
	wr_u64(w, m->size);
	wr_u64(w, m->index);
	wr_u8(w, (uint8_t)m->n);
	for (size_t i = 0; i < m->n; i++)
		wr_bytes(w, m->proof[i], sizeof(m->proof[i]));
	wr_bytes(w, m->head, sizeof(m->head));
	wr_span16(w, m->attestation);
}

static void receipt_ask(struct call *);

/* One answer for each approval: the first one's proof, and each one's attestation. */
static void
on_receipt(struct call *c, struct reader *r, const struct err *refusal)
{
	struct inquiry *q = c->state;
	struct msg_receipted m;
	struct err e = { 0 };
	struct emit out;

	if (refusal->code != ERR_NONE) {
		call_refused(c, refusal);
		return;
	}
	if (!msg_receipted_read(r, &m, &e)) {
		call_failed(c, &e);
		return;
	}
	if (q->attested++ == 0)
		receipt_write(&q->receipt, c, q, &m);
	else
		wr_span16(&q->receipt, m.attestation);
	if (q->attested < q->approvals) {
		receipt_ask(c);
		return;
	}
	out = call_answer(c);
	emit_base64(&out, "receipt", writer_span(&q->receipt));
	call_answered(c, &out);
}

static void
receipt_ask(struct call *c)
{
	AUTO_WRITER w = writer_grow(FRAME_MAX);
	struct inquiry *q = c->state;
	struct msg_receipt m = { .place = q->place, .signer_record = c->signer->record };

	memcpy(m.signer, c->account, 16);
	memcpy(m.authenticator, q->authenticator[q->attested], 16);
	msg_receipt_write(&w, &m);
	call_ask(c, SAM_RECEIPT, writer_span(&w), on_receipt);
}

static void
on_sequence(struct call *c, struct reader *r, const struct err *refusal)
{
	struct inquiry *q = c->state;
	struct msg_results m;
	struct err e = { 0 };

	if (refusal->code != ERR_NONE) {
		call_refused(c, refusal);
		return;
	}
	if (!msg_results_read(r, &m, &e)) {
		call_failed(c, &e);
		return;
	}
	q->place = m.place;
	if (m.place == 0)
		call_error(c, 400, "invalid_request", "This index has no outcome yet", "unknown");
	else
		receipt_ask(c);
}

static bool
sequence_seen(void *arg, const struct use_row *u)
{
	struct reader r = reader_over(u->indexes);
	struct inquiry *q = arg;
	uint32_t i;

	while (rd_u32(&r, &i))
		if (i == q->index)
			q->place = u->place;
	return q->place == 0;
}

void
handle_receipt(struct call *c)
{
	struct inquiry *q = inquiry_of(c);
	struct msg_outcome m = { .n = 1 };
	struct err e = { 0 };
	int64_t index;

	if (q == NULL)
		return;
	if (json_whole(c->json, "index", &index) != JSON_GOT || index < 0 || index >= USES_MAX) {
		call_invalid(c, "Missing (or invalid type) integer parameter index");
		return;
	}
	if (q->window) {
		call_error(c, 400, "invalid_request", "No approval stands behind this use that a receipt could"
		    " prove: it was made on the word of this service, as the log says", "kind");
		return;
	}
	q->index = (uint32_t)index;
	if (!c->ssa->store->ops->uses_of(c->ssa->store, q->d, sequence_seen, q, &e)) {
		call_failed(c, &e);
		return;
	}
	if (q->place != 0) {
		receipt_ask(c);
		return;
	}
	memcpy(m.d, q->d, sizeof(m.d));
	m.index[0] = q->index;
	outcome_ask(c, &m, on_sequence);
}
