/* SPDX-License-Identifier: Apache-2.0 */
/* src/webauthn: enrolments and assertions of a software authenticator, whole and broken. */
#include "tests/test.h"
#include "tests/unit/kit/soft_passkey.h"
#include "webauthn/assertion.h"
#include "webauthn/attestation.h"

#define ORIGIN	"https://approve.example"
#define RP	"approve.example"
#define NOW	UINT64_C(1790000000000)

static struct relying_party rp;
static struct soft_passkey keys[3];
static struct soft_maker maker;
static uint8_t challenge[32] = { 1, 2, 3 };

static int
start(void **unused UNUSED)
{
	static const enum passkey_kind kinds[] = { PASSKEY_ES256, PASSKEY_EDDSA, PASSKEY_RS256 };
	struct err e = { 0 };

	if (!crypto_start(&e) ||
	    !relying_party_init(&rp, span_str(ORIGIN), span_str("https://sign.example")))
		return -1;
	for (size_t i = 0; i < COUNT(keys); i++)
		soft_passkey_make(&keys[i], "phone", kinds[i], RP);
	soft_maker_make(&maker, "Maker", NOW);
	return 0;
}

static int
stop(void **unused UNUSED)
{
	for (size_t i = 0; i < COUNT(keys); i++)
		soft_passkey_free(&keys[i]);
	return 0;
}

static bool
denied(bool good, const struct err *e)
{
	CHECK(good || (e->code == ERR_DENIED && strcmp(e->reason, "auth") == 0));
	return !good;
}

static bool
asserts(struct span body, const struct soft_passkey *key, struct assertion *a)
{
	uint8_t *copy = malloc(body.n > 0 ? body.n : 1);
	struct err e = { 0 };
	bool good;

	CHECK(copy != NULL);
	memcpy(copy, body.p, body.n);
	good = assertion_verify(span_of(copy, body.n), challenge, soft_spki(key), &rp, a, &e);
	free(copy);
	return !denied(good, &e);
}

TEST(an_assertion_of_each_kind_verifies)
{
	for (size_t i = 0; i < COUNT(keys); i++) {
		AUTO_WRITER w = writer_grow(ASSERTION_MAX);
		struct assertion a = { 0 };
		struct err e = { 0 };

		keys[i].count = 6;
		keys[i].extensions = i == 1;
		soft_get(&w, &keys[i], challenge, ORIGIN);
		keys[i].extensions = false;
		CHECK(asserts(writer_span(&w), &keys[i], &a));
		CHECK(a.count == 7 && (a.flags & 5) == 5);
		CHECK(assertion_answers(writer_span(&w), challenge, soft_spki(&keys[i]), &e));
		CHECK(!asserts(writer_span(&w), &keys[(i + 1) % 3], &a));
	}
}

TEST(cut_or_with_any_bit_turned_no_assertion_verifies)
{
	for (size_t i = 0; i < COUNT(keys); i++) {
		AUTO_WRITER w = writer_grow(ASSERTION_MAX);
		struct assertion a;
		size_t step = i == 0 ? 1 : 7;

		soft_get(&w, &keys[i], challenge, ORIGIN);
		for (size_t n = 0; n < w.n; n++)
			CHECK(!asserts(span_of(w.p, n), &keys[i], &a));
		for (size_t bit = 0; bit < 8 * w.n; bit += step) {
			w.p[bit / 8] ^= (uint8_t)(1 << bit % 8);
			CHECK(!asserts(writer_span(&w), &keys[i], &a));
			w.p[bit / 8] ^= (uint8_t)(1 << bit % 8);
		}
		wr_u8(&w, 0);
		CHECK(!asserts(writer_span(&w), &keys[i], &a));
	}
}

/* Well signed, but of another ceremony: `data` is changed before it is signed. */
static bool
signed_over(const struct soft_passkey *p, const char *type, const char *origin, const char *more,
    const uint8_t what[32], bool attested)
{
	AUTO_WRITER w = writer_grow(ASSERTION_MAX), data = writer_grow(1024), client = writer_grow(2048);
	struct assertion a;

	soft_authenticator_data(&data, p, attested);
	soft_client_data(&client, type, what, origin, more);
	soft_assertion(&w, p, writer_span(&data), writer_span(&client));
	return asserts(writer_span(&w), p, &a);
}

TEST(well_signed_assertions_of_another_ceremony_are_refused)
{
	struct soft_passkey p = keys[0];
	uint8_t other[32] = { 9 };

	CHECK(signed_over(&p, "webauthn.get", ORIGIN, "", challenge, false));
	CHECK(!signed_over(&p, "webauthn.create", ORIGIN, "", challenge, false));
	CHECK(!signed_over(&p, "webauthn.get", "https://sign.example", "", challenge, false));
	CHECK(!signed_over(&p, "webauthn.get", ORIGIN, ",\"topOrigin\":\"https://x.example\"", challenge,
	    false));
	CHECK(!signed_over(&p, "webauthn.get", ORIGIN, "", other, false));
	CHECK(!signed_over(&p, "webauthn.get", ORIGIN, "", challenge, true));
	p.rp_id = "sign.example";
	CHECK(!signed_over(&p, "webauthn.get", ORIGIN, "", challenge, false));
	p.rp_id = RP;
	for (unsigned flags = 0; flags < 256; flags++) {
		bool good = (flags & 0x05) == 0x05 && (flags & 0xe2) == 0 &&
		    ((flags & 0x10) == 0 || (flags & 0x08) != 0);

		p.flags = (uint8_t)flags;
		CHECK(signed_over(&p, "webauthn.get", ORIGIN, "", challenge, false) == good);
	}
}

TEST(a_group_without_an_origin_takes_none)
{
	AUTO_WRITER w = writer_grow(ASSERTION_MAX);
	struct relying_party none;
	struct assertion a;
	struct err e = { 0 };

	CHECK(relying_party_init(&none, span_str(""), span_str("")));
	soft_get(&w, &keys[0], challenge, "");
	CHECK(!assertion_verify(writer_span(&w), challenge, soft_spki(&keys[0]), &none, &a, &e));
	CHECK(!relying_party_init(&none, span_str(ORIGIN), span_str("")));
	CHECK(!relying_party_init(&none, span_str(""), span_str(ORIGIN)));
	CHECK(relying_party_init(&none, span_str(ORIGIN), span_str("https://x.approve.example")));
	CHECK(none.shared);
	CHECK(relying_party_init(&none, span_str(ORIGIN), span_str("https://example")) && !none.shared);
}

struct enrolled {
	struct writer	client, object;
};

static void
enrol(struct enrolled *d, const struct soft_passkey *p, enum soft_format format)
{
	d->client = writer_grow(2048);
	d->object = writer_grow(8192);
	soft_client_data(&d->client, "webauthn.create", challenge, ORIGIN, "");
	soft_attestation(&d->object, p, format, &maker, writer_span(&d->client));
	CHECK(writer_ok(&d->object));
}

static void
enrolled_wipe(struct enrolled *d)
{
	writer_wipe(&d->client);
	writer_wipe(&d->object);
}

static bool
registers(struct span object, struct span client, struct registration *reg)
{
	static uint8_t *copy;		/* registration lends from it */
	struct err e = { 0 };

	free(copy);
	copy = malloc(object.n > 0 ? object.n : 1);
	CHECK(copy != NULL);
	memcpy(copy, object.p, object.n);
	return !denied(registration_verify(span_of(copy, object.n), client, challenge, &rp, reg, &e), &e);
}

TEST(an_enrolment_of_each_kind_and_format_verifies)
{
	static const enum attestation_kind want[] = { ATTESTATION_NONE, ATTESTATION_SELF,
		ATTESTATION_CERTIFICATE, ATTESTATION_CERTIFICATE };

	for (size_t i = 0; i < COUNT(keys); i++)
		for (unsigned f = SOFT_NONE; f <= (i == 0 ? SOFT_TPM : SOFT_PACKED); f++) {
			struct registration reg;
			struct enrolled d;

			keys[i].extensions = (f & 1) != 0;
			enrol(&d, &keys[i], (enum soft_format)f);
			CHECK(registers(writer_span(&d.object), writer_span(&d.client), &reg));
			CHECK(reg.kind == want[f] && reg.data.credential.n == 32);
			CHECK(span_equal(span_of(reg.data.key.spki, reg.data.key.spki_len),
			    soft_spki(&keys[i])));
			enrolled_wipe(&d);
			keys[i].extensions = false;
		}
}

/*
 * Without attestation nothing is signed at enrolment (the second touch is): a bit may turn in
 * aaguid, counter, credential id and BE alone. With attestation none may turn but in bytes of the
 * certificate, which only a root would notice.
 */
TEST(with_any_bit_turned_an_enrolment_is_another_or_refused)
{
	for (unsigned f = SOFT_NONE; f <= SOFT_TPM; f++) {
		struct registration reg;
		struct enrolled d;
		size_t passed = 0, limit = f == SOFT_NONE ? 8 * (16 + 4 + 32) + 2 : f == SOFT_SELF ? 0 : 3200;

		enrol(&d, &keys[0], (enum soft_format)f);
		for (size_t bit = 0; bit < 8 * d.object.n; bit++) {
			d.object.p[bit / 8] ^= (uint8_t)(1 << bit % 8);
			if (registers(writer_span(&d.object), writer_span(&d.client), &reg)) {
				passed++;
				CHECK(f < SOFT_PACKED ? f == SOFT_NONE : !leaf_is_under(&reg.leaf,
				    &(struct attestation_root){ alg_find(1), fixed_spki(&maker.ca),
				    soft_maker_name(), 400 }, NOW));
			}
			d.object.p[bit / 8] ^= (uint8_t)(1 << bit % 8);
		}
		if (passed > limit)
			fail_msg("format %u: %zu bits", f, passed);
		for (size_t n = 0; n < d.object.n; n++)
			CHECK(!registers(span_of(d.object.p, n), writer_span(&d.client), &reg));
		wr_u8(&d.object, 0);
		CHECK(!registers(writer_span(&d.object), writer_span(&d.client), &reg));
		enrolled_wipe(&d);
	}
}

static bool
registers_with(const struct soft_passkey *p, enum soft_format f, const char *type, const char *origin,
    const uint8_t what[32])
{
	AUTO_WRITER client = writer_grow(2048), object = writer_grow(8192);
	struct registration reg;

	soft_client_data(&client, type, what, origin, "");
	soft_attestation(&object, p, f, &maker, writer_span(&client));
	return registers(writer_span(&object), writer_span(&client), &reg);
}

TEST(well_made_enrolments_of_another_ceremony_are_refused)
{
	struct soft_passkey p = keys[0];
	uint8_t other[32] = { 9 };

	for (unsigned f = SOFT_NONE; f <= SOFT_TPM; f++) {
		CHECK(registers_with(&p, f, "webauthn.create", ORIGIN, challenge));
		CHECK(!registers_with(&p, f, "webauthn.get", ORIGIN, challenge));
		CHECK(!registers_with(&p, f, "webauthn.create", "https://sign.example", challenge));
		CHECK(!registers_with(&p, f, "webauthn.create", ORIGIN, other));
		p.rp_id = "sign.example";
		CHECK(!registers_with(&p, f, "webauthn.create", ORIGIN, challenge));
		p.rp_id = RP;
		p.flags = 1;
		CHECK(!registers_with(&p, f, "webauthn.create", ORIGIN, challenge));
		p.flags = 4;
		CHECK(!registers_with(&p, f, "webauthn.create", ORIGIN, challenge));
		p.flags = 0x15;
		CHECK(!registers_with(&p, f, "webauthn.create", ORIGIN, challenge));
		p.flags = 0x1d;
		CHECK(registers_with(&p, f, "webauthn.create", ORIGIN, challenge));
		p.flags = 5;
	}
}

TEST(the_makers_certificate_counts_under_its_root_alone)
{
	struct attestation_root root = { alg_find(1), fixed_spki(&maker.ca), soft_maker_name(), 400 };
	struct soft_maker other = maker;
	struct fixed_key stranger;
	struct registration reg;
	struct enrolled d;

	enrol(&d, &keys[0], SOFT_PACKED);
	CHECK(registers(writer_span(&d.object), writer_span(&d.client), &reg));
	CHECK(leaf_is_under(&reg.leaf, &root, NOW));
	CHECK(!leaf_is_under(&reg.leaf, &root, maker.not_after));
	CHECK(!leaf_is_under(&reg.leaf, &root, maker.not_before - 1));
	root.max_days = 100;
	CHECK(!leaf_is_under(&reg.leaf, &root, NOW));
	root.max_days = 101;
	CHECK(leaf_is_under(&reg.leaf, &root, NOW));
	root.alg = alg_find(2);
	CHECK(!leaf_is_under(&reg.leaf, &root, NOW));
	root.alg = alg_find(1);
	root.issuer = span_of(soft_maker_name().p, soft_maker_name().n - 1);
	CHECK(!leaf_is_under(&reg.leaf, &root, NOW));
	root.issuer = soft_maker_name();
	fixed_key_of("stranger", &stranger);
	root.spki = fixed_spki(&stranger);
	CHECK(!leaf_is_under(&reg.leaf, &root, NOW));
	enrolled_wipe(&d);
	maker.is_ca = true;
	enrol(&d, &keys[0], SOFT_PACKED);
	CHECK(!registers(writer_span(&d.object), writer_span(&d.client), &reg));
	enrolled_wipe(&d);
	maker = other;
}

TEST(another_aaguid_than_the_certificates_is_refused)
{
	AUTO_WRITER client = writer_grow(2048), object = writer_grow(8192);
	struct soft_passkey p = keys[0];
	struct registration reg;
	uint8_t *at;

	soft_client_data(&client, "webauthn.create", challenge, ORIGIN, "");
	soft_attestation(&object, &p, SOFT_PACKED, &maker, writer_span(&client));
	CHECK(registers(writer_span(&object), writer_span(&client), &reg));
	/* in the certificate, where no signature that is verified here covers it */
	at = memmem(object.p, object.n, p.aaguid, sizeof(p.aaguid));
	CHECK(at != NULL);
	at[3] ^= 1;
	CHECK(!registers(writer_span(&object), writer_span(&client), &reg));
}

/* COSE_Key by hand, inside attested credential data. */
static bool
takes_key(const char *cose_hex, const struct soft_passkey *p)
{
	AUTO_WRITER w = writer_grow(4096);
	struct authenticator_data a;

	soft_authenticator_data(&w, p, true);
	w.n = 37 + 16 + 2 + 32;
	for (const char *s = cose_hex; *s != '\0'; s += 2) {
		unsigned byte;

		CHECK(sscanf(s, "%2x", &byte) == 1);
		wr_u8(&w, (uint8_t)byte);
	}
	return authenticator_data_read(writer_span(&w), &a);
}

TEST(keys_of_another_shape_are_refused)
{
	AUTO_WRITER w = writer_grow(1024);
	char good[512] = "", text[512];

	soft_cose_key(&w, &keys[0]);
	for (size_t i = 0; i < w.n; i++)
		sprintf(good + 2 * i, "%02x", w.p[i]);
	CHECK(takes_key(good, &keys[0]));
	strcpy(text, good);
	memcpy(text, "a6", 2);				/* one member more */
	strcat(text, "2001");
	CHECK(!takes_key(text, &keys[0]));
	strcpy(text, good);
	memcpy(text + 8, "38", 2);			/* another algorithm */
	CHECK(!takes_key(text, &keys[0]));
	strcpy(text, good);
	memcpy(text + 12, "02", 2);			/* another curve */
	CHECK(!takes_key(text, &keys[0]));
	strcpy(text, good);
	text[strlen(text) - 1] ^= 1;			/* off the curve */
	CHECK(!takes_key(text, &keys[0]));
	strcpy(text, "a5" "0326" "0102");		/* another order */
	strcat(text, good + 10);
	CHECK(!takes_key(text, &keys[0]));
	CHECK(!takes_key("a0", &keys[0]));
	CHECK(!takes_key("", &keys[0]));
}

TEST(rsa_keys_have_2048_to_4096_bits_and_a_fit_exponent)
{
	uint8_t n[513], e[5] = { 1, 0, 1 }, out[PASSKEY_SPKI_MAX];
	enum passkey_kind kind;
	struct span m, x;

	memset(n, 0xff, sizeof(n));
	CHECK(passkey_spki_rsa(span_of(n, 256), span_of(e, 3), out) == 294);
	CHECK(passkey_kind(span_of(out, 294), &kind) && kind == PASSKEY_RS256);
	CHECK(passkey_rsa_open(span_of(out, 294), &m, &x) && m.n == 256 && x.n == 3);
	CHECK(!passkey_kind(span_of(out, 293), &kind));
	CHECK(passkey_spki_rsa(span_of(n, 512), span_of("\xff\xff\xff\xff", 4), out) == 552);
	CHECK(passkey_spki_rsa(span_of(n, 255), span_of(e, 3), out) == 0);
	CHECK(passkey_spki_rsa(span_of(n, 513), span_of(e, 3), out) == 0);
	CHECK(passkey_spki_rsa(span_of(n, 256), span_of("\3", 1), out) == 0);
	CHECK(passkey_spki_rsa(span_of(n, 256), span_of("\1\0\0", 3), out) == 0);
	CHECK(passkey_spki_rsa(span_of(n, 256), span_of("\0\1\0\1", 4), out) == 0);
	CHECK(passkey_spki_rsa(span_of(n, 256), span_of("\1\0\0\0\1", 5), out) == 0);
	n[255] = 0xfe;
	CHECK(passkey_spki_rsa(span_of(n, 256), span_of(e, 3), out) == 0);
	n[255] = 0xff;
	n[0] = 0x7f;
	CHECK(passkey_spki_rsa(span_of(n, 256), span_of(e, 3), out) == 0);
	CHECK(passkey_spki_rsa(span_of(n, 257), span_of(e, 3), out) != 0);
	n[0] = 0;
	CHECK(passkey_spki_rsa(span_of(n, 257), span_of(e, 3), out) == 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_assertion_of_each_kind_verifies),
		cmocka_unit_test(cut_or_with_any_bit_turned_no_assertion_verifies),
		cmocka_unit_test(well_signed_assertions_of_another_ceremony_are_refused),
		cmocka_unit_test(a_group_without_an_origin_takes_none),
		cmocka_unit_test(an_enrolment_of_each_kind_and_format_verifies),
		cmocka_unit_test(with_any_bit_turned_an_enrolment_is_another_or_refused),
		cmocka_unit_test(well_made_enrolments_of_another_ceremony_are_refused),
		cmocka_unit_test(the_makers_certificate_counts_under_its_root_alone),
		cmocka_unit_test(another_aaguid_than_the_certificates_is_refused),
		cmocka_unit_test(keys_of_another_shape_are_refused),
		cmocka_unit_test(rsa_keys_have_2048_to_4096_bits_and_a_fit_exponent),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
