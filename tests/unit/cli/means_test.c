/* SPDX-License-Identifier: Apache-2.0 */
/* With what a signer approves: which approvals are gathered, and what a module or provider is believed. */
#include "audit/genesis.h"
#include "cli/encode.h"
#include "cli/means.h"
#include "rig.h"

#define LAPTOP	"11111111111111111111111111111111"
#define PERSON	"22222222222222222222222222222222"
#define ABROAD	"33333333333333333333333333333333"
#define MODULE	"abababababababababababababababababababababababababababababababab"
#define HUMAN	"cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd"

static json_t *
account_make(void)
{
	json_t *j = json_loads("{\"authenticators\":[{\"id\":\"" LAPTOP "\",\"type\":1},{\"id\":\"" PERSON "\",\"type\":3,"
	    "\"module\":\"" MODULE "\",\"person\":\"" HUMAN "\"},{\"id\":\"" ABROAD "\",\"type\":4,\"issuer\":"
	    "\"https://login.example\"}],\"keys\":[{\"credentialID\":\"" LAPTOP "\",\"state\":3,\"evidences\":2},"
	    "{\"credentialID\":\"" PERSON "\",\"state\":5,\"evidences\":3}]}", 0, NULL);

	CHECK(j != NULL);
	return j;
}

static void
profile_make(struct profile *p, const char *approval)
{
	*p = (struct profile){ .approval = strdup(approval), .has_module = true };
	CHECK(hex_typed(MODULE, p->module, 32) && hex_typed(HUMAN, p->person, 16) &&
	    hex_typed(LAPTOP, p->authenticator, 16));
}

/* d, p and i for device, PIN and provider; "" where it is refused. */
static const char *
completed(struct means m, const char *approval, uint64_t needed, const char *with)
{
	static char out[4];
	AUTO_JSON *account = account_make();
	struct err e = { 0 };
	AUTO_PROFILE p = { 0 };
	uint8_t id[16] = { 0 };
	bool good;

	profile_make(&p, approval);
	CHECK(with == NULL || hex_typed(with, id, 16));
	good = means_complete(&m, &p, account, needed, with == NULL ? NULL : id, &e);
	CHECK(good || command_exit(&e) == EXIT_USAGE || e.code == ERR_MISSING);
	snprintf(out, sizeof(out), "%s%s%s", good && m.device ? "d" : "", good && m.pin ? "p" : "",
	    good && m.idp != NULL ? "i" : "");
	return out;
}

TEST(as_many_approvals_are_gathered_as_the_key_asks_for)
{
	const struct means device = { .device = true }, pin = { .pin = true }, idp = { .idp = "x" },
	    both = { .pin = true, .idp = "x" };

	CHECK(strcmp(completed(device, "a.pem", 1, NULL), "d") == 0);
	CHECK(strcmp(completed(pin, "a.pem", 1, NULL), "p") == 0);
	CHECK(strcmp(completed(pin, "a.pem", 2, NULL), "dp") == 0);
	CHECK(strcmp(completed(idp, "a.pem", 2, NULL), "di") == 0);
	CHECK(strcmp(completed(both, "a.pem", 2, NULL), "pi") == 0);
	CHECK(strcmp(completed(both, "a.pem", 1, NULL), "") == 0);
	CHECK(strcmp(completed(device, "a.pem", 2, NULL), "") == 0);
	CHECK(strcmp(completed(pin, "module:", 2, NULL), "") == 0);
	CHECK(strcmp(completed(pin, "idp:x", 2, NULL), "") == 0);
}

TEST(a_key_that_was_made_with_somebody_is_not_asked_for_without)
{
	const struct means device = { .device = true }, pin = { .pin = true }, idp = { .idp = "x" };

	CHECK(strcmp(completed(device, "a.pem", 1, PERSON), "p") == 0);
	CHECK(strcmp(completed(device, "a.pem", 2, PERSON), "dp") == 0);
	CHECK(strcmp(completed(device, "a.pem", 1, ABROAD), "") == 0);
	CHECK(strcmp(completed(idp, "a.pem", 1, ABROAD), "i") == 0);
	CHECK(strcmp(completed(idp, "a.pem", 1, PERSON), "") == 0);
	CHECK(strcmp(completed(pin, "a.pem", 1, "44444444444444444444444444444444"), "") == 0);
}

TEST(a_destroyed_key_asks_for_nothing)
{
	AUTO_JSON *account = account_make();

	CHECK(means_strictest(account) == 2);
	json_object_del(account, "keys");
	CHECK(means_strictest(account) == 1);
}

TEST(an_authenticator_is_found_by_module_and_person_or_issuer)
{
	AUTO_JSON *account = account_make();
	AUTO_PROFILE p = { 0 };
	struct err e = { 0 };
	uint8_t id[16], wanted[16];

	profile_make(&p, "a.pem");
	CHECK(hex_typed(PERSON, wanted, 16) && means_module_id(&p, account, id, &e) && memcmp(id, wanted, 16) == 0);
	CHECK(hex_typed(ABROAD, wanted, 16) && means_issuer_id(account, "https://login.example", id, &e) &&
	    memcmp(id, wanted, 16) == 0);
	CHECK(!means_issuer_id(account, "https://login.example/", id, &e));
	err_clear(&e);
	p.person[0] ^= 1;
	CHECK(!means_module_id(&p, account, id, &e));
	err_clear(&e);
	p.person[0] ^= 1;
	p.module[0] ^= 1;
	CHECK(!means_module_id(&p, account, id, &e));
	err_clear(&e);
	p.has_module = false;
	CHECK(!means_module_id(&p, account, id, &e) && command_exit(&e) == EXIT_USAGE);
}

TEST(a_profile_keeps_the_modules_pin)
{
	AUTO_WRITER w = writer_grow(8192);
	AUTO_PROFILE own = { .server = strdup("https://s"), .approval = strdup("module:"), .login = strdup("login.pem"),
		.keys = json_object(), .life = 300000, .has_module = true };
	AUTO_PROFILE p = { 0 };
	struct err e = { 0 };

	memset(own.module, 7, 32);
	memset(own.person, 8, 16);
	profile_write(&own, &w);
	CHECK(profile_read(&p, writer_span(&w), &e) && p.has_module);
	CHECK(memcmp(p.module, own.module, 32) == 0 && memcmp(p.person, own.person, 16) == 0);
}

struct bench {				/* a module: its genesis, and its factor key of this life */
	struct rig	*r;
	struct hpke_key	*key;
	uint8_t		 group[HASH_LEN];
	struct writer	 genesis, attestation;
};

static void
bench_attest(struct bench *b, uint8_t what, const uint8_t group[HASH_LEN], struct key *by)
{
	writer_reset(&b->attestation);
	wr_u8(&b->attestation, what);
	wr_bytes(&b->attestation, group, HASH_LEN);
	wr_u64(&b->attestation, 1);
	wr_bytes(&b->attestation, hpke_key_point(b->key), HPKE_POINT_LEN);
	wr_u64(&b->attestation, 1700000000000);
	rig_attest(b->r, by, &b->attestation);
}

static void
bench_genesis(struct bench *b, uint8_t kind)
{
	struct genesis g = b->r->g;

	g.kind = kind;
	writer_reset(&b->genesis);
	genesis_write(&b->genesis, &g);
	genesis_group(writer_span(&b->genesis), b->group);
}

static void
bench_open(struct bench *b)
{
	struct err e = { 0 };

	b->r = rig_new();
	b->genesis = writer_grow(GENESIS_MAX);
	b->attestation = writer_grow(1024);
	CHECK((b->key = hpke_key_random(&e)) != NULL);
	bench_genesis(b, GROUP_AUTH);
	bench_attest(b, 5, b->group, b->r->attest);
}

static void
bench_close(struct bench *b)
{
	hpke_key_free(b->key);
	writer_wipe(&b->genesis);
	writer_wipe(&b->attestation);
	rig_free(b->r);
}

static bool
taken(const struct bench *b, const uint8_t pin[HASH_LEN], struct module *m, struct err *e)
{
	AUTO_JSON *j = json_object();
	char *text = base64url_new(writer_span(&b->attestation));
	bool good;

	ssa_put_base64(j, "genesis", writer_span(&b->genesis));
	json_object_set_new(j, "factorKey", json_string(text));
	free(text);
	memcpy(m->id, pin, HASH_LEN);
	memset(m->person, 9, 16);
	err_clear(e);
	good = module_take(m, j, e);
	return good;
}

TEST(a_factor_key_counts_only_under_the_module_that_is_known)
{
	struct bench b;
	uint8_t other[HASH_LEN] = { 1 };
	struct err e = { 0 };
	struct module m;

	bench_open(&b);
	CHECK(taken(&b, b.group, &m, &e) && m.life == 300000);
	CHECK(memcmp(m.key, hpke_key_point(b.key), HPKE_POINT_LEN) == 0);
	CHECK(!taken(&b, other, &m, &e) && command_exit(&e) == EXIT_REFUSED);
	for (size_t i = 0; i < b.attestation.n; i++) {
		b.attestation.p[i] ^= 4;
		CHECK(!taken(&b, b.group, &m, &e) && command_exit(&e) == EXIT_INVALID);
		b.attestation.p[i] ^= 4;
	}
	bench_attest(&b, 5, other, b.r->attest);
	CHECK(!taken(&b, b.group, &m, &e) && command_exit(&e) == EXIT_INVALID);
	bench_attest(&b, 5, b.group, b.r->alice);
	CHECK(!taken(&b, b.group, &m, &e));
	bench_attest(&b, 6, b.group, b.r->attest);
	CHECK(!taken(&b, b.group, &m, &e));
	bench_genesis(&b, GROUP_SAM);
	bench_attest(&b, 5, b.group, b.r->attest);
	CHECK(!taken(&b, b.group, &m, &e) && command_exit(&e) == EXIT_REFUSED);
	bench_close(&b);
}

/* PROTOCOL.sam 9.3, byte by byte. */
TEST(factors_are_sealed_as_the_module_reads_them)
{
	uint8_t sealed[SEALED_FACTORS_LEN], plain[256], d[HASH_LEN], info[17 + HASH_LEN], other[HASH_LEN] = { 0 };
	struct factors_given f = { .pin = span_str("123456"), .code = span_str("000111") };
	struct err e = { 0 };
	struct module m;
	struct bench b;

	bench_open(&b);
	memset(d, 0x5d, sizeof(d));
	CHECK(taken(&b, b.group, &m, &e) && module_seal(&m, d, &f, sealed, &e));
	memcpy(info, "propria-factor-v1", 17);
	memcpy(info + 17, b.group, HASH_LEN);
	CHECK(hpke_open(b.key, span_of(info, sizeof(info)), span_of(d, sizeof(d)), span_of(sealed, sizeof(sealed)),
	    plain, &e));
	CHECK(memcmp(plain, "PRF1", 4) == 0 && memcmp(plain + 4, d, 32) == 0 && plain[36] == 9 && plain[51] == 9);
	CHECK(memcmp(plain + 52, "\006" "123456" "\006" "000111" "\0\0", 16) == 0);
	for (size_t i = 68; i < sizeof(plain); i++)
		CHECK(plain[i] == 0);
	CHECK(!hpke_open(b.key, span_of(info, sizeof(info)), span_of(other, sizeof(other)),
	    span_of(sealed, sizeof(sealed)), plain, &e));
	err_clear(&e);
	f.pin = span_str("12345");
	CHECK(!module_seal(&m, d, &f, sealed, &e) && command_exit(&e) == EXIT_USAGE);
	err_clear(&e);
	f.pin = span_str("123456");
	f.code = span_str("00011x");
	CHECK(!module_seal(&m, d, &f, sealed, &e));
	err_clear(&e);
	f.code = span_str("00011");
	CHECK(!module_seal(&m, d, &f, sealed, &e));
	CHECK(strstr(e.text, "00011") == NULL);
	bench_close(&b);
}

static enum visit_state
visited(const char *json, struct writer *token, struct err *e)
{
	AUTO_JSON *j = json_loads(json, 0, NULL);

	writer_reset(token);
	err_clear(e);
	return visit_read(j, token, e);
}

TEST(a_visit_ends_with_a_token_or_a_reason)
{
	AUTO_WRITER token = writer_grow(EVIDENCE_BODY_MAX);
	struct err e = { 0 };

	CHECK(visited("{\"state\":\"waiting\"}", &token, &e) == VISIT_WAITS);
	CHECK(visited("{\"state\":\"done\",\"token\":\"a.b.c\"}", &token, &e) == VISIT_DONE);
	CHECK(span_equal(writer_span(&token), span_str("a.b.c")));
	CHECK(visited("{\"state\":\"done\"}", &token, &e) == VISIT_FAILED);
	CHECK(visited("{\"state\":\"failed\",\"why\":\"access_denied\"}", &token, &e) == VISIT_FAILED &&
	    command_exit(&e) == EXIT_REFUSED && strstr(e.text, "access_denied") != NULL);
	CHECK(visited("{\"state\":\"failed\",\"why\":\"\\u001b[2J\"}", &token, &e) == VISIT_FAILED &&
	    strchr(e.text, 0x1b) == NULL);
	CHECK(visited("{}", &token, &e) == VISIT_FAILED && e.code != ERR_NONE);
}

TEST(a_provider_is_known_by_the_servers_name_for_it)
{
	AUTO_JSON *list = json_loads("[{\"name\":\"a\"},{\"name\":\"b\",\"issuer\":\"https://b\"}]", 0, NULL);
	char issuer[ISSUER_TEXT];
	struct err e = { 0 };

	CHECK(visit_issuer_of(list, "b", issuer, &e) && strcmp(issuer, "https://b") == 0);
	CHECK(!visit_issuer_of(list, "a", issuer, &e));
	err_clear(&e);
	CHECK(!visit_issuer_of(list, "c", issuer, &e) && command_exit(&e) == EXIT_USAGE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_many_approvals_are_gathered_as_the_key_asks_for),
		cmocka_unit_test(a_key_that_was_made_with_somebody_is_not_asked_for_without),
		cmocka_unit_test(a_destroyed_key_asks_for_nothing),
		cmocka_unit_test(an_authenticator_is_found_by_module_and_person_or_issuer),
		cmocka_unit_test(a_profile_keeps_the_modules_pin),
		cmocka_unit_test(a_factor_key_counts_only_under_the_module_that_is_known),
		cmocka_unit_test(factors_are_sealed_as_the_module_reads_them),
		cmocka_unit_test(a_visit_ends_with_a_token_or_a_reason),
		cmocka_unit_test(a_provider_is_known_by_the_servers_name_for_it),
	};

	return crypto_start(NULL) ? RUN(tests) : 1;
}
