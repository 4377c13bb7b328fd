/* SPDX-License-Identifier: Apache-2.0 */
/* oauth2/revoke (RFC 7009; csc-api 8.7). */
#include "ssa/api/route.h"
#include "ssa/api/window.h"
#include "ssa/oauth/client.h"
#include "ssa/oauth/handle.h"

static bool
is_of(const uint8_t requester[16], const struct client *k)
{
	return memcmp(requester, k->row.id, 16) == 0;
}

/*
 * A refresh token ends with all that its consent gave, an access token by itself (RFC 7009 2.1).
 * *access: it was an access token, and this client's.
 */
static bool
end(struct call *c, struct span text, const struct client *k, bool *access, struct err *e)
{
	struct handle_row row;
	struct token_row token;
	struct err why = { 0 };
	uint8_t hash[HASH_LEN];

	sha256(text, hash);
	if (token_find(c->ssa->tokens, text, c->now, &token) == TOKEN_GOOD) {
		*access = is_of(token.requester, k);
		return !*access || token_end(c->ssa->tokens, hash, e);
	}
	if (handle_find(c->ssa, HANDLE_REFRESH, text, c->now, &row, &why))
		return !is_of(row.requester, k) || tokens_end_grant(c->ssa->tokens, row.grant, e);
	return why.code == ERR_MISSING || (*e = why, false);
}

/* The endpoint of the metadata answers as RFC 7009 2.2 has it, the others as CSC. */
static void
revoked(struct call *c)
{
	call_done(c);
	if (strcmp(c->x->path, "/revoke") == 0)
		c->x->status = 200;
}

/* The same answer for a token that was good and for one that never was (RFC 7009 2.2). */
void
handle_oauth_revoke(struct call *c)
{
	AUTO(client) *k = NULL;
	struct err e = { 0 };
	AUTO_FORM f = { 0 };
	uint8_t session[16];
	bool access = false;

	if (!form_read(&f, c->x->body))
		call_invalid(c, "The request is malformed or names a parameter twice");
	else if (f.field[P_TOKEN].p == NULL)
		call_invalid(c, "Missing parameter token");
	else if (f.field[P_TOKEN_TYPE_HINT].p != NULL && !form_is(&f, P_TOKEN_TYPE_HINT, "access_token") &&
	    !form_is(&f, P_TOKEN_TYPE_HINT, "refresh_token"))
		call_error(c, 400, "unsupported_token_type", "Invalid parameter token_type_hint", NULL);
	else if ((k = client_authenticate(c, &f)) == NULL)
		return;
	else if (!end(c, f.field[P_TOKEN], k, &access, &e))
		call_failed(c, &e);
	else if (!access)
		revoked(c);
	else {
		window_session(f.field[P_TOKEN], session);
		window_close(c, session, revoked);
	}
}
