/* SPDX-License-Identifier: Apache-2.0 */
/* Attestations: what the module's attestation key says about keys and authenticators. */
#include "cli/attestation.h"
#include "cli/receipt.h"
#include "crypto/verify.h"

#define ATTESTED_SIGNATURE 64

/* Cuts the signature off and verifies it over the rest. */
static bool
open_it(struct span bytes, struct span attest_spki, struct reader *body, struct err *e)
{
	static const char tag[] = "propria-attestation-v1";	/* with its zero byte */
	struct span parts[2], sig;
	uint8_t digest[HASH_LEN];

	if (bytes.n <= ATTESTED_SIGNATURE)
		return err_set(e, ERR_FORMAT, "the attestation is cut");
	parts[0] = span_of(tag, sizeof(tag));
	parts[1] = span_of(bytes.p, bytes.n - ATTESTED_SIGNATURE);
	sig = span_of(bytes.p + parts[1].n, ATTESTED_SIGNATURE);
	sha256_parts(parts, COUNT(parts), digest);
	if (!signature_verify(alg_find(ALG_ECDSA_P256_SHA256), attest_spki,
	    span_of(digest, sizeof(digest)), sig))
		return err_set(e, ERR_DENIED, "the attestation is not signed by the attestation key "
		    "of this group");
	*body = reader_over(parts[1]);
	return true;
}

bool
attestation_signer_read(struct span bytes, struct span attest_spki, struct attested *out,
    struct err *e)
{
	struct attested a;
	struct reader r;
	uint8_t what;

	if (!open_it(bytes, attest_spki, &r, e))
		return false;
	if (!rd_u8(&r, &what) || what != 2 || !rd_bytes(&r, a.group, sizeof(a.group)) ||
	    !rd_bytes(&r, a.signer, sizeof(a.signer)) ||
	    !rd_bytes(&r, a.authenticator, sizeof(a.authenticator)) ||
	    !rd_span16(&r, 0, SPKI_MAX, &a.spki) || !rd_u8(&r, &a.loa) || !rd_u8(&r, &a.protection) ||
	    !rd_u64(&r, &a.enrolled) || !rd_u64(&r, &a.time) || !rd_end(&r))
		return err_set(e, ERR_FORMAT, "the attestation is none of an authenticator");
	*out = a;
	return true;
}

bool
attestation_key_read(struct span bytes, struct span attest_spki, struct attested_key *out,
    struct err *e)
{
	struct attested_key a;
	struct reader r;
	uint8_t what;

	if (!open_it(bytes, attest_spki, &r, e))
		return false;
	if (!rd_u8(&r, &what) || what != 1 || !rd_bytes(&r, a.group, sizeof(a.group)) ||
	    !rd_bytes(&r, a.key, sizeof(a.key)) || !rd_bytes(&r, a.signer, sizeof(a.signer)) ||
	    !rd_bytes(&r, a.spki, sizeof(a.spki)) || !rd_u16(&r, &a.alg) || !rd_u8(&r, &a.class) ||
	    !rd_u8(&r, &a.level) || !rd_u64(&r, &a.time) || !rd_end(&r))
		return err_set(e, ERR_FORMAT, "the attestation is none of a key");
	*out = a;
	return true;
}

bool
attestation_transport_read(struct span bytes, struct span attest_spki,
    struct attested_transport *out, struct err *e)
{
	struct attested_transport a;
	struct reader r;
	uint8_t what;

	if (!open_it(bytes, attest_spki, &r, e))
		return false;
	if (!rd_u8(&r, &what) || what != 6 || !rd_bytes(&r, a.group, sizeof(a.group)) ||
	    !rd_bytes(&r, a.key, sizeof(a.key)) || !rd_u64(&r, &a.time) || !rd_end(&r))
		return err_set(e, ERR_FORMAT, "the attestation is none of a transport key");
	*out = a;
	return true;
}

bool
attestation_factor_read(struct span bytes, struct span attest_spki, struct attested_factor *out,
    struct err *e)
{
	struct attested_factor a;
	struct reader r;
	uint8_t what;

	if (!open_it(bytes, attest_spki, &r, e))
		return false;
	if (!rd_u8(&r, &what) || what != 5 || !rd_bytes(&r, a.group, sizeof(a.group)) ||
	    !rd_u64(&r, &a.life) || !rd_bytes(&r, a.key, sizeof(a.key)) || !rd_u64(&r, &a.time) ||
	    !rd_end(&r))
		return err_set(e, ERR_FORMAT, "the attestation is none of a factor key");
	*out = a;
	return true;
}
