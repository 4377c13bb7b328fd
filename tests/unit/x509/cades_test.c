/* SPDX-License-Identifier: Apache-2.0 */
/* src/x509/cades*.c: files made, verified by the openssl command and by us, and tampered with. */
#include <openssl/cms.h>

#include "crypto/hash.h"
#include "der/name.h"
#include "pki.h"
#include "x509/cades_verify.h"

#define DOCUMENT	"The parties agree.\r\nSigned in Stockholm.\n"

static const uint16_t all[] = { ALG_ECDSA_P256_SHA256, ALG_ECDSA_P384_SHA384,
	ALG_RSA3072_PKCS1_SHA256, ALG_RSA3072_PSS_SHA256 };

static enum signed_attributes_kind kind = ATTRIBUTES_CADES;	/* of what make_with makes */
static uint16_t attrs;

struct file {
	uint8_t		mem[CADES_FILE_MAX], dtbsr[DIGEST_MAX];
	struct span	der;
};

/* Signs DOCUMENT with this certificate; `change` alters the attributes before they are signed. */
static void
make_with(struct pki *p, const struct test_certificate *signer, uint64_t time,
    void (*change)(struct writer *), struct file *out)
{
	const struct alg *alg = p->signer_key->alg;
	uint8_t digest[DIGEST_MAX], raw[SIGNATURE_MAX], mem[CADES_ATTRIBUTES_MAX + 100];
	struct writer attributes = writer_over(mem, sizeof(mem));
	struct writer w = writer_over(out->mem, CADES_FILE_MAX);
	struct span chain[] = { p->ca.der, p->signer.der };
	struct cades c = { .kind = kind, .attrs = attrs, .alg = alg, .signer = signer->der,
		.chain = chain, .chain_n = 2, .signing_time = time };
	struct err e = { 0 };

	c.document_digest = alg_digest(alg, span_str(DOCUMENT), digest);
	CHECK(cades_attributes(&c, &attributes, out->dtbsr, &e));
	if (change != NULL) {
		change(&attributes);
		alg_digest(alg, writer_span(&attributes), out->dtbsr);
	}
	CHECK(soft_key_sign(p->signer_key, span_of(out->dtbsr, alg->digest_len), raw, NULL));
	if (!cades_assemble(&c, writer_span(&attributes), span_of(raw, alg->signature_len), &w, &e))
		print_error("got: %s\n", e.text);
	CHECK(e.code == ERR_NONE);
	out->der = writer_span(&w);
}

static void
make(struct pki *p, struct file *out)
{
	make_with(p, &p->signer, p->now, NULL, out);
}

static bool
verifies(struct span file, const char *document, struct span anchor, uint64_t at, struct err *e)
{
	AUTO(chain) *anchors = pki_anchors(anchor);
	struct cades_result r;

	return cades_verify(file, span_str(document), anchors, at, &r, e);
}

static void
refused(struct span file, const char *document, struct span anchor, uint64_t at,
    const char *because)
{
	struct err e = { 0 };

	CHECK(!verifies(file, document, anchor, at, &e));
	if (strstr(e.text, because) == NULL)
		print_error("got: %s\n", e.text);
	CHECK(strstr(e.text, because) != NULL);
}

static int
openssl_verify(struct pki *p, struct span file, const char *document, const char *more)
{
	char args[256];
	struct scratch s;
	int status;

	scratch_open(&s);
	scratch_pem(&s, "root.pem", p->root.der);
	scratch_write(&s, "document", span_str(document));
	scratch_write(&s, "signature.p7s", file);
	snprintf(args, sizeof(args), "cms -verify -binary -inform DER -in signature.p7s -content document "
	    "-CAfile root.pem -out content %s", more);
	status = scratch_openssl(&s, args);
	scratch_close(&s);
	return status;
}

TEST(openssl_verifies_each_algorithm)
{
	static struct file f;

	for (size_t i = 0; i < COUNT(all); i++) {
		struct pki *p = pki_new(all[i]);

		make(p, &f);
		CHECK(openssl_verify(p, f.der, DOCUMENT, "") == 0);
		CHECK(openssl_verify(p, f.der, DOCUMENT, "-cades") == 0);
		CHECK(openssl_verify(p, f.der, DOCUMENT " ", "") != 0);
		free(p);
	}
}

TEST(we_verify_each_algorithm_and_say_who_signed)
{
	static struct file f;

	for (size_t i = 0; i < COUNT(all); i++) {
		struct pki *p = pki_new(all[i]);
		AUTO(chain) *anchors = pki_anchors(p->root.der);
		struct cades_result r;

		make(p, &f);
		CHECK(cades_verify(f.der, span_str(DOCUMENT), anchors, p->now, &r, NULL));
		CHECK(r.alg == p->signer_key->alg && r.signing_time == p->now && r.closed);
		CHECK(span_equal(r.signer, p->signer.der));
		CHECK(memcmp(r.dtbsr, f.dtbsr, r.alg->digest_len) == 0);
		assert_string_equal(r.subject, "CN=Alice Example,C=SE");
		free(p);
	}
}

TEST(the_issuing_ca_alone_is_anchor_enough)
{
	struct pki *p = pki_new(ALG_ECDSA_P256_SHA256);
	static struct file f;

	make(p, &f);
	CHECK(verifies(f.der, DOCUMENT, p->ca.der, p->now, NULL));
	CHECK(verifies(f.der, DOCUMENT, p->root.der, CADES_AT_SIGNING_TIME, NULL));
	free(p);
}

TEST(a_changed_document_is_named_as_that)
{
	struct pki *p = pki_new(ALG_ECDSA_P256_SHA256);
	static struct file f;

	make(p, &f);
	refused(f.der, DOCUMENT " ", p->root.der, p->now, "the document was changed after signing");
	refused(f.der, "", p->root.der, p->now, "the document was changed after signing");
	free(p);
}

TEST(a_foreign_chain_is_refused)
{
	struct pki *p = pki_new(ALG_ECDSA_P256_SHA256);
	struct soft_key *other = soft_key_other(ALG_ECDSA_P384_SHA384);
	struct signing signing = { other->alg, soft_key_sign, other };
	uint8_t name_mem[NAME_MAX_DER], mem[CERTIFICATE_MAX];
	struct writer name = writer_over(name_mem, sizeof(name_mem)), w = writer_over(mem, sizeof(mem));
	struct issue issue = { .kind = ISSUE_ROOT, .spki = other->spki, .issuer_spki = other->spki,
		.not_before = p->now - DAY_MS, .not_after = p->now + DAY_MS };
	static struct file f;

	make(p, &f);
	CHECK(name_from_text("CN=Other Root", &name, NULL));
	issue.subject = issue.issuer = writer_span(&name);
	CHECK(issue_certificate(&w, &issue, &signing, NULL));
	refused(f.der, DOCUMENT, writer_span(&w), p->now, "not issued by any of the given CAs");

	/* an impostor: the root's name over another key */
	writer_reset(&name);
	writer_reset(&w);
	CHECK(name_from_text("CN=Root,C=SE", &name, NULL));
	issue.subject = issue.issuer = writer_span(&name);
	CHECK(issue_certificate(&w, &issue, &signing, NULL));
	refused(f.der, DOCUMENT, writer_span(&w), p->now, "");
	free(p);
}

TEST(an_expired_or_early_certificate_is_refused)
{
	struct pki *p = pki_new(ALG_ECDSA_P256_SHA256);
	struct test_certificate old;
	static struct file f;

	make(p, &f);
	refused(f.der, DOCUMENT, p->root.der, p->now + 90 * DAY_MS, "had expired");
	refused(f.der, DOCUMENT, p->root.der, p->now - 2 * DAY_MS, "not valid yet");
	pki_issue(p, p->signer_key, "CN=Alice Example,C=SE", p->now - DAY_MS, p->now - 1000, &old);
	make_with(p, &old, p->now, NULL, &f);
	refused(f.der, DOCUMENT, p->root.der, p->now, "had expired");
	refused(f.der, DOCUMENT, p->root.der, CADES_AT_SIGNING_TIME, "had expired");
	CHECK(verifies(f.der, DOCUMENT, p->root.der, p->now - 3600000, NULL));
	free(p);
}

/* Two certificates of one key and one name: the signature says which one it is. */
TEST(a_swapped_certificate_is_refused)
{
	struct pki *p = pki_new(ALG_ECDSA_P256_SHA256);
	struct test_certificate twin;
	static struct file f, swapped;
	struct cades c = { .kind = ATTRIBUTES_CADES, .alg = p->signer_key->alg };
	uint8_t raw[SIGNATURE_MAX], digest[DIGEST_MAX], mem[CADES_ATTRIBUTES_MAX];
	struct writer attributes = writer_over(mem, sizeof(mem)), w;
	struct span chain[2];

	pki_issue(p, p->signer_key, "CN=Alice Example,C=SE", p->now - DAY_MS, p->now + DAY_MS, &twin);
	make(p, &f);
	c.signer = p->signer.der;
	c.signing_time = p->now;
	c.document_digest = alg_digest(c.alg, span_str(DOCUMENT), digest);
	CHECK(cades_attributes(&c, &attributes, f.dtbsr, NULL));
	CHECK(soft_key_sign(p->signer_key, span_of(f.dtbsr, 32), raw, NULL));
	c.signer = twin.der;
	chain[0] = p->ca.der;
	c.chain = chain;
	c.chain_n = 1;
	w = writer_over(swapped.mem, CADES_FILE_MAX);
	CHECK(cades_assemble(&c, writer_span(&attributes), span_of(raw, 64), &w, NULL));
	refused(writer_span(&w), DOCUMENT, p->root.der, p->now, "swapped");
	chain[1] = p->signer.der;
	c.chain_n = 2;
	w = writer_over(swapped.mem, CADES_FILE_MAX);
	CHECK(cades_assemble(&c, writer_span(&attributes), span_of(raw, 64), &w, NULL));
	refused(writer_span(&w), DOCUMENT, p->root.der, p->now, "another");
	free(p);
}

TEST(a_signature_for_a_pdf_claims_no_time_and_a_commitment_is_of_the_closed_set)
{
	struct pki *p = pki_new(ALG_ECDSA_P256_SHA256);
	AUTO(chain) *anchors = pki_anchors(p->root.der);
	struct cades_result r;
	static struct file f;

	kind = ATTRIBUTES_PADES;
	attrs = COMMITMENT_APPROVAL;
	make(p, &f);
	kind = ATTRIBUTES_CADES;
	CHECK(cades_verify(f.der, span_str(DOCUMENT), anchors, p->now, &r, NULL));
	CHECK(r.closed && r.signing_time == 0);
	refused(f.der, DOCUMENT, p->root.der, CADES_AT_SIGNING_TIME, "no signing time");
	make(p, &f);
	attrs = 0;
	CHECK(cades_verify(f.der, span_str(DOCUMENT), anchors, p->now, &r, NULL));
	CHECK(r.closed && r.signing_time == p->now / 1000 * 1000);
	free(p);
}

TEST(a_ca_does_not_sign_documents)
{
	struct pki *p = pki_new(ALG_ECDSA_P256_SHA256);
	static struct file f;

	p->signer_key = p->ca_key;
	make_with(p, &p->ca, p->now, NULL, &f);
	refused(f.der, DOCUMENT, p->root.der, p->now, "not meant for signing");
	free(p);
}

/* Rewrites the attribute set with one more element, in its place. */
static void
add_attribute(struct writer *w)
{
	static const uint8_t mime[] = { 0x30, 0x0b, 0x06, 0x03, 0x2a, 0x03, 0x04, 0x31, 0x04, 0x04,
		0x02, 'h', 'i' };
	uint8_t copy[CADES_ATTRIBUTES_MAX];
	struct span e[5] = { span_of(mime, sizeof(mime)) };
	struct reader r = reader_over(span_of(memcpy(copy, w->p, w->n), w->n)), in;
	size_t n = 1;

	CHECK(der_enter(&r, DER_SET, &in));
	while (!rd_end(&in))
		CHECK(n < 5 && der_whole(&in, DER_SEQUENCE, &e[n++]));
	writer_reset(w);
	der_put_set_of(w, DER_SET, e, n);
	CHECK(writer_ok(w));
}

static void
repeat_attribute(struct writer *w)
{
	uint8_t copy[CADES_ATTRIBUTES_MAX];
	struct span e[5];
	struct reader r = reader_over(span_of(memcpy(copy, w->p, w->n), w->n)), in;
	size_t n = 0;

	CHECK(der_enter(&r, DER_SET, &in));
	while (!rd_end(&in))
		CHECK(der_whole(&in, DER_SEQUENCE, &e[n++]));
	e[n++] = e[0];
	writer_reset(w);
	der_put_set_of(w, DER_SET, e, n);
}

static void
drop_last_attribute(struct writer *w)
{
	uint8_t copy[CADES_ATTRIBUTES_MAX];
	struct span e[5];
	struct reader r = reader_over(span_of(memcpy(copy, w->p, w->n), w->n)), in;
	size_t n = 0;

	CHECK(der_enter(&r, DER_SET, &in));
	while (!rd_end(&in))
		CHECK(der_whole(&in, DER_SEQUENCE, &e[n++]));
	writer_reset(w);
	der_put_set_of(w, DER_SET, e, n - 1);
}

TEST(other_signed_attributes_show_and_missing_ones_refuse)
{
	struct pki *p = pki_new(ALG_ECDSA_P256_SHA256);
	AUTO(chain) *anchors = pki_anchors(p->root.der);
	struct cades_result r;
	static struct file f;

	make_with(p, &p->signer, p->now, add_attribute, &f);
	CHECK(cades_verify(f.der, span_str(DOCUMENT), anchors, p->now, &r, NULL) && !r.closed);
	make_with(p, &p->signer, p->now, drop_last_attribute, &f);
	refused(f.der, DOCUMENT, p->root.der, p->now, "it must sign");
	make_with(p, &p->signer, p->now, repeat_attribute, &f);
	refused(f.der, DOCUMENT, p->root.der, p->now, "twice");
	free(p);
}

TEST(a_changed_attribute_breaks_the_signature)
{
	struct pki *p = pki_new(ALG_ECDSA_P256_SHA256);
	static struct file f;
	uint8_t digest[DIGEST_MAX], *at;

	make(p, &f);
	sha256(span_str(DOCUMENT), digest);
	CHECK((at = memmem(f.mem, f.der.n, digest, 32)) != NULL);
	sha256(span_str("another document"), at);
	refused(f.der, "another document", p->root.der, p->now, "attributes were changed");
	free(p);
}

TEST(a_signature_by_another_key_is_not_put_into_a_file)
{
	struct pki *p = pki_new(ALG_ECDSA_P256_SHA256);
	uint8_t digest[DIGEST_MAX], dtbsr[DIGEST_MAX], raw[SIGNATURE_MAX], mem[CADES_ATTRIBUTES_MAX];
	struct writer attributes = writer_over(mem, sizeof(mem));
	AUTO_WRITER w = writer_grow(CADES_FILE_MAX);
	struct cades c = { .kind = ATTRIBUTES_CADES, .alg = p->signer_key->alg,
		.signer = p->signer.der, .signing_time = p->now };
	struct err e = { 0 };

	c.document_digest = alg_digest(c.alg, span_str(DOCUMENT), digest);
	CHECK(cades_attributes(&c, &attributes, dtbsr, NULL));
	CHECK(soft_key_sign(p->ca_key, span_of(dtbsr, 32), raw, NULL));
	CHECK(!cades_assemble(&c, writer_span(&attributes), span_of(raw, 64), &w, &e));
	CHECK(e.code == ERR_DENIED && w.n == 0);
	c.document_digest.n = 31;
	CHECK(!cades_attributes(&c, &attributes, dtbsr, NULL));
	free(p);
}

/* The attributes are DER: libcrypto writes the same set again, in the same order. */
TEST(libcrypto_sorts_the_attributes_alike)
{
	struct pki *p = pki_new(ALG_ECDSA_P384_SHA384);
	static struct file f;
	const unsigned char *in;
	CMS_ContentInfo *cms;
	unsigned char *again = NULL;
	int n;

	make(p, &f);
	in = f.der.p;
	cms = d2i_CMS_ContentInfo(NULL, &in, (long)f.der.n);
	CHECK(cms != NULL && in == f.der.p + f.der.n);
	n = i2d_CMS_ContentInfo(cms, &again);
	CHECK(n > 0 && span_equal(span_of(again, (size_t)n), f.der));
	OPENSSL_free(again);
	CMS_ContentInfo_free(cms);
	free(p);
}

/* A flip may hit what nobody signed and nobody needs: then who signed what is still the same. */
TEST(no_flip_and_no_cut_forges_anything)
{
	struct pki *p = pki_new(ALG_ECDSA_P256_SHA256);
	AUTO(chain) *anchors = pki_anchors(p->root.der);
	struct cades_result r;
	static struct file f;
	size_t taken = 0;

	make(p, &f);
	for (size_t cut = 0; cut < f.der.n; cut++)
		CHECK(!cades_verify(span_of(f.mem, cut), span_str(DOCUMENT), anchors, p->now, &r, NULL));
	for (size_t bit = 0; bit < f.der.n * 8; bit++) {
		f.mem[bit / 8] ^= (uint8_t)(1 << bit % 8);
		if (cades_verify(f.der, span_str(DOCUMENT), anchors, p->now, &r, NULL)) {
			CHECK(span_equal(r.signer, p->signer.der) && r.signing_time == p->now);
			CHECK(memcmp(r.dtbsr, f.dtbsr, 32) == 0);
			taken++;
		}
		f.mem[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	CHECK(taken * 10 < f.der.n * 8);
	free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(openssl_verifies_each_algorithm),
		cmocka_unit_test(we_verify_each_algorithm_and_say_who_signed),
		cmocka_unit_test(the_issuing_ca_alone_is_anchor_enough),
		cmocka_unit_test(a_changed_document_is_named_as_that),
		cmocka_unit_test(a_foreign_chain_is_refused),
		cmocka_unit_test(an_expired_or_early_certificate_is_refused),
		cmocka_unit_test(a_swapped_certificate_is_refused),
		cmocka_unit_test(a_signature_for_a_pdf_claims_no_time_and_a_commitment_is_of_the_closed_set),
		cmocka_unit_test(a_ca_does_not_sign_documents),
		cmocka_unit_test(other_signed_attributes_show_and_missing_ones_refuse),
		cmocka_unit_test(a_changed_attribute_breaks_the_signature),
		cmocka_unit_test(a_signature_by_another_key_is_not_put_into_a_file),
		cmocka_unit_test(libcrypto_sorts_the_attributes_alike),
		cmocka_unit_test(no_flip_and_no_cut_forges_anything),
	};

	return crypto_start(NULL) ? RUN(tests) : 1;
}
