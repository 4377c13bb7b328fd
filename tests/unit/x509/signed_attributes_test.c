/* SPDX-License-Identifier: Apache-2.0 */
/* src/der/signed_attributes.c: files around them are what the openssl command calls CAdES. */
#include "crypto/hash.h"
#include "der/signed_attributes.h"
#include "pki.h"

#define DOCUMENT	"The parties agree.\r\nSigned in Stockholm.\n"

static const uint16_t all[] = { ALG_ECDSA_P256_SHA256, ALG_ECDSA_P384_SHA384,
	ALG_RSA3072_PKCS1_SHA256, ALG_RSA3072_PSS_SHA256 };

struct made {
	uint8_t		 mem[SIGNED_ATTRIBUTES_MAX], cert[HASH_LEN], document[DIGEST_MAX];
	struct span	 der;
};

static struct signed_attributes
make(struct pki *p, uint8_t kind, uint16_t attrs, struct made *out)
{
	struct writer w = writer_over(out->mem, sizeof(out->mem));
	struct signed_attributes m = { .kind = kind, .attrs = attrs, .alg = p->signer_key->alg,
		.cert = out->cert, .signing_ms = p->now + 999 };

	sha256(p->signer.der, out->cert);
	m.digest = alg_digest(m.alg, span_str(DOCUMENT), out->document);
	signed_attributes_write(&w, &m);
	CHECK(writer_ok(&w));
	out->der = writer_span(&w);
	return m;
}

static int
openssl_verify(struct pki *p, struct span file, const char *more)
{
	char args[256];
	struct scratch s;
	int status;

	scratch_open(&s);
	scratch_pem(&s, "root.pem", p->root.der);
	scratch_write(&s, "document", span_str(DOCUMENT));
	scratch_write(&s, "signature.p7s", file);
	snprintf(args, sizeof(args), "cms -verify -binary -inform DER -in signature.p7s -content "
	    "document -CAfile root.pem -out content %s", more);
	status = scratch_openssl(&s, args);
	scratch_close(&s);
	return status;
}

/* The file around these attributes, signed as the module would sign their digest. */
static struct span
assemble(struct pki *p, const struct signed_attributes *m, struct span attributes,
    uint8_t mem[CADES_FILE_MAX])
{
	uint8_t dtbsr[DIGEST_MAX], raw[SIGNATURE_MAX];
	struct writer w = writer_over(mem, CADES_FILE_MAX);
	struct span chain[] = { p->ca.der };
	struct cades c = { .alg = m->alg, .document_digest = m->digest, .signer = p->signer.der,
		.chain = chain, .chain_n = 1, .signing_time = p->now };
	struct err e = { 0 };

	signed_attributes_digest(m, dtbsr);
	CHECK(soft_key_sign(p->signer_key, span_of(dtbsr, m->alg->digest_len), raw, NULL));
	CHECK(cades_assemble(&c, attributes, span_of(raw, m->alg->signature_len), &w, &e));
	return writer_span(&w);
}

TEST(openssl_verifies_each_kind_algorithm_and_commitment)
{
	static uint8_t mem[CADES_FILE_MAX];

	for (size_t i = 0; i < COUNT(all); i++) {
		struct pki *p = pki_new(all[i]);

		for (uint8_t kind = ATTRIBUTES_CADES; kind <= ATTRIBUTES_PADES; kind++)
			for (uint16_t attrs = 0; attrs <= COMMITMENT_ORIGIN; attrs++) {
				struct made made;
				struct signed_attributes m = make(p, kind, attrs, &made);

				CHECK(openssl_verify(p, assemble(p, &m, made.der, mem), "-cades") == 0);
			}
		free(p);
	}
}

TEST(openssl_misses_another_certificates_hash)
{
	struct pki *p = pki_new(ALG_ECDSA_P256_SHA256);
	static uint8_t mem[CADES_FILE_MAX];
	struct made made;
	struct signed_attributes m = make(p, ATTRIBUTES_CADES, 0, &made);
	struct writer w = writer_over(made.mem, sizeof(made.mem));

	made.cert[0] ^= 1;
	signed_attributes_write(&w, &m);
	CHECK(openssl_verify(p, assemble(p, &m, writer_span(&w), mem), "-cades") != 0);
	free(p);
}

TEST(they_are_those_that_propria_writes_into_files)
{
	struct pki *p = pki_new(ALG_RSA3072_PSS_SHA256);
	uint8_t mem[CADES_ATTRIBUTES_MAX], dtbsr[DIGEST_MAX], ours[DIGEST_MAX];
	struct writer w = writer_over(mem, sizeof(mem));
	struct made made;
	struct signed_attributes m = make(p, ATTRIBUTES_CADES, 0, &made);
	struct cades c = { .alg = m.alg, .document_digest = m.digest, .signer = p->signer.der,
		.signing_time = p->now };
	struct err e = { 0 };

	CHECK(cades_attributes(&c, &w, dtbsr, &e) && span_equal(writer_span(&w), made.der));
	signed_attributes_digest(&m, ours);
	CHECK(memcmp(ours, dtbsr, m.alg->digest_len) == 0);
	free(p);
}

TEST(nothing_is_written_that_is_not_of_the_closed_set)
{
	static const struct { uint8_t kind; uint16_t attrs; bool good; } rows[] = {
		{ 2, 0, true }, { 2, 1, true }, { 2, 2, true }, { 3, 1, true },
		{ 2, 3, false }, { 2, 4, false }, { 3, 3, false }, { 2, 0x8000, false },
		{ 1, 0, false }, { 0, 0, false }, { 4, 0, false },
	};
	struct pki *p = pki_new(ALG_ECDSA_P384_SHA384);
	struct made made;

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct signed_attributes m = make(p, ATTRIBUTES_CADES, 0, &made);
		struct writer w = writer_over(made.mem, sizeof(made.mem));

		m.kind = rows[i].kind;
		m.attrs = rows[i].attrs;
		signed_attributes_write(&w, &m);
		CHECK(writer_ok(&w) == rows[i].good);
		CHECK(signed_attributes_are_offered(m.kind, m.attrs) == rows[i].good);
	}
	for (int i = 0; i < 2; i++) {
		struct signed_attributes m = make(p, ATTRIBUTES_CADES, 0, &made);
		struct writer w = writer_over(made.mem, sizeof(made.mem));

		m.digest.n -= i == 0;
		m.signing_ms = i == 0 ? p->now : 253402300800000;
		signed_attributes_write(&w, &m);
		CHECK(!writer_ok(&w));
	}
	free(p);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(openssl_verifies_each_kind_algorithm_and_commitment),
		cmocka_unit_test(openssl_misses_another_certificates_hash),
		cmocka_unit_test(they_are_those_that_propria_writes_into_files),
		cmocka_unit_test(nothing_is_written_that_is_not_of_the_closed_set),
	};

	return crypto_start(NULL) ? RUN(tests) : 1;
}
