/* SPDX-License-Identifier: Apache-2.0 */
/* The body of SIGN: one key, one algorithm, a list of digests. PROTOCOL.sam 1.3 */
#include "crypto/alg.h"
#include "statement/body.h"

static bool
items_read(struct reader *r, struct body_sign *b, size_t digest_len)
{
	if (!rd_count32(r, 1, ITEMS_MAX, &b->n))
		return false;
	for (size_t i = 0; i < b->n; i++)
		if (!rd_span8(r, digest_len, digest_len, &b->items[i].digest) ||
		    !rd_span8(r, 0, 200, &b->items[i].label) || !text_is_clean(b->items[i].label))
			return false;
	return true;
}

bool
body_sign_read(struct reader *r, struct statement *s)
{
	struct body_sign *b = &s->sign;
	const struct alg *alg;

	return rd_bytes(r, b->key, sizeof(b->key)) && rd_bytes(r, b->spki, sizeof(b->spki)) &&
	    rd_u8(r, &b->class) && rd_u8(r, &b->level) && rd_u16(r, &b->alg) &&
	    rd_u8(r, &b->kind) && rd_u8(r, &b->seen) &&
	    rd_bytes(r, b->requester, sizeof(b->requester)) &&
	    rd_span8(r, 0, 128, &b->name) && text_is_clean(b->name) &&
	    rd_bytes(r, b->session, sizeof(b->session)) &&
	    rd_bytes(r, b->profile, sizeof(b->profile)) && rd_bytes(r, b->idv, sizeof(b->idv)) &&
	    rd_u16(r, &b->attrs) && (alg = alg_find(b->alg)) != NULL &&
	    items_read(r, b, alg->digest_len) &&
	    rd_span16(r, 0, 1000, &b->text) && text_is_clean(b->text) &&
	    (b->class == CLASS_SIGNATURE || b->class == CLASS_SEAL) &&
	    (b->level == 1 || b->level == 2) && (b->kind >= KIND_DTBSR && b->kind <= KIND_PADES) &&
	    (b->seen == SEEN_DOCUMENT || b->seen == SEEN_LABELS);
}

void
body_sign_write(struct writer *w, const struct statement *s)
{
	const struct body_sign *b = &s->sign;

	wr_bytes(w, b->key, sizeof(b->key));
	wr_bytes(w, b->spki, sizeof(b->spki));
	wr_u8(w, b->class);
	wr_u8(w, b->level);
	wr_u16(w, b->alg);
	wr_u8(w, b->kind);
	wr_u8(w, b->seen);
	wr_bytes(w, b->requester, sizeof(b->requester));
	wr_span8(w, b->name);
	wr_bytes(w, b->session, sizeof(b->session));
	wr_bytes(w, b->profile, sizeof(b->profile));
	wr_bytes(w, b->idv, sizeof(b->idv));
	wr_u16(w, b->attrs);
	wr_u32(w, (uint32_t)b->n);
	for (size_t i = 0; i < b->n; i++) {
		wr_span8(w, b->items[i].digest);
		wr_span8(w, b->items[i].label);
	}
	wr_span16(w, b->text);
}
