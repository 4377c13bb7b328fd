/* SPDX-License-Identifier: Apache-2.0 */
/* One SQLite connection with its prepared statements; used by one thread. Inside src/store only. */
#ifndef STORE_CONNECTION_H
#define STORE_CONNECTION_H

#include <sqlite3.h>

#include "base/err.h"
#include "base/span.h"
#include "store/store.h"

enum sql {
	SQL_BEGIN, SQL_COMMIT, SQL_ROLLBACK,
	SQL_ACCOUNT_PUT, SQL_RECORD_PUT, SQL_KEY_PUT,
	SQL_ACCOUNT_GET, SQL_RECORD_GET, SQL_KEY_GET, SQL_KEYS_OF,
	SQL_ACTIVATION_PUT, SQL_APPROVAL_PUT, SQL_USE_PUT, SQL_ONCE_PUT, SQL_TOKEN_PUT, SQL_ASSERTION_PUT,
	SQL_ONCE_GET,
	SQL_ACTIVATION_GET, SQL_APPROVAL_GET, SQL_USES_OF, SQL_TOKEN_GET, SQL_ASSERTIONS,
	SQL_CLIENT_PUT, SQL_CLIENT_GET, SQL_CLIENT_BY_ID, SQL_CLIENT_REMOVE, SQL_CLIENTS,
	SQL_LOGIN_PUT, SQL_LOGIN_GET, SQL_LOGIN_REMOVE, SQL_LOGINS_OF,
	SQL_HANDLE_PUT, SQL_HANDLE_GET, SQL_HANDLE_MOVE, SQL_HANDLE_DROP,
	SQL_GRANT_TOKENS, SQL_GRANT_ACTIVATIONS_END, SQL_GRANT_TOKENS_END, SQL_GRANT_HANDLES_END,
	SQL_TOKEN_END, SQL_TOKEN_ACTIVATION_END,
	SQL_AUTHENTICATOR_PUT, SQL_AUTHENTICATOR_DROP, SQL_AUTHENTICATORS_OF, SQL_USES_BY, SQL_KEY_IS_OF,
	SQL_EVIDENCE_PUT, SQL_EVIDENCES_OF, SQL_EVIDENCE_COUNT, SQL_EVIDENCE_COUNT_ALL, SQL_EVIDENCE_SWEEP,
	SQL_SWEEP_ACTIVATIONS, SQL_SWEEP_ONCE, SQL_SWEEP_TOKENS, SQL_SWEEP_ASSERTIONS, SQL_SWEEP_HANDLES,
	SQL_TASK_PUT, SQL_TASK_GET, SQL_TASK_NEXT, SQL_TASK_DROP, SQL_TASKS_COUNT,
	SQL_STATUS_PUT, SQL_STATUS_GET, SQL_STATUS_DUE, SQL_KEYS_CERTIFIED,
	SQL_COUNT
};

struct connection {
	sqlite3		*db;
	sqlite3_stmt	*statement[SQL_COUNT];
	char		*path;
};

/* check: look through the whole file, and bring it to the newest schema. */
bool	connection_open(struct connection *, const char *path, bool check, struct err *) MUST_USE;
void	connection_close(struct connection *);
/* Fills *e from the database's last error, with the file's name and what to do. False. */
bool	connection_failed(struct connection *, const char *doing, struct err *e);

/*
 * Binds by `format`: b is (const void *, size_t), i is int64_t, s is struct span. Then one step:
 * connection_run wants no row, connection_row says whether there is one (reset it when done).
 */
bool	connection_run(struct connection *, enum sql, struct err *, const char *format, ...) MUST_USE;
bool	connection_row(struct connection *, enum sql, bool *row, struct err *, const char *format, ...)
	    MUST_USE;
bool	connection_next(struct connection *, enum sql, bool *row, struct err *) MUST_USE;
void	connection_reset(struct connection *, enum sql);

/* What both threads write. */
bool	row_activation_put(struct connection *, const struct activation_row *, struct err *) MUST_USE;
bool	row_approval_put(struct connection *, const struct approval *, struct err *) MUST_USE;
bool	row_use_put(struct connection *, const struct use_row *, struct err *) MUST_USE;
bool	row_once_put(struct connection *, const struct once_row *, struct err *) MUST_USE;
bool	row_token_put(struct connection *, const struct token_row *, struct err *) MUST_USE;
bool	row_assertion_put(struct connection *, const struct assertion_row *, struct err *) MUST_USE;
bool	row_sweep(struct connection *, uint64_t now, struct err *) MUST_USE;

#endif
