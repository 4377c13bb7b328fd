/* SPDX-License-Identifier: Apache-2.0 */
/* invitation and enrol: how a person invited by an officer becomes an account. */
#include <stdlib.h>

#include "json/base64.h"
#include "ssa/api/act.h"
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

#define REGISTER_LIFE_MS	3600000
#define LABEL_BYTES		128
#define CREDENTIAL_MAX		1023

struct enrolment {
	uint8_t	signer[16];
	uint8_t	login[91];
	bool	has_login;
	uint8_t	type, protection;
	uint8_t	label[LABEL_BYTES], credential[CREDENTIAL_MAX];
	struct writer label_w, credential_w;
};

/* What the SAM keeps sealed, the SSA saw at this moment only: My keys shows it. */
static bool
authenticator_kept(struct call *c, const struct enrolment *n, const uint8_t id[16], struct err *e)
{
	struct authenticator_row a = { .type = n->type, .protection = n->protection,
		.label = writer_span(&n->label_w), .credential = writer_span(&n->credential_w),
		.bound = c->now };

	memcpy(a.account, n->signer, 16);
	memcpy(a.id, id, 16);
	return c->ssa->store->ops->authenticator_put(c->ssa->store, &a, e);
}

/* The right to make a login for this account on the SSA's own page, once. */
static bool
register_issue(struct call *c, const struct enrolment *n, char text[TOKEN_LETTERS + 1], struct err *e)
{
	struct handle_row h = { .kind = HANDLE_REGISTER, .expires = c->now + REGISTER_LIFE_MS,
		.data = span_of("", 0) };

	secret_text(text, h.hash);
	memcpy(h.account, n->signer, 16);
	return c->ssa->store->ops->handle_put(c->ssa->store, &h, e);
}

static void
on_bound(struct call *c, struct reader *r, const struct err *refusal)
{
	struct enrolment *n = c->state;
	struct err e = { 0 };
	char text[TOKEN_LETTERS + 1];
	struct msg_enacted m;
	struct emit out;

	if (refusal->code != ERR_NONE) {
		call_refused(c, refusal);
		return;
	}
	if (!msg_enacted_read(r, &m, &e) || !vault_enrolled(c->ssa->vault, n->signer,
	    span_of(n->login, n->has_login ? sizeof(n->login) : 0), m.record, m.n, &e) ||
	    !authenticator_kept(c, n, m.id, &e) || !register_issue(c, n, text, &e)) {
		call_failed(c, &e);
		return;
	}
	out = call_answer(c);
	emit_hex(&out, "signer", span_of(n->signer, 16));
	emit_number(&out, "version", m.version);
	emit_hex(&out, "authenticator", span_of(m.id, 16));
	emit_text(&out, "register", text);
	call_answered(c, &out);
	explicit_bzero(text, sizeof(text));
}

/* login: a P-256 key, if the signer's own tool is to log in with one. */
static bool
login_read(struct call *c, struct enrolment *n)
{
	const json_t *login = NULL;
	struct err e = { 0 };
	enum json_got got = json_member(c->json, "login", &login);

	n->has_login = got == JSON_GOT;
	if (got == JSON_ABSENT || (got == JSON_GOT && jwk_read(login, n->login, &e)))
		return true;
	call_invalid(c, "Invalid parameter login: a P-256 public key as JWK");
	return false;
}

static bool
credential_read(struct call *c, struct enrolment *n)
{
	struct span text;
	enum json_got got = json_text(c->json, "credential", BASE64_LEN(CREDENTIAL_MAX), &text);

	if (got == JSON_ABSENT || (got == JSON_GOT && base64url_read(text, &n->credential_w) &&
	    n->credential_w.n > 0))
		return true;
	call_invalid(c, "Invalid parameter credential");
	return false;
}

static bool
bind_read(struct call *c, struct enrolment *n, struct span bytes)
{
	struct err e = { 0 };
	struct statement s;

	if (!statement_read(bytes, &s, &e) || s.purpose != PURPOSE_BIND) {
		call_error(c, 400, "invalid_request", "Invalid parameter statement", "parse");
		return false;
	}
	memcpy(n->signer, s.subject, 16);
	n->type = s.bind.type;
	n->protection = protection_seen(c, &s);
	wr_span(&n->label_w, s.bind.label);
	if (n->type == EVIDENCE_MODULE || n->type == EVIDENCE_PROVIDER) {
		writer_reset(&n->credential_w);
		wr_span(&n->credential_w, s.bind.attestation);	/* whom, not what it signs with */
	}
	return true;
}

void
handle_enrol(struct call *c)
{
	AUTO_WRITER statement = writer_grow(STATEMENT_MAX);
	AUTO_WRITER evidence = writer_grow(EVIDENCES_BYTES_MAX);
	AUTO_WRITER w = writer_grow(FRAME_MAX);
	struct enrolment *n = calloc(1, sizeof(*n));

	if (n == NULL)
		bug("out of memory");
	c->state = n;
	c->state_free = free;
	n->label_w = writer_over(n->label, sizeof(n->label));
	n->credential_w = writer_over(n->credential, sizeof(n->credential));
	if (!call_base64(c, "statement", STATEMENT_MAX, &statement) ||
	    !call_base64(c, "evidence", EVIDENCES_BYTES_MAX, &evidence) || !login_read(c, n) ||
	    !credential_read(c, n) || !bind_read(c, n, writer_span(&statement)))
		return;
	msg_enact_write(&w, &(struct msg_enact){ .statement = writer_span(&statement),
		.evidences = writer_span(&evidence) });
	call_ask(c, SAM_ENACT, writer_span(&w), on_bound);
}
