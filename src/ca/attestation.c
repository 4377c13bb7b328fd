/* SPDX-License-Identifier: Apache-2.0 */
/* Attestations of keys, read line by line after PROTOCOL.sam 4.8. */
#include "ca/attestation.h"
#include "crypto/hash.h"
#include "crypto/verify.h"

#define KIND_KEY	1
#define KIND_ONCE	3
#define SIGNATURE_LEN	64

struct attested_key {
	uint8_t		kind;
	uint8_t		group[GROUP_LEN], key[16], signer[16], spki[HASH_LEN];
	uint16_t	alg;
	uint8_t		class, level;
	uint64_t	time;
};

static bool
is_signed(struct span body, struct span signature, struct span spki)
{
	static const char tag[] = "propria-attestation-v1";	/* its final zero is signed too */
	struct span parts[] = { { (const uint8_t *)tag, sizeof(tag) }, body };
	uint8_t digest[HASH_LEN];

	sha256_parts(parts, COUNT(parts), digest);
	return signature_verify(alg_find(ALG_ECDSA_P256_SHA256), spki, span_of(digest, HASH_LEN),
	    signature);
}

/* What only a key for one signature has: session, profile, evidence of identity, statement. */
static bool
read_once(struct reader *r)
{
	struct span session, profile, evidence, statement;

	return rd_take(r, 16, &session) && rd_take(r, 16, &profile) && rd_take(r, 32, &evidence) &&
	    rd_take(r, 32, &statement);
}

static bool
read_key(struct span body, struct attested_key *a)
{
	struct reader r = reader_over(body);

	return rd_u8(&r, &a->kind) && (a->kind == KIND_KEY || a->kind == KIND_ONCE) &&
	    rd_bytes(&r, a->group, sizeof(a->group)) &&
	    rd_bytes(&r, a->key, sizeof(a->key)) && rd_bytes(&r, a->signer, sizeof(a->signer)) &&
	    rd_bytes(&r, a->spki, sizeof(a->spki)) && rd_u16(&r, &a->alg) && rd_u8(&r, &a->class) &&
	    rd_u8(&r, &a->level) && (a->kind != KIND_ONCE || read_once(&r)) &&
	    rd_u64(&r, &a->time) && rd_end(&r);
}

/* The request's algorithm, where it has one; a template has but a key. */
static bool
is_of_algorithm(const struct attested_key *a, const struct csr *csr)
{
	const struct alg *alg = alg_find(a->alg);
	enum key_kind kind;

	if (csr->alg != NULL)
		return csr->alg->number == a->alg;
	return alg != NULL && spki_kind(csr->spki, &kind) && kind == alg->kind;
}

bool
attestation_covers(struct span bytes, struct span attestation_spki, const uint8_t group[GROUP_LEN],
    const struct csr *csr, struct err *e)
{
	struct attested_key a;
	uint8_t hash[HASH_LEN];
	struct span body;

	if (bytes.n != ATTESTATION_LEN && bytes.n != ATTESTATION_ONCE_LEN)
		return err_set(e, ERR_FORMAT, "the attestation is not one of a key: %d or %d bytes expected",
		    ATTESTATION_LEN, ATTESTATION_ONCE_LEN);
	body = span_of(bytes.p, bytes.n - SIGNATURE_LEN);
	if (!is_signed(body, span_of(bytes.p + body.n, SIGNATURE_LEN), attestation_spki))
		return err_set(e, ERR_DENIED, "the attestation is not signed by the given attestation key");
	if (!read_key(body, &a))
		return err_set(e, ERR_FORMAT, "the attestation is not one of a key");
	if (memcmp(a.group, group, GROUP_LEN) != 0)
		return err_set(e, ERR_DENIED, "the attestation is of another group");
	sha256(csr->spki, hash);
	if (memcmp(a.spki, hash, HASH_LEN) != 0)
		return err_set(e, ERR_DENIED, "the attestation is of another key than the request's");
	if (!is_of_algorithm(&a, csr))
		return err_set(e, ERR_DENIED, "the attestation says another algorithm than the request");
	return true;
}
