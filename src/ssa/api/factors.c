/* SPDX-License-Identifier: Apache-2.0 */
/* Clear factors on their way to the module: FACTOR_KEY, CHALLENGE, then ENACT of a CHECK. PROTOCOL.sam 9 */
#include "base/secret.h"
#include "crypto/hpke.h"
#include "ssa/api/credential.h"
#include "ssa/api/factors.h"
#include "ssa/api/module.h"
#include "ssa/api/window.h"
#include "statement/statement.h"
#include "wire/enact.h"

#define PLAIN_LEN	256
#define D_AT		4		/* in what is sealed: after "PRF1" */
#define PERSON_AT	(D_AT + HASH_LEN)
#define PIN_MIN		6
#define PIN_MAX		64
#define OTP_MIN		6
#define OTP_MAX		8
#define CHECK_MS	60000
#define CHECK_LEN	130		/* header and session */
#define KEY_AT		(1 + 32 + 8)	/* in FACTOR_KEY's attestation: what, group, life */
#define ATTESTATION_LEN	(KEY_AT + HPKE_POINT_LEN + 8 + 64)
#define WHAT_FACTOR_KEY	5

bool
factors_want_pin(const struct config *c)
{
	return strcmp(c->scal1_factors, "pin") == 0 || strcmp(c->scal1_factors, "both") == 0;
}

bool
factors_want_otp(const struct config *c)
{
	return strcmp(c->scal1_factors, "otp") == 0 || strcmp(c->scal1_factors, "both") == 0;
}

bool
factors_open(const struct call *c, const struct key *k)
{
	const struct config *config = &c->ssa->config;
	struct module_link link;
	struct err ignored = { 0 };

	return k->row.level == LEVEL_SCAL1 && config->scal1_count > 0 &&
	    (factors_want_pin(config) || factors_want_otp(config)) &&
	    strcmp(config->auth_mode, "explicit") == 0 &&
	    module_links(c->ssa, c->account, &link, &ignored) && link.n > 0;
}

static bool
is_otp(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return s.n >= OTP_MIN && s.n <= OTP_MAX;
}

struct clear {
	struct span	pin, otp;	/* lent from the request */
	bool		given, wrong;
};

/* Nothing of them stays in the request; the JSON is ours. */
static void
wipe(struct span s)
{
	if (s.n > 0)
		explicit_bzero((void *)(uintptr_t)s.p, s.n);
}

/* Where they are not offered, OTP is an approval and PIN is nothing: see authorize.c. */
static void
members_read(const struct call *c, struct clear *f)
{
	const struct config *config = &c->ssa->config;
	struct span otp;
	enum json_got pin, got;

	if (!factors_want_pin(config) && !factors_want_otp(config))
		return;
	pin = json_text(c->json, "PIN", PIN_MAX, &f->pin);
	got = json_text(c->json, "OTP", OTP_MAX, &otp);
	f->given = pin == JSON_WRONG || f->pin.n > 0 || (got == JSON_GOT && is_otp(otp));
	f->wrong = pin == JSON_WRONG || (f->given && got != JSON_ABSENT && (got != JSON_GOT || !is_otp(otp)));
	if (got == JSON_GOT && f->given)
		f->otp = otp;
}

static void
list_read(const json_t *list, size_t n, struct clear *f)
{
	for (size_t i = 0; i < n; i++) {
		const json_t *one = json_object_at(list, i);
		struct span id, *into = NULL;

		if (one == NULL || json_text(one, "id", 64, &id) != JSON_GOT) {
			f->wrong = true;
			continue;
		}
		if (span_equal(id, span_str("PIN")))
			into = &f->pin;
		else if (span_equal(id, span_str("OTP")))
			into = &f->otp;
		f->given |= into != NULL;
		f->wrong |= into == NULL || into->n > 0 || json_text(one, "value", PIN_MAX, into) != JSON_GOT ||
		    into->n == 0;
	}
}

/* The plaintext, but for what is not known yet: d and person. */
static bool
plain_write(struct sign *s, const struct clear *f, struct err *e)
{
	struct writer w;

	if ((s->factors = secret_new(PLAIN_LEN, e)) == NULL)
		return false;
	w = writer_over(secret_room(s->factors), PLAIN_LEN);
	wr_span(&w, span_str("PRF1"));
	wr_zero(&w, HASH_LEN + 16);
	wr_span8(&w, f->pin);
	wr_span8(&w, f->otp);
	wr_zero(&w, PLAIN_LEN - w.n);
	secret_set_length(s->factors, PLAIN_LEN);
	return writer_ok(&w);
}

static void
not_good(struct call *c, const char *reason)
{
	if (call_version(c) == 1)
		call_error(c, 400, "invalid_pin", "The PIN or the OTP is invalid", reason);
	else
		call_error(c, 400, "invalid_authentication_data", "The authentication data is invalid", reason);
}

bool
factors_take(struct call *c, struct sign *s)
{
	struct clear f = { .given = false };
	struct err e = { 0 };
	const json_t *list;
	bool kept = true;
	size_t n;

	if (call_version(c) != 1 && json_list(c->json, "authData", &list, &n) == JSON_GOT && n > 0)
		list_read(list, n, &f);
	else
		members_read(c, &f);
	if (!f.given)
		return true;
	f.wrong |= (f.pin.n > 0 && (f.pin.n < PIN_MIN || f.pin.n > PIN_MAX)) || (f.otp.n > 0 && !is_otp(f.otp));
	if (!f.wrong)
		kept = plain_write(s, &f, &e);
	wipe(f.pin);
	wipe(f.otp);
	if (f.wrong)
		not_good(c, "parse");
	else if (!kept)
		call_failed(c, &e);
	return !f.wrong && kept;
}

static void
on_checked(struct call *c, struct reader *r UNUSED, const struct err *refusal)
{
	struct sign *s = c->state;

	if (refusal->code == ERR_NONE)
		window_authorize(c, s, s->wanted);
	else if (strcmp(refusal->reason, "auth") == 0)
		not_good(c, "auth");
	else if (strcmp(refusal->reason, "locked") == 0)
		call_error(c, 400, "invalid_request", call_version(c) == 1 ? "PIN locked" : "Credential locked", "locked");
	else
		call_refused(c, refusal);
}

/* CHECK: the module is to say whether these are the person's, for this login. */
static void
check_write(struct call *c, const struct sign *s, const struct msg_challenged *nonce, struct writer *w)
{
	static struct statement st;	/* large; handlers run on one thread */

	memset(&st, 0, sizeof(st));
	st.purpose = PURPOSE_CHECK;
	memcpy(st.group, c->ssa->module.id, HASH_LEN);
	st.epoch = nonce->epoch;
	memcpy(st.subject, s->person, sizeof(st.subject));
	memcpy(st.fresh, nonce->fresh, sizeof(st.fresh));
	st.iat = nonce->now;
	st.exp = nonce->now + CHECK_MS;
	window_session(c->bearer, st.check);
	statement_write(w, &st);
}

/* The clear text ends here. */
static bool
factors_seal(struct call *c, struct sign *s, const uint8_t d[HASH_LEN], uint8_t sealed[SEALED_FACTORS_LEN],
    struct err *e)
{
	static const char tag[] = "propria-factor-v1";
	uint8_t info[sizeof(tag) - 1 + HASH_LEN], *plain = secret_room(s->factors);
	bool good;

	memcpy(info, tag, sizeof(tag) - 1);
	memcpy(info + sizeof(tag) - 1, c->ssa->module.id, HASH_LEN);
	memcpy(plain + D_AT, d, HASH_LEN);
	memcpy(plain + PERSON_AT, s->person, 16);
	good = hpke_seal(span_of(s->module_key, sizeof(s->module_key)), span_of(info, sizeof(info)),
	    span_of(d, HASH_LEN), secret_span(s->factors), sealed, e);
	secret_free(s->factors);
	s->factors = NULL;
	return good;
}

static void
on_nonce(struct call *c, struct reader *r, const struct err *refusal)
{
	uint8_t bytes[CHECK_LEN], sealed[SEALED_FACTORS_LEN], d[HASH_LEN];
	struct writer statement = writer_over(bytes, sizeof(bytes));
	AUTO_WRITER w = writer_grow(FRAME_MAX);
	struct sign *s = c->state;
	struct msg_challenged nonce;
	struct err e = { 0 };

	if (refusal->code != ERR_NONE) {
		call_refused(c, refusal);
		return;
	}
	if (!msg_challenged_read(r, &nonce, &e)) {
		call_failed(c, &e);
		return;
	}
	check_write(c, s, &nonce, &statement);
	statement_digest(writer_span(&statement), d);
	if (!factors_seal(c, s, d, sealed, &e)) {
		call_failed(c, &e);
		return;
	}
	msg_enact_write(&w, &(struct msg_enact){ .statement = writer_span(&statement),
	    .evidences = span_of("", 0), .signer_record = span_of("", 0),
	    .key_record = span_of(sealed, sizeof(sealed)) });
	call_ask_module(c, SAM_ENACT, writer_span(&w), on_checked);
}

/* The SIC and the tools verify its signature; here the socket's owner stands for it, as for the SAM. */
static void
on_key(struct call *c, struct reader *r, const struct err *refusal)
{
	struct sign *s = c->state;
	struct msg_factor_key m;
	struct err e = { 0 };

	if (refusal->code != ERR_NONE) {
		call_refused(c, refusal);
		return;
	}
	if (!msg_factor_key_read(r, &m, &e) || m.attestation.n != ATTESTATION_LEN ||
	    m.attestation.p[0] != WHAT_FACTOR_KEY || memcmp(m.attestation.p + 1, c->ssa->module.id, HASH_LEN) != 0) {
		err_set(&e, ERR_BACKEND, "the authentication module gave a factor key of another shape or group");
		call_failed(c, &e);
		return;
	}
	memcpy(s->module_key, m.attestation.p + KEY_AT, HPKE_POINT_LEN);
	module_ask_challenge(c, s->person, PURPOSE_CHECK, on_nonce);
}

void
factors_authorize(struct call *c, struct sign *s, size_t n)
{
	s->wanted = n;
	if (module_person(c, s->person))
		call_ask_module(c, AUTH_FACTOR_KEY, span_of("", 0), on_key);
}
