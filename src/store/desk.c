/* SPDX-License-Identifier: Apache-2.0 */
/* What a person is shown of his account: authenticators, uses; and the mailbox of evidences. */
#include "store/sqlite.h"

bool
op_authenticator_put(struct store *s, const struct authenticator_row *a, struct err *e)
{
	return connection_run(&sqlite_of(s)->db, SQL_AUTHENTICATOR_PUT, e, "bbiissi", a->account,
	    sizeof(a->account), a->id, sizeof(a->id), (int64_t)a->type, (int64_t)a->protection, a->label,
	    a->credential, (int64_t)a->bound);
}

bool
op_authenticator_drop(struct store *s, const uint8_t account[16], const uint8_t id[16], struct err *e)
{
	return connection_run(&sqlite_of(s)->db, SQL_AUTHENTICATOR_DROP, e, "bb", account, (size_t)16, id,
	    (size_t)16);
}

static bool
authenticator_of_row(struct sqlite *q, sqlite3_stmt *st, struct authenticator_row *a)
{
	writer_reset(&q->lent);
	a->type = (uint8_t)sqlite3_column_int(st, 2);
	a->protection = (uint8_t)sqlite3_column_int(st, 3);
	a->label = column_copied(q, st, 4);
	a->credential = column_copied(q, st, 5);
	a->bound = (uint64_t)sqlite3_column_int64(st, 6);
	column_lend(q, &a->label);
	column_lend(q, &a->credential);
	return column_fixed(st, 0, a->account, 16) && column_fixed(st, 1, a->id, 16) &&
	    writer_ok(&q->lent);
}

bool
op_authenticators_of(struct store *s, const uint8_t account[16], authenticator_seen *seen, void *arg,
    struct err *e)
{
	struct sqlite *q = sqlite_of(s);
	bool row;

	if (!connection_row(&q->db, SQL_AUTHENTICATORS_OF, &row, e, "b", account, (size_t)16))
		return false;
	while (row) {
		struct authenticator_row a = { 0 };

		if (!authenticator_of_row(q, q->db.statement[SQL_AUTHENTICATORS_OF], &a))
			return sqlite_row_done(q, SQL_AUTHENTICATORS_OF, false, e);
		if (!seen(arg, &a)) {
			connection_reset(&q->db, SQL_AUTHENTICATORS_OF);
			return true;
		}
		if (!connection_next(&q->db, SQL_AUTHENTICATORS_OF, &row, e))
			return false;
	}
	return true;
}

bool
op_uses_by(struct store *s, const uint8_t signer[16], uint64_t before, use_seen *seen, void *arg,
    struct err *e)
{
	struct sqlite *q = sqlite_of(s);
	sqlite3_stmt *st = q->db.statement[SQL_USES_BY];
	bool row;

	if (!connection_row(&q->db, SQL_USES_BY, &row, e, "bi", signer, (size_t)16,
	    before > INT64_MAX ? INT64_MAX : (int64_t)before))
		return false;
	while (row) {
		struct use_row u = { .place = (uint64_t)sqlite3_column_int64(st, 1) };

		if (!column_fixed(st, 0, u.d, 32))
			return sqlite_row_done(q, SQL_USES_BY, false, e);
		u.indexes = span_of(sqlite3_column_blob(st, 2), (size_t)sqlite3_column_bytes(st, 2));
		u.digests = span_of(sqlite3_column_blob(st, 3), (size_t)sqlite3_column_bytes(st, 3));
		if (!seen(arg, &u)) {
			connection_reset(&q->db, SQL_USES_BY);
			return true;
		}
		if (!connection_next(&q->db, SQL_USES_BY, &row, e))
			return false;
	}
	return true;
}

bool
op_key_is_of(struct store *s, const uint8_t id[16], const uint8_t owner[16], bool *is, struct err *e)
{
	struct sqlite *q = sqlite_of(s);
	bool row;

	if (!connection_row(&q->db, SQL_KEY_IS_OF, &row, e, "bb", id, (size_t)16, owner, (size_t)16))
		return false;
	connection_reset(&q->db, SQL_KEY_IS_OF);
	*is = row;
	return true;
}

static bool
counted(struct sqlite *q, enum sql which, int64_t *n, struct err *e, const uint8_t *d)
{
	bool row;

	if (!(d == NULL ? connection_row(&q->db, which, &row, e, "") :
	    connection_row(&q->db, which, &row, e, "b", d, (size_t)32)))
		return false;
	*n = row ? sqlite3_column_int64(q->db.statement[which], 0) : 0;
	connection_reset(&q->db, which);
	return true;
}

bool
op_evidence_put(struct store *s, const struct evidence_row *v, const struct evidence_room *room,
    struct err *e)
{
	struct sqlite *q = sqlite_of(s);
	int64_t of_d = 0, all = 0;

	if (!connection_run(&q->db, SQL_EVIDENCE_SWEEP, e, "i", (int64_t)(v->at - room->life)) ||
	    !counted(q, SQL_EVIDENCE_COUNT, &of_d, e, v->d) ||
	    !counted(q, SQL_EVIDENCE_COUNT_ALL, &all, e, NULL))
		return false;
	if (of_d >= (int64_t)room->of_one || all >= (int64_t)room->of_all)
		return err_set(e, ERR_NOT_NOW, "the mailbox is full");
	return connection_run(&q->db, SQL_EVIDENCE_PUT, e, "bbsi", v->d, sizeof(v->d), v->hash,
	    sizeof(v->hash), v->evidence, (int64_t)v->at);
}

bool
op_evidences_of(struct store *s, const uint8_t d[32], uint64_t since, evidence_seen *seen, void *arg,
    struct err *e)
{
	struct sqlite *q = sqlite_of(s);
	sqlite3_stmt *st = q->db.statement[SQL_EVIDENCES_OF];
	bool row;

	if (!connection_row(&q->db, SQL_EVIDENCES_OF, &row, e, "bi", d, (size_t)32, (int64_t)since))
		return false;
	while (row) {
		seen(arg, span_of(sqlite3_column_blob(st, 0), (size_t)sqlite3_column_bytes(st, 0)));
		if (!connection_next(&q->db, SQL_EVIDENCES_OF, &row, e))
			return false;
	}
	return true;
}
