/* SPDX-License-Identifier: Apache-2.0 */
/* What is to be done with CAs, and what they said of certificates. */
#include "store/sqlite.h"

bool
op_task_put(struct store *s, const struct task_row *j, struct err *e)
{
	return connection_run(&sqlite_of(s)->db, SQL_TASK_PUT, e, "biiiisss", j->key, sizeof(j->key),
	    (int64_t)j->kind, (int64_t)j->state, (int64_t)j->tries, (int64_t)j->due, j->ca, j->data, j->why);
}

static bool
task_of_row(struct sqlite *q, sqlite3_stmt *st, struct task_row *j)
{
	writer_reset(&q->lent);
	j->kind = (uint8_t)sqlite3_column_int(st, 1);
	j->state = (uint8_t)sqlite3_column_int(st, 2);
	j->tries = (uint32_t)sqlite3_column_int64(st, 3);
	j->due = (uint64_t)sqlite3_column_int64(st, 4);
	j->ca = column_copied(q, st, 5);
	j->data = column_copied(q, st, 6);
	j->why = column_copied(q, st, 7);
	column_lend(q, &j->ca);
	column_lend(q, &j->data);
	column_lend(q, &j->why);
	return column_fixed(st, 0, j->key, 16) && writer_ok(&q->lent);
}

/* After connection_row: the row there is, or ERR_MISSING. */
static bool
task_got(struct sqlite *q, enum sql which, bool row, struct task_row *out, struct err *e)
{
	struct task_row got = { 0 };

	if (!row)
		return err_set(e, ERR_MISSING, "no such task");
	if (!sqlite_row_done(q, which, task_of_row(q, q->db.statement[which], &got), e))
		return false;
	*out = got;
	return true;
}

bool
op_task_get(struct store *s, const uint8_t key[16], uint8_t kind, struct task_row *out, struct err *e)
{
	struct sqlite *q = sqlite_of(s);
	bool row;

	return connection_row(&q->db, SQL_TASK_GET, &row, e, "bi", key, (size_t)16, (int64_t)kind) &&
	    task_got(q, SQL_TASK_GET, row, out, e);
}

bool
op_task_next(struct store *s, struct span ca, uint64_t now, struct task_row *out, struct err *e)
{
	struct sqlite *q = sqlite_of(s);
	bool row;

	return connection_row(&q->db, SQL_TASK_NEXT, &row, e, "si", ca, (int64_t)now) &&
	    task_got(q, SQL_TASK_NEXT, row, out, e);
}

bool
op_task_drop(struct store *s, const uint8_t key[16], uint8_t kind, struct err *e)
{
	return connection_run(&sqlite_of(s)->db, SQL_TASK_DROP, e, "bi", key, (size_t)16, (int64_t)kind);
}

bool
op_tasks_count(struct store *s, uint8_t state, uint64_t *n, struct err *e)
{
	struct sqlite *q = sqlite_of(s);
	bool row;

	if (!connection_row(&q->db, SQL_TASKS_COUNT, &row, e, "i", (int64_t)state))
		return false;
	*n = row ? (uint64_t)sqlite3_column_int64(q->db.statement[SQL_TASKS_COUNT], 0) : 0;
	connection_reset(&q->db, SQL_TASKS_COUNT);
	return true;
}

bool
op_status_put(struct store *s, const struct status_row *r, struct err *e)
{
	return connection_run(&sqlite_of(s)->db, SQL_STATUS_PUT, e, "biiiiii", r->key, sizeof(r->key),
	    (int64_t)r->standing, (int64_t)r->tried, (int64_t)r->checked, (int64_t)r->this_update,
	    (int64_t)r->next_update, (int64_t)r->revoked_at);
}

bool
op_status_get(struct store *s, const uint8_t key[16], struct status_row *out, struct err *e)
{
	struct sqlite *q = sqlite_of(s);
	sqlite3_stmt *st = q->db.statement[SQL_STATUS_GET];
	struct status_row got = { 0 };

	if (!sqlite_row(q, SQL_STATUS_GET, "status", e, span_of(key, 16), NULL))
		return false;
	got.standing = (uint8_t)sqlite3_column_int(st, 1);
	got.tried = (uint64_t)sqlite3_column_int64(st, 2);
	got.checked = (uint64_t)sqlite3_column_int64(st, 3);
	got.this_update = (uint64_t)sqlite3_column_int64(st, 4);
	got.next_update = (uint64_t)sqlite3_column_int64(st, 5);
	got.revoked_at = (uint64_t)sqlite3_column_int64(st, 6);
	if (!sqlite_row_done(q, SQL_STATUS_GET, column_fixed(st, 0, got.key, 16), e))
		return false;
	*out = got;
	return true;
}

bool
op_status_due(struct store *s, const uint8_t profile[16], uint64_t before, uint8_t key[16],
    struct err *e)
{
	struct sqlite *q = sqlite_of(s);
	bool row, good;

	if (!connection_row(&q->db, SQL_STATUS_DUE, &row, e, "bi", profile, (size_t)16, (int64_t)before))
		return false;
	if (!row)
		return err_set(e, ERR_MISSING, "no status is due");
	good = column_fixed(q->db.statement[SQL_STATUS_DUE], 0, key, 16);
	return sqlite_row_done(q, SQL_STATUS_DUE, good, e);
}
