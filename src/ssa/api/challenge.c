/* SPDX-License-Identifier: Apache-2.0 */
/* Challenges: a nonce of the SAM's life, fetched in the CSC way and in ours. */
#include "json/base64.h"
#include "ssa/api/credential.h"
#include "ssa/api/route.h"
#include "ssa/api/sign.h"
#include "statement/statement.h"
#include "wire/activate.h"

static void
challenge_ask(struct call *c, const uint8_t signer[16], uint16_t purpose, call_next *next)
{
	uint8_t bytes[32];
	struct writer w = writer_over(bytes, sizeof(bytes));
	struct msg_challenge m = { .purpose = purpose };

	memcpy(m.signer, signer, ID_LEN);
	msg_challenge_write(&w, &m);
	call_ask(c, SAM_CHALLENGE, writer_span(&w), next);
}

static bool
challenged(struct call *c, struct reader *r, const struct err *refusal, struct msg_challenged *m)
{
	struct err e = { 0 };

	if (refusal->code != ERR_NONE)
		call_refused(c, refusal);
	else if (msg_challenged_read(r, m, &e))
		return true;
	else
		call_failed(c, &e);
	return false;
}

void
challenge_emit(struct emit *out, const char *name, const struct msg_challenged *m)
{
	uint8_t bytes[64];
	struct writer w = writer_over(bytes, sizeof(bytes));

	msg_challenged_write(&w, m);
	emit_base64url(out, name, writer_span(&w));
}

static void
on_csc(struct call *c, struct reader *r, const struct err *refusal)
{
	struct msg_challenged m;
	struct emit out;

	if (!challenged(c, r, refusal, &m))
		return;
	out = call_answer(c);
	challenge_emit(&out, "challenge", &m);
	call_answered(c, &out);
}

void
handle_get_challenge(struct call *c)
{
	AUTO(key) *k = call_credential(c);
	struct span object;

	if (k == NULL || !call_text(c, "authObjectID", 64, &object))
		return;
	if (!span_equal(object, span_str("approval")))
		call_invalid(c, "Invalid parameter authObjectID");
	else
		challenge_ask(c, c->client, PURPOSE_SIGN, on_csc);
}

static void
on_own(struct call *c, struct reader *r, const struct err *refusal)
{
	struct msg_challenged m;
	struct emit out;

	if (!challenged(c, r, refusal, &m))
		return;
	out = call_answer(c);
	emit_base64url(&out, "fresh", span_of(m.fresh, sizeof(m.fresh)));
	emit_number(&out, "epoch", m.epoch);
	emit_number(&out, "now", m.now);
	emit_hex(&out, "group", span_of(c->ssa->group, HASH_LEN));
	call_answered(c, &out);
}

void
handle_challenge(struct call *c)
{
	uint8_t signer[16];
	int64_t purpose;

	if (!call_id(c, "signer", signer))
		return;
	if (json_whole(c->json, "purpose", &purpose) != JSON_GOT)
		call_invalid(c, "Missing (or invalid type) integer parameter purpose");
	else if (purpose < 0 || purpose > UINT16_MAX || purpose_name((uint16_t)purpose) == NULL)
		call_invalid(c, "Invalid parameter purpose");
	else
		challenge_ask(c, signer, (uint16_t)purpose, on_own);
}
