/* SPDX-License-Identifier: Apache-2.0 */
/* src/ca/cmp*.c in this very process, asked by libcrypto's client: a SoftHSM2 token, no network. */
#include <openssl/cmp.h>
#include <openssl/err.h>
#include <openssl/objects.h>

#include "ca/cmp.h"
#include "ca/message.h"
#include "crypto/hash.h"
#include "der/name.h"
#include "modules/rig.h"
#include "pki.h"
#include "der/oids.h"

#define SECRET	"correct horse battery"

static struct rig rig;
static struct scratch dir;
static struct token *token;
static struct authority *authority;
static struct service service;
static X509_STORE *ras;
static X509 *issuing;
static struct secret *secret;
static struct profiles profiles;
static struct cmp_config config;
static struct cmp cmp;
static struct soft_key *key, *sam;
static struct writer sent;		/* the last request */

static int
begin(void **state UNUSED)
{
	struct options o = { 0 };
	struct err e = { 0 };
	size_t n;

	rig_open(&rig);
	scratch_open(&dir);
	key = soft_key(ALG_ECDSA_P256_SHA256);
	sam = soft_key_other(ALG_ECDSA_P256_SHA256);
	sent = writer_grow(65536);
	if ((token = token_open(rig.module, RIG_TOKEN, &e)) == NULL ||
	    !token_login(token, span_str(RIG_PIN), &e) || !authority_init(token, dir.path, &e) ||
	    (authority = authority_open(token, dir.path, &e)) == NULL ||
	    !service_open(authority, &service_cmp, &service, &e) ||
	    (issuing = certificate_of(authority_der(authority), &e)) == NULL ||
	    (ras = ra_store(dir.path, &n, &e)) == NULL || n != 0 || !profiles_init(&profiles, &o, &e) ||
	    (secret = secret_copy(span_str(SECRET), &e)) == NULL) {
		print_error("%s\n", e.text);
		return 1;
	}
	config = (struct cmp_config){ .authority = authority, .profiles = &profiles,
		.service = &service, .ras = ras, .issuing = issuing, .secret = secret };
	memset(config.group, 0x42, sizeof(config.group));
	cmp_open(&cmp, &config);
	return 0;
}

static int
end(void **state UNUSED)
{
	cmp_close(&cmp);
	service_wipe(&service);
	X509_free(issuing);
	X509_STORE_free(ras);
	secret_free(secret);
	authority_free(authority);
	token_free(token);
	writer_wipe(&sent);
	scratch_close(&dir);
	rig_close(&rig);
	return 0;
}

/* How many lines of the list begin with this word. */
static size_t
listed(const char *word)
{
	char path[128], line[8192];
	size_t n = 0;
	FILE *f;

	snprintf(path, sizeof(path), "%s/issued", dir.path);
	CHECK((f = fopen(path, "r")) != NULL);
	while (fgets(line, sizeof(line), f) != NULL)
		n += strncmp(line, word, strlen(word)) == 0;
	fclose(f);
	return n;
}

static OSSL_CMP_MSG *
transfer(OSSL_CMP_CTX *ctx UNUSED, const OSSL_CMP_MSG *request)
{
	AUTO_WRITER answer = writer_grow(65536);
	unsigned char *der = NULL;
	int n = i2d_OSSL_CMP_MSG(request, &der);
	OSSL_CMP_MSG *m = NULL;
	BIO *bio;

	CHECK(n > 0);
	writer_reset(&sent);
	wr_bytes(&sent, der, (size_t)n);
	if (cmp_answer(&cmp, profile_find(span_str("short-term")), span_of(der, (size_t)n), &answer,
	    NULL)) {
		bio = BIO_new_mem_buf(answer.p, (int)answer.n);
		m = d2i_OSSL_CMP_MSG_bio(bio, NULL);
		BIO_free(bio);
	}
	OPENSSL_free(der);
	return m;
}

static OSSL_CMP_CTX *
client_new(const char *with)
{
	OSSL_CMP_CTX *c = OSSL_CMP_CTX_new(NULL, NULL);

	CHECK(c != NULL && OSSL_CMP_CTX_set1_secretValue(c, (const unsigned char *)with,
	    (int)strlen(with)));
	CHECK(OSSL_CMP_CTX_set1_referenceValue(c, (const unsigned char *)"ssa", 3));
	CHECK(OSSL_CMP_CTX_set_transfer_cb(c, transfer));
	CHECK(OSSL_CMP_CTX_set_option(c, OSSL_CMP_OPT_IMPLICIT_CONFIRM, 1));
	return c;
}

static void
client_free(OSSL_CMP_CTX *c)
{
	OSSL_CMP_CTX_free(c);
	ERR_clear_error();
}

static void
request_set(OSSL_CMP_CTX *c)
{
	uint8_t name[NAME_MAX_DER], info[CSR_MAX], csr[CSR_MAX], raw[SIGNATURE_MAX], digest[DIGEST_MAX];
	struct writer wn = writer_over(name, sizeof(name)), wi = writer_over(info, sizeof(info)),
	    w = writer_over(csr, sizeof(csr));
	const unsigned char *p = csr;
	X509_REQ *req;

	CHECK(name_from_text("CN=Alice Example,C=SE", &wn, NULL));
	csr_info_write(&wi, writer_span(&wn), key->spki);
	CHECK(soft_key_sign(key, alg_digest(key->alg, writer_span(&wi), digest), raw, NULL));
	CHECK(csr_write(&w, writer_span(&wi), key->alg, span_of(raw, key->alg->signature_len), NULL));
	CHECK((req = d2i_X509_REQ(NULL, &p, (long)w.n)) != NULL);
	CHECK(OSSL_CMP_CTX_set1_p10CSR(c, req));
	X509_REQ_free(req);
}

/* PROTOCOL.sam 4.8: kind 1, or 3 with what a key for one signature has besides. */
static struct span
attestation(uint8_t kind, uint8_t group, struct span spki, struct soft_key *by)
{
	static uint8_t out[ATTESTATION_ONCE_LEN];
	struct span parts[2] = { { (const uint8_t *)"propria-attestation-v1", 23 } };
	struct writer w = writer_over(out, sizeof(out));
	uint8_t g[GROUP_LEN], hash[HASH_LEN], digest[HASH_LEN], raw[SIGNATURE_MAX];

	memset(g, group, sizeof(g));
	sha256(spki, hash);
	wr_u8(&w, kind);
	wr_bytes(&w, g, sizeof(g));
	wr_zero(&w, 32);
	wr_bytes(&w, hash, sizeof(hash));
	wr_u16(&w, 1);
	wr_u8(&w, 1);
	wr_u8(&w, 2);
	wr_zero(&w, kind == 3 ? 96 : 0);
	wr_u64(&w, 1790000000000);
	parts[1] = writer_span(&w);
	sha256_parts(parts, 2, digest);
	CHECK(soft_key_sign(by, span_of(digest, sizeof(digest)), raw, NULL));
	wr_bytes(&w, raw, 64);
	CHECK(writer_ok(&w));
	return writer_span(&w);
}

static void
attach(OSSL_CMP_CTX *c, struct span bytes)
{
	ASN1_OCTET_STRING *octets = ASN1_OCTET_STRING_new();
	ASN1_TYPE *value = ASN1_TYPE_new();

	CHECK(ASN1_OCTET_STRING_set(octets, bytes.p, (int)bytes.n));
	ASN1_TYPE_set(value, V_ASN1_OCTET_STRING, octets);
	CHECK(OSSL_CMP_CTX_push0_geninfo_ITAV(c, OSSL_CMP_ITAV_create(OBJ_txt2obj(OID_ATTESTATION, 1),
	    value)));
}

/* Is a certificate given to p10cr with these attestations (p NULL: fewer of them)? */
static bool
gets(struct span first, struct span second)
{
	OSSL_CMP_CTX *c = client_new(SECRET);
	size_t before = listed("issued");
	bool ok;

	request_set(c);
	if (first.p != NULL)
		attach(c, first);
	if (second.p != NULL)
		attach(c, second);
	ok = OSSL_CMP_exec_P10CR_ses(c) != NULL;
	client_free(c);
	CHECK(listed("issued") == before + ok);
	return ok;
}

TEST(an_attestation_that_is_asked_for_must_be_there_once_and_good)
{
	struct span none = { 0 };
	struct soft_key *other = soft_key_other(ALG_ECDSA_P384_SHA384);

	CHECK(gets(none, none));
	config.attestation_spki = sam->spki;
	CHECK(!gets(none, none));
	CHECK(gets(attestation(3, 0x42, key->spki, sam), none));
	CHECK(gets(attestation(1, 0x42, key->spki, sam), none));
	CHECK(!gets(attestation(2, 0x42, key->spki, sam), none));
	CHECK(!gets(attestation(3, 0x43, key->spki, sam), none));
	CHECK(!gets(attestation(3, 0x42, sam->spki, sam), none));
	CHECK(!gets(attestation(3, 0x42, other->spki, sam), none));
	CHECK(!gets(attestation(3, 0x42, key->spki, key), none));
	CHECK(!gets(span_str("nothing of the kind"), none));
	CHECK(!gets(attestation(3, 0x42, key->spki, sam), attestation(3, 0x42, key->spki, sam)));
	config.attestation_spki = none;
}

/* The same by ir, the RA vouching for possession. */
static bool
gets_by_template(struct soft_key *k, const char *cn, struct span attested)
{
	OSSL_CMP_CTX *c = client_new(SECRET);
	X509_NAME *name = cn == NULL ? NULL : test_name(cn);
	size_t before = listed("issued");
	bool ok;

	CHECK(EVP_PKEY_up_ref(k->pkey) && OSSL_CMP_CTX_set0_newPkey(c, 1, k->pkey));
	CHECK(OSSL_CMP_CTX_set_option(c, OSSL_CMP_OPT_POPO_METHOD, OSSL_CRMF_POPO_RAVERIFIED));
	if (name != NULL)
		CHECK(OSSL_CMP_CTX_set1_subjectName(c, name));
	if (attested.p != NULL)
		attach(c, attested);
	ok = OSSL_CMP_exec_IR_ses(c) != NULL;
	X509_NAME_free(name);
	client_free(c);
	CHECK(listed("issued") == before + ok);
	return ok;
}

TEST(a_template_is_judged_as_a_request_is)
{
	struct span none = { 0 };
	struct soft_key *rsa = soft_key(ALG_RSA3072_PKCS1_SHA256);

	CHECK(gets_by_template(key, "Alice", none) && gets_by_template(rsa, "Alice", none));
	CHECK(!gets_by_template(key, NULL, none));
	config.attestation_spki = sam->spki;
	CHECK(!gets_by_template(key, "Alice", none));
	CHECK(gets_by_template(key, "Alice", attestation(3, 0x42, key->spki, sam)));
	CHECK(!gets_by_template(key, "Alice", attestation(3, 0x42, rsa->spki, sam)));
	CHECK(!gets_by_template(rsa, "Alice", attestation(3, 0x42, rsa->spki, sam)));	/* says P-256 */
	config.attestation_spki = none;
}

static int
rejects(OSSL_CMP_CTX *c UNUSED, X509 *x UNUSED, int info UNUSED, const char **text)
{
	*text = "not what was wanted";
	return 1 << OSSL_CMP_PKIFAILUREINFO_incorrectData;
}

TEST(a_certificate_that_is_rejected_is_revoked)
{
	OSSL_CMP_CTX *c = client_new(SECRET);
	size_t revoked = listed("revoked");

	CHECK(OSSL_CMP_CTX_set_option(c, OSSL_CMP_OPT_IMPLICIT_CONFIRM, 0));
	CHECK(OSSL_CMP_CTX_set_certConf_cb(c, rejects));
	request_set(c);
	CHECK(OSSL_CMP_exec_P10CR_ses(c) == NULL);
	CHECK(listed("revoked") == revoked + 1);
	client_free(c);
	c = client_new(SECRET);
	CHECK(OSSL_CMP_CTX_set_option(c, OSSL_CMP_OPT_IMPLICIT_CONFIRM, 0));
	request_set(c);
	CHECK(OSSL_CMP_exec_P10CR_ses(c) != NULL && listed("revoked") == revoked + 1);
	client_free(c);
}

TEST(what_is_polled_for_comes_once)
{
	OSSL_CMP_CTX *c = client_new(SECRET);
	size_t before = listed("issued");

	config.poll_s = 1;
	request_set(c);
	CHECK(OSSL_CMP_exec_P10CR_ses(c) != NULL && listed("issued") == before + 1);
	config.poll_s = 0;
	client_free(c);
}

TEST(only_what_was_issued_here_is_revoked)
{
	OSSL_CMP_CTX *c = client_new(SECRET);
	size_t revoked = listed("revoked");
	X509 *x;

	request_set(c);
	CHECK((x = OSSL_CMP_exec_P10CR_ses(c)) != NULL && X509_up_ref(x));
	client_free(c);
	c = client_new("another secret");
	CHECK(OSSL_CMP_CTX_set1_oldCert(c, x) && !OSSL_CMP_exec_RR_ses(c));
	client_free(c);
	c = client_new(SECRET);
	CHECK(OSSL_CMP_CTX_set1_oldCert(c, issuing) && !OSSL_CMP_exec_RR_ses(c));
	CHECK(listed("revoked") == revoked);
	CHECK(OSSL_CMP_CTX_reinit(c) && OSSL_CMP_CTX_set1_oldCert(c, x) && OSSL_CMP_exec_RR_ses(c));
	CHECK(listed("revoked") == revoked + 1);
	X509_free(x);
	client_free(c);
}

/* The count of unused bits of the MAC's BIT STRING: libcrypto takes any that hides zero bits. */
static bool
is_unused_bits(struct span m, size_t i)
{
	return i > 1 && i + m.p[i - 1] == m.n && m.p[i - 2] == DER_BIT_STRING;
}

TEST(no_flip_and_no_cut_of_a_good_request_is_answered_with_a_certificate)
{
	OSSL_CMP_CTX *c = client_new(SECRET);
	AUTO_WRITER answer = writer_grow(65536);
	size_t before;

	request_set(c);
	CHECK(OSSL_CMP_exec_P10CR_ses(c) != NULL);
	client_free(c);
	before = listed("issued");
	for (size_t i = 0; i < sent.n; i++) {
		struct span cut = span_of(sent.p, i);

		writer_reset(&answer);
		CHECK(!cmp_answer(&cmp, profile_find(span_str("")), cut, &answer, NULL));
		if (is_unused_bits(writer_span(&sent), i))
			continue;
		sent.p[i] ^= (uint8_t)(1 << i % 8);
		writer_reset(&answer);
		(void)!cmp_answer(&cmp, profile_find(span_str("")), writer_span(&sent), &answer, NULL);
		sent.p[i] ^= (uint8_t)(1 << i % 8);
	}
	CHECK(listed("issued") == before);
	writer_reset(&answer);
	CHECK(cmp_answer(&cmp, profile_find(span_str("")), writer_span(&sent), &answer, NULL));
	CHECK(listed("issued") == before + 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_attestation_that_is_asked_for_must_be_there_once_and_good),
		cmocka_unit_test(a_template_is_judged_as_a_request_is),
		cmocka_unit_test(a_certificate_that_is_rejected_is_revoked),
		cmocka_unit_test(what_is_polled_for_comes_once),
		cmocka_unit_test(only_what_was_issued_here_is_revoked),
		cmocka_unit_test(no_flip_and_no_cut_of_a_good_request_is_answered_with_a_certificate),
	};

	if (rig_is_missing())
		return 77;
	return crypto_start(NULL) ? cmocka_run_group_tests(tests, begin, end) : 1;
}
