/* SPDX-License-Identifier: Apache-2.0 */
/*
 * module/enact and module/grant: a person's factors on their way to the authentication module, sealed
 * to it and to one statement. The module decides; what it returns is kept or handed on.
 */
#include <stdlib.h>

#include "json/base64.h"
#include "ssa/api/module.h"
#include "ssa/api/route.h"
#include "statement/evidence.h"
#include "wire/enact.h"

struct motion {
	struct writer	statement, evidence, sealed;
	uint8_t		person[16];
	bool		known;		/* whose record goes along, if we have it */
	bool		linked;		/* the caller has somebody at the module */
	bool		grant;		/* else an act at the module */
};

static void motion_ask(struct call *);

static void
motion_free(void *state)
{
	struct motion *m = state;

	writer_wipe(&m->statement);
	writer_wipe(&m->evidence);
	writer_wipe(&m->sealed);
	free(m);
}

static struct motion *
motion_new(struct call *c)
{
	struct motion *m = calloc(1, sizeof(*m));

	if (m == NULL)
		bug("out of memory");
	c->state = m;
	c->state_free = motion_free;
	m->statement = writer_grow(STATEMENT_MAX);
	m->evidence = writer_grow(EVIDENCES_BYTES_MAX);
	m->sealed = writer_grow(SEALED_FACTORS_LEN);
	return m;
}

static void
granted_answer(struct call *c, struct reader *r)
{
	struct msg_granted m;
	struct err e = { 0 };
	struct emit out;

	if (!msg_granted_read(r, &m, &e)) {
		call_failed(c, &e);
		return;
	}
	out = call_answer(c);
	emit_base64(&out, "grant", m.grant);
	call_answered(c, &out);
}

static void
enacted_answer(struct call *c, const struct motion *m, struct reader *r)
{
	struct msg_enacted a;
	struct err e = { 0 };
	struct emit out;

	if (!msg_enacted_read(r, &a, &e)) {
		call_failed(c, &e);
		return;
	}
	for (size_t i = 0; i < a.n; i++)
		module_record_keep(c->ssa, m->person, a.record[i]);
	out = call_answer(c);
	emit_number(&out, "sequence", a.sequence);
	emit_hex(&out, "id", span_of(a.id, 16));
	emit_number(&out, "version", a.version);
	emit_hex(&out, "person", span_of(m->person, 16));
	call_answered(c, &out);
}

static void
on_record(struct call *c, struct reader *r, const struct err *refusal)
{
	const struct motion *m = c->state;
	struct msg_record answer;
	struct err e = { 0 };

	if (refusal->code != ERR_NONE) {
		call_refused(c, refusal);
	} else if (!msg_record_read(r, &answer, &e)) {
		call_failed(c, &e);
	} else {
		module_record_keep(c->ssa, m->person, answer.record);
		motion_ask(c);
	}
}

static void
on_moved(struct call *c, struct reader *r, const struct err *refusal)
{
	const struct motion *m = c->state;

	if (m->known && call_is_outdated(c, refusal)) {
		c->refreshed = true;
		module_ask_record(c, m->person, on_record);
	} else if (refusal->code != ERR_NONE) {
		call_refused(c, refusal);
	} else if (m->grant) {
		granted_answer(c, r);
	} else {
		enacted_answer(c, m, r);
	}
}

static void
motion_ask(struct call *c)
{
	AUTO_WRITER w = writer_grow(FRAME_MAX);
	const struct motion *m = c->state;
	struct span record = m->known ? module_record(c->ssa, m->person) : span_of("", 0);

	if (m->grant)
		msg_grant_write(&w, &(struct msg_grant){ .statement = writer_span(&m->statement),
		    .sealed = writer_span(&m->sealed), .record = record });
	else
		msg_enact_write(&w, &(struct msg_enact){ .statement = writer_span(&m->statement),
		    .evidences = writer_span(&m->evidence), .signer_record = record,
		    .key_record = writer_span(&m->sealed) });
	call_ask_module(c, m->grant ? AUTH_GRANT : SAM_ENACT, writer_span(&w), on_moved);
}

/* Of the module's own statements the head is all that we need to know. PROTOCOL.sam 1 */
static const char *
own_act_fault(const struct call *c, struct motion *m)
{
	struct reader r = reader_over(writer_span(&m->statement));
	uint8_t group[HASH_LEN];
	struct span magic;
	uint16_t purpose;
	uint32_t epoch;

	if (!rd_take(&r, 4, &magic) || !span_equal(magic, span_str("PRS1")) || !rd_u16(&r, &purpose) ||
	    !rd_bytes(&r, group, sizeof(group)) || !rd_u32(&r, &epoch) || !rd_bytes(&r, m->person, 16))
		return "parse";
	if (purpose != PURPOSE_SET_FACTORS && purpose != PURPOSE_CHANGE_FACTORS)
		return "purpose";
	return memcmp(group, c->ssa->module.id, HASH_LEN) == 0 ? NULL : "group";
}

static bool
evidence_read(struct call *c, struct motion *m)
{
	struct span text;

	/* None where the present factors are what approves. */
	return json_text(c->json, "evidence", BASE64_LEN(EVIDENCES_BYTES_MAX), &text) == JSON_ABSENT ||
	    call_base64(c, "evidence", EVIDENCES_BYTES_MAX, &m->evidence);
}

static bool
sealed_read(struct call *c, struct motion *m)
{
	if (!call_base64(c, "sealed", SEALED_FACTORS_LEN, &m->sealed))
		return false;
	if (m->sealed.n == SEALED_FACTORS_LEN)
		return true;
	call_error(c, 400, "invalid_request", "Invalid parameter sealed", "parse");
	return false;
}

void
handle_module_enact(struct call *c)
{
	struct motion *m = motion_new(c);
	const char *fault;

	if (!call_base64(c, "statement", STATEMENT_MAX, &m->statement) || !evidence_read(c, m) ||
	    !sealed_read(c, m))
		return;
	if ((fault = own_act_fault(c, m)) != NULL) {
		call_error(c, 400, "invalid_request", "Invalid parameter statement", fault);
		return;
	}
	m->known = true;
	motion_ask(c);
}

/*
 * Who is about to be bound has no token yet, and the signing page of a ticket has none. Nobody can use up
 * another's tries so: the module counts those alone that repeat the person's id, which no public page tells.
 */
static bool
needs_token(uint16_t purpose)
{
	return purpose != PURPOSE_BIND && purpose != PURPOSE_SIGN && purpose != PURPOSE_SIGN_ONCE;
}

static const char *
grant_fault(const struct call *c, const struct motion *m, const struct statement *s)
{
	if (memcmp(s->group, c->ssa->group, HASH_LEN) != 0)
		return "group";
	if (s->purpose != PURPOSE_BIND && c->signer != NULL && memcmp(s->subject, c->account, 16) != 0)
		return "owner";
	return m->linked || m->known ? NULL : "owner";
}

/* Of two persons only the module can say whose factors these are: it has both records. */
static bool
grant_person(struct call *c, struct motion *m, const struct statement *s)
{
	bool brings = s->purpose == PURPOSE_BIND || s->purpose == PURPOSE_ADD_AUTHENTICATOR;
	struct module_link link = { 0 };
	struct err e = { 0 };

	if (brings && module_is_link(&c->ssa->module, s->bind.attestation)) {
		memcpy(m->person, s->bind.attestation.p + HASH_LEN, 16);
		m->known = true;
	} else if (!brings && !module_links(c->ssa, s->subject, &link, &e)) {
		call_failed(c, &e);
		return false;
	}
	if (link.n == 1) {
		memcpy(m->person, link.person, 16);
		m->known = true;
	}
	m->linked = link.n > 0;
	return true;
}

void
handle_module_grant(struct call *c)
{
	static struct statement s;	/* large; handlers run on one thread */
	struct motion *m = motion_new(c);
	struct err e = { 0 };
	const char *fault;

	m->grant = true;
	if (!call_base64(c, "statement", STATEMENT_MAX, &m->statement) ||
	    !sealed_read(c, m))
		return;
	if (!statement_read(writer_span(&m->statement), &s, &e)) {
		call_error(c, 400, "invalid_request", "Invalid parameter statement", "parse");
		return;
	}
	if (c->signer == NULL && needs_token(s.purpose))
		call_error(c, 401, "invalid_token", "The access token is missing", NULL);
	else if (!grant_person(c, m, &s))
		return;
	else if ((fault = grant_fault(c, m, &s)) != NULL)
		call_error(c, 400, "invalid_request", "Invalid parameter statement", fault);
	else
		motion_ask(c);
}
