/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Identity providers, and an SSA that has every token it can get: of the login, of another signer,
 * statement, client or issuer, too old, signed by a key nobody approved, or by no key at all. A
 * provider that shows nothing approves no use at SCAL2 alone. Matrix row 17; DLG-1 to DLG-8; C3.
 */
#include <dirent.h>
#include <openssl/hmac.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/base64.h"
#include "base/clock.h"
#include "hostile.h"

#define ISSUER	"https://id.example"
#define SHOWING	"https://show.example/realm"
#define CLIENT	"propria-activation"
#define CLAIM	"propria_d"

static struct group group;
static struct device plain_key, showing_key, stranger;
static struct signer alice, mallory;
static uint8_t plain[ID_LEN], showing[ID_LEN];	/* alice's authenticators */
static struct key low, high;

struct token {			/* a token, piece by piece; NULL: the claim is not there */
	const struct device	*key;
	const char		*header, *iss, *aud, *azp, *sub, *acr, *more;
	char			nonce[44], shown[44];
	uint64_t		exp, iat, auth_time;		/* 0: not there */
};

static void
letters(const uint8_t *bytes, size_t n, char *out)
{
	struct writer w = writer_over(out, 4000);

	base64url_write(&w, span_of(bytes, n));
	out[w.n] = '\0';
}

static struct token
wish_of(const struct act *a, const char *iss, const struct device *key)
{
	uint64_t now = clock_wall() / 1000;
	struct token w = { .key = key, .header = "{\"alg\":\"ES256\",\"typ\":\"JWT\",\"kid\":\"1\"}", .iss = iss,
		.aud = "\"" CLIENT "\"", .sub = "alice-at-idp", .acr = "sign", .more = "", .exp = now + 300,
		.iat = now, .auth_time = now };

	if (a->st.iat / 1000 > now)	/* as whoever signs in after it was made */
		w.iat = w.auth_time = a->st.iat / 1000;
	struct writer out = writer_over(w.nonce, 43);

	base64url_write(&out, span_of(a->d, sizeof(a->d)));
	if (strcmp(iss, SHOWING) == 0)
		memcpy(w.shown, w.nonce, sizeof(w.shown));
	return w;
}

static void
claim(char *json, const char *name, const char *value)
{
	if (value != NULL && value[0] != '\0')
		snprintf(json + strlen(json), 400, "\"%s\":\"%s\",", name, value);
}

static void
claim_time(char *json, const char *name, uint64_t value)
{
	if (value != 0)
		snprintf(json + strlen(json), 100, "\"%s\":%llu,", name, (unsigned long long)value);
}

static void
payload_of(const struct token *w, char *json)
{
	snprintf(json, 3000, "{%s", w->more);
	claim(json, "iss", w->iss);
	claim(json, "azp", w->azp);
	claim(json, "sub", w->sub);
	claim(json, "acr", w->acr);
	claim(json, "nonce", w->nonce);
	claim(json, CLAIM, w->shown);
	claim_time(json, "exp", w->exp);
	claim_time(json, "iat", w->iat);
	claim_time(json, "auth_time", w->auth_time);
	snprintf(json + strlen(json), 300, "\"aud\":%s}", w->aud);
}

static void
token_make(const struct token *w, char *token)
{
	char json[4000];
	uint8_t digest[HASH_LEN], sig[APPROVAL_LEN];
	size_t n;

	letters((const uint8_t *)w->header, strlen(w->header), token);
	strcat(token, ".");
	payload_of(w, json);
	letters((const uint8_t *)json, strlen(json), token + strlen(token));
	n = strlen(token);
	sha256(span_of(token, n), digest);
	device_sign(w->key, digest, sig);
	token[n] = '.';
	letters(sig, sizeof(sig), token + n + 1);
}

static void
give_bytes(struct act *a, const uint8_t *id, const char *token)
{
	static const uint8_t none[ID_LEN];
	uint8_t *room = a->passkey[a->sigs++];
	size_t n = strlen(token);

	CHECK(n <= sizeof(a->passkey[0]));
	memcpy(room, token, n);
	CHECK(evidences_add(&a->ev, EVIDENCE_PROVIDER, id == NULL ? none : id, span_of(room, n)));
}

static void
give(struct act *a, const uint8_t *id, const struct token *w)
{
	char token[8000];

	token_make(w, token);
	give_bytes(a, id, token);
}

static struct act *
act_of_provider(const char *issuer, const struct device *key, uint16_t purpose)
{
	struct act *a = act_new(&group, purpose);
	struct body_add_provider b = { .issuer = span_str(issuer), .client = span_str(CLIENT),
		.alg = PROVIDER_ES256, .key = device_spki(key), .acrs = 2,
		.acr = { { span_str("sign"), 2 }, { span_str("weak"), 1 } }, .max_age = 120,
		.label = span_str("Test") };

	if (strcmp(issuer, SHOWING) == 0) {
		b.transaction = span_str(CLAIM);
		b.assurance = 2;
	}
	if (purpose == PURPOSE_ADD_PROVIDER)
		a->st.add_provider = b;
	else
		provider_id(&b, a->st.remove_provider);
	return a;
}

static void
bind_with(struct act *a, const char *issuer)
{
	a->st.bind = (struct body_bind){ .from = a->st.bind.from, .type = EVIDENCE_PROVIDER,
		.protection = PROTECTION_PROVIDER, .label = span_str("ID"), .attestation = span_str(issuer) };
}

static void
add_authenticator(struct signer *s, const char *issuer, const struct device *key, uint8_t id[ID_LEN])
{
	struct act *a = act_of_bind(&group, s, &s->device);
	struct msg_enacted made;
	struct token w;

	a->st.purpose = PURPOSE_ADD_AUTHENTICATOR;
	assert_string_equal(act_challenge(a), "");
	bind_with(a, issuer);
	act_write(a);
	w = wish_of(a, issuer, key);
	give(a, NULL, &w);
	act_approve_signer(a, s);
	assert_string_equal(act_enact(a, group.ssa, &made, &s->record, NULL), "");
	s->version = made.version;
	memcpy(id, made.id, ID_LEN);
	act_free(a);
}

static int
set_up(void **state UNUSED)
{
	group_found(&group);
	group_start(&group);
	ca_of_group(&group);
	assert_string_equal(set_policy(&group, 300000, 0x21e, 2), "");
	device_make(&plain_key);
	device_make(&showing_key);
	device_make(&stranger);
	assert_string_equal(security_does(act_of_provider(ISSUER, &plain_key, PURPOSE_ADD_PROVIDER), 2), "");
	assert_string_equal(security_does(act_of_provider(SHOWING, &showing_key, PURPOSE_ADD_PROVIDER), 2), "");
	signer_invite(&group, &alice, "CN=Alice Example,C=SE");
	signer_bind(&group, &alice);
	signer_invite(&group, &mallory, "CN=Mallory Example,C=SE");
	signer_bind(&group, &mallory);
	add_authenticator(&alice, ISSUER, &plain_key, plain);
	add_authenticator(&alice, SHOWING, &showing_key, showing);
	key_create_at(&group, &alice, &low, LEVEL_SCAL1);
	key_request(&group, &alice, &low);
	key_link(&group, &alice, &low);
	key_ready(&group, &alice, &high);
	return 0;
}

static int
tear_down(void **state UNUSED)
{
	group_stop(&group);
	group_shell(&group, "\"$PROPRIA_BIN/cli/propria\" log verify \"$DIR/sam\"");
	signer_forget(&alice);
	signer_forget(&mallory);
	key_forget(&low);
	key_forget(&high);
	device_free(&plain_key);
	device_free(&showing_key);
	device_free(&stranger);
	group_end(&group);
	return 0;
}

static struct act *
act_to_sign(const struct key *k)
{
	struct act *a = act_of_sign(&group, &alice, k, 1);

	if (k == &low)
		a->st.sign.level = LEVEL_SCAL1;
	act_write(a);
	return a;
}

/* ACTIVATE of one use of this key, by alice's token as wished. */
static void
signs(struct hostile *h, const char *row, const char *want, const struct key *k, const uint8_t *id,
    void (*change)(struct token *))
{
	bool shows = id == showing;
	struct act *a = act_to_sign(k);
	struct token w = wish_of(a, shows ? SHOWING : ISSUER, shows ? &showing_key : &plain_key);

	if (change != NULL)
		change(&w);
	give(a, id, &w);
	hostile_activate(h, row, want, a, k);
	act_free(a);
}

static void of_another_issuer(struct token *w) { w->iss = "https://proxy.example"; }
static void of_an_issuer_nearly(struct token *w) { w->iss = ISSUER "/"; }
static void of_no_issuer(struct token *w) { w->iss = NULL; }
static void escaped_issuer(struct token *w) { w->iss = "https:\\/\\/id.example"; }
static void of_the_login_client(struct token *w) { w->aud = "\"propria-login\""; }
static void for_two_clients(struct token *w) { w->aud = "[\"" CLIENT "\",\"propria-login\"]"; }
static void
for_two_clients_ours_asked(struct token *w)
{
	for_two_clients(w);
	w->azp = CLIENT;
}
static void
for_two_clients_other_asked(struct token *w)
{
	for_two_clients(w);
	w->azp = "propria-login";
}
static void other_asked(struct token *w) { w->azp = "propria-login"; }
static void ours_asked(struct token *w) { w->azp = CLIENT; }
static void for_nobody(struct token *w) { w->aud = "[]"; }
static void audience_of_numbers(struct token *w) { w->aud = "[1]"; }
static void of_another_person(struct token *w) { w->sub = "mallory-at-idp"; }
static void of_no_person(struct token *w) { w->sub = NULL; }
static void by_unknown_means(struct token *w) { w->acr = "password"; }
static void by_no_means(struct token *w) { w->acr = NULL; }
static void by_weak_means(struct token *w) { w->acr = "weak"; }
static void of_another_nonce(struct token *w) { w->nonce[0] ^= 1; }
static void with_a_longer_nonce(struct token *w) { w->nonce[42] = '\0'; }
static void of_no_nonce(struct token *w) { w->nonce[0] = '\0'; }
static void expired(struct token *w) { w->exp = w->iat - 1; }
static void never_expires(struct token *w) { w->exp = w->iat + 3601; }
static void without_end(struct token *w) { w->exp = 0; }
static void issued_long_ago(struct token *w) { w->iat -= 200; }
static void issued_tomorrow(struct token *w) { w->iat += 86400; w->exp += 86400; }
static void without_begin(struct token *w) { w->iat = 0; }
/* prompt=none: the session is older than what is to be approved. */
static void signed_in_before(struct token *w) { w->auth_time -= 10; }
static void signed_in_never(struct token *w) { w->auth_time = 0; }
static void signed_in_tomorrow(struct token *w) { w->auth_time += 86400; }
static void times_in_fractions(struct token *w) { w->iat = 0; w->more = "\"iat\":1700000000.5,"; }
static void claim_twice(struct token *w) { w->more = "\"sub\":\"alice-at-idp\","; }
static void escaped_name(struct token *w) { w->more = "\"s\\u0075b\":\"mallory\","; }
static void deep(struct token *w) { w->more = "\"x\":{\"x\":{\"x\":{\"x\":{}}}},"; }
static void by_a_stranger(struct token *w) { w->key = &stranger; }
static void by_the_other_provider(struct token *w) { w->key = &showing_key; }
static void by_her_own_device(struct token *w) { w->key = &alice.device; }
#define HEADER(name, text) static void name(struct token *w) { w->header = text; }
HEADER(without_algorithm, "{\"typ\":\"JWT\"}")
HEADER(of_algorithm_none, "{\"alg\":\"none\"}")
HEADER(of_another_algorithm, "{\"alg\":\"ES384\"}")
HEADER(of_a_lower_case_algorithm, "{\"alg\":\"es256\"}")
HEADER(with_a_key, "{\"alg\":\"ES256\",\"jwk\":{\"kty\":\"EC\"}}")
HEADER(with_a_keys_place, "{\"alg\":\"ES256\",\"jku\":\"https://evil.example/keys\"}")
HEADER(with_a_chain, "{\"alg\":\"ES256\",\"x5c\":[\"AA\"]}")
HEADER(with_a_chains_place, "{\"alg\":\"ES256\",\"x5u\":\"https://evil.example/chain\"}")
HEADER(with_something_critical, "{\"alg\":\"ES256\",\"crit\":[\"exp\"]}")
HEADER(of_another_type, "{\"alg\":\"ES256\",\"typ\":\"at+jwt\"}")
HEADER(of_no_object, "[]")
HEADER(without_type, "{\"alg\":\"ES256\"}")
static void shows_nothing(struct token *w) { w->shown[0] = '\0'; }
static void shows_another(struct token *w) { w->shown[0] ^= 1; }

static const struct { const char *row; void (*change)(struct token *); const char *reason; } rows[] = {
	{ "another issuer (a proxy)", of_another_issuer, "idp_iss" },
	{ "nearly the issuer", of_an_issuer_nearly, "idp_iss" },
	{ "no issuer", of_no_issuer, "idp_iss" },
	{ "the login's client", of_the_login_client, "idp_aud" },
	{ "two clients", for_two_clients, "idp_aud" },
	{ "two clients, the other one asked", for_two_clients_other_asked, "idp_aud" },
	{ "the other client asked", other_asked, "idp_aud" },
	{ "no client", for_nobody, "idp_aud" },
	{ "a client that is a number", audience_of_numbers, "idp_parse" },
	{ "another person", of_another_person, "idp_sub" },
	{ "no person", of_no_person, "idp_sub" },
	{ "means that are not taken", by_unknown_means, "idp_acr" },
	{ "no means", by_no_means, "idp_acr" },
	{ "another nonce", of_another_nonce, "idp_nonce" },
	{ "a cut nonce", with_a_longer_nonce, "idp_nonce" },
	{ "no nonce", of_no_nonce, "idp_nonce" },
	{ "expired", expired, "idp_time" },
	{ "too long a life", never_expires, "idp_time" },
	{ "no end", without_end, "idp_time" },
	{ "an old token", issued_long_ago, "idp_time" },
	{ "a token of tomorrow", issued_tomorrow, "idp_time" },
	{ "no time", without_begin, "idp_time" },
	{ "a session from before (prompt=none)", signed_in_before, "idp_time" },
	{ "no time of sign-in", signed_in_never, "idp_time" },
	{ "signed in tomorrow", signed_in_tomorrow, "idp_time" },
	{ "times in fractions", times_in_fractions, "idp_parse" },
	{ "a claim twice", claim_twice, "idp_parse" },
	{ "an escaped name", escaped_name, "idp_parse" },
	{ "too deep", deep, "idp_parse" },
	{ "a key that nobody approved", by_a_stranger, "idp_sig" },
	{ "the other provider's key", by_the_other_provider, "idp_sig" },
	{ "her own device's key", by_her_own_device, "idp_sig" },
	{ "no algorithm", without_algorithm, "idp_header" },
	{ "algorithm none", of_algorithm_none, "idp_header" },
	{ "another algorithm", of_another_algorithm, "idp_header" },
	{ "an algorithm in other letters", of_a_lower_case_algorithm, "idp_header" },
	{ "a key in the header", with_a_key, "idp_header" },
	{ "a key's place", with_a_keys_place, "idp_header" },
	{ "a chain", with_a_chain, "idp_header" },
	{ "a chain's place", with_a_chains_place, "idp_header" },
	{ "something critical", with_something_critical, "idp_header" },
	{ "another type", of_another_type, "idp_header" },
	{ "a header that is a list", of_no_object, "idp_header" },
	{ "no type", without_type, "" },
	{ "an escaped issuer", escaped_issuer, "" },
	{ "two clients, ours asked", for_two_clients_ours_asked, "" },
	{ "ours asked", ours_asked, "" },
	{ "weak means, for SCAL1", by_weak_means, "" },
	{ "as it should be", NULL, "" },
};

TEST(a_token_is_of_this_provider_client_person_statement_and_time)
{
	struct hostile h;

	hostile_begin(&h, &group);
	for (size_t i = 0; i < COUNT(rows); i++)
		signs(&h, rows[i].row, rows[i].reason, &low, plain, rows[i].change);
	hostile_end(&h);
}

TEST(a_provider_alone_is_enough_at_scal2_only_if_it_showed_the_transaction)
{
	struct hostile h;

	hostile_begin(&h, &group);
	signs(&h, "SCAL2, nothing shown", "level", &high, plain, NULL);
	signs(&h, "SCAL2, shown", "", &high, showing, NULL);
	signs(&h, "SCAL2, shown, weak means", "level", &high, showing, by_weak_means);
	signs(&h, "nothing shown, though it could", "idp_shown", &high, showing, shows_nothing);
	signs(&h, "another one shown", "idp_shown", &high, showing, shows_another);
	signs(&h, "nothing shown, at SCAL1 neither", "idp_shown", &low, showing, shows_nothing);
	signs(&h, "SCAL1, nothing to show", "", &low, plain, NULL);
	assert_string_equal(set_policy(&group, 300000, 0x1e, 2), "");
	signs(&h, "policy takes no provider", "level", &high, showing, NULL);
	signs(&h, "which SCAL1 does not ask", "", &low, plain, NULL);
	assert_string_equal(set_policy(&group, 300000, 0x21e, 2), "");
	hostile_end(&h);
}

TEST(a_provider_whose_key_nobody_vouches_for_is_not_enough_alone)
{
	struct act *a = act_of_provider(SHOWING, &stranger, PURPOSE_ADD_PROVIDER);
	struct hostile h;
	struct token w;

	a->st.add_provider.assurance = 0;
	assert_string_equal(security_does(a, 2), "");
	hostile_begin(&h, &group);
	a = act_to_sign(&high);
	w = wish_of(a, SHOWING, &stranger);
	give(a, showing, &w);
	hostile_activate(&h, "assurance 0", "level", a, &high);
	act_free(a);
	hostile_expect(&h, "goes again", "",
	    security_does(act_of_provider(SHOWING, &stranger, PURPOSE_REMOVE_PROVIDER), 2));
	hostile_end(&h);
}

TEST(a_token_counts_once_and_for_one_statement)
{
	struct act *a = act_to_sign(&low), *other = act_to_sign(&low);
	struct token w = wish_of(a, ISSUER, &plain_key);
	struct hostile h;

	hostile_begin(&h, &group);
	give(a, plain, &w);
	give(other, plain, &w);
	hostile_activate(&h, "another statement's", "idp_nonce", other, &low);
	hostile_activate(&h, "its own", "", a, &low);
	hostile_activate(&h, "again", "replay", a, &low);
	act_free(a);
	act_free(other);
	a = act_to_sign(&low);
	w = wish_of(a, ISSUER, &plain_key);
	give(a, alice.authenticator, &w);
	hostile_activate(&h, "a token as a device's approval", "auth", a, &low);
	act_write(a);
	act_approve(a, plain, &alice.device);
	hostile_activate(&h, "a device's approval as a token", "auth", a, &low);
	act_write(a);
	give(a, showing, &w);
	hostile_activate(&h, "under another provider's link", "idp_sig", a, &low);
	act_free(a);
	hostile_end(&h);
}

static void
gives(struct hostile *h, const char *row, const char *want, const char *token)
{
	struct act *a = act_to_sign(&low);

	give_bytes(a, plain, token);
	hostile_activate(h, row, want, a, &low);
	act_free(a);
}

/* The public key as a secret: what verifiers fall for who let the token choose. */
static void
sign_with_public_key(char *token)
{
	uint8_t mac[32];
	unsigned n = sizeof(mac);
	char *dot = strrchr(token, '.');

	CHECK(HMAC(EVP_sha256(), plain_key.spki, sizeof(plain_key.spki), (const uint8_t *)token,
	    (size_t)(dot - token), mac, &n) != NULL);
	letters(mac, sizeof(mac), dot + 1);
}

TEST(what_is_not_three_parts_and_one_signature_is_no_token)
{
	static char token[9000], other[20000];
	struct act *a = act_to_sign(&low);
	struct token w = wish_of(a, ISSUER, &plain_key);
	struct hostile h;
	char *dot;

	hostile_begin(&h, &group);
	token_make(&w, token);
	dot = strrchr(token, '.');
	snprintf(other, sizeof(other), "%s.%s", token, dot + 1);
	gives(&h, "two signatures", "idp_parse", other);
	snprintf(other, sizeof(other), "%.*s.", (int)(dot - token), token);
	gives(&h, "an empty signature", "idp_parse", other);
	snprintf(other, sizeof(other), "%.*s", (int)(dot - token), token);
	gives(&h, "no signature", "idp_parse", other);
	snprintf(other, sizeof(other), "%s=", token);
	gives(&h, "padding", "idp_parse", other);
	snprintf(other, sizeof(other), "%s\n", token);
	gives(&h, "a line's end", "idp_parse", other);
	snprintf(other, sizeof(other), ".%s", token);
	gives(&h, "an empty part", "idp_parse", other);
	gives(&h, "JSON", "idp_parse", "{\"payload\":\"e30\",\"signatures\":[]}");
	gives(&h, "nothing", "idp_parse", ".");
	w.header = "{\"alg\":\"HS256\"}";
	token_make(&w, token);
	sign_with_public_key(token);
	gives(&h, "HMAC by the public key", "idp_sig", token);
	act_free(a);
	hostile_end(&h);
}

TEST(a_token_with_any_byte_changed_is_none)
{
	struct act *a = act_to_sign(&low);
	struct token w = wish_of(a, ISSUER, &plain_key);
	struct hostile h;
	uint8_t *bytes;
	size_t n;

	hostile_begin(&h, &group);
	give(a, plain, &w);
	bytes = (uint8_t *)(uintptr_t)a->ev.list[0].body.p;
	n = a->ev.list[0].body.n;
	for (size_t i = 0; i < n; i += 2) {
		bytes[i] ^= (uint8_t)(1 << i % 8);
		act_write_evidences(a);
		hostile_activate(&h, "a bit turned over", NULL, a, &low);
		bytes[i] ^= (uint8_t)(1 << i % 8);
	}
	for (size_t cut = 0; cut < n; cut += 11) {
		a->ev.list[0].body.n = cut;
		act_write_evidences(a);
		hostile_activate(&h, "cut", NULL, a, &low);
	}
	a->ev.list[0].body.n = n;
	act_write_evidences(a);
	hostile_activate(&h, "as it was", "", a, &low);
	act_free(a);
	hostile_end(&h);
}

static struct act *
act_of_link(struct signer *s, const char *issuer)
{
	struct act *a = act_of_bind(&group, s, &s->device);

	bind_with(a, issuer);
	act_write(a);
	return a;
}

static void
enact(struct hostile *h, const char *row, const char *want, struct act *a)
{
	hostile_expect(h, row, want, act_enact(a, group.ssa, NULL, NULL, NULL));
	act_free(a);
}

TEST(a_person_is_bound_by_a_token_and_the_code)
{
	struct hostile h;
	struct signer bob;
	struct act *a;
	struct token w;

	signer_invite(&group, &bob, "CN=Bob Example,C=SE");
	hostile_begin(&h, &group);
	a = act_of_link(&bob, ISSUER);
	w = wish_of(a, ISSUER, &plain_key);
	give(a, NULL, &w);
	enact(&h, "without the code", "quorum", a);
	a = act_of_link(&bob, ISSUER);
	act_approve_code(a, bob.code);
	enact(&h, "without a token", "quorum", a);
	a = act_of_link(&bob, ISSUER);
	w.nonce[0] ^= 1;
	give(a, NULL, &w);
	act_approve_code(a, bob.code);
	enact(&h, "by another statement's token", "idp_nonce", a);
	a = act_of_link(&bob, "https://unknown.example");
	w = wish_of(a, "https://unknown.example", &plain_key);
	give(a, NULL, &w);
	act_approve_code(a, bob.code);
	enact(&h, "an issuer that nobody installed", "idp_iss", a);
	a = act_of_link(&bob, ISSUER);
	w = wish_of(a, ISSUER, &plain_key);
	w.sub = NULL;
	give(a, NULL, &w);
	act_approve_code(a, bob.code);
	enact(&h, "of nobody", "idp_sub", a);
	a = act_of_link(&bob, ISSUER);
	w = wish_of(a, ISSUER, &plain_key);
	w.sub = "bob-at-idp";
	give(a, NULL, &w);
	act_approve_code(a, bob.code);
	enact(&h, "by both", "", a);
	a = act_of_bind(&group, &alice, &alice.device);
	a->st.purpose = PURPOSE_ADD_AUTHENTICATOR;
	assert_string_equal(act_challenge(a), "");
	bind_with(a, ISSUER);
	act_write(a);
	w = wish_of(a, ISSUER, &plain_key);
	give(a, NULL, &w);
	act_approve_signer(a, &alice);
	enact(&h, "the same person twice", "auth", a);
	hostile_end(&h);
	signer_forget(&bob);
}

/* Where a key asks for two, a device and a provider that shows nothing do. */
TEST(a_device_and_a_provider_together_are_enough_at_scal2)
{
	uint8_t id[ID_LEN];
	struct msg_enacted made;
	struct hostile h;
	struct key both;
	struct act *a;
	struct token w;

	memset(&both, 0, sizeof(both));
	both.record = writer_grow(RECORD_MAX);
	both.old_record = writer_grow(RECORD_MAX);
	add_authenticator(&mallory, ISSUER, &plain_key, id);
	a = act_of_create(&group, &mallory);
	a->st.create_key.evidences = 2;
	act_write(a);
	act_approve_signer(a, &mallory);
	assert_string_equal(act_enact(a, group.ssa, &made, &both.record, &mallory.record), "");
	act_free(a);
	memcpy(both.id, made.id, ID_LEN);
	both.version = 1;
	mallory.version++;
	key_request(&group, &mallory, &both);
	key_link(&group, &mallory, &both);
	hostile_begin(&h, &group);
	a = act_of_sign(&group, &mallory, &both, 1);
	act_write(a);
	w = wish_of(a, ISSUER, &plain_key);
	give(a, id, &w);
	hostile_activate(&h, "the token alone", "quorum", a, &both);
	act_approve_signer(a, &mallory);
	act_write_evidences(a);
	hostile_activate(&h, "both", "", a, &both);
	act_free(a);
	hostile_end(&h);
	key_forget(&both);
}

/* --- the token reader --- */

static pid_t
reader_pid(void)
{
	DIR *proc = opendir("/proc");
	struct dirent *d;
	pid_t found = 0;

	CHECK(proc != NULL);
	while (found == 0 && (d = readdir(proc)) != NULL) {
		char path[300], name[20];
		int pid, parent;
		FILE *f;

		snprintf(path, sizeof(path), "/proc/%.200s/stat", d->d_name);
		if ((f = fopen(path, "r")) == NULL)
			continue;
		if (fscanf(f, "%d (%19[^)]) %*c %d", &pid, name, &parent) == 3 && parent == group.sam &&
		    strcmp(name, "sam-reader") == 0)
			found = pid;
		fclose(f);
	}
	closedir(proc);
	return found;
}

static void
lost(int sig, const char *row)
{
	pid_t first = reader_pid(), now = 0;
	struct hostile h;
	struct act *a;

	CHECK(first > 0 && kill(first, sig) == 0);
	hostile_begin(&h, &group);
	if (sig == SIGSTOP)
		signs(&h, row, "busy", &low, plain, NULL);
	a = act_to_sign(&high);
	act_approve_signer(a, &alice);
	hostile_activate(&h, "who has a device signs on", "", a, &high);
	act_free(a);
	for (int i = 0; i < 500 && ((now = reader_pid()) == 0 || now == first); i++)
		usleep(20000);
	CHECK(now > 0 && now != first);
	hostile_end(&h);
	/* The decider has it when it has read what the launcher says: after any later request. */
	for (int i = 0; i < 500; i++) {
		struct activated got;
		const char *why;
		struct token w;

		a = act_to_sign(&low);
		w = wish_of(a, ISSUER, &plain_key);
		give(a, plain, &w);
		why = act_activate(a, group.ssa, &got);
		act_free(a);
		if (why[0] == '\0')
			return;
		assert_string_equal(why, "busy");
		usleep(20000);
	}
	fail_msg("no token is read any more");
}

TEST(a_token_reader_that_hangs_or_dies_is_replaced)
{
	lost(SIGSTOP, "it hangs");
	lost(SIGKILL, "it is dead");
}

/* --- who is a provider --- */

static void by_an_officers_key(struct act *a) { a->st.add_provider.key = device_spki(&group.so[0].device); }
static void by_a_signing_key(struct act *a) { a->st.add_provider.key = span_of(high.spki, sizeof(high.spki)); }
static void of_another_kind(struct act *a) { a->st.add_provider.alg = PROVIDER_RS256; }
static void once_more(struct act *a) { a->st.add_provider.key = device_spki(&plain_key); }

TEST(who_is_a_provider_two_security_officers_say)
{
	static const struct { const char *row; void (*change)(struct act *); const char *reason; } bad[] = {
		{ "an officer's key", by_an_officers_key, "auth" },
		{ "a signing key of the group", by_a_signing_key, "auth" },
		{ "a key of another kind", of_another_kind, "alg" },
		{ "twice", once_more, "state" },
	};
	struct hostile h;

	hostile_begin(&h, &group);
	for (size_t i = 0; i < COUNT(bad); i++) {
		struct act *a = act_of_provider(ISSUER, &stranger, PURPOSE_ADD_PROVIDER);

		bad[i].change(a);
		hostile_expect(&h, bad[i].row, bad[i].reason, security_does(a, 2));
	}
	hostile_expect(&h, "one officer", "quorum",
	    security_does(act_of_provider(ISSUER, &stranger, PURPOSE_ADD_PROVIDER), 1));
	hostile_expect(&h, "removed by one", "quorum",
	    security_does(act_of_provider(ISSUER, &plain_key, PURPOSE_REMOVE_PROVIDER), 1));
	hostile_expect(&h, "removed, unknown", "owner",
	    security_does(act_of_provider(ISSUER, &stranger, PURPOSE_REMOVE_PROVIDER), 2));
	hostile_end(&h);
}

/* Rotation: both count while both are installed; and over a restart. The last test: */
TEST(a_removed_keys_tokens_count_no_more)
{
	struct hostile h;

	hostile_begin(&h, &group);
	signs(&h, "not installed yet", "idp_sig", &low, plain, by_a_stranger);
	hostile_expect(&h, "installed", "",
	    security_does(act_of_provider(ISSUER, &stranger, PURPOSE_ADD_PROVIDER), 2));
	signs(&h, "the old one", "", &low, plain, NULL);
	signs(&h, "the new one", "", &low, plain, by_a_stranger);
	group_stop(&group);
	group_start(&group);
	signs(&h, "after a restart", "", &low, plain, by_a_stranger);
	hostile_expect(&h, "the old one goes", "",
	    security_does(act_of_provider(ISSUER, &plain_key, PURPOSE_REMOVE_PROVIDER), 2));
	signs(&h, "by the removed key", "idp_sig", &low, plain, NULL);
	signs(&h, "by the one that stays", "", &low, plain, by_a_stranger);
	hostile_expect(&h, "that goes, too", "",
	    security_does(act_of_provider(ISSUER, &stranger, PURPOSE_REMOVE_PROVIDER), 2));
	signs(&h, "of a provider that is none any more", "idp_iss", &low, plain, by_a_stranger);
	hostile_end(&h);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_token_is_of_this_provider_client_person_statement_and_time),
	cmocka_unit_test(a_provider_alone_is_enough_at_scal2_only_if_it_showed_the_transaction),
	cmocka_unit_test(a_provider_whose_key_nobody_vouches_for_is_not_enough_alone),
	cmocka_unit_test(a_token_counts_once_and_for_one_statement),
	cmocka_unit_test(what_is_not_three_parts_and_one_signature_is_no_token),
	cmocka_unit_test(a_token_with_any_byte_changed_is_none),
	cmocka_unit_test(a_person_is_bound_by_a_token_and_the_code),
	cmocka_unit_test(a_device_and_a_provider_together_are_enough_at_scal2),
	cmocka_unit_test(a_token_reader_that_hangs_or_dies_is_replaced),
	cmocka_unit_test(who_is_a_provider_two_security_officers_say),
	cmocka_unit_test(a_removed_keys_tokens_count_no_more),
};

HOSTILE_MAIN(tests, set_up, tear_down)
