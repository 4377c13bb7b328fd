/* SPDX-License-Identifier: Apache-2.0 */
/* Time stamps: an answer counts only for the request it was made for. */
#include <openssl/pem.h>
#include <openssl/ts.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include "crypto/hash.h"
#include "ssa/stamper.h"
#include "tests/test.h"
#include "tests/unit/ssa/keys.h"

#define SHA2	"2.16.840.1.101.3.4.2.1"

static EVP_PKEY *key, *other_key;
static X509 *certificate;
static char root[64], other_root[64];

static X509 *
authority(EVP_PKEY *k, char path[64])
{
	X509 *x = X509_new();
	X509_NAME *name = X509_get_subject_name(x);
	X509_EXTENSION *use = X509V3_EXT_conf_nid(NULL, NULL, NID_ext_key_usage, "critical,timeStamping");
	FILE *f;
	int fd;

	X509_set_version(x, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(x), 5);
	X509_gmtime_adj(X509_getm_notBefore(x), -60);
	X509_gmtime_adj(X509_getm_notAfter(x), 86400);
	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const uint8_t *)"TSA", -1, -1, 0);
	X509_set_issuer_name(x, name);
	X509_set_pubkey(x, k);
	X509_add_ext(x, use, -1);
	CHECK(X509_sign(x, k, EVP_sha256()) > 0);
	X509_EXTENSION_free(use);
	strcpy(path, "/tmp/propria-tsa-XXXXXX");
	CHECK((fd = mkstemp(path)) >= 0 && (f = fdopen(fd, "w")) != NULL && PEM_write_X509(f, x) == 1 &&
	    fclose(f) == 0);
	return x;
}

static ASN1_INTEGER *
serial(struct TS_resp_ctx *ctx UNUSED, void *arg UNUSED)
{
	ASN1_INTEGER *n = ASN1_INTEGER_new();

	ASN1_INTEGER_set(n, 77);
	return n;
}

/* What a service answers to these bytes; yours to wipe. */
static struct writer
service(struct span request)
{
	TS_RESP_CTX *ctx = TS_RESP_CTX_new();
	ASN1_OBJECT *policy = OBJ_txt2obj("1.2.3.4", 1);
	BIO *in = BIO_new_mem_buf(request.p, (int)request.n);
	struct writer w = writer_grow(STAMP_MAX);
	uint8_t *der = NULL;
	TS_RESP *r;
	int n = 0;

	CHECK(TS_RESP_CTX_set_signer_cert(ctx, certificate) && TS_RESP_CTX_set_signer_key(ctx, key) &&
	    TS_RESP_CTX_set_def_policy(ctx, policy) && TS_RESP_CTX_add_md(ctx, EVP_sha256()) &&
	    TS_RESP_CTX_set_signer_digest(ctx, EVP_sha256()) &&
	    TS_RESP_CTX_set_ess_cert_id_digest(ctx, EVP_sha256()));
	TS_RESP_CTX_set_serial_cb(ctx, serial, NULL);
	CHECK((r = TS_RESP_create_response(ctx, in)) != NULL && (n = i2d_TS_RESP(r, &der)) > 0);
	wr_bytes(&w, der, (size_t)n);
	OPENSSL_free(der);
	TS_RESP_free(r);
	BIO_free(in);
	ASN1_OBJECT_free(policy);
	TS_RESP_CTX_free(ctx);
	return w;
}

static struct stamp
stamp(uint8_t digest, uint8_t nonce)
{
	struct stamp s = { .hash_oid = SHA2, .digest_n = 32, .nonce_n = 4, .token = writer_grow(STAMP_MAX) };

	memset(s.digest, digest, 32);
	memset(s.nonce, nonce, 4);
	return s;
}

static struct writer
answered(struct stamp *s)
{
	AUTO_WRITER request = writer_grow(1024);
	struct err e = { 0 };

	CHECK(stamp_request_write(s, &request, &e));
	return service(writer_span(&request));
}

static bool
takes(struct stamp s, struct span answer, const char *ca)
{
	struct err e = { 0 };
	bool ok = stamp_answer_read(&s, answer, ca, &e);

	CHECK(ok == (e.code == ERR_NONE) && ok == (s.token.n > 0));
	stamp_wipe(&s);
	return ok;
}

TEST(an_answer_to_this_request_gives_its_token)
{
	struct stamp s = stamp(7, 9);
	AUTO_WRITER answer = answered(&s);

	CHECK(takes(stamp(7, 9), writer_span(&answer), ""));
	CHECK(takes(stamp(7, 9), writer_span(&answer), root));
	stamp_wipe(&s);
}

TEST(an_answer_to_another_request_is_refused)
{
	struct stamp s = stamp(7, 9);
	AUTO_WRITER answer = answered(&s);
	struct stamp longer = stamp(7, 9);

	CHECK(!takes(stamp(8, 9), writer_span(&answer), ""));
	CHECK(!takes(stamp(7, 8), writer_span(&answer), ""));
	CHECK(!takes(stamp(8, 9), writer_span(&answer), root));
	longer.digest_n = 48;
	longer.hash_oid = "2.16.840.1.101.3.4.2.2";
	CHECK(!takes(longer, writer_span(&answer), ""));
	stamp_wipe(&s);
}

TEST(a_signature_must_lead_to_the_configured_root)
{
	struct stamp s = stamp(7, 9);
	AUTO_WRITER answer = answered(&s);

	CHECK(!takes(stamp(7, 9), writer_span(&answer), other_root));
	CHECK(!takes(stamp(7, 9), writer_span(&answer), "/nonexistent/roots.pem"));
	stamp_wipe(&s);
}

TEST(a_refusal_of_the_service_is_one)
{
	struct stamp s = stamp(7, 9);
	AUTO_WRITER answer = service(span_str("no request"));

	CHECK(!takes(stamp(7, 9), writer_span(&answer), ""));
	stamp_wipe(&s);
}

TEST(a_cut_or_changed_answer_is_refused_where_roots_are_known)
{
	struct stamp s = stamp(7, 9);
	AUTO_WRITER answer = answered(&s);
	uint8_t bytes[STAMP_MAX + 1];
	size_t taken = 0;

	memcpy(bytes, answer.p, answer.n);
	for (size_t n = 0; n < answer.n; n += 7)
		CHECK(!takes(stamp(7, 9), span_of(bytes, n), ""));
	bytes[answer.n] = 0;
	CHECK(!takes(stamp(7, 9), span_of(bytes, answer.n + 1), ""));
	for (size_t i = 0; i < answer.n; i += 3) {
		bytes[i] ^= 0x10;
		taken += takes(stamp(7, 9), span_of(bytes, answer.n), root);
		bytes[i] ^= 0x10;
	}
	CHECK(taken <= answer.n / 30);		/* what no signature covers: names of algorithms, strings */
	stamp_wipe(&s);
}

/* A service that is not there, and a stamper that is stopped: each who asked is told. */
static void
on_done(struct stamp *s)
{
	__atomic_store_n(&s->later, s, __ATOMIC_RELEASE);	/* read by the test alone */
}

static bool
is_done(struct stamp *s)
{
	for (int i = 0; i < 2000 && __atomic_load_n(&s->later, __ATOMIC_ACQUIRE) != s; i++)
		usleep(5000);
	return __atomic_load_n(&s->later, __ATOMIC_ACQUIRE) == s;
}

TEST(a_service_that_is_away_fails_soon)
{
	struct err e = { 0 };
	struct stamper *t = stamper_start("http://127.0.0.1:1/tsa", "", 2000, &e);
	struct stamp s = { .done = on_done, .hash_oid = SHA2, .digest_n = 32, .nonce_n = 4 };

	s.nonce[0] = 1;
	CHECK(t != NULL && stamper_ask(t, &s) && is_done(&s));
	CHECK(s.e.code == ERR_BUSY && s.token.n == 0);
	stamp_wipe(&s);
	stamper_stop(t);
	CHECK(!stamper_ask(t, &s));
	stamper_free(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_answer_to_this_request_gives_its_token),
		cmocka_unit_test(an_answer_to_another_request_is_refused),
		cmocka_unit_test(a_signature_must_lead_to_the_configured_root),
		cmocka_unit_test(a_refusal_of_the_service_is_one),
		cmocka_unit_test(a_cut_or_changed_answer_is_refused_where_roots_are_known),
		cmocka_unit_test(a_service_that_is_away_fails_soon),
	};
	struct err e = { 0 };
	int failed;

	if (!crypto_start(&e))
		return 1;
	key = test_key();
	other_key = test_key();
	certificate = authority(key, root);
	X509_free(authority(other_key, other_root));
	failed = RUN(tests);
	unlink(root);
	unlink(other_root);
	X509_free(certificate);
	EVP_PKEY_free(key);
	EVP_PKEY_free(other_key);
	return failed;
}
