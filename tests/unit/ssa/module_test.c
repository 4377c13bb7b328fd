/* SPDX-License-Identifier: Apache-2.0 */
/* propria-ssa with an authentication module behind it: what goes through, and mostly what does not. */
#include <unistd.h>

#include "base/clock.h"
#include "json/base64.h"
#include "statement/evidence.h"
#include "statement/grant.h"
#include "tests/unit/ssa/rig.h"

#define ENACT		"/propria/v1/module/enact"
#define GRANT		"/propria/v1/module/grant"
#define CHALLENGE	"/propria/v1/module/challenge"
#define JSON		"application/json"
#define AWAY		"The authentication module is not available; try again later, or approve in another way"

static struct rig g = { .with_module = true };
static uint8_t person[16] = { 0x50, 0xe5, 1 };
static char person_hex[33];
static char body[8192];
static uint8_t key_level = 2;
static const char *issuer;		/* of a provider that grant_of binds instead */

/* As long as sealed factors are. */
static const char *
sealed(void)
{
	static char text[BASE64_LEN(337) + 1];
	static const uint8_t bytes[337];
	struct writer w = writer_over(text, sizeof(text) - 1);

	base64_write(&w, span_of(bytes, sizeof(bytes)));
	return text;
}

static void
refuse(uint8_t type, const char *reason)
{
	pthread_mutex_lock(&g.module.lock);
	g.module.refuse[type] = reason;
	g.module.refusals[type] = 1;
	pthread_mutex_unlock(&g.module.lock);
}

static struct span
link_of(const uint8_t module[32])
{
	static uint8_t link[MODULE_LINK_LEN];

	memcpy(link, module, 32);
	memcpy(link + 32, person, 16);
	return span_of(link, sizeof(link));
}

/* {statement, sealed}: of our SAM's group, for this signer. */
static const char *
grant_of(uint16_t purpose, const uint8_t module[32], const uint8_t group[32], const uint8_t subject[16])
{
	uint8_t sb[2048], b64[4096] = { 0 };
	struct writer sw = writer_over(sb, sizeof(sb)), bw = writer_over(b64, sizeof(b64) - 1);
	static struct statement s;

	memset(&s, 0, sizeof(s));
	s.purpose = purpose;
	s.epoch = 1;
	s.iat = clock_wall();
	s.exp = s.iat + 60000;
	memcpy(s.group, group, 32);
	memcpy(s.subject, subject, 16);
	if (purpose == PURPOSE_BIND || purpose == PURPOSE_ADD_AUTHENTICATOR)
		s.bind = (struct body_bind){ .from = 1, .type = EVIDENCE_MODULE, .protection = PROTECTION_MODULE,
			.label = span_str("PIN"), .spki = span_of("", 0), .attestation = link_of(module),
			.client = span_of("", 0) };
	if (issuer != NULL && purpose == PURPOSE_ADD_AUTHENTICATOR) {
		s.bind.type = EVIDENCE_PROVIDER;
		s.bind.protection = PROTECTION_PROVIDER;
		s.bind.attestation = span_str(issuer);
	} else if (purpose == PURPOSE_CREATE_KEY)
		s.create_key = (struct body_create_key){ .from = 1, .alg = 1, .class = 1, .level = key_level, .evidences = 1 };
	statement_write(&sw, &s);
	CHECK(writer_ok(&sw));
	base64_write(&bw, writer_span(&sw));
	snprintf(body, sizeof(body), "{\"statement\":\"%s\",\"sealed\":\"%s\"}", b64, sealed());
	return body;
}

/* {statement, sealed}, of the module's group: the head is all that a server knows of it. */
static const char *
act_of(uint16_t purpose, const uint8_t group[32], const char *more)
{
	uint8_t sb[512], b64[1024] = { 0 };
	struct writer w = writer_over(sb, sizeof(sb)), bw = writer_over(b64, sizeof(b64) - 1);

	wr_span(&w, span_str("PRS1"));
	wr_u16(&w, purpose);
	wr_bytes(&w, group, 32);
	wr_u32(&w, 1);
	wr_bytes(&w, person, 16);
	wr_zero(&w, 40 + 8 + 8 + 36);
	base64_write(&bw, writer_span(&w));
	snprintf(body, sizeof(body), "{\"statement\":\"%s\",\"sealed\":\"%s\"%s}", b64, sealed(), more);
	return body;
}

/* The account becomes one that is linked to the person. */
static void
linked(void)
{
	uint8_t eb[256] = { 0 }, e64[512] = { 0 };
	struct writer ew = writer_over(eb, sizeof(eb)), bw = writer_over(e64, sizeof(e64) - 1);
	struct evidences list = { 0 };
	static const uint8_t zero[16];
	char text[8192];

	CHECK(evidences_add(&list, EVIDENCE_MODULE, zero, span_str("PRT1 a grant")));
	evidences_write(&ew, &list);
	base64_write(&bw, writer_span(&ew));
	strcpy(text, grant_of(PURPOSE_ADD_AUTHENTICATOR, g.module.group, g.sam.group, g.signer));
	text[strlen(text) - 1] = '\0';
	CHECK(rig_post(&g, "/propria/v1/enact", "%s,\"evidence\":\"%s\"}", text, e64) == 200);
}

TEST(the_module_and_its_key_are_for_everyone)
{
	CHECK(rig_ask(&g, "/propria/v1/module", NULL, "", NULL) == 200);
	CHECK(strlen(rig_text(&g, "module")) == 64 && strcmp(rig_text(&g, "name"), "PIN") == 0);
	CHECK(strlen(rig_text(&g, "factorKey")) == (1 + 32 + 8 + 65 + 8 + 64) * 4 / 3 + 1);
	CHECK(strncmp(rig_text(&g, "genesis"), "UFJHMS", 6) == 0);
}

TEST(a_nonce_comes_with_what_the_person_is)
{
	CHECK(rig_ask(&g, CHALLENGE, NULL, JSON, "{\"person\":\"0102030405060708090a0b0c0d0e0f10\",\"purpose\":1538}") == 200);
	CHECK(strlen(rig_text(&g, "fresh")) == 54 && strstr(g.body, "\"state\":2") != NULL);
	CHECK(strstr(g.body, "\"locked\":false") != NULL);
	CHECK(rig_ask(&g, CHALLENGE, NULL, JSON, "{\"purpose\":1538}") == 400);
	CHECK(rig_ask(&g, CHALLENGE, NULL, JSON, "{\"person\":\"01\",\"purpose\":1538}") == 400);
	CHECK(rig_ask(&g, CHALLENGE, NULL, JSON, "{\"person\":\"0102030405060708090a0b0c0d0e0f10\",\"purpose\":257}") == 400);
	CHECK(rig_post(&g, CHALLENGE, "{\"purpose\":1539}") == 400);	/* linked to nobody yet */
	CHECK(strcmp(rig_text(&g, "reason"), "owner") == 0);
	refuse(SAM_RECORD, "owner");
	CHECK(rig_ask(&g, CHALLENGE, NULL, JSON, "{\"person\":\"0102030405060708090a0b0c0d0e0f10\",\"purpose\":1538}") == 400);
}

TEST(factors_are_set_with_a_code_and_no_token)
{
	CHECK(rig_ask(&g, ENACT, NULL, JSON, act_of(0x0602, g.module.group, ",\"evidence\":\"AQ==\"")) == 200);
	CHECK(strcmp(rig_text(&g, "person"), person_hex) == 0 && strcmp(rig_text(&g, "id"), person_hex) == 0);
	CHECK(!g.module.last_record);
	CHECK(rig_ask(&g, ENACT, NULL, JSON, act_of(0x0603, g.module.group, "")) == 200);
	CHECK(g.module.last_record);		/* what the first act gave */
}

TEST(no_other_act_goes_to_the_module)
{
	static const uint16_t others[] = { 0x0101, 0x0202, 0x0405, 0x0601, 0x0604, 0x0605, 0x0606, 0x0607 };
	int before = fake_sam_asked(&g.module, SAM_ENACT);

	for (size_t i = 0; i < COUNT(others); i++) {
		CHECK(rig_ask(&g, ENACT, NULL, JSON, act_of(others[i], g.module.group, "")) == 400);
		CHECK(strcmp(rig_text(&g, "reason"), "purpose") == 0);
	}
	CHECK(rig_ask(&g, ENACT, NULL, JSON, act_of(0x0602, g.sam.group, "")) == 400);
	CHECK(strcmp(rig_text(&g, "reason"), "group") == 0);
	CHECK(rig_ask(&g, ENACT, NULL, JSON, "{\"statement\":\"UFJTMQ==\",\"sealed\":\"AA==\"}") == 400);
	strcpy(strstr(act_of(0x0602, g.module.group, ""), "\"sealed\""), "\"sealed\":\"AAAA\"}");
	CHECK(rig_ask(&g, ENACT, NULL, JSON, body) == 400);
	CHECK(fake_sam_asked(&g.module, SAM_ENACT) == before);
}

TEST(who_is_about_to_be_bound_gets_a_grant_without_a_token)
{
	CHECK(rig_ask(&g, GRANT, NULL, JSON, grant_of(PURPOSE_BIND, g.module.group, g.sam.group, g.signer)) == 200);
	CHECK(strcmp(rig_text(&g, "grant"), "UFJUMSBhIGdyYW50") == 0);
	CHECK(rig_ask(&g, GRANT, NULL, JSON, grant_of(PURPOSE_BIND, g.sam.group, g.sam.group, g.signer)) == 400);
	CHECK(rig_ask(&g, GRANT, NULL, JSON, grant_of(PURPOSE_BIND, g.module.group, g.module.group, g.signer)) == 400);
	CHECK(strcmp(rig_text(&g, "reason"), "group") == 0);
	CHECK(rig_ask(&g, GRANT, NULL, JSON, grant_of(PURPOSE_CREATE_KEY, g.module.group, g.sam.group, g.signer)) == 401);
	CHECK(rig_ask(&g, GRANT, "Bearer x", JSON, grant_of(PURPOSE_BIND, g.module.group, g.sam.group, g.signer)) == 401);
}

TEST(a_grant_is_for_the_callers_own_statement)
{
	static const uint8_t other[16] = { 7 };

	CHECK(rig_post(&g, GRANT, "%s", grant_of(PURPOSE_CREATE_KEY, g.module.group, g.sam.group, g.signer)) == 400);
	linked();
	CHECK(rig_post(&g, GRANT, "%s", grant_of(PURPOSE_CREATE_KEY, g.module.group, g.sam.group, g.signer)) == 200);
	CHECK(rig_post(&g, GRANT, "%s", grant_of(PURPOSE_CREATE_KEY, g.module.group, g.sam.group, other)) == 400);
	CHECK(strcmp(rig_text(&g, "reason"), "owner") == 0);
	CHECK(rig_post(&g, CHALLENGE, "{\"purpose\":1539}") == 200);
	CHECK(strcmp(rig_text(&g, "person"), person_hex) == 0);
	CHECK(rig_ask(&g, "/propria/v1/account", NULL, "", NULL) == 401);
}

TEST(the_account_names_the_person_and_no_credential)
{
	char bearer[80], want[64];

	snprintf(bearer, sizeof(bearer), "Bearer %s", g.token);
	snprintf(want, sizeof(want), "\"person\":\"%s\"", person_hex);
	CHECK(rig_ask(&g, "/propria/v1/account", bearer, "", NULL) == 200);
	CHECK(strstr(g.body, want) != NULL && strstr(g.body, "\"protection\":8") != NULL);
	CHECK(strstr(g.body, "\"credential\":") == NULL);
	issuer = "https://login.example";
	linked();
	issuer = NULL;
	CHECK(rig_ask(&g, "/propria/v1/account", bearer, "", NULL) == 200);
	CHECK(strstr(g.body, "\"issuer\":\"https://login.example\"") != NULL && strstr(g.body, "\"protection\":9") != NULL);
}

TEST(an_old_record_is_fetched_anew_and_asked_once_more)
{
	int before = fake_sam_asked(&g.module, AUTH_GRANT);

	refuse(AUTH_GRANT, "record");
	CHECK(rig_post(&g, GRANT, "%s", grant_of(PURPOSE_CREATE_KEY, g.module.group, g.sam.group, g.signer)) == 200);
	CHECK(fake_sam_asked(&g.module, AUTH_GRANT) == before + 2 && g.module.last_record);
}

TEST(refusals_of_the_module_have_their_words)
{
	static const struct { const char *reason, *error; } v[] = { { "auth", "invalid_authentication_data" },
		{ "locked", "invalid_authentication_data" }, { "peer", "invalid_request" },
		{ "replay", "invalid_request" } };

	for (size_t i = 0; i < COUNT(v); i++) {
		refuse(AUTH_GRANT, v[i].reason);
		CHECK(rig_post(&g, GRANT, "%s", grant_of(PURPOSE_CREATE_KEY, g.module.group, g.sam.group, g.signer)) == 400);
		CHECK(strcmp(rig_text(&g, "reason"), v[i].reason) == 0 && strcmp(rig_text(&g, "error"), v[i].error) == 0);
	}
	refuse(AUTH_GRANT, "busy");
	rig_post(&g, GRANT, "%s", grant_of(PURPOSE_CREATE_KEY, g.module.group, g.sam.group, g.signer));
	CHECK(rig_said(&g, 503, "temporarily_unavailable", AWAY));
}

/* A key of the signer; its id in hexadecimal. */
static void
key_made(uint8_t level, char id[33])
{
	char text[8192];
	uint8_t eb[256] = { 0 }, e64[512] = { 0 };
	struct writer ew = writer_over(eb, sizeof(eb)), bw = writer_over(e64, sizeof(e64) - 1);
	struct evidences list = { 0 };
	static const uint8_t zero[16];

	key_level = level;
	CHECK(evidences_add(&list, EVIDENCE_DEVICE, zero, span_of(sealed(), 64)));
	evidences_write(&ew, &list);
	base64_write(&bw, writer_span(&ew));
	strcpy(text, grant_of(PURPOSE_CREATE_KEY, g.module.group, g.sam.group, g.signer));
	text[strlen(text) - 1] = '\0';
	CHECK(rig_post(&g, "/propria/v1/enact", "%s,\"evidence\":\"%s\"}", text, e64) == 200);
	strcpy(id, rig_text(&g, "id"));
}

static char low[33], high[33];

static long
authorize(const char *version, const char *key, const char *factors)
{
	char path[64];

	snprintf(path, sizeof(path), "/csc/%s/credentials/authorize", version);
	return rig_post(&g, path, "{\"credentialID\":\"%s\",\"numSignatures\":2%s%s}", key,
	    *factors == '\0' ? "" : ",", factors);
}

TEST(a_pin_opens_a_scal1_key_and_is_sealed_to_the_module)
{
	char sad[64];

	key_made(1, low);
	key_made(2, high);
	CHECK(authorize("v2", low, "\"authData\":[{\"id\":\"PIN\",\"value\":\"123456\"}]") == 200);
	strcpy(sad, rig_text(&g, "SAD"));
	CHECK(strlen(sad) == 43 && strstr(g.body, "expiresIn") != NULL);
	CHECK(g.module.last_n == 130 && g.module.last_statement[4] == 6 && g.module.last_statement[5] == 7);
	CHECK(memcmp(g.module.last_statement + 42, person, 16) == 0);
	CHECK(rig_post(&g, "/csc/v2/signatures/signHash", "{\"credentialID\":\"%s\",\"SAD\":\"%s\",\"hashes\":"
	    "[\"n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=\"],\"signAlgo\":\"1.2.840.10045.4.3.2\"}", low, sad) == 200);
	CHECK(authorize("v1", low, "\"PIN\":\"123456\"") == 200);
	CHECK(authorize("v2", low, "\"PIN\":\"123456\"") == 200);
}

TEST(a_wrong_pin_opens_nothing_and_the_module_counts_it)
{
	int asked = fake_sam_asked(&g.sam, SAM_OPEN_WINDOW), tries = fake_sam_asked(&g.module, SAM_ENACT);

	authorize("v2", low, "\"authData\":[{\"id\":\"PIN\",\"value\":\"123457\"}]");
	CHECK(rig_said(&g, 400, "invalid_authentication_data", "The authentication data is invalid"));
	CHECK(authorize("v1", low, "\"PIN\":\"123457\"") == 400 && strcmp(rig_text(&g, "error"), "invalid_pin") == 0);
	CHECK(authorize("v1", low, "\"PIN\":\"123456\",\"OTP\":\"000000\"") == 400);
	CHECK(fake_sam_asked(&g.module, SAM_ENACT) == tries + 3);
	refuse(SAM_ENACT, "locked");
	authorize("v2", low, "\"authData\":[{\"id\":\"PIN\",\"value\":\"123456\"}]");
	CHECK(rig_said(&g, 400, "invalid_request", "Credential locked"));
	refuse(SAM_ENACT, "locked");
	authorize("v1", low, "\"PIN\":\"123456\"");
	CHECK(rig_said(&g, 400, "invalid_request", "PIN locked"));
	CHECK(fake_sam_asked(&g.sam, SAM_OPEN_WINDOW) == asked);
}

TEST(what_cannot_be_a_pin_or_code_is_no_try)
{
	static const char *const bad[] = { "{\"id\":\"PIN\",\"value\":\"12345\"}", "{\"id\":\"PIN\"}",
		"{\"id\":\"PIN\",\"value\":\"\"}", "{\"id\":\"PIN\",\"value\":7}",
		"{\"id\":\"PIN\",\"value\":\"123456\"},{\"id\":\"PIN\",\"value\":\"123456\"}",
		"{\"id\":\"PIN\",\"value\":\"123456\"},{\"id\":\"approval\",\"value\":\"AA==\"}",
		"{\"id\":\"PIN\",\"value\":\"123456\"},{\"id\":\"OTP\",\"value\":\"12345x\"}",
		"{\"id\":\"OTP\",\"value\":\"123456789\"}" };
	int tries = fake_sam_asked(&g.module, SAM_ENACT);
	char list[256];

	for (size_t i = 0; i < COUNT(bad); i++) {
		snprintf(list, sizeof(list), "\"authData\":[%s]", bad[i]);
		CHECK(authorize("v2", low, list) == 400);
		CHECK(strcmp(rig_text(&g, "error"), "invalid_authentication_data") == 0);
	}
	CHECK(fake_sam_asked(&g.module, SAM_ENACT) == tries);
}

TEST(without_a_pin_nothing_opens_such_a_key_and_with_one_no_other)
{
	int asked = fake_sam_asked(&g.sam, SAM_OPEN_WINDOW);

	authorize("v2", low, "");
	CHECK(rig_said(&g, 400, "invalid_request", "Missing (or invalid type) array parameter authData"));
	CHECK(authorize("v1", low, "") == 400);
	CHECK(authorize("v2", high, "\"authData\":[{\"id\":\"PIN\",\"value\":\"123456\"}]") == 400);
	CHECK(strcmp(rig_text(&g, "reason"), "level") == 0 && strstr(g.body, "SCAL1 only") != NULL);
	CHECK(fake_sam_asked(&g.sam, SAM_OPEN_WINDOW) == asked);
}

TEST(info_says_what_such_a_key_wants)
{
	CHECK(rig_post(&g, "/csc/v2/credentials/info", "{\"credentialID\":\"%s\"}", low) == 200);
	CHECK(strstr(g.body, "\"mode\":\"explicit\",\"expression\":\"PIN\",\"objects\":[{\"type\":\"Password\",\"id\":\"PIN\"") != NULL);
	CHECK(rig_post(&g, "/csc/v1/credentials/info", "{\"credentialID\":\"%s\",\"authInfo\":true}", low) == 200);
	CHECK(strstr(g.body, "\"authMode\":\"explicit\",\"PIN\":{\"presence\":\"true\"") != NULL);
	CHECK(rig_post(&g, "/csc/v2/credentials/info", "{\"credentialID\":\"%s\"}", high) == 200);
	CHECK(strstr(g.body, "\"expression\":\"approval\"") != NULL);
}

TEST(a_module_that_is_gone_takes_nothing_else_along)
{
	fake_sam_stop(&g.module);
	/* The connection's end may be seen a moment later: then the answer got lost, which is 503 as well. */
	CHECK(rig_ask(&g, "/propria/v1/module", NULL, "", NULL) == 503);
	rig_ask(&g, "/propria/v1/module", NULL, "", NULL);
	CHECK(rig_said(&g, 503, "temporarily_unavailable", AWAY));
	CHECK(rig_post(&g, GRANT, "%s", grant_of(PURPOSE_CREATE_KEY, g.module.group, g.sam.group, g.signer)) == 503);
	CHECK(rig_ask(&g, "/propria/v1/status", NULL, "", NULL) == 200);
	CHECK(strcmp(rig_text(&g, "sam"), "open") == 0);
	CHECK(rig_post(&g, "/csc/v2/credentials/list", "{}") == 200);
	authorize("v2", low, "\"authData\":[{\"id\":\"PIN\",\"value\":\"123456\"}]");
	CHECK(rig_said(&g, 503, "temporarily_unavailable", AWAY));
	fake_sam_start(&g.module);
	for (int i = 0; i < 1000 && rig_ask(&g, "/propria/v1/module", NULL, "", NULL) != 200; i++)
		usleep(10000);
	CHECK(g.status == 200);
}

TEST(without_a_module_there_is_nothing_at_these_addresses)
{
	static const char *const paths[] = { "/propria/v1/module", CHALLENGE, ENACT, GRANT };
	static struct rig bare;

	rig_start(&bare);
	for (size_t i = 0; i < COUNT(paths); i++)
		CHECK(rig_ask(&bare, paths[i], NULL, JSON, i == 0 ? NULL : "{}") == 404);
	rig_stop(&bare);
}

static int
start(void **state UNUSED)
{
	hex_text(person, 16, person_hex);
	rig_start(&g);
	rig_enrol(&g);
	return 0;
}

static int
stop(void **state UNUSED)
{
	rig_stop(&g);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_module_and_its_key_are_for_everyone),
		cmocka_unit_test(a_nonce_comes_with_what_the_person_is),
		cmocka_unit_test(factors_are_set_with_a_code_and_no_token),
		cmocka_unit_test(no_other_act_goes_to_the_module),
		cmocka_unit_test(who_is_about_to_be_bound_gets_a_grant_without_a_token),
		cmocka_unit_test(a_grant_is_for_the_callers_own_statement),
		cmocka_unit_test(the_account_names_the_person_and_no_credential),
		cmocka_unit_test(an_old_record_is_fetched_anew_and_asked_once_more),
		cmocka_unit_test(refusals_of_the_module_have_their_words),
		cmocka_unit_test(a_pin_opens_a_scal1_key_and_is_sealed_to_the_module),
		cmocka_unit_test(a_wrong_pin_opens_nothing_and_the_module_counts_it),
		cmocka_unit_test(what_cannot_be_a_pin_or_code_is_no_try),
		cmocka_unit_test(without_a_pin_nothing_opens_such_a_key_and_with_one_no_other),
		cmocka_unit_test(info_says_what_such_a_key_wants),
		cmocka_unit_test(a_module_that_is_gone_takes_nothing_else_along),
		cmocka_unit_test(without_a_module_there_is_nothing_at_these_addresses),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
