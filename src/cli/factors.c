/* SPDX-License-Identifier: Apache-2.0 */
/* propria factors: a person's PIN and one-time codes at the authentication module. */
#include <unistd.h>

#include "base/clock.h"
#include "cli/commands.h"
#include "cli/encode.h"
#include "cli/factors.h"
#include "cli/file.h"
#include "cli/means.h"
#include "cli/qr.h"
#include "crypto/totp.h"

#define SEED_LEN	20		/* what every app takes */

#define OPTIONS_FACTORS								\
	{ "server", "URL", "the server, https://HOST[:PORT]; else the profile's" }, \
	{ "cacert", "FILE", "trust the CAs in this PEM file for the server's TLS" }, \
	{ "module", "HEX", "the authentication module's id; else the profile's" }, \
	{ "person", "ID", "your person id there; else the profile's" },		\
	{ "new-pin-fd", "N", "read the new PIN from descriptor N" },		\
	{ "new-code-fd", "N", "read the code of the new seed from descriptor N" }, \
	{ "seed-out", "FILE", "write the otpauth:// address here (mode 0600), do not show it" }, \
	{ "no-pin", NULL, "no new PIN" },					\
	{ "no-totp", NULL, "no new one-time codes" },				\
	{ "no-qr", NULL, "show the otpauth:// address alone" },			\
	OPTION_HOME

const struct option_row options_factors_set[] = {
	OPTIONS_FACTORS,
	{ "code-fd", "N", "read the enrolment code from descriptor N" },
	{ NULL, NULL, NULL },
};
const struct option_row options_factors_change[] = {
	OPTIONS_FACTORS,
	{ "factor-pin-fd", "N", "read the present PIN from descriptor N" },
	{ "factor-code-fd", "N", "read the present code from descriptor N" },
	{ NULL, NULL, NULL },
};

struct setting {			/* everything of one change; secrets are wiped with it */
	struct ssa	ssa;
	struct profile	there;		/* group and signer: the module and the person */
	struct module	module;
	struct challenge challenge;
	uint32_t	from;
	struct secret	*pin, *code, *new_pin, *seed;
};

static void
setting_close(struct setting *s)
{
	ssa_close(&s->ssa);
	profile_wipe(&s->there);
	secret_free(s->pin);
	secret_free(s->code);
	secret_free(s->new_pin);
	secret_free(s->seed);
}
#define AUTO_SETTING __attribute__((cleanup(setting_close))) struct setting

/* A person who is yet to enrol has no profile: then options say where and who. */
static bool
place_find(struct setting *s, struct call *c, struct err *e)
{
	const char *server = option(c, "server"), *cacert = option(c, "cacert");
	uint8_t module[HASH_LEN], person[16];
	AUTO_PROFILE p = { 0 };

	if (server == NULL || option(c, "module") == NULL || option(c, "person") == NULL) {
		if (!profile_load(&p, option(c, "home"), e))
			return false;
		if (!p.has_module && (option(c, "module") == NULL || option(c, "person") == NULL))
			return err_exit(e, EXIT_USAGE, "this profile knows no authentication module: --module and --person");
		memcpy(module, p.module, sizeof(module));
		memcpy(person, p.person, sizeof(person));
		server = server == NULL ? p.server : server;
		cacert = cacert == NULL ? p.cacert : cacert;
	}
	if (!option_hex(c, "module", module, sizeof(module), e) ||
	    !option_hex(c, "person", person, sizeof(person), e) || !ssa_open(&s->ssa, server, cacert, e) ||
	    !module_open(&s->module, &s->ssa, module, person, e))
		return false;
	memcpy(s->there.group, module, HASH_LEN);
	memcpy(s->there.signer, person, 16);
	s->there.life = s->module.life;
	return true;
}

bool
factors_challenge_take(const json_t *j, struct challenge *out, uint32_t *version, struct err *e)
{
	AUTO_WRITER fresh = writer_grow(64);
	uint64_t epoch, now, from;

	if (!ssa_base64url(j, "fresh", &fresh, e) || !ssa_number(j, "epoch", UINT32_MAX, &epoch, e) ||
	    !ssa_number(j, "now", INT64_MAX, &now, e) || !ssa_number(j, "version", UINT32_MAX, &from, e))
		return false;
	if (fresh.n != FRESH_LEN)
		return err_exit(e, EXIT_UNREACHABLE, "the server's challenge has a wrong length");
	if (json_is_true(json_object_get(j, "locked")))
		return err_exit(e, EXIT_REFUSED, "your factors are locked: ask the officers of the authentication module");
	memcpy(out->fresh, fresh.p, FRESH_LEN);
	out->epoch = (uint32_t)epoch;
	out->now = now;
	out->life = 0;
	*version = (uint32_t)from;
	return sic_clock_agrees(clock_wall(), now, e);
}

static bool
challenge_get(struct setting *s, uint16_t purpose, struct err *e)
{
	char person[HEX_MAX(16)];
	AUTO_JSON *j = ssa_post(&s->ssa, "/propria/v1/module/challenge", json_pack("{s:s,s:i}", "person",
	    hex(span_of(s->there.signer, 16), person), "purpose", (int)purpose), e);

	return j != NULL && factors_challenge_take(j, &s->challenge, &s->from, e);
}

static bool
pin_ask(struct setting *s, struct call *c, struct err *e)
{
	AUTO(secret) *again = NULL;

	if (option_is(c, "no-pin"))
		return true;
	if ((s->new_pin = ask_secret(c, "new-pin-fd", "New PIN, 6 letters or digits at least: ", e)) == NULL)
		return false;
	if (option(c, "new-pin-fd") != NULL)
		return true;
	if ((again = secret_ask("The same again: ", KEY_PASS_MAX, e)) == NULL)
		return false;
	return secret_equal(secret_span(s->new_pin), secret_span(again)) ||
	    err_set(e, ERR_FORMAT, "the two PINs differ, so nothing was changed");
}

/* base32 without padding (RFC 4648): 20 bytes are 32 letters. */
void
factors_uri(const uint8_t seed[20], const uint8_t person[16], char out[FACTORS_URI_MAX])
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
	char text[33], id[HEX_MAX(4)];

	for (size_t i = 0; i < 32; i++) {
		size_t bit = 5 * i;
		unsigned two = (unsigned)seed[bit / 8] << 8 | (bit / 8 + 1 < 20 ? seed[bit / 8 + 1] : 0);

		text[i] = letters[two >> (11 - bit % 8) & 31];
	}
	text[32] = '\0';
	snprintf(out, FACTORS_URI_MAX, "otpauth://totp/Propria:%s?secret=%s&issuer=Propria&algorithm=SHA1&digits=6&period=30",
	    hex(span_of(person, 4), id), text);
	explicit_bzero(text, sizeof(text));
}

/* Shown once; the app's present code proves that it was taken over. */
static bool
seed_show(struct setting *s, struct call *c, struct err *e)
{
	char uri[FACTORS_URI_MAX];
	FILE *f = c->json ? c->progress : c->out;
	bool good = true;

	factors_uri(secret_span(s->seed).p, s->there.signer, uri);
	if (option(c, "seed-out") != NULL) {
		good = file_write_new(option(c, "seed-out"), 0600, span_str(uri), e);
	} else {
		fprintf(f, "Add this to your authenticator app. It is shown only now:\n\n  %s\n\n", uri);
		if (!option_is(c, "no-qr") && isatty(fileno(f)) == 1)
			good = qr_write(f, uri, e);
		fflush(f);
	}
	explicit_bzero(uri, sizeof(uri));
	return good;
}

static bool
seed_make(struct setting *s, struct call *c, struct secret **code, struct err *e)
{
	uint64_t step;

	if (option_is(c, "no-totp"))
		return true;
	if ((s->seed = secret_new(SEED_LEN, e)) == NULL)
		return false;
	random_bytes(secret_room(s->seed), SEED_LEN);
	secret_set_length(s->seed, SEED_LEN);
	if (!seed_show(s, c, e) || (*code = ask_secret(c, "new-code-fd", "Code that the app shows now: ", e)) == NULL)
		return false;
	return totp_match(secret_span(s->seed), secret_span(*code), clock_wall(), 0, &step) ||
	    err_set(e, ERR_DENIED, "that is not the code of this seed, so nothing was changed. Is the clock of the app's "
	    "device right");
}

static struct span
span_or_none(const struct secret *secret)
{
	return secret == NULL ? span_of("", 0) : secret_span(secret);
}

static struct factors_given
given(const struct setting *s)
{
	return (struct factors_given){ .pin = span_or_none(s->pin), .code = span_or_none(s->code),
		.new_pin = span_or_none(s->new_pin), .new_seed = span_or_none(s->seed) };
}

static bool
enact(struct setting *s, struct call *c, const struct approved *a, const uint8_t sealed[SEALED_FACTORS_LEN],
    struct err *e)
{
	json_t *body = json_object();
	AUTO_JSON *answer = NULL;

	ssa_put_base64(body, "statement", writer_span(&a->statement));
	ssa_put_base64(body, "sealed", span_of(sealed, SEALED_FACTORS_LEN));
	if (a->evidences.n > 0)
		ssa_put_base64(body, "evidence", writer_span(&a->evidences));
	if ((answer = ssa_post_again(&s->ssa, "/propria/v1/module/enact", body, e)) == NULL)
		return false;
	say(c, "Done. From now on: %s%s%s.\n", s->new_pin != NULL ? "the new PIN" : "",
	    s->new_pin != NULL && s->seed != NULL ? " and " : "", s->seed != NULL ? "codes of the app" : "");
	return true;
}

bool
factors_set_make(const struct module *m, const struct profile *there, const struct challenge *challenge,
    uint32_t from, const struct factors_given *f, const uint8_t code[CODE_LEN], struct approved *a,
    uint8_t sealed[SEALED_FACTORS_LEN], struct err *e)
{
	static const uint8_t zero[16];
	struct statement st = { .purpose = PURPOSE_SET_FACTORS };
	uint8_t bound[HASH_LEN], seed[32], sig[APPROVAL_LEN];
	struct evidences list = { 0 };

	statement_factors(challenge->fresh, bound);
	if (!module_seal(m, bound, f, sealed, e))
		return false;
	st.factors.from = from;
	sha256(span_of(sealed, SEALED_FACTORS_LEN), st.factors.sealed);
	if (!sic_statement(a, &st, there, challenge, clock_wall(), e))
		return false;
	code_seed(code, there->group, seed);
	code_sign(seed, a->d, sig);
	explicit_bzero(seed, sizeof(seed));
	if (!evidences_add(&list, EVIDENCE_CODE, zero, span_of(sig, sizeof(sig))))
		bug("one approval");
	writer_reset(&a->evidences);
	evidences_write(&a->evidences, &list);
	return true;
}

static bool
some_are_new(const struct call *c, struct err *e)
{
	return !option_is(c, "no-pin") || !option_is(c, "no-totp") ||
	    err_exit(e, EXIT_USAGE, "--no-pin and --no-totp: nothing would be set");
}

bool
command_factors_set(struct call *c, struct err *e)
{
	uint8_t code[CODE_LEN], sealed[SEALED_FACTORS_LEN];
	AUTO_SETTING s = { .ssa = { 0 } };
	struct factors_given f;
	AUTO_APPROVED a;
	bool good;

	approved_init(&a);
	if (!some_are_new(c, e) || !place_find(&s, c, e) || !ask_enrolment_code(c, code, e))
		return false;
	good = pin_ask(&s, c, e) && seed_make(&s, c, &s.code, e) && challenge_get(&s, PURPOSE_SET_FACTORS, e);
	f = given(&s);
	good = good && factors_set_make(&s.module, &s.there, &s.challenge, s.from, &f, code, &a, sealed, e);
	explicit_bzero(code, sizeof(code));
	return good && enact(&s, c, &a, sealed, e);
}

/* The module takes one code, which is of the present seed; the new one's was compared here. */
bool
command_factors_change(struct call *c, struct err *e)
{
	struct statement st = { .purpose = PURPOSE_CHANGE_FACTORS };
	uint8_t sealed[SEALED_FACTORS_LEN];
	AUTO_SETTING s = { .ssa = { 0 } };
	AUTO(secret) *of_new = NULL;
	struct factors_given f;
	AUTO_APPROVED a;

	approved_init(&a);
	if (!some_are_new(c, e) || !place_find(&s, c, e) || !pin_ask(&s, c, e) ||
	    !seed_make(&s, c, &of_new, e) || !means_ask_factors(c, &s.pin, &s.code, e) ||
	    !challenge_get(&s, PURPOSE_CHANGE_FACTORS, e))
		return false;
	st.factors.from = s.from;
	f = given(&s);
	return sic_statement(&a, &st, &s.there, &s.challenge, clock_wall(), e) &&
	    module_seal(&s.module, a.d, &f, sealed, e) && enact(&s, c, &a, sealed, e);
}
