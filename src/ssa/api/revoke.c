/* SPDX-License-Identifier: Apache-2.0 */
/* auth/revoke (csc-api 7.2): a client ends tokens of its own, for the account it is speaking for. */
#include "ssa/api/activation.h"
#include "ssa/api/route.h"
#include "ssa/api/window.h"

static bool
is_own(const struct call *c, const uint8_t account[16], const uint8_t requester[16])
{
	return memcmp(account, c->account, 16) == 0 && memcmp(requester, c->requester, 16) == 0;
}

/* An access token of either scope, or a SAD. *found: it was one. */
static bool
access_end(struct call *c, struct span text, const uint8_t hash[32], bool *found, struct err *e)
{
	struct activation *a;
	struct token_row row;

	*found = token_find(c->ssa->tokens, text, c->now, &row) == TOKEN_GOOD &&
	    is_own(c, row.account, row.requester);
	if (!*found && (a = activation_find(c->ssa, text, c->account, c->requester)) != NULL) {
		*found = true;
		activation_release(a);
	}
	return !*found || token_end(c->ssa->tokens, hash, e);
}

/* A refresh token takes all with it that its consent gave. */
static bool
refresh_end(struct call *c, const uint8_t hash[32], bool *found, struct err *e)
{
	struct handle_row row;
	struct err why = { 0 };

	*found = c->ssa->store->ops->handle_get(c->ssa->store, HANDLE_REFRESH, hash, &row, &why) &&
	    is_own(c, row.account, row.requester);
	if (why.code != ERR_NONE && why.code != ERR_MISSING) {
		*e = why;
		return false;
	}
	return !*found || tokens_end_grant(c->ssa->tokens, row.grant, e);
}

/* What an access token opened ends with it; of anything else there is no such session. */
static void
windows_end(struct call *c, struct span token)
{
	uint8_t session[16];

	window_session(token, session);
	window_close(c, session, call_done);
}

static bool
hint_fits(struct call *c)
{
	struct span hint;

	switch (json_text(c->json, "token_type_hint", 32, &hint)) {
	case JSON_ABSENT:
		return true;
	case JSON_GOT:
		return span_equal(hint, span_str("access_token")) ||
		    span_equal(hint, span_str("refresh_token"));
	case JSON_WRONG:
		break;
	}
	return false;
}

void
handle_revoke(struct call *c)
{
	struct err e = { 0 };
	struct span text;
	uint8_t hash[32];
	bool found = false;

	if (json_text(c->json, "token", 4096, &text) != JSON_GOT) {
		call_invalid(c, "Missing (or invalid type) string parameter token");
		return;
	}
	if (!hint_fits(c)) {
		call_invalid(c, "Invalid string parameter token_type_hint");
		return;
	}
	if (!call_client_data(c))
		return;
	sha256(text, hash);
	if (!access_end(c, text, hash, &found, &e) || (!found && !refresh_end(c, hash, &found, &e)))
		call_failed(c, &e);
	else if (found)
		windows_end(c, text);
	else
		call_invalid(c, "Invalid string parameter token");
}
