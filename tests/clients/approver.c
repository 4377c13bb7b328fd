/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A signer's device for tests of clients: approves what it is told to, with the profile and key file
 * of `propria enrol`, and shows nobody what it approves.
 *
 *   approver sign --home DIR --passphrase-fd N KEY REQUESTER NAME HASH...   prints a package in base64
 *   approver files --home DIR --passphrase-fd N KEY HASH...                 the same, of documents
 *   approver documents --home DIR --passphrase-fd N HASH...                 the same, with a key that is made for it
 *   approver open --home DIR --passphrase-fd N                              the same, of a certificate that comes first
 *   approver first --home DIR --passphrase-fd N CREDENTIAL HASH...          and of what its key signs
 *   approver create|destroy --home DIR --passphrase-fd N [KEY]              the same, of a key's act
 *   approver ticket --home DIR --passphrase-fd N TICKET                     answers it; prints the answer
 *   approver token --home DIR --passphrase-fd N                             prints an access token
 */
#include <stdlib.h>

#include "base/clock.h"
#include "cli/encode.h"
#include "cli/once.h"
#include "cli/session.h"
#include "crypto/hash.h"
#include "statement/statement.h"

static const struct option_row options[] = { OPTION_HOME, OPTIONS_KEY_SECRETS, { NULL, NULL, NULL } };

/* Challenge, statement over the body that is in *st, approval. */
static bool
approved_make(struct session *s, struct call *c, struct statement *st, const struct challenge *given,
    struct approved *a, struct err *e)
{
	AUTO(key) *key = session_key(&s->profile, c, e);
	struct challenge challenge;

	if (given != NULL)
		challenge = *given;
	approved_init(a);
	return key != NULL &&
	    (given != NULL || sic_challenge(&s->ssa, &s->profile, st->purpose, &challenge, e)) &&
	    sic_statement(a, st, &s->profile, &challenge, clock_wall(), e) &&
	    sic_approve(a, s->profile.authenticator, key, e);
}

static bool
package_print(struct session *s, struct call *c, struct statement *st, const struct challenge *given,
    struct err *e)
{
	AUTO_WRITER package = writer_grow(STATEMENT_MAX + EVIDENCES_BYTES_MAX + 8);
	AUTO_APPROVED a = { 0 };
	char *text;

	if (!approved_make(s, c, st, given, &a, e))
		return false;
	sic_package(&a, &package);
	text = base64_new(writer_span(&package));
	printf("%s\n", text);
	free(text);
	return true;
}

static bool
digest_read(const char *text, const struct alg *alg, struct writer *all, struct item *item, struct err *e)
{
	size_t from = all->n;

	if (!base64_read(span_str(text), all) || all->n - from != alg->digest_len)
		return err_exit(e, EXIT_USAGE, "%.80s is no base64 of a digest for this key", text);
	*item = (struct item){ span_of(all->p + from, alg->digest_len), span_str("") };
	return true;
}

/* Of the operands from `from` on; they are lent. */
static bool
items_read(struct call *c, int from, const struct alg *alg, struct body_sign *b, struct err *e)
{
	static uint8_t bytes[ITEMS_MAX * 48];
	struct writer all = writer_over(bytes, sizeof(bytes));

	b->n = (size_t)(c->n - from);
	for (size_t i = 0; i < b->n; i++)
		if (!digest_read(c->operand[(size_t)from + i], alg, &all, &b->items[i], e))
			return false;
	return true;
}

static bool
key_body(struct session *s, struct call *c, struct body_sign *b, struct known_key *known, struct err *e)
{
	if (!session_open(s, c, e) || !profile_key(&s->profile, c->operand[0], known, e))
		return err_exit(e, EXIT_FAILED, "profile or key");
	memcpy(b->key, known->id, 16);
	sha256(span_of(known->spki, known->alg->spki_len), b->spki);
	b->class = known->class;
	b->level = known->level;
	b->alg = known->alg->number;
	b->seen = SEEN_LABELS;
	return true;
}

static bool
command_sign(struct call *c, struct err *e)
{
	static struct statement st = { .purpose = PURPOSE_SIGN };
	struct body_sign *b = &st.sign;
	AUTO_SESSION s = { 0 };
	struct known_key known;

	if (!key_body(&s, c, b, &known, e) || !hex_typed(c->operand[1], b->requester, sizeof(b->requester)))
		return err_exit(e, EXIT_FAILED, "profile, key or requester");
	b->kind = KIND_DTBSR;
	b->name = span_str(c->operand[2]);
	return items_read(c, 3, known.alg, b, e) && package_print(&s, c, &st, NULL, e);
}

static bool
command_files(struct call *c, struct err *e)
{
	static struct statement st = { .purpose = PURPOSE_SIGN };
	AUTO_SESSION s = { 0 };
	struct known_key known;

	if (!key_body(&s, c, &st.sign, &known, e))
		return false;
	st.sign.kind = KIND_CADES;
	return items_read(c, 1, known.alg, &st.sign, e) && package_print(&s, c, &st, NULL, e);
}

static bool
offer_ask(struct session *s, struct call *c, bool first, struct once_job *job, struct err *e)
{
	AUTO_JSON *j = NULL;

	if (!session_open(s, c, e) || (j = ssa_post(&s->ssa, "/propria/v1/once/challenge",
	    json_pack("{s:b}", "certificateFirst", first), e)) == NULL)
		return false;
	return once_offer_read(j, &s->profile, &job->offer, e);
}

static bool
command_documents(struct call *c, struct err *e)
{
	static struct statement st = { .purpose = PURPOSE_SIGN_ONCE };
	struct once_job job = { .kind = KIND_CADES };
	AUTO_SESSION s = { 0 };

	if (!offer_ask(&s, c, false, &job, e))
		return false;
	once_body(&job, "", &st.sign);
	return items_read(c, 0, job.offer.alg, &st.sign, e) &&
	    package_print(&s, c, &st, &job.offer.challenge, e);
}

static bool
command_open(struct call *c, struct err *e)
{
	struct statement st = { .purpose = PURPOSE_OPEN_SESSION };
	struct body_open_session *b = &st.open_session;
	struct once_job job = { .n = 0 };
	AUTO_SESSION s = { 0 };

	if (!offer_ask(&s, c, true, &job, e))
		return false;
	b->alg = job.offer.alg->number;
	b->class = CLASS_SIGNATURE;
	b->level = LEVEL_SCAL2;
	memcpy(b->profile, job.offer.profile, sizeof(b->profile));
	memcpy(b->idv, job.offer.idv, sizeof(b->idv));
	memcpy(b->session, job.offer.session, sizeof(b->session));
	return package_print(&s, c, &st, &job.offer.challenge, e);
}

static bool
command_first(struct call *c, struct err *e)
{
	static struct statement st = { .purpose = PURPOSE_SIGN_ONCE };
	struct once_job job = { .kind = KIND_DTBSR };
	struct once_offer first = { .alg = alg_find(ALG_ECDSA_P256_SHA256) };
	struct body_sign *b = &st.sign;
	AUTO_WRITER spki = writer_grow(SPKI_MAX);
	AUTO_SESSION s = { 0 };
	AUTO_JSON *j = NULL;
	const char *profile;

	if (!session_open(&s, c, e) || (j = ssa_post(&s.ssa, "/propria/v1/once/challenge",
	    json_pack("{s:s}", "credentialID", c->operand[0]), e)) == NULL ||
	    !ssa_hex(j, "session", first.session, 16, e) || !ssa_hex(j, "idv", first.idv, 32, e) ||
	    !ssa_text(j, "profile", &profile, e) || !ssa_base64(j, "spki", &spki, e))
		return false;
	memcpy(first.profile, profile, strnlen(profile, sizeof(first.profile)));
	if (!once_offer_again(j, &s.profile, &first, &job.offer, e))
		return false;
	once_body(&job, "", b);
	sha256(writer_span(&spki), b->spki);
	return hex_typed(c->operand[0], b->key, sizeof(b->key)) && items_read(c, 1, first.alg, b, e) &&
	    package_print(&s, c, &st, &job.offer.challenge, e);
}

static bool
command_create(struct call *c, struct err *e)
{
	struct statement st = { .purpose = PURPOSE_CREATE_KEY };
	AUTO_JSON *account = NULL;
	AUTO_SESSION s = { 0 };
	uint64_t version;

	if (!session_open(&s, c, e) || (account = session_account(&s, e)) == NULL ||
	    !ssa_number(account, "version", UINT32_MAX, &version, e))
		return false;
	st.create_key = (struct body_create_key){ .from = (uint32_t)version, .alg = ALG_ECDSA_P256_SHA256,
		.class = CLASS_SIGNATURE, .level = 2, .evidences = 1 };
	return package_print(&s, c, &st, NULL, e);
}

static bool
command_destroy(struct call *c, struct err *e)
{
	struct statement st = { .purpose = PURPOSE_DESTROY_KEY };
	AUTO_JSON *account = NULL;
	AUTO_SESSION s = { 0 };

	st.key.reason = span_str("test");
	return hex_typed(c->operand[0], st.key.key, sizeof(st.key.key)) && session_open(&s, c, e) &&
	    (account = session_account(&s, e)) != NULL &&
	    session_key_version(account, c->operand[0], &st.key.from, e) && package_print(&s, c, &st, NULL, e);
}

/* The answer of /propria/v1/approval as a statement; texts and digests are lent from it and `all`. */
static bool
ticket_body(const json_t *j, struct statement *st, struct challenge *challenge, struct writer *all,
    struct err *e)
{
	const json_t *key = json_object_get(j, "key"), *from = json_object_get(j, "requester"), *item;
	AUTO_WRITER fresh = writer_grow(64);
	struct body_sign *b = &st->sign;
	uint8_t spki[SPKI_MAX];
	struct writer w = writer_over(spki, sizeof(spki));
	const char *text;
	uint64_t n;
	size_t i;

	if (!ssa_base64url(j, "fresh", &fresh, e) || fresh.n != FRESH_LEN ||
	    !ssa_number(j, "epoch", UINT32_MAX, &n, e) || !ssa_number(j, "now", UINT64_MAX / 2, &challenge->now, e))
		return false;
	memcpy(challenge->fresh, fresh.p, FRESH_LEN);
	challenge->epoch = (uint32_t)n;
	if (!ssa_hex(key, "credentialID", b->key, 16, e) || !ssa_base64(key, "spki", &w, e) ||
	    !ssa_hex(from, "id", b->requester, 16, e) || !ssa_text(from, "name", &text, e))
		return false;
	sha256(writer_span(&w), b->spki);
	b->name = span_str(text);
	b->class = (uint8_t)json_integer_value(json_object_get(key, "class"));
	b->level = (uint8_t)json_integer_value(json_object_get(key, "level"));
	b->alg = (uint16_t)json_integer_value(json_object_get(key, "alg"));
	b->kind = KIND_DTBSR;
	b->seen = SEEN_LABELS;
	if (!ssa_text(j, "text", &text, e) || alg_find(b->alg) == NULL)
		return false;
	b->text = span_str(text);
	json_array_foreach(json_object_get(j, "items"), i, item) {
		if (i >= ITEMS_MAX || !ssa_text(item, "digest", &text, e) ||
		    !digest_read(text, alg_find(b->alg), all, &b->items[i], e) ||
		    !ssa_text(item, "label", &text, e))
			return false;
		b->items[i].label = span_str(text);
	}
	b->n = json_array_size(json_object_get(j, "items"));
	return b->n > 0 || err_exit(e, EXIT_FAILED, "nothing to sign in this ticket");
}

static bool
command_ticket(struct call *c, struct err *e)
{
	static uint8_t bytes[ITEMS_MAX * 48];
	struct writer all = writer_over(bytes, sizeof(bytes));
	static struct statement st = { .purpose = PURPOSE_SIGN };
	AUTO_JSON *asked = NULL, *answer = NULL;
	AUTO_APPROVED a = { 0 };
	AUTO_SESSION s = { 0 };
	struct challenge challenge;
	json_t *body;

	if (!session_open(&s, c, e) || (asked = ssa_post(&s.ssa, "/propria/v1/approval",
	    json_pack("{s:s}", "ticket", c->operand[0]), e)) == NULL ||
	    !ticket_body(asked, &st, &challenge, &all, e) ||
	    !approved_make(&s, c, &st, &challenge, &a, e))
		return false;
	body = sic_json(&a);
	json_object_set_new(body, "ticket", json_string(c->operand[0]));
	if ((answer = ssa_post(&s.ssa, "/propria/v1/approval/answer", body, e)) == NULL)
		return false;
	json_dumpf(answer, stdout, JSON_COMPACT);
	putchar('\n');
	return true;
}

static bool
command_token(struct call *c, struct err *e)
{
	AUTO_SESSION s = { 0 };

	if (!session_open(&s, c, e))
		return false;
	printf("%s\n", s.ssa.token);
	return true;
}

int
main(int argc, char **argv)
{
	static const struct command commands[] = {
		{ "sign", "KEY REQUESTER NAME HASH...", 4, -1, "Approve hashes", options, command_sign },
		{ "files", "KEY HASH...", 2, -1, "Approve documents", options, command_files },
		{ "documents", "HASH...", 1, -1, "Approve documents for a key to be made", options, command_documents },
		{ "open", "", 0, 0, "Approve a key with its certificate", options, command_open },
		{ "first", "CREDENTIAL HASH...", 2, -1, "Approve its use", options, command_first },
		{ "create", "", 0, 0, "Approve a new key", options, command_create },
		{ "destroy", "KEY", 1, 1, "Approve a key's end", options, command_destroy },
		{ "ticket", "TICKET", 1, 1, "Approve what a ticket is for", options, command_ticket },
		{ "token", "", 0, 0, "Log in", options, command_token },
		{ NULL, NULL, 0, 0, NULL, NULL, NULL },
	};
	struct err e = { 0 };

	return crypto_start(&e) ? command_main(commands, argc, argv, stdout, stderr) : EXIT_FAILED;
}
