/* SPDX-License-Identifier: Apache-2.0 */
/* enact: a signer's own acts on keys. The SAM decides; what it returns is kept before we answer. */
#include <stdlib.h>

#include "ssa/api/act.h"
#include "ssa/api/credential.h"
#include "ssa/api/route.h"
#include "statement/evidence.h"

static void
act_free(void *state)
{
	struct act *a = state;

	writer_wipe(&a->statement);
	writer_wipe(&a->evidence);
	free(a);
}

static bool
new_key_kept(struct call *c, const struct act *a, const struct msg_enacted *m, struct err *e)
{
	struct key_row row = { .alg = a->alg, .class = a->class, .level = a->level,
		.evidences = a->evidences, .state = KEY_NEW,
		.version = m->version, .created = c->now, .spki = span_of("", 0),
		.certificate = span_of("", 0), .chain = span_of("", 0) };

	memcpy(row.id, m->id, 16);
	memcpy(row.owner, c->account, 16);
	return vault_key_put(c->ssa->vault, &row, m->record, m->n, e);
}

static bool
old_key_kept(struct call *c, const struct act *a, const struct msg_enacted *m, struct err *e)
{
	AUTO(key) *k = vault_key(c->ssa->vault, a->key, e);
	struct key_row row;

	if (k == NULL)
		return false;
	row = k->row;
	row.version = m->version;
	row.state = a->purpose == PURPOSE_DESTROY_KEY ? KEY_DESTROYED : KEY_ACTIVE;
	return vault_key_put(c->ssa->vault, &row, m->record, m->n, e);
}

static void
on_enacted(struct call *c, struct reader *r, const struct err *refusal)
{
	struct act *a = c->state;
	struct err e = { 0 };
	struct msg_enacted m;

	if (call_is_outdated(c, refusal)) {
		call_refresh(c, a->key, act_ask);
		return;
	}
	if (refusal->code != ERR_NONE) {
		call_refused(c, refusal);
		return;
	}
	if (!msg_enacted_read(r, &m, &e) || !(a->purpose == PURPOSE_CREATE_KEY ?
	    new_key_kept(c, a, &m, &e) : old_key_kept(c, a, &m, &e))) {
		call_failed(c, &e);
		return;
	}
	a->answer(c, &m);
}

void
act_ask(struct call *c)
{
	AUTO_WRITER w = writer_grow(FRAME_MAX);
	struct act *a = c->state;
	struct err e = { 0 };
	AUTO(key) *k = a->purpose == PURPOSE_CREATE_KEY ? NULL : vault_key(c->ssa->vault, a->key, &e);
	struct msg_enact m = { .statement = writer_span(&a->statement),
		.evidences = writer_span(&a->evidence), .signer_record = c->signer->record };

	if (k != NULL)
		m.key_record = k->record;
	msg_enact_write(&w, &m);
	call_ask(c, SAM_ENACT, writer_span(&w), on_enacted);
}

static bool
is_own_key(struct call *c, const uint8_t id[16])
{
	struct err e = { 0 };
	AUTO(key) *k = vault_key(c->ssa->vault, id, &e);

	return k != NULL && memcmp(k->row.owner, c->account, 16) == 0;
}

const char *
act_fault(struct call *c, struct act *a)
{
	struct err e = { 0 };
	struct statement s;

	if (!statement_read(writer_span(&a->statement), &s, &e))
		return "parse";
	if (s.purpose != PURPOSE_CREATE_KEY && s.purpose != PURPOSE_DESTROY_KEY &&
	    s.purpose != PURPOSE_RELEASE_KEY)
		return "purpose";
	if (memcmp(s.subject, c->account, 16) != 0)
		return "owner";
	a->purpose = s.purpose;
	if (s.purpose == PURPOSE_CREATE_KEY) {
		a->alg = s.create_key.alg;
		a->class = s.create_key.class;
		a->level = s.create_key.level;
		a->evidences = s.create_key.evidences;
		return NULL;
	}
	memcpy(a->key, s.key.key, 16);
	return is_own_key(c, a->key) ? NULL : "owner";
}

struct act *
act_new(struct call *c, act_answer *answer)
{
	struct act *a = calloc(1, sizeof(*a));

	if (a == NULL)
		bug("out of memory");
	c->state = a;
	c->state_free = act_free;
	a->answer = answer;
	a->statement = writer_grow(STATEMENT_MAX);
	a->evidence = writer_grow(EVIDENCES_BYTES_MAX);
	return a;
}

static void
enacted_answer(struct call *c, const struct msg_enacted *m)
{
	struct emit out = call_answer(c);

	emit_number(&out, "sequence", m->sequence);
	emit_hex(&out, "id", span_of(m->id, 16));
	emit_number(&out, "version", m->version);
	call_answered(c, &out);
}

void
handle_enact(struct call *c)
{
	struct act *a = act_new(c, enacted_answer);
	const char *fault;

	if (!call_base64(c, "statement", STATEMENT_MAX, &a->statement) ||
	    !call_base64(c, "evidence", EVIDENCES_BYTES_MAX, &a->evidence))
		return;
	if ((fault = act_fault(c, a)) != NULL)
		call_error(c, 400, "invalid_request", "Invalid parameter statement", fault);
	else
		act_ask(c);
}
