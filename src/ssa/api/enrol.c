/* SPDX-License-Identifier: Apache-2.0 */
/* invitation and enrol: how a person invited by an officer becomes an account. */
#include <stdlib.h>

#include "json/base64.h"
#include "ssa/api/route.h"
#include "ssa/jwt.h"
#include "statement/evidence.h"
#include "wire/enact.h"

static void
on_invitation(struct call *c, struct reader *r, const struct err *refusal)
{
	struct err e = { 0 };
	struct msg_record m;
	struct emit out;

	if (refusal->code != ERR_NONE) {
		call_refused(c, refusal);
		return;
	}
	if (!msg_record_read(r, &m, &e)) {
		call_failed(c, &e);
		return;
	}
	out = call_answer(c);
	emit_number(&out, "version", m.version);
	emit_number(&out, "state", m.state);
	call_answered(c, &out);
}

void
handle_invitation(struct call *c)
{
	uint8_t bytes[32];
	struct writer w = writer_over(bytes, sizeof(bytes));
	struct msg_object m = { .type = RECORD_SIGNER };

	if (!call_id(c, "signer", m.id))
		return;
	msg_object_write(&w, &m);
	call_ask(c, SAM_RECORD, writer_span(&w), on_invitation);
}

struct enrolment {
	uint8_t	signer[16];
	uint8_t	login[91];
};

static void
on_bound(struct call *c, struct reader *r, const struct err *refusal)
{
	struct enrolment *n = c->state;
	struct err e = { 0 };
	struct msg_enacted m;
	struct emit out;

	if (refusal->code != ERR_NONE) {
		call_refused(c, refusal);
		return;
	}
	if (!msg_enacted_read(r, &m, &e) || !vault_enrolled(c->ssa->vault, n->signer,
	    span_of(n->login, sizeof(n->login)), m.record, m.n, &e)) {
		call_failed(c, &e);
		return;
	}
	out = call_answer(c);
	emit_hex(&out, "signer", span_of(n->signer, 16));
	emit_number(&out, "version", m.version);
	emit_hex(&out, "authenticator", span_of(m.id, 16));
	call_answered(c, &out);
}

void
handle_enrol(struct call *c)
{
	AUTO_WRITER statement = writer_grow(STATEMENT_MAX);
	AUTO_WRITER evidence = writer_grow(EVIDENCES_BYTES_MAX);
	AUTO_WRITER w = writer_grow(FRAME_MAX);
	struct enrolment *n = calloc(1, sizeof(*n));
	const json_t *login = NULL;
	struct err e = { 0 };
	struct statement s;

	if (n == NULL)
		bug("out of memory");
	c->state = n;
	c->state_free = free;
	if (!call_base64(c, "statement", STATEMENT_MAX, &statement) ||
	    !call_base64(c, "evidence", EVIDENCES_BYTES_MAX, &evidence))
		return;
	if (json_member(c->json, "login", &login) != JSON_GOT || !jwk_read(login, n->login, &e)) {
		call_invalid(c, "Missing or invalid parameter login: a P-256 public key as JWK");
		return;
	}
	if (!statement_read(writer_span(&statement), &s, &e) || s.purpose != PURPOSE_BIND) {
		call_error(c, 400, "invalid_request", "Invalid parameter statement", "parse");
		return;
	}
	memcpy(n->signer, s.subject, 16);
	msg_enact_write(&w, &(struct msg_enact){ .statement = writer_span(&statement),
		.evidences = writer_span(&evidence) });
	call_ask(c, SAM_ENACT, writer_span(&w), on_bound);
}
