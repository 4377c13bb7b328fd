/* SPDX-License-Identifier: Apache-2.0 */
/* The real propria-ssa, over TLS, against a fake SAM: what it answers, and mostly what it refuses. */
#include <unistd.h>

#include "base/clock.h"
#include "der/signature.h"
#include "json/base64.h"
#include "statement/statement.h"
#include "tests/unit/ssa/rig.h"

#define SIGN	"/csc/v2/signatures/signHash"
#define INFO	"/csc/v2/credentials/info"
#define AUTHORIZE "/csc/v2/credentials/authorize"
#define BAD	"invalid_request"
#define EC	"1.2.840.10045.4.3.2"
#define SHA2	"2.16.840.1.101.3.4.2.1"

static struct rig g;

/* A package of n digests as text; inline for signHash or base64 for authData. */
static char package[400000], hashes[80000];

static void
packed(size_t n, bool is_inline, bool equal, const char *subject)
{
	static uint8_t bytes[300000];
	struct writer w = writer_over(bytes, sizeof(bytes)), p = writer_over(package, sizeof(package) - 1);
	struct writer h = writer_over(hashes, sizeof(hashes));

	rig_package(&g, &(struct wish){ .n = n, .equal = equal, .subject_hex = subject }, &w);
	if (is_inline) {
		wr_span(&p, span_str("PRS1."));
		base64url_write(&p, writer_span(&w));
	} else {
		base64_write(&p, writer_span(&w));
	}
	package[p.n] = '\0';
	rig_hashes(&h, 0, n, equal);
}

static long
sign(const char *sad, const char *list)
{
	return rig_post(&g, SIGN, "{\"credentialID\":\"%s\",\"SAD\":\"%s\",\"hashes\":%s,"
	    "\"signAlgo\":\"" EC "\"}", g.key_hex, sad, list);
}

static long
authorize(size_t n, const char *list)
{
	return rig_post(&g, AUTHORIZE, "{\"credentialID\":\"%s\",\"numSignatures\":%zu,\"hashes\":%s,"
	    "\"hashAlgorithmOID\":\"" SHA2 "\",\"authData\":[{\"id\":\"approval\",\"value\":\"%s\"}]}",
	    g.key_hex, n, list, package);
}

static size_t
signatures(void)
{
	const json_t *list;
	size_t n = 0;

	return json_list(g.json, "signatures", &list, &n) == JSON_GOT ? n : 0;
}

static void
refuse(uint8_t type, const char *reason, int times)
{
	pthread_mutex_lock(&g.sam.lock);
	g.sam.refuse[type] = reason;
	g.sam.refusals[type] = times;
	pthread_mutex_unlock(&g.sam.lock);
}

TEST(info_is_for_everyone_by_both_verbs)
{
	CHECK(rig_ask(&g, "/csc/v2/info", NULL, "", NULL) == 200);
	CHECK(strcmp(rig_text(&g, "name"), "Test") == 0 && strcmp(rig_text(&g, "oauth2"), g.url) == 0);
	CHECK(rig_ask(&g, "/csc/v2/info", NULL, "application/json", "{}") == 200);
	CHECK(rig_ask(&g, "/csc/v2/info", NULL, "application/json;charset=UTF-8", "{\"lang\":null}") == 200);
	CHECK(strstr(g.body, "null") == NULL && strstr(g.body, "supportedHashTypes") != NULL);
}

TEST(status_and_genesis_are_for_everyone)
{
	CHECK(rig_ask(&g, "/propria/v1/status", NULL, "", NULL) == 200);
	CHECK(strcmp(rig_text(&g, "sam"), "open") == 0 && strlen(rig_text(&g, "group")) == 64);
	CHECK(rig_ask(&g, "/propria/v1/genesis", NULL, "", NULL) == 200);
	CHECK(strncmp(rig_text(&g, "genesis"), "UFJHMS", 6) == 0);
}

TEST(other_paths_and_verbs_are_refused)
{
	CHECK(rig_ask(&g, "/csc/v2/signatures/signPolling", NULL, "application/json", "{}") == 501);
	CHECK(rig_ask(&g, "/oauth2/introspect", NULL, "application/json", "{}") == 501);
	CHECK(rig_ask(&g, "/csc/v2/Info", NULL, "", NULL) == 501);
	CHECK(rig_ask(&g, "/", NULL, "", NULL) == 404);
	CHECK(rig_ask(&g, "/csc/v2/credentials/list", NULL, "", NULL) == 405);
	CHECK(strstr(g.headers, "Allow: POST") != NULL);
	CHECK(rig_ask(&g, "/csc/v2/info", NULL, "text/plain", "{}") == 415);
}

TEST(without_a_good_token_there_is_nothing)
{
	char unknown[64] = "Bearer AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

	CHECK(rig_ask(&g, INFO, NULL, "application/json", "{}") == 401);
	CHECK(strstr(g.headers, "WWW-Authenticate: Bearer") != NULL);
	rig_ask(&g, INFO, "Basic abc", "application/json", "{}");
	CHECK(rig_said(&g, 400, BAD, "Malformed authorization header"));
	rig_ask(&g, INFO, "Bearer a b", "application/json", "{}");
	CHECK(rig_said(&g, 400, BAD, "Malformed authorization header"));
	CHECK(rig_ask(&g, INFO, unknown, "application/json", "{}") == 401);
	CHECK(strcmp(rig_text(&g, "error"), "invalid_token") == 0);
	CHECK(strstr(g.headers, "error=\"invalid_token\"") != NULL);
}

TEST(json_is_read_strictly)
{
	CHECK(rig_post(&g, INFO, "{") == 400 && strcmp(rig_text(&g, "error"), BAD) == 0);
	CHECK(rig_post(&g, INFO, "[]") == 400);
	CHECK(rig_post(&g, INFO, "{\"credentialID\":\"%s\",\"credentialID\":\"%s\"}", g.key_hex, g.key_hex) == 400);
	CHECK(rig_post(&g, INFO, "{\"x\":[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]}") == 400);
	CHECK(rig_post(&g, INFO, "{\"credentialID\":\"%s\",\"unknown\":{},\"lang\":null}", g.key_hex) == 200);
}

TEST(a_body_over_the_limit_is_refused)
{
	char *big = malloc(600001);

	memset(big, ' ', 600000);
	big[600000] = '\0';
	CHECK(rig_post(&g, INFO, "%s", big) == 413);
	free(big);
	CHECK(rig_ask(&g, "/csc/v2/info", NULL, "", NULL) == 200);
}

TEST(a_credential_describes_its_key)
{
	struct span text;
	const json_t *key, *cert;
	char other[33] = "00000000000000000000000000000000";

	CHECK(rig_post(&g, INFO, "{\"credentialID\":\"%s\",\"certificates\":\"chain\"}", g.key_hex) == 200);
	CHECK(json_member(g.json, "key", &key) == JSON_GOT && json_member(g.json, "cert", &cert) == JSON_GOT);
	CHECK(json_text(key, "status", 16, &text) == JSON_GOT && span_equal(text, span_str("enabled")));
	CHECK(json_text(cert, "issuerDN", 64, &text) == JSON_GOT && span_equal(text, span_str("CN=localhost")));
	CHECK(json_text(cert, "serialNumber", 64, &text) == JSON_GOT && span_equal(text, span_str("3f9a01")));
	CHECK(json_text(cert, "validTo", 64, &text) == JSON_GOT && text.n == 15);
	CHECK(strcmp(rig_text(&g, "SCAL"), "2") == 0);
	rig_post(&g, INFO, "{}");
	CHECK(rig_said(&g, 400, BAD, "Missing (or invalid type) string parameter credentialID"));
	rig_post(&g, INFO, "{\"credentialID\":5}");
	CHECK(rig_said(&g, 400, BAD, "Missing (or invalid type) string parameter credentialID"));
	rig_post(&g, INFO, "{\"credentialID\":\"%s\"}", other);
	CHECK(rig_said(&g, 400, BAD, "Invalid parameter credentialID"));
	rig_post(&g, INFO, "{\"credentialID\":\"none such\"}");
	CHECK(rig_said(&g, 400, BAD, "Invalid parameter credentialID"));
	rig_post(&g, INFO, "{\"credentialID\":\"%s\",\"certificates\":\"all\"}", g.key_hex);
	CHECK(rig_said(&g, 400, BAD, "Invalid parameter certificates"));
	rig_post(&g, INFO, "{\"credentialID\":\"%s\",\"clientData\":5}", g.key_hex);
	CHECK(rig_said(&g, 400, BAD, "Invalid parameter clientData"));
}

TEST(a_list_names_the_caller_s_keys)
{
	const json_t *ids;
	struct span id;
	size_t n;

	CHECK(rig_post(&g, "/csc/v2/credentials/list", "{\"credentialInfo\":true,\"onlyValid\":true}") == 200);
	CHECK(json_list(g.json, "credentialIDs", &ids, &n) == JSON_GOT && n == 1);
	CHECK(json_text_at(ids, 0, 64, &id) && span_equal(id, span_str(g.key_hex)));
	CHECK(json_list(g.json, "credentialInfos", &ids, &n) == JSON_GOT && n == 1);
	rig_post(&g, "/csc/v2/credentials/list", "{\"userID\":\"x\"}");
	CHECK(rig_said(&g, 400, BAD, "userID parameter MUST be null"));
	rig_post(&g, "/csc/v2/credentials/list", "{\"certificates\":\"x\"}");
	CHECK(rig_said(&g, 400, BAD, "Invalid parameter certificates"));
}

TEST(a_challenge_is_the_sam_s_nonce)
{
	const char *path = "/csc/v2/credentials/getChallenge";

	CHECK(rig_post(&g, path, "{\"credentialID\":\"%s\",\"authObjectID\":\"approval\"}", g.key_hex) == 200);
	CHECK(strlen(rig_text(&g, "challenge")) == 70);
	CHECK(strstr(g.headers, "Cache-Control: no-store") != NULL);
	rig_post(&g, path, "{\"credentialID\":\"%s\",\"authObjectID\":\"pin\"}", g.key_hex);
	CHECK(rig_said(&g, 400, BAD, "Invalid parameter authObjectID"));
	rig_post(&g, path, "{\"credentialID\":\"%s\"}", g.key_hex);
	CHECK(rig_said(&g, 400, BAD, "Missing (or invalid type) string parameter authObjectID"));
	CHECK(rig_post(&g, "/propria/v1/challenge", "{\"signer\":\"%s\",\"purpose\":769}", g.signer_hex) == 200);
	CHECK(strlen(rig_text(&g, "fresh")) == 54);
	CHECK(rig_post(&g, "/propria/v1/challenge", "{\"signer\":\"%s\",\"purpose\":7}", g.signer_hex) == 400);
	CHECK(rig_post(&g, "/propria/v1/invitation", "{\"signer\":\"%s\"}", g.signer_hex) == 200);
}

TEST(one_message_activates_and_signs)
{
	int activates = fake_sam_asked(&g.sam, SAM_ACTIVATE);
	const json_t *list;
	struct span text = { 0 };
	uint8_t der[80];
	struct writer w = writer_over(der, sizeof(der));
	size_t n;

	packed(1, true, false, NULL);
	CHECK(sign(package, hashes) == 200 && signatures() == 1);
	CHECK(strstr(g.headers, "Cache-Control: no-store") != NULL);
	CHECK(json_list(g.json, "signatures", &list, &n) == JSON_GOT && json_text_at(list, 0, 200, &text));
	CHECK(base64_read(text, &w) && w.n == 72 && der[0] == 0x30 && der[3] == 33 && der[4] == 0);
	CHECK(fake_sam_asked(&g.sam, SAM_ACTIVATE) == activates + 1);
}

TEST(a_repeated_request_reads_the_first_signatures_back)
{
	int outcomes = fake_sam_asked(&g.sam, SAM_OUTCOME);

	packed(3, true, false, NULL);
	CHECK(sign(package, hashes) == 200 && signatures() == 3);
	CHECK(sign(package, hashes) == 200 && signatures() == 3);
	CHECK(fake_sam_asked(&g.sam, SAM_OUTCOME) == outcomes + 1);
}

TEST(a_thousand_hashes_fit_in_any_order)
{
	packed(1000, true, false, NULL);
	CHECK(sign(package, hashes) == 200 && signatures() == 1000);
	packed(1000, true, true, NULL);
	CHECK(sign(package, hashes) == 200 && signatures() == 1000);
}

static void
fault_of_hashes(const char *list, const char *said)
{
	packed(1, true, false, NULL);
	sign(package, list);
	CHECK(rig_said(&g, 400, BAD, said));
}

TEST(hashes_are_checked_as_csc_says)
{
	fault_of_hashes("[]", "Empty hash array");
	fault_of_hashes("\"x\"", "Missing (or invalid type) array parameter hash");
	fault_of_hashes("null", "Missing (or invalid type) array parameter hash");
	fault_of_hashes("[\"?\"]", "Invalid Base64 hash string parameter");
	fault_of_hashes("[5]", "Invalid Base64 hash string parameter");
	fault_of_hashes("[\"AAEB\"]", "Invalid digest value length");
	fault_of_hashes("[\"n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=\"]", "Hash is not authorized by the SAD");
	packed(1, true, false, NULL);	/* the same digest, spelled differently */
	CHECK(sign(package, "[\"AAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE\"]") == 200);
	packed(1, true, false, NULL);
	CHECK(sign(package, "[\"AAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE%3D\"]") == 200);
	packed(2, true, false, NULL);	/* a package is used whole */
	sign(package, "[\"AAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=\"]");
	CHECK(rig_said(&g, 400, BAD, "Hash is not authorized by the SAD"));
}

static void
fault_of_parameters(const char *more, const char *said)
{
	packed(1, true, false, NULL);
	rig_post(&g, SIGN, "{\"credentialID\":\"%s\",\"SAD\":\"%s\",\"hashes\":%s%s}", g.key_hex, package,
	    hashes, more);
	CHECK(said == NULL ? g.status == 200 : rig_said(&g, 400, BAD, said));
}

TEST(algorithms_must_be_the_key_s)
{
	fault_of_parameters("", "Missing (or invalid type) string parameter signAlgo");
	fault_of_parameters(",\"signAlgo\":7", "Missing (or invalid type) string parameter signAlgo");
	fault_of_parameters(",\"signAlgo\":\"1.2.840.113549.1.1.11\"", "Invalid parameter signAlgo");
	fault_of_parameters(",\"signAlgo\":\"1.2.840.10045.4.3.3\"", "Invalid parameter signAlgo");
	fault_of_parameters(",\"signAlgo\":\"1.2.840.10045.2.1\"",
	    "Missing (or invalid type) string parameter hashAlgorithmOID");
	fault_of_parameters(",\"signAlgo\":\"" EC "\",\"hashAlgorithmOID\":\"2.16.840.1.101.3.4.2.2\"",
	    "Invalid parameter hashAlgorithmOID");
	fault_of_parameters(",\"signAlgo\":\"" EC "\",\"hashAlgorithmOID\":5",
	    "Missing (or invalid type) string parameter hashAlgorithmOID");
	fault_of_parameters(",\"signAlgo\":\"" EC "\",\"operationMode\":\"A\"", "Invalid parameter operationMode");
	fault_of_parameters(",\"signAlgo\":\"" EC "\",\"clientData\":{}", "Invalid parameter clientData");
	fault_of_parameters(",\"signAlgo\":\"" EC "\",\"signAlgoParams\":5",
	    "Missing (or invalid type) string parameter signAlgoParams");
	fault_of_parameters(",\"signAlgo\":\"1.2.840.10045.2.1\",\"hashAlgorithmOID\":\"" SHA2 "\"", NULL);
	fault_of_parameters(",\"signAlgo\":\"" EC "\",\"signAlgoParams\":null,\"operationMode\":\"S\","
	    "\"validity_period\":-1", NULL);
}

TEST(a_sad_is_the_caller_s_package_or_handle)
{
	packed(1, true, false, NULL);
	sign("PRS1.AAAA", hashes);
	CHECK(rig_said(&g, 400, BAD, "Invalid parameter SAD"));
	sign("PRS1.", hashes);
	CHECK(rig_said(&g, 400, BAD, "Invalid parameter SAD"));
	sign("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", hashes);
	CHECK(rig_said(&g, 400, BAD, "Invalid parameter SAD"));
	sign(g.token, hashes);
	CHECK(rig_said(&g, 400, BAD, "Invalid parameter SAD"));
	packed(1, true, false, "000102030405060708090a0b0c0d0e0f");
	sign(package, hashes);
	CHECK(rig_said(&g, 400, BAD, "Invalid parameter SAD"));
	rig_post(&g, SIGN, "{\"credentialID\":\"%s\",\"hashes\":%s,\"signAlgo\":\"" EC "\"}", g.key_hex, hashes);
	CHECK(rig_said(&g, 400, BAD, "Missing (or invalid type) string parameter SAD"));
	package[strlen(package) - 1] = '!';
	sign(package, hashes);
	CHECK(rig_said(&g, 400, BAD, "Invalid parameter SAD"));
}

TEST(a_handle_gives_each_hash_once_in_parts)
{
	char sad[64], part[200];
	struct writer w = writer_over(part, sizeof(part));
	int uses;

	packed(3, false, false, NULL);
	CHECK(authorize(3, hashes) == 200);
	strcpy(sad, rig_text(&g, "SAD"));
	CHECK(strlen(sad) == 43 && strstr(g.body, "\"expiresIn\":") != NULL);
	rig_hashes(&w, 1, 1, false);
	CHECK(sign(sad, part) == 200 && signatures() == 1);
	uses = fake_sam_asked(&g.sam, SAM_USE);
	CHECK(sign(sad, part) == 200 && signatures() == 1);		/* read back */
	CHECK(fake_sam_asked(&g.sam, SAM_USE) == uses);
	CHECK(sign(sad, hashes) == 400);				/* one of three is gone */
	CHECK(strcmp(rig_text(&g, "reason"), "dtbs") == 0);
	CHECK(rig_ssa_stop(&g) == 0);					/* the store remembers */
	rig_ssa_start(&g);
	CHECK(sign(sad, part) == 200 && fake_sam_asked(&g.sam, SAM_USE) == uses);
	writer_reset(&w);
	rig_hashes(&w, 0, 1, false);
	CHECK(sign(sad, part) == 200 && fake_sam_asked(&g.sam, SAM_USE) == uses + 1);
}

static void
authorize_fault(const char *members, long status, const char *error, const char *said)
{
	packed(1, false, false, NULL);
	rig_post(&g, AUTHORIZE, "{\"credentialID\":\"%s\"%s}", g.key_hex, members);
	CHECK(rig_said(&g, status, error, said));
}

TEST(authorize_checks_as_csc_says)
{
#define ONE ",\"numSignatures\":1,\"hashes\":[\"AAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=\"]"
	const char *factors = "The authentication data is invalid";

	authorize_fault("", 400, BAD, "Missing (or invalid type) integer parameter numSignatures");
	authorize_fault(",\"numSignatures\":\"1\"", 400, BAD,
	    "Missing (or invalid type) integer parameter numSignatures");
	authorize_fault(",\"numSignatures\":0", 400, BAD, "Invalid value for parameter numSignatures");
	authorize_fault(",\"numSignatures\":1001", 400, BAD, "Numbers of signatures is too high");
	authorize_fault(",\"numSignatures\":1", 400, BAD, "Missing (or invalid type) array parameter hashes");
	authorize_fault(",\"numSignatures\":1,\"hashes\":[]", 400, BAD, "Empty hash array");
	authorize_fault(ONE, 400, BAD, "Missing (or invalid type) array parameter authData");
	authorize_fault(ONE ",\"hashAlgorithmOID\":\"1.2\"", 400, BAD, "Invalid parameter hashAlgorithmOID");
	authorize_fault(ONE ",\"authData\":[]", 400, "invalid_authentication_data", factors);
	authorize_fault(ONE ",\"authData\":[{\"id\":\"approval\",\"value\":\"AAAA\"}]", 400,
	    "invalid_authentication_data", factors);
	packed(2, false, false, NULL);
	CHECK(authorize(1, "[\"AAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=\"]") == 400);
	CHECK(authorize(1, hashes) == 400);
}

static void
sam_says(const char *reason, long status, const char *error, const char *said)
{
	packed(1, true, false, NULL);
	refuse(SAM_ACTIVATE, reason, 1);
	sign(package, hashes);
	CHECK(rig_said(&g, status, error, said));
	CHECK(strcmp(rig_text(&g, "reason"), reason) == 0);
}

TEST(the_sam_s_reasons_become_csc_s_errors)
{
	sam_says("auth", 400, "invalid_authentication_data", "The authentication data is invalid");
	sam_says("quorum", 400, "invalid_authentication_data", "The authentication data is invalid");
	sam_says("level", 400, "invalid_authentication_data", "The authentication data is invalid");
	sam_says("time", 400, BAD, "SAD expired");
	sam_says("dtbs", 400, BAD, "Hash is not authorized by the SAD");
	sam_says("nonce", 400, BAD, "Invalid parameter SAD");
	sam_says("state", 400, BAD, "The credential identified by credentialID is disabled");
	sam_says("owner", 400, BAD, "The credential identified by credentialID is disabled");
	sam_says("closed", 503, "temporarily_unavailable", "The service is not available; try again later");
	CHECK(strstr(g.headers, "Retry-After") != NULL);
	sam_says("backend", 503, "temporarily_unavailable", "The service is not available; try again later");
	sam_says("busy", 503, "temporarily_unavailable", "The service is not available; try again later");
	sam_says("surprise", 500, "server_error", "The request could not be completed");
}

TEST(an_old_record_is_fetched_and_the_request_repeated_once)
{
	int records = fake_sam_asked(&g.sam, SAM_RECORD), activates = fake_sam_asked(&g.sam, SAM_ACTIVATE);

	packed(1, true, false, NULL);
	refuse(SAM_ACTIVATE, "version", 1);
	CHECK(sign(package, hashes) == 200);
	CHECK(fake_sam_asked(&g.sam, SAM_RECORD) == records + 2);
	CHECK(fake_sam_asked(&g.sam, SAM_ACTIVATE) == activates + 2);
	packed(1, true, false, NULL);
	refuse(SAM_ACTIVATE, "version", 2);
	CHECK(sign(package, hashes) == 409 && strcmp(rig_text(&g, "reason"), "version") == 0);
}

TEST(what_was_signed_in_part_points_to_outcome)
{
	char d[65];
	uint8_t bytes[4096], digest[32];
	struct writer w = writer_over(bytes, sizeof(bytes));
	const json_t *list;
	struct reader r;
	struct span st;
	size_t n;

	packed(2, true, false, NULL);
	g.sam.fail_items = true;
	CHECK(sign(package, hashes) == 500 && strcmp(rig_text(&g, "reason"), "partial") == 0);
	CHECK(strstr(rig_text(&g, "error_description"), "/propria/v1/outcome") != NULL);
	g.sam.fail_items = false;
	CHECK(base64url_read(span_str(package + 5), &w));
	r = reader_over(writer_span(&w));
	CHECK(rd_span32(&r, 1, 4096, &st));
	statement_digest(st, digest);
	hex_text(digest, 32, d);
	CHECK(rig_post(&g, "/propria/v1/outcome", "{\"d\":\"%s\",\"indexes\":[0,1]}", d) == 200);
	CHECK(json_list(g.json, "results", &list, &n) == JSON_GOT && n == 2);
	CHECK(rig_post(&g, "/propria/v1/outcome", "{\"d\":\"%s\",\"indexes\":[1,0]}", d) == 400);
	CHECK(rig_post(&g, "/propria/v1/outcome", "{\"d\":\"%s\",\"indexes\":[]}", d) == 400);
	CHECK(rig_post(&g, "/propria/v1/receipt", "{\"d\":\"%s\",\"index\":0}", d) == 200);
	CHECK(strncmp(rig_text(&g, "receipt"), "UFJUMQ", 6) == 0);
	d[0] = d[0] == '0' ? '1' : '0';
	rig_post(&g, "/propria/v1/outcome", "{\"d\":\"%s\",\"indexes\":[0]}", d);
	CHECK(rig_said(&g, 400, BAD, "Invalid parameter d"));
}

TEST(another_account_gets_none_of_it)
{
	char token[64], d[65], sad[64], other[64], hex[33];
	uint8_t bytes[4096], digest[32], signer[16], key[16];
	struct writer w = writer_over(bytes, sizeof(bytes));
	struct reader r;
	struct span st;

	packed(1, false, false, NULL);
	CHECK(authorize(1, hashes) == 200);
	strcpy(sad, rig_text(&g, "SAD"));
	CHECK(base64_read(span_str(package), &w));
	r = reader_over(writer_span(&w));
	CHECK(rd_span32(&r, 1, 4096, &st));
	statement_digest(st, digest);
	hex_text(digest, 32, d);
	CHECK(rig_post(&g, "/propria/v1/outcome", "{\"d\":\"%s\",\"indexes\":[0]}", d) == 200);

	strcpy(token, g.token);
	memcpy(signer, g.signer, 16);
	memcpy(key, g.key, 16);
	rig_enrol(&g);
	rig_post(&g, INFO, "{\"credentialID\":\"%s\"}", g.key_hex);
	CHECK(rig_said(&g, 400, BAD, "Invalid parameter credentialID"));
	sign(sad, hashes);
	CHECK(rig_said(&g, 400, BAD, "Invalid parameter credentialID"));
	rig_post(&g, "/propria/v1/outcome", "{\"d\":\"%s\",\"indexes\":[0]}", d);
	CHECK(rig_said(&g, 400, BAD, "Invalid parameter d"));
	rig_post(&g, "/propria/v1/receipt", "{\"d\":\"%s\",\"index\":0}", d);
	CHECK(rig_said(&g, 400, BAD, "Invalid parameter d"));
	CHECK(rig_post(&g, "/csc/v2/credentials/list", "{}") == 200);
	CHECK(strstr(g.body, "\"credentialIDs\":[]") != NULL);
	strcpy(hex, g.key_hex);
	rig_key(&g);			/* with a key of its own, the handle is still another's */
	sign(sad, hashes);
	CHECK(rig_said(&g, 400, BAD, "Invalid parameter SAD"));
	packed(1, false, false, NULL);
	CHECK(authorize(1, hashes) == 200);
	strcpy(other, rig_text(&g, "SAD"));
	rig_key(&g);			/* a second key: a handle is for one */
	sign(other, hashes);
	CHECK(rig_said(&g, 400, BAD, "Invalid parameter SAD"));

	strcpy(g.token, token);
	strcpy(g.key_hex, hex);
	memcpy(g.signer, signer, 16);
	hex_text(signer, 16, g.signer_hex);
	memcpy(g.key, key, 16);
	CHECK(sign(sad, hashes) == 200);
}

static long
token_with(const char *from, const char *to)
{
	static int turn;
	char claims[512], jti[16], changed[600];
	char *at;

	snprintf(jti, sizeof(jti), "t%d", turn++);
	rig_claims(&g, claims, jti);
	if (from == NULL || (at = strstr(claims, from)) == NULL)
		return rig_token(&g, "{\"alg\":\"ES256\"}", claims, "");
	snprintf(changed, sizeof(changed), "%.*s%s%s", (int)(at - claims), claims, to, at + strlen(from));
	return rig_token(&g, "{\"alg\":\"ES256\"}", changed, "");
}

TEST(tokens_are_given_for_good_assertions_only)
{
	const char *form = "application/x-www-form-urlencoded";
	char claims[512], text[128];

	CHECK(token_with(NULL, NULL) == 200 && strstr(g.headers, "no-store") != NULL);
	CHECK(token_with("\"iss\":\"", "\"iss\":\"0") == 401 && strcmp(rig_text(&g, "error"), "invalid_client") == 0);
	CHECK(token_with("\"sub\":\"", "\"sub\":\"0") == 401);
	CHECK(token_with("/oauth2/token", "/other") == 401);
	CHECK(token_with("\"exp\":", "\"exp\":1,\"old\":") == 401);
	CHECK(token_with("\"exp\":", "\"exp\":9999999999,\"old\":") == 401);
	CHECK(token_with("\"exp\":", "\"old\":") == 401);
	CHECK(token_with("\"iat\":", "\"iat\":9999999999,\"old\":") == 401);
	CHECK(token_with("\"jti\":", "\"old\":") == 401);
	CHECK(token_with("\"iss\":", "\"iss\":\"x\",\"iss\":") == 401);		/* named twice */
	rig_claims(&g, claims, "a");
	CHECK(rig_token(&g, "{\"alg\":\"none\"}", claims, "") == 401);
	CHECK(rig_token(&g, "{\"alg\":\"HS256\"}", claims, "") == 401);
	CHECK(rig_token(&g, "{\"alg\":\"ES256\",\"crit\":[\"x\"]}", claims, "") == 401);
	CHECK(rig_token(&g, "{\"alg\":\"ES256\"}", claims, "A") == 401);	/* the signature, changed */
	CHECK(rig_token(&g, "{\"alg\":\"ES256\"}", claims, "&client_id=x") == 400);
	CHECK(rig_token(&g, "{\"alg\":\"ES256\"}", claims, "&scope=credential") == 400);
	rig_claims(&g, claims, "b");		/* the first one's was used up by who it named */
	CHECK(rig_token(&g, "{\"alg\":\"ES256\"}", claims, "") == 200);
	CHECK(rig_token(&g, "{\"alg\":\"ES256\"}", claims, "") == 401);	/* jti once */
	rig_ask(&g, "/oauth2/token", NULL, form, "grant_type=client_credentials");
	CHECK(rig_said(&g, 400, BAD, "Missing parameter client_id"));
	snprintf(text, sizeof(text), "client_id=%s", g.signer_hex);
	rig_ask(&g, "/oauth2/token", NULL, form, text);
	CHECK(rig_said(&g, 400, BAD, "Missing parameter grant_type"));
	rig_ask(&g, "/oauth2/token", NULL, form, "client_id=a&grant_type=password");
	CHECK(rig_said(&g, 400, BAD, "Invalid parameter grant_type"));
	rig_ask(&g, "/oauth2/token", NULL, form, "client_id=a&grant_type=client_credentials");
	CHECK(rig_said(&g, 400, BAD, "Invalid parameter client_id"));
	rig_ask(&g, "/oauth2/token", NULL, "application/json", "{}");
	CHECK(g.status == 415);
}

TEST(a_used_assertion_stays_used_after_a_restart)
{
	char claims[512];

	rig_claims(&g, claims, "across");
	CHECK(rig_token(&g, "{\"alg\":\"ES256\"}", claims, "") == 200);
	CHECK(rig_ssa_stop(&g) == 0);
	rig_ssa_start(&g);
	rig_claims(&g, claims, "across");
	CHECK(rig_token(&g, "{\"alg\":\"ES256\"}", claims, "") == 401);
	CHECK(rig_post(&g, INFO, "{\"credentialID\":\"%s\"}", g.key_hex) == 200);	/* tokens too */
}

TEST(an_account_shows_what_the_sam_says_now)
{
	const json_t *keys;
	char bearer[80];
	size_t n;

	snprintf(bearer, sizeof(bearer), "Bearer %s", g.token);
	CHECK(rig_ask(&g, "/propria/v1/account", bearer, "", NULL) == 200);
	CHECK(strcmp(rig_text(&g, "signer"), g.signer_hex) == 0);
	CHECK(json_list(g.json, "keys", &keys, &n) == JSON_GOT && n == 1);
	CHECK(strstr(g.body, "\"algorithm\":\"ecdsa-p256-sha256\"") != NULL && strstr(g.body, "\"spki\":\"M") != NULL);
}

TEST(only_the_signer_s_own_acts_on_keys_are_enacted)
{
	uint8_t sb[4096] = { 0 }, eb[512] = { 0 };
	struct writer s = writer_over(sb, sizeof(sb) - 1), e = writer_over(eb, sizeof(eb) - 1);
	uint8_t kept = g.signer[0];

	rig_statement_act(&g, PURPOSE_BIND, &s, &e);
	CHECK(rig_post(&g, "/propria/v1/enact", "{\"statement\":\"%s\",\"evidence\":\"%s\"}", sb, eb) == 400);
	CHECK(strcmp(rig_text(&g, "reason"), "purpose") == 0);
	memset(sb, 0, sizeof(sb));
	writer_reset(&s);
	writer_reset(&e);
	g.signer[0] ^= 1;
	rig_statement_act(&g, PURPOSE_CREATE_KEY, &s, &e);
	g.signer[0] = kept;
	CHECK(rig_post(&g, "/propria/v1/enact", "{\"statement\":\"%s\",\"evidence\":\"%s\"}", sb, eb) == 400);
	CHECK(strcmp(rig_text(&g, "reason"), "owner") == 0);
	rig_post(&g, "/propria/v1/enact", "{\"statement\":\"!\",\"evidence\":\"%s\"}", eb);
	CHECK(rig_said(&g, 400, BAD, "Invalid parameter statement"));
	rig_post(&g, "/propria/v1/enact", "{\"evidence\":\"%s\"}", eb);
	CHECK(rig_said(&g, 400, BAD, "Missing (or invalid type) string parameter statement"));
}

TEST(answers_of_another_shape_are_a_server_error)
{
	packed(1, true, false, NULL);
	g.sam.garbage = true;
	CHECK(sign(package, hashes) == 500);
	g.sam.garbage = false;
	packed(1, true, false, NULL);
	g.sam.odd_answer = true;
	CHECK(sign(package, hashes) == 500);
	g.sam.odd_answer = false;
}

TEST(a_slow_sam_is_not_waited_for_for_ever)
{
	uint64_t from = clock_life();

	packed(1, true, false, NULL);
	g.sam.hold = 100;
	CHECK(sign(package, hashes) == 503 && strcmp(rig_text(&g, "reason"), "lost") == 0);
	CHECK(clock_life() - from > 2500 && clock_life() - from < 6000);
	g.sam.hold = 0;
	CHECK(sign(package, hashes) == 200 && signatures() == 1);	/* read back */
}

TEST(a_sam_that_closes_and_comes_back_is_found_again)
{
	packed(1, true, false, NULL);
	g.sam.close_at = SAM_ACTIVATE;
	CHECK(sign(package, hashes) == 503);
	g.sam.close_at = 0;
	fake_sam_stop(&g.sam);
	CHECK(sign(package, hashes) == 503 && strcmp(rig_text(&g, "error"), "temporarily_unavailable") == 0);
	usleep(600000);
	CHECK(rig_ask(&g, "/propria/v1/status", NULL, "", NULL) == 200);
	CHECK(strcmp(rig_text(&g, "sam"), "unreachable") == 0);
	fake_sam_start(&g.sam);
	for (int i = 0; i < 60 && sign(package, hashes) != 200; i++)
		usleep(100000);
	CHECK(g.status == 200);
}

struct many {
	CURLM		*all;
	CURL		*one[200];
	char		*body[200];
};

static size_t
drop(char *p UNUSED, size_t size, size_t n, void *arg UNUSED)
{
	return size * n;
}

TEST(two_hundred_requests_share_one_connection_to_the_sam)
{
	static struct many m;
	struct curl_slist *h = curl_slist_append(NULL, "Content-Type: application/json");
	char bearer[100], url[256], ca[128];
	int running, good = 0;

	snprintf(bearer, sizeof(bearer), "Authorization: Bearer %s", g.token);
	snprintf(url, sizeof(url), "%s" SIGN, g.url);
	rig_path(&g, "tls.pem", ca);
	h = curl_slist_append(curl_slist_append(h, bearer), "Expect:");
	g.sam.hold = 200;
	g.sam.most_held = 0;
	m.all = curl_multi_init();
	for (int i = 0; i < 200; i++) {
		packed(1, true, false, NULL);
		CHECK(asprintf(&m.body[i], "{\"credentialID\":\"%s\",\"SAD\":\"%s\",\"hashes\":%s,\"signAlgo\":\""
		    EC "\"}", g.key_hex, package, hashes) > 0);
		m.one[i] = curl_easy_init();
		curl_easy_setopt(m.one[i], CURLOPT_URL, url);
		curl_easy_setopt(m.one[i], CURLOPT_CAINFO, ca);
		curl_easy_setopt(m.one[i], CURLOPT_HTTPHEADER, h);
		curl_easy_setopt(m.one[i], CURLOPT_POSTFIELDS, m.body[i]);
		curl_easy_setopt(m.one[i], CURLOPT_WRITEFUNCTION, drop);
		curl_easy_setopt(m.one[i], CURLOPT_TIMEOUT, 20L);
		curl_multi_add_handle(m.all, m.one[i]);
	}
	do {
		curl_multi_perform(m.all, &running);
		curl_multi_poll(m.all, NULL, 0, 100, NULL);
	} while (running > 0);
	for (int i = 0; i < 200; i++) {
		long status = 0;

		curl_easy_getinfo(m.one[i], CURLINFO_RESPONSE_CODE, &status);
		good += status == 200;
		curl_multi_remove_handle(m.all, m.one[i]);
		curl_easy_cleanup(m.one[i]);
		free(m.body[i]);
	}
	curl_multi_cleanup(m.all);
	curl_slist_free_all(h);
	g.sam.hold = 0;
	CHECK(good == 200 && g.sam.most_held == 200);
}

static int
begin(void **state UNUSED)
{
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
		cmocka_unit_test(info_is_for_everyone_by_both_verbs),
		cmocka_unit_test(status_and_genesis_are_for_everyone),
		cmocka_unit_test(other_paths_and_verbs_are_refused),
		cmocka_unit_test(without_a_good_token_there_is_nothing),
		cmocka_unit_test(json_is_read_strictly),
		cmocka_unit_test(a_body_over_the_limit_is_refused),
		cmocka_unit_test(a_credential_describes_its_key),
		cmocka_unit_test(a_list_names_the_caller_s_keys),
		cmocka_unit_test(a_challenge_is_the_sam_s_nonce),
		cmocka_unit_test(one_message_activates_and_signs),
		cmocka_unit_test(a_repeated_request_reads_the_first_signatures_back),
		cmocka_unit_test(a_thousand_hashes_fit_in_any_order),
		cmocka_unit_test(hashes_are_checked_as_csc_says),
		cmocka_unit_test(algorithms_must_be_the_key_s),
		cmocka_unit_test(a_sad_is_the_caller_s_package_or_handle),
		cmocka_unit_test(a_handle_gives_each_hash_once_in_parts),
		cmocka_unit_test(authorize_checks_as_csc_says),
		cmocka_unit_test(the_sam_s_reasons_become_csc_s_errors),
		cmocka_unit_test(an_old_record_is_fetched_and_the_request_repeated_once),
		cmocka_unit_test(what_was_signed_in_part_points_to_outcome),
		cmocka_unit_test(another_account_gets_none_of_it),
		cmocka_unit_test(tokens_are_given_for_good_assertions_only),
		cmocka_unit_test(a_used_assertion_stays_used_after_a_restart),
		cmocka_unit_test(an_account_shows_what_the_sam_says_now),
		cmocka_unit_test(only_the_signer_s_own_acts_on_keys_are_enacted),
		cmocka_unit_test(answers_of_another_shape_are_a_server_error),
		cmocka_unit_test(a_slow_sam_is_not_waited_for_for_ever),
		cmocka_unit_test(a_sam_that_closes_and_comes_back_is_found_again),
		cmocka_unit_test(two_hundred_requests_share_one_connection_to_the_sam),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
