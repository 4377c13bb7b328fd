/* SPDX-License-Identifier: Apache-2.0 */
/* The SSA's parts one by one: tables, limits, caches, assertions, the mapping of hashes. */
#include <unistd.h>

#include "base/clock.h"
#include "json/base64.h"
#include "ssa/api/activation.h"
#include "ssa/api/credential.h"
#include "ssa/api/fault.h"
#include "ssa/api/route.h"
#include "ssa/jwt.h"
#include "ssa/parallel.h"
#include "ssa/record.h"
#include "tests/test.h"
#include "tests/unit/ssa/fake_sam.h"
#include "tests/unit/ssa/keys.h"

TEST(every_reason_of_the_protocol_has_an_error)
{
	static const char *const reasons[] = { "parse", "group", "epoch", "purpose", "nonce", "time",
		"replay", "owner", "record", "version", "state", "auth", "quorum", "level", "class", "alg",
		"svd", "dtbs", "kind", "limit", "proposal", "cert", "closed", "busy", "backend", "unknown" };

	for (size_t i = 0; i < COUNT(reasons); i++) {
		struct err e = { .code = ERR_DENIED };
		const struct fault *f;

		strcpy(e.reason, reasons[i]);
		f = fault_of(&e);
		CHECK(strcmp(f->reason, reasons[i]) == 0 && f->status >= 400 && f->status < 600);
		CHECK(*f->error != '\0' && *f->csc != '\0' && *f->plain != '\0');
	}
	CHECK(fault_of(&(struct err){ .code = ERR_DENIED, .reason = "new" })->status == 500);
}

TEST(routes_are_unique_and_those_with_a_token_are_not_cached)
{
	const struct route *a;

	for (size_t i = 0; (a = route_at(i)) != NULL; i++) {
		CHECK(route_find(a->path) == a && (a->get || a->post) && a->handle != NULL);
		CHECK(a->takes != TAKES_FORM || a->who == WHO_LIMITED);
		if (strncmp(a->path, "/propria/", 9) == 0 && a->who == WHO_TOKEN)
			CHECK(a->secret);
	}
	CHECK(route_find("/csc/v2/info/") == NULL && route_find("") == NULL);
	CHECK(route_is_standard("/csc/v2/x") && !route_is_standard("/propria/v1/x"));
}

TEST(a_limit_refills_with_time_and_counts_peers_apart)
{
	struct limit *l = limit_new(100, 3);
	uint8_t a[16] = { [10] = 0xff, [11] = 0xff, [15] = 1 }, b[16] = { [10] = 0xff, [11] = 0xff, [15] = 2 };

	for (int i = 0; i < 3; i++)
		CHECK(limit_take(l, a, 10000));
	CHECK(!limit_take(l, a, 10000) && limit_take(l, b, 10000));
	CHECK(!limit_take(l, a, 10300) && limit_take(l, a, 10400));
	limit_free(l);
	l = limit_new(2, 0);
	CHECK(limit_take(l, a, 10000) && limit_take(l, b, 10000) && !limit_take(l, a, 10000));
	limit_free(l);
}

TEST(one_ipv6_network_is_one_peer)
{
	struct limit *l = limit_new(0, 1);
	uint8_t a[16] = { 0x20, 1, 0xd, 0xb8 }, b[16] = { 0x20, 1, 0xd, 0xb8 };

	b[15] = 9;
	CHECK(limit_take(l, a, 10000) && !limit_take(l, b, 10000));
	b[5] = 9;
	CHECK(limit_take(l, b, 10000));
	limit_free(l);
}

struct thing {
	struct cached	of;
	int		*freed;
};

static void
thing_free(struct cached *x)
{
	++*((struct thing *)x)->freed;
	free(x);
}

static struct thing *
thing_new(uint8_t name, int *freed)
{
	struct thing *t = calloc(1, sizeof(*t));

	memset(t->of.key, name, 32);
	t->of.holders = 1;
	t->of.free = thing_free;
	t->freed = freed;
	return t;
}

TEST(a_cache_forgets_the_longest_unused_and_frees_nothing_that_is_held)
{
	struct cache *c = cache_new(2);
	struct cached *held = NULL;
	uint8_t name[32];
	int freed = 0;

	for (uint8_t i = 1; i <= 3; i++) {
		struct thing *t = thing_new(i, &freed);

		cache_put(c, &t->of);
		cached_release(&t->of);
		memset(name, 1, 32);
		if (i == 2) {
			held = cache_hold(c, name);
			CHECK(held != NULL);
		}
	}
	memset(name, 2, 32);
	CHECK(cache_hold(c, name) == NULL && freed == 1 && cache_count(c) == 2);
	memset(name, 1, 32);
	cache_drop(c, name);
	CHECK(freed == 1);
	cached_release(held);
	CHECK(freed == 2);
	cache_free(c);
	CHECK(freed == 3);
}

static const char *const audience[] = { "https://here/oauth2/token" };
static const char good_claims[] = "{\"iss\":\"me\",\"sub\":\"me\",\"aud\":[\"x\",\"https://here/oauth2/token\"],"
    "\"exp\":1000100,\"jti\":\"1\"}";

static bool
verified(EVP_PKEY *k, struct span jws)
{
	struct client_assertion a;
	struct err e = { 0 };
	uint8_t spki[91];

	test_key_spki(k, spki);
	return client_assertion_verify(jws, span_of(spki, 91), span_str("me"), audience, 1, 1000000000ull, &a, &e);
}

TEST(an_assertion_holds_only_unchanged_and_whole)
{
	EVP_PKEY *k = test_key(), *other = test_key();
	uint8_t bytes[1024];
	struct writer w = writer_over(bytes, sizeof(bytes));

	test_jws(k, "{\"alg\":\"ES256\",\"typ\":\"JWT\"}", good_claims, &w);
	CHECK(verified(k, writer_span(&w)) && !verified(other, writer_span(&w)));
	for (size_t n = 0; n < w.n; n++)
		CHECK(!verified(k, span_of(bytes, n)));
	for (size_t i = 0; i < w.n; i++)
		for (int bit = 0; bit < 8; bit++) {
			bytes[i] ^= (uint8_t)(1 << bit);
			CHECK(!verified(k, writer_span(&w)));
			bytes[i] ^= (uint8_t)(1 << bit);
		}
	wr_u8(&w, '.');
	CHECK(!verified(k, writer_span(&w)));
	EVP_PKEY_free(k);
	EVP_PKEY_free(other);
}

TEST(a_login_key_is_a_point_on_p256)
{
	uint8_t spki[91];
	struct err e = { 0 };
	AUTO_JSON *off = json_read(span_str("{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
	    "AAAAAAA\",\"y\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE\"}"), 1000, &e);
	AUTO_JSON *rsa = json_read(span_str("{\"kty\":\"RSA\",\"n\":\"AA\"}"), 1000, &e);

	CHECK(off != NULL && !jwk_read(off, spki, &e));
	CHECK(rsa != NULL && !jwk_read(rsa, spki, &e) && !jwk_read(NULL, spki, &e));
}

static struct activation *
activation_with(const char *digests, size_t n)
{
	struct activation *a = calloc(1, sizeof(*a));

	a->alg = alg_find(ALG_ECDSA_P256_SHA256);
	a->n = a->listed = n;
	a->used = calloc(n, 1);
	a->digests = calloc(n, 32);
	for (size_t i = 0; i < n; i++)
		memset(a->digests + 32 * i, digests[i], 32);
	return a;
}

static bool
maps(const char *list, const char *used, const char *wanted, const char *indexes, size_t from_used)
{
	struct activation *a = activation_with(list, strlen(list));
	uint8_t digests[8][32];
	uint32_t index[8];
	size_t n = strlen(wanted), from = 0;
	bool ok;

	for (size_t i = 0; i < a->n; i++)
		a->used[i] = used[i] == 'x';
	for (size_t i = 0; i < n; i++)
		memset(digests[i], wanted[i], 32);
	ok = activation_map(a, digests[0], n, index, &from);
	if (ok && indexes != NULL) {
		for (size_t i = 0; i < n; i++)
			CHECK(index[i] == (uint32_t)(indexes[i] - '0'));
		CHECK(from == from_used);
	}
	free(a->used);
	free(a->digests);
	free(a);
	return ok;
}

TEST(equal_hashes_take_the_lowest_unused_indexes)
{
	CHECK(maps("abc", "...", "cab", "201", 0));
	CHECK(maps("aba", "...", "aa", "02", 0));
	CHECK(maps("aba", "x..", "a", "2", 0));
	CHECK(maps("aba", "x..", "aa", "20", 1));
	CHECK(maps("aba", "x.x", "a", "0", 1));
	CHECK(!maps("abc", "...", "d", NULL, 0));
	CHECK(!maps("abc", "...", "aa", NULL, 0));
	CHECK(!maps("abc", "...", "abca", NULL, 0));
	CHECK(maps("aaaa", "....", "aaaa", "0123", 0));
}

static bool
lists(struct activation *a, const char *wanted)
{
	uint8_t digests[8][32];

	for (size_t i = 0; i < strlen(wanted); i++)
		memset(digests[i], wanted[i], 32);
	return activation_list(a, digests[0], strlen(wanted));
}

TEST(a_window_has_a_place_for_each_of_its_signatures_and_no_more)
{
	static const uint8_t id[16], fixed[3][32] = { { 1 }, { 2 }, { 3 } };
	const struct alg *alg = alg_find(ALG_ECDSA_P256_SHA256);
	struct activation *a = activation_window(id, id, alg, 3, NULL, 0);
	struct activation *of_known = activation_window(id, id, alg, 3, fixed[0], 3);

	CHECK(lists(a, "a") && a->listed == 1 && lists(a, "a") && a->listed == 1);
	CHECK(lists(a, "aa") && a->listed == 2);	/* equal digests are two signatures */
	CHECK(!lists(a, "abc") && a->listed == 3);
	CHECK(lists(a, "aab") && !lists(a, "c"));
	CHECK(activation_list(of_known, fixed[1], 2) && !lists(of_known, "a"));
	CHECK(a->window && of_known->window);
	activation_release(a);
	activation_release(of_known);
}

TEST(pss_takes_its_own_parameters_only)
{
	const struct alg *pss = alg_find(ALG_RSA3072_PSS_SHA256), *pkcs1 = alg_find(ALG_RSA3072_PKCS1_SHA256);
	struct span none = { 0 }, good = span_str("MDSgDzANBglghkgBZQMEAgEFAKEcMBoGCSqGSIb3DQEBCDANBglghkgBZQMEAgEFAKIDAgEg");
	struct span bare = span_str("MDCgDTALBglghkgBZQMEAgGhGjAYBgkqhkiG9w0BAQgwCwYJYIZIAWUDBAIBogMCASA=");
	bool needed;

	CHECK(sign_algorithm_fault(pss, span_str(pss->oid), JSON_ABSENT, none, &needed) == NULL && !needed);
	CHECK(sign_algorithm_fault(pss, span_str(pss->oid), JSON_GOT, good, &needed) == NULL);
	CHECK(sign_algorithm_fault(pss, span_str(pss->oid), JSON_GOT, bare, &needed) == NULL);
	CHECK(sign_algorithm_fault(pss, span_str(pss->oid), JSON_GOT, span_str("MAA="), &needed) != NULL);
	CHECK(sign_algorithm_fault(pss, span_str("1.2.840.113549.1.1.1"), JSON_ABSENT, none, &needed) != NULL);
	CHECK(sign_algorithm_fault(pkcs1, span_str("1.2.840.113549.1.1.1"), JSON_ABSENT, none, &needed) == NULL &&
	    needed);
	CHECK(sign_algorithm_fault(pkcs1, span_str(pss->oid), JSON_ABSENT, none, &needed) != NULL);
}

static const char *
hash_fault(const char *path, const char *json, bool needed)
{
	struct exchange x = { .path = path };
	struct err e = { 0 };
	struct call c = { .x = &x, .json = json_read(span_str(json), 4096, &e) };
	const char *fault = hash_algorithm_fault(&c, alg_find(ALG_RSA3072_PKCS1_SHA256), needed);

	json_release(c.json);
	return fault == NULL ? "" : fault;
}

TEST(each_version_has_its_name_for_the_hash_algorithm)
{
	static const char v1[] = "/csc/v1/signatures/signHash", v2[] = "/csc/v2/signatures/signHash";
	static const char new_name[] = "{\"hashAlgorithmOID\":\"2.16.840.1.101.3.4.2.1\"}";
	static const char old_name[] = "{\"hashAlgo\":\"2.16.840.1.101.3.4.2.1\"}";

	CHECK(*hash_fault(v2, new_name, true) == '\0' && *hash_fault(v1, old_name, true) == '\0');
	CHECK(strstr(hash_fault(v2, old_name, true), "Missing") != NULL);
	CHECK(strstr(hash_fault(v1, new_name, true), "parameter hashAlgo") != NULL);
	CHECK(*hash_fault(v1, "{\"hashAlgo\":\"\"}", false) == '\0');	/* empty = absent */
	CHECK(*hash_fault(v1, "{\"hashAlgo\":\"\"}", true) != '\0');
	CHECK(strcmp(hash_fault(v1, "{\"hashAlgo\":\"1.3.14.3.2.26\"}", false), "Invalid parameter hashAlgo") == 0);
	CHECK(strcmp(hash_fault(v2, "{\"hashAlgorithmOID\":\"1.2\"}", false),
	    "Invalid parameter hashAlgorithmOID") == 0);
}

TEST(authorizations_under_way_are_counted_for_each_account)
{
	struct parallel *p = parallel_new(3);
	uint8_t one[16] = { 1, 2 }, other[16] = { 3, 4 };
	uint64_t now = 1000000000;

	for (int i = 0; i < 3; i++)
		CHECK(parallel_enter(p, one, now));
	CHECK(!parallel_enter(p, one, now) && parallel_enter(p, other, now));
	parallel_leave(p, one);
	CHECK(parallel_enter(p, one, now) && !parallel_enter(p, one, now));
	CHECK(!parallel_enter(p, one, now + 600000));	/* may still be under way */
	CHECK(parallel_enter(p, one, now + 1200000));	/* cannot be any more */
	parallel_leave(p, one);
	parallel_leave(p, one);		/* one too many is none */
	CHECK(parallel_enter(p, one, now + 1200000));
	parallel_free(p);
}

TEST(a_record_of_another_shape_is_none)
{
	uint8_t bytes[256];
	uint8_t owner[16] = { 1 }, id[16] = { 2 };
	struct writer w = writer_over(bytes, sizeof(bytes));
	struct record r;

	record_make(&w, 2, owner, id, 7);
	CHECK(record_head_read(writer_span(&w), &r) && r.type == 2 && r.version == 7);
	CHECK(memcmp(r.owner, owner, 16) == 0 && memcmp(r.id, id, 16) == 0);
	for (size_t n = 0; n < 78; n++)
		CHECK(!record_head_read(span_of(bytes, n), &r));
	bytes[4] = 4;	/* of a module's own, which never leaves it */
	CHECK(!record_head_read(writer_span(&w), &r));
	bytes[4] = 2;
	bytes[5] = 2;
	CHECK(!record_head_read(writer_span(&w), &r));
}

static bool
config_says(const char *text, const char *said)
{
	char path[] = "/tmp/propria-conf-XXXXXX";
	struct config c;
	struct err e = { 0 };
	int fd = mkstemp(path);
	bool ok;

	CHECK(write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	close(fd);
	ok = config_read(&c, path, &e);
	unlink(path);
	return said == NULL ? ok : !ok && strstr(e.text, said) != NULL;
}

TEST(a_configuration_is_read_strictly)
{
#define NEEDED "[listen]\ncertificate = a\nkey = b\n[sam]\nsocket = s\ngenesis = g\n[store]\npath = p\n"
	CHECK(config_says(NEEDED, NULL));
	CHECK(config_says(NEEDED "[limits]\nconnections = 5\nlog_requests = no\n", NULL));
	CHECK(config_says(NEEDED "[limits]\nconections = 5\n", "there is no setting [limits] conections"));
	CHECK(config_says(NEEDED "[store]\npath = q\n", "is there twice"));
	CHECK(config_says(NEEDED "[listen]\nport = 70000\n", "cannot be used"));
	CHECK(config_says(NEEDED "[listen]\nport = -1\n", "cannot be used"));
	CHECK(config_says(NEEDED "[listen]\nport = 1x\n", "cannot be used"));
	CHECK(config_says(NEEDED "[limits]\nlog_requests = maybe\n", "cannot be used"));
	CHECK(config_says(NEEDED "nonsense\n", "is no setting"));
	CHECK(config_says(NEEDED "[sic]\norigin = https://approve.example\n", NULL));
	CHECK(config_says(NEEDED "[sic]\norigin = http://approve.localhost:8080\n", NULL));
	CHECK(config_says(NEEDED "[sic]\norigin = https://approve.example/\n", "is no origin"));
	CHECK(config_says(NEEDED "[sic]\norigin = https://Approve.example\n", "is no origin"));
	CHECK(config_says(NEEDED "[sic]\norigin = *\n", "is no origin"));
	CHECK(config_says(NEEDED "[sic]\norigin = null\n", "is no origin"));
	CHECK(config_says(NEEDED "[csc]\nauth_mode = implicit\n", "auth_mode"));
	CHECK(config_says(NEEDED "[timestamp]\nurl = ftp://x\n", "begins with"));
	CHECK(config_says("[listen]\ncertificate = a\n", "is missing"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_reason_of_the_protocol_has_an_error),
		cmocka_unit_test(routes_are_unique_and_those_with_a_token_are_not_cached),
		cmocka_unit_test(a_limit_refills_with_time_and_counts_peers_apart),
		cmocka_unit_test(one_ipv6_network_is_one_peer),
		cmocka_unit_test(a_cache_forgets_the_longest_unused_and_frees_nothing_that_is_held),
		cmocka_unit_test(an_assertion_holds_only_unchanged_and_whole),
		cmocka_unit_test(a_login_key_is_a_point_on_p256),
		cmocka_unit_test(equal_hashes_take_the_lowest_unused_indexes),
		cmocka_unit_test(a_window_has_a_place_for_each_of_its_signatures_and_no_more),
		cmocka_unit_test(pss_takes_its_own_parameters_only),
		cmocka_unit_test(each_version_has_its_name_for_the_hash_algorithm),
		cmocka_unit_test(authorizations_under_way_are_counted_for_each_account),
		cmocka_unit_test(a_record_of_another_shape_is_none),
		cmocka_unit_test(a_configuration_is_read_strictly),
	};
	struct err e = { 0 };

	return crypto_start(&e) ? RUN(tests) : 1;
}
