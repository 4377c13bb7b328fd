/* SPDX-License-Identifier: Apache-2.0 */
/* The body of SIGN: one key, one algorithm, a list of digests. PROTOCOL.sam 1.3 */
#include "crypto/alg.h"
#include "statement/body.h"

static bool
digests_fit(const void *statement)
{
	const struct body_sign *b = &((const struct statement *)statement)->sign;
	const struct alg *alg = alg_find(b->alg);

	if (alg == NULL)
		return false;
	for (size_t i = 0; i < b->n; i++)
		if (b->items[i].digest.n != alg->digest_len)
			return false;
	return true;
}

#define S	struct statement

static const struct field items[] = {
	{ SPAN8(S, sign.items[0].digest, 0, UINT8_MAX), EACH_OF(S, sign.items) },
	{ TEXT8(S, sign.items[0].label, 0, 200), EACH_OF(S, sign.items) },
	{ FIELD_END },
};
const struct field body_sign[] = {
	{ BYTES(S, sign.key) },
	{ BYTES(S, sign.spki) },
	{ RANGE(S, sign.class, CLASS_SIGNATURE, CLASS_SEAL) },
	{ RANGE(S, sign.level, 1, 2) },
	{ NUMBER(S, sign.alg) },
	{ RANGE(S, sign.kind, KIND_DTBSR, KIND_PADES) },
	{ RANGE(S, sign.seen, SEEN_DOCUMENT, SEEN_LABELS) },
	{ BYTES(S, sign.requester) },
	{ TEXT8(S, sign.name, 0, 128) },
	{ BYTES(S, sign.session) },
	{ BYTES(S, sign.profile) },
	{ BYTES(S, sign.idv) },
	{ NUMBER(S, sign.attrs) },
	{ LIST32(S, sign.n, 1, ITEMS_MAX, items) },
	{ TEXT16(S, sign.text, 0, 1000) },
	{ CHECKED(digests_fit) },
	{ FIELD_END },
};
