/* SPDX-License-Identifier: Apache-2.0 */
/* Grants: their bytes, and what is signed. */
#include "base/fields.h"
#include "crypto/verify.h"
#include "statement/grant.h"

static const char grant_tag[] = "propria-grant-v1";	/* with its zero byte */
static const char share_tag[] = "propria-share-v1";	/* without */

/* Two factors are level 2, and there are but two. */
static bool
grant_fits(const void *message)
{
	const struct grant *g = message;

	return (g->level == 2) == (g->factors == (FACTOR_PIN | FACTOR_TOTP)) &&
	    (g->share.n == 0 || g->share.n == SHARE_SEALED_LEN);
}

static const struct field fields[] = {
	{ MAGIC("PRT1") },
	{ BYTES(struct grant, group) },
	{ BYTES(struct grant, module) },
	{ BYTES(struct grant, d) },
	{ BYTES(struct grant, signer) },
	{ BYTES(struct grant, person) },
	{ RANGE(struct grant, factors, 1, FACTOR_PIN | FACTOR_TOTP) },
	{ RANGE(struct grant, level, 1, 2) },
	{ NUMBER(struct grant, time) },
	{ SPAN16(struct grant, share, 0, SHARE_SEALED_LEN) },
	{ BYTES(struct grant, signature) },
	{ CHECKED(grant_fits) },
	{ FIELD_END },
};

bool
grant_read(struct span bytes, struct grant *g, struct err *e)
{
	struct reader r = reader_over(bytes);

	return message_read(&r, fields, g, "grant", e);
}

void
grant_write(struct writer *w, const struct grant *g)
{
	fields_write(w, fields, g, 0);
}

bool
grant_digest(struct span grant, uint8_t digest[HASH_LEN])
{
	struct span parts[] = { span_of(grant_tag, sizeof(grant_tag)), grant };

	if (grant.n <= GRANT_SIGNATURE_LEN)
		return false;
	parts[1].n -= GRANT_SIGNATURE_LEN;
	sha256_parts(parts, COUNT(parts), digest);
	return true;
}

void
grant_blank(uint8_t *grant, size_t n)
{
	struct err ignored = { 0 };
	struct grant g;

	if (grant_read(span_of(grant, n), &g, &ignored) && g.share.n > 0)
		memset(grant + (g.share.p - grant), 0, g.share.n);
}

bool
grant_verify(struct span grant, struct span spki)
{
	uint8_t digest[HASH_LEN];

	return grant_digest(grant, digest) && signature_verify(alg_find(ALG_ECDSA_P256_SHA256), spki,
	    span_of(digest, sizeof(digest)),
	    span_of(grant.p + grant.n - GRANT_SIGNATURE_LEN, GRANT_SIGNATURE_LEN));
}

void
share_info(const uint8_t group[32], const uint8_t module[32], uint8_t info[SHARE_INFO_LEN])
{
	memcpy(info, share_tag, sizeof(share_tag) - 1);
	memcpy(info + 16, group, 32);
	memcpy(info + 48, module, 32);
}

void
share_aad(const uint8_t d[32], const uint8_t key[16], uint8_t aad[SHARE_AAD_LEN])
{
	memcpy(aad, d, 32);
	memcpy(aad + 32, key, 16);
}
