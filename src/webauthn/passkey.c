/* SPDX-License-Identifier: Apache-2.0 */
/* Keys of passkeys: P-256, Ed25519, RSA. Whatever does not encode back to the same bytes is refused. */
#include "crypto/hash.h"
#include "crypto/verify.h"
#include "der/signature.h"
#include "webauthn/passkey.h"

#define RSA_OID		"1.2.840.113549.1.1.1"
#define MESSAGE_MAX	(4096 + HASH_LEN)	/* authenticator data and the hash of client data */

static const uint8_t head_ed25519[] = { 0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03,
	0x21, 0x00 };

size_t
passkey_spki_p256(const uint8_t x[32], const uint8_t y[32], uint8_t *out)
{
	uint8_t point[65] = { 4 };

	memcpy(point + 1, x, 32);
	memcpy(point + 33, y, 32);
	spki_from_point(KEY_P256, span_of(point, sizeof(point)), out);
	return alg_find(ALG_ECDSA_P256_SHA256)->spki_len;
}

size_t
passkey_spki_ed25519(const uint8_t x[32], uint8_t *out)
{
	memcpy(out, head_ed25519, sizeof(head_ed25519));
	memcpy(out + sizeof(head_ed25519), x, 32);
	return sizeof(head_ed25519) + 32;
}

/* n: 2048 to 4096 bits; e: 65537 and up in at most 32 bits; both odd. */
static bool
rsa_is_fit(struct span n, struct span e)
{
	return n.n >= PASSKEY_RSA_MIN && n.n <= PASSKEY_RSA_MAX && n.p[0] != 0 &&
	    (n.n > PASSKEY_RSA_MIN || (n.p[0] & 0x80) != 0) && (n.p[n.n - 1] & 1) != 0 && e.n >= 3 && e.n <= 4 && e.p[0] != 0 && (e.p[e.n - 1] & 1) != 0;
}

size_t
passkey_spki_rsa(struct span n, struct span e, uint8_t *out)
{
	AUTO_WRITER key = writer_grow(PASSKEY_SPKI_MAX);
	struct writer w = writer_over(out, PASSKEY_SPKI_MAX);
	size_t all, id, inner;

	if (!rsa_is_fit(n, e))
		return 0;
	inner = der_begin(&key, DER_SEQUENCE);
	der_put_unsigned(&key, n);
	der_put_unsigned(&key, e);
	der_end(&key, inner);
	all = der_begin(&w, DER_SEQUENCE);
	id = der_begin(&w, DER_SEQUENCE);
	der_put_oid(&w, RSA_OID);
	der_put_null(&w);
	der_end(&w, id);
	der_put_bits(&w, writer_span(&key));
	der_end(&w, all);
	return writer_ok(&w) && writer_ok(&key) ? w.n : 0;
}

bool
passkey_rsa_open(struct span spki, struct span *n, struct span *e)
{
	struct reader all = reader_over(spki), in, id, key;
	struct span oid, bits, modulus, exponent;

	if (!der_enter(&all, DER_SEQUENCE, &in) || !rd_end(&all) || !der_enter(&in, DER_SEQUENCE, &id) ||
	    !der_oid(&id, &oid) || !oid_is(oid, RSA_OID) || !der_null(&id) || !rd_end(&id) ||
	    !der_bits(&in, &bits) || !rd_end(&in))
		return false;
	key = reader_over(bits);
	if (!der_enter(&key, DER_SEQUENCE, &in) || !rd_end(&key) ||
	    !der_unsigned(&in, PASSKEY_RSA_MAX + 1, &modulus) || !der_unsigned(&in, 5, &exponent) ||
	    !rd_end(&in) || !rsa_is_fit(modulus, exponent))
		return false;
	*n = modulus;
	*e = exponent;
	return true;
}

static bool
is_ed25519(struct span spki)
{
	return spki.n == sizeof(head_ed25519) + ED25519_LEN &&
	    memcmp(spki.p, head_ed25519, sizeof(head_ed25519)) == 0;
}

bool
passkey_kind(struct span spki, enum passkey_kind *kind)
{
	struct span n, e;

	if (spki_check(KEY_P256, spki, NULL))
		*kind = PASSKEY_ES256;
	else if (is_ed25519(spki))
		*kind = PASSKEY_EDDSA;
	else if (passkey_rsa_open(spki, &n, &e))
		*kind = PASSKEY_RS256;
	else
		return false;
	return true;
}

static bool
es256_signed(struct span spki, const uint8_t digest[HASH_LEN], struct span sig)
{
	const struct alg *alg = alg_find(ALG_ECDSA_P256_SHA256);
	uint8_t raw[SIGNATURE_MAX];

	return signature_from_der(alg, sig, raw) && signature_verify(alg, spki,
	    span_of(digest, HASH_LEN), span_of(raw, alg->signature_len));
}

static bool
eddsa_signed(struct span spki, const struct span *parts, size_t n, struct span sig)
{
	uint8_t mem[MESSAGE_MAX];
	struct writer w = writer_over(mem, sizeof(mem));

	for (size_t i = 0; i < n; i++)
		wr_span(&w, parts[i]);
	return writer_ok(&w) && ed25519_verify(spki.p + sizeof(head_ed25519), writer_span(&w), sig);
}

bool
passkey_signed(struct span spki, const struct span *parts, size_t n, struct span sig)
{
	struct span modulus, exponent;
	uint8_t digest[HASH_LEN];
	enum passkey_kind kind;

	if (!passkey_kind(spki, &kind))
		return false;
	if (kind == PASSKEY_EDDSA)
		return eddsa_signed(spki, parts, n, sig);
	sha256_parts(parts, n, digest);
	if (kind == PASSKEY_ES256)
		return es256_signed(spki, digest, sig);
	return passkey_rsa_open(spki, &modulus, &exponent) &&
	    rsa_sha256_verify(modulus, exponent, span_of(digest, sizeof(digest)), sig);
}
