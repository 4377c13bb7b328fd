/* SPDX-License-Identifier: Apache-2.0 */
/* The authorization server's tables: clients, logins, handles, and the end of what one consent gave. */
#include "store/sqlite.h"

bool
op_client_put(struct store *s, const struct client_row *c, struct err *e)
{
	return connection_run(&sqlite_of(s)->db, SQL_CLIENT_PUT, e, "sbsisssii", c->client_id, c->id,
	    sizeof(c->id), c->name, (int64_t)c->kind, c->secret, c->spki, c->redirects,
	    (int64_t)c->grants, (int64_t)c->scopes);
}

static bool
client_of_row(struct sqlite *q, sqlite3_stmt *st, struct client_row *c)
{
	c->client_id = column_copied(q, st, 0);
	c->name = column_copied(q, st, 2);
	c->kind = (uint8_t)sqlite3_column_int(st, 3);
	c->secret = column_copied(q, st, 4);
	c->spki = column_copied(q, st, 5);
	c->redirects = column_copied(q, st, 6);
	c->grants = (uint32_t)sqlite3_column_int64(st, 7);
	c->scopes = (uint32_t)sqlite3_column_int64(st, 8);
	column_lend(q, &c->client_id);
	column_lend(q, &c->name);
	column_lend(q, &c->secret);
	column_lend(q, &c->spki);
	column_lend(q, &c->redirects);
	return column_fixed(st, 1, c->id, 16);
}

static bool
client_found(struct store *s, enum sql which, struct span key, struct client_row *c, struct err *e)
{
	struct sqlite *q = sqlite_of(s);
	struct client_row got = { 0 };
	bool good;

	if (!sqlite_row(q, which, "client", e, key, NULL))
		return false;
	good = client_of_row(q, q->db.statement[which], &got);
	if (!sqlite_row_done(q, which, good, e))
		return false;
	*c = got;
	return true;
}

bool
op_client_get(struct store *s, struct span client_id, struct client_row *c, struct err *e)
{
	return client_found(s, SQL_CLIENT_GET, client_id, c, e);
}

bool
op_client_by_id(struct store *s, const uint8_t id[16], struct client_row *c, struct err *e)
{
	return client_found(s, SQL_CLIENT_BY_ID, span_of(id, 16), c, e);
}

static bool
one_changed(struct store *s, const char *what, struct err *e)
{
	return sqlite3_changes(sqlite_of(s)->db.db) == 1 || err_set(e, ERR_MISSING, "no such %s", what);
}

bool
op_client_remove(struct store *s, struct span client_id, struct err *e)
{
	return connection_run(&sqlite_of(s)->db, SQL_CLIENT_REMOVE, e, "s", client_id) &&
	    one_changed(s, "client", e);
}

bool
op_clients(struct store *s, client_seen *seen, void *arg, struct err *e)
{
	struct sqlite *q = sqlite_of(s);
	bool row;

	if (!connection_row(&q->db, SQL_CLIENTS, &row, e, ""))
		return false;
	while (row) {
		struct client_row c = { 0 };

		writer_reset(&q->lent);
		if (!client_of_row(q, q->db.statement[SQL_CLIENTS], &c) || !writer_ok(&q->lent))
			return sqlite_row_done(q, SQL_CLIENTS, false, e);
		if (!seen(arg, &c)) {
			connection_reset(&q->db, SQL_CLIENTS);
			return true;
		}
		if (!connection_next(&q->db, SQL_CLIENTS, &row, e))
			return false;
	}
	return true;
}

bool
op_login_put(struct store *s, const struct login_row *l, struct err *e)
{
	return connection_run(&sqlite_of(s)->db, SQL_LOGIN_PUT, e, "isbs", (int64_t)l->kind, l->name,
	    l->account, sizeof(l->account), l->data);
}

bool
op_login_remove(struct store *s, uint8_t kind, struct span name, const uint8_t account[16], struct err *e)
{
	return connection_run(&sqlite_of(s)->db, SQL_LOGIN_REMOVE, e, "isb", (int64_t)kind, name, account,
	    (size_t)16) && one_changed(s, "login", e);
}

static bool
login_of_row(struct sqlite *q, sqlite3_stmt *st, struct login_row *l)
{
	l->kind = (uint8_t)sqlite3_column_int(st, 0);
	l->name = column_copied(q, st, 1);
	l->data = column_copied(q, st, 3);
	column_lend(q, &l->name);
	column_lend(q, &l->data);
	return column_fixed(st, 2, l->account, 16);
}

bool
op_login_get(struct store *s, uint8_t kind, struct span name, struct login_row *l, struct err *e)
{
	struct sqlite *q = sqlite_of(s);
	struct login_row got = { 0 };
	int64_t number = kind;
	bool good;

	if (!sqlite_row(q, SQL_LOGIN_GET, "login", e, name, &number))
		return false;
	good = login_of_row(q, q->db.statement[SQL_LOGIN_GET], &got);
	if (!sqlite_row_done(q, SQL_LOGIN_GET, good, e))
		return false;
	*l = got;
	return true;
}

bool
op_logins_of(struct store *s, const uint8_t account[16], login_seen *seen, void *arg, struct err *e)
{
	struct sqlite *q = sqlite_of(s);
	bool row;

	if (!connection_row(&q->db, SQL_LOGINS_OF, &row, e, "b", account, (size_t)16))
		return false;
	while (row) {
		struct login_row l = { 0 };

		writer_reset(&q->lent);
		if (!login_of_row(q, q->db.statement[SQL_LOGINS_OF], &l) || !writer_ok(&q->lent))
			return sqlite_row_done(q, SQL_LOGINS_OF, false, e);
		if (!seen(arg, &l)) {
			connection_reset(&q->db, SQL_LOGINS_OF);
			return true;
		}
		if (!connection_next(&q->db, SQL_LOGINS_OF, &row, e))
			return false;
	}
	return true;
}

bool
op_handle_put(struct store *s, const struct handle_row *h, struct err *e)
{
	return connection_run(&sqlite_of(s)->db, SQL_HANDLE_PUT, e, "ibibbbis", (int64_t)h->kind,
	    h->hash, sizeof(h->hash), (int64_t)h->state, h->grant, sizeof(h->grant), h->account,
	    sizeof(h->account), h->requester, sizeof(h->requester), (int64_t)h->expires, h->data);
}

bool
op_handle_get(struct store *s, uint8_t kind, const uint8_t hash[32], struct handle_row *h, struct err *e)
{
	struct sqlite *q = sqlite_of(s);
	sqlite3_stmt *st = q->db.statement[SQL_HANDLE_GET];
	struct handle_row got = { .kind = kind };
	int64_t number = kind;
	bool good;

	if (!sqlite_row(q, SQL_HANDLE_GET, "handle", e, span_of(hash, 32), &number))
		return false;
	got.state = (uint8_t)sqlite3_column_int(st, 2);
	got.expires = (uint64_t)sqlite3_column_int64(st, 6);
	got.data = column_copied(q, st, 7);
	column_lend(q, &got.data);
	good = column_fixed(st, 1, got.hash, 32) && column_fixed(st, 3, got.grant, 16) &&
	    column_fixed(st, 4, got.account, 16) && column_fixed(st, 5, got.requester, 16);
	if (!sqlite_row_done(q, SQL_HANDLE_GET, good, e))
		return false;
	*h = got;
	return true;
}

bool
op_handle_move(struct store *s, uint8_t kind, const uint8_t hash[32], uint8_t from, uint8_t to,
    const uint8_t grant[16], struct span data, struct err *e)
{
	struct sqlite *q = sqlite_of(s);

	if (!connection_run(&q->db, SQL_HANDLE_MOVE, e, "ibsibi", (int64_t)to, grant, (size_t)16, data,
	    (int64_t)kind, hash, (size_t)32, (int64_t)from))
		return false;
	return sqlite3_changes(q->db.db) == 1 ||
	    err_set(e, ERR_NOT_NOW, "the handle is in another state, or gone");
}

bool
op_handle_drop(struct store *s, uint8_t kind, const uint8_t hash[32], struct err *e)
{
	return connection_run(&sqlite_of(s)->db, SQL_HANDLE_DROP, e, "ib", (int64_t)kind, hash,
	    (size_t)32);
}

static bool
tokens_named(struct sqlite *q, const uint8_t grant[16], token_ended *ended, void *arg, struct err *e)
{
	bool row;

	if (!connection_row(&q->db, SQL_GRANT_TOKENS, &row, e, "b", grant, (size_t)16))
		return false;
	while (row) {
		uint8_t hash[32];

		if (!column_fixed(q->db.statement[SQL_GRANT_TOKENS], 0, hash, 32))
			return sqlite_row_done(q, SQL_GRANT_TOKENS, false, e);
		ended(arg, hash);
		if (!connection_next(&q->db, SQL_GRANT_TOKENS, &row, e))
			return false;
	}
	return true;
}

/* What is waiting to be written belongs to it as well, so that goes first. */
bool
op_grant_end(struct store *s, const uint8_t grant[16], token_ended *ended, void *arg, struct err *e)
{
	struct sqlite *q = sqlite_of(s);

	return behind_flush(q->behind, e) && tokens_named(q, grant, ended, arg, e) &&
	    connection_run(&q->db, SQL_GRANT_ACTIVATIONS_END, e, "b", grant, (size_t)16) &&
	    connection_run(&q->db, SQL_GRANT_TOKENS_END, e, "b", grant, (size_t)16) &&
	    connection_run(&q->db, SQL_GRANT_HANDLES_END, e, "b", grant, (size_t)16);
}

bool
op_token_end(struct store *s, const uint8_t hash[32], struct err *e)
{
	struct sqlite *q = sqlite_of(s);

	return behind_flush(q->behind, e) &&
	    connection_run(&q->db, SQL_TOKEN_ACTIVATION_END, e, "b", hash, (size_t)32) &&
	    connection_run(&q->db, SQL_TOKEN_END, e, "b", hash, (size_t)32);
}
