/* SPDX-License-Identifier: Apache-2.0 */
/* src/der/certificate.c and extension.c, with certificates that libcrypto made. */
#include <openssl/x509v3.h>

#include "crypto/hash.h"
#include "der/certificate.h"
#include "der/name.h"
#include "soft_key.h"

#define NOW_S	1790000000LL	/* 2026-09-21 */
#define NOW	((uint64_t)NOW_S * 1000)
#define DAY_S	86400LL

/* What a test changes before the certificate is signed. */
struct wish {
	const char	*usage;		/* NULL: critical,nonRepudiation; "" for none */
	const char	*constraints;	/* NULL: CA:FALSE */
	const char	*oid, *der;	/* one more extension: "critical,DER:..." */
	int64_t		 from, to;	/* seconds; 0: a year around NOW */
	const char	*cn;		/* NULL: Alice Example */
	uint16_t	 ca;		/* algorithm of the CA; 0: P-256 */
};

static void
extend(X509 *x, int nid, const char *value)
{
	X509_EXTENSION *ext;
	X509V3_CTX ctx;

	X509V3_set_ctx(&ctx, x, x, NULL, NULL, 0);
	X509V3_set_ctx_nodb(&ctx);
	ext = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	CHECK(ext != NULL && X509_add_ext(x, ext, -1) == 1);
	X509_EXTENSION_free(ext);
}

static void
extend_other(X509 *x, const char *oid, const char *value)
{
	int nid = OBJ_txt2nid(oid);

	extend(x, nid != NID_undef ? nid : OBJ_create(oid, oid, oid), value);
}

static struct span
make(const struct wish *wish, uint8_t mem[CERTIFICATE_MAX])
{
	struct soft_key *ca = soft_key_other(wish->ca == 0 ? ALG_ECDSA_P256_SHA256 : wish->ca);
	X509_NAME *issuer = test_name("Test CA"),
	    *subject = test_name(wish->cn == NULL ? "Alice Example" : wish->cn);
	X509 *x = X509_new();
	struct span der;

	CHECK(X509_set_version(x, X509_VERSION_3) == 1);
	CHECK(ASN1_INTEGER_set(X509_get_serialNumber(x), 0xabcdef) == 1);
	CHECK(X509_set_issuer_name(x, issuer) == 1 && X509_set_subject_name(x, subject) == 1);
	CHECK(X509_set_pubkey(x, soft_key(ALG_ECDSA_P256_SHA256)->pkey) == 1);
	ASN1_TIME_set(X509_getm_notBefore(x), wish->from == 0 ? NOW_S - DAY_S : wish->from);
	ASN1_TIME_set(X509_getm_notAfter(x), wish->to == 0 ? NOW_S + 364 * DAY_S : wish->to);
	if (wish->usage == NULL || wish->usage[0] != '\0')
		extend(x, NID_key_usage, wish->usage == NULL ? "critical,nonRepudiation" : wish->usage);
	extend(x, NID_basic_constraints, wish->constraints == NULL ? "CA:FALSE" : wish->constraints);
	if (wish->oid != NULL)
		extend_other(x, wish->oid, wish->der);
	soft_key_sign_x509(ca, x);
	der = test_der_of_x509(x, mem, CERTIFICATE_MAX);
	X509_free(x);
	X509_NAME_free(issuer);
	X509_NAME_free(subject);
	return der;
}

struct names {
	uint8_t		 issuer_mem[NAME_MAX_DER], subject_mem[NAME_MAX_DER];
	struct span	 issuer, subject;
};

static void
names_make(struct names *n)
{
	struct writer i = writer_over(n->issuer_mem, NAME_MAX_DER);
	struct writer s = writer_over(n->subject_mem, NAME_MAX_DER);

	CHECK(name_from_text("CN=Test CA,C=SE", &i, NULL));
	CHECK(name_from_text("CN=Alice Example,C=SE", &s, NULL));
	n->issuer = writer_span(&i);
	n->subject = writer_span(&s);
}

static const struct certificate_rules *rules;	/* of the test that runs */

/* The way of the SAM: open under the anchor, then compare. */
static bool
links(struct span der, uint16_t ca, struct err *e)
{
	struct soft_key *ca_key = soft_key_other(ca == 0 ? ALG_ECDSA_P256_SHA256 : ca);
	struct issuing_ca anchor = { .alg = ca_key->alg, .spki = ca_key->spki };
	struct certificate c;
	struct names n;

	names_make(&n);
	anchor.issuer = n.issuer;
	return certificate_open(der, &anchor, &c, e) &&
	    certificate_fits(&c, soft_key(ALG_ECDSA_P256_SHA256)->spki, n.subject, rules, NOW, 366, e);
}

static void
refuses(struct wish wish, const char *because)
{
	uint8_t mem[CERTIFICATE_MAX];
	struct err e = { 0 };

	CHECK(!links(make(&wish, mem), wish.ca, &e));
	assert_string_equal(e.reason, "cert");
	if (strstr(e.text, because) == NULL)
		print_error("got: %s\n", e.text);
	CHECK(strstr(e.text, because) != NULL);
}

static void
accepts(struct wish wish)
{
	uint8_t mem[CERTIFICATE_MAX];
	struct err e = { 0 };
	bool good = links(make(&wish, mem), wish.ca, &e);

	if (!good)
		print_error("got: %s\n", e.text);
	CHECK(good);
}

TEST(a_good_certificate_of_each_algorithm_is_accepted)
{
	accepts((struct wish){ .ca = ALG_ECDSA_P256_SHA256 });
	accepts((struct wish){ .ca = ALG_ECDSA_P384_SHA384 });
	accepts((struct wish){ .ca = ALG_RSA3072_PKCS1_SHA256 });
	accepts((struct wish){ .ca = ALG_RSA3072_PSS_SHA256 });
}

TEST(all_fields_are_read)
{
	uint8_t mem[CERTIFICATE_MAX], ca_name[NAME_MAX_DER];
	struct wish wish = { .usage = "critical,digitalSignature,nonRepudiation",
		.oid = "subjectKeyIdentifier", .der = "0102030405" };
	struct certificate_cut cut;
	struct certificate c;
	X509_NAME *ca = test_name("Test CA");

	CHECK(certificate_cut(make(&wish, mem), &cut, NULL) && certificate_read(&cut, &c, NULL));
	CHECK(span_equal(c.serial, span_of("\xab\xcd\xef", 3)));
	CHECK(span_equal(c.issuer, test_der_of_name(ca, ca_name, sizeof(ca_name))));
	CHECK(c.not_before == NOW - DAY_S * 1000 && c.not_after == NOW + 364 * DAY_S * 1000);
	CHECK(c.key_usage == (USAGE_DIGITAL_SIGNATURE | USAGE_NON_REPUDIATION) && !c.is_ca);
	CHECK(c.seen == (EXT_KEY_USAGE | EXT_BASIC_CONSTRAINTS | EXT_SUBJECT_KEY_ID));
	CHECK(span_equal(c.subject_key_id, span_of("\1\2\3\4\5", 5)));
	X509_NAME_free(ca);
}

TEST(a_certificate_under_another_key_or_algorithm_is_refused)
{
	uint8_t mem[CERTIFICATE_MAX];
	struct wish wish = { 0 };
	struct soft_key *ca = soft_key_other(ALG_ECDSA_P256_SHA256);
	struct certificate_cut cut;

	CHECK(certificate_cut(make(&wish, mem), &cut, NULL));
	CHECK(certificate_is_signed_by(&cut, ca->alg, ca->spki));
	CHECK(!certificate_is_signed_by(&cut, ca->alg, soft_key(ALG_ECDSA_P256_SHA256)->spki));
	CHECK(!certificate_is_signed_by(&cut, alg_find(ALG_ECDSA_P384_SHA384), ca->spki));
	CHECK(!links(make(&wish, mem), ALG_ECDSA_P384_SHA384, NULL));
}

TEST(an_rsa_ca_with_another_padding_is_refused)
{
	uint8_t mem[CERTIFICATE_MAX];
	struct wish wish = { .ca = ALG_RSA3072_PSS_SHA256 };
	struct soft_key *pss = soft_key_other(ALG_RSA3072_PSS_SHA256);
	struct certificate_cut cut;

	CHECK(certificate_cut(make(&wish, mem), &cut, NULL));
	CHECK(certificate_is_signed_by(&cut, pss->alg, pss->spki));
	CHECK(!certificate_is_signed_by(&cut, alg_find(ALG_RSA3072_PKCS1_SHA256), pss->spki));
}

TEST(a_certificate_of_another_issuer_name_is_refused)
{
	uint8_t mem[CERTIFICATE_MAX], name[NAME_MAX_DER];
	struct wish wish = { 0 };
	struct soft_key *ca = soft_key_other(ALG_ECDSA_P256_SHA256);
	struct writer w = writer_over(name, sizeof(name));
	struct issuing_ca anchor = { .alg = ca->alg, .spki = ca->spki };
	struct err e = { 0 };
	struct certificate c;

	CHECK(name_from_text("CN=Test CA 2,C=SE", &w, NULL));
	anchor.issuer = writer_span(&w);
	CHECK(!certificate_open(make(&wish, mem), &anchor, &c, &e));
	CHECK(e.code == ERR_DENIED && strstr(e.text, "issuer") != NULL);
}

TEST(a_certificate_for_another_key_is_refused)
{
	uint8_t mem[CERTIFICATE_MAX];
	struct wish wish = { 0 };
	struct certificate_cut cut;
	struct certificate c;
	struct err e = { 0 };
	struct names n;

	names_make(&n);
	CHECK(certificate_cut(make(&wish, mem), &cut, NULL) && certificate_read(&cut, &c, NULL));
	CHECK(!certificate_fits(&c, soft_key_other(ALG_ECDSA_P256_SHA256)->spki, n.subject, NULL, NOW, 366, &e));
	CHECK(strstr(e.text, "public key") != NULL && strcmp(e.reason, "cert") == 0);
}

TEST(what_does_not_fit_is_refused_by_name)
{
	refuses((struct wish){ .cn = "Alice Exampl" }, "subject");
	refuses((struct wish){ .usage = "critical,keyEncipherment" }, "neither");
	refuses((struct wish){ .usage = "" }, "neither");
	refuses((struct wish){ .usage = "critical,nonRepudiation,keyCertSign" }, "signing certificates");
	refuses((struct wish){ .usage = "critical,nonRepudiation,cRLSign" }, "signing certificates");
	refuses((struct wish){ .constraints = "critical,CA:TRUE" }, "is a CA's");
	accepts((struct wish){ .usage = "digitalSignature" });
}

TEST(validity_is_judged_at_its_edges)
{
	refuses((struct wish){ .from = NOW_S - 10 * DAY_S, .to = NOW_S }, "expired");
	accepts((struct wish){ .from = NOW_S - 10 * DAY_S, .to = NOW_S + 1 });
	accepts((struct wish){ .from = NOW_S + 300, .to = NOW_S + DAY_S });
	refuses((struct wish){ .from = NOW_S + 301, .to = NOW_S + DAY_S }, "not valid yet");
	accepts((struct wish){ .from = NOW_S, .to = NOW_S + 366 * DAY_S });
	refuses((struct wish){ .from = NOW_S, .to = NOW_S + 366 * DAY_S + 1 }, "366 days");
	refuses((struct wish){ .from = NOW_S, .to = 2600000000LL }, "366 days");
	refuses((struct wish){ .from = NOW_S, .to = NOW_S }, "malformed validity");
	refuses((struct wish){ .from = -DAY_S }, "malformed validity");
}

TEST(unknown_critical_extensions_are_refused)
{
	refuses((struct wish){ .oid = "1.2.3.4", .der = "critical,DER:0500" }, "critical");
	accepts((struct wish){ .oid = "1.2.3.4", .der = "DER:0500" });
	refuses((struct wish){ .oid = "extendedKeyUsage", .der = "critical,serverAuth" }, "critical");
	refuses((struct wish){ .oid = "nameConstraints", .der = "critical,DER:3000" }, "critical");
	accepts((struct wish){ .oid = "certificatePolicies", .der = "critical,DER:3007300506032a0304" });
	accepts((struct wish){ .oid = "1.3.6.1.5.5.7.1.3", .der = "DER:3000" });
}

#define QC	"1.3.6.1.5.5.7.1.3"

TEST(what_officers_ask_of_a_ca_must_stand_in_its_certificates)
{
	static const uint16_t each[] = { RULE_QC_COMPLIANCE, RULE_QC_SSCD, RULE_QC_TYPE, RULE_SHORT_TERM };
	struct wish all = { .oid = QC, .der = "DER:"
	    "302730080606" "04008e460101" "30080606" "04008e460104" "30110606" "04008e460106" "3007"
	    "0605" "04008e4601" };
	struct wish esign = { .oid = QC, .der = "DER:"
	    "302930080606" "04008e460101" "30080606" "04008e460104" "30130606" "04008e460106" "3009"
	    "0607" "04008e46010601" };
	struct certificate_rules wanted = { .rules = 7, .class = 1 };

	rules = &wanted;
	accepts(esign);
	wanted.class = 2;
	refuses(esign, "type for this key's class");
	wanted.class = 1;
	refuses(all, "type for this key's class");
	wanted.rules = 3;
	accepts(all);
	for (size_t i = 0; i < COUNT(each); i++) {
		wanted.rules = each[i];
		refuses((struct wish){ .cn = NULL }, "certificate:");
		refuses((struct wish){ .oid = QC, .der = "DER:3000" }, "certificate:");
	}
	accepts((struct wish){ .oid = "0.4.0.194121.2.1", .der = "DER:0500" });
	refuses((struct wish){ .oid = "0.4.0.194121.2.1", .der = "DER:0400" }, "malformed");
	wanted = (struct certificate_rules){ .policy = span_of("\x2a\x03\x04", 3) };
	accepts((struct wish){ .oid = "certificatePolicies", .der = "DER:3007300506032a0304" });
	refuses((struct wish){ .oid = "certificatePolicies", .der = "DER:3007300506032a0305" }, "policy");
	refuses((struct wish){ .cn = NULL }, "policy");
	rules = NULL;
	refuses((struct wish){ .oid = "certificatePolicies", .der = "DER:3000" }, "malformed");
	refuses((struct wish){ .oid = QC, .der = "DER:3003060100" }, "malformed");
}

TEST(a_name_has_beside_the_enrolled_one_only_what_the_ca_may_add)
{
	static const struct { const char *name, *base; bool fits; } rows[] = {
		{ "CN=A,C=SE", "CN=A,C=SE", true },
		{ "serialNumber=1,CN=A,C=SE", "CN=A,C=SE", true },
		{ "CN=A,serialNumber=1,C=SE", "CN=A,C=SE", true },
		{ "CN=A,C=SE,serialNumber=1", "CN=A,C=SE", true },
		{ "CN=A,organizationIdentifier=x,C=SE,serialNumber=1", "CN=A,C=SE", true },
		{ "CN=A,C=SE,serialNumber=1,serialNumber=2", "CN=A,C=SE", false },
		{ "serialNumber=2,CN=A,serialNumber=1,C=SE", "CN=A,serialNumber=1,C=SE", false },
		{ "CN=A,serialNumber=1,C=SE", "CN=A,serialNumber=1,C=SE", true },
		{ "CN=A,serialNumber=2,C=SE", "CN=A,serialNumber=1,C=SE", false },
		{ "O=X,CN=A,C=SE", "CN=A,C=SE", false },
		{ "CN=B,C=SE", "CN=A,C=SE", false },
		{ "CN=A", "CN=A,C=SE", false },
		{ "serialNumber=1,C=SE", "CN=A,C=SE", false },
		{ "C=SE,CN=A,serialNumber=1", "CN=A,C=SE", false },
	};
	/* serialNumber, organizationIdentifier */
	struct span added = span_of("\x03\x55\x04\x05\x03\x55\x04\x61", 8);

	for (size_t i = 0; i < COUNT(rows); i++) {
		uint8_t name[NAME_MAX_DER], base[NAME_MAX_DER];
		struct writer n = writer_over(name, sizeof(name)), b = writer_over(base, sizeof(base));

		CHECK(name_from_text(rows[i].name, &n, NULL) && name_from_text(rows[i].base, &b, NULL));
		if (name_extends(writer_span(&n), writer_span(&b), added) != rows[i].fits)
			fail_msg("%s over %s", rows[i].name, rows[i].base);
		CHECK(name_extends(writer_span(&n), writer_span(&b), span_of(NULL, 0)) ==
		    (strcmp(rows[i].name, rows[i].base) == 0));
	}
}

TEST(malformed_extensions_are_refused)
{
	refuses((struct wish){ .oid = "subjectKeyIdentifier", .der = "DER:0500" }, "malformed");
	refuses((struct wish){ .oid = "authorityKeyIdentifier", .der = "DER:30028001" }, "malformed");
	refuses((struct wish){ .oid = "authorityKeyIdentifier", .der = "DER:0400" }, "malformed");
	refuses((struct wish){ .constraints = "DER:3003010100" }, "malformed");	/* FALSE written out */
	refuses((struct wish){ .constraints = "DER:3003020100" }, "malformed");	/* path length of no CA */
	refuses((struct wish){ .usage = "DER:03020700" }, "malformed");		/* no bit set */
	refuses((struct wish){ .usage = "DER:030100" }, "malformed");		/* the same */
	refuses((struct wish){ .usage = "DER:03020640FF" }, "malformed");
	refuses((struct wish){ .usage = "DER:0302054000" }, "malformed");
	refuses((struct wish){ .oid = "keyUsage", .der = "critical,nonRepudiation" }, "twice");
}

/* A hand-made certificate: what libcrypto would not write. */
static struct span
crafted_by(struct soft_key *ca, struct span tbs_body, const struct alg *outer,
    uint8_t mem[CERTIFICATE_MAX])
{
	uint8_t digest[DIGEST_MAX], raw[SIGNATURE_MAX], sig[SIGNATURE_DER_MAX], tbs[CERTIFICATE_MAX];
	struct writer w = writer_over(mem, CERTIFICATE_MAX), t = writer_over(tbs, sizeof(tbs)),
	    s = writer_over(sig, sizeof(sig));
	size_t at;

	der_put(&t, DER_SEQUENCE, tbs_body);
	CHECK(soft_key_sign(ca, alg_digest(ca->alg, writer_span(&t), digest), raw, NULL));
	CHECK(signature_to_der(ca->alg, span_of(raw, ca->alg->signature_len), &s));
	at = der_begin(&w, DER_SEQUENCE);
	wr_span(&w, writer_span(&t));
	algorithm_write(&w, outer);
	der_put_bits(&w, writer_span(&s));
	der_end(&w, at);
	CHECK(writer_ok(&w));
	return writer_span(&w);
}

static struct span
crafted(struct span tbs_body, const struct alg *outer, uint8_t mem[CERTIFICATE_MAX])
{
	return crafted_by(soft_key_other(ALG_ECDSA_P256_SHA256), tbs_body, outer, mem);
}

static struct span
body_of(const struct wish *wish, uint8_t mem[CERTIFICATE_MAX])
{
	struct certificate_cut cut;
	struct reader r;
	struct span body;

	CHECK(certificate_cut(make(wish, mem), &cut, NULL));
	r = reader_over(cut.tbs);
	CHECK(der_take(&r, DER_SEQUENCE, &body));
	return body;
}

/* Replaces the first `from` in the body by `to`, of any length. */
static struct span
replace(struct span body, struct span from, struct span to, uint8_t out[CERTIFICATE_MAX])
{
	const uint8_t *at = memmem(body.p, body.n, from.p, from.n);
	struct writer w = writer_over(out, CERTIFICATE_MAX);

	CHECK(at != NULL);
	wr_bytes(&w, body.p, (size_t)(at - body.p));
	wr_span(&w, to);
	wr_bytes(&w, at + from.n, (size_t)(body.p + body.n - at) - from.n);
	return writer_span(&w);
}

static void
refuses_changed(struct span from, struct span to, const char *because)
{
	uint8_t a[CERTIFICATE_MAX], b[CERTIFICATE_MAX], c[CERTIFICATE_MAX];
	struct wish wish = { 0 };
	struct err e = { 0 };

	CHECK(!links(crafted(replace(body_of(&wish, a), from, to, b), alg_at(0), c), 0, &e));
	if (strstr(e.text, because) == NULL)
		print_error("got: %s\n", e.text);
	CHECK(strstr(e.text, because) != NULL);
}

TEST(only_version_3_is_read)
{
	/* Crafted: newer libcryptos set version 3 themselves as soon as there are extensions. */
	refuses_changed(span_of("\xa0\x03\x02\x01\x02", 5), span_of("\xa0\x03\x02\x01\x01", 5),
	    "version 3");
	refuses_changed(span_of("\xa0\x03\x02\x01\x02", 5), span_of("", 0), "version 3");
}

TEST(signed_but_malformed_bodies_are_refused)
{
	static const uint8_t serial[] = { 2, 4, 0, 0xab, 0xcd, 0xef };
	uint8_t a[CERTIFICATE_MAX], b[CERTIFICATE_MAX], long_serial[22] = { 2, 20, 0x80 };
	struct wish wish = { 0 };
	struct span s = span_of(serial, sizeof(serial));

	CHECK(links(crafted(body_of(&wish, a), alg_at(0), b), 0, NULL));
	refuses_changed(s, span_of("\2\1\0", 3), "serial");
	refuses_changed(s, span_of("\2\1\x80", 3), "serial");
	refuses_changed(s, span_of("\2\2\0\1", 4), "serial");
	refuses_changed(s, span_of(long_serial, sizeof(long_serial)), "serial");
	refuses_changed(span_of("\xce\x3d\x04\x03\x02", 5), span_of("\xce\x3d\x04\x03\x03", 5), "differ");
	refuses_changed(span_of("\xa0\x03\x02\x01\x02", 5), span_of("\xa0\x03\x02\x01\x03", 5), "version");
	refuses_changed(span_of("Alice", 5), span_of("Al\0ce", 5), "subject");
	refuses_changed(span_of("Test", 4), span_of("T\nst", 4), "issuer");
	refuses_changed(span_of("\xa3", 1), span_of("\x81\1\0\xa3", 4), "");
}

/* The certificate says PKCS #1 inside and outside; the CA's key, bound to PSS, signed with PSS. */
TEST(an_algorithm_that_is_not_the_anchors_is_refused)
{
	struct soft_key *pss = soft_key_other(ALG_RSA3072_PSS_SHA256);
	const struct alg *pkcs1 = alg_find(ALG_RSA3072_PKCS1_SHA256);
	struct wish wish = { .ca = ALG_RSA3072_PKCS1_SHA256 };
	uint8_t a[CERTIFICATE_MAX], mem[CERTIFICATE_MAX];
	struct certificate_cut cut;

	CHECK(certificate_cut(crafted_by(pss, body_of(&wish, a), pkcs1, mem), &cut, NULL));
	CHECK(!certificate_is_signed_by(&cut, pss->alg, pss->spki));
	cut.alg = pss->alg;
	CHECK(certificate_is_signed_by(&cut, pss->alg, pss->spki));
}

TEST(a_field_after_the_extensions_is_refused)
{
	uint8_t a[CERTIFICATE_MAX], b[CERTIFICATE_MAX], c[CERTIFICATE_MAX];
	struct writer w = writer_over(b, sizeof(b));
	struct wish wish = { 0 };
	struct err e = { 0 };

	wr_span(&w, body_of(&wish, a));
	der_put_null(&w);
	CHECK(!links(crafted(writer_span(&w), alg_at(0), c), 0, &e));
	CHECK(strstr(e.text, "unknown fields") != NULL);
}

TEST(an_outer_algorithm_that_is_not_offered_is_refused)
{
	uint8_t a[CERTIFICATE_MAX], mem[CERTIFICATE_MAX];
	struct wish wish = { 0 };
	struct certificate_cut cut;
	struct certificate c;
	struct err e = { 0 };
	struct span der = crafted(body_of(&wish, a), alg_find(ALG_ECDSA_P384_SHA384), mem);

	CHECK(certificate_cut(der, &cut, NULL) && !certificate_read(&cut, &c, &e));
	CHECK(strstr(e.text, "differ") != NULL);
	*(uint8_t *)memmem(mem, der.n, "\xce\x3d\x04\x03\x03", 5) = 0xcd;
	err_clear(&e);
	CHECK(!certificate_cut(der, &cut, &e) && strstr(e.text, "not offered") != NULL);
}

TEST(no_flip_and_no_cut_of_a_certificate_passes)
{
	uint8_t mem[CERTIFICATE_MAX];
	struct wish wish = { 0 };
	struct span der = make(&wish, mem);

	for (size_t cut = 0; cut < der.n; cut++)
		CHECK(!links(span_of(mem, cut), 0, NULL));
	for (size_t bit = 0; bit < der.n * 8; bit++) {
		mem[bit / 8] ^= (uint8_t)(1 << bit % 8);
		CHECK(!links(der, 0, NULL));
		mem[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	mem[der.n] = 0;
	CHECK(!links(span_of(mem, der.n + 1), 0, NULL));
	CHECK(links(der, 0, NULL));
}

/* Past the signature: what certificate_read takes, libcrypto takes too. */
TEST(what_we_read_libcrypto_reads)
{
	uint8_t mem[CERTIFICATE_MAX];
	struct wish wish = { .oid = "authorityKeyIdentifier", .der = "DER:30068004AABBCCDD" };
	struct span der = make(&wish, mem);
	size_t taken = 0;

	for (size_t bit = 0; bit < der.n * 8; bit++) {
		struct certificate_cut cut;
		struct certificate c;

		mem[bit / 8] ^= (uint8_t)(1 << bit % 8);
		if (certificate_cut(der, &cut, NULL) && certificate_read(&cut, &c, NULL) &&
		    span_equal(c.spki, soft_key(ALG_ECDSA_P256_SHA256)->spki)) {
			const unsigned char *p = mem;
			X509 *x = d2i_X509(NULL, &p, (long)der.n);

			CHECK(x != NULL && p == mem + der.n);
			X509_free(x);
			taken++;
		}
		mem[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	CHECK(taken > 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_good_certificate_of_each_algorithm_is_accepted),
		cmocka_unit_test(all_fields_are_read),
		cmocka_unit_test(a_certificate_under_another_key_or_algorithm_is_refused),
		cmocka_unit_test(an_rsa_ca_with_another_padding_is_refused),
		cmocka_unit_test(a_certificate_of_another_issuer_name_is_refused),
		cmocka_unit_test(a_certificate_for_another_key_is_refused),
		cmocka_unit_test(what_does_not_fit_is_refused_by_name),
		cmocka_unit_test(validity_is_judged_at_its_edges),
		cmocka_unit_test(unknown_critical_extensions_are_refused),
		cmocka_unit_test(what_officers_ask_of_a_ca_must_stand_in_its_certificates),
		cmocka_unit_test(a_name_has_beside_the_enrolled_one_only_what_the_ca_may_add),
		cmocka_unit_test(malformed_extensions_are_refused),
		cmocka_unit_test(only_version_3_is_read),
		cmocka_unit_test(signed_but_malformed_bodies_are_refused),
		cmocka_unit_test(an_algorithm_that_is_not_the_anchors_is_refused),
		cmocka_unit_test(a_field_after_the_extensions_is_refused),
		cmocka_unit_test(an_outer_algorithm_that_is_not_offered_is_refused),
		cmocka_unit_test(no_flip_and_no_cut_of_a_certificate_passes),
		cmocka_unit_test(what_we_read_libcrypto_reads),
	};

	return crypto_start(NULL) ? RUN(tests) : 1;
}
