/* SPDX-License-Identifier: Apache-2.0 */
/*
 * credentials/authorize without an approval: for a SCAL1 key, on our word that the signer is here.
 * The SAM opens a window for it (PROTOCOL.sam 4.10); for any other key it refuses.
 */
#include <stdlib.h>

#include "base/log.h"
#include "json/base64.h"
#include "ssa/api/route.h"
#include "ssa/api/window.h"
#include "ssa/issue/before.h"
#include "wire/window.h"

static void on_window(struct call *, struct reader *, const struct err *);

bool
window_is_asked(const struct call *c, const struct sign *s)
{
	const json_t *list;
	enum json_got got;
	struct span otp;
	size_t n;

	got = json_list(c->json, "authData", &list, &n);
	return s->key->row.level == LEVEL_SCAL1 && c->ssa->config.scal1_count > 0 &&
	    json_text(c->json, "OTP", 1, &otp) == JSON_ABSENT &&
	    json_text(c->json, "PIN", 1, &otp) == JSON_ABSENT &&
	    (got == JSON_ABSENT || (got == JSON_GOT && n == 0));
}

static void
session_named(const char *prefix, struct span login, uint8_t session[16])
{
	struct span both[] = { span_of(prefix, strlen(prefix) + 1), login };
	uint8_t hash[HASH_LEN];

	sha256_parts(both, COUNT(both), hash);
	memcpy(session, hash, 16);
}

void
window_session(struct span token, uint8_t session[16])
{
	session_named("propria-session-v1", token, session);
}

void
window_browser(const uint8_t cookie[HASH_LEN], uint8_t session[16])
{
	session_named("propria-browser-v1", span_of(cookie, HASH_LEN), session);
}

void
window_open(struct call *c, const struct key *k, const uint8_t session[16], size_t n, call_next *next)
{
	AUTO_WRITER w = writer_grow(FRAME_MAX);
	struct msg_open_window m = { .signer_record = c->signer->record, .key_record = k->record,
		.seconds = c->ssa->config.scal1_seconds, .count = (uint32_t)n };

	memcpy(m.key, k->row.id, 16);
	memcpy(m.session, session, 16);
	msg_open_window_write(&w, &m);
	before_ask(c, k, SAM_OPEN_WINDOW, writer_span(&w), next);
}

bool
window_opened(struct call *c, struct activation *a, struct reader *r, struct err *e)
{
	struct msg_window m;

	if (!msg_window_read(r, &m, e))
		return false;
	memcpy(a->id, m.activation, 16);
	memcpy(a->d, m.d, HASH_LEN);
	a->expires = m.expires;
	a->counted = c->ssa->parallel;
	return true;
}

static void
on_closed(struct call *c, struct reader *r UNUSED, const struct err *refusal)
{
	call_then *const *then = c->state;

	if (refusal->code != ERR_NONE)
		log_warn("%s windows stay open until their time is over: %s", c->x->id, refusal->text);
	(*then)(c);
}

void
window_close(struct call *c, const uint8_t session[16], call_then *then)
{
	uint8_t bytes[16];
	struct writer w = writer_over(bytes, sizeof(bytes));
	struct msg_close_windows m;
	call_then **kept = malloc(sizeof(*kept));

	if (kept == NULL)
		bug("out of memory");
	*kept = then;
	c->state = kept;
	c->state_free = free;
	memcpy(m.session, session, 16);
	msg_close_windows_write(&w, &m);
	call_ask(c, SAM_CLOSE_WINDOWS, writer_span(&w), on_closed);
}

static void
window_ask(struct call *c)
{
	struct sign *s = c->state;

	window_open(c, s->key, s->activation->session, s->activation->n, on_window);
}

static void
window_again(struct call *c)
{
	struct sign *s = c->state;
	struct err e = { 0 };
	struct key *k = vault_key(c->ssa->vault, s->key->row.id, &e);

	if (k != NULL) {
		key_release(s->key);
		s->key = k;
	}
	window_ask(c);
}

static void
window_refused(struct call *c, const struct err *refusal)
{
	parallel_leave(c->ssa->parallel, c->account);
	if (strcmp(refusal->reason, "limit") == 0)
		call_error(c, 400, "invalid_request", "Numbers of signatures is too high", "limit");
	else if (strcmp(refusal->reason, "kind") == 0)
		call_error(c, 400, "invalid_authentication_data",
		    "This service authorizes nothing by itself: the signer's approval is needed", "kind");
	else
		call_refused(c, refusal);
}

static void
on_window(struct call *c, struct reader *r, const struct err *refusal)
{
	struct sign *s = c->state;
	char sad[TOKEN_LETTERS + 1];
	struct err e = { 0 };
	struct emit out;

	if (sign_is_outdated(c, s, refusal)) {
		call_refresh(c, s->key->row.id, window_again);
		return;
	}
	if (refusal->code != ERR_NONE) {
		window_refused(c, refusal);
		return;
	}
	if (!window_opened(c, s->activation, r, &e)) {
		parallel_leave(c->ssa->parallel, c->account);
		call_failed(c, &e);
		return;
	}
	activation_keep(c->ssa, s->activation, c->requester, sad);
	out = call_answer(c);
	emit_text(&out, "SAD", sad);
	emit_number(&out, "expiresIn", s->activation->expires > c->now ?
	    (s->activation->expires - c->now) / 1000 : 0);
	call_answered(c, &out);
	explicit_bzero(sad, sizeof(sad));
}

void
window_authorize(struct call *c, struct sign *s, size_t n)
{
	if (!parallel_enter(c->ssa->parallel, c->account, c->now)) {
		call_busy(c, "Too many authorizations under way; use or await those");
		return;
	}
	s->activation = activation_window(s->key->row.id, c->account, s->key->alg, n, s->digests, s->n);
	window_session(c->bearer, s->activation->session);
	window_ask(c);
}
