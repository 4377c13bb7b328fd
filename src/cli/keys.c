/* SPDX-License-Identifier: Apache-2.0 */
/* propria keys: list, create, destroy, release. */
#include "cli/commands.h"
#include "cli/encode.h"
#include "cli/explain.h"
#include "cli/means.h"

const struct option_row options_keys_list[] = { OPTION_HOME, { NULL, NULL, NULL } };

/* Text of the server, on a terminal: nothing but what is plain. */
static const char *
text_at(const json_t *j, const char *name)
{
	const char *text = json_string_value(json_object_get(j, name));

	return text != NULL && text_is_clean(span_str(text)) ? text : "?";
}

static unsigned
number_at(const json_t *j, const char *name)
{
	json_int_t v = json_integer_value(json_object_get(j, name));

	return v < 0 || v > 255 ? 255 : (unsigned)v;
}

static const char *
named(const char *(*name_of)(unsigned), const json_t *j, const char *name)
{
	const char *text = name_of(number_at(j, name));

	return text == NULL ? "?" : text;
}

/* What is to be known beyond the state: why there is no certificate, or what is the matter with it. */
static void
certificate_say(struct call *c, const json_t *key)
{
	const char *certification = json_string_value(json_object_get(key, "certification"));
	const char *status = json_string_value(json_object_get(key, "certificateStatus"));
	json_int_t left = json_integer_value(json_object_get(key, "expiresIn"));

	if (certification != NULL)
		say(c, "    certification %s%s%s\n", text_at(key, "certification"),
		    json_object_get(key, "certificationWhy") == NULL ? "" : ": ",
		    json_object_get(key, "certificationWhy") == NULL ? "" : text_at(key, "certificationWhy"));
	if (status != NULL && strcmp(status, "valid") != 0)
		say(c, "    certificate %s\n", text_at(key, "certificateStatus"));
	if (left > 0)
		say(c, "    WARNING: its certificate ends in %lld days; a new key takes its place:"
		    " propria keys renew %s\n", (long long)left / 86400, text_at(key, "credentialID"));
}

bool
command_keys_list(struct call *c, struct err *e)
{
	AUTO_SESSION s = { 0 };
	AUTO_JSON *account = NULL;
	const json_t *key;
	size_t i;

	if (!session_open(&s, c, e) || (account = session_account(&s, e)) == NULL)
		return false;
	say(c, "Signer %s, %s\n", text_at(account, "signer"),
	    named(signer_state_name, account, "state"));
	json_array_foreach(json_object_get(account, "keys"), i, key) {
		say(c, "  %s  %-9s  %s, %s, SCAL%u%s%s\n", text_at(key, "credentialID"),
		    named(key_state_name, key, "state"), text_at(key, "algorithm"),
		    named(class_name, key, "class"), number_at(key, "level"),
		    number_at(key, "level") == LEVEL_SCAL1 ? " (the service authorises)" : "",
		    json_object_get(s.profile.keys, text_at(key, "credentialID")) == NULL
		    ? ", not yet known here" : "");
		certificate_say(c, key);
	}
	put_json(c, "account", json_incref(account));
	return true;
}

#define OPTIONS_APPROVE								\
	OPTION_HOME,								\
	{ "yes", NULL, "do not ask before approving" },				\
	OPTIONS_MEANS, OPTION_NO_QR,						\
	OPTIONS_KEY_SECRETS

const struct option_row options_keys_create[] = {
	{ "algorithm", "NAME", "a key keeps it for ever; ecdsa-p256-sha256 if not given" },
	{ "scal1", NULL, "a key of level SCAL1: the service, not your device, authorises each use" },
	{ "approvals", "N", "different authenticators that approve each use: 1 or 2 (1)" },
	{ "with", "ID", "each use needs this authenticator: its id, or module, or provider" },
	{ "profile", "NAME", "whose CA certifies it, where the service has several" },
	OPTIONS_APPROVE,
	{ NULL, NULL, NULL },
};

/* Zero-padded; the SAM refuses a name of other letters. */
static bool
profile_put(const char *name, uint8_t profile[16], struct err *e)
{
	if (strlen(name) > 16 || strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") != strlen(name))
		return err_exit(e, EXIT_USAGE, "--profile: up to 16 of a-z, 0-9 and -, not %.40s", name);
	memcpy(profile, name, strlen(name));
	return true;
}

static bool
create_body(struct call *c, struct body_create_key *b, struct err *e)
{
	const char *name = option(c, "algorithm");
	uint64_t approvals = 1;
	const struct alg *alg = alg_by_name(name == NULL ? "ecdsa-p256-sha256" : name);

	if (alg == NULL)
		return err_exit(e, EXIT_USAGE, "--algorithm: ecdsa-p256-sha256, ecdsa-p384-sha384, "
		    "rsa3072-pkcs1-sha256 or rsa3072-pss-sha256, not %.40s", name);
	b->alg = alg->number;
	b->class = CLASS_SIGNATURE;
	b->level = option_is(c, "scal1") ? LEVEL_SCAL1 : LEVEL_SCAL2;
	if (!option_number(c, "approvals", 1, 2, &approvals, e))
		return false;
	if (b->level == LEVEL_SCAL1 && approvals != 1)
		return err_exit(e, EXIT_USAGE, "--scal1 and --approvals 2: either the service authorises, or "
		    "two of your devices do");
	b->evidences = (uint8_t)approvals;
	return option(c, "profile") == NULL || profile_put(option(c, "profile"), b->profile, e);
}

/* Makes the key of st->create_key, whose `from` it fills. */
static bool
key_create(struct call *c, struct session *s, const json_t *account, struct statement *st,
    const char *instead_of, struct err *e)
{
	AUTO_JSON *answer = NULL;
	uint64_t version;
	uint8_t id[16];
	char text[HEX_MAX(16)];

	if (!ssa_number(account, "version", UINT32_MAX, &version, e))
		return false;
	st->create_key.from = (uint32_t)version;
	if ((answer = session_act(s, c, st, e)) == NULL || !ssa_hex(answer, "id", id, sizeof(id), e))
		return false;
	hex(span_of(id, sizeof(id)), text);
	if (instead_of == NULL)
		say(c, "Key %s is made. Now: propria keys request %s --out csr.der\n"
		    "Or, where the service has a CA of its own, when propria keys list shows it active:"
		    " propria keys link %s\n", text, text, text);
	else
		say(c, "Key %s is made, to take the place of %s: that one works until its certificate ends, or"
		    " until you end it: propria keys destroy %s\n", text, instead_of, instead_of);
	put_text(c, "key", text);
	return true;
}

/* The id, or the only authenticator of that kind. */
static bool
with_read(const json_t *account, const char *text, uint8_t with[16], struct err *e)
{
	json_int_t type = strcmp(text, "module") == 0 ? EVIDENCE_MODULE
	    : strcmp(text, "provider") == 0 ? EVIDENCE_PROVIDER : 0;
	const json_t *a, *found = NULL;
	size_t i;

	json_array_foreach(json_object_get(account, "authenticators"), i, a) {
		if (type != 0 ? json_integer_value(json_object_get(a, "type")) != type
		    : strcmp(text_at(a, "id"), text) != 0)
			continue;
		if (found != NULL)
			return err_exit(e, EXIT_USAGE, "--with: you have several of this kind: name one by its id");
		found = a;
	}
	if (found == NULL)
		return err_exit(e, EXIT_USAGE, "--with: you have no such authenticator (propria authenticators list)");
	type = json_integer_value(json_object_get(found, "type"));
	if (type != EVIDENCE_MODULE && type != EVIDENCE_PROVIDER)
		return err_exit(e, EXIT_USAGE, "--with: only an authentication module's or a provider's can be asked for "
		    "by a key");
	return hex_typed(text_at(found, "id"), with, 16) || err_set(e, ERR_FORMAT, "the server's account is odd");
}

bool
command_keys_create(struct call *c, struct err *e)
{
	struct statement st = { .purpose = PURPOSE_CREATE_KEY };
	AUTO_JSON *account = NULL;
	AUTO_SESSION s = { 0 };

	return create_body(c, &st.create_key, e) && session_open(&s, c, e) &&
	    (account = session_account(&s, e)) != NULL && (option(c, "with") == NULL ||
	    with_read(account, option(c, "with"), st.create_key.with, e)) && key_create(c, &s, account, &st, NULL, e);
}

const struct option_row options_keys_renew[] = {
	OPTIONS_APPROVE,
	{ NULL, NULL, NULL },
};

static const json_t *
key_of(const json_t *account, const char *id, struct err *e)
{
	const json_t *key;
	size_t i;

	json_array_foreach(json_object_get(account, "keys"), i, key) {
		const char *its = json_string_value(json_object_get(key, "credentialID"));

		if (its != NULL && strcmp(its, id) == 0)
			return key;
	}
	err_set(e, ERR_MISSING, "this signer has no key %.40s (propria keys list)", id);
	return NULL;
}

/* One key, one certificate, for ever: what is renewed is a new key of the same kind. */
bool
command_keys_renew(struct call *c, struct err *e)
{
	struct statement st = { .purpose = PURPOSE_CREATE_KEY };
	struct body_create_key *b = &st.create_key;
	const char *id = c->operand[0];
	AUTO_JSON *account = NULL;
	AUTO_SESSION s = { 0 };
	const struct alg *alg;
	const json_t *old;

	if (!session_open(&s, c, e) || (account = session_account(&s, e)) == NULL ||
	    (old = key_of(account, id, e)) == NULL)
		return false;
	if ((alg = alg_by_name(text_at(old, "algorithm"))) == NULL)
		return err_set(e, ERR_BACKEND, "the server says that the key is of an unknown algorithm");
	b->alg = alg->number;
	b->class = (uint8_t)number_at(old, "class");
	b->level = (uint8_t)number_at(old, "level");
	b->evidences = (uint8_t)number_at(old, "evidences");
	if (json_object_get(old, "with") != NULL && !with_read(account, text_at(old, "with"), b->with, e))
		return false;
	if (json_object_get(old, "profile") != NULL && !profile_put(text_at(old, "profile"), b->profile, e))
		return false;
	return key_create(c, &s, account, &st, id, e);
}

#define OPTIONS_KEY_ACT								\
	{ "reason", "TEXT", "why; it goes into the log" },			\
	OPTIONS_APPROVE,							\
	{ NULL, NULL, NULL }

const struct option_row options_keys_destroy[] = { OPTIONS_KEY_ACT };
const struct option_row options_keys_release[] = { OPTIONS_KEY_ACT };

static bool
key_act(struct call *c, uint16_t purpose, const char *done, struct err *e)
{
	const char *id = c->operand[0], *reason = option(c, "reason");
	struct statement st = { .purpose = purpose };
	AUTO_JSON *account = NULL, *answer = NULL;
	AUTO_SESSION s = { 0 };

	if (!hex_typed(id, st.key.key, sizeof(st.key.key)))
		return err_exit(e, EXIT_USAGE, "a key's id is 32 hexadecimal digits, not %.60s", id);
	st.key.reason = span_str(reason == NULL ? "" : reason);
	if (!session_open(&s, c, e) || (account = session_account(&s, e)) == NULL ||
	    !session_key_version(account, id, &st.key.from, e) ||
	    (answer = session_act(&s, c, &st, e)) == NULL)
		return false;
	say(c, "Key %s is %s.\n", id, done);
	put_text(c, "key", id);
	put_text(c, "done", done);
	return true;
}

bool
command_keys_destroy(struct call *c, struct err *e)
{
	return key_act(c, PURPOSE_DESTROY_KEY, "destroyed", e);
}

bool
command_keys_release(struct call *c, struct err *e)
{
	return key_act(c, PURPOSE_RELEASE_KEY, "released", e);
}
