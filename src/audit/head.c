/* SPDX-License-Identifier: Apache-2.0 */
/* Heads: what they say, and who signed it. */
#include "audit/head.h"
#include "crypto/alg.h"
#include "crypto/verify.h"

bool
head_read(struct reader *r, struct head *h)
{
	return rd_u32(r, &h->epoch) && rd_u64(r, &h->size) && rd_bytes(r, h->root, HASH_LEN) &&
	    rd_u64(r, &h->time) && rd_bytes(r, h->signature, HEAD_SIGNATURE);
}

static void
write_claims(struct writer *w, const struct head *h)
{
	wr_u32(w, h->epoch);
	wr_u64(w, h->size);
	wr_bytes(w, h->root, HASH_LEN);
	wr_u64(w, h->time);
}

void
head_write(struct writer *w, const struct head *h)
{
	write_claims(w, h);
	wr_bytes(w, h->signature, HEAD_SIGNATURE);
}

void
head_digest(const struct head *h, const uint8_t group[HASH_LEN], uint8_t out[HASH_LEN])
{
	static const char domain[] = "propria-head-v1";		/* with its zero */
	uint8_t mem[sizeof(domain) + HASH_LEN + HEAD_LEN];
	struct writer w = writer_over(mem, sizeof(mem));

	wr_bytes(&w, domain, sizeof(domain));
	wr_bytes(&w, group, HASH_LEN);
	write_claims(&w, h);
	sha256(writer_span(&w), out);
}

bool
head_verify(const struct head *h, const uint8_t group[HASH_LEN], struct span log_spki,
    struct err *e)
{
	uint8_t digest[HASH_LEN];

	head_digest(h, group, digest);
	return signature_verify(alg_find(ALG_ECDSA_P256_SHA256), log_spki,
	    span_of(digest, HASH_LEN), span_of(h->signature, HEAD_SIGNATURE)) ||
	    err_why(e, ERR_DENIED, "auth", "head of %llu entries is not signed by the log key",
	    (unsigned long long)h->size);
}
