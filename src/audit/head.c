/* SPDX-License-Identifier: Apache-2.0 */
/* Heads: what they say, and who signed it. */
#include "audit/head.h"
#include "crypto/alg.h"
#include "crypto/verify.h"

/* What is signed, then the signature. */
static const struct field claims[] = {
	{ NUMBER(struct head, epoch) },
	{ NUMBER(struct head, size) },
	{ BYTES(struct head, root) },
	{ NUMBER(struct head, time) },
	{ FIELD_END },
};
const struct field head_fields[] = {
	{ .kind = FIELD_PART, .fields = claims },
	{ BYTES(struct head, signature) },
	{ FIELD_END },
};

bool
head_read(struct reader *r, struct head *h)
{
	return fields_read(r, head_fields, h);
}

void
head_write(struct writer *w, const struct head *h)
{
	fields_write(w, head_fields, h, 0);
}

void
head_digest(const struct head *h, const uint8_t group[HASH_LEN], uint8_t out[HASH_LEN])
{
	static const char domain[] = "propria-head-v1";		/* with its zero */
	uint8_t mem[sizeof(domain) + HASH_LEN + HEAD_LEN];
	struct writer w = writer_over(mem, sizeof(mem));

	wr_bytes(&w, domain, sizeof(domain));
	wr_bytes(&w, group, HASH_LEN);
	fields_write(&w, claims, h, 0);
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
