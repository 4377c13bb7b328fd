/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RFC 9180 line by line: libcrypto 3.0 has none. The curve by the EC functions deprecated in
 * OpenSSL 3, as verify.c says why; what is derived never exceeds one block of HKDF's.
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/obj_mac.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/secret.h"
#include "crypto/hash.h"
#include "crypto/hpke.h"

#define SCALAR_LEN	32
#define CONTEXT_LEN	(1 + 2 * HASH_LEN)	/* of the key schedule: mode, psk_id_hash, info_hash */

struct hpke_key {
	struct secret	*scalar;	/* SCALAR_LEN bytes */
	uint8_t		 point[HPKE_POINT_LEN];
};

struct hpke_cipher {
	uint8_t	key[AEAD_KEY_LEN], nonce[AEAD_NONCE_LEN];
};

static const uint8_t kem_suite[] = { 'K', 'E', 'M', 0, 0x10 };
static const uint8_t hpke_suite[] = { 'H', 'P', 'K', 'E', 0, 0x10, 0, 0x01, 0, 0x02 };
#define KEM	span_of(kem_suite, sizeof(kem_suite))
#define SUITE	span_of(hpke_suite, sizeof(hpke_suite))

/* LabeledExtract, RFC 9180 4. No salt is a salt of zeros: HMAC knows no difference. */
static void
extract(struct span suite, struct span salt, const char *label, struct span ikm,
    uint8_t prk[HASH_LEN])
{
	static const uint8_t zero[HASH_LEN];
	struct span parts[] = { span_str("HPKE-v1"), suite, span_str(label), ikm };

	hmac_sha256(salt.n == 0 ? span_of(zero, sizeof(zero)) : salt, parts, COUNT(parts), prk);
}

/* LabeledExpand, of at most one block. */
static void
expand(struct span suite, const uint8_t prk[HASH_LEN], const char *label, struct span info,
    uint8_t *out, size_t n)
{
	const uint8_t length[2] = { 0, (uint8_t)n }, first = 1;
	struct span parts[] = { span_of(length, sizeof(length)), span_str("HPKE-v1"), suite,
		span_str(label), info, span_of(&first, 1) };
	uint8_t block[HASH_LEN];

	if (n > sizeof(block))
		bug("HPKE expands one block");
	hmac_sha256(span_of(prk, HASH_LEN), parts, COUNT(parts), block);
	memcpy(out, block, n);
	explicit_bzero(block, sizeof(block));
}

static const EC_GROUP *
p256(void)
{
	static EC_GROUP *group;

	if (group == NULL && (group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1)) == NULL)
		bug("no P-256");
	return group;
}

/* scalar * point, or scalar * G without one. Only a scalar out of range or memory can fail here. */
static bool
multiply(struct span scalar, const EC_POINT *point, EC_POINT *product)
{
	BIGNUM *k = BN_secure_new();
	bool done;

	if (k == NULL || BN_bin2bn(scalar.p, (int)scalar.n, k) == NULL)
		bug("HPKE: no memory for a scalar");
	BN_set_flags(k, BN_FLG_CONSTTIME);
	done = !BN_is_zero(k) && BN_cmp(k, EC_GROUP_get0_order(p256())) < 0;
	if (done && EC_POINT_mul(p256(), product, point == NULL ? k : NULL, point,
	    point == NULL ? NULL : k, NULL) != 1)
		bug("HPKE: multiplication on the curve");
	BN_clear_free(k);
	return done;
}

static EC_POINT *
point_new(void)
{
	EC_POINT *p = EC_POINT_new(p256());

	if (p == NULL)
		bug("HPKE: no memory for a point");
	return p;
}

static void
point_write(const EC_POINT *p, uint8_t out[HPKE_POINT_LEN])
{
	if (EC_POINT_point2oct(p256(), p, POINT_CONVERSION_UNCOMPRESSED, out, HPKE_POINT_LEN,
	    NULL) != HPKE_POINT_LEN)
		bug("HPKE: a point at infinity");
}

/* The one encoding of a point on the curve: not infinity, not the compressed or hybrid forms. The
 * cofactor is 1, so that it is of the group's order. */
static bool
point_read(struct span bytes, EC_POINT *p, struct err *e)
{
	if (bytes.n == HPKE_POINT_LEN && bytes.p[0] == POINT_CONVERSION_UNCOMPRESSED &&
	    EC_POINT_oct2point(p256(), p, bytes.p, bytes.n, NULL) == 1)
		return true;
	ERR_clear_error();
	return err_why(e, ERR_FORMAT, "parse", "HPKE: no point of P-256");
}

/* DH of 4.1: the x coordinate. */
static bool
shared_x(const struct hpke_key *k, struct span theirs, uint8_t x[SCALAR_LEN], struct err *e)
{
	EC_POINT *p = point_new(), *product = point_new();
	uint8_t whole[HPKE_POINT_LEN];
	bool good = point_read(theirs, p, e);

	if (good) {
		if (!multiply(secret_span(k->scalar), p, product))
			bug("HPKE: a key out of range");
		point_write(product, whole);
		memcpy(x, whole + 1, SCALAR_LEN);
		explicit_bzero(whole, sizeof(whole));
	}
	EC_POINT_clear_free(product);
	EC_POINT_free(p);
	return good;
}

/* Encap and Decap from their DH on (4.1), then KeySchedule in base mode (5.1), where psk and
 * psk_id are empty. */
static bool
agree(const struct hpke_key *ours, struct span theirs, struct span enc, struct span receiver,
    struct span info, struct hpke_cipher *c, struct err *e)
{
	uint8_t x[SCALAR_LEN], prk[HASH_LEN], shared[HASH_LEN], secret[HASH_LEN];
	uint8_t kem[2 * HPKE_POINT_LEN], schedule[CONTEXT_LEN] = { 0 };
	struct span none = span_of("", 0), context = span_of(schedule, sizeof(schedule));

	if (!shared_x(ours, theirs, x, e))
		return false;
	memcpy(kem, enc.p, HPKE_POINT_LEN);
	memcpy(kem + HPKE_POINT_LEN, receiver.p, HPKE_POINT_LEN);
	extract(KEM, none, "eae_prk", span_of(x, sizeof(x)), prk);
	expand(KEM, prk, "shared_secret", span_of(kem, sizeof(kem)), shared, sizeof(shared));
	extract(SUITE, none, "psk_id_hash", none, schedule + 1);
	extract(SUITE, none, "info_hash", info, schedule + 1 + HASH_LEN);
	extract(SUITE, span_of(shared, sizeof(shared)), "secret", none, secret);
	expand(SUITE, secret, "key", context, c->key, sizeof(c->key));
	expand(SUITE, secret, "base_nonce", context, c->nonce, sizeof(c->nonce));
	explicit_bzero(x, sizeof(x));
	explicit_bzero(prk, sizeof(prk));
	explicit_bzero(shared, sizeof(shared));
	explicit_bzero(secret, sizeof(secret));
	return true;
}

/* The scalar's candidates one after another: the first that is in range (7.1.3). */
static void
derive(struct hpke_key *k, struct span ikm)
{
	EC_POINT *p = point_new();
	uint8_t prk[HASH_LEN], count = 0;

	extract(KEM, span_of("", 0), "dkp_prk", ikm, prk);
	secret_set_length(k->scalar, SCALAR_LEN);
	for (;; count++) {
		expand(KEM, prk, "candidate", span_of(&count, 1), secret_room(k->scalar), SCALAR_LEN);
		if (multiply(secret_span(k->scalar), NULL, p))
			break;
		if (count == UINT8_MAX)
			bug("HPKE: no scalar in range");
	}
	point_write(p, k->point);
	EC_POINT_clear_free(p);
	explicit_bzero(prk, sizeof(prk));
}

struct hpke_key *
hpke_key_derive(struct span ikm, struct err *e)
{
	AUTO(hpke_key) *k = calloc(1, sizeof(*k));

	if (ikm.n < SCALAR_LEN)
		bug("HPKE: a key from a short secret");
	if (k == NULL) {
		err_set(e, ERR_BACKEND, "no memory for a key");
		return NULL;
	}
	if ((k->scalar = secret_new(SCALAR_LEN, e)) == NULL)
		return NULL;
	derive(k, ikm);
	return TAKE(k);
}

struct hpke_key *
hpke_key_random(struct err *e)
{
	uint8_t ikm[SCALAR_LEN];
	struct hpke_key *k;

	random_bytes(ikm, sizeof(ikm));
	k = hpke_key_derive(span_of(ikm, sizeof(ikm)), e);
	explicit_bzero(ikm, sizeof(ikm));
	return k;
}

void
hpke_key_free(struct hpke_key *k)
{
	if (k == NULL)
		return;
	secret_free(k->scalar);
	free(k);
}

const uint8_t *
hpke_key_point(const struct hpke_key *k)
{
	return k->point;
}

/* With a key that serves this once: tests bring the published ones, which no other file can. */
static bool
seal_by(const struct hpke_key *once, struct span point, struct span info, struct span aad,
    struct span plain, uint8_t *out, struct err *e)
{
	struct hpke_cipher c;

	if (!agree(once, point, span_of(once->point, HPKE_POINT_LEN), point, info, &c, e))
		return false;
	memcpy(out, once->point, HPKE_POINT_LEN);
	aead_seal(c.key, c.nonce, aad, plain, out + HPKE_POINT_LEN, out + HPKE_POINT_LEN + plain.n);
	explicit_bzero(&c, sizeof(c));
	return true;
}

bool
hpke_seal(struct span point, struct span info, struct span aad, struct span plain, uint8_t *out,
    struct err *e)
{
	AUTO(hpke_key) *once = hpke_key_random(e);

	return once != NULL && seal_by(once, point, info, aad, plain, out, e);
}

bool
hpke_open(const struct hpke_key *k, struct span info, struct span aad, struct span sealed,
    uint8_t *out, struct err *e)
{
	struct span enc = span_of(sealed.p, HPKE_POINT_LEN), ct;
	struct hpke_cipher c;
	bool good;

	if (sealed.n < HPKE_OVERHEAD)
		return err_why(e, ERR_FORMAT, "parse", "HPKE: %zu bytes are no sealed text", sealed.n);
	ct = span_of(sealed.p + HPKE_POINT_LEN, sealed.n - HPKE_OVERHEAD);
	if (!agree(k, enc, enc, span_of(k->point, HPKE_POINT_LEN), info, &c, e))
		return false;
	good = aead_open(c.key, c.nonce, aad, ct, ct.p + ct.n, out);
	explicit_bzero(&c, sizeof(c));
	return good || err_why(e, ERR_DENIED, "auth", "HPKE: sealed for another key or purpose, or changed");
}

/* The published vectors of this suite (mode 0, first encryption). */
bool
hpke_self_test(struct err *e)
{
	static const uint8_t ikm[] = {
		0xa0, 0xce, 0x15, 0xd4, 0x9e, 0x28, 0xbd, 0x47, 0xa1, 0x8a, 0x97, 0xe1,
		0x47, 0x58, 0x2d, 0x81, 0x4b, 0x08, 0xcb, 0xe0, 0x01, 0x09, 0xfe, 0xd5,
		0xec, 0x27, 0xd1, 0xb4, 0xe9, 0xf6, 0xf5, 0xe3,
	};
	static const uint8_t sealed[] = {
		0x04, 0xc0, 0x6b, 0x4f, 0x6b, 0xeb, 0xc7, 0xbb, 0x49, 0x5c, 0xb7, 0x97,
		0xab, 0x75, 0x3f, 0x91, 0x1a, 0xff, 0x80, 0xae, 0xfb, 0x86, 0xfd, 0x8b,
		0x6f, 0xcc, 0x35, 0x52, 0x5f, 0x3a, 0xb5, 0xf0, 0x3e, 0x0b, 0x21, 0xbd,
		0x31, 0xa8, 0x6c, 0x60, 0x48, 0xaf, 0x3c, 0xb2, 0xd9, 0x8e, 0x0d, 0x3b,
		0xf0, 0x1d, 0xa5, 0xcc, 0x4c, 0x39, 0xff, 0x53, 0x70, 0xd3, 0x31, 0xa4,
		0xf1, 0xf7, 0xd5, 0xa4, 0xe0, 0x58, 0xc6, 0x1a, 0x45, 0x05, 0x9d, 0x0c,
		0x57, 0x04, 0x56, 0x0e, 0x9d, 0x88, 0xb5, 0x64, 0xa8, 0xb6, 0x3f, 0x13,
		0x64, 0xb8, 0xd1, 0xfc, 0xb3, 0xc4, 0xc6, 0xdd, 0xc1, 0xd2, 0x91, 0x74,
		0x24, 0x65, 0xe9, 0x02, 0xcd, 0x21, 0x6f, 0x89, 0x08, 0xda, 0x49, 0xf8,
		0xf9, 0x6f,
	};
	static const char want[] = "Beauty is truth, truth beauty";
	uint8_t out[sizeof(sealed) - HPKE_OVERHEAD];
	AUTO(hpke_key) *k = hpke_key_derive(span_of(ikm, sizeof(ikm)), e);

	if (k == NULL)
		return false;
	if (!hpke_open(k, span_str("Ode on a Grecian Urn"), span_str("Count-0"),
	    span_of(sealed, sizeof(sealed)), out, e) || memcmp(out, want, sizeof(out)) != 0) {
		err_clear(e);
		return err_set(e, ERR_BACKEND, "self-test: HPKE");
	}
	return true;
}
