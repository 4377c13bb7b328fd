/* SPDX-License-Identifier: Apache-2.0 */
/*
 * /propria/v1/once/challenge: what an approval must name, of documents with a one-time key, of such a
 * key's certificate, or of DTBS/R with one whose certificate is there.
 */
#include <stdlib.h>

#include "der/certificate.h"
#include "ssa/api/credential.h"
#include "ssa/api/route.h"
#include "ssa/once/held.h"
#include "ssa/once/once.h"
#include "wire/session.h"

struct asked {
	const struct ca_config	*ca;	/* the configuration's */
	uint16_t		 purpose;
	bool			 of_key;
	uint8_t			 id[16];
};

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

/* The key's own session, as long as it lasts, and what the statement names of the key. */
static bool
key_write(struct call *c, struct emit *out, const struct held *h)
{
	struct certificate_cut cut;
	struct certificate cert;
	struct err e = { 0 };

	if (!certificate_cut(h->key->row.certificate, &cut, &e) || !certificate_read(&cut, &cert, &e)) {
		call_failed(c, &e);
		return false;
	}
	emit_hex(out, "credentialID", span_of(h->key->row.id, 16));
	emit_base64(out, "spki", cert.spki);
	return true;
}

static void
offer_answer(struct call *c, const struct asked *a, const struct msg_session_challenged *m)
{
	const struct held *h = a->of_key ? held_find(c->ssa, c->account, a->id) : NULL;
	struct msg_session_challenged said = *m;
	struct err e = { 0 };
	struct emit out;

	if (a->of_key && h == NULL) {
		call_invalid(c, "Invalid parameter credentialID");
		return;
	}
	if (h != NULL) {
		memcpy(said.session, h->session, sizeof(said.session));
		said.seconds = (uint32_t)((h->expires - c->now) / 1000);
	}
	out = call_answer(c);
	emit_hex(&out, "group", span_of(c->ssa->group, HASH_LEN));
	emit_number(&out, "epoch", m->epoch);
	emit_base64url(&out, "fresh", span_of(m->fresh, sizeof(m->fresh)));
	emit_number(&out, "now", m->now);
	emit_hex(&out, "signer", span_of(c->account, 16));
	emit_text(&out, "signatureQualifier", a->ca->qualifier);
	if (h != NULL && !key_write(c, &out, h))
		return;
	if (once_offer_write(c, &out, a->ca, &said, &e))
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
	const struct asked *a = c->state;
	struct msg_session_challenge m = { .purpose = a->purpose, .signer_record = c->signer->record };
	AUTO_WRITER w = writer_grow(FRAME_MAX);

	memcpy(m.signer, c->account, ID_LEN);
	msg_session_challenge_write(&w, &m);
	call_ask(c, SAM_SESSION_CHALLENGE, writer_span(&w), on_challenged);
}

/* False: answered. */
static bool
of_key(struct call *c, struct asked *a)
{
	const struct held *h;

	a->of_key = true;
	if (!call_id(c, "credentialID", a->id))
		return false;
	if ((h = held_find(c->ssa, c->account, a->id)) == NULL)
		call_invalid(c, "Invalid parameter credentialID");
	else
		a->ca = h->ca;
	return h != NULL;
}

static bool
of_qualifier(struct call *c, struct asked *a)
{
	struct span qualifier = { 0 };
	bool first = false;

	if (json_text(c->json, "signatureQualifier", CA_TEXT_MAX - 1, &qualifier) != JSON_WRONG)
		a->ca = ca_list_once(&c->ssa->config.cas, qualifier);
	if (a->ca == NULL)
		call_invalid(c, "Invalid parameter signatureQualifier");
	else if (!call_flag(c, "certificateFirst", &first))
		return false;
	a->purpose = first ? PURPOSE_OPEN_SESSION : PURPOSE_SIGN_ONCE;
	return a->ca != NULL;
}

void
handle_once_challenge(struct call *c)
{
	struct asked *a = calloc(1, sizeof(*a));
	const json_t *id;

	if (a == NULL)
		bug("out of memory");
	a->purpose = PURPOSE_SIGN_ONCE;
	c->state = a;
	c->state_free = free;
	if (json_member(c->json, "credentialID", &id) != JSON_ABSENT ? of_key(c, a) : of_qualifier(c, a))
		challenge_ask(c);
}
