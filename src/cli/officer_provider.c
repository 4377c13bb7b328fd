/* SPDX-License-Identifier: Apache-2.0 */
/* Security officers' acts about identity providers: which key, for which client, is worth how much. */
#include <stdlib.h>

#include "cli/commands.h"
#include "cli/encode.h"
#include "cli/officer.h"
#include "cli/provider_keys.h"
#include "cli/words_module.h"

#define MAX_AGE_USUAL	300

#define OPTIONS_PROVIDER							\
	{ "issuer", "URL", "the provider, to the letter as its tokens name it" }, \
	{ "client", "ID", "client id for approvals: another one than for logins" }, \
	{ "acr", "LIST", "what its acr values are worth: ACR=LEVEL,... with level 1 or 2 of SCAL" }, \
	{ "transaction", "CLAIM", "claim of the token that repeats what the provider showed; none: it shows nothing" }, \
	{ "assurance", "WORD", "of the provider's key, as declared: none, fips or en419221 (none)" }, \
	{ "max-age", "S", "how long after its issue a token counts (300; at most 3600)" }, \
	{ "basis", "TEXT", "on what basis the provider is trusted: an agreement, an audit" }, \
	{ "label", "TEXT", "a name for this provider, at most 64 bytes" },	\
	{ "algorithm", "NAME", "ES256, ES384, RS256, PS256 or EdDSA; needed for RSA keys" }

const struct option_row options_officer_add_provider[] = {
	OPTIONS_PROVIDER,
	{ "provider-key", "FILE", "the key that signs its tokens, public: PEM, DER or JWK" },
	OPTIONS_ACT,
	{ NULL, NULL, NULL },
};

/* ACR=LEVEL,...: an acr may have "=" itself, so the last one counts. */
bool
provider_acrs_read(const char *text, struct body_add_provider *b, struct err *e)
{
	while (*text != '\0') {
		size_t n = strcspn(text, ","), k = n;

		while (k > 0 && text[k - 1] != '=')
			k--;
		if (b->acrs >= PROVIDER_ACRS_MAX || k < 2 || n != k + 1 || (text[k] != '1' && text[k] != '2'))
			return err_exit(e, EXIT_USAGE, "--acr: up to %d of ACR=1 or ACR=2, with commas between",
			    PROVIDER_ACRS_MAX);
		b->acr[b->acrs].acr = span_of(text, k - 1);
		b->acr[b->acrs++].level = (uint8_t)(text[k] - '0');
		text += n + (text[n] == ',');
	}
	return b->acrs > 0 || err_exit(e, EXIT_USAGE, "--acr is needed");
}

static bool
assurance_read(const char *word, uint8_t *out, struct err *e)
{
	static const char *const words[] = { "none", "fips", "en419221" };

	if (word == NULL)
		return true;
	for (unsigned i = 0; i < COUNT(words); i++)
		if (strcmp(words[i], word) == 0) {
			*out = (uint8_t)i;
			return true;
		}
	return err_exit(e, EXIT_USAGE, "--assurance: none, fips or en419221, not %.40s", word);
}

static struct span
text_or(const char *text, struct span other)
{
	return text == NULL ? other : span_str(text);
}

static bool
algorithm_read(const char *name, struct body_add_provider *b, struct err *e)
{
	const char *own = public_key_algorithm(b->key);

	if (own == NULL && !public_key_is_rsa(b->key))
		return err_set(e, ERR_FORMAT, "the provider's key is of a kind that is not supported: P-256, P-384, "
		    "RSA from 2048 to 4096 bits and Ed25519 are");
	name = name == NULL && b->alg != 0 ? provider_alg_name(b->alg) : name == NULL ? own : name;
	if (name == NULL || (b->alg = provider_alg_by_name(name)) == 0 ||
	    (own != NULL ? strcmp(own, name) != 0 : b->alg != PROVIDER_RS256 && b->alg != PROVIDER_PS256))
		return err_exit(e, EXIT_USAGE, "--algorithm: this key's is %s", own != NULL ? own : "RS256 or PS256: "
		    "say which the provider uses");
	return true;
}

/* The body from options; where they are silent, as it is with the key that is trusted already. */
static bool
provider_body(struct call *c, const struct roster_provider *before, struct body_add_provider *b,
    struct err *e)
{
	struct span none = span_of("", 0);
	uint64_t max_age = MAX_AGE_USUAL;

	if (before != NULL) {
		b->assurance = before->assurance;
		b->acrs = option(c, "acr") == NULL ? before->acrs : 0;
		for (size_t i = 0; i < b->acrs; i++)
			b->acr[i] = (struct provider_acr){ before->acr[i].acr, before->acr[i].level };
	}
	if ((before == NULL || option(c, "acr") != NULL) && (option_needed(c, "acr", e) == NULL ||
	    !provider_acrs_read(option(c, "acr"), b, e)))
		return false;
	if ((before == NULL && option_needed(c, "label", e) == NULL) ||
	    !assurance_read(option(c, "assurance"), &b->assurance, e) ||
	    !option_number(c, "max-age", 1, PROVIDER_TOKEN_LIFE, &max_age, e) ||
	    !algorithm_read(option(c, "algorithm"), b, e))
		return false;
	b->issuer = span_str(option(c, "issuer"));
	b->client = before != NULL ? before->client : span_str(option(c, "client"));
	b->transaction = text_or(option(c, "transaction"), before != NULL ? before->transaction : none);
	b->label = text_or(option(c, "label"), before != NULL ? before->label : none);
	b->basis = text_or(option(c, "basis"), none);
	b->max_age = (uint32_t)max_age;
	return true;
}

bool
command_officer_add_provider(struct call *c, struct err *e)
{
	struct statement s = { .purpose = PURPOSE_ADD_PROVIDER };
	AUTO_WRITER key = writer_grow(PUBLIC_KEY_MAX);
	struct msg_enacted enacted;
	AUTO_OFFICER o = { 0 };
	const char *path;
	bool done;

	if (option_needed(c, "issuer", e) == NULL || option_needed(c, "client", e) == NULL ||
	    (path = option_needed(c, "provider-key", e)) == NULL || !public_key_from_file(path, &key, e))
		return false;
	s.add_provider.key = writer_span(&key);
	return provider_body(c, NULL, &s.add_provider, e) && officer_begin(&o, c, e) &&
	    officer_act(&o, c, &s, &done, &enacted, e);
}

const struct option_row options_officer_remove_provider[] = { OPTIONS_ACT, { NULL, NULL, NULL } };

bool
command_officer_remove_provider(struct call *c, struct err *e)
{
	struct statement s = { .purpose = PURPOSE_REMOVE_PROVIDER };
	struct msg_enacted enacted;
	AUTO_OFFICER o = { 0 };
	bool done;

	return officer_id_take(c->operand[0], s.remove_provider, sizeof(s.remove_provider),
	    "the provider's id, as propria officer roster shows it", e) && officer_begin(&o, c, e) &&
	    officer_act(&o, c, &s, &done, &enacted, e);
}

const struct option_row options_officer_provider_keys[] = {
	OPTIONS_PROVIDER,
	{ "cacert", "FILE", "trust the CAs in this PEM file for the provider's TLS" },
	{ "take", "PRINT", "propose this key: its SHA-256, or its first digits" },
	OPTIONS_ACT,
	{ NULL, NULL, NULL },
};

/* Published and trusted, published and not, trusted and no longer published. */
static size_t
keys_print(struct call *c, const struct msg_roster *m, const struct published_keys *keys)
{
	struct span issuer = span_str(option(c, "issuer"));
	json_t *list = json_array();
	char print[HEX_MAX(HASH_LEN)];
	uint8_t digest[HASH_LEN];
	size_t new = 0;

	for (size_t i = 0; i < keys->n; i++) {
		const struct published_key *k = &keys->list[i];
		bool trusted = provider_trusting(m, issuer, option(c, "client"), k) != NULL;
		const char *alg = provider_alg_name(k->alg);

		sha256(span_of(k->spki, k->spki_n), digest);
		say(c, "  %s  %-5s  %s%s%s\n", hex(span_of(digest, HASH_LEN), print), alg == NULL ? "RSA" : alg,
		    trusted ? "trusted" : "published, NOT trusted", k->kid[0] == '\0' ? "" : ", called ", k->kid);
		json_array_append_new(list, json_pack("{s:s,s:s*,s:b,s:s}", "key", print, "algorithm", alg,
		    "trusted", trusted, "kid", k->kid));
		new += !trusted;
	}
	put_json(c, "published", list);
	put_number(c, "new", new);
	put_number(c, "skipped", keys->skipped);
	if (keys->skipped > 0)
		say(c, "  and %zu that are not for signatures or of no kind that is supported\n", keys->skipped);
	return new;
}

static void
gone_print(struct call *c, const struct msg_roster *m, const struct published_keys *keys)
{
	json_t *list = json_array();

	for (size_t i = 0; i < m->providers; i++) {
		const struct roster_provider *p = &m->provider[i];
		bool there = false;
		char id[HEX_MAX(32)];

		for (size_t k = 0; k < keys->n; k++)
			there = there || span_equal(p->key, span_of(keys->list[k].spki, keys->list[k].spki_n));
		if (there || !span_equal(p->issuer, span_str(option(c, "issuer"))))
			continue;
		say(c, "Trusted, and published no more: propria officer remove-provider %s\n",
		    hex(span_of(p->id, 32), id));
		json_array_append_new(list, json_string(id));
	}
	put_json(c, "gone", list);
}

static const struct published_key *
key_chosen(const struct published_keys *keys, const char *digits, struct err *e)
{
	const struct published_key *found = NULL;
	char print[HEX_MAX(HASH_LEN)];
	uint8_t digest[HASH_LEN];

	for (size_t i = 0; i < keys->n; i++) {
		sha256(span_of(keys->list[i].spki, keys->list[i].spki_n), digest);
		hex(span_of(digest, HASH_LEN), print);
		if (strlen(digits) < 8 || strncmp(print, digits, strlen(digits)) != 0)
			continue;
		if (found != NULL) {
			err_exit(e, EXIT_USAGE, "--take: two keys begin so; give more digits");
			return NULL;
		}
		found = &keys->list[i];
	}
	if (found == NULL)
		err_exit(e, EXIT_USAGE, "--take: at least eight first digits of a key that is published");
	return found;
}

/* The key that is trusted for the same client: what it is worth, the new one is proposed to be. */
static const struct roster_provider *
same_provider(const struct msg_roster *m, struct call *c)
{
	for (size_t i = m->providers; i > 0; i--)
		if (span_equal(m->provider[i - 1].issuer, span_str(option(c, "issuer"))) &&
		    (option(c, "client") == NULL || span_equal(m->provider[i - 1].client, span_str(option(c, "client")))))
			return &m->provider[i - 1];
	return NULL;
}

static bool
key_propose(struct officer_act *o, struct call *c, const struct published_keys *keys, struct err *e)
{
	const struct roster_provider *before = same_provider(&o->roster, c);
	const struct published_key *k = key_chosen(keys, option(c, "take"), e);
	struct statement s = { .purpose = PURPOSE_ADD_PROVIDER };
	struct msg_enacted enacted;
	bool done;

	if (k == NULL || (before == NULL && option_needed(c, "client", e) == NULL))
		return false;
	s.add_provider.alg = k->alg;
	s.add_provider.key = span_of(k->spki, k->spki_n);
	return provider_body(c, before, &s.add_provider, e) && officer_act(o, c, &s, &done, &enacted, e);
}

bool
command_officer_provider_keys(struct call *c, struct err *e)
{
	struct published_keys *keys = calloc(1, sizeof(*keys));
	const char *issuer = option_needed(c, "issuer", e);
	AUTO_OFFICER o = { 0 };
	bool good;

	if (keys == NULL)
		bug("out of memory");
	good = issuer != NULL && officer_begin(&o, c, e) &&
	    provider_keys_fetch(issuer, option(c, "cacert"), keys, e);
	if (good) {
		size_t new = keys_print(c, &o.roster, keys);

		gone_print(c, &o.roster, keys);
		if (option(c, "take") != NULL)
			good = key_propose(&o, c, keys, e);
		else if (new > 0)
			say(c, "Compare a new key with what the provider says in another way, then propose it with "
			    "--take and its first digits.\n");
	}
	free(keys);
	return good;
}
