/* SPDX-License-Identifier: Apache-2.0 */
/* What the operations over SQLite share. Inside src/store only. */
#ifndef STORE_SQLITE_H
#define STORE_SQLITE_H

#include "base/writer.h"
#include "store/behind.h"

struct sqlite {
	struct store	 store;		/* first: what callers see */
	struct connection db;
	struct behind	*behind;
	struct writer	 lent;		/* what the last call gave */
};

static inline struct sqlite *
sqlite_of(struct store *s)
{
	return (struct sqlite *)s;
}

/* One row by its key (after `type`, if there is one); ERR_MISSING if there is none. */
bool	sqlite_row(struct sqlite *, enum sql, const char *what, struct err *, struct span key,
	    const int64_t *type);
bool	sqlite_row_done(struct sqlite *, enum sql, bool good, struct err *);
/* A column of exactly n bytes; a row that we did not write is damage. */
bool	column_fixed(sqlite3_stmt *, int column, void *out, size_t n);
/* Copies a column into the lent bytes; the span is made whole by column_lend, after the last. */
struct span column_copied(struct sqlite *, sqlite3_stmt *, int column);
void	column_lend(struct sqlite *, struct span *);

/* oauth.c */
bool	op_client_put(struct store *, const struct client_row *, struct err *);
bool	op_client_get(struct store *, struct span client_id, struct client_row *, struct err *);
bool	op_client_by_id(struct store *, const uint8_t id[16], struct client_row *, struct err *);
bool	op_client_remove(struct store *, struct span client_id, struct err *);
bool	op_clients(struct store *, client_seen *, void *, struct err *);
bool	op_login_put(struct store *, const struct login_row *, struct err *);
bool	op_login_remove(struct store *, uint8_t kind, struct span name, const uint8_t account[16], struct err *);
bool	op_login_get(struct store *, uint8_t kind, struct span name, struct login_row *, struct err *);
bool	op_logins_of(struct store *, const uint8_t account[16], login_seen *, void *, struct err *);
bool	op_handle_put(struct store *, const struct handle_row *, struct err *);
bool	op_handle_get(struct store *, uint8_t kind, const uint8_t hash[32], struct handle_row *,
	    struct err *);
bool	op_handle_move(struct store *, uint8_t kind, const uint8_t hash[32], uint8_t from, uint8_t to,
	    const uint8_t grant[16], struct span data, struct err *);
bool	op_handle_drop(struct store *, uint8_t kind, const uint8_t hash[32], struct err *);
bool	op_grant_end(struct store *, const uint8_t grant[16], token_ended *, void *, struct err *);
bool	op_token_end(struct store *, const uint8_t hash[32], struct err *);

/* desk.c */
bool	op_authenticator_put(struct store *, const struct authenticator_row *, struct err *);
bool	op_authenticator_drop(struct store *, const uint8_t account[16], const uint8_t id[16], struct err *);
bool	op_authenticators_of(struct store *, const uint8_t account[16], authenticator_seen *, void *,
	    struct err *);
bool	op_uses_by(struct store *, const uint8_t signer[16], uint64_t before, use_seen *, void *,
	    struct err *);
bool	op_key_is_of(struct store *, const uint8_t id[16], const uint8_t owner[16], bool *is, struct err *);
bool	op_evidence_put(struct store *, const struct evidence_row *, const struct evidence_room *,
	    struct err *);
bool	op_evidences_of(struct store *, const uint8_t d[32], uint64_t since, evidence_seen *, void *,
	    struct err *);

/* issue.c */
bool	op_task_put(struct store *, const struct task_row *, struct err *);
bool	op_task_get(struct store *, const uint8_t key[16], uint8_t kind, struct task_row *, struct err *);
bool	op_task_next(struct store *, struct span ca, uint64_t now, struct task_row *, struct err *);
bool	op_task_drop(struct store *, const uint8_t key[16], uint8_t kind, struct err *);
bool	op_tasks_count(struct store *, uint8_t state, uint64_t *, struct err *);
bool	op_status_put(struct store *, const struct status_row *, struct err *);
bool	op_status_get(struct store *, const uint8_t key[16], struct status_row *, struct err *);
bool	op_status_due(struct store *, const uint8_t profile[16], uint64_t before, uint8_t key[16],
	    struct err *);

#endif
