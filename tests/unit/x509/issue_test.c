/* SPDX-License-Identifier: Apache-2.0 */
/* src/x509/issue.c and pem.c: certificates and chains, with the openssl command as the oracle. */
#include "crypto/hash.h"
#include "der/name.h"
#include "pki.h"
#include "x509/crl.h"

static const uint16_t all[] = { ALG_ECDSA_P256_SHA256, ALG_ECDSA_P384_SHA384,
	ALG_RSA3072_PKCS1_SHA256, ALG_RSA3072_PSS_SHA256 };

TEST(openssl_accepts_our_chain_in_strict_mode)
{
	for (size_t i = 0; i < COUNT(all); i++) {
		struct pki *p = pki_new(all[i]);
		struct scratch s;

		scratch_open(&s);
		scratch_pem(&s, "root.pem", p->root.der);
		scratch_pem(&s, "ca.pem", p->ca.der);
		scratch_pem(&s, "signer.pem", p->signer.der);
		CHECK(scratch_openssl(&s, "verify -x509_strict -check_ss_sig -CAfile root.pem -untrusted ca.pem "
		    "signer.pem") == 0);
		CHECK(scratch_openssl(&s, "verify -x509_strict -CAfile root.pem signer.pem") != 0);
		CHECK(scratch_openssl(&s, "x509 -in signer.pem -noout -ext keyUsage") == 0);
		scratch_close(&s);
		free(p);
	}
}

TEST(each_algorithm_can_sign_certificates)
{
	for (size_t i = 0; i < COUNT(all); i++) {
		struct soft_key *key = soft_key_other(all[i]);
		uint8_t name_mem[NAME_MAX_DER], mem[CERTIFICATE_MAX];
		struct writer name = writer_over(name_mem, sizeof(name_mem)), w = writer_over(mem, sizeof(mem));
		struct signing signing = { key->alg, soft_key_sign, key };
		struct issue issue = { .kind = ISSUE_ROOT, .spki = key->spki, .issuer_spki = key->spki,
			.not_before = 1000, .not_after = 4102444800000 };
		struct scratch s;

		CHECK(name_from_text("CN=Root,C=SE", &name, NULL));
		issue.subject = issue.issuer = writer_span(&name);
		CHECK(issue_certificate(&w, &issue, &signing, NULL));
		scratch_open(&s);
		scratch_pem(&s, "root.pem", writer_span(&w));
		CHECK(scratch_openssl(&s, "verify -x509_strict -check_ss_sig -CAfile root.pem root.pem") == 0);
		scratch_close(&s);
	}
}

TEST(the_sam_takes_what_we_issue)
{
	struct pki *p = pki_new(ALG_ECDSA_P256_SHA256);
	uint8_t subject[NAME_MAX_DER], issuer[NAME_MAX_DER];
	struct writer ws = writer_over(subject, sizeof(subject)), wi = writer_over(issuer, sizeof(issuer));
	struct issuing_ca anchor = { .alg = p->ca_key->alg, .spki = p->ca_key->spki };
	struct certificate c;

	CHECK(name_from_text("CN=Alice Example,C=SE", &ws, NULL));
	CHECK(name_from_text("CN=Issuing,C=SE", &wi, NULL));
	anchor.issuer = writer_span(&wi);
	CHECK(certificate_open(p->signer.der, &anchor, &c, NULL));
	CHECK(certificate_fits(&c, p->signer_key->spki, writer_span(&ws), NULL, p->now, 90, NULL));
	CHECK(c.key_usage == USAGE_NON_REPUDIATION && c.serial.n == 16);
	CHECK(c.seen == (EXT_KEY_USAGE | EXT_BASIC_CONSTRAINTS | EXT_POLICIES | EXT_SUBJECT_KEY_ID |
	    EXT_AUTHORITY_KEY_ID));
	CHECK(certificate_open(p->ca.der, &(struct issuing_ca){ p->root_key->alg, p->root_key->spki,
	    c.issuer }, &c, NULL) == false);
	free(p);
}

static bool
sign_badly(void *self, struct span digest, uint8_t *raw, struct err *e)
{
	return soft_key_sign(self, digest, raw, e) && (raw[5] ^= 1, true);
}

static bool
sign_never(void *self UNUSED, struct span digest UNUSED, uint8_t *raw UNUSED, struct err *e)
{
	return err_set(e, ERR_BUSY, "no");
}

TEST(a_signature_that_does_not_verify_makes_no_certificate)
{
	struct soft_key *key = soft_key(ALG_ECDSA_P256_SHA256);
	uint8_t name_mem[NAME_MAX_DER], mem[CERTIFICATE_MAX];
	struct writer name = writer_over(name_mem, sizeof(name_mem)), w = writer_over(mem, sizeof(mem));
	struct signing bad = { key->alg, sign_badly, key }, never = { key->alg, sign_never, key },
	    good = { key->alg, soft_key_sign, key };
	struct issue issue = { .kind = ISSUE_ROOT, .spki = key->spki, .issuer_spki = key->spki,
		.not_before = 1000, .not_after = 2000 };
	struct err e = { 0 };

	CHECK(name_from_text("CN=Root", &name, NULL));
	issue.subject = issue.issuer = writer_span(&name);
	CHECK(!issue_certificate(&w, &issue, &bad, &e) && e.code == ERR_BACKEND && w.n == 0);
	err_clear(&e);
	CHECK(!issue_certificate(&w, &issue, &never, &e) && e.code == ERR_BUSY);
	issue.not_after = 1999;		/* the same second */
	CHECK(!issue_certificate(&w, &issue, &good, NULL));
	issue.not_after = 2000;
	issue.policy = "1.2.x";
	CHECK(!issue_certificate(&w, &issue, &good, NULL));
	issue.policy = NULL;
	issue.spki = span_of(key->spki.p, 90);
	CHECK(!issue_certificate(&w, &issue, &good, NULL));
	issue.spki = key->spki;
	issue.subject = span_str("CN=Root");
	CHECK(!issue_certificate(&w, &issue, &good, NULL) && w.n == 0);
	issue.subject = issue.issuer;
	CHECK(issue_certificate(&w, &issue, &good, NULL));
}

TEST(serial_numbers_differ)
{
	struct pki *p = pki_new(ALG_ECDSA_P256_SHA256);
	struct certificate_text a, b;

	CHECK(certificate_to_text(p->signer.der, &a, NULL) && certificate_to_text(p->ca.der, &b, NULL));
	CHECK(strlen(a.serial) == 32 && strlen(b.serial) == 32 && strcmp(a.serial, b.serial) != 0);
	assert_string_equal(a.subject, "CN=Alice Example,C=SE");
	assert_string_equal(a.issuer, b.subject);
	CHECK(strlen(a.not_before) == 15 && a.not_before[14] == 'Z');
	free(p);
}

TEST(a_certificate_says_where_its_status_is_and_what_it_is_for)
{
	struct pki *p = pki_new(ALG_ECDSA_P256_SHA256);
	uint8_t name_mem[NAME_MAX_DER], mem[CERTIFICATE_MAX];
	struct writer name = writer_over(name_mem, sizeof(name_mem)), w = writer_over(mem, sizeof(mem));
	struct signing signing = { p->ca_key->alg, soft_key_sign, p->ca_key };
	struct issue issue = { .kind = ISSUE_SIGNER, .spki = p->signer_key->spki,
		.issuer_spki = p->ca_key->spki, .not_before = p->now, .not_after = p->now + DAY_MS,
		.policy = "1.2.3.4", .notice = "Trial", .crl = "http://crl.example/", .short_term = true,
		.ocsp = "http://ocsp.example/", .qc = QC_COMPLIANCE | QC_SSCD | QC_ESIGN | QC_ESEAL };
	static const char *const said[] = { "URI:http://crl.example/", "OCSP - URI:http://ocsp.example/",
		"Explicit Text: Trial", "0.4.0.194121.2.1", "qcStatements" };
	struct certificate_cut cut;
	struct certificate c;
	struct scratch s;
	char line[128];

	CHECK(name_from_text("CN=Issuing,C=SE", &name, NULL));
	issue.subject = issue.issuer = writer_span(&name);
	CHECK(issue_certificate(&w, &issue, &signing, NULL));
	CHECK(certificate_cut(writer_span(&w), &cut, NULL) && certificate_read(&cut, &c, NULL));
	CHECK((c.seen & (EXT_CRL_POINTS | EXT_AUTHORITY_INFO | EXT_QC_STATEMENTS)) ==
	    (EXT_CRL_POINTS | EXT_AUTHORITY_INFO | EXT_QC_STATEMENTS));
	scratch_open(&s);
	scratch_pem(&s, "c.pem", writer_span(&w));
	for (size_t i = 0; i < COUNT(said); i++) {
		snprintf(line, sizeof(line), "x509 -in c.pem -noout -text | grep -q '%s'", said[i]);
		CHECK(scratch_openssl(&s, line) == 0);
	}
	/* id-etsi-qcs-QcType with both types in one statement */
	CHECK(memmem(mem, w.n, "\x30\x1c\x06\x06\x04\x00\x8e\x46\x01\x06\x30\x12", 12) != NULL);
	scratch_close(&s);
	free(p);
}

static int
crl_text(struct pki *p, struct crl *crl, const char *grep)
{
	AUTO_WRITER w = writer_grow(65536);
	AUTO_WRITER pem = writer_grow(65536);
	struct signing signing = { p->ca_key->alg, soft_key_sign, p->ca_key };
	struct scratch s;
	char line[128];
	int status;

	CHECK(crl_write(&w, crl, &signing, NULL));
	pem_write(&pem, "X509 CRL", writer_span(&w));
	scratch_open(&s);
	scratch_pem(&s, "ca.pem", p->ca.der);
	scratch_write(&s, "crl.pem", writer_span(&pem));
	CHECK(scratch_openssl(&s, "crl -in crl.pem -noout -verify -CAfile ca.pem 2>&1 | grep -q OK") == 0);
	snprintf(line, sizeof(line), "crl -in crl.pem -noout -text | grep -qi '%s'", grep);
	status = scratch_openssl(&s, line);
	scratch_close(&s);
	return status;
}

TEST(openssl_reads_our_revocation_lists)
{
	static const struct revoked revoked[] = { { { (const uint8_t *)"\x41\x42", 2 }, 1790000000000, 0 },
		{ { (const uint8_t *)"\xc1\x42", 2 }, 1790000000000, 4 } };
	struct pki *p = pki_new(ALG_ECDSA_P256_SHA256);
	uint8_t mem[NAME_MAX_DER];
	struct writer name = writer_over(mem, sizeof(mem)), small = writer_over(mem, 8);
	struct signing signing = { p->ca_key->alg, soft_key_sign, p->ca_key };
	struct signing other = { p->ca_key->alg, soft_key_sign, soft_key_other(p->ca_key->alg->number) };
	struct crl crl = { .issuer_spki = p->ca_key->spki, .this_update = p->now,
		.next_update = p->now + DAY_MS, .number = p->now };

	CHECK(name_from_text("CN=Issuing,C=SE", &name, NULL));
	crl.issuer = writer_span(&name);
	CHECK(crl_text(p, &crl, "No Revoked Certificates") == 0);
	crl.revoked = revoked;
	crl.n = 2;
	CHECK(crl_text(p, &crl, "Serial Number: 4142") == 0);
	CHECK(crl_text(p, &crl, "Serial Number: C142") == 0);
	CHECK(crl_text(p, &crl, "Superseded") == 0);
	CHECK(crl_text(p, &crl, "X509v3 CRL Number") == 0);
	CHECK(crl_text(p, &crl, "Serial Number: 4143") != 0);
	if (other.self != p->ca_key)
		CHECK(!crl_write(&small, &crl, &other, NULL));
	CHECK(!crl_write(&small, &crl, &signing, NULL));
	free(p);
}

TEST(a_chain_goes_through_pem_and_back)
{
	struct pki *p = pki_new(ALG_ECDSA_P256_SHA256);
	AUTO_WRITER w = writer_grow(65536);
	AUTO(chain) *chain = NULL;

	wr_span(&w, span_str("subject=CN = Alice\n"));
	pem_write(&w, PEM_CERTIFICATE, p->signer.der);
	pem_write(&w, PEM_CERTIFICATE, p->ca.der);
	pem_write(&w, PEM_PUBLIC_KEY, p->ca_key->spki);
	chain = chain_read(writer_span(&w), NULL);
	CHECK(chain != NULL && chain_count(chain) == 2);
	CHECK(span_equal(chain_at(chain, 0), p->signer.der) && span_equal(chain_at(chain, 1), p->ca.der));
	free(p);
}

static bool
chain_reads(struct span file, struct err *e)
{
	AUTO(chain) *chain = chain_read(file, e);

	return chain != NULL;
}

TEST(files_that_are_no_chain_are_refused)
{
	struct pki *p = pki_new(ALG_ECDSA_P256_SHA256);
	AUTO_WRITER nine = writer_grow(65536);
	AUTO_WRITER key = writer_grow(4096);
	AUTO_WRITER der = writer_grow(4096);
	struct err e = { 0 };

	for (int i = 0; i < 9; i++)
		pem_write(&nine, PEM_CERTIFICATE, p->ca.der);
	pem_write(&key, PEM_PUBLIC_KEY, p->ca_key->spki);
	CHECK(chain_reads(p->ca.der, NULL));
	CHECK(!chain_reads(writer_span(&nine), &e) && strstr(e.text, "more than") != NULL);
	err_clear(&e);
	CHECK(!chain_reads(writer_span(&key), &e) && strstr(e.text, "no PEM block") != NULL);
	CHECK(!chain_reads(span_of("", 0), NULL) && !chain_reads(span_str("hello"), NULL));
	CHECK(!chain_reads(span_of(p->ca.der.p, p->ca.der.n - 1), NULL));
	CHECK(!pem_or_der_read(writer_span(&key), PEM_REQUEST, &der, NULL));
	CHECK(pem_or_der_read(writer_span(&key), PEM_PUBLIC_KEY, &der, NULL));
	CHECK(span_equal(writer_span(&der), p->ca_key->spki));
	free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(openssl_accepts_our_chain_in_strict_mode),
		cmocka_unit_test(each_algorithm_can_sign_certificates),
		cmocka_unit_test(the_sam_takes_what_we_issue),
		cmocka_unit_test(a_signature_that_does_not_verify_makes_no_certificate),
		cmocka_unit_test(serial_numbers_differ),
		cmocka_unit_test(a_certificate_says_where_its_status_is_and_what_it_is_for),
		cmocka_unit_test(openssl_reads_our_revocation_lists),
		cmocka_unit_test(a_chain_goes_through_pem_and_back),
		cmocka_unit_test(files_that_are_no_chain_are_refused),
	};

	return crypto_start(NULL) ? RUN(tests) : 1;
}
