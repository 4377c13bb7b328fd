/* SPDX-License-Identifier: Apache-2.0 */
/* Statements: one encoding each, and nothing that does not belong there. */
#include "crypto/alg.h"
#include "tests/unit/kit/again.h"
#include "tests/unit/kit/samples.h"

static bool
again(struct span in, struct writer *w, struct err *e)
{
	static struct statement s;

	if (!statement_read(in, &s, e))
		return false;
	statement_write(w, &s);
	return true;
}

static struct statement st;

static bool
is_read(const struct statement *s)
{
	AUTO_WRITER w = writer_grow(2 * STATEMENT_MAX);

	statement_write(&w, s);
	return writer_ok(&w) && again_same(again, writer_span(&w));
}

TEST(a_statement_of_each_purpose_has_one_encoding)
{
	for (size_t i = 0; i < SAMPLE_ALL; i++) {
		AUTO_WRITER w = writer_grow(STATEMENT_MAX);

		sample_statement(sample_purposes[i], &st);
		statement_write(&w, &st);
		CHECK(writer_ok(&w));
		again_holds(again, writer_span(&w));
	}
}

TEST(no_other_purpose_is_known)
{
	size_t known = 0;

	for (unsigned p = 0; p <= UINT16_MAX; p++) {
		AUTO_WRITER w = writer_grow(STATEMENT_MAX);
		bool there = purpose_name((uint16_t)p) != NULL;
		struct err e = { 0 };

		known += there;
		if (there)
			continue;
		sample_statement(PURPOSE_FOUND, &st);
		statement_write(&w, &st);
		w.p[4] = (uint8_t)(p >> 8);
		w.p[5] = (uint8_t)p;
		CHECK(!statement_read(writer_span(&w), &st, &e) && strcmp(e.reason, "parse") == 0);
	}
	CHECK(known == SAMPLE_ALL);
}

TEST(what_ends_before_it_begins_is_refused)
{
	sample_statement(PURPOSE_SIGN, &st);
	st.exp = st.iat;
	CHECK(!is_read(&st));
	st.exp = st.iat - 1;
	CHECK(!is_read(&st));
	st.exp = st.iat + 1;
	CHECK(is_read(&st));
	st.iat = UINT64_MAX;
	st.exp = 0;
	CHECK(!is_read(&st));
}

TEST(fields_of_sign_out_of_their_range_are_refused)
{
	static const struct { size_t at; unsigned low, high; } one_byte[] = {
		{ offsetof(struct body_sign, class), 1, 2 }, { offsetof(struct body_sign, level), 1, 2 },
		{ offsetof(struct body_sign, kind), 1, 3 }, { offsetof(struct body_sign, seen), 1, 2 },
	};

	for (size_t i = 0; i < COUNT(one_byte); i++)
		for (unsigned v = 0; v < 256; v++) {
			sample_statement(PURPOSE_SIGN, &st);
			*((uint8_t *)&st.sign + one_byte[i].at) = (uint8_t)v;
			CHECK(is_read(&st) == (v >= one_byte[i].low && v <= one_byte[i].high));
		}
}

TEST(a_digest_not_as_long_as_its_algorithm_says_is_refused)
{
	static const uint8_t some[64] = { 1 };

	for (unsigned alg = 0; alg < 64; alg++)
		for (size_t n = 0; n <= sizeof(some); n++) {
			const struct alg *a = alg_find((uint16_t)alg);

			sample_statement(PURPOSE_SIGN, &st);
			st.sign.alg = (uint16_t)alg;
			st.sign.n = 1;
			st.sign.items[0].digest = span_of(some, n);
			CHECK(is_read(&st) == (a != NULL && n == a->digest_len));
		}
}

static void no_session(struct body_sign *b) { memset(b->session, 0, 16); }
static void no_profile(struct body_sign *b) { memset(b->profile, 0, 16); }
static void great_letter(struct body_sign *b) { b->profile[0] = 'S'; }
static void hole(struct body_sign *b) { b->profile[5] = 0; }
static void space(struct body_sign *b) { b->profile[5] = ' '; }
static void longest(struct body_sign *b) { memset(b->profile, 'z', 16); }
static void a_key(struct body_sign *b) { b->key[15] = 1; }
static void an_spki(struct body_sign *b) { b->spki[0] = 1; }
static void seal(struct body_sign *b) { b->class = CLASS_SEAL; }
static void scal1(struct body_sign *b) { b->level = LEVEL_SCAL1; }
static void origin(struct body_sign *b) { b->attrs = ATTRS_ORIGIN; }
static void both(struct body_sign *b) { b->attrs = ATTRS_ORIGIN | ATTRS_APPROVAL; }
static void unknown_attrs(struct body_sign *b) { b->attrs = 4; }
static void pades(struct body_sign *b) { b->kind = KIND_PADES; }
static void dtbsr_without_key(struct body_sign *b) { b->kind = KIND_DTBSR; b->attrs = 0; }
static void
dtbsr(struct body_sign *b)
{
	dtbsr_without_key(b);
	a_key(b);
	an_spki(b);
}
static void dtbsr_of_attributes(struct body_sign *b) { dtbsr(b); b->attrs = ATTRS_APPROVAL; }

TEST(a_key_for_one_signature_is_named_by_its_session_alone)
{
	static const struct { void (*change)(struct body_sign *); bool good; } rows[] = {
		{ longest, true }, { origin, true }, { pades, true }, { dtbsr, true },
		{ no_session, false }, { no_profile, false }, { great_letter, false }, { hole, false },
		{ space, false }, { a_key, false }, { an_spki, false }, { seal, false },
		{ scal1, false }, { both, false }, { unknown_attrs, false },
		{ dtbsr_without_key, false }, { dtbsr_of_attributes, false },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		sample_statement(PURPOSE_SIGN_ONCE, &st);
		rows[i].change(&st.sign);
		CHECK(is_read(&st) == rows[i].good);
	}
	for (int i = 0; i < 5; i++) {
		sample_statement(PURPOSE_OPEN_SESSION, &st);
		st.open_session.alg = i == 0 ? 3 : 1;
		st.open_session.class = i == 1 ? CLASS_SEAL : CLASS_SIGNATURE;
		st.open_session.level = i == 2 ? LEVEL_SCAL1 : LEVEL_SCAL2;
		st.open_session.profile[0] = i == 3 ? 0 : 's';
		CHECK(is_read(&st) == (i == 4));
	}
}

TEST(a_list_is_of_one_to_a_thousand)
{
	sample_statement(PURPOSE_SIGN, &st);
	st.sign.n = 0;
	CHECK(!is_read(&st));
	sample_statement(PURPOSE_SIGN, &st);
	for (size_t i = 0; i < ITEMS_MAX; i++)
		st.sign.items[i] = st.sign.items[0];
	st.sign.n = ITEMS_MAX;
	CHECK(is_read(&st));
}

TEST(a_list_that_claims_a_thousand_and_one_is_refused)
{
	AUTO_WRITER w = writer_grow(STATEMENT_MAX);
	static const uint8_t count[] = { 0, 0, 0x03, 0xe9 };
	struct err e = { 0 };
	uint8_t *at;

	sample_statement(PURPOSE_SIGN, &st);
	for (size_t i = 0; i < ITEMS_MAX; i++)
		st.sign.items[i] = st.sign.items[0];
	st.sign.n = ITEMS_MAX;
	statement_write(&w, &st);
	at = memmem(w.p, w.n, "\0\0\x03\xe8\x20", 5);
	CHECK(at != NULL);
	memcpy(at, count, 4);
	CHECK(!statement_read(writer_span(&w), &st, &e));
}

/* The text of each purpose that people are shown. */
static struct span *
text_of(struct statement *s)
{
	switch (s->purpose) {
	case PURPOSE_SIGN:
	case PURPOSE_SIGN_ONCE:
		return &s->sign.text;
	case PURPOSE_INVITE:
		return &s->invite.proofing;
	case PURPOSE_BIND:
		return &s->bind.label;
	case PURPOSE_SUSPEND:
	case PURPOSE_REINSTATE:
	case PURPOSE_CLOSE:
		return &s->signer.reason;
	case PURPOSE_DESTROY_KEY:
	case PURPOSE_RELEASE_KEY:
		return &s->key.reason;
	case PURPOSE_ADD_ANCHOR:
		return &s->add_anchor.label;
	case PURPOSE_ADD_OFFICER:
		return &s->add_officer.person;
	default:
		return NULL;
	}
}

TEST(text_that_disguises_itself_is_refused_everywhere)
{
	for (size_t i = 0; i < SAMPLE_ALL; i++) {
		sample_statement(sample_purposes[i], &st);
		if (text_of(&st) == NULL)
			continue;
		*text_of(&st) = span_str("paid 10 \xe2\x80\xae" "001");
		CHECK(!is_read(&st));
		*text_of(&st) = span_str("two\nlines");
		CHECK(!is_read(&st));
		*text_of(&st) = span_str("plain");
		CHECK(is_read(&st));
	}
	sample_statement(PURPOSE_SIGN, &st);
	st.sign.name = span_str("a\x1b[2J");
	CHECK(!is_read(&st));
	sample_statement(PURPOSE_SIGN, &st);
	st.sign.items[1].label = span_str("\xff");
	CHECK(!is_read(&st));
}

TEST(text_has_its_maximum_in_each_purpose)
{
	static const struct { uint16_t purpose; size_t least, most; } bounds[] = {
		{ PURPOSE_SIGN, 0, 1000 }, { PURPOSE_INVITE, 1, 64 }, { PURPOSE_BIND, 0, 64 },
		{ PURPOSE_SUSPEND, 0, 200 }, { PURPOSE_CLOSE, 0, 200 }, { PURPOSE_DESTROY_KEY, 0, 200 },
		{ PURPOSE_ADD_ANCHOR, 1, 64 }, { PURPOSE_ADD_OFFICER, 1, 64 },
	};
	char many[1002];

	memset(many, 'x', sizeof(many));
	for (size_t i = 0; i < COUNT(bounds); i++)
		for (size_t n = 0; n <= sizeof(many); n++) {
			sample_statement(bounds[i].purpose, &st);
			*text_of(&st) = span_of(many, n);
			CHECK(is_read(&st) == (n >= bounds[i].least && n <= bounds[i].most));
		}
}

TEST(labels_and_names_have_their_maximum)
{
	for (size_t n = 0; n <= 255; n++) {
		char text[256];

		memset(text, 'y', sizeof(text));
		sample_statement(PURPOSE_SIGN, &st);
		st.sign.items[0].label = span_of(text, n);
		CHECK(is_read(&st) == (n <= 200));
		sample_statement(PURPOSE_SIGN, &st);
		st.sign.name = span_of(text, n);
		CHECK(is_read(&st) == (n <= 128));
	}
}

TEST(reserved_fields_of_create_key_must_be_zero)
{
	for (size_t i = 0; i < 16; i++) {
		sample_statement(PURPOSE_CREATE_KEY, &st);
		st.create_key.profile[i] = 1;
		CHECK(!is_read(&st));
	}
}

TEST(who_vouches_for_a_person_has_a_name_and_no_key)
{
	static const uint8_t types[] = { EVIDENCE_MODULE, EVIDENCE_PROVIDER };
	static const uint8_t some[ISSUER_MAX + 1] = { 0 };
	char issuer[ISSUER_MAX + 1];

	memset(issuer, 'i', sizeof(issuer));
	for (size_t i = 0; i < COUNT(types); i++) {
		sample_bind(types[i], &st);
		CHECK(is_read(&st));
		for (unsigned v = 0; v < 256; v++) {
			sample_bind(types[i], &st);
			st.bind.protection = (uint8_t)v;
			CHECK(is_read(&st) == (v == (i == 0 ? PROTECTION_MODULE : PROTECTION_PROVIDER)));
		}
		sample_bind(types[i], &st);
		st.bind.spki = fixed_spki(sample_key("alice"));
		CHECK(!is_read(&st));
		sample_bind(types[i], &st);
		st.bind.client = span_str("{}");
		CHECK(!is_read(&st));
	}
	for (size_t n = 0; n <= ISSUER_MAX + 1; n++) {
		sample_bind(EVIDENCE_MODULE, &st);
		st.bind.attestation = span_of(some, n);
		CHECK(is_read(&st) == (n == MODULE_LINK_LEN));
		sample_bind(EVIDENCE_PROVIDER, &st);
		st.bind.attestation = span_of(issuer, n);
		CHECK(is_read(&st) == (n > 0 && n <= ISSUER_MAX));
	}
	sample_bind(EVIDENCE_PROVIDER, &st);
	st.bind.attestation = span_of("a\nb", 3);
	CHECK(!is_read(&st));
}

TEST(a_key_of_another_length_is_no_peers)
{
	static const uint8_t key[128] = { 4 };

	for (unsigned kind = 0; kind < 256; kind++)
		for (size_t n = 0; n <= sizeof(key); n++) {
			sample_statement(PURPOSE_ADD_PEER, &st);
			st.add_peer.kind = (uint8_t)kind;
			st.add_peer.key = span_of(key, n);
			CHECK(is_read(&st) == ((kind == PEER_SAM && n == 65) || (kind == PEER_MODULE && n == 91)));
		}
	sample_statement(PURPOSE_ADD_PEER, &st);
	st.add_peer.label = span_str("");
	CHECK(!is_read(&st));
}

TEST(a_key_has_another_id_with_each_nonce)
{
	uint8_t one[16], other[16], session[16];

	sample_statement(PURPOSE_CREATE_KEY, &st);
	statement_key(st.fresh, one);
	statement_session(st.fresh, session);
	CHECK(memcmp(one, session, 16) != 0);
	for (size_t i = 0; i < FRESH_LEN; i++) {
		st.fresh[i] ^= 1;
		statement_key(st.fresh, other);
		CHECK(memcmp(one, other, 16) != 0);
		st.fresh[i] ^= 1;
	}
}

TEST(an_authenticator_of_another_type_or_key_is_refused)
{
	static const uint8_t key[120] = { 0x30 };

	for (unsigned v = 0; v < 256; v++) {
		sample_statement(PURPOSE_BIND, &st);
		st.bind.type = (uint8_t)v;
		CHECK(is_read(&st) == (v == 1));
		sample_statement(PURPOSE_BIND, &st);
		st.bind.protection = (uint8_t)v;
		CHECK(is_read(&st) == (v >= 1 && v <= 4));
	}
	for (size_t n = 0; n <= sizeof(key); n++) {
		sample_statement(PURPOSE_BIND, &st);
		st.bind.spki = span_of(key, n);
		CHECK(is_read(&st) == (n == 91));
		sample_statement(PURPOSE_ADD_OFFICER, &st);
		st.add_officer.spki = span_of(key, n);
		CHECK(is_read(&st) == (n == 91));
	}
}

TEST(unknown_roles_and_levels_of_assurance_are_refused)
{
	for (unsigned v = 0; v < 256; v++) {
		sample_statement(PURPOSE_ADD_OFFICER, &st);
		st.add_officer.role = (uint8_t)v;
		CHECK(is_read(&st) == (v >= 1 && v <= 5));
		sample_statement(PURPOSE_INVITE, &st);
		st.invite.loa = (uint8_t)v;
		CHECK(is_read(&st) == (v >= 1 && v <= 3));
	}
}

TEST(a_statement_over_its_maximum_is_not_even_looked_at)
{
	static uint8_t huge[STATEMENT_MAX + 1];
	struct err e = { 0 };

	memcpy(huge, "PRS1", 4);
	CHECK(!statement_read(span_of(huge, sizeof(huge)), &st, &e) && strcmp(e.reason, "parse") == 0);
}

TEST(d_is_of_all_bytes_and_of_the_tag_with_its_zero)
{
	AUTO_WRITER w = writer_grow(STATEMENT_MAX), tagged = writer_grow(2 * STATEMENT_MAX);
	uint8_t d[HASH_LEN], other[HASH_LEN];

	sample_statement(PURPOSE_SIGN, &st);
	statement_write(&w, &st);
	statement_digest(writer_span(&w), d);
	wr_bytes(&tagged, "propria-statement-v1", 21);
	wr_span(&tagged, writer_span(&w));
	sha256(writer_span(&tagged), other);
	CHECK(memcmp(d, other, HASH_LEN) == 0);
	for (size_t bit = 0; bit < 8 * w.n; bit++) {
		w.p[bit / 8] ^= (uint8_t)(1 << bit % 8);
		statement_digest(writer_span(&w), other);
		CHECK(memcmp(d, other, HASH_LEN) != 0);
		w.p[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
}

TEST(the_body_that_a_proposal_hashes_is_what_follows_the_header)
{
	for (size_t i = 0; i < SAMPLE_ALL; i++) {
		AUTO_WRITER whole = writer_grow(STATEMENT_MAX), body = writer_grow(STATEMENT_MAX);
		struct err e = { 0 };

		sample_statement(sample_purposes[i], &st);
		statement_write(&whole, &st);
		statement_body_write(&body, &st);
		CHECK(statement_read(writer_span(&whole), &st, &e));
		CHECK(span_equal(st.body, writer_span(&body)));
	}
}

static int
start(void **state UNUSED)
{
	struct err e = { 0 };

	return crypto_start(&e) ? 0 : -1;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_statement_of_each_purpose_has_one_encoding),
		cmocka_unit_test(no_other_purpose_is_known),
		cmocka_unit_test(what_ends_before_it_begins_is_refused),
		cmocka_unit_test(fields_of_sign_out_of_their_range_are_refused),
		cmocka_unit_test(a_digest_not_as_long_as_its_algorithm_says_is_refused),
		cmocka_unit_test(a_key_for_one_signature_is_named_by_its_session_alone),
		cmocka_unit_test(a_list_is_of_one_to_a_thousand),
		cmocka_unit_test(a_list_that_claims_a_thousand_and_one_is_refused),
		cmocka_unit_test(text_that_disguises_itself_is_refused_everywhere),
		cmocka_unit_test(text_has_its_maximum_in_each_purpose),
		cmocka_unit_test(labels_and_names_have_their_maximum),
		cmocka_unit_test(reserved_fields_of_create_key_must_be_zero),
		cmocka_unit_test(who_vouches_for_a_person_has_a_name_and_no_key),
		cmocka_unit_test(a_key_of_another_length_is_no_peers),
		cmocka_unit_test(a_key_has_another_id_with_each_nonce),
		cmocka_unit_test(an_authenticator_of_another_type_or_key_is_refused),
		cmocka_unit_test(unknown_roles_and_levels_of_assurance_are_refused),
		cmocka_unit_test(a_statement_over_its_maximum_is_not_even_looked_at),
		cmocka_unit_test(d_is_of_all_bytes_and_of_the_tag_with_its_zero),
		cmocka_unit_test(the_body_that_a_proposal_hashes_is_what_follows_the_header),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
