/* SPDX-License-Identifier: Apache-2.0 */
/* TPM 2.0 structures, part 2 of its library specification: 12.2.4 TPMT_PUBLIC, 10.12.8 TPMS_ATTEST. */
#include "base/reader.h"
#include "crypto/hash.h"
#include "webauthn/passkey.h"
#include "webauthn/tpm.h"

enum { TPM_RSA = 0x0001, TPM_ECC = 0x0023, TPM_NULL = 0x0010, TPM_SHA256 = 0x000b,
	TPM_RSASSA = 0x0014, TPM_ECDSA = 0x0018, TPM_P256 = 0x0003, TPM_CERTIFY = 0x8017 };
#define TPM_MAGIC	0xff544347

/* TPM_NULL, or this scheme with some hash. */
static bool
scheme_read(struct reader *r, uint16_t scheme)
{
	uint16_t s, hash;

	return rd_u16(r, &s) && (s == TPM_NULL || (s == scheme && rd_u16(r, &hash)));
}

static size_t
rsa_spki(struct reader *r, uint8_t *spki)
{
	uint8_t e[4] = { 0, 1, 0, 1 };
	uint16_t symmetric, bits;
	uint32_t exponent;
	struct span n;
	size_t zeros = 0;

	if (!rd_u16(r, &symmetric) || symmetric != TPM_NULL || !scheme_read(r, TPM_RSASSA) ||
	    !rd_u16(r, &bits) || !rd_u32(r, &exponent) ||
	    !rd_span16(r, PASSKEY_RSA_MIN, PASSKEY_RSA_MAX, &n) || n.n * 8 != bits)
		return 0;
	for (int i = 0; exponent != 0 && i < 4; i++)
		e[i] = (uint8_t)(exponent >> (24 - 8 * i));
	while (zeros < 3 && e[zeros] == 0)
		zeros++;
	return passkey_spki_rsa(n, span_of(e + zeros, sizeof(e) - zeros), spki);
}

/* A coordinate, whose leading zeros a TPM may leave out. */
static bool
coordinate_read(struct reader *r, uint8_t out[32])
{
	struct span s;

	if (!rd_span16(r, 1, 32, &s))
		return false;
	memset(out, 0, 32);
	memcpy(out + 32 - s.n, s.p, s.n);
	return true;
}

static size_t
ecc_spki(struct reader *r, uint8_t *spki)
{
	uint16_t symmetric, curve, kdf;
	uint8_t x[32], y[32];

	if (!rd_u16(r, &symmetric) || symmetric != TPM_NULL || !scheme_read(r, TPM_ECDSA) ||
	    !rd_u16(r, &curve) || curve != TPM_P256 || !rd_u16(r, &kdf) || kdf != TPM_NULL ||
	    !coordinate_read(r, x) || !coordinate_read(r, y))
		return 0;
	return passkey_spki_p256(x, y, spki);
}

static bool
public_is(struct span pub_area, struct span want)
{
	struct reader r = reader_over(pub_area);
	uint8_t spki[PASSKEY_SPKI_MAX];
	uint16_t type, name_alg;
	uint32_t attributes;
	struct span policy;
	size_t n = 0;

	if (!rd_u16(&r, &type) || !rd_u16(&r, &name_alg) || name_alg != TPM_SHA256 ||
	    !rd_u32(&r, &attributes) || !rd_span16(&r, 0, 64, &policy))
		return false;
	if (type == TPM_RSA)
		n = rsa_spki(&r, spki);
	else if (type == TPM_ECC)
		n = ecc_spki(&r, spki);
	return n != 0 && rd_end(&r) && span_equal(span_of(spki, n), want);
}

static bool
name_is(struct span name, struct span pub_area)
{
	uint8_t want[2 + HASH_LEN] = { TPM_SHA256 >> 8, TPM_SHA256 & 0xff };

	sha256(pub_area, want + 2);
	return span_equal(name, span_of(want, sizeof(want)));
}

bool
tpm_certifies(struct span cert_info, struct span pub_area, struct span spki,
    const uint8_t attested_hash[32])
{
	struct reader r = reader_over(cert_info);
	struct span signer, extra, name, qualified, clock;
	uint32_t magic;
	uint16_t type;
	uint64_t firmware;

	return public_is(pub_area, spki) && rd_u32(&r, &magic) && magic == TPM_MAGIC &&
	    rd_u16(&r, &type) && type == TPM_CERTIFY && rd_span16(&r, 0, 128, &signer) &&
	    rd_span16(&r, HASH_LEN, HASH_LEN, &extra) && memcmp(extra.p, attested_hash, HASH_LEN) == 0 &&
	    rd_take(&r, 17, &clock) && rd_u64(&r, &firmware) && rd_span16(&r, 1, 128, &name) &&
	    rd_span16(&r, 0, 128, &qualified) && rd_end(&r) && name_is(name, pub_area);
}
