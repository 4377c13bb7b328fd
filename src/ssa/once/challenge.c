/* SPDX-License-Identifier: Apache-2.0 */
/* /propria/v1/once/challenge: what an approval of documents with a one-time key must name. */
#include "ssa/api/credential.h"
#include "ssa/api/route.h"
#include "ssa/once/once.h"
#include "wire/session.h"

static void challenge_ask(struct call *);

static bool
key_is_strict(void *arg, const struct key_row *k)
{
	unsigned *most = arg;

	if (k->state != KEY_DESTROYED && k->evidences > *most)
		*most = k->evidences;
	return true;
}

bool
once_offer_write(struct call *c, struct emit *out, const struct ca_config *ca,
    const struct msg_session_challenged *m, struct err *e)
{
	const struct alg *alg = alg_by_name(ca->once);
	unsigned evidences = 1;		/* as many as the strictest of the signer's keys asks: PROTOCOL.sam 1.3 */

	if (!c->ssa->store->ops->keys_of(c->ssa->store, c->account, key_is_strict, &evidences, e))
		return false;
	emit_hex(out, "session", span_of(m->session, 16));
	emit_text(out, "profile", ca->profile);
	emit_hex(out, "idv", span_of(m->idv, 32));
	emit_number(out, "seconds", m->seconds);
	emit_number(out, "alg", alg->number);
	emit_text(out, "algorithm", alg->name);
	emit_text(out, "ca", ca->name);
	emit_number(out, "evidences", evidences);
	return true;
}

static void
offer_answer(struct call *c, const struct ca_config *ca, const struct msg_session_challenged *m)
{
	struct emit out = call_answer(c);
	struct err e = { 0 };

	emit_hex(&out, "group", span_of(c->ssa->group, HASH_LEN));
	emit_number(&out, "epoch", m->epoch);
	emit_base64url(&out, "fresh", span_of(m->fresh, sizeof(m->fresh)));
	emit_number(&out, "now", m->now);
	emit_hex(&out, "signer", span_of(c->account, 16));
	emit_text(&out, "signatureQualifier", ca->qualifier);
	if (once_offer_write(c, &out, ca, m, &e))
		call_answered(c, &out);
	else
		call_failed(c, &e);
}

static void
on_challenged(struct call *c, struct reader *r, const struct err *refusal)
{
	struct msg_session_challenged m;
	struct err e = { 0 };

	if (call_is_outdated(c, refusal))
		call_refresh(c, (const uint8_t[16]){ 0 }, challenge_ask);
	else if (refusal->code != ERR_NONE)
		call_refused(c, refusal);
	else if (msg_session_challenged_read(r, &m, &e))
		offer_answer(c, c->state, &m);
	else
		call_failed(c, &e);
}

static void
challenge_ask(struct call *c)
{
	struct msg_session_challenge m = { .purpose = PURPOSE_SIGN_ONCE,
		.signer_record = c->signer->record };
	AUTO_WRITER w = writer_grow(FRAME_MAX);

	memcpy(m.signer, c->account, ID_LEN);
	msg_session_challenge_write(&w, &m);
	call_ask(c, SAM_SESSION_CHALLENGE, writer_span(&w), on_challenged);
}

static void
nothing_to_free(void *state UNUSED)
{
}

void
handle_once_challenge(struct call *c)
{
	struct span qualifier = { 0 };
	const struct ca_config *ca;

	if (json_text(c->json, "signatureQualifier", CA_TEXT_MAX - 1, &qualifier) == JSON_WRONG) {
		call_invalid(c, "Invalid parameter signatureQualifier");
		return;
	}
	if ((ca = ca_list_once(&c->ssa->config.cas, qualifier)) == NULL) {
		call_invalid(c, "Invalid parameter signatureQualifier");
		return;
	}
	c->state = (void *)(uintptr_t)ca;	/* the configuration's */
	c->state_free = nothing_to_free;
	challenge_ask(c);
}
