/* SPDX-License-Identifier: Apache-2.0 */
/* Rows that are written behind. */
#include "store/connection.h"

bool
row_activation_put(struct connection *c, const struct activation_row *a, struct err *e)
{
	return connection_run(c, SQL_ACTIVATION_PUT, e, "bbbbbib", a->handle, sizeof(a->handle),
	    a->activation, sizeof(a->activation), a->account, sizeof(a->account), a->key,
	    sizeof(a->key), a->d, sizeof(a->d), (int64_t)a->expires, a->requester,
	    sizeof(a->requester));
}

bool
row_approval_put(struct connection *c, const struct approval *a, struct err *e)
{
	return connection_run(c, SQL_APPROVAL_PUT, e, "bbbss", a->d, sizeof(a->d), a->signer,
	    sizeof(a->signer), a->authenticator, sizeof(a->authenticator), a->statement,
	    a->evidences);
}

bool
row_use_put(struct connection *c, const struct use_row *u, struct err *e)
{
	return connection_run(c, SQL_USE_PUT, e, "biss", u->d, sizeof(u->d), (int64_t)u->place,
	    u->indexes, u->digests);
}

bool
row_token_put(struct connection *c, const struct token_row *t, struct err *e)
{
	return connection_run(c, SQL_TOKEN_PUT, e, "bbibbi", t->hash, sizeof(t->hash), t->account,
	    sizeof(t->account), (int64_t)t->expires, t->requester, sizeof(t->requester), t->grant,
	    sizeof(t->grant), (int64_t)t->scope);
}

bool
row_assertion_put(struct connection *c, const struct assertion_row *a, struct err *e)
{
	return connection_run(c, SQL_ASSERTION_PUT, e, "bi", a->hash, sizeof(a->hash),
	    (int64_t)a->expires);
}

bool
row_sweep(struct connection *c, uint64_t now, struct err *e)
{
	return connection_run(c, SQL_SWEEP_ACTIVATIONS, e, "i", (int64_t)now) &&
	    connection_run(c, SQL_SWEEP_TOKENS, e, "i", (int64_t)now) &&
	    connection_run(c, SQL_SWEEP_ASSERTIONS, e, "i", (int64_t)now) &&
	    connection_run(c, SQL_SWEEP_HANDLES, e, "i", (int64_t)now);
}
