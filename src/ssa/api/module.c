/* SPDX-License-Identifier: Apache-2.0 */
/* module and module/challenge: which authentication module there is, and its nonces. */
#include <stdlib.h>

#include "audit/entry_person.h"
#include "ssa/api/module.h"
#include "ssa/api/route.h"
#include "statement/statement.h"
#include "wire/enact.h"

static void
on_factor_key(struct call *c, struct reader *r, const struct err *refusal)
{
	struct msg_factor_key m;
	struct err e = { 0 };
	struct emit out;

	if (refusal->code != ERR_NONE) {
		call_refused(c, refusal);
		return;
	}
	if (!msg_factor_key_read(r, &m, &e)) {
		call_failed(c, &e);
		return;
	}
	out = call_answer(c);
	emit_hex(&out, "module", span_of(c->ssa->module.id, HASH_LEN));
	emit_text(&out, "name", c->ssa->config.auth_name);
	emit_base64url(&out, "factorKey", m.attestation);
	emit_base64(&out, "genesis", writer_span(&c->ssa->module.genesis));
	call_answered(c, &out);
}

void
handle_module(struct call *c)
{
	call_ask_module(c, AUTH_FACTOR_KEY, span_of("", 0), on_factor_key);
}

void
module_ask_challenge(struct call *c, const uint8_t person[16], uint16_t purpose, call_next *next)
{
	uint8_t bytes[32];
	struct writer w = writer_over(bytes, sizeof(bytes));
	struct msg_challenge m = { .purpose = purpose };

	memcpy(m.signer, person, ID_LEN);
	msg_challenge_write(&w, &m);
	call_ask_module(c, SAM_CHALLENGE, writer_span(&w), next);
}

void
module_ask_record(struct call *c, const uint8_t person[16], call_next *next)
{
	uint8_t bytes[32];
	struct writer w = writer_over(bytes, sizeof(bytes));
	struct msg_object m = { .type = RECORD_PERSON };

	memcpy(m.id, person, ID_LEN);
	msg_object_write(&w, &m);
	call_ask_module(c, SAM_RECORD, writer_span(&w), next);
}

bool
module_person(struct call *c, uint8_t person[16])
{
	struct module_link link;
	struct err e = { 0 };

	if (!module_links(c->ssa, c->account, &link, &e))
		call_failed(c, &e);
	else if (link.n == 0)
		call_error(c, 400, "invalid_request", "This account is linked to nobody whom the authentication"
		    " module knows", "owner");
	else
		memcpy(person, link.person, 16);
	return e.code == ERR_NONE && link.n > 0;
}

struct asked {
	uint8_t			person[16];
	struct msg_challenged	nonce;
};

static void
on_person(struct call *c, struct reader *r, const struct err *refusal)
{
	const struct asked *a = c->state;
	struct msg_record m;
	struct err e = { 0 };
	struct emit out;

	if (refusal->code != ERR_NONE) {
		call_refused(c, refusal);
		return;
	}
	if (!msg_record_read(r, &m, &e)) {
		call_failed(c, &e);
		return;
	}
	module_record_keep(c->ssa, a->person, m.record);
	out = call_answer(c);
	emit_hex(&out, "person", span_of(a->person, 16));
	emit_hex(&out, "module", span_of(c->ssa->module.id, HASH_LEN));
	emit_base64url(&out, "fresh", span_of(a->nonce.fresh, sizeof(a->nonce.fresh)));
	emit_number(&out, "epoch", a->nonce.epoch);
	emit_number(&out, "now", a->nonce.now);
	emit_number(&out, "version", m.version);
	emit_number(&out, "state", m.state);
	emit_flag(&out, "locked", m.state == PERSON_LOCKED);
	call_answered(c, &out);
}

static void
on_nonce(struct call *c, struct reader *r, const struct err *refusal)
{
	struct asked *a = c->state;
	struct err e = { 0 };

	if (refusal->code != ERR_NONE)
		call_refused(c, refusal);
	else if (msg_challenged_read(r, &a->nonce, &e))
		module_ask_record(c, a->person, on_person);
	else
		call_failed(c, &e);
}

/* Whom: named by an enrolment that has no token yet, else the account's. */
void
handle_module_challenge(struct call *c)
{
	struct asked *a = calloc(1, sizeof(*a));
	int64_t purpose;
	struct span text;

	if (a == NULL)
		bug("out of memory");
	c->state = a;
	c->state_free = free;
	if (json_whole(c->json, "purpose", &purpose) != JSON_GOT)
		call_invalid(c, "Missing (or invalid type) integer parameter purpose");
	else if (purpose != PURPOSE_SET_FACTORS && purpose != PURPOSE_CHANGE_FACTORS)
		call_invalid(c, "Invalid parameter purpose");
	else if (json_text(c->json, "person", 64, &text) == JSON_ABSENT && c->signer != NULL ?
	    module_person(c, a->person) : call_id(c, "person", a->person))
		module_ask_challenge(c, a->person, (uint16_t)purpose, on_nonce);
}
