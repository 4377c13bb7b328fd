/* SPDX-License-Identifier: Apache-2.0 */
/* The test vectors of WebAuthn Level 3; and libfido2, which must say of each what we say. */
#include "tests/test.h"
#include "webauthn/assertion.h"
#include "webauthn/attestation.h"
#include "webauthn/client_data.h"

#include <fido.h>		/* behind ours: it defines names that we have as constants */
#include <fido/eddsa.h>
#include <fido/es256.h>
#include <fido/rs256.h>

#define BYTES	4096

struct bytes {
	uint8_t	p[BYTES];
	size_t	n;
};

struct vector {
	char		name[32];
	struct bytes	create_challenge, create_client, object, get_challenge, data, get_client, signature;
};

static const char *file;
static struct vector vectors[16];
static size_t count;
static struct bytes root;
static struct relying_party rp;

static struct span
span(const struct bytes *b)
{
	return span_of(b->p, b->n);
}

static void
unhex(struct bytes *out, const char *text)
{
	unsigned byte;

	for (out->n = 0; sscanf(text, "%2x", &byte) == 1 && text[1] != '\0'; text += 2) {
		CHECK(out->n < BYTES);
		out->p[out->n++] = (uint8_t)byte;
	}
}

static struct bytes *
field(struct vector *v, const char *key)
{
	return strcmp(key, "root") == 0 ? &root :
	    strcmp(key, "create_challenge") == 0 ? &v->create_challenge :
	    strcmp(key, "create_client") == 0 ? &v->create_client :
	    strcmp(key, "object") == 0 ? &v->object :
	    strcmp(key, "get_challenge") == 0 ? &v->get_challenge :
	    strcmp(key, "data") == 0 ? &v->data :
	    strcmp(key, "get_client") == 0 ? &v->get_client : &v->signature;
}

static int
load(void **unused UNUSED)
{
	static char line[3 * BYTES], key[32];
	FILE *f = fopen(file, "r");
	struct err e = { 0 };

	if (f == NULL || !crypto_start(&e) ||
	    !relying_party_init(&rp, span_str("https://example.org"), span_str("https://sign.example")))
		return -1;
	fido_init(0);
	while (fgets(line, sizeof(line), f) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		if (line[0] == '#' || sscanf(line, "%31s", key) != 1)
			continue;
		if (strcmp(key, "vector") == 0)
			snprintf(vectors[count++].name, 32, "%.31s", line + 7);
		else
			unhex(field(&vectors[count > 0 ? count - 1 : 0], key), line + strlen(key) + 1);
	}
	fclose(f);
	return count == 11 && root.n > 500 ? 0 : -1;
}

static bool
is(const struct vector *v, const char *name)
{
	return strcmp(v->name, name) == 0;
}

/* By name and by the flags the vector happens to have: not every one verified its user. */
static bool
should_register(const struct vector *v)
{
	const uint8_t *data = memmem(v->object.p, v->object.n, rp.id_hash, HASH_LEN);

	return data != NULL && (data[32] & 5) == 5 && !is(v, "cross") && !is(v, "top") &&
	    !is(v, "es384") && !is(v, "u2f");
}

TEST(enrolments_are_taken_as_the_standard_says)
{
	size_t good = 0;

	for (size_t i = 0; i < count; i++) {
		struct vector *v = &vectors[i];
		struct registration reg;
		struct err e = { 0 };
		bool took = registration_verify(span(&v->object), span(&v->create_client),
		    v->create_challenge.p, &rp, &reg, &e);

		if (took != should_register(v))
			fail_msg("%s: %s", v->name, e.text);
		good += took;
	}
	CHECK(good >= 4);
}

/* The authenticator data of the enrolment, whatever its flags. */
static bool
data_of(const struct vector *v, struct authenticator_data *a)
{
	const uint8_t *p = memmem(v->object.p, v->object.n, rp.id_hash, HASH_LEN);

	/* authData stands last in all of them */
	return p != NULL && authenticator_data_read(span_of(p, (size_t)(v->object.p + v->object.n - p)), a);
}

TEST(every_signature_of_a_kind_we_know_verifies)
{
	size_t good = 0;

	for (size_t i = 0; i < count; i++) {
		const struct vector *v = &vectors[i];
		struct authenticator_data a;
		uint8_t hash[HASH_LEN];
		struct span message[] = { span(&v->data), { hash, sizeof(hash) } };

		if (!data_of(v, &a)) {
			CHECK(is(v, "es384"));
			continue;
		}
		sha256(span(&v->get_client), hash);
		if (!passkey_signed(span_of(a.key.spki, a.key.spki_len), message, 2, span(&v->signature)))
			fail_msg("%s", v->name);
		hash[0] ^= 1;
		CHECK(!passkey_signed(span_of(a.key.spki, a.key.spki_len), message, 2, span(&v->signature)));
		good++;
	}
	CHECK(good == 10);
}

static void
body_of(const struct vector *v, struct writer *w)
{
	wr_span16(w, span(&v->data));
	wr_span16(w, span(&v->get_client));
	wr_span16(w, span(&v->signature));
}

TEST(assertions_are_taken_as_the_standard_says)
{
	size_t good = 0;

	for (size_t i = 0; i < count; i++) {
		const struct vector *v = &vectors[i];
		AUTO_WRITER w = writer_grow(ASSERTION_MAX);
		struct authenticator_data a;
		struct assertion said;
		struct err e = { 0 };
		bool want, got;

		if (!data_of(v, &a))
			continue;
		body_of(v, &w);
		want = (v->data.p[32] & 5) == 5 && !is(v, "cross") && !is(v, "top");
		got = assertion_verify(writer_span(&w), v->get_challenge.p,
		    span_of(a.key.spki, a.key.spki_len), &rp, &said, &e);
		if (want != got)
			fail_msg("%s: %s", v->name, e.text);
		good += got;
	}
	CHECK(good == 3);
}

TEST(attestations_stand_under_the_standards_root)
{
	static const char *const names[] = { "packed", "rs256", "eddsa", "tpm" };
	struct attestation_root ca = { .alg = alg_find(1), .max_days = 400000 };
	struct leaf cert;

	CHECK(leaf_read(span(&root), &cert) && cert.is_ca && attestation_root_fits(ca.alg, cert.spki));
	ca.spki = cert.spki;
	ca.issuer = cert.subject;
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < COUNT(names); k++) {
			struct registration reg;
			struct err e = { 0 };

			if (!is(&vectors[i], names[k]) || !should_register(&vectors[i]))
				continue;
			CHECK(registration_verify(span(&vectors[i].object), span(&vectors[i].create_client),
			    vectors[i].create_challenge.p, &rp, &reg, &e));
			CHECK(reg.kind == ATTESTATION_CERTIFICATE);
			CHECK(leaf_is_under(&reg.leaf, &ca, UINT64_C(1790000000000)));
		}
}

/* --- libfido2's opinion --- */

static void *
fido_key(struct span spki, int *type)
{
	enum passkey_kind kind;
	struct span n, e;
	uint8_t rsa[512 + 3];
	void *key;

	CHECK(passkey_kind(spki, &kind));
	if (kind == PASSKEY_ES256) {
		*type = COSE_ES256;
		key = es256_pk_new();
		CHECK(es256_pk_from_ptr(key, spki.p + 27, 64) == FIDO_OK);
	} else if (kind == PASSKEY_EDDSA) {
		*type = COSE_EDDSA;
		key = eddsa_pk_new();
		CHECK(eddsa_pk_from_ptr(key, spki.p + 12, 32) == FIDO_OK);
	} else {
		CHECK(passkey_rsa_open(spki, &n, &e));
		if (n.n != 256 || e.n != 3)		/* all that libfido2 takes */
			return NULL;
		*type = COSE_RS256;
		memcpy(rsa, n.p, n.n);
		memcpy(rsa + n.n, e.p, 3);
		key = rs256_pk_new();
		CHECK(rs256_pk_from_ptr(key, rsa, n.n + 3) == FIDO_OK);
	}
	return key;
}

static void
fido_key_free(void *key, int type)
{
	if (type == COSE_ES256)
		es256_pk_free((es256_pk_t **)&key);
	else if (type == COSE_EDDSA)
		eddsa_pk_free((eddsa_pk_t **)&key);
	else
		rs256_pk_free((rs256_pk_t **)&key);
}

/* -1: it has no opinion. */
static int
fido_says(struct span data, struct span client, struct span sig, struct span spki)
{
	fido_assert_t *a = fido_assert_new();
	uint8_t hash[HASH_LEN];
	int type = 0, good = 0;
	void *key = fido_key(spki, &type);

	if (key == NULL) {
		fido_assert_free(&a);
		return -1;
	}
	sha256(client, hash);
	if (fido_assert_set_clientdata_hash(a, hash, sizeof(hash)) == FIDO_OK &&
	    fido_assert_set_rp(a, "example.org") == FIDO_OK && fido_assert_set_count(a, 1) == FIDO_OK &&
	    fido_assert_set_authdata_raw(a, 0, data.p, data.n) == FIDO_OK &&
	    fido_assert_set_sig(a, 0, sig.p, sig.n) == FIDO_OK &&
	    fido_assert_set_up(a, FIDO_OPT_TRUE) == FIDO_OK &&
	    fido_assert_set_uv(a, FIDO_OPT_TRUE) == FIDO_OK)
		good = fido_assert_verify(a, 0, type, key) == FIDO_OK;
	fido_key_free(key, type);
	fido_assert_free(&a);
	return good;
}

/* Every byte of authenticator data and signature broken once: the same word of both, but where we
 * are stricter on purpose (flags). */
TEST(libfido2_says_the_same_of_each_assertion)
{
	size_t asked = 0;

	for (size_t i = 0; i < count; i++) {
		struct vector v = vectors[i];
		struct authenticator_data a;
		struct span spki;

		if (!data_of(&v, &a) || is(&v, "cross") || is(&v, "top"))
			continue;
		spki = span_of(a.key.spki, a.key.spki_len);
		for (size_t at = 0; at <= v.data.n + v.signature.n; at++) {
			AUTO_WRITER w = writer_grow(ASSERTION_MAX);
			uint8_t *p = at < v.data.n ? v.data.p + at : v.signature.p + (at - v.data.n);
			struct assertion said;
			struct err e = { 0 };
			int theirs;
			bool ours;

			if (at < v.data.n + v.signature.n)
				*p ^= 0x40;
			body_of(&v, &w);
			ours = assertion_verify(writer_span(&w), v.get_challenge.p, spki, &rp, &said, &e);
			theirs = fido_says(span(&v.data), span(&v.get_client), span(&v.signature), spki);
			if (at < v.data.n + v.signature.n)
				*p ^= 0x40;
			if (theirs < 0)
				break;
			if (ours != (theirs == 1))
				fail_msg("%s, byte %zu: we say %d", v.name, at, ours);
			asked++;
		}
	}
	CHECK(asked > 300);
}

/* The object's parts: all of them have them in the order fmt, attStmt, authData. */
static bool
set_object(fido_cred_t *c, const struct vector *v)
{
	const uint8_t *stmt = memmem(v->object.p, v->object.n, "gattStmt", 8);
	const uint8_t *data = memmem(v->object.p, v->object.n, "hauthData", 9);
	const uint8_t *raw = memmem(v->object.p, v->object.n, rp.id_hash, HASH_LEN);

	return stmt != NULL && data != NULL && raw != NULL &&
	    fido_cred_set_authdata_raw(c, raw, (size_t)(v->object.p + v->object.n - raw)) == FIDO_OK &&
	    fido_cred_set_fmt(c, "packed") == FIDO_OK &&
	    fido_cred_set_attstmt(c, stmt + 8, (size_t)(data - stmt - 8)) == FIDO_OK;
}

TEST(libfido2_says_the_same_of_each_enrolment)
{
	size_t asked = 0;

	for (size_t i = 0; i < count; i++) {
		const struct vector *v = &vectors[i];
		fido_cred_t *c = fido_cred_new();
		struct registration reg;
		uint8_t hash[HASH_LEN];
		struct err e = { 0 };

		sha256(span(&v->create_client), hash);
		if (fido_cred_set_clientdata_hash(c, hash, sizeof(hash)) == FIDO_OK &&
		    fido_cred_set_rp(c, "example.org", "x") == FIDO_OK &&
		    fido_cred_set_type(c, is(v, "eddsa") ? COSE_EDDSA : is(v, "rs256") ? COSE_RS256
		    : COSE_ES256) == FIDO_OK && fido_cred_set_uv(c, FIDO_OPT_TRUE) == FIDO_OK &&
		    should_register(v) && is(v, "self")) {
			CHECK(set_object(c, v));
			CHECK(fido_cred_verify_self(c) == FIDO_OK);
			CHECK(registration_verify(span(&v->object), span(&v->create_client),
			    v->create_challenge.p, &rp, &reg, &e));
			CHECK(span_equal(reg.data.credential, span_of(fido_cred_id_ptr(c),
			    fido_cred_id_len(c))));
			CHECK(memcmp(reg.data.key.spki + 27, fido_cred_pubkey_ptr(c), 64) == 0);
			asked++;
		}
		/* of "tpm" it takes RSA alone */
		if (should_register(v) && is(v, "packed")) {
			if (!set_object(c, v) || fido_cred_verify(c) != FIDO_OK)
				fail_msg("%s", v->name);
			asked++;
		}
		fido_cred_free(&c);
	}
	CHECK(asked >= 2);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(enrolments_are_taken_as_the_standard_says),
		cmocka_unit_test(every_signature_of_a_kind_we_know_verifies),
		cmocka_unit_test(assertions_are_taken_as_the_standard_says),
		cmocka_unit_test(attestations_stand_under_the_standards_root),
		cmocka_unit_test(libfido2_says_the_same_of_each_assertion),
		cmocka_unit_test(libfido2_says_the_same_of_each_enrolment),
	};

	if (argc != 2)
		return 2;
	file = argv[1];
	return cmocka_run_group_tests(tests, load, NULL);
}
