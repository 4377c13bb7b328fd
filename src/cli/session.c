/* SPDX-License-Identifier: Apache-2.0 */
/* Signers' sessions. */
#include <stdlib.h>

#include "audit/genesis.h"
#include "base/clock.h"
#include "cli/encode.h"
#include "cli/file.h"
#include "cli/means.h"
#include "cli/session.h"
#include "cli/words.h"

void
session_close(struct session *s)
{
	ssa_close(&s->ssa);
	profile_wipe(&s->profile);
}

bool
session_open(struct session *s, struct call *c, struct err *e)
{
	AUTO(key) *login = NULL;
	char path[PATH_LONG];

	if (!profile_load(&s->profile, option(c, "home"), e) ||
	    !ssa_open(&s->ssa, s->profile.server, s->profile.cacert, e))
		return false;
	profile_path(&s->profile, s->profile.login, path);
	return (login = key_open(path, span_of(NULL, 0), e)) != NULL &&
	    ssa_login(&s->ssa, s->profile.signer, login, e);
}

bool
session_genesis(const struct profile *p, struct writer *bytes, struct genesis *g, struct err *e)
{
	uint8_t group[HASH_LEN];
	char path[PATH_LONG];

	profile_path(p, PROFILE_GENESIS, path);
	if (!file_read(path, bytes, e) || !genesis_read(writer_span(bytes), g, e))
		return false;
	genesis_group(writer_span(bytes), group);
	return memcmp(group, p->group, sizeof(group)) == 0 ||
	    err_exit(e, EXIT_INVALID, "%.100s is not the genesis of the group that you enrolled in; "
	    "restore it from a copy", path);
}

json_t *
session_account(struct session *s, struct err *e)
{
	return ssa_get(&s->ssa, "/propria/v1/account", e);
}

const json_t *
session_account_key(const json_t *account, const uint8_t id[16])
{
	const json_t *key;
	char text[HEX_MAX(16)];
	size_t i;

	hex(span_of(id, 16), text);
	json_array_foreach(json_object_get(account, "keys"), i, key) {
		const char *found = json_string_value(json_object_get(key, "credentialID"));

		if (found != NULL && strcmp(found, text) == 0)
			return key;
	}
	return NULL;
}

bool
session_key_version(const json_t *account, const char *id, uint32_t *version, struct err *e)
{
	const json_t *key;
	uint64_t number;
	size_t i;

	json_array_foreach(json_object_get(account, "keys"), i, key) {
		const char *found = json_string_value(json_object_get(key, "credentialID"));

		if (found == NULL || strcmp(found, id) != 0)
			continue;
		if (!ssa_number(key, "version", UINT32_MAX, &number, e))
			return false;
		*version = (uint32_t)number;
		return true;
	}
	return err_set(e, ERR_MISSING, "the server knows no key %.40s of yours: propria keys list shows "
	    "which there are", id);
}

bool
session_ask(struct call *c, const struct statement *s, const char *word, struct err *e)
{
	char *text = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&text, &n);

	if (f == NULL)
		bug("out of memory");
	words_statement(f, s, NULL);
	fclose(f);
	/* What is approved must be seen with --json, too, unless --yes says that it was read. */
	if (c->json && !option_is(c, "yes"))
		note(c, "%s", text);
	say(c, "%s", text);
	free(text);
	return option_is(c, "yes") || confirm(c, word, e);
}

struct key *
session_key(const struct profile *p, struct call *c, struct err *e)
{
	char path[PATH_LONG];

	profile_path(p, p->approval, path);
	return ask_key(c, path, e);
}

json_t *
session_act(struct session *s, struct call *c, struct statement *st, struct err *e)
{
	const uint8_t *with = st->purpose == PURPOSE_CREATE_KEY ? st->create_key.with : NULL;
	struct means means = means_chosen(&s->profile, c);
	AUTO_JSON *account = session_account(s, e);
	struct challenge challenge;
	AUTO_APPROVED approved;

	approved_init(&approved);
	if (account == NULL || !means_complete(&means, &s->profile, account, means_strictest(account), with, e) ||
	    !sic_challenge(&s->ssa, &s->profile, st->purpose, &challenge, e) ||
	    !sic_statement(&approved, st, &s->profile, &challenge, clock_wall(), e) ||
	    !session_ask(c, st, "approve", e) || !means_approve(&means, s, c, account, &approved, e))
		return NULL;
	return ssa_post_again(&s->ssa, "/propria/v1/enact", sic_json(&approved), e);
}
