/* SPDX-License-Identifier: Apache-2.0 */
/* src/der/crl.c and ocsp.c, with lists and responses that libcrypto made. */
#include <openssl/ocsp.h>
#include <openssl/x509v3.h>

#include "crypto/hash.h"
#include "der/name.h"
#include "der/ocsp.h"
#include "soft_key.h"

#define NOW_S	1790000000LL
#define NOW	((uint64_t)NOW_S * 1000)
#define ROOM	8192

static uint8_t issuer_mem[NAME_MAX_DER];
static struct issuing_ca ca;
static const uint8_t serial_bytes[] = { 0xab, 0xcd, 0xef };
static const struct span serial = { serial_bytes, sizeof(serial_bytes) };

static int
ca_of(uint16_t alg)
{
	struct writer w = writer_over(issuer_mem, sizeof(issuer_mem));

	CHECK(name_from_text("CN=Test CA,C=SE", &w, NULL));
	ca = (struct issuing_ca){ .alg = alg_find(alg), .spki = soft_key_other(alg)->spki,
		.issuer = writer_span(&w) };
	return 0;
}

static ASN1_TIME *
at(long long seconds)
{
	return ASN1_TIME_set(NULL, NOW_S + seconds);
}

struct list {
	const char	*issuer;	/* NULL: Test CA */
	long		 serial;	/* 0: nothing is in it */
	int		 reason;	/* -1: none */
	const char	*critical;	/* an extension of the list: OID */
	const char	*value;
	struct soft_key	*key;		/* NULL: the CA's */
};

static void
add_entry(X509_CRL *crl, long number, int reason)
{
	X509_REVOKED *r = X509_REVOKED_new();
	ASN1_INTEGER *n = ASN1_INTEGER_new();
	ASN1_ENUMERATED *why = ASN1_ENUMERATED_new();
	ASN1_TIME *when = at(-1000);

	CHECK(ASN1_INTEGER_set(n, number) == 1 && X509_REVOKED_set_serialNumber(r, n) == 1 &&
	    X509_REVOKED_set_revocationDate(r, when) == 1 && ASN1_ENUMERATED_set(why, reason) == 1);
	if (reason >= 0)
		CHECK(X509_REVOKED_add1_ext_i2d(r, NID_crl_reason, why, 0, 0) == 1);
	CHECK(X509_CRL_add0_revoked(crl, r) == 1);
	ASN1_INTEGER_free(n);
	ASN1_ENUMERATED_free(why);
	ASN1_TIME_free(when);
}

static struct span
crl_make(const struct list *l, uint8_t mem[ROOM])
{
	X509_NAME *name = test_name(l->issuer == NULL ? "Test CA" : l->issuer);
	struct soft_key *key = l->key == NULL ? soft_key_other(ca.alg->number) : l->key;
	ASN1_TIME *last = at(-100000), *next = at(-10);
	X509_CRL *crl = X509_CRL_new();
	uint8_t *p = mem;
	int n;

	CHECK(X509_CRL_set_version(crl, 1) == 1 && X509_CRL_set_issuer_name(crl, name) == 1 &&
	    X509_CRL_set1_lastUpdate(crl, last) == 1 && X509_CRL_set1_nextUpdate(crl, next) == 1);
	add_entry(crl, 17, -1);
	if (l->serial != 0)
		add_entry(crl, l->serial, l->reason);
	if (l->critical != NULL) {
		X509_EXTENSION *x = X509V3_EXT_conf_nid(NULL, NULL, OBJ_txt2nid(l->critical), l->value);

		CHECK(x != NULL && X509_CRL_add_ext(crl, x, -1) == 1);
		X509_EXTENSION_free(x);
	}
	CHECK(X509_CRL_sign(crl, key->pkey, key->alg->digest_len == 48 ? EVP_sha384() : EVP_sha256()) > 0);
	CHECK((n = i2d_X509_CRL(crl, &p)) > 0 && n < ROOM);
	X509_CRL_free(crl);
	X509_NAME_free(name);
	ASN1_TIME_free(last);
	ASN1_TIME_free(next);
	return span_of(mem, (size_t)n);
}

#define LISTED	.serial = 0xabcdef, .reason = -1

static void
crl_refused(struct list l, const char *because)
{
	uint8_t mem[ROOM];
	struct err e = { 0 };

	if (crl_revokes(crl_make(&l, mem), &ca, serial, &e))
		fail_msg("taken, not refused for: %s", because);
	if (strstr(e.text, because) == NULL || strcmp(e.reason, "cert") != 0)
		fail_msg("\"%s\" is not about: %s", e.text, because);
}

TEST(a_list_of_the_ca_with_the_serial_in_it_revokes)
{
	static const uint16_t algs[] = { 1, 2, 16 };
	static const int reasons[] = { -1, 0, 1, 4, 5 };
	uint8_t mem[ROOM];
	struct err e = { 0 };

	for (size_t i = 0; i < COUNT(algs); i++) {
		ca_of(algs[i]);
		CHECK(crl_revokes(crl_make(&(struct list){ LISTED }, mem), &ca, serial, &e));
	}
	ca_of(1);
	for (size_t i = 0; i < COUNT(reasons); i++)
		CHECK(crl_revokes(crl_make(&(struct list){ .serial = 0xabcdef, .reason = reasons[i] }, mem),
		    &ca, serial, &e));
	CHECK(crl_revokes(crl_make(&(struct list){ LISTED, .critical = "2.5.29.28",
	    .value = "critical,DER:30038101FF" }, mem), &ca, serial, &e));
}

TEST(a_list_that_does_not_revoke_it_is_refused)
{
	crl_refused((struct list){ .serial = 0 }, "not in it");
	crl_refused((struct list){ .serial = 0xabcdee, .reason = -1 }, "not in it");
	crl_refused((struct list){ .serial = 0xabcdef, .reason = 6 }, "held");
	crl_refused((struct list){ .serial = 0xabcdef, .reason = 8 }, "held");
	crl_refused((struct list){ LISTED, .key = soft_key(1) }, "not signed by this CA");
	crl_refused((struct list){ LISTED, .key = soft_key_other(2) }, "not signed by this CA");
	crl_refused((struct list){ LISTED, .issuer = "Another CA" }, "another CA's");
	crl_refused((struct list){ LISTED, .critical = "2.5.29.28", .value = "critical,DER:30038401FF" },
	    "indirect");
	crl_refused((struct list){ LISTED, .critical = "2.5.29.27", .value = "critical,DER:020101" },
	    "delta");
}

struct response {
	long		 serial;
	int		 status;	/* V_OCSP_CERTSTATUS_ */
	int		 reason;
	const char	*issuer;	/* in the CertID; NULL: Test CA */
	bool		 sha256;
	struct soft_key	*key;		/* who signs; NULL: the CA */
	X509		*responder;	/* put into it */
};

static X509 *
certificate_for(struct soft_key *key, struct soft_key *by, const char *usage, long from, long to)
{
	X509_NAME *issuer = test_name("Test CA"), *subject = test_name("Responder");
	X509 *x = X509_new();
	X509_EXTENSION *e;

	CHECK(X509_set_version(x, X509_VERSION_3) == 1);
	CHECK(ASN1_INTEGER_set(X509_get_serialNumber(x), 5) == 1);
	CHECK(X509_set_issuer_name(x, issuer) == 1 && X509_set_subject_name(x, subject) == 1);
	CHECK(X509_set_pubkey(x, key->pkey) == 1);
	ASN1_TIME_set(X509_getm_notBefore(x), NOW_S + from);
	ASN1_TIME_set(X509_getm_notAfter(x), NOW_S + to);
	e = X509V3_EXT_conf_nid(NULL, NULL, NID_basic_constraints, "CA:FALSE");
	CHECK(X509_add_ext(x, e, -1) == 1);
	X509_EXTENSION_free(e);
	if (usage != NULL) {
		e = X509V3_EXT_conf_nid(NULL, NULL, NID_ext_key_usage, usage);
		CHECK(X509_add_ext(x, e, -1) == 1);
		X509_EXTENSION_free(e);
	}
	soft_key_sign_x509(by, x);
	X509_NAME_free(issuer);
	X509_NAME_free(subject);
	return x;
}

static struct span
ocsp_make(const struct response *r, uint8_t mem[ROOM])
{
	struct soft_key *key = r->key == NULL ? soft_key_other(ca.alg->number) : r->key;
	X509 *own = certificate_for(soft_key_other(ca.alg->number), soft_key_other(ca.alg->number), NULL,
	    -1, 1);
	X509 *signer = certificate_for(key, soft_key_other(ca.alg->number), NULL, -1000, 1000);
	X509_NAME *name = test_name(r->issuer == NULL ? "Test CA" : r->issuer);
	OCSP_BASICRESP *b = OCSP_BASICRESP_new();
	ASN1_INTEGER *number = ASN1_INTEGER_new();
	ASN1_TIME *when = at(-1000);
	STACK_OF(X509) *none = sk_X509_new_null();
	OCSP_CERTID *id;
	uint8_t *p = mem;
	int n;

	CHECK(ASN1_INTEGER_set(number, r->serial) == 1);
	id = OCSP_cert_id_new(r->sha256 ? EVP_sha256() : EVP_sha1(), name,
	    X509_get0_pubkey_bitstr(own), number);
	CHECK(OCSP_basic_add1_status(b, id, r->status, r->reason,
	    r->status == V_OCSP_CERTSTATUS_REVOKED ? when : NULL, when, NULL) != NULL);
	if (r->responder != NULL)
		CHECK(OCSP_basic_add1_cert(b, r->responder) == 1);
	CHECK(OCSP_basic_sign(b, signer, key->pkey, EVP_sha256(), none, OCSP_NOCERTS) == 1);
	CHECK((n = i2d_OCSP_BASICRESP(b, &p)) > 0 && n < ROOM);
	OCSP_BASICRESP_free(b);
	OCSP_CERTID_free(id);
	ASN1_INTEGER_free(number);
	ASN1_TIME_free(when);
	sk_X509_free(none);
	X509_NAME_free(name);
	X509_free(signer);
	X509_free(own);
	return span_of(mem, (size_t)n);
}

#define REVOKED	.serial = 0xabcdef, .status = V_OCSP_CERTSTATUS_REVOKED, .reason = 1

static void
ocsp_refused(struct response r, const char *because)
{
	uint8_t mem[ROOM];
	struct err e = { 0 };

	if (ocsp_revokes(ocsp_make(&r, mem), &ca, serial, NOW, &e))
		fail_msg("taken, not refused for: %s", because);
	if (strstr(e.text, because) == NULL || strcmp(e.reason, "cert") != 0)
		fail_msg("\"%s\" is not about: %s", e.text, because);
}

TEST(a_response_of_the_ca_or_its_responder_revokes)
{
	struct soft_key *other = soft_key(1);
	X509 *responder = certificate_for(other, soft_key_other(1), "OCSPSigning", -1000, 1000);
	X509 *strict = certificate_for(other, soft_key_other(1), "critical,OCSPSigning", -1000, 1000);
	uint8_t mem[ROOM];
	struct err e = { 0 };

	ca_of(1);
	CHECK(ocsp_revokes(ocsp_make(&(struct response){ REVOKED }, mem), &ca, serial, NOW, &e));
	CHECK(ocsp_revokes(ocsp_make(&(struct response){ REVOKED, .sha256 = true }, mem), &ca, serial,
	    NOW, &e));
	CHECK(ocsp_revokes(ocsp_make(&(struct response){ REVOKED, .key = other,
	    .responder = responder }, mem), &ca, serial, NOW, &e));
	CHECK(ocsp_revokes(ocsp_make(&(struct response){ REVOKED, .key = other,
	    .responder = strict }, mem), &ca, serial, NOW, &e));
	X509_free(responder);
	X509_free(strict);
}

TEST(a_response_that_does_not_revoke_it_is_refused)
{
	struct soft_key *other = soft_key(1), *own = soft_key_other(1);
	X509 *no_use = certificate_for(other, own, NULL, -1000, 1000);
	X509 *wrong_use = certificate_for(other, own, "clientAuth", -1000, 1000);
	X509 *late = certificate_for(other, own, "OCSPSigning", -1000, -1);
	X509 *own_word = certificate_for(other, other, "OCSPSigning", -1000, 1000);

	ca_of(1);
	ocsp_refused((struct response){ .serial = 0xabcdef }, "not revoked");
	ocsp_refused((struct response){ .serial = 0xabcdef, .status = V_OCSP_CERTSTATUS_UNKNOWN },
	    "not revoked");
	ocsp_refused((struct response){ .serial = 0xabcdee, .status = V_OCSP_CERTSTATUS_REVOKED },
	    "other certificates");
	ocsp_refused((struct response){ REVOKED, .issuer = "Another CA" }, "other certificates");
	ocsp_refused((struct response){ .serial = 0xabcdef, .status = V_OCSP_CERTSTATUS_REVOKED,
	    .reason = 6 }, "held");
	ocsp_refused((struct response){ REVOKED, .key = other }, "signed neither");
	ocsp_refused((struct response){ REVOKED, .key = other, .responder = no_use }, "signed neither");
	ocsp_refused((struct response){ REVOKED, .key = other, .responder = wrong_use }, "signed neither");
	ocsp_refused((struct response){ REVOKED, .key = other, .responder = late }, "signed neither");
	ocsp_refused((struct response){ REVOKED, .key = other, .responder = own_word }, "signed neither");
	X509_free(no_use);
	X509_free(wrong_use);
	X509_free(late);
	X509_free(own_word);
}

static void
withstands(struct span der, uint8_t *mem, bool (*revokes)(struct span))
{
	CHECK(revokes(der));
	for (size_t cut = 0; cut < der.n; cut++)
		CHECK(!revokes(span_of(mem, cut)));
	for (size_t bit = 0; bit < 8 * der.n; bit++) {
		mem[bit / 8] ^= (uint8_t)(1 << bit % 8);
		CHECK(!revokes(der));
		mem[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	mem[der.n] = 0;
	CHECK(!revokes(span_of(mem, der.n + 1)));
}

static bool
by_crl(struct span der)
{
	struct err e = { 0 };

	return crl_revokes(der, &ca, serial, &e);
}

static bool
by_ocsp(struct span der)
{
	struct err e = { 0 };

	return ocsp_revokes(der, &ca, serial, NOW, &e);
}

TEST(no_flip_and_no_cut_of_a_proof_passes)
{
	uint8_t mem[ROOM];

	ca_of(1);
	withstands(crl_make(&(struct list){ LISTED }, mem), mem, by_crl);
	withstands(ocsp_make(&(struct response){ REVOKED }, mem), mem, by_ocsp);
	CHECK(!by_ocsp(crl_make(&(struct list){ LISTED }, mem)));
	CHECK(!by_crl(ocsp_make(&(struct response){ REVOKED }, mem)));
}

static int
start(void **state UNUSED)
{
	struct err e = { 0 };

	return crypto_start(&e) ? ca_of(1) : 1;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_list_of_the_ca_with_the_serial_in_it_revokes),
		cmocka_unit_test(a_list_that_does_not_revoke_it_is_refused),
		cmocka_unit_test(a_response_of_the_ca_or_its_responder_revokes),
		cmocka_unit_test(a_response_that_does_not_revoke_it_is_refused),
		cmocka_unit_test(no_flip_and_no_cut_of_a_proof_passes),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
