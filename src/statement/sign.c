/* SPDX-License-Identifier: Apache-2.0 */
/* The body of SIGN: one key, one algorithm, a list of digests. PROTOCOL.sam 1.3 */
#include "base/fields.h"
#include "crypto/alg.h"
#include "statement/body.h"

static bool
digests_fit(const void *body)
{
	const struct body_sign *b = body;
	const struct alg *alg = alg_find(b->alg);

	if (alg == NULL)
		return false;
	for (size_t i = 0; i < b->n; i++)
		if (b->items[i].digest.n != alg->digest_len)
			return false;
	return true;
}

static const struct field items[] = {
	{ SPAN8(struct body_sign, items[0].digest, 0, UINT8_MAX), EACH_OF(struct body_sign, items) },
	{ TEXT8(struct body_sign, items[0].label, 0, 200), EACH_OF(struct body_sign, items) },
	{ FIELD_END },
};
static const struct field fields[] = {
	{ BYTES(struct body_sign, key) },
	{ BYTES(struct body_sign, spki) },
	{ RANGE(struct body_sign, class, CLASS_SIGNATURE, CLASS_SEAL) },
	{ RANGE(struct body_sign, level, 1, 2) },
	{ NUMBER(struct body_sign, alg) },
	{ RANGE(struct body_sign, kind, KIND_DTBSR, KIND_PADES) },
	{ RANGE(struct body_sign, seen, SEEN_DOCUMENT, SEEN_LABELS) },
	{ BYTES(struct body_sign, requester) },
	{ TEXT8(struct body_sign, name, 0, 128) },
	{ BYTES(struct body_sign, session) },
	{ BYTES(struct body_sign, profile) },
	{ BYTES(struct body_sign, idv) },
	{ NUMBER(struct body_sign, attrs) },
	{ LIST32(struct body_sign, n, 1, ITEMS_MAX, items) },
	{ TEXT16(struct body_sign, text, 0, 1000) },
	{ CHECKED(digests_fit) },
	{ FIELD_END },
};

bool
body_sign_read(struct reader *r, struct statement *s)
{
	return fields_read(r, fields, &s->sign);
}

void
body_sign_write(struct writer *w, const struct statement *s)
{
	fields_write(w, fields, &s->sign, 0);
}
