/* SPDX-License-Identifier: Apache-2.0 */
/* propria authenticators: with what a signer approves. One that is there approves each change. */
#include "audit/genesis.h"
#include "base/clock.h"
#include "cli/commands.h"
#include "cli/encode.h"
#include "cli/explain.h"
#include "cli/file.h"
#include "cli/newcomer.h"

const struct option_row options_authenticators_list[] = { OPTION_HOME, { NULL, NULL, NULL } };

/* Text of the server, on a terminal: nothing but what is plain. */
static const char *
text_at(const json_t *j, const char *name)
{
	const char *text = json_string_value(json_object_get(j, name));

	return text != NULL && text_is_clean(span_str(text)) ? text : "?";
}

static const char *
kind_of(const json_t *j)
{
	json_int_t type = json_integer_value(json_object_get(j, "type"));
	json_int_t how = json_integer_value(json_object_get(j, "protection"));
	const char *text = how > 0 && how < 256 ? protection_name((unsigned)how) : NULL;

	return text != NULL ? text : type == EVIDENCE_PASSKEY ? "passkey" : "key";
}

bool
command_authenticators_list(struct call *c, struct err *e)
{
	AUTO_SESSION s = { 0 };
	AUTO_JSON *account = NULL;
	const json_t *a, *list;
	char own[HEX_MAX(16)];
	size_t i;

	if (!session_open(&s, c, e) || (account = session_account(&s, e)) == NULL)
		return false;
	list = json_object_get(account, "authenticators");
	hex(span_of(s.profile.authenticator, 16), own);
	json_array_foreach(list, i, a)
		say(c, "  %s  %s, %s%s\n", text_at(a, "id"), text_at(a, "label"), kind_of(a),
		    strcmp(text_at(a, "id"), own) == 0 ? " (this profile's)" : "");
	put_json(c, "authenticators", json_is_array(list) ? json_deep_copy(list) : json_array());
	return true;
}

const struct option_row options_authenticators_add[] = {
	{ "new-key", "KEY", "the second key: a file, made now, or a key on a token" },
	{ "make-key", NULL, "make the key on the token; else it is there already" },
	OPTIONS_NEWCOMER,
	OPTION_NO_QR,
	{ "label", "TEXT", "a name for it (\"propria\")" },
	{ "yes", NULL, "do not ask before approving" },
	OPTION_HOME,
	OPTIONS_KEY_SECRETS,
	{ NULL, NULL, NULL },
};

/* A passkey is made where it lives: on the page that the group's founders named. */
static bool
tell_page(struct call *c, const struct session *s, struct err *e)
{
	AUTO_WRITER bytes = writer_grow(FILE_SMALL);
	struct genesis g;
	char link[400];

	if (!session_genesis(&s->profile, &bytes, &g, e))
		return false;
	if (g.origin.n == 0)
		return err_exit(e, EXIT_USAGE, "this group was founded without pages for passkeys: name a second "
		    "key with --new-key");
	snprintf(link, sizeof(link), "%.*s/keys", (int)(g.origin.n < 300 ? g.origin.n : 300),
	    (const char *)g.origin.p);
	say(c, "To add a passkey, open this page, log in, and approve with a passkey that you have:\n\n  %s\n\n"
	    "To add a second key of this program, name it with --new-key.\n", link);
	put_text(c, "link", link);
	return true;
}

static struct key *
second_key(struct call *c, struct err *e)
{
	const char *where = option(c, "new-key");

	if (key_is_on_token(where) ? option_is(c, "make-key") : !file_exists(where))
		return ask_new_key(c, where, e);
	return ask_key(c, where, e);
}

static bool
account_version(struct session *s, uint32_t *version, struct err *e)
{
	AUTO_JSON *account = session_account(s, e);
	uint64_t n;

	if (account == NULL || !ssa_number(account, "version", UINT32_MAX, &n, e))
		return false;
	*version = (uint32_t)n;
	return true;
}

/* Both sign: the one that is there, and the new one, which proves that it is in the same hands. */
static json_t *
add(struct session *s, struct call *c, struct key *second, struct err *e)
{
	const char *label = option(c, "label") == NULL ? "propria" : option(c, "label");
	struct statement st = { .purpose = PURPOSE_ADD_AUTHENTICATOR };
	struct challenge challenge;
	AUTO_APPROVED approved;
	AUTO(key) *key = NULL;

	approved_init(&approved);
	if (!means_own(&s->profile).device) {
		err_exit(e, EXIT_USAGE, "this profile has no key to approve with: add a second one on the page My keys");
		return NULL;
	}
	st.bind = (struct body_bind){ .type = EVIDENCE_DEVICE, .protection = key_protection(second),
		.spki = key_spki(second), .label = span_str(label) };
	if (!account_version(s, &st.bind.from, e) || !session_ask(c, &st, "approve", e) ||
	    (key = session_key(&s->profile, c, e)) == NULL ||
	    !sic_challenge(&s->ssa, &s->profile, st.purpose, &challenge, e) ||
	    !sic_statement(&approved, &st, &s->profile, &challenge, clock_wall(), e) ||
	    !sic_approve_second(&approved, s->profile.authenticator, key, second, e))
		return NULL;
	return ssa_post_again(&s->ssa, "/propria/v1/enact", sic_json(&approved), e);
}

/* Approved by what the profile has, and by the newcomer itself. */
static json_t *
add_newcomer(struct session *s, struct call *c, struct newcomer *n, struct err *e)
{
	const char *label = option(c, "label") == NULL ? "propria" : option(c, "label");
	struct statement st = { .purpose = PURPOSE_ADD_AUTHENTICATOR };
	struct means means = means_own(&s->profile);
	AUTO_JSON *account = session_account(s, e);
	struct challenge challenge;
	struct evidences list;
	AUTO_APPROVED approved, by_new;

	approved_init(&approved);
	approved_init(&by_new);
	newcomer_body(n, label, &st.bind);
	if (account == NULL || !means_complete(&means, &s->profile, account, means_strictest(account), NULL, e) ||
	    !account_version(s, &st.bind.from, e) || !session_ask(c, &st, "approve", e) ||
	    !sic_challenge(&s->ssa, &s->profile, st.purpose, &challenge, e) ||
	    !sic_statement(&approved, &st, &s->profile, &challenge, clock_wall(), e) ||
	    !means_approve(&means, s, c, account, &approved, e) ||
	    !evidences_read(writer_span(&approved.evidences), &list, e) ||
	    !newcomer_approve(n, &s->ssa, c, &approved, &list, e))
		return NULL;
	evidences_write(&by_new.evidences, &list);
	wr_span(&by_new.statement, writer_span(&approved.statement));
	return ssa_post_again(&s->ssa, "/propria/v1/enact", sic_json(&by_new), e);
}

static bool
add_by_options(struct session *s, struct call *c, json_t **answer, struct err *e)
{
	AUTO_NEWCOMER n = { 0 };

	if (!newcomer_open(&n, &s->ssa, c, e) || (*answer = add_newcomer(s, c, &n, e)) == NULL)
		return false;
	if (n.is_module) {
		s->profile.has_module = true;
		memcpy(s->profile.module, n.module.id, HASH_LEN);
		memcpy(s->profile.person, n.module.person, 16);
	}
	return !n.is_module || profile_save(&s->profile, e);
}

bool
command_authenticators_add(struct call *c, struct err *e)
{
	AUTO_SESSION s = { 0 };
	AUTO_JSON *answer = NULL;
	AUTO(key) *second = NULL;
	char text[HEX_MAX(16)];
	uint8_t id[16];

	if (!session_open(&s, c, e))
		return false;
	if (option_is(c, "new-key") && newcomer_is_asked(c))
		return err_exit(e, EXIT_USAGE, "--new-key, --module, --idp: one at a time");
	if (!option_is(c, "new-key") && !newcomer_is_asked(c))
		return tell_page(c, &s, e);
	if (newcomer_is_asked(c) ? !add_by_options(&s, c, &answer, e)
	    : (second = second_key(c, e)) == NULL || (answer = add(&s, c, second, e)) == NULL)
		return false;
	if (!ssa_hex(answer, "id", id, sizeof(id), e))
		return false;
	hex(span_of(id, sizeof(id)), text);
	say(c, "Authenticator %s is added.\n", text);
	put_text(c, "authenticator", text);
	return true;
}

const struct option_row options_authenticators_remove[] = {
	OPTION_HOME,
	{ "yes", NULL, "do not ask before approving" },
	OPTIONS_MEANS, OPTION_NO_QR,
	OPTIONS_KEY_SECRETS,
	{ NULL, NULL, NULL },
};

bool
command_authenticators_remove(struct call *c, struct err *e)
{
	struct statement st = { .purpose = PURPOSE_REMOVE_AUTHENTICATOR };
	const char *id = c->operand[0];
	AUTO_JSON *answer = NULL;
	AUTO_SESSION s = { 0 };

	if (!hex_typed(id, st.remove_authenticator.authenticator, 16))
		return err_exit(e, EXIT_USAGE, "an authenticator's id is 32 hexadecimal digits, not %.60s", id);
	if (!session_open(&s, c, e))
		return false;
	if (memcmp(st.remove_authenticator.authenticator, s.profile.authenticator, 16) == 0)
		return err_exit(e, EXIT_USAGE, "this profile approves with that authenticator, and would be of no use "
		    "after it: remove it with another one, there or on the page My keys");
	if (!account_version(&s, &st.remove_authenticator.from, e) ||
	    (answer = session_act(&s, c, &st, e)) == NULL)
		return false;
	say(c, "Authenticator %s is removed: it approves nothing any more.\n", id);
	put_text(c, "authenticator", id);
	return true;
}
