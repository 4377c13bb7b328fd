/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence and evidence/list: a mailbox where officers' approvals of one statement wait for whoever
 * gathers them. Nothing in it is believed here; the SAM verifies each.
 */
#include "json/base64.h"
#include "ssa/api/route.h"
#include "statement/evidence.h"

#define BYTES_MAX	4096
#define LIFE_MS		(7ull * 24 * 3600 * 1000)

static const struct evidence_room room = { .of_one = 16, .of_all = 10000, .life = LIFE_MS };

static bool
digest_given(struct call *c, uint8_t d[32])
{
	struct span text;

	if (!call_text(c, "d", 64, &text))
		return false;
	if (hex_exact(text, d, 32))
		return true;
	call_invalid(c, "Invalid parameter d");
	return false;
}

void
handle_evidence(struct call *c)
{
	uint8_t bytes[BYTES_MAX];
	struct writer w = writer_over(bytes, sizeof(bytes));
	struct evidence_row v = { .at = c->now };
	struct evidences list;
	struct err e = { 0 };
	struct emit m;

	if (!digest_given(c, v.d) || !call_base64(c, "evidence", BYTES_MAX, &w))
		return;
	if (!evidences_read(writer_span(&w), &list, &e)) {
		call_error(c, 400, "invalid_request", "Invalid parameter evidence", "parse");
		return;
	}
	v.evidence = writer_span(&w);
	sha256(v.evidence, v.hash);
	err_clear(&e);
	if (c->ssa->store->ops->evidence_put(c->ssa->store, &v, &room, &e)) {
		m = call_answer(c);
		call_answered(c, &m);
	} else if (e.code == ERR_NOT_NOW) {
		call_busy(c, "There is no room for more of these");
	} else {
		call_failed(c, &e);
	}
}

static void
evidence_write(void *arg, struct span evidence)
{
	emit_base64(arg, NULL, evidence);
}

void
handle_evidence_list(struct call *c)
{
	struct err e = { 0 };
	struct emit m;
	uint8_t d[32];

	if (!digest_given(c, d))
		return;
	m = call_answer(c);
	emit_array(&m, "evidences");
	if (!c->ssa->store->ops->evidences_of(c->ssa->store, d, c->now - LIFE_MS, evidence_write, &m, &e)) {
		call_failed(c, &e);
		return;
	}
	emit_array_end(&m);
	call_answered(c, &m);
}
