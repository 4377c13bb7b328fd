/* SPDX-License-Identifier: Apache-2.0 */
/* What issue-3 clients meet: v1 beside v2, pages of the SIC, a person's own account, time stamps. */

#include "json/base64.h"
#include "statement/statement.h"
#include "tests/unit/ssa/rig.h"

#define V1	"/csc/v1/"
#define V2	"/csc/v2/"
#define BAD	"invalid_request"
#define EC	"1.2.840.10045.4.3.2"
#define SHA2	"2.16.840.1.101.3.4.2.1"
#define SIC	"https://approve.example"

static struct rig g;
static char package[400000], hashes[4000];

static void
packed(size_t n)
{
	static uint8_t bytes[300000];
	struct writer w = writer_over(bytes, sizeof(bytes)), p = writer_over(package, sizeof(package) - 1);
	struct writer h = writer_over(hashes, sizeof(hashes));

	rig_package(&g, &(struct wish){ .n = n }, &w);
	base64_write(&p, writer_span(&w));
	package[p.n] = '\0';
	rig_hashes(&h, 0, n, false);
}

static bool
lists(const char *name, const char *wanted)
{
	const json_t *list;
	struct span one;
	size_t n;

	if (json_list(g.json, name, &list, &n) != JSON_GOT)
		return false;
	for (size_t i = 0; i < n; i++)
		if (json_text_at(list, i, 256, &one) && span_equal(one, span_str(wanted)))
			return true;
	return false;
}

static size_t
length_of(const char *name)
{
	const json_t *list;
	size_t n;

	return json_list(g.json, name, &list, &n) == JSON_GOT ? n : SIZE_MAX;
}

TEST(each_version_tells_its_own_methods)
{
	CHECK(rig_ask(&g, V1 "info", NULL, "application/json", "{}") == 200);
	CHECK(strcmp(rig_text(&g, "specs"), "1.0.4.0") == 0 && strstr(g.body, "signAlgorithms") == NULL);
	CHECK(lists("methods", "signatures/signHash") && !lists("methods", "credentials/getChallenge"));
	CHECK(!lists("methods", "signatures/timestamp") && !lists("methods", "credentials/extendTransaction"));
	CHECK(rig_ask(&g, V2 "info", NULL, "", NULL) == 200);
	CHECK(strcmp(rig_text(&g, "specs"), "2.2.0.0") == 0 && lists("methods", "credentials/getChallenge"));
	CHECK(lists("methods", "credentials/create") && lists("methods", "auth/revoke"));
	CHECK(!lists("methods", "signatures/timestamp") && !lists("methods", "oauth2/token"));
}

TEST(what_is_not_offered_is_501)
{
	static const char *const paths[] = { V1 "credentials/sendOTP", V1 "credentials/getChallenge",
		V2 "credentials/sendOTP", V2 "signatures/signPolling",
		V1 "signatures/timestamp", V2 "signatures/timestamp", V1 "credentials/create" };

	for (size_t i = 0; i < COUNT(paths); i++) {
		CHECK(rig_post(&g, paths[i], "{}") == 501);
		CHECK(strcmp(rig_text(&g, "error"), "not_implemented") == 0);
	}
}

TEST(an_error_names_its_request)
{
	char id[32];

	CHECK(rig_post(&g, V2 "credentials/info", "{}") == 400);
	snprintf(id, sizeof(id), "%s", rig_text(&g, "request_id"));
	CHECK(strlen(id) == 16 && strstr(g.headers, id) != NULL);
	CHECK(strcmp(rig_text(&g, "message"), rig_text(&g, "error_description")) == 0);
	CHECK(rig_post(&g, V2 "credentials/info", "{}") == 400 && strcmp(id, rig_text(&g, "request_id")) != 0);
	CHECK(rig_post(&g, "/propria/v1/freeze", "{}") == 400 && strstr(g.body, "\"message\"") == NULL);
}

TEST(one_authorization_header_and_no_more)
{
	strcpy(g.header, "Authorization: Bearer x");
	CHECK(rig_post(&g, V2 "credentials/list", "{}") == 400);
	CHECK(strlen(rig_text(&g, "request_id")) == 16);
	g.header[0] = '\0';
}

static long
from(const char *origin, const char *verb, const char *path)
{
	long status;

	snprintf(g.header, sizeof(g.header), "Origin: %s\r\nAccess-Control-Request-Method: POST", origin);
	g.verb = verb;
	status = rig_ask(&g, path, NULL, "", NULL);
	g.header[0] = '\0';
	g.verb = NULL;
	return status;
}

TEST(pages_of_the_sic_alone_may_call)
{
	CHECK(from(SIC, "OPTIONS", "/propria/v1/account") == 204 && g.body_n == 0);
	CHECK(strstr(g.headers, "Access-Control-Allow-Origin: " SIC "\r\n") != NULL);
	CHECK(strstr(g.headers, "Access-Control-Allow-Headers: Authorization, Content-Type\r\n") != NULL);
	CHECK(strstr(g.headers, "Vary: Origin") != NULL && strstr(g.headers, "Credentials") == NULL);
	CHECK(from(SIC, "OPTIONS", V2 "signatures/signHash") == 204);
	CHECK(from(SIC, "GET", "/propria/v1/status") == 200);
	CHECK(strstr(g.headers, "Access-Control-Allow-Origin: " SIC "\r\n") != NULL);
	CHECK(from(SIC, "GET", "/propria/v1/account") == 401);		/* an error can be read, too */
	CHECK(strstr(g.headers, "Access-Control-Allow-Origin: " SIC "\r\n") != NULL);
}

TEST(pages_of_others_are_told_nothing)
{
	static const char *const others[] = { "https://evil.example", "null", "*", "https://approve.example.evil",
		"http://approve.example", "https://approve.example:8443", "https://Approve.example", "" };

	for (size_t i = 0; i < COUNT(others); i++) {
		CHECK(from(others[i], "OPTIONS", "/propria/v1/account") == 405);
		CHECK(strstr(g.headers, "Access-Control") == NULL);
		CHECK(from(others[i], "GET", "/propria/v1/status") == 200);
		CHECK(strstr(g.headers, "Access-Control") == NULL && strstr(g.headers, "Vary: Origin") != NULL);
	}
	CHECK(from(SIC, "OPTIONS", V1 "signatures/signHash") == 405);
	CHECK(strstr(g.headers, "Access-Control") == NULL);
	CHECK(from(SIC, "OPTIONS", "/propria/v1/nowhere") == 404);
}

TEST(v1_describes_a_credential_in_its_words)
{
	CHECK(rig_post(&g, V1 "credentials/info", "{\"credentialID\":\"%s\"}", g.key_hex) == 200);
	CHECK(strcmp(rig_text(&g, "authMode"), "explicit") == 0 && strstr(g.body, "\"auth\"") == NULL);
	CHECK(strstr(g.body, "issuerDN") == NULL && strstr(g.body, "\"OTP\"") == NULL);
	CHECK(strcmp(rig_text(&g, "SCAL"), "2") == 0 && strstr(g.body, "\"multisign\":1000") != NULL);
	CHECK(rig_post(&g, V1 "credentials/info", "{\"credentialID\":\"%s\",\"authInfo\":true,"
	    "\"certInfo\":true}", g.key_hex) == 200);
	CHECK(strstr(g.body, "issuerDN") != NULL && strstr(g.body, "\"OTP\":{\"presence\":\"true\"") != NULL);
	CHECK(strstr(g.body, "\"PIN\":{\"presence\":\"false\"}") != NULL);
	rig_post(&g, V1 "credentials/info", "{\"credentialID\":\"%s\",\"authInfo\":\"yes\"}", g.key_hex);
	CHECK(rig_said(&g, 400, BAD, "Invalid parameter authInfo"));
}

TEST(v2_names_both_ways_to_approve)
{
	CHECK(rig_post(&g, V2 "credentials/info", "{\"credentialID\":\"%s\"}", g.key_hex) == 200);
	CHECK(strstr(g.body, "\"mode\":\"explicit\",\"expression\":\"approval XOR page\"") != NULL);
	CHECK(strstr(g.body, "\"type\":\"ChallengeResponseOOB\",\"id\":\"page\"") != NULL);
}

TEST(v1_authorizes_and_signs_with_its_names)
{
	char sad[64];

	packed(2);
	CHECK(rig_post(&g, V1 "credentials/authorize", "{\"credentialID\":\"%s\",\"numSignatures\":2,"
	    "\"hash\":%s,\"OTP\":\"%s\"}", g.key_hex, hashes, package) == 200);
	snprintf(sad, sizeof(sad), "%s", rig_text(&g, "SAD"));
	rig_post(&g, V1 "signatures/signHash", "{\"credentialID\":\"%s\",\"SAD\":\"%s\",\"hashes\":%s,"
	    "\"signAlgo\":\"" EC "\"}", g.key_hex, sad, hashes);
	CHECK(rig_said(&g, 400, BAD, "Missing (or invalid type) array parameter hash"));
	rig_post(&g, V1 "signatures/signHash", "{\"credentialID\":\"%s\",\"SAD\":\"%s\",\"hash\":%s,"
	    "\"signAlgo\":\"1.2.840.10045.2.1\"}", g.key_hex, sad, hashes);
	CHECK(rig_said(&g, 400, BAD, "Missing (or invalid type) string parameter hashAlgo"));
	CHECK(rig_post(&g, V1 "signatures/signHash", "{\"credentialID\":\"%s\",\"SAD\":\"%s\",\"hash\":%s,"
	    "\"signAlgo\":\"1.2.840.10045.2.1\",\"hashAlgo\":\"" SHA2 "\"}", g.key_hex, sad, hashes) == 200);
	CHECK(length_of("signatures") == 2);
}

TEST(v1_refuses_in_its_words)
{
	packed(1);
	rig_post(&g, V1 "credentials/authorize", "{\"credentialID\":\"%s\",\"numSignatures\":1,\"hash\":%s}",
	    g.key_hex, hashes);
	CHECK(rig_said(&g, 400, BAD, "Missing (or invalid type) string parameter OTP"));
	rig_post(&g, V1 "credentials/authorize", "{\"credentialID\":\"%s\",\"numSignatures\":1,\"hash\":%s,"
	    "\"OTP\":\"123456\"}", g.key_hex, hashes);
	CHECK(rig_said(&g, 400, "invalid_otp", "The OTP is invalid"));
	rig_post(&g, V1 "credentials/authorize", "{\"credentialID\":\"%s\",\"numSignatures\":1,\"OTP\":\"%s\"}",
	    g.key_hex, package);
	CHECK(rig_said(&g, 400, BAD, "Missing (or invalid type) array parameter hash"));
	rig_post(&g, V1 "credentials/authorize", "{\"credentialID\":\"%s\",\"hash\":%s}", g.key_hex, hashes);
	CHECK(rig_said(&g, 400, BAD, "Missing (or invalid type) integer parameter numSignatures"));
}

TEST(an_approval_is_never_extended)
{
	packed(1);
	CHECK(rig_post(&g, V1 "credentials/authorize", "{\"credentialID\":\"%s\",\"numSignatures\":1,"
	    "\"hash\":%s,\"OTP\":\"%s\"}", g.key_hex, hashes, package) == 200);
	rig_post(&g, V2 "credentials/extendTransaction", "{\"credentialID\":\"%s\",\"SAD\":\"x\",\"hashes\":%s}",
	    g.key_hex, hashes);
	CHECK(rig_said(&g, 400, BAD, "At SCAL 2 every set of hashes needs an approval of its own: authorize again"));
	rig_post(&g, V1 "credentials/extendTransaction", "{\"credentialID\":\"%s\"}", g.key_hex);
	CHECK(rig_said(&g, 400, BAD, "Missing (or invalid type) string parameter SAD"));
}

TEST(lists_come_in_pages)
{
	char first[64], token[64];
	struct span one = { 0 };
	const json_t *ids;
	size_t n;

	rig_key(&g);		/* a second and a third */
	rig_key(&g);
	CHECK(rig_post(&g, V1 "credentials/list", "{\"maxResults\":2}") == 200 && length_of("credentialIDs") == 2);
	snprintf(token, sizeof(token), "%s", rig_text(&g, "nextPageToken"));
	CHECK(json_list(g.json, "credentialIDs", &ids, &n) == JSON_GOT && json_text_at(ids, 0, 64, &one));
	snprintf(first, sizeof(first), "%.*s", (int)one.n, (const char *)one.p);
	CHECK(rig_post(&g, V1 "credentials/list", "{\"maxResults\":2,\"pageToken\":\"%s\"}", token) == 200);
	CHECK(length_of("credentialIDs") == 1 && *rig_text(&g, "nextPageToken") == '\0');
	CHECK(strstr(g.body, first) == NULL);
	CHECK(rig_post(&g, V1 "credentials/list", "{\"maxResults\":-5}") == 200 && length_of("credentialIDs") == 3);
	CHECK(rig_post(&g, V2 "credentials/list", "{\"maxResults\":3}") == 200 && *rig_text(&g, "nextPageToken") == '\0');
	rig_post(&g, V1 "credentials/list", "{\"pageToken\":\"zz\"}");
	CHECK(rig_said(&g, 400, BAD, "Invalid parameter pageToken"));
	rig_post(&g, V1 "credentials/list", "{\"pageToken\":\"000102030405060708090a0b0c0d0e0f\"}");
	CHECK(rig_said(&g, 400, BAD, "Invalid parameter pageToken"));
	CHECK(rig_post(&g, V2 "credentials/list", "{\"credentialInfo\":true,\"certificates\":\"none\"}") == 200);
	CHECK(length_of("credentialInfos") == 3 && strstr(g.body, "\"certificates\"") == NULL);
}

static long
acted(const char *path, uint16_t purpose, const char *request)
{
	static uint8_t sb[4096], eb[512], pb[4096];
	struct writer s = writer_over(sb, sizeof(sb)), e = writer_over(eb, sizeof(eb));
	struct writer p = writer_over(pb, sizeof(pb)), sw, ew;
	static uint8_t st[4096], ev[512];
	char b64[8192];
	struct writer b = writer_over(b64, sizeof(b64) - 1);

	rig_statement_act(&g, purpose, &s, &e);
	sw = writer_over(st, sizeof(st));
	ew = writer_over(ev, sizeof(ev));
	CHECK(base64_read(writer_span(&s), &sw) && base64_read(writer_span(&e), &ew));
	wr_span32(&p, writer_span(&sw));
	wr_span32(&p, writer_span(&ew));
	base64_write(&b, writer_span(&p));
	b64[b.n] = '\0';
	return rig_post(&g, path, "{%s,\"authData\":[{\"id\":\"approval\",\"value\":\"%s\"}]}", request, b64);
}

TEST(a_key_is_made_on_its_signer_s_approval)
{
	static const char request[] = "\"credentialCreationRequest\":{\"certificatePolicy\":\"0.4.0.194112.1.2\"},"
	    "\"credentialInfo\":true";

	CHECK(acted(V2 "credentials/create", PURPOSE_CREATE_KEY, request) == 201);
	CHECK(strlen(rig_text(&g, "credentialID")) == 32 && strstr(g.body, "\"status\":\"disabled\"") != NULL);
	CHECK(acted(V2 "credentials/create", PURPOSE_DESTROY_KEY, request) == 400);
	CHECK(strcmp(rig_text(&g, "error"), "invalid_authentication_data") == 0);
	rig_post(&g, V2 "credentials/create", "{\"authData\":[]}");
	CHECK(rig_said(&g, 400, BAD, "Missing (or invalid type) object parameter credentialCreationRequest"));
	rig_post(&g, V2 "credentials/create", "{\"credentialCreationRequest\":{}}");
	CHECK(rig_said(&g, 400, BAD, "Missing (or invalid type) array parameter authData"));
	rig_post(&g, V2 "credentials/create", "{\"credentialCreationRequest\":{},\"authData\":[{\"id\":\"approval\","
	    "\"value\":\"AAAA\"}]}");
	CHECK(rig_said(&g, 400, "invalid_authentication_data", "The authentication data is invalid"));
}

TEST(a_key_is_destroyed_on_its_signer_s_approval_of_that_key)
{
	char request[200];

	snprintf(request, sizeof(request), "\"credentialDeletionRequest\":{\"credentialID\":\"%s\"}", g.key_hex);
	CHECK(acted(V2 "credentials/delete", PURPOSE_CREATE_KEY, request) == 400);
	snprintf(request, sizeof(request), "\"credentialDeletionRequest\":{\"credentialID\":\"%s\",\"revoke\":true,"
	    "\"revocationReason\":5}", g.key_hex);
	CHECK(acted(V2 "credentials/delete", PURPOSE_DESTROY_KEY, request) == 400);
	CHECK(acted(V2 "credentials/delete", PURPOSE_DESTROY_KEY, "\"credentialDeletionRequest\":{\"credentialID\":"
	    "\"000102030405060708090a0b0c0d0e0f\"}") == 400);
	CHECK(rig_said(&g, 400, BAD, "Invalid parameter credentialID"));
	snprintf(request, sizeof(request), "\"credentialDeletionRequest\":{\"credentialID\":\"%s\"}", g.key_hex);
	CHECK(acted(V2 "credentials/delete", PURPOSE_DESTROY_KEY, request) == 204 && g.body_n == 0);
	CHECK(rig_post(&g, V2 "credentials/info", "{\"credentialID\":\"%s\"}", g.key_hex) == 200);
	CHECK(strstr(g.body, "\"status\":\"disabled\"") != NULL);
	rig_key(&g);
}

TEST(each_use_is_in_the_history)
{
	const json_t *uses = NULL, *one = NULL;
	int64_t place = 0;
	size_t n;

	rig_key(&g);
	for (size_t i = 1; i <= 3; i++) {
		packed(i);
		CHECK(rig_post(&g, V1 "credentials/authorize", "{\"credentialID\":\"%s\",\"numSignatures\":%zu,"
		    "\"hash\":%s,\"OTP\":\"%s\"}", g.key_hex, i, hashes, package) == 200);
		CHECK(rig_post(&g, V2 "signatures/signHash", "{\"credentialID\":\"%s\",\"SAD\":\"%s\",\"hashes\":%s,"
		    "\"signAlgo\":\"" EC "\"}", g.key_hex, rig_text(&g, "SAD"), hashes) == 200);
	}
	CHECK(rig_post(&g, "/propria/v1/history", "{\"credentialID\":\"%s\"}", g.key_hex) == 200);
	CHECK(length_of("uses") == 6 && strstr(g.body, "\"more\":false") != NULL);
	CHECK(rig_post(&g, "/propria/v1/history", "{\"credentialID\":\"%s\",\"limit\":4}", g.key_hex) == 200);
	CHECK(length_of("uses") == 5 && strstr(g.body, "\"more\":true") != NULL);
	CHECK(json_list(g.json, "uses", &uses, &n) == JSON_GOT && (one = json_object_at(uses, 4)) != NULL);
	CHECK(json_whole(one, "place", &place) == JSON_GOT);
	CHECK(rig_post(&g, "/propria/v1/history", "{\"credentialID\":\"%s\",\"before\":%lld}", g.key_hex,
	    (long long)place) == 200);
	CHECK(length_of("uses") == 1 && strstr(g.body, "\"digest\":\"AAEBA") != NULL);
	CHECK(rig_post(&g, "/propria/v1/history", "{\"credentialID\":\"%s\",\"limit\":101}", g.key_hex) == 400);
	CHECK(rig_post(&g, "/propria/v1/history", "{\"credentialID\":\"%s\",\"before\":\"x\"}", g.key_hex) == 400);
	CHECK(rig_post(&g, "/propria/v1/history", "{\"credentialID\":\"000102030405060708090a0b0c0d0e0f\"}") == 400);
}

TEST(an_account_names_its_authenticators)
{
	CHECK(rig_ask(&g, "/propria/v1/account", NULL, "", NULL) == 401);
	snprintf(g.header, sizeof(g.header), "Authorization: Bearer %s", g.token);
	CHECK(rig_ask(&g, "/propria/v1/account", NULL, "", NULL) == 200);
	g.header[0] = '\0';
	CHECK(length_of("authenticators") == 1 && strcmp(rig_text(&g, "name"), "CN=localhost") == 0);
	CHECK(strstr(g.body, "\"type\":1,\"protection\":1,\"label\":\"file\",\"bound\":") != NULL);
	CHECK(strstr(g.body, "\"certificate\":\"") != NULL && strstr(g.body, "\"evidences\":1") != NULL);
}

static void
account_asked(void)
{
	snprintf(g.header, sizeof(g.header), "Authorization: Bearer %s", g.token);
	CHECK(rig_ask(&g, "/propria/v1/account", NULL, "", NULL) == 200);
	g.header[0] = '\0';
}

static long
act_asked(uint16_t purpose, const char *more)
{
	uint8_t sb[4096] = { 0 }, eb[512] = { 0 };
	struct writer s = writer_over(sb, sizeof(sb) - 1), e = writer_over(eb, sizeof(eb) - 1);

	rig_statement_act(&g, purpose, &s, &e);
	return rig_post(&g, "/propria/v1/enact", "{\"statement\":\"%s\",\"evidence\":\"%s\"%s}", sb, eb, more);
}

TEST(authenticators_come_and_go_with_the_sam_s_word)
{
	CHECK(act_asked(PURPOSE_ADD_AUTHENTICATOR, ",\"credential\":\"a+b\"") == 400);
	CHECK(act_asked(PURPOSE_ADD_AUTHENTICATOR, ",\"credential\":\"\"") == 400);
	g.sam.refuse[SAM_ENACT] = "auth";
	g.sam.refusals[SAM_ENACT] = 1;
	CHECK(act_asked(PURPOSE_ADD_AUTHENTICATOR, "") == 400);
	account_asked();
	CHECK(length_of("authenticators") == 1);
	CHECK(act_asked(PURPOSE_ADD_AUTHENTICATOR, ",\"credential\":\"AAEC\"") == 200);
	CHECK(hex_exact(span_str(rig_text(&g, "id")), g.authenticator, 16));
	account_asked();
	CHECK(length_of("authenticators") == 2);
	CHECK(strstr(g.body, "\"label\":\"second\",\"credential\":\"AAEC\"") != NULL);
	g.sam.refuse[SAM_ENACT] = "limit";
	g.sam.refusals[SAM_ENACT] = 1;
	CHECK(act_asked(PURPOSE_REMOVE_AUTHENTICATOR, "") == 400);
	account_asked();
	CHECK(length_of("authenticators") == 2);
	CHECK(act_asked(PURPOSE_REMOVE_AUTHENTICATOR, "") == 200);
	account_asked();
	CHECK(length_of("authenticators") == 1 && strstr(g.body, "\"second\"") == NULL);
}

TEST(only_what_is_one_s_own_is_frozen)
{
	CHECK(rig_post(&g, "/propria/v1/freeze", "{\"type\":2,\"id\":\"%s\"}", g.key_hex) == 200);
	CHECK(strstr(g.body, "\"version\":") != NULL);
	CHECK(rig_post(&g, "/propria/v1/freeze", "{\"type\":1,\"id\":\"%s\"}", g.signer_hex) == 200);
	CHECK(rig_post(&g, "/propria/v1/freeze", "{\"type\":1,\"id\":\"%s\"}", g.key_hex) == 400);
	CHECK(rig_post(&g, "/propria/v1/freeze", "{\"type\":2,\"id\":\"%s\"}", g.signer_hex) == 400);
	CHECK(rig_post(&g, "/propria/v1/freeze", "{\"type\":3,\"id\":\"%s\"}", g.key_hex) == 400);
	CHECK(rig_post(&g, "/propria/v1/freeze", "{\"type\":2}") == 400);
}

static long
mailed(const char *d, uint8_t last)
{
	uint8_t sb[4096] = { 0 }, eb[512] = { 0 };
	struct writer s = writer_over(sb, sizeof(sb) - 1), e = writer_over(eb, sizeof(eb) - 1), w, b;
	uint8_t raw[256];
	char text[512];

	rig_statement_act(&g, PURPOSE_CREATE_KEY, &s, &e);
	w = writer_over(raw, sizeof(raw));
	CHECK(base64_read(writer_span(&e), &w));
	raw[w.n - 1] = last;
	b = writer_over(text, sizeof(text) - 1);
	base64_write(&b, writer_span(&w));
	text[b.n] = '\0';
	return rig_post(&g, "/propria/v1/evidence", "{\"d\":\"%s\",\"evidence\":\"%s\"}", d, text);
}

TEST(the_mailbox_keeps_sixteen_approvals_of_a_statement)
{
	static const char d[] = "000102030405060708090a0b0c0d0e0f000102030405060708090a0b0c0d0e0f";
	static const char other[] = "010102030405060708090a0b0c0d0e0f000102030405060708090a0b0c0d0e0f";

	CHECK(mailed(d, 0) == 200 && mailed(d, 0) == 200);	/* the same one is kept once */
	for (uint8_t i = 1; i < 16; i++)
		CHECK(mailed(d, i) == 200);
	CHECK(mailed(d, 99) == 429 && mailed(other, 0) == 200);
	CHECK(rig_ask(&g, "/propria/v1/evidence/list", NULL, "application/json",
	    "{\"d\":\"000102030405060708090a0b0c0d0e0f000102030405060708090a0b0c0d0e0f\"}") == 200);
	CHECK(length_of("evidences") == 16);
	CHECK(rig_post(&g, "/propria/v1/evidence", "{\"d\":\"%s\",\"evidence\":\"AAAA\"}", other) == 400);
	CHECK(rig_post(&g, "/propria/v1/evidence", "{\"d\":\"00\",\"evidence\":\"AAAA\"}") == 400);
	CHECK(rig_post(&g, "/propria/v1/evidence/list", "{}") == 400);
}

TEST(an_account_has_so_many_authorizations_under_way)
{
	char sad[64] = "";

	for (int i = 0; i < 4; i++) {
		packed(1);
		rig_post(&g, V1 "credentials/authorize", "{\"credentialID\":\"%s\",\"numSignatures\":1,"
		    "\"hash\":%s,\"OTP\":\"%s\"}", g.key_hex, hashes, package);
		if (g.status == 429)
			break;
		CHECK(g.status == 200);
		snprintf(sad, sizeof(sad), "%s", rig_text(&g, "SAD"));
	}
	CHECK(g.status == 429 && strstr(g.headers, "Retry-After") != NULL && sad[0] != '\0');
	CHECK(rig_post(&g, V2 "signatures/signHash", "{\"credentialID\":\"%s\",\"SAD\":\"%s\",\"hashes\":%s,"
	    "\"signAlgo\":\"" EC "\"}", g.key_hex, sad, hashes) == 200);
	packed(1);		/* one has ended: there is room for one */
	CHECK(rig_post(&g, V1 "credentials/authorize", "{\"credentialID\":\"%s\",\"numSignatures\":1,"
	    "\"hash\":%s,\"OTP\":\"%s\"}", g.key_hex, hashes, package) == 200);
}

TEST(a_client_ends_its_own_tokens)
{
	char claims[512], token[64], old[64];

	rig_claims(&g, claims, "to be revoked");
	CHECK(rig_token(&g, "{\"alg\":\"ES256\"}", claims, "") == 200);
	snprintf(token, sizeof(token), "%s", rig_text(&g, "access_token"));
	rig_post(&g, V2 "auth/revoke", "{}");
	CHECK(rig_said(&g, 400, BAD, "Missing (or invalid type) string parameter token"));
	rig_post(&g, V2 "auth/revoke", "{\"token\":\"%s\",\"token_type_hint\":\"id_token\"}", token);
	CHECK(rig_said(&g, 400, BAD, "Invalid string parameter token_type_hint"));
	rig_post(&g, V1 "auth/revoke", "{\"token\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}");
	CHECK(rig_said(&g, 400, BAD, "Invalid string parameter token"));
	CHECK(rig_post(&g, V1 "auth/revoke", "{\"token\":\"%s\",\"token_type_hint\":\"access_token\"}", token) == 204);
	strcpy(old, g.token);
	strcpy(g.token, token);
	CHECK(rig_post(&g, V2 "credentials/list", "{}") == 401);
	strcpy(g.token, old);
	CHECK(rig_post(&g, V2 "credentials/list", "{}") == 200);
}

static int
begin(void **state UNUSED)
{
	strcpy(g.more, "anonymous_per_second = 0\nanonymous_per_peer_per_second = 0\nlog_requests = no\n"
	    "authorizations_per_account = 3\n[sic]\norigin = " SIC "\n");
	rig_start(&g);
	rig_enrol(&g);
	rig_key(&g);
	return 0;
}

static int
end(void **state UNUSED)
{
	rig_stop(&g);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_version_tells_its_own_methods),
		cmocka_unit_test(what_is_not_offered_is_501),
		cmocka_unit_test(an_error_names_its_request),
		cmocka_unit_test(one_authorization_header_and_no_more),
		cmocka_unit_test(pages_of_the_sic_alone_may_call),
		cmocka_unit_test(pages_of_others_are_told_nothing),
		cmocka_unit_test(v1_describes_a_credential_in_its_words),
		cmocka_unit_test(v2_names_both_ways_to_approve),
		cmocka_unit_test(v1_authorizes_and_signs_with_its_names),
		cmocka_unit_test(v1_refuses_in_its_words),
		cmocka_unit_test(an_account_names_its_authenticators),
		cmocka_unit_test(authenticators_come_and_go_with_the_sam_s_word),
		cmocka_unit_test(lists_come_in_pages),
		cmocka_unit_test(each_use_is_in_the_history),
		cmocka_unit_test(a_key_is_made_on_its_signer_s_approval),
		cmocka_unit_test(a_key_is_destroyed_on_its_signer_s_approval_of_that_key),
		cmocka_unit_test(a_client_ends_its_own_tokens),
		cmocka_unit_test(the_mailbox_keeps_sixteen_approvals_of_a_statement),
		cmocka_unit_test(an_approval_is_never_extended),
		cmocka_unit_test(an_account_has_so_many_authorizations_under_way),
		cmocka_unit_test(only_what_is_one_s_own_is_frozen),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
