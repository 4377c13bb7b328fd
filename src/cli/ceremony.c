/* SPDX-License-Identifier: Apache-2.0 */
/* propria ceremony: an officer's card, the words of a genesis, a founder's approval. */
#include <stdlib.h>

#include "cli/ask.h"
#include "cli/commands.h"
#include "cli/encode.h"
#include "cli/explain.h"
#include "cli/file.h"
#include "cli/genesis_words.h"

const struct option_row options_ceremony_card[] = {
	{ "role", "ROLE", "one of security, administrator, operator, auditor, registration" },
	{ "person", "NAME", "who it is; the same words for every key of one person" },
	{ "key", "KEY", "key file, made if it is not there, or pkcs11:MODULE:TOKEN:LABEL" },
	{ "make-key", NULL, "make the key on the token; else it is there already" },
	{ "out", "FILE", "where the card goes" },
	OPTIONS_KEY_SECRETS,
	{ NULL, NULL, NULL },
};

static bool
card_write(struct writer *w, struct key *key, uint8_t role, struct span person, struct err *e)
{
	uint8_t digest[HASH_LEN], proof[OFFICER_PROOF];
	struct officer_card card = { .role = role, .type = OFFICER_DEVICE, .person = person,
		.spki = key_spki(key), .proof = span_of(proof, sizeof(proof)) };

	officer_card_digest(&card, digest);
	if (!key_sign(key, digest, proof, e))
		return false;
	officer_card_write(w, &card);
	return writer_ok(w) || err_set(e, ERR_FORMAT, "a card of this size cannot be");
}

/* Files that are not there are made; so are token keys that are asked for as new. */
static struct key *
key_or_new(struct call *c, const char *where, struct err *e)
{
	bool new = key_is_on_token(where) ? option_is(c, "make-key") : !file_exists(where);

	return new ? ask_new_key(c, where, e) : ask_key(c, where, e);
}

static bool
person_is_fit(const char *person, struct err *e)
{
	return (strlen(person) <= OFFICER_PERSON_MAX && text_is_clean(span_str(person))) ||
	    err_exit(e, EXIT_USAGE, "--person: at most %d bytes of plain text", OFFICER_PERSON_MAX);
}

bool
command_ceremony_card(struct call *c, struct err *e)
{
	AUTO_WRITER card = writer_grow(OFFICER_CARD_MAX);
	AUTO(key) *key = NULL;
	const char *role, *person, *where, *out;
	uint8_t print[HASH_LEN];
	unsigned number;

	if ((role = option_needed(c, "role", e)) == NULL ||
	    (person = option_needed(c, "person", e)) == NULL ||
	    (where = option_needed(c, "key", e)) == NULL || (out = option_needed(c, "out", e)) == NULL ||
	    !person_is_fit(person, e))
		return false;
	if ((number = role_by_word(role)) == 0)
		return err_exit(e, EXIT_USAGE, "--role: security, administrator, operator, auditor or "
		    "registration, not %.40s", role);
	if ((key = key_or_new(c, where, e)) == NULL ||
	    !card_write(&card, key, (uint8_t)number, span_str(person), e) ||
	    !file_write(out, 0644, writer_span(&card), e))
		return false;
	sha256(key_spki(key), print);
	say(c, "Card of %s, %s, in %s.\n", person, role_name(number), out);
	put_text(c, "card", out);
	put_hex(c, "key", span_of(print, sizeof(print)));
	return true;
}

const struct option_row options_ceremony_show[] = {
	{ NULL, NULL, NULL },
};

static bool
draft_read(const char *path, struct writer *bytes, struct genesis *g, struct err *e)
{
	return file_read(path, bytes, e) && genesis_read(writer_span(bytes), g, e) &&
	    genesis_verify(g, e);
}

static void
draft_show(struct call *c, struct span bytes, const struct genesis *g)
{
	char *text = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&text, &n);

	if (f == NULL)
		bug("out of memory");
	words_genesis(f, bytes, g);
	fclose(f);
	say(c, "%s", text);
	if (c->json)
		note(c, "%s", text);
	put_span(c, "words", span_of(text, n));
	free(text);
}

bool
command_ceremony_show(struct call *c, struct err *e)
{
	AUTO_WRITER bytes = writer_grow(GENESIS_MAX);
	uint8_t group[HASH_LEN];
	struct genesis g;

	if (!draft_read(c->operand[0], &bytes, &g, e))
		return false;
	draft_show(c, writer_span(&bytes), &g);
	genesis_group(writer_span(&bytes), group);
	put_hex(c, "group", span_of(group, sizeof(group)));
	return true;
}

const struct option_row options_ceremony_sign[] = {
	{ "key", "KEY", "the founder's key: a file, or pkcs11:MODULE:TOKEN:LABEL" },
	{ "out", "FILE", "where the approval goes" },
	{ "yes", NULL, "do not ask: the words were read elsewhere" },
	OPTIONS_KEY_SECRETS,
	{ NULL, NULL, NULL },
};

bool
founder_approval_write(struct writer *w, struct span genesis, const struct genesis *g,
    struct key *key, struct err *e)
{
	struct evidences list = { 0 };
	uint8_t d[HASH_LEN], sig[APPROVAL_LEN];
	AUTO_WRITER statement = writer_grow(256);

	for (size_t i = 0; i < g->n; i++) {
		if (!span_equal(g->officer[i].card.spki, key_spki(key)))
			continue;
		founding_statement_write(&statement, genesis, g->time);
		statement_digest(writer_span(&statement), d);
		if (!key_approve(key, d, sig, e))
			return false;
		if (!evidences_add(&list, EVIDENCE_DEVICE, g->officer[i].id, span_of(sig, sizeof(sig))))
			bug("one approval");
		evidences_write(w, &list);
		return writer_ok(w) || err_set(e, ERR_BUG, "approval");
	}
	return err_set(e, ERR_DENIED, "this key is no officer's in the draft. Use the key of your "
	    "card, or ask for a draft with your card in it");
}

bool
command_ceremony_sign(struct call *c, struct err *e)
{
	AUTO_WRITER bytes = writer_grow(GENESIS_MAX);
	AUTO_WRITER approval = writer_grow(1024);
	AUTO(key) *key = NULL;
	const char *where, *out;
	struct genesis g;

	if ((where = option_needed(c, "key", e)) == NULL || (out = option_needed(c, "out", e)) == NULL ||
	    !draft_read(c->operand[0], &bytes, &g, e))
		return false;
	draft_show(c, writer_span(&bytes), &g);
	if ((!option_is(c, "yes") && !confirm(c, "found", e)) || (key = ask_key(c, where, e)) == NULL ||
	    !founder_approval_write(&approval, writer_span(&bytes), &g, key, e) ||
	    !file_write(out, 0644, writer_span(&approval), e))
		return false;
	say(c, "Approval written to %s. Give it to whoever runs propria-sam found.\n", out);
	put_text(c, "approval", out);
	return true;
}
