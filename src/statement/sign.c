/* SPDX-License-Identifier: Apache-2.0 */
/* The bodies of SIGN, SIGN_ONCE and OPEN_SESSION: one key, one algorithm, a list of digests. PROTOCOL.sam 1.3 */
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

static bool
is_zero(const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i] != 0)
			return false;
	return true;
}

/* Documents: the key is not made yet. DTBS/R: it is that of a session, and named. */
static bool
once_fits(const void *statement)
{
	const struct body_sign *b = &((const struct statement *)statement)->sign;
	bool of_documents = b->kind != KIND_DTBSR;

	if (is_zero(b->session, sizeof(b->session)) || !profile_is_named(b->profile))
		return false;
	if (b->attrs != 0 && (!of_documents || (b->attrs != ATTRS_APPROVAL && b->attrs != ATTRS_ORIGIN)))
		return false;
	return is_zero(b->key, sizeof(b->key)) == of_documents &&
	    is_zero(b->spki, sizeof(b->spki)) == of_documents;
}

static bool
session_fits(const void *statement)
{
	const struct body_open_session *b = &((const struct statement *)statement)->open_session;

	return alg_find(b->alg) != NULL && profile_is_named(b->profile) &&
	    !is_zero(b->session, sizeof(b->session));
}

#define S	struct statement

static const struct field items[] = {
	{ SPAN8(S, sign.items[0].digest, 0, UINT8_MAX), EACH_OF(S, sign.items) },
	{ TEXT8(S, sign.items[0].label, 0, 200), EACH_OF(S, sign.items) },
	{ FIELD_END },
};
/* From alg on. */
static const struct field sign_rest[] = {
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
const struct field body_sign[] = {
	{ BYTES(S, sign.key) },
	{ BYTES(S, sign.spki) },
	{ RANGE(S, sign.class, CLASS_SIGNATURE, CLASS_SEAL) },
	{ RANGE(S, sign.level, 1, 2) },
	{ .kind = FIELD_PART, .fields = sign_rest },
	{ FIELD_END },
};

/* The same fields, of a key that lives for one signature. */
const struct field body_sign_once[] = {
	{ BYTES(S, sign.key) },
	{ BYTES(S, sign.spki) },
	{ RANGE(S, sign.class, CLASS_SIGNATURE, CLASS_SIGNATURE) },
	{ RANGE(S, sign.level, LEVEL_SCAL2, LEVEL_SCAL2) },
	{ .kind = FIELD_PART, .fields = sign_rest },
	{ CHECKED(once_fits) },
	{ FIELD_END },
};

const struct field body_open_session[] = {
	{ NUMBER(S, open_session.alg) },
	{ RANGE(S, open_session.class, CLASS_SIGNATURE, CLASS_SIGNATURE) },
	{ RANGE(S, open_session.level, LEVEL_SCAL2, LEVEL_SCAL2) },
	{ BYTES(S, open_session.profile) },
	{ BYTES(S, open_session.idv) },
	{ BYTES(S, open_session.session) },
	{ CHECKED(session_fits) },
	{ FIELD_END },
};
