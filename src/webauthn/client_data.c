/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What browsers say of a ceremony, by the flat reader: strings and booleans that count, the rest
 * skipped. Finding H18.
 */
#include "base/base64.h"
#include "base/flat.h"
#include "webauthn/client_data.h"

#define CHALLENGE_LEN	43	/* 32 bytes in base64url */

static const struct flat_bounds bounds = { .bytes = CLIENT_DATA_MAX, .members = CLIENT_DATA_MEMBERS,
	.string = CLIENT_DATA_MAX, .depth = 2 };

static bool
equals(const struct flat *f, const char *name, struct span want, struct err *e)
{
	const struct flat_member *m = flat_find(f, span_str(name));

	return (m != NULL && m->kind == FLAT_STRING && flat_string_is(m->value, want)) ||
	    err_why(e, ERR_DENIED, "auth", "client data: %s is not what it must be", name);
}

static bool
flat_answers(const struct flat *f, const char *type, const uint8_t challenge[32], struct err *e)
{
	char text[CHALLENGE_LEN];
	struct writer w = writer_over(text, sizeof(text));

	base64url_write(&w, span_of(challenge, 32));
	if (!equals(f, "type", span_str(type), e) ||
	    !equals(f, "challenge", span_of(text, sizeof(text)), e))
		return false;
	if (flat_kind_of(f, "crossOrigin") != FLAT_ABSENT &&
	    flat_kind_of(f, "crossOrigin") != FLAT_FALSE)
		return err_why(e, ERR_DENIED, "auth", "client data: asked for across origins");
	return flat_kind_of(f, "topOrigin") == FLAT_ABSENT ||
	    err_why(e, ERR_DENIED, "auth", "client data: asked for inside another page");
}

bool
client_data_answers(struct span json, const char *type, const uint8_t challenge[32], struct err *e)
{
	struct flat f;

	if (!flat_read(&f, json, &bounds))
		return err_why(e, ERR_DENIED, "auth", "client data: not one flat JSON object");
	return flat_answers(&f, type, challenge, e);
}

bool
client_data_binds(struct span json, const char *type, const uint8_t challenge[32],
    struct span origin, struct err *e)
{
	struct flat f;

	if (!flat_read(&f, json, &bounds))
		return err_why(e, ERR_DENIED, "auth", "client data: not one flat JSON object");
	return flat_answers(&f, type, challenge, e) && equals(&f, "origin", origin, e);
}
