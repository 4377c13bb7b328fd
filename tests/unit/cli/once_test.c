/* SPDX-License-Identifier: Apache-2.0 */
/* src/cli/once.c: what a server gives for an approval of documents, and what it might give instead. */
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/encode.h"
#include "cli/file.h"
#include "cli/once.h"
#include "der/name.h"
#include "rig.h"
#include "x509/issue.h"

#define NOW	1700000000000

static bool
sign_with(void *self, struct span digest, uint8_t *raw, struct err *e)
{
	return key_sign(self, digest.p, raw, e);
}

struct desk {
	struct rig	*rig;
	struct writer	 certificate;
	struct once_job	 job;
	char		 path[2][128];
	char		*paths[2];
};

static void
certify(struct key *key, struct writer *der)
{
	struct signing signing = { alg_find(1), sign_with, key };
	AUTO_WRITER name = writer_grow(1024);
	struct issue issue = { .kind = ISSUE_ROOT, .not_before = 1600000000000,
		.not_after = 1900000000000, .spki = key_spki(key), .issuer_spki = key_spki(key) };

	CHECK(name_from_text("CN=Alice Example,C=SE", &name, NULL));
	issue.subject = issue.issuer = writer_span(&name);
	CHECK(issue_certificate(der, &issue, &signing, NULL));
}

static void
desk_open(struct desk *k, enum item_kind kind, uint16_t attrs)
{
	struct err e = { 0 };

	*k = (struct desk){ .rig = rig_new(), .certificate = writer_grow(8192) };
	certify(k->rig->signing, &k->certificate);
	k->job.offer.alg = alg_find(1);
	snprintf(k->job.offer.qualifier, ONCE_TEXT, "eu_eidas_aes");
	k->job.kind = kind;
	k->job.attrs = attrs;
	for (int i = 0; i < 2; i++) {
		k->paths[i] = rig_path(k->rig, i == 0 ? "one.txt" : "two.txt", k->path[i]);
		CHECK(file_write(k->paths[i], 0644, span_str(i == 0 ? "first" : "second"), &e));
	}
	CHECK(once_prepare(&k->job, k->paths, 2, &e));
}

static void
desk_close(struct desk *k)
{
	once_job_wipe(&k->job);
	writer_wipe(&k->certificate);
	rig_free(k->rig);
}

/* A file over this document with these attributes, by that key; change: bytes of it flipped. */
static json_t *
file_of(struct desk *k, size_t i, enum item_kind kind, uint16_t attrs, struct key *by)
{
	AUTO_WRITER attributes = writer_grow(SIGNED_ATTRIBUTES_MAX), file = writer_grow(CADES_FILE_MAX);
	struct cades c = { .kind = (enum signed_attributes_kind)kind, .attrs = attrs, .alg = alg_find(1),
		.document_digest = span_of(k->job.list[i].digest, 32),
		.signer = writer_span(&k->certificate), .signing_time = NOW };
	uint8_t dtbsr[DIGEST_MAX], raw[64];
	json_t *j;
	char *text;

	CHECK(cades_attributes(&c, &attributes, dtbsr, NULL));
	CHECK(key_sign(by, dtbsr, raw, NULL));
	CHECK(cades_assemble(&c, writer_span(&attributes), span_of(raw, 64), &file, NULL));
	text = base64_new(writer_span(&file));
	j = json_string(text);
	free(text);
	return j;
}

static json_t *
answer_of(json_t *first, json_t *second)
{
	return json_pack("{s:[o,o]}", "SignatureObject", first, second);
}

static bool
takes(struct desk *k, json_t *answer, size_t i, const char *why)
{
	AUTO_WRITER p7s = writer_grow(CADES_FILE_MAX);
	struct once_signature made;
	struct err e = { 0 };
	bool good = once_take(&k->job, answer, i, &p7s, &made, &e);

	if (!good)
		CHECK(why != NULL && strstr(e.text, why) != NULL && strstr(e.text, "thrown away") != NULL);
	json_decref(answer);
	return good;
}

TEST(what_was_approved_is_taken_of_each_kind)
{
	for (int kind = KIND_CADES; kind <= KIND_PADES; kind++)
		for (uint16_t attrs = 0; attrs <= ATTRS_ORIGIN; attrs++) {
			struct desk k;

			desk_open(&k, (enum item_kind)kind, attrs);
			for (size_t i = 0; i < 2; i++)
				CHECK(takes(&k, answer_of(
				    file_of(&k, 0, (enum item_kind)kind, attrs, k.rig->signing),
				    file_of(&k, 1, (enum item_kind)kind, attrs, k.rig->signing)), i, NULL));
			desk_close(&k);
		}
}

TEST(another_document_kind_or_commitment_is_thrown_away)
{
	struct key *by;
	struct desk k;

	desk_open(&k, KIND_CADES, ATTRS_APPROVAL);
	by = k.rig->signing;
	CHECK(!takes(&k, answer_of(file_of(&k, 1, KIND_CADES, ATTRS_APPROVAL, by),
	    file_of(&k, 1, KIND_CADES, ATTRS_APPROVAL, by)), 0, "something else"));
	CHECK(!takes(&k, answer_of(file_of(&k, 0, KIND_CADES, 0, by),
	    file_of(&k, 1, KIND_CADES, ATTRS_APPROVAL, by)), 0, "something else"));
	CHECK(!takes(&k, answer_of(file_of(&k, 0, KIND_CADES, ATTRS_ORIGIN, by), json_null()), 0,
	    "something else"));
	CHECK(!takes(&k, answer_of(file_of(&k, 0, KIND_PADES, ATTRS_APPROVAL, by), json_null()), 0,
	    "something else"));
	desk_close(&k);
}

TEST(missing_files_and_garbage_are_thrown_away)
{
	struct desk k;

	desk_open(&k, KIND_CADES, 0);
	CHECK(!takes(&k, json_object(), 0, "missing"));
	CHECK(!takes(&k, json_pack("{s:[o]}", "SignatureObject",
	    file_of(&k, 0, KIND_CADES, 0, k.rig->signing)), 0, "missing"));
	CHECK(!takes(&k, answer_of(json_string("AAAA"), json_null()), 0, "CAdES"));
	CHECK(!takes(&k, answer_of(json_integer(1), json_null()), 0, "missing"));
	desk_close(&k);
}

/* Every bit of the file: what is still taken signs the same document with the same attributes. */
TEST(no_flip_passes_as_another_signature)
{
	AUTO_WRITER file = writer_grow(CADES_FILE_MAX);
	struct once_signature made;
	size_t taken = 0, bits = 0;
	struct desk k;
	json_t *j;

	desk_open(&k, KIND_CADES, 0);
	j = file_of(&k, 0, KIND_CADES, 0, k.rig->signing);
	CHECK(base64_read(span_str(json_string_value(j)), &file));
	json_decref(j);
	for (size_t bit = 0; bit < file.n * 8; bit += 7, bits++) {
		AUTO_WRITER out = writer_grow(CADES_FILE_MAX);
		struct err e = { 0 };
		char *text;

		file.p[bit / 8] ^= (uint8_t)(1 << bit % 8);
		text = base64_new(writer_span(&file));
		j = answer_of(json_string(text), json_null());
		taken += once_take(&k.job, j, 0, &out, &made, &e);
		json_decref(j);
		free(text);
		file.p[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	CHECK(taken * 10 < bits);	/* unsigned places: issuer and serial, order of certificates */
	desk_close(&k);
}

TEST(the_request_names_documents_and_what_is_to_be_made_of_them)
{
	const json_t *one;
	struct desk k;
	json_t *j;

	desk_open(&k, KIND_PADES, 0);
	j = once_json(&k.job, span_str("package"));
	one = json_array_get(json_object_get(j, "documentDigests"), 0);
	CHECK(json_array_size(json_object_get(one, "hashes")) == 2);
	CHECK(strcmp(json_string_value(json_object_get(one, "signature_format")), "P") == 0);
	CHECK(strcmp(json_string_value(json_object_get(j, "signatureQualifier")), "eu_eidas_aes") == 0);
	CHECK(strncmp(json_string_value(json_object_get(j, "SAD")), "PRS1.", 5) == 0);
	json_decref(j);
	desk_close(&k);
}

static json_t *
offer_json(const struct rig *r)
{
	uint8_t fresh[FRESH_LEN] = { 7 }, session[16];
	char group[HEX_MAX(HASH_LEN)], id[HEX_MAX(16)], idv[HEX_MAX(32)];
	char *text = base64url_new(span_of(fresh, sizeof(fresh)));
	uint8_t zero[32] = { 0 };
	json_t *j;

	statement_session(fresh, session);
	j = json_pack("{s:s,s:i,s:s,s:I,s:s,s:s,s:s,s:i,s:i,s:s,s:s}", "group",
	    hex(span_of(r->profile.group, HASH_LEN), group), "epoch", 1, "fresh", text, "now",
	    (json_int_t)clock_wall(), "session", hex(span_of(session, 16), id), "profile", "short-term",
	    "idv", hex(span_of(zero, 32), idv), "seconds", 1800, "alg", 1, "signatureQualifier",
	    "eu_eidas_aes", "ca", "Trial CA");
	free(text);
	return j;
}

static bool
offered(const struct rig *r, const char *member, json_t *value, const char *why)
{
	json_t *j = offer_json(r);
	struct once_offer offer;
	struct err e = { 0 };
	bool good;

	if (member != NULL)
		json_object_set_new(j, member, value);
	good = once_offer_read(j, &r->profile, &offer, &e);
	CHECK(good ? offer.challenge.life == 1800000 && offer.alg->number == 1
	    : why != NULL && strstr(e.text, why) != NULL);
	json_decref(j);
	return good;
}

TEST(an_offer_with_another_session_group_or_algorithm_is_refused)
{
	AUTO(rig) *r = rig_new();
	char zeros[65];

	memset(zeros, '0', 64);
	zeros[64] = '\0';
	CHECK(offered(r, NULL, NULL, NULL));
	CHECK(!offered(r, "session", json_string(zeros + 32), "session"));
	CHECK(!offered(r, "group", json_string(zeros), "another group"));
	CHECK(!offered(r, "alg", json_integer(99), "algorithm"));
	CHECK(!offered(r, "seconds", json_integer(7201), "seconds"));
	CHECK(!offered(r, "profile", json_string("seventeen-letters"), "profile"));
	CHECK(!offered(r, "profile", json_string(""), "profile"));
	CHECK(!offered(r, "ca", json_string("CA\xe2\x80\xaegnp"), "shown"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_approved_is_taken_of_each_kind),
		cmocka_unit_test(another_document_kind_or_commitment_is_thrown_away),
		cmocka_unit_test(missing_files_and_garbage_are_thrown_away),
		cmocka_unit_test(no_flip_passes_as_another_signature),
		cmocka_unit_test(the_request_names_documents_and_what_is_to_be_made_of_them),
		cmocka_unit_test(an_offer_with_another_session_group_or_algorithm_is_refused),
	};

	return crypto_start(NULL) ? RUN(tests) : 1;
}
