/* SPDX-License-Identifier: Apache-2.0 */
/* The claims that count, out of a header and a payload. RFC 7515 4.1; OpenID Connect Core 2. */
#include "base/flat.h"
#include "token/claims.h"
#include "token/compact.h"

#define STRING_MAX	512	/* of strings that do not count, too */
#define LEVELS		3	/* below the outermost object */

/* The value in the room, without its escapes. */
static bool
text_take(struct claims_room *room, struct span value, struct span *out)
{
	uint8_t *at = room->bytes + room->n;
	size_t n;

	if (!flat_string_copy(value, at, sizeof(room->bytes) - room->n, &n) || n > CLAIM_MAX)
		return false;
	*out = span_of(at, n);
	room->n += n;
	return true;
}

/* Not there is fine; there, it is a string. */
static bool
text_claim(const struct flat *f, struct span name, struct claims_room *room, struct span *out)
{
	const struct flat_member *m = flat_find(f, name);

	return m == NULL || (m->kind == FLAT_STRING && text_take(room, m->value, out));
}

static bool
time_claim(const struct flat *f, const char *name, uint64_t *out)
{
	const struct flat_member *m = flat_find(f, span_str(name));

	return m == NULL || flat_whole(m, TOKEN_TIME_MAX, out);
}

static bool
audience_claim(const struct flat *f, struct claims_room *room, struct token_said *said)
{
	const struct flat_member *m = flat_find(f, span_str("aud"));
	struct span raw[AUDIENCES_MAX];

	if (m == NULL)
		return true;
	if (m->kind == FLAT_STRING) {
		said->auds = 1;
		return text_take(room, m->value, &said->aud[0]);
	}
	said->aud_is_list = 1;
	if (!flat_strings(m, raw, AUDIENCES_MAX, &said->auds))
		return false;
	for (size_t i = 0; i < said->auds; i++)
		if (!text_take(room, raw[i], &said->aud[i]))
			return false;
	return true;
}

/*
 * Keys that a token brings along, or points to, are nobody's; what is critical we do not know; and
 * a payload that is not encoded, or is something else than claims, is none of ours.
 */
static bool
header_read(struct span json, struct claims_room *room, struct token_said *said)
{
	static const struct flat_bounds bounds = { TOKEN_HEADER_MAX, FLAT_MEMBERS, STRING_MAX, LEVELS };
	static const char *const barred[] = { "crit", "jwk", "jku", "x5c", "x5u", "b64", "zip", "enc" };
	struct flat f;

	if (!flat_read(&f, json, &bounds))
		return false;
	for (size_t i = 0; i < COUNT(barred); i++)
		if (flat_kind_of(&f, barred[i]) != FLAT_ABSENT)
			return false;
	if (flat_kind_of(&f, "typ") != FLAT_ABSENT)
		said->flags |= TOKEN_HAS_TYP;
	return text_claim(&f, span_str("alg"), room, &said->alg) &&
	    text_claim(&f, span_str("typ"), room, &said->typ);
}

static bool
payload_read(const struct token_ask *ask, struct claims_room *room, struct token_said *said)
{
	static const struct flat_bounds bounds = { TOKEN_PAYLOAD_MAX, FLAT_MEMBERS, STRING_MAX, LEVELS };
	struct flat f;

	if (!flat_read(&f, ask->payload, &bounds))
		return false;
	if (flat_kind_of(&f, "azp") != FLAT_ABSENT)
		said->flags |= TOKEN_HAS_AZP;
	return text_claim(&f, span_str("iss"), room, &said->iss) &&
	    audience_claim(&f, room, said) &&
	    text_claim(&f, span_str("azp"), room, &said->azp) &&
	    text_claim(&f, span_str("nonce"), room, &said->nonce) &&
	    text_claim(&f, span_str("sub"), room, &said->sub) &&
	    text_claim(&f, span_str("acr"), room, &said->acr) &&
	    (ask->shown.n == 0 || text_claim(&f, ask->shown, room, &said->shown)) &&
	    time_claim(&f, "exp", &said->exp) && time_claim(&f, "iat", &said->iat) &&
	    time_claim(&f, "auth_time", &said->auth_time);
}

void
claims_read(const struct token_ask *ask, struct claims_room *room, struct token_said *said)
{
	*said = (struct token_said){ .status = TOKEN_READ };
	room->n = 0;
	if (!header_read(ask->header, room, said))
		*said = (struct token_said){ .status = TOKEN_BAD_HEADER };
	else if (!payload_read(ask, room, said))
		*said = (struct token_said){ .status = TOKEN_BAD_CLAIMS };
}
