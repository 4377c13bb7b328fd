/* SPDX-License-Identifier: Apache-2.0 */
/* The table of operations over SQLite: one connection for the caller, one for the writer thread. */
#include <stdio.h>
#include <stdlib.h>

#include "base/writer.h"
#include "store/sqlite.h"

static void
op_close(struct store *s)
{
	struct sqlite *q = sqlite_of(s);

	behind_stop(q->behind);
	connection_close(&q->db);
	writer_wipe(&q->lent);
	free(q);
}

static bool
op_begin(struct store *s, struct err *e)
{
	return connection_run(&sqlite_of(s)->db, SQL_BEGIN, e, "");
}

static void
op_rollback(struct store *s)
{
	struct err ignored = { 0 };

	if (!connection_run(&sqlite_of(s)->db, SQL_ROLLBACK, &ignored, ""))
		return;		/* SQLite had rolled back by itself */
}

static bool
op_commit(struct store *s, struct err *e)
{
	if (connection_run(&sqlite_of(s)->db, SQL_COMMIT, e, ""))
		return true;
	op_rollback(s);
	return false;
}

static bool
op_account_put(struct store *s, const struct account *a, struct err *e)
{
	return connection_run(&sqlite_of(s)->db, SQL_ACCOUNT_PUT, e, "bsii", a->id, sizeof(a->id),
	    a->login, (int64_t)a->state, (int64_t)a->version);
}

static bool
op_record_put(struct store *s, const struct record *r, struct err *e)
{
	return connection_run(&sqlite_of(s)->db, SQL_RECORD_PUT, e, "ibbis", (int64_t)r->type, r->id,
	    sizeof(r->id), r->owner, sizeof(r->owner), (int64_t)r->version, r->sealed);
}

static bool
op_key_put(struct store *s, const struct key_row *k, struct err *e)
{
	return connection_run(&sqlite_of(s)->db, SQL_KEY_PUT, e, "bbiiiiiisssibb", k->id, sizeof(k->id),
	    k->owner, sizeof(k->owner), (int64_t)k->alg, (int64_t)k->class, (int64_t)k->level,
	    (int64_t)k->state, (int64_t)k->version, (int64_t)k->created, k->spki, k->certificate,
	    k->chain, (int64_t)k->evidences, k->profile, sizeof(k->profile), k->with, sizeof(k->with));
}

/* A column of exactly n bytes; a row that we did not write is damage. */
bool
column_fixed(sqlite3_stmt *st, int column, void *out, size_t n)
{
	if (sqlite3_column_bytes(st, column) != (int)n)
		return false;
	memcpy(out, sqlite3_column_blob(st, column), n);
	return true;
}

/* Copies a column into the lent bytes; the span is made whole by column_lend(). */
struct span
column_copied(struct sqlite *q, sqlite3_stmt *st, int column)
{
	size_t at = q->lent.n, n = (size_t)sqlite3_column_bytes(st, column);

	wr_bytes(&q->lent, sqlite3_column_blob(st, column), n);
	return span_of((const void *)(uintptr_t)at, n);
}

/* The buffer may have moved while it grew, so columns are kept as offsets until here. */
void
column_lend(struct sqlite *q, struct span *s)
{
	s->p = q->lent.p == NULL ? (const uint8_t *)"" : q->lent.p + (uintptr_t)s->p;
}

bool
sqlite_row(struct sqlite *q, enum sql which, const char *what, struct err *e, struct span key,
    const int64_t *type)
{
	bool row, ok;

	writer_reset(&q->lent);
	ok = type != NULL ? connection_row(&q->db, which, &row, e, "is", *type, key) :
	    connection_row(&q->db, which, &row, e, "s", key);
	return ok && (row || err_set(e, ERR_MISSING, "no such %s", what));
}

bool
sqlite_row_done(struct sqlite *q, enum sql which, bool good, struct err *e)
{
	connection_reset(&q->db, which);
	return (good && writer_ok(&q->lent)) ||
	    err_set(e, ERR_BACKEND, "store %s holds a row of another shape; restore a backup", q->db.path);
}

static bool
op_account_get(struct store *s, const uint8_t id[16], struct account *a, struct err *e)
{
	struct sqlite *q = sqlite_of(s);
	sqlite3_stmt *st = q->db.statement[SQL_ACCOUNT_GET];
	struct account got = { 0 };

	if (!sqlite_row(q, SQL_ACCOUNT_GET, "account", e, span_of(id, 16), NULL))
		return false;
	got.login = column_copied(q, st, 1);
	got.state = (uint8_t)sqlite3_column_int(st, 2);
	got.version = (uint32_t)sqlite3_column_int64(st, 3);
	if (!sqlite_row_done(q, SQL_ACCOUNT_GET, column_fixed(st, 0, got.id, 16), e))
		return false;
	column_lend(q, &got.login);
	*a = got;
	return true;
}

static bool
op_record_get(struct store *s, uint8_t type, const uint8_t id[16], struct record *r, struct err *e)
{
	struct sqlite *q = sqlite_of(s);
	sqlite3_stmt *st = q->db.statement[SQL_RECORD_GET];
	struct record got = { .type = type };
	int64_t number = type;

	if (!sqlite_row(q, SQL_RECORD_GET, "record", e, span_of(id, 16), &number))
		return false;
	got.version = (uint32_t)sqlite3_column_int64(st, 3);
	got.sealed = column_copied(q, st, 4);
	if (!sqlite_row_done(q, SQL_RECORD_GET, column_fixed(st, 1, got.id, 16) && column_fixed(st, 2, got.owner, 16), e))
		return false;
	column_lend(q, &got.sealed);
	*r = got;
	return true;
}

static bool
key_of_row(struct sqlite *q, sqlite3_stmt *st, struct key_row *k)
{
	k->alg = (uint16_t)sqlite3_column_int(st, 2);
	k->class = (uint8_t)sqlite3_column_int(st, 3);
	k->level = (uint8_t)sqlite3_column_int(st, 4);
	k->state = (uint8_t)sqlite3_column_int(st, 5);
	k->version = (uint32_t)sqlite3_column_int64(st, 6);
	k->created = (uint64_t)sqlite3_column_int64(st, 7);
	k->evidences = (uint8_t)sqlite3_column_int(st, 11);
	k->spki = column_copied(q, st, 8);
	k->certificate = column_copied(q, st, 9);
	k->chain = column_copied(q, st, 10);
	column_lend(q, &k->spki);
	column_lend(q, &k->certificate);
	column_lend(q, &k->chain);
	return column_fixed(st, 0, k->id, 16) && column_fixed(st, 1, k->owner, 16) &&
	    column_fixed(st, 12, k->profile, 16) && column_fixed(st, 13, k->with, 16);
}

static bool
op_key_get(struct store *s, const uint8_t id[16], struct key_row *k, struct err *e)
{
	struct sqlite *q = sqlite_of(s);
	struct key_row got = { 0 };
	bool good;

	if (!sqlite_row(q, SQL_KEY_GET, "key", e, span_of(id, 16), NULL))
		return false;
	good = key_of_row(q, q->db.statement[SQL_KEY_GET], &got);
	if (!sqlite_row_done(q, SQL_KEY_GET, good, e))
		return false;
	*k = got;
	return true;
}

/* After connection_row: each row there is. */
static bool
keys_walk(struct sqlite *q, enum sql which, bool row, key_seen *seen, void *arg, struct err *e)
{
	while (row) {
		struct key_row k = { 0 };

		writer_reset(&q->lent);
		if (!key_of_row(q, q->db.statement[which], &k) || !writer_ok(&q->lent))
			return sqlite_row_done(q, which, false, e);
		if (!seen(arg, &k)) {
			connection_reset(&q->db, which);
			return true;
		}
		if (!connection_next(&q->db, which, &row, e))
			return false;
	}
	return true;
}

static bool
op_keys_of(struct store *s, const uint8_t owner[16], key_seen *seen, void *arg, struct err *e)
{
	struct sqlite *q = sqlite_of(s);
	bool row;

	return connection_row(&q->db, SQL_KEYS_OF, &row, e, "b", owner, (size_t)16) &&
	    keys_walk(q, SQL_KEYS_OF, row, seen, arg, e);
}

static bool
op_keys_certified(struct store *s, key_seen *seen, void *arg, struct err *e)
{
	struct sqlite *q = sqlite_of(s);
	bool row;

	return connection_row(&q->db, SQL_KEYS_CERTIFIED, &row, e, "") &&
	    keys_walk(q, SQL_KEYS_CERTIFIED, row, seen, arg, e);
}

static void
op_activation_put(struct store *s, const struct activation_row *a)
{
	behind_activation(sqlite_of(s)->behind, a);
}

static void
op_approval_put(struct store *s, const struct approval *a)
{
	behind_approval(sqlite_of(s)->behind, a);
}

static void
op_use_put(struct store *s, const struct use_row *u)
{
	behind_use(sqlite_of(s)->behind, u);
}

static void
op_once_put(struct store *s, const struct once_row *o)
{
	behind_once(sqlite_of(s)->behind, o);
}

static void
op_token_put(struct store *s, const struct token_row *t)
{
	behind_token(sqlite_of(s)->behind, t);
}

static void
op_assertion_put(struct store *s, const struct assertion_row *a)
{
	behind_assertion(sqlite_of(s)->behind, a);
}

static void
op_sweep(struct store *s, uint64_t now)
{
	behind_sweep(sqlite_of(s)->behind, now);
}

static bool
op_flush(struct store *s, struct err *e)
{
	return behind_flush(sqlite_of(s)->behind, e);
}

static bool
op_activation_get(struct store *s, const uint8_t handle[32], struct activation_row *a, struct err *e)
{
	struct sqlite *q = sqlite_of(s);
	sqlite3_stmt *st = q->db.statement[SQL_ACTIVATION_GET];
	struct activation_row got = { 0 };
	bool good;

	if (!sqlite_row(q, SQL_ACTIVATION_GET, "activation", e, span_of(handle, 32), NULL))
		return false;
	got.expires = (uint64_t)sqlite3_column_int64(st, 5);
	good = column_fixed(st, 0, got.handle, 32) && column_fixed(st, 1, got.activation, 16) &&
	    column_fixed(st, 2, got.account, 16) && column_fixed(st, 3, got.key, 16) &&
	    column_fixed(st, 4, got.d, 32) && column_fixed(st, 6, got.requester, 16);
	if (!sqlite_row_done(q, SQL_ACTIVATION_GET, good, e))
		return false;
	*a = got;
	return true;
}

static bool
op_approval_get(struct store *s, const uint8_t d[32], struct approval *a, struct err *e)
{
	struct sqlite *q = sqlite_of(s);
	sqlite3_stmt *st = q->db.statement[SQL_APPROVAL_GET];
	struct approval got = { 0 };
	bool good;

	if (!sqlite_row(q, SQL_APPROVAL_GET, "approval", e, span_of(d, 32), NULL))
		return false;
	got.statement = column_copied(q, st, 3);
	got.evidences = column_copied(q, st, 4);
	good = column_fixed(st, 0, got.d, 32) && column_fixed(st, 1, got.signer, 16) &&
	    column_fixed(st, 2, got.authenticator, 16);
	if (!sqlite_row_done(q, SQL_APPROVAL_GET, good, e))
		return false;
	column_lend(q, &got.statement);
	column_lend(q, &got.evidences);
	*a = got;
	return true;
}

static bool
op_once_get(struct store *s, const uint8_t d[32], struct once_row *o, struct err *e)
{
	struct sqlite *q = sqlite_of(s);
	sqlite3_stmt *st = q->db.statement[SQL_ONCE_GET];
	struct once_row got = { 0 };
	bool good;

	if (!sqlite_row(q, SQL_ONCE_GET, "certificate of an approval", e, span_of(d, 32), NULL))
		return false;
	got.certificate = column_copied(q, st, 2);
	got.chain = column_copied(q, st, 3);
	got.expires = (uint64_t)sqlite3_column_int64(st, 4);
	good = column_fixed(st, 0, got.d, 32) && column_fixed(st, 1, got.account, 16);
	if (!sqlite_row_done(q, SQL_ONCE_GET, good, e))
		return false;
	column_lend(q, &got.certificate);
	column_lend(q, &got.chain);
	*o = got;
	return true;
}

static bool
op_uses_of(struct store *s, const uint8_t d[32], use_seen *seen, void *arg, struct err *e)
{
	struct sqlite *q = sqlite_of(s);
	sqlite3_stmt *st = q->db.statement[SQL_USES_OF];
	bool row;

	if (!connection_row(&q->db, SQL_USES_OF, &row, e, "b", d, (size_t)32))
		return false;
	while (row) {
		struct use_row u = { .place = (uint64_t)sqlite3_column_int64(st, 1) };

		memcpy(u.d, d, 32);
		u.indexes = span_of(sqlite3_column_blob(st, 2), (size_t)sqlite3_column_bytes(st, 2));
		u.digests = span_of(sqlite3_column_blob(st, 3), (size_t)sqlite3_column_bytes(st, 3));
		if (!seen(arg, &u)) {
			connection_reset(&q->db, SQL_USES_OF);
			return true;
		}
		if (!connection_next(&q->db, SQL_USES_OF, &row, e))
			return false;
	}
	return true;
}

static bool
op_token_get(struct store *s, const uint8_t hash[32], struct token_row *t, struct err *e)
{
	struct sqlite *q = sqlite_of(s);
	sqlite3_stmt *st = q->db.statement[SQL_TOKEN_GET];
	struct token_row got = { 0 };
	bool good;

	if (!sqlite_row(q, SQL_TOKEN_GET, "token", e, span_of(hash, 32), NULL))
		return false;
	got.expires = (uint64_t)sqlite3_column_int64(st, 2);
	got.scope = (uint8_t)sqlite3_column_int(st, 5);
	good = column_fixed(st, 0, got.hash, 32) && column_fixed(st, 1, got.account, 16) &&
	    column_fixed(st, 3, got.requester, 16) && column_fixed(st, 4, got.grant, 16);
	if (!sqlite_row_done(q, SQL_TOKEN_GET, good, e))
		return false;
	*t = got;
	return true;
}

static bool
op_assertions(struct store *s, assertion_seen *seen, void *arg, struct err *e)
{
	struct sqlite *q = sqlite_of(s);
	sqlite3_stmt *st = q->db.statement[SQL_ASSERTIONS];
	bool row;

	if (!connection_row(&q->db, SQL_ASSERTIONS, &row, e, ""))
		return false;
	while (row) {
		struct assertion_row a = { .expires = (uint64_t)sqlite3_column_int64(st, 1) };

		if (!column_fixed(st, 0, a.hash, 32))
			return sqlite_row_done(q, SQL_ASSERTIONS, false, e);
		if (!seen(arg, &a)) {
			connection_reset(&q->db, SQL_ASSERTIONS);
			return true;
		}
		if (!connection_next(&q->db, SQL_ASSERTIONS, &row, e))
			return false;
	}
	return true;
}

static const struct store_ops sqlite_ops = {
	.close = op_close, .begin = op_begin, .commit = op_commit, .rollback = op_rollback,
	.account_put = op_account_put, .record_put = op_record_put, .key_put = op_key_put,
	.account_get = op_account_get, .record_get = op_record_get, .key_get = op_key_get,
	.keys_of = op_keys_of, .activation_put = op_activation_put, .approval_put = op_approval_put,
	.use_put = op_use_put, .once_put = op_once_put, .once_get = op_once_get, .token_put = op_token_put, .assertion_put = op_assertion_put,
	.sweep = op_sweep, .flush = op_flush, .activation_get = op_activation_get,
	.approval_get = op_approval_get, .uses_of = op_uses_of, .token_get = op_token_get,
	.assertions = op_assertions, .client_put = op_client_put, .client_get = op_client_get,
	.client_by_id = op_client_by_id, .client_remove = op_client_remove, .clients = op_clients,
	.login_put = op_login_put, .login_get = op_login_get,
	.login_remove = op_login_remove, .logins_of = op_logins_of,
	.handle_put = op_handle_put, .handle_get = op_handle_get, .handle_move = op_handle_move,
	.handle_drop = op_handle_drop, .authenticator_put = op_authenticator_put,
	.authenticator_drop = op_authenticator_drop,
	.authenticators_of = op_authenticators_of, .uses_by = op_uses_by, .key_is_of = op_key_is_of,
	.evidence_put = op_evidence_put, .evidences_of = op_evidences_of, .grant_end = op_grant_end, .token_end = op_token_end,
	.task_put = op_task_put, .task_get = op_task_get, .task_next = op_task_next, .task_drop = op_task_drop,
	.tasks_count = op_tasks_count, .status_put = op_status_put, .status_get = op_status_get,
	.status_due = op_status_due, .keys_certified = op_keys_certified,
};

struct store *
store_sqlite_open(const char *path, struct err *e)
{
	struct sqlite *q = calloc(1, sizeof(*q));

	if (q == NULL) {
		err_set(e, ERR_BUSY, "out of memory");
		return NULL;
	}
	q->store.ops = &sqlite_ops;
	q->lent = writer_grow(1u << 20);
	if (!connection_open(&q->db, path, true, e) || (q->behind = behind_start(path, e)) == NULL) {
		connection_close(&q->db);
		free(q);
		return NULL;
	}
	return &q->store;
}

void
store_close(struct store *s)
{
	if (s != NULL)
		s->ops->close(s);
}

bool
store_sqlite_limit_pages(struct store *s, unsigned pages, struct err *e)
{
	struct sqlite *q = sqlite_of(s);
	char sql[64];

	snprintf(sql, sizeof(sql), "PRAGMA max_page_count = %u", pages);
	if (sqlite3_exec(q->db.db, sql, NULL, NULL, NULL) != SQLITE_OK)
		return connection_failed(&q->db, "limit", e);
	behind_limit_pages(q->behind, pages);
	return behind_flush(q->behind, e);
}
