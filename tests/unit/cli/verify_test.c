/* SPDX-License-Identifier: Apache-2.0 */
/* propria verify and receipt show, as people run them: files in, sentences and codes out. */
#include "cli/commands.h"
#include "cli/encode.h"
#include "cli/file.h"
#include "rig.h"
#include "x509/cades.h"
#include "x509/issue.h"
#include "x509/pem.h"

#define SIGNED_AT 1700000101000

static bool
sign_with(void *self, struct span digest, uint8_t *raw, struct err *e)
{
	return key_sign(self, digest.p, raw, e);
}

static void
certify(struct writer *der, enum issue_kind kind, struct key *ca, struct key *key)
{
	struct signing signing = { alg_find(1), sign_with, ca };
	AUTO_WRITER issuer = writer_grow(1024), subject = writer_grow(1024);
	struct err e = { 0 };
	struct issue issue = { .kind = kind, .not_before = 1600000000000, .not_after = 1720000000000,
		.spki = key_spki(key), .issuer_spki = key_spki(ca) };

	CHECK(name_from_text("CN=Example CA,C=SE", &issuer, &e));
	CHECK(name_from_text(kind == ISSUE_ROOT ? "CN=Example CA,C=SE" : "CN=Alice Example,C=SE",
	    &subject, &e));
	issue.issuer = writer_span(&issuer);
	issue.subject = writer_span(&subject);
	CHECK(issue_certificate(der, &issue, &signing, &e));
}

static void
put(struct rig *r, const char *name, struct span bytes)
{
	struct err e = { 0 };
	char path[128];

	CHECK(file_write(rig_path(r, name, path), 0644, bytes, &e));
}

/* Document, signature, CA and receipt as files in the rig's folder. */
static void
lay_out(struct rig *r)
{
	AUTO_WRITER ca = writer_grow(8192), cert = writer_grow(8192), pem = writer_grow(16384);
	AUTO_WRITER attributes = writer_grow(CADES_ATTRIBUTES_MAX), p7s = writer_grow(CADES_FILE_MAX);
	AUTO_WRITER receipt = writer_grow(RECEIPT_MAX);
	uint8_t digest[DIGEST_MAX], dtbsr[DIGEST_MAX];
	struct err e = { 0 };
	struct cades cades = { .kind = ATTRIBUTES_CADES, .alg = alg_find(1),
		.document_digest = span_of(digest, 32),
		.signing_time = SIGNED_AT };

	certify(&ca, ISSUE_ROOT, r->officer[0], r->officer[0]);
	certify(&cert, ISSUE_SIGNER, r->officer[0], r->signing);
	sha256(span_str("the contract"), digest);
	cades.signer = writer_span(&cert);
	CHECK(cades_attributes(&cades, &attributes, dtbsr, &e));
	rig_sign(r, dtbsr);
	CHECK(cades_assemble(&cades, writer_span(&attributes), span_of(r->raw, 64), &p7s, &e));
	pem_write(&pem, PEM_CERTIFICATE, writer_span(&ca));
	receipt_write(&receipt, &r->receipt);
	put(r, "doc", span_str("the contract"));
	put(r, "other", span_str("the other contract"));
	put(r, "p7s", writer_span(&p7s));
	put(r, "ca", writer_span(&pem));
	put(r, "receipt", writer_span(&receipt));
}

static int
verify(struct rig *r, const char *doc, const char *extra, const uint8_t *group, char **text)
{
	char files[4][128], group_text[HEX_MAX(HASH_LEN)], program[] = "propria", command[] = "verify";
	char ca[] = "--ca", receipt[] = "--receipt", pin[] = "--group", claimed[] = "--at-signing-time";
	bool with = strcmp(extra, "receipt") == 0;
	char *argv[] = { program, command, rig_path(r, doc, files[0]), rig_path(r, "p7s", files[1]), ca,
		rig_path(r, "ca", files[2]), with ? receipt : claimed, rig_path(r, "receipt", files[3]),
		pin, hex(span_of(group, HASH_LEN), group_text), NULL };
	size_t n = 0;
	FILE *f = open_memstream(text, &n);
	int code = command_main(commands, with ? 10 : strcmp(extra, "claimed") == 0 ? 7 : 6, argv, f, f);

	fclose(f);
	return code;
}

static bool
says(struct rig *r, const char *doc, const char *extra, const uint8_t *group, int code,
    const char *words)
{
	char *text = NULL;
	bool good = verify(r, doc, extra, group, &text) == code && strstr(text, words) != NULL &&
	    (strstr(text, "VALID") != NULL) == (code == EXIT_GOOD);

	if (!good)
		print_error("%s %s:\n%s", doc, extra, text);
	free(text);
	return good;
}

TEST(a_good_signature_with_its_receipt_is_told_in_words)
{
	AUTO(rig) *r = rig_new();

	lay_out(r);
	CHECK(says(r, "doc", "receipt", r->group, EXIT_GOOD, "Alice Example"));
	CHECK(says(r, "doc", "receipt", r->group, EXIT_GOOD, "SCAL2"));
	CHECK(says(r, "doc", "receipt", r->group, EXIT_GOOD, "contract.pdf"));
	CHECK(says(r, "doc", "claimed", r->group, EXIT_GOOD, "VALID"));
}

TEST(another_document_group_or_time_is_not_valid)
{
	uint8_t group[HASH_LEN] = { 1 };
	AUTO(rig) *r = rig_new();

	lay_out(r);
	CHECK(says(r, "other", "receipt", r->group, EXIT_INVALID, "propria verify"));
	CHECK(says(r, "doc", "receipt", group, EXIT_INVALID, "another group"));
	/* Now, the certificate is over; the receipt says that it was not then. */
	CHECK(says(r, "doc", "", r->group, EXIT_INVALID, "propria verify"));
}

TEST(the_receipt_of_another_signature_is_not_valid)
{
	AUTO(rig) *r = rig_new();
	AUTO_WRITER receipt = writer_grow(RECEIPT_MAX);

	lay_out(r);
	rig_sign(r, (const uint8_t[HASH_LEN]){ 8 });
	receipt_write(&receipt, &r->receipt);
	put(r, "receipt", writer_span(&receipt));
	CHECK(says(r, "doc", "receipt", r->group, EXIT_INVALID, "another document"));
}

TEST(a_second_signature_over_the_same_document_does_not_pass_for_the_first)
{
	AUTO(rig) *r = rig_new();
	AUTO_WRITER receipt = writer_grow(RECEIPT_MAX);
	uint8_t digest[HASH_LEN];

	lay_out(r);
	memcpy(digest, r->digest, sizeof(digest));
	rig_sign(r, digest);
	receipt_write(&receipt, &r->receipt);
	put(r, "receipt", writer_span(&receipt));
	CHECK(says(r, "doc", "receipt", r->group, EXIT_INVALID, "another signature"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_good_signature_with_its_receipt_is_told_in_words),
		cmocka_unit_test(another_document_group_or_time_is_not_valid),
		cmocka_unit_test(the_receipt_of_another_signature_is_not_valid),
		cmocka_unit_test(a_second_signature_over_the_same_document_does_not_pass_for_the_first),
	};
	struct err e = { 0 };

	return crypto_start(&e) ? RUN(tests) : 1;
}
