/* SPDX-License-Identifier: Apache-2.0 */
/* src/der/csr.c: certificate requests. */
#include "crypto/hash.h"
#include "der/csr.h"
#include "der/name.h"
#include "soft_key.h"

static const uint16_t all[] = { ALG_ECDSA_P256_SHA256, ALG_ECDSA_P384_SHA384,
	ALG_RSA3072_PKCS1_SHA256, ALG_RSA3072_PSS_SHA256 };

/* The request of `named`, signed by `signer`. */
static struct span
request_of(uint8_t version, struct soft_key *named, struct soft_key *signer, uint8_t mem[CSR_MAX])
{
	uint8_t info[CSR_MAX], name[NAME_MAX_DER], raw[SIGNATURE_MAX], digest[DIGEST_MAX];
	struct writer wi = writer_over(info, sizeof(info)), wn = writer_over(name, sizeof(name)),
	    w = writer_over(mem, CSR_MAX);

	CHECK(name_from_text("CN=Alice Example,C=SE", &wn, NULL));
	csr_info_write(&wi, writer_span(&wn), named->spki);
	CHECK(writer_ok(&wi));
	((uint8_t *)memmem(info, wi.n, "\2\1\0\x30", 4))[2] = version;
	CHECK(soft_key_sign(signer, alg_digest(signer->alg, writer_span(&wi), digest), raw, NULL));
	CHECK(csr_write(&w, writer_span(&wi), signer->alg,
	    span_of(raw, signer->alg->signature_len), NULL));
	return writer_span(&w);
}

static struct span
request(struct soft_key *named, struct soft_key *signer, uint8_t mem[CSR_MAX])
{
	return request_of(0, named, signer, mem);
}

TEST(a_request_of_another_version_is_refused)
{
	struct soft_key *key = soft_key(ALG_ECDSA_P256_SHA256);
	uint8_t mem[CSR_MAX];
	struct csr csr;

	CHECK(!csr_open(request_of(1, key, key, mem), &csr, NULL));
}

TEST(libcrypto_verifies_our_requests_and_so_do_we)
{
	for (size_t i = 0; i < COUNT(all); i++) {
		struct soft_key *key = soft_key(all[i]);
		uint8_t mem[CSR_MAX];
		struct span der = request(key, key, mem);
		const unsigned char *p = der.p;
		X509_REQ *req = d2i_X509_REQ(NULL, &p, (long)der.n);
		struct csr csr;

		CHECK(req != NULL && p == der.p + der.n && X509_REQ_verify(req, key->pkey) == 1);
		CHECK(csr_open(der, &csr, NULL) && csr.alg == key->alg && span_equal(csr.spki, key->spki));
		CHECK(name_check(csr.subject, NULL));
		X509_REQ_free(req);
	}
}

TEST(a_request_signed_by_another_key_is_refused)
{
	struct soft_key *key = soft_key(ALG_ECDSA_P256_SHA256);
	uint8_t mem[CSR_MAX];
	struct err e = { 0 };
	struct csr csr;

	CHECK(!csr_open(request(key, soft_key_other(ALG_ECDSA_P256_SHA256), mem), &csr, &e));
	CHECK(e.code == ERR_DENIED);
	err_clear(&e);
	CHECK(!csr_open(request(key, soft_key(ALG_ECDSA_P384_SHA384), mem), &csr, &e));
	CHECK(e.code == ERR_FORMAT);
}

TEST(no_flip_and_no_cut_of_a_request_passes)
{
	struct soft_key *key = soft_key(ALG_ECDSA_P256_SHA256);
	uint8_t mem[CSR_MAX];
	struct span der = request(key, key, mem);
	struct csr csr;

	for (size_t cut = 0; cut < der.n; cut++)
		CHECK(!csr_open(span_of(mem, cut), &csr, NULL));
	for (size_t bit = 0; bit < der.n * 8; bit++) {
		mem[bit / 8] ^= (uint8_t)(1 << bit % 8);
		CHECK(!csr_open(der, &csr, NULL));
		mem[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	mem[der.n] = 0;
	CHECK(!csr_open(span_of(mem, der.n + 1), &csr, NULL));
	CHECK(csr_open(der, &csr, NULL));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(libcrypto_verifies_our_requests_and_so_do_we),
		cmocka_unit_test(a_request_of_another_version_is_refused),
		cmocka_unit_test(a_request_signed_by_another_key_is_refused),
		cmocka_unit_test(no_flip_and_no_cut_of_a_request_passes),
	};

	return crypto_start(NULL) ? RUN(tests) : 1;
}
