/* SPDX-License-Identifier: Apache-2.0 */
/* Documents, their statement, and what the server gives back for them. */
#include <unistd.h>

#include "cli/certificate.h"
#include "cli/command.h"
#include "cli/encode.h"
#include "cli/file.h"
#include "cli/signing.h"
#include "der/csr.h"
#include "rig.h"
#include "x509/issue.h"

static bool
sign_with(void *self, struct span digest, uint8_t *raw, struct err *e)
{
	return key_sign(self, digest.p, raw, e);
}

/* A certificate by the signing key itself, which is all that is looked at here. */
static void
certify(struct rig *r, struct key *key, struct writer *der)
{
	struct signing signing = { alg_find(1), sign_with, key };
	AUTO_WRITER name = writer_grow(1024);
	struct err e = { 0 };
	struct issue issue = { .kind = ISSUE_ROOT, .not_before = 1600000000000,
		.not_after = 1900000000000, .spki = key_spki(key), .issuer_spki = key_spki(key) };

	CHECK(name_from_text("CN=Alice Example,C=SE", &name, &e));
	issue.subject = issue.issuer = writer_span(&name);
	CHECK(issue_certificate(der, &issue, &signing, &e));
	(void)r;
}

struct desk {
	struct rig		*rig;
	struct writer		 certificate;
	struct chain		*chain;
	struct signing_job	 job;
	char			 path[2][128];
	char			*paths[2];
};

static void
desk_open(struct desk *k)
{
	struct err e = { 0 };

	*k = (struct desk){ .rig = rig_new(), .certificate = writer_grow(8192) };
	certify(k->rig, k->rig->signing, &k->certificate);
	k->chain = chain_read(writer_span(&k->certificate), &e);
	CHECK(k->chain != NULL);
	k->job.chain = k->chain;
	k->job.key = (struct known_key){ .alg = alg_find(1), .class = 1, .level = 2 };
	memcpy(k->job.key.spki, key_spki(k->rig->signing).p, 91);
	for (int i = 0; i < 2; i++) {
		k->paths[i] = rig_path(k->rig, i == 0 ? "one.txt" : "two.txt", k->path[i]);
		CHECK(file_write(k->paths[i], 0644, span_str(i == 0 ? "first" : "second"), &e));
	}
	CHECK(signing_prepare(&k->job, k->paths, 2, 1700000000000, &e));
}

static void
desk_close(struct desk *k)
{
	signing_job_wipe(&k->job);
	chain_free(k->chain);
	writer_wipe(&k->certificate);
	rig_free(k->rig);
}

/* What an honest server would answer, by that key. */
static json_t *
answer_by(struct desk *k, struct key *key, size_t swap)
{
	json_t *list = json_array();
	struct err e = { 0 };

	for (size_t i = 0; i < k->job.n; i++) {
		AUTO_WRITER der = writer_grow(128);
		uint8_t raw[64];
		char *text;

		CHECK(key_sign(key, k->job.list[(i + swap) % k->job.n].dtbsr, raw, &e));
		CHECK(signature_to_der(alg_find(1), span_of(raw, 64), &der));
		text = base64_new(writer_span(&der));
		json_array_append_new(list, json_string(text));
		free(text);
	}
	return json_pack("{s:o}", "signatures", list);
}

static bool
taken(struct desk *k, json_t *answer, struct writer *p7s, struct err *e)
{
	uint8_t raw[SIGNATURE_MAX];
	bool good;

	err_clear(e);
	good = signing_take(&k->job, answer, 1, p7s, raw, e);
	json_decref(answer);
	return good;
}

TEST(the_statement_names_what_was_hashed_here)
{
	struct body_sign *b = calloc(1, sizeof(*b));
	uint8_t print[HASH_LEN], digest[HASH_LEN];
	struct desk k;

	desk_open(&k);
	signing_body(&k.job, "two files", b);
	sha256(key_spki(k.rig->signing), print);
	sha256(span_str("second"), digest);
	CHECK(b->n == 2 && b->seen == SEEN_DOCUMENT && b->kind == KIND_DTBSR && b->level == 2);
	CHECK(memcmp(b->spki, print, 32) == 0);
	CHECK(memcmp(k.job.list[1].digest, digest, 32) == 0 && k.job.list[1].size == 6);
	CHECK(span_equal(b->items[1].digest, span_of(k.job.list[1].dtbsr, 32)));
	CHECK(!span_equal(b->items[1].digest, span_of(digest, 32)));
	CHECK(span_equal(b->items[1].label, span_str("two.txt")));
	free(b);
	desk_close(&k);
}

TEST(a_good_answer_becomes_a_signature_file)
{
	AUTO_WRITER p7s = writer_grow(CADES_FILE_MAX);
	struct err e = { 0 };
	struct desk k;

	desk_open(&k);
	CHECK(taken(&k, answer_by(&k, k.rig->signing, 0), &p7s, &e) && p7s.n > 0);
	desk_close(&k);
}

TEST(signatures_by_another_key_of_another_document_or_missing_are_thrown_away)
{
	AUTO_WRITER p7s = writer_grow(CADES_FILE_MAX);
	struct err e = { 0 };
	struct desk k;

	desk_open(&k);
	CHECK(!taken(&k, answer_by(&k, k.rig->alice, 0), &p7s, &e));
	CHECK(command_exit(&e) == EXIT_INVALID);
	CHECK(!taken(&k, answer_by(&k, k.rig->signing, 1), &p7s, &e));
	CHECK(!taken(&k, json_pack("{s:[s]}", "signatures", "AAAA"), &p7s, &e));
	CHECK(!taken(&k, json_pack("{s:[s,s]}", "signatures", "AAAA", "AAAA"), &p7s, &e));
	CHECK(!taken(&k, json_object(), &p7s, &e));
	CHECK(p7s.n == 0);
	desk_close(&k);
}

TEST(the_requests_carry_the_approved_hashes_in_their_order)
{
	struct desk k;
	json_t *j, *hashes;
	char *text;

	desk_open(&k);
	j = signing_authorize_json(&k.job, span_str("package"));
	hashes = json_object_get(j, "hashes");
	CHECK(json_array_size(hashes) == 2);
	CHECK(json_integer_value(json_object_get(j, "numSignatures")) == 2);
	text = base64_new(span_of(k.job.list[1].dtbsr, 32));
	CHECK(strcmp(json_string_value(json_array_get(hashes, 1)), text) == 0);
	free(text);
	json_decref(j);
	text = signing_inline_sad(span_str("\xff\xff\xff"));
	CHECK(strcmp(text, "PRS1.____") == 0);
	j = signing_hash_json(&k.job, text);
	CHECK(strcmp(json_string_value(json_object_get(j, "SAD")), text) == 0);
	CHECK(strcmp(json_string_value(json_object_get(j, "signAlgo")), k.job.key.alg->oid) == 0);
	json_decref(j);
	free(text);
	desk_close(&k);
}

static bool
requested(struct desk *k, struct key *csr_key, size_t spoil, struct key *by, struct err *e)
{
	AUTO_WRITER name = writer_grow(1024), info = writer_grow(2048), csr = writer_grow(2048);
	AUTO_WRITER attestation = writer_grow(1024);
	uint8_t digest[HASH_LEN], raw[64], print[HASH_LEN], id[16] = { 0x4b };
	char subject[NAME_MAX_TEXT];
	struct known_key key;

	err_clear(e);
	CHECK(name_from_text("CN=Alice Example,C=SE", &name, e));
	csr_info_write(&info, writer_span(&name), key_spki(csr_key));
	sha256(writer_span(&info), digest);
	CHECK(key_sign(csr_key, digest, raw, e));
	CHECK(csr_write(&csr, writer_span(&info), alg_find(1), span_of(raw, 64), e));
	sha256(key_spki(k->rig->signing), print);
	wr_u8(&attestation, 1);
	wr_bytes(&attestation, k->rig->group, 32);
	wr_bytes(&attestation, id, 16);
	wr_bytes(&attestation, k->rig->profile.signer, 16);
	wr_bytes(&attestation, print, 32);
	wr_u16(&attestation, 1);
	wr_u8(&attestation, 1);
	wr_u8(&attestation, 2);
	wr_u64(&attestation, 1700000000000);
	if (spoil < attestation.n)
		attestation.p[spoil] ^= 1;
	rig_attest(k->rig, by, &attestation);
	return request_check(&k->rig->profile, k->rig->g.attest, id, writer_span(&csr),
	    writer_span(&attestation), &key, subject, e) && strstr(subject, "Alice Example") != NULL &&
	    key.level == 2;
}

TEST(a_request_must_be_for_the_attested_key_of_this_signer)
{
	struct err e = { 0 };
	struct desk k;

	desk_open(&k);
	CHECK(requested(&k, k.rig->signing, SIZE_MAX, k.rig->attest, &e));
	CHECK(!requested(&k, k.rig->alice, SIZE_MAX, k.rig->attest, &e));
	CHECK(command_exit(&e) == EXIT_INVALID);
	CHECK(!requested(&k, k.rig->signing, SIZE_MAX, k.rig->log, &e));
	CHECK(command_exit(&e) == EXIT_INVALID);
	for (size_t at = 0; at < 1 + 32 + 16 + 16 + 32 + 2; at += 8)
		CHECK(!requested(&k, k.rig->signing, at, k.rig->attest, &e));
	desk_close(&k);
}

TEST(a_certificate_for_another_key_is_not_used)
{
	AUTO_WRITER other = writer_grow(8192);
	struct certificate cert;
	struct err e = { 0 };
	struct desk k;

	desk_open(&k);
	CHECK(certificate_is_of(writer_span(&k.certificate), &k.job.key, &cert, &e));
	certify(k.rig, k.rig->alice, &other);
	CHECK(!certificate_is_of(writer_span(&other), &k.job.key, &cert, &e));
	CHECK(command_exit(&e) == EXIT_INVALID);
	desk_close(&k);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_statement_names_what_was_hashed_here),
		cmocka_unit_test(a_good_answer_becomes_a_signature_file),
		cmocka_unit_test(signatures_by_another_key_of_another_document_or_missing_are_thrown_away),
		cmocka_unit_test(the_requests_carry_the_approved_hashes_in_their_order),
		cmocka_unit_test(a_request_must_be_for_the_attested_key_of_this_signer),
		cmocka_unit_test(a_certificate_for_another_key_is_not_used),
	};
	struct err e = { 0 };

	return crypto_start(&e) ? RUN(tests) : 1;
}
