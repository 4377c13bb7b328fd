/* SPDX-License-Identifier: Apache-2.0 */
/* Opening an SQLite file, migrations, prepared statements, errors that say what to do. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/connection.h"

#define BUSY_MS		5000

static const char *const migrations[] = {
#include "schema.inc"
};

static const char *const texts[SQL_COUNT] = {
	[SQL_BEGIN] = "BEGIN IMMEDIATE",
	[SQL_COMMIT] = "COMMIT",
	[SQL_ROLLBACK] = "ROLLBACK",
	[SQL_ACCOUNT_PUT] = "INSERT OR REPLACE INTO accounts VALUES (?,?,?,?)",
	[SQL_RECORD_PUT] = "INSERT INTO records VALUES (?,?,?,?,?) ON CONFLICT (type, id) DO UPDATE"
	    " SET owner = excluded.owner, version = excluded.version, sealed = excluded.sealed"
	    " WHERE excluded.version >= version",
	[SQL_KEY_PUT] = "INSERT OR REPLACE INTO keys VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
	[SQL_ACCOUNT_GET] = "SELECT * FROM accounts WHERE id = ?",
	[SQL_RECORD_GET] = "SELECT * FROM records WHERE type = ? AND id = ?",
	[SQL_KEY_GET] = "SELECT * FROM keys WHERE id = ?",
	[SQL_KEYS_OF] = "SELECT * FROM keys WHERE owner = ? ORDER BY created, id",
	[SQL_ACTIVATION_PUT] = "INSERT OR REPLACE INTO activations VALUES (?,?,?,?,?,?,?)",
	[SQL_APPROVAL_PUT] = "INSERT OR IGNORE INTO approvals VALUES (?,?,?,?,?)",
	[SQL_USE_PUT] = "INSERT OR IGNORE INTO uses VALUES (?,?,?,?)",
	[SQL_ONCE_PUT] = "INSERT OR IGNORE INTO once VALUES (?,?,?,?,?)",
	[SQL_ONCE_GET] = "SELECT * FROM once WHERE d = ?",
	[SQL_TOKEN_PUT] = "INSERT OR REPLACE INTO tokens VALUES (?,?,?,?,?,?)",
	[SQL_ASSERTION_PUT] = "INSERT OR IGNORE INTO assertions VALUES (?,?)",
	[SQL_ACTIVATION_GET] = "SELECT * FROM activations WHERE handle = ?",
	[SQL_APPROVAL_GET] = "SELECT * FROM approvals WHERE d = ?",
	[SQL_USES_OF] = "SELECT * FROM uses WHERE d = ? ORDER BY place",
	[SQL_TOKEN_GET] = "SELECT * FROM tokens WHERE hash = ?",
	[SQL_ASSERTIONS] = "SELECT * FROM assertions",
	[SQL_CLIENT_PUT] = "INSERT INTO clients VALUES (?,?,?,?,?,?,?,?,?)",
	[SQL_CLIENT_GET] = "SELECT * FROM clients WHERE client_id = ?",
	[SQL_CLIENT_BY_ID] = "SELECT * FROM clients WHERE id = ?",
	[SQL_CLIENT_REMOVE] = "DELETE FROM clients WHERE client_id = ?",
	[SQL_CLIENTS] = "SELECT * FROM clients ORDER BY client_id",
	[SQL_LOGIN_PUT] = "INSERT INTO logins VALUES (?,?,?,?)",
	[SQL_LOGIN_GET] = "SELECT * FROM logins WHERE kind = ? AND name = ?",
	[SQL_LOGIN_REMOVE] = "DELETE FROM logins WHERE kind = ? AND name = ? AND account = ?",
	[SQL_LOGINS_OF] = "SELECT * FROM logins WHERE account = ? ORDER BY kind, name",
	[SQL_HANDLE_PUT] = "INSERT INTO handles VALUES (?,?,?,?,?,?,?,?)",
	[SQL_HANDLE_GET] = "SELECT * FROM handles WHERE kind = ? AND hash = ?",
	[SQL_HANDLE_MOVE] = "UPDATE handles SET state = ?, grant_id = ?, data = ?"
	    " WHERE kind = ? AND hash = ? AND state = ?",
	[SQL_HANDLE_DROP] = "DELETE FROM handles WHERE kind = ? AND hash = ?",
	[SQL_GRANT_TOKENS] = "SELECT hash FROM tokens WHERE grant_id = ?",
	[SQL_GRANT_ACTIVATIONS_END] = "DELETE FROM activations WHERE handle IN"
	    " (SELECT hash FROM tokens WHERE grant_id = ?)",
	[SQL_GRANT_TOKENS_END] = "DELETE FROM tokens WHERE grant_id = ?",
	/* A code or a refresh token stays to be known again when it is replayed. */
	[SQL_GRANT_HANDLES_END] = "UPDATE handles SET state = 255 WHERE grant_id = ?",
	[SQL_TOKEN_END] = "DELETE FROM tokens WHERE hash = ?",
	[SQL_TOKEN_ACTIVATION_END] = "DELETE FROM activations WHERE handle = ?",
	[SQL_AUTHENTICATOR_PUT] = "INSERT OR REPLACE INTO authenticators VALUES (?,?,?,?,?,?,?)",
	[SQL_AUTHENTICATOR_DROP] = "DELETE FROM authenticators WHERE account = ? AND id = ?",
	[SQL_AUTHENTICATORS_OF] = "SELECT * FROM authenticators WHERE account = ? ORDER BY bound, id",
	[SQL_USES_BY] = "SELECT u.d, u.place, u.indexes, u.digests FROM approvals a JOIN uses u ON u.d = a.d"
	    " WHERE a.signer = ? AND u.place < ? ORDER BY u.place DESC",
	[SQL_KEY_IS_OF] = "SELECT 1 FROM keys WHERE id = ? AND owner = ?",
	[SQL_EVIDENCE_PUT] = "INSERT OR IGNORE INTO evidences VALUES (?,?,?,?)",
	[SQL_EVIDENCES_OF] = "SELECT evidence FROM evidences WHERE d = ? AND at >= ? ORDER BY at, hash",
	[SQL_EVIDENCE_COUNT] = "SELECT count(*) FROM evidences WHERE d = ?",
	[SQL_EVIDENCE_COUNT_ALL] = "SELECT count(*) FROM evidences",
	[SQL_EVIDENCE_SWEEP] = "DELETE FROM evidences WHERE at < ?",
	[SQL_SWEEP_ACTIVATIONS] = "DELETE FROM activations WHERE expires < ?",
	[SQL_SWEEP_ONCE] = "DELETE FROM once WHERE expires < ?",
	[SQL_SWEEP_TOKENS] = "DELETE FROM tokens WHERE expires < ?",
	[SQL_SWEEP_ASSERTIONS] = "DELETE FROM assertions WHERE expires < ?",
	[SQL_SWEEP_HANDLES] = "DELETE FROM handles WHERE expires < ?",
	[SQL_TASK_PUT] = "INSERT OR REPLACE INTO tasks VALUES (?,?,?,?,?,?,?,?)",
	[SQL_TASK_GET] = "SELECT * FROM tasks WHERE key = ? AND kind = ?",
	[SQL_TASK_NEXT] = "SELECT * FROM tasks WHERE ca = ? AND state = 1 AND due <= ? ORDER BY due LIMIT 1",
	[SQL_TASK_DROP] = "DELETE FROM tasks WHERE key = ? AND kind = ?",
	[SQL_TASKS_COUNT] = "SELECT count(*) FROM tasks WHERE state = ?",
	[SQL_STATUS_PUT] = "INSERT OR REPLACE INTO statuses VALUES (?,?,?,?,?,?,?)",
	[SQL_STATUS_GET] = "SELECT * FROM statuses WHERE key = ?",
	/* 3 active, 4 suspended */
	[SQL_STATUS_DUE] = "SELECT k.id FROM keys k LEFT JOIN statuses s ON s.key = k.id"
	    " WHERE k.profile = ? AND k.state IN (3, 4) AND length(k.certificate) > 0"
	    " AND ifnull(s.tried, 0) < ? ORDER BY ifnull(s.tried, 0) LIMIT 1",
	[SQL_KEYS_CERTIFIED] = "SELECT * FROM keys WHERE length(certificate) > 0",
};

static const struct advice {
	int		 code;
	enum err_code	 as;
	const char	*what;
} advices[] = {
	{ SQLITE_BUSY, ERR_BUSY, "is locked by another process; end that one (fuser names it)" },
	{ SQLITE_LOCKED, ERR_BUSY, "is locked by another process; end that one (fuser names it)" },
	{ SQLITE_CORRUPT, ERR_BACKEND, "is damaged; restore it from a backup" },
	{ SQLITE_NOTADB, ERR_BACKEND, "is not a database; name another file, or restore a backup" },
	{ SQLITE_FULL, ERR_BACKEND, "cannot grow: the disk is full; make room" },
	{ SQLITE_CANTOPEN, ERR_BACKEND, "cannot be opened; does the folder exist, may we write there?" },
	{ SQLITE_READONLY, ERR_BACKEND, "is read-only; give this user the file and its folder" },
	{ SQLITE_PERM, ERR_BACKEND, "may not be opened; give this user the file and its folder" },
};

static bool
failed_with(struct connection *c, int code, const char *doing, struct err *e)
{
	enum err_code as = ERR_BACKEND;
	const char *what = c->db != NULL ? sqlite3_errmsg(c->db) : sqlite3_errstr(code);

	for (size_t i = 0; i < COUNT(advices); i++)
		if (advices[i].code == (code & 0xff)) {
			as = advices[i].as;
			what = advices[i].what;
		}
	if (e != NULL && e->code == ERR_NONE)
		e->cause = code;
	return err_set(e, as, "store %s %s (%s)", c->path, what, doing);
}

bool
connection_failed(struct connection *c, const char *doing, struct err *e)
{
	return failed_with(c, sqlite3_extended_errcode(c->db), doing, e);
}

static bool
number_of(struct connection *c, const char *sql, sqlite3_int64 *n, struct err *e)
{
	sqlite3_stmt *s;
	bool ok;

	if (sqlite3_prepare_v2(c->db, sql, -1, &s, NULL) != SQLITE_OK)
		return connection_failed(c, "open", e);
	ok = sqlite3_step(s) == SQLITE_ROW;
	if (ok)
		*n = sqlite3_column_int64(s, 0);
	else
		connection_failed(c, "open", e);
	sqlite3_finalize(s);
	return ok;
}

static bool
execute(struct connection *c, const char *sql, const char *doing, struct err *e)
{
	return sqlite3_exec(c->db, sql, NULL, NULL, NULL) == SQLITE_OK || connection_failed(c, doing, e);
}

static bool
quick_check(struct connection *c, struct err *e)
{
	sqlite3_stmt *s;
	bool ok;

	if (sqlite3_prepare_v2(c->db, "PRAGMA quick_check(1)", -1, &s, NULL) != SQLITE_OK)
		return connection_failed(c, "check", e);
	ok = sqlite3_step(s) == SQLITE_ROW &&
	    strcmp((const char *)sqlite3_column_text(s, 0), "ok") == 0;
	sqlite3_finalize(s);
	return ok || failed_with(c, SQLITE_CORRUPT, "PRAGMA quick_check", e);
}

static bool
migrate(struct connection *c, struct err *e)
{
	const sqlite3_int64 newest = COUNT(migrations);
	sqlite3_int64 at = 0;

	if (!execute(c, "BEGIN IMMEDIATE", "migrate", e) ||
	    !number_of(c, "PRAGMA user_version", &at, e))
		return false;
	if (at > newest)
		return err_set(e, ERR_BACKEND, "store %s is of a newer version (%lld) than this program"
		    " (%lld); use the newer program", c->path, (long long)at, (long long)newest);
	for (; at < newest; at++)
		if (!execute(c, migrations[at], "migrate", e))
			return false;
	if (newest > 0) {
		char sql[64];

		snprintf(sql, sizeof(sql), "PRAGMA user_version = %lld", (long long)newest);
		if (!execute(c, sql, "migrate", e))
			return false;
	}
	return execute(c, "COMMIT", "migrate", e);
}

static bool
file_is_ours(const char *path, struct err *e)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0)
		return err_errno(e, ERR_BACKEND, errno, "store %s cannot be opened; does the folder"
		    " exist, may we write there?", path);
	close(fd);
	return true;
}

static bool
configure(struct connection *c, bool check, struct err *e)
{
	int code;

	if ((code = sqlite3_open_v2(c->path, &c->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL))
	    != SQLITE_OK)
		return failed_with(c, code, "open", e);
	sqlite3_busy_timeout(c->db, check ? 1000 : BUSY_MS);
	if ((check && !quick_check(c, e)) ||
	    !execute(c, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
	    " PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF", "open", e) ||
	    (check && !migrate(c, e)))
		return false;
	sqlite3_busy_timeout(c->db, BUSY_MS);
	return true;
}

bool
connection_open(struct connection *c, const char *path, bool check, struct err *e)
{
	*c = (struct connection){ .path = strdup(path) };
	if (c->path == NULL)
		return err_set(e, ERR_BUSY, "out of memory");
	/*
	 * Only before the first connection: closing any descriptor of the file would drop the POSIX
	 * locks of a connection that is open already, and another program could then delete its log.
	 */
	if ((check && !file_is_ours(path, e)) || !configure(c, check, e)) {
		connection_close(c);
		return false;
	}
	for (size_t i = 0; i < SQL_COUNT; i++)
		if (sqlite3_prepare_v3(c->db, texts[i], -1, SQLITE_PREPARE_PERSISTENT,
		    &c->statement[i], NULL) != SQLITE_OK) {
			connection_failed(c, "prepare", e);
			connection_close(c);
			return false;
		}
	return true;
}

void
connection_close(struct connection *c)
{
	for (size_t i = 0; i < SQL_COUNT; i++)
		sqlite3_finalize(c->statement[i]);
	sqlite3_close(c->db);
	free(c->path);
	*c = (struct connection){ 0 };
}

static void
bind(sqlite3_stmt *s, const char *format, va_list ap)
{
	for (int i = 1; *format != '\0'; format++, i++) {
		struct span bytes;

		if (*format == 'i') {
			sqlite3_bind_int64(s, i, va_arg(ap, int64_t));
			continue;
		}
		if (*format == 's') {
			bytes = va_arg(ap, struct span);
		} else {
			bytes.p = va_arg(ap, const void *);
			bytes.n = va_arg(ap, size_t);
		}
		sqlite3_bind_blob64(s, i, bytes.n == 0 ? "" : (const void *)bytes.p, bytes.n,
		    SQLITE_STATIC);
	}
}

static const char *
doing_of(enum sql q)
{
	return q >= SQL_ACCOUNT_GET && q <= SQL_KEYS_OF ? "read" : "write";
}

bool
connection_row(struct connection *c, enum sql q, bool *row, struct err *e, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	bind(c->statement[q], format, ap);
	va_end(ap);
	return connection_next(c, q, row, e);
}

bool
connection_next(struct connection *c, enum sql q, bool *row, struct err *e)
{
	int code = sqlite3_step(c->statement[q]);

	if (code != SQLITE_ROW && code != SQLITE_DONE) {
		connection_failed(c, doing_of(q), e);
		connection_reset(c, q);
		return false;
	}
	*row = code == SQLITE_ROW;
	if (!*row)
		connection_reset(c, q);
	return true;
}

bool
connection_run(struct connection *c, enum sql q, struct err *e, const char *format, ...)
{
	va_list ap;
	bool row;

	va_start(ap, format);
	bind(c->statement[q], format, ap);
	va_end(ap);
	if (!connection_next(c, q, &row, e))
		return false;
	connection_reset(c, q);
	return true;
}

void
connection_reset(struct connection *c, enum sql q)
{
	sqlite3_reset(c->statement[q]);
	sqlite3_clear_bindings(c->statement[q]);
}
