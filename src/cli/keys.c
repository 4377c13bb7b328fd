/* SPDX-License-Identifier: Apache-2.0 */
/* propria keys: list, create, destroy, release. */
#include "cli/commands.h"
#include "cli/encode.h"
#include "cli/explain.h"
#include "cli/session.h"

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
	json_array_foreach(json_object_get(account, "keys"), i, key)
		say(c, "  %s  %-9s  %s, %s, SCAL%u%s%s\n", text_at(key, "credentialID"),
		    named(key_state_name, key, "state"), text_at(key, "algorithm"),
		    named(class_name, key, "class"), number_at(key, "level"),
		    number_at(key, "level") == LEVEL_SCAL1 ? " (the service authorises)" : "",
		    json_object_get(s.profile.keys, text_at(key, "credentialID")) == NULL
		    ? ", not yet known here" : "");
	put_json(c, "account", json_incref(account));
	return true;
}

#define OPTIONS_APPROVE								\
	OPTION_HOME,								\
	{ "yes", NULL, "do not ask before approving" },				\
	OPTIONS_KEY_SECRETS

const struct option_row options_keys_create[] = {
	{ "algorithm", "NAME", "a key keeps it for ever; ecdsa-p256-sha256 if not given" },
	{ "scal1", NULL, "a key of level SCAL1: the service, not your device, authorises each use" },
	{ "approvals", "N", "different authenticators that approve each use: 1 or 2 (1)" },
	OPTIONS_APPROVE,
	{ NULL, NULL, NULL },
};

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
	return true;
}

bool
command_keys_create(struct call *c, struct err *e)
{
	struct statement st = { .purpose = PURPOSE_CREATE_KEY };
	AUTO_JSON *account = NULL, *answer = NULL;
	AUTO_SESSION s = { 0 };
	uint64_t version;
	uint8_t id[16];
	char text[HEX_MAX(16)];

	if (!create_body(c, &st.create_key, e) || !session_open(&s, c, e) ||
	    (account = session_account(&s, e)) == NULL ||
	    !ssa_number(account, "version", UINT32_MAX, &version, e))
		return false;
	st.create_key.from = (uint32_t)version;
	if ((answer = session_act(&s, c, &st, e)) == NULL || !ssa_hex(answer, "id", id, sizeof(id), e))
		return false;
	hex(span_of(id, sizeof(id)), text);
	say(c, "Key %s is made. Now: propria keys request %s --out csr.der\n", text, text);
	put_text(c, "key", text);
	return true;
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

	if (!hex_read(id, st.key.key, sizeof(st.key.key)))
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
