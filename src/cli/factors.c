/* SPDX-License-Identifier: Apache-2.0 */
/* propria factors: a PIN and an app for codes, set at the authentication module. The server carries what it cannot read. */
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/commands.h"
#include "cli/encode.h"
#include "cli/enrol.h"
#include "cli/file.h"
#include "cli/means.h"
#include "cli/module.h"
#include "cli/qr.h"
#include "cli/seed.h"

const struct option_row options_factors_set[] = {
	{ "module", "HEX", "the authentication module's id, as its officers gave it; else the profile's" },
	{ "person", "ID", "your person id there, as its officers gave it; else the profile's" },
	{ "server", "URL", "the server, https://HOST[:PORT], where there is no profile yet" },
	{ "cacert", "FILE", "with --server: trust the CAs in this PEM file for its TLS" },
	OPTION_HOME,
	{ "code-fd", "N", "read the module's enrolment code from descriptor N" },
	{ "only", "WHAT", "pin or app: one factor alone, which is enough for SCAL1 alone" },
	{ "factor-pin-fd", "N", "read the new PIN from descriptor N" },
	{ "factor-code-fd", "N", "read the app's code from descriptor N" },
	{ "seed-out", "FILE", "write the app's seed here (base32, mode 0600), do not show it" },
	{ "label", "TEXT", "what the app calls it (your person id)" },
	{ "no-qr", NULL, "show the app's link alone" },
	{ NULL, NULL, NULL },
};

struct setting {			/* what is about to be set */
	struct profile	profile;
	bool		from_profile;
	struct ssa	ssa;
	struct module	module;
	bool		has_pin, has_app, seed_written;
	struct secret	*pin, *code, *seed;
	uint8_t		enrolment[CODE_LEN];
};

static void
setting_wipe(struct setting *s)
{
	ssa_close(&s->ssa);
	profile_wipe(&s->profile);
	secret_free(s->pin);
	secret_free(s->code);
	secret_free(s->seed);
	explicit_bzero(s->enrolment, sizeof(s->enrolment));
}
#define AUTO_SETTING __attribute__((cleanup(setting_wipe))) struct setting

static bool
only_read(struct setting *s, struct call *c, struct err *e)
{
	const char *only = option(c, "only");

	s->has_pin = only == NULL || strcmp(only, "pin") == 0;
	s->has_app = only == NULL || strcmp(only, "app") == 0;
	if (!s->has_pin && !s->has_app)
		return err_exit(e, EXIT_USAGE, "--only: pin or app, not %.40s", only);
	return !c->json || !s->has_app || option(c, "seed-out") != NULL ||
	    err_exit(e, EXIT_USAGE, "with --json the app's seed is not shown: name a file with --seed-out");
}

/* A server by name, or the profile's; a module that is pinned there stays the one. */
static bool
where_is(struct setting *s, struct call *c, uint8_t module[HASH_LEN], uint8_t person[16], struct err *e)
{
	struct profile *p = &s->profile;

	s->from_profile = option(c, "server") == NULL;
	if (s->from_profile && !profile_load(p, option(c, "home"), e))
		return false;
	if ((!p->has_module && (option_needed(c, "module", e) == NULL || option_needed(c, "person", e) == NULL)))
		return false;
	memcpy(module, p->module, HASH_LEN);
	memcpy(person, p->person, 16);
	if (!option_hex(c, "module", module, HASH_LEN, e) || !option_hex(c, "person", person, 16, e))
		return false;
	if (p->has_module && memcmp(module, p->module, HASH_LEN) != 0)
		return err_exit(e, EXIT_REFUSED, "this profile knows another authentication module: ask its officers which "
		    "is right, and use another profile for another module");
	return ssa_open(&s->ssa, s->from_profile ? p->server : option(c, "server"),
	    s->from_profile ? p->cacert : option(c, "cacert"), e);
}

static bool
ask_pin(struct setting *s, struct call *c, struct err *e)
{
	AUTO(secret) *first = ask_secret(c, "factor-pin-fd", "New PIN, 6 to 64 letters or digits: ", e);
	AUTO(secret) *again = NULL;

	if (first == NULL)
		return false;
	if (!option_is(c, "factor-pin-fd")) {
		if ((again = ask_secret(c, "factor-pin-fd", "The same again: ", e)) == NULL)
			return false;
		if (!secret_equal(secret_span(first), secret_span(again)))
			return err_set(e, ERR_FORMAT, "the two PINs differ, so nothing was set");
	}
	if (secret_span(first).n == 0)
		return err_exit(e, EXIT_USAGE, "a PIN has 6 to 64 letters or digits");
	s->pin = TAKE(first);
	return true;
}

static bool
seed_show(const struct setting *s, struct call *c, const char *link, struct err *e)
{
	fprintf(c->out, "Take this into your app for codes; it is shown once:\n\n  %s\n\n", link);
	if (!option_is(c, "no-qr") && isatty(fileno(c->out)) == 1 && !qr_write(c->out, link, e))
		return false;
	return (fflush(c->out) == 0 && s->seed != NULL) ||
	    err_set(e, ERR_BACKEND, "the app's link could not be written");
}

static bool
seed_hand_over(struct setting *s, struct call *c, struct err *e)
{
	const uint8_t *seed = secret_span(s->seed).p;
	const char *label = option(c, "label"), *out = option(c, "seed-out");
	char link[SEED_LINK], text[SEED_TEXT + 1], id[HEX_MAX(16)];
	bool good;

	hex(span_of(s->module.person, 16), id);
	if (!seed_link(seed, label == NULL ? id : label, link))
		return err_exit(e, EXIT_USAGE, "--label: that name is empty, or too long for an app");
	seed_text(seed, text);
	text[SEED_TEXT - 1] = '\n';
	good = out == NULL ? seed_show(s, c, link, e) : file_write_new(out, 0600, span_of(text, SEED_TEXT), e);
	s->seed_written = good && out != NULL;
	explicit_bzero(link, sizeof(link));
	explicit_bzero(text, sizeof(text));
	return good;
}

/* The seed is made here. The app's code proves that the app has it. */
static bool
ask_app(struct setting *s, struct call *c, struct err *e)
{
	uint8_t bytes[SEED_BYTES];

	random_bytes(bytes, sizeof(bytes));
	s->seed = secret_copy(span_of(bytes, sizeof(bytes)), e);
	explicit_bzero(bytes, sizeof(bytes));
	return s->seed != NULL && seed_hand_over(s, c, e) &&
	    (s->code = ask_secret(c, "factor-code-fd", "The code that the app shows: ", e)) != NULL;
}

static bool
challenge_get(struct setting *s, struct challenge *out, uint32_t *version, struct err *e)
{
	AUTO_WRITER fresh = writer_grow(64);
	char id[HEX_MAX(16)];
	AUTO_JSON *j = ssa_post(&s->ssa, "/propria/v1/module/challenge", json_pack("{s:s,s:i}", "person",
	    hex(span_of(s->module.person, 16), id), "purpose", (int)PURPOSE_SET_FACTORS), e);
	uint64_t epoch, number, state;

	if (j == NULL || !ssa_base64url(j, "fresh", &fresh, e) || !ssa_number(j, "epoch", UINT32_MAX, &epoch, e) ||
	    !ssa_number(j, "now", INT64_MAX, &out->now, e) || !ssa_number(j, "version", UINT32_MAX, &number, e) ||
	    !ssa_number(j, "state", 255, &state, e))
		return false;
	if (fresh.n != FRESH_LEN)
		return err_exit(e, EXIT_UNREACHABLE, "the server's challenge has a wrong length");
	if (state != 1)
		return err_exit(e, EXIT_REFUSED, "your factors were set already, or the module's officers dismissed you: if "
		    "that was not you, tell them");
	memcpy(out->fresh, fresh.p, FRESH_LEN);
	out->epoch = (uint32_t)epoch;
	out->life = s->module.life < LIFE_MAX_MS ? s->module.life : LIFE_MAX_MS;
	*version = (uint32_t)number;
	return sic_clock_agrees(clock_wall(), out->now, e);
}

static void
approve_by_code(struct approved *a, const struct setting *s)
{
	static const uint8_t zero[16];
	struct evidences list = { 0 };
	uint8_t seed[32], sig[APPROVAL_LEN];

	code_seed(s->enrolment, s->module.id, seed);
	code_sign(seed, a->d, sig);
	explicit_bzero(seed, sizeof(seed));
	if (!evidences_add(&list, EVIDENCE_CODE, zero, span_of(sig, sizeof(sig))))
		bug("one approval");
	evidences_write(&a->evidences, &list);
}

/* The statement names the hash of what is sealed, so that the code approves these factors and no others. */
static bool
statement_make(struct setting *s, struct approved *a, uint8_t sealed[SEALED_FACTORS_LEN], struct err *e)
{
	struct factors_given f = { 0 };
	struct statement st = { .purpose = PURPOSE_SET_FACTORS };
	struct challenge challenge;
	struct profile there = { .life = s->module.life };
	uint8_t bound[HASH_LEN];

	if (s->has_pin)
		f.new_pin = secret_span(s->pin);
	if (s->has_app) {
		f.new_seed = secret_span(s->seed);
		f.code = secret_span(s->code);
	}
	memcpy(there.group, s->module.id, HASH_LEN);
	memcpy(there.signer, s->module.person, 16);
	if (!challenge_get(s, &challenge, &st.factors.from, e))
		return false;
	statement_factors(challenge.fresh, bound);
	if (!module_seal(&s->module, bound, &f, sealed, e))
		return false;
	sha256(span_of(sealed, SEALED_FACTORS_LEN), st.factors.sealed);
	return sic_statement(a, &st, &there, &challenge, clock_wall(), e);
}

static bool
set(struct setting *s, struct err *e)
{
	uint8_t sealed[SEALED_FACTORS_LEN];
	AUTO_JSON *answer = NULL;
	AUTO_APPROVED approved;
	json_t *body;

	approved_init(&approved);
	if (!statement_make(s, &approved, sealed, e))
		return false;
	approve_by_code(&approved, s);
	body = sic_json(&approved);
	ssa_put_base64(body, "sealed", span_of(sealed, sizeof(sealed)));
	return (answer = ssa_post_again(&s->ssa, "/propria/v1/module/enact", body, e)) != NULL;
}

static bool
tell(struct setting *s, struct call *c, struct err *e)
{
	char id[HEX_MAX(HASH_LEN)];
	struct profile *p = &s->profile;

	if (s->from_profile && !p->has_module) {
		p->has_module = true;
		memcpy(p->module, s->module.id, HASH_LEN);
		memcpy(p->person, s->module.person, 16);
		if (!profile_save(p, e))
			return false;
	}
	say(c, "Your factors are set. The SAM takes your word with them after propria enrol --module, or propria "
	    "authenticators add --module.\n");
	put_text(c, "module", hex(span_of(s->module.id, HASH_LEN), id));
	put_text(c, "person", hex(span_of(s->module.person, 16), id));
	return true;
}

bool
command_factors_set(struct call *c, struct err *e)
{
	AUTO_SETTING s = { 0 };
	uint8_t module[HASH_LEN], person[16];

	if (!only_read(&s, c, e) || !where_is(&s, c, module, person, e) ||
	    !module_open(&s.module, &s.ssa, module, person, e) || !enrol_code_ask(c, s.enrolment, e) ||
	    (s.has_pin && !ask_pin(&s, c, e)))
		return false;
	if ((!s.has_app || ask_app(&s, c, e)) && set(&s, e))
		return tell(&s, c, e);
	/* A seed that was not set is of no use; a file that was there before is not ours. */
	if (s.seed_written)
		unlink(option(c, "seed-out"));
	return false;
}
