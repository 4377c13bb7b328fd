/* SPDX-License-Identifier: Apache-2.0 */
/* Handles: random texts of which the store keeps the digest. */
#include "base/clock.h"
#include "crypto/hash.h"
#include "ssa/oauth/handle.h"

bool
handle_make(struct ssa *s, struct handle_row *row, char text[TOKEN_LETTERS + 1], struct err *e)
{
	secret_text(text, row->hash);
	return s->store->ops->handle_put(s->store, row, e);
}

bool
handle_room(struct ssa *s, const uint8_t peer[16], size_t bytes)
{
	for (size_t n = 0; n <= bytes / BLOCK_BYTES; n++)
		if (!limit_take(s->strangers, peer, clock_life()))
			return false;
	return true;
}

bool
handle_find(struct ssa *s, enum handle_kind kind, struct span text, uint64_t now, struct handle_row *row,
    struct err *e)
{
	struct handle_row got;
	uint8_t hash[HASH_LEN];

	if (text.n != TOKEN_LETTERS)
		return err_set(e, ERR_MISSING, "no such handle");
	sha256(text, hash);
	if (!s->store->ops->handle_get(s->store, (uint8_t)kind, hash, &got, e))
		return false;
	if (got.expires <= now)
		return err_set(e, ERR_MISSING, "the handle expired");
	*row = got;
	return true;
}
