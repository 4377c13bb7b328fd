/* SPDX-License-Identifier: Apache-2.0 */
/* enact: a signer's own acts on keys and authenticators. The SAM decides; what it returns is kept before we answer. */
#include <stdlib.h>

#include "json/base64.h"
#include "ssa/api/act.h"
#include "ssa/api/credential.h"
#include "ssa/api/route.h"
#include "ssa/issue/issuer.h"
#include "ssa/once/held.h"
#include "statement/evidence.h"

#define CREDENTIAL_MAX	1023

static void
act_free(void *state)
{
	struct act *a = state;

	writer_wipe(&a->statement);
	writer_wipe(&a->evidence);
	writer_wipe(&a->credential);
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
	memcpy(row.profile, a->profile, 16);
	memcpy(row.with, a->with, 16);
	return vault_key_put(c->ssa->vault, &row, m->record, m->n, e) && issuer_certify(c->ssa, &row, e);
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
	return vault_key_put(c->ssa->vault, &row, m->record, m->n, e) &&
	    (row.state != KEY_DESTROYED || issuer_revoke(c->ssa, &k->row, e));
}

/* What My keys shows of authenticators follows what the SAM keeps sealed. */
static bool
authenticators_kept(struct call *c, const struct act *a, const struct msg_enacted *m, struct err *e)
{
	const struct store_ops *ops = c->ssa->store->ops;
	struct authenticator_row row = { .type = a->type, .protection = a->protection, .label = a->label,
		.credential = writer_span(&a->credential), .bound = c->now };

	if (!vault_records(c->ssa->vault, c->account, m->record, m->n, e))
		return false;
	if (a->purpose == PURPOSE_REMOVE_AUTHENTICATOR)
		return ops->authenticator_drop(c->ssa->store, c->account, m->id, e);
	memcpy(row.account, c->account, 16);
	memcpy(row.id, m->id, 16);
	return ops->authenticator_put(c->ssa->store, &row, e);
}

static bool
act_is_on_key(const struct act *a)
{
	return a->purpose == PURPOSE_DESTROY_KEY || a->purpose == PURPOSE_RELEASE_KEY;
}

static bool
result_kept(struct call *c, const struct act *a, const struct msg_enacted *m, struct err *e)
{
	if (a->purpose == PURPOSE_CREATE_KEY)
		return new_key_kept(c, a, m, e);
	return act_is_on_key(a) ? old_key_kept(c, a, m, e) : authenticators_kept(c, a, m, e);
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
	if (!act_is_on_key(a))
		held_drop_of(c->ssa, c->account);	/* the signer's record changed */
	if (!msg_enacted_read(r, &m, &e) || !result_kept(c, a, &m, &e)) {
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
	AUTO(key) *k = act_is_on_key(a) ? vault_key(c->ssa->vault, a->key, &e) : NULL;
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

static bool
purpose_is_ours(uint16_t p)
{
	return p == PURPOSE_CREATE_KEY || p == PURPOSE_DESTROY_KEY || p == PURPOSE_RELEASE_KEY ||
	    p == PURPOSE_ADD_AUTHENTICATOR || p == PURPOSE_REMOVE_AUTHENTICATOR;
}

const char *
act_fault(struct call *c, struct act *a)
{
	struct err e = { 0 };
	struct statement s;

	if (!statement_read(writer_span(&a->statement), &s, &e))
		return "parse";
	if (!purpose_is_ours(s.purpose))
		return "purpose";
	if (memcmp(s.subject, c->account, 16) != 0)
		return "owner";
	a->purpose = s.purpose;
	switch (s.purpose) {
	case PURPOSE_CREATE_KEY:
		a->alg = s.create_key.alg;
		a->class = s.create_key.class;
		a->level = s.create_key.level;
		a->evidences = s.create_key.evidences;
		memcpy(a->profile, s.create_key.profile, 16);
		memcpy(a->with, s.create_key.with, 16);
		return NULL;
	case PURPOSE_ADD_AUTHENTICATOR:
		a->type = s.bind.type;
		a->protection = protection_seen(c, &s);
		a->label = s.bind.label;
		if (a->type == EVIDENCE_MODULE || a->type == EVIDENCE_PROVIDER) {
			writer_reset(&a->credential);
			wr_span(&a->credential, s.bind.attestation);	/* whom, not what it signs with */
		}
		return NULL;
	case PURPOSE_REMOVE_AUTHENTICATOR:
		return NULL;
	case PURPOSE_DESTROY_KEY:
	case PURPOSE_RELEASE_KEY:
		memcpy(a->key, s.key.key, 16);
		return is_own_key(c, a->key) ? NULL : "owner";
	default:
		bug("an act that is not ours");
	}
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
	a->credential = writer_grow(CREDENTIAL_MAX);
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

/* Of a new passkey: what browsers are asked for it by; the SAM reads it for itself. */
static bool
credential_read(struct call *c, struct act *a)
{
	struct span text;
	enum json_got got = json_text(c->json, "credential", BASE64_LEN(CREDENTIAL_MAX), &text);

	if (got == JSON_ABSENT || (got == JSON_GOT && base64url_read(text, &a->credential) &&
	    a->credential.n > 0))
		return true;
	call_invalid(c, "Invalid parameter credential");
	return false;
}

void
handle_enact(struct call *c)
{
	struct act *a = act_new(c, enacted_answer);
	const char *fault;

	if (!call_base64(c, "statement", STATEMENT_MAX, &a->statement) ||
	    !call_base64(c, "evidence", EVIDENCES_BYTES_MAX, &a->evidence) || !credential_read(c, a))
		return;
	if ((fault = act_fault(c, a)) != NULL)
		call_error(c, 400, "invalid_request", "Invalid parameter statement", fault);
	else
		act_ask(c);
}
