/* SPDX-License-Identifier: Apache-2.0 */
/* Every operation through the table, whatever fills it; then what a file can do to us. */
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/test.h"

#include "store/store.h"

static char folder[64], path[128];

static struct store *
fresh(void)
{
	struct err e = { 0 };
	struct store *s;

	strcpy(folder, "/tmp/propria-store-XXXXXX");
	CHECK(mkdtemp(folder) != NULL);
	snprintf(path, sizeof(path), "%s/store.db", folder);
	s = store_sqlite_open(path, &e);
	if (s == NULL)
		fprintf(stderr, "%s\n", e.text);
	CHECK(s != NULL);
	return s;
}

static void
gone(struct store *s)
{
	char cmd[200];

	store_close(s);
	snprintf(cmd, sizeof(cmd), "rm -rf '%s'", folder);
	CHECK(system(cmd) == 0);
}

static void
id_of(uint8_t *id, size_t n, int v)
{
	memset(id, v, n);
}

TEST(accounts_are_kept_and_replaced)
{
	struct store *s = fresh();
	struct account a = { .login = span_str("key"), .state = 2, .version = 7 }, got;
	struct err e = { 0 };

	id_of(a.id, 16, 1);
	CHECK(!s->ops->account_get(s, a.id, &got, &e) && e.code == ERR_MISSING);
	err_clear(&e);
	CHECK(s->ops->account_put(s, &a, &e) && s->ops->account_get(s, a.id, &got, &e));
	CHECK(span_equal(got.login, a.login) && got.state == 2 && got.version == 7);
	a.login = span_str("another");
	CHECK(s->ops->account_put(s, &a, &e) && s->ops->account_get(s, a.id, &got, &e));
	CHECK(span_equal(got.login, span_str("another")) && memcmp(got.id, a.id, 16) == 0);
	gone(s);
}

TEST(an_older_record_never_replaces_a_newer)
{
	struct store *s = fresh();
	struct record r = { .type = 2, .version = 3, .sealed = span_str("three") }, got;
	struct err e = { 0 };

	id_of(r.id, 16, 1);
	id_of(r.owner, 16, 9);
	CHECK(s->ops->record_put(s, &r, &e));
	r.version = 2;
	r.sealed = span_str("two");
	CHECK(s->ops->record_put(s, &r, &e) && s->ops->record_get(s, 2, r.id, &got, &e));
	CHECK(got.version == 3 && span_equal(got.sealed, span_str("three")) && got.owner[0] == 9);
	r.version = 3;		/* sealed anew in another epoch */
	r.sealed = span_str("again");
	CHECK(s->ops->record_put(s, &r, &e) && s->ops->record_get(s, 2, r.id, &got, &e));
	CHECK(span_equal(got.sealed, span_str("again")));
	CHECK(!s->ops->record_get(s, 1, r.id, &got, &e) && e.code == ERR_MISSING);
	gone(s);
}

static bool
count_keys(void *arg, const struct key_row *k)
{
	int *seen = arg;

	*seen = *seen * 10 + k->id[0];
	return *seen < 100;
}

TEST(keys_come_in_the_order_they_were_made)
{
	struct store *s = fresh();
	struct key_row k = { .alg = 1, .class = 2, .level = 2, .state = 3, .version = 1,
		.spki = span_str("spki") }, got;
	struct err e = { 0 };
	int seen = 0;

	id_of(k.owner, 16, 9);
	for (int i = 3; i > 0; i--) {
		id_of(k.id, 16, i);
		k.created = (uint64_t)(100 - i);
		CHECK(s->ops->key_put(s, &k, &e));
	}
	CHECK(s->ops->keys_of(s, k.owner, count_keys, &seen, &e) && seen == 321);
	seen = 5;
	CHECK(s->ops->keys_of(s, k.id, count_keys, &seen, &e) && seen == 5);
	seen = 50;		/* a walk may end early, and start again */
	CHECK(s->ops->keys_of(s, k.owner, count_keys, &seen, &e) && seen == 503);
	k.certificate = span_str("certificate");
	k.chain = span_str("chain");
	CHECK(s->ops->key_put(s, &k, &e) && s->ops->key_get(s, k.id, &got, &e));
	CHECK(span_equal(got.spki, k.spki) && span_equal(got.certificate, k.certificate) &&
	    span_equal(got.chain, k.chain) && got.alg == 1 && got.class == 2 && got.state == 3);
	id_of(k.id, 16, 77);
	CHECK(!s->ops->key_get(s, k.id, &got, &e) && e.code == ERR_MISSING);
	gone(s);
}

TEST(a_transaction_is_all_or_nothing)
{
	struct store *s = fresh();
	struct account a = { .login = span_str("key") }, got;
	struct record r = { .type = 1, .sealed = span_str("x") };
	struct err e = { 0 };

	CHECK(s->ops->begin(s, &e) && s->ops->account_put(s, &a, &e) && s->ops->record_put(s, &r, &e));
	s->ops->rollback(s);
	CHECK(!s->ops->account_get(s, a.id, &got, &e) && e.code == ERR_MISSING);
	err_clear(&e);
	CHECK(s->ops->begin(s, &e) && s->ops->account_put(s, &a, &e) && s->ops->commit(s, &e));
	CHECK(s->ops->account_get(s, a.id, &got, &e));
	gone(s);
}

static bool
one_use(void *arg, const struct use_row *u)
{
	uint64_t *sum = arg;

	CHECK(u->indexes.n == 8);
	CHECK(u->place == 41 ? span_equal(u->digests, span_str("digestsof41")) : u->digests.n == 0);
	*sum += u->place;
	return true;
}

static bool
one_assertion(void *arg, const struct assertion_row *a)
{
	*(uint64_t *)arg += a->expires;
	return true;
}

TEST(what_is_written_behind_is_there_after_flush)
{
	struct store *s = fresh();
	struct approval a = { .statement = span_str("statement"), .evidences = span_str("evidences") }, ga;
	struct use_row u = { .place = 40, .indexes = span_str("\0\0\0\0\0\0\0\1") };
	struct token_row t = { .expires = 50 }, gt;
	struct activation_row c = { .expires = 60 }, gc;
	struct assertion_row j = { .expires = 70 };
	struct err e = { 0 };
	uint64_t sum = 0;

	u.indexes = span_of("\0\0\0\0\0\0\0\1", 8);
	id_of(a.d, 32, 1);
	id_of(u.d, 32, 1);
	id_of(t.hash, 32, 2);
	id_of(c.handle, 32, 3);
	s->ops->approval_put(s, &a);
	s->ops->approval_put(s, &a);
	s->ops->use_put(s, &u);
	u.place = 41;
	u.digests = span_str("digestsof41");
	s->ops->use_put(s, &u);
	s->ops->token_put(s, &t);
	s->ops->activation_put(s, &c);
	s->ops->assertion_put(s, &j);
	CHECK(s->ops->flush(s, &e));
	CHECK(s->ops->approval_get(s, a.d, &ga, &e) && span_equal(ga.statement, a.statement) &&
	    span_equal(ga.evidences, a.evidences));
	CHECK(s->ops->uses_of(s, a.d, one_use, &sum, &e) && sum == 81);
	CHECK(s->ops->token_get(s, t.hash, &gt, &e) && gt.expires == 50);
	CHECK(s->ops->activation_get(s, c.handle, &gc, &e) && gc.expires == 60);
	sum = 0;
	CHECK(s->ops->assertions(s, one_assertion, &sum, &e) && sum == 70);
	s->ops->sweep(s, 55);
	CHECK(s->ops->flush(s, &e));
	CHECK(!s->ops->token_get(s, t.hash, &gt, &e) && e.code == ERR_MISSING);
	err_clear(&e);
	CHECK(s->ops->activation_get(s, c.handle, &gc, &e));
	gone(s);
}

static bool
one_authenticator(void *arg, const struct authenticator_row *a)
{
	*(unsigned *)arg = *(unsigned *)arg * 10 + a->id[0];
	CHECK(a->protection == a->id[0] && span_equal(a->label, span_str("label")));
	return true;
}

static unsigned
authenticators_of(struct store *s, int account)
{
	struct err e = { 0 };
	uint8_t id[16];
	unsigned ids = 0;

	id_of(id, 16, account);
	CHECK(s->ops->authenticators_of(s, id, one_authenticator, &ids, &e));
	return ids;
}

TEST(an_authenticator_is_dropped_alone)
{
	struct store *s = fresh();
	struct authenticator_row a = { .type = 2, .label = span_str("label"), .credential = span_str("c") };
	struct err e = { 0 };

	for (int account = 7; account <= 8; account++)
		for (int id = 1; id <= 3; id++) {
			id_of(a.account, 16, account);
			id_of(a.id, 16, id);
			a.protection = (uint8_t)id;
			a.bound = (uint64_t)id;
			CHECK(s->ops->authenticator_put(s, &a, &e));
		}
	CHECK(authenticators_of(s, 7) == 123 && authenticators_of(s, 9) == 0);
	id_of(a.account, 16, 7);
	id_of(a.id, 16, 2);
	CHECK(s->ops->authenticator_drop(s, a.account, a.id, &e));
	CHECK(authenticators_of(s, 7) == 13 && authenticators_of(s, 8) == 123);
	CHECK(s->ops->authenticator_drop(s, a.account, a.id, &e));	/* not there: nothing */
	id_of(a.account, 16, 9);
	id_of(a.id, 16, 1);
	CHECK(s->ops->authenticator_drop(s, a.account, a.id, &e));
	CHECK(authenticators_of(s, 7) == 13 && authenticators_of(s, 8) == 123);
	gone(s);
}

static bool
one_client(void *arg, const struct client_row *c)
{
	*(size_t *)arg += c->name.n;
	return true;
}

TEST(clients_are_kept_once_and_gone_when_removed)
{
	struct store *s = fresh();
	struct client_row c = { .client_id = span_str("app"), .name = span_str("An app"), .kind = CLIENT_SECRET,
		.secret = span_str("digest"), .spki = span_str(""), .redirects = span_str("\0\1x"),
		.grants = GRANT_CODE | GRANT_CLIENT, .scopes = 3 }, got;
	struct err e = { 0 };
	size_t sum = 0;

	id_of(c.id, 16, 7);
	CHECK(!s->ops->client_get(s, c.client_id, &got, &e) && e.code == ERR_MISSING);
	err_clear(&e);
	CHECK(s->ops->client_put(s, &c, &e) && s->ops->client_get(s, c.client_id, &got, &e));
	CHECK(span_equal(got.name, c.name) && span_equal(got.secret, c.secret) && got.spki.n == 0 &&
	    span_equal(got.redirects, c.redirects) && got.kind == CLIENT_SECRET && got.grants == c.grants &&
	    got.scopes == 3 && got.id[0] == 7);
	CHECK(!s->ops->client_put(s, &c, &e));
	err_clear(&e);
	CHECK(s->ops->clients(s, one_client, &sum, &e) && sum == 6);
	CHECK(s->ops->client_remove(s, c.client_id, &e));
	CHECK(!s->ops->client_remove(s, c.client_id, &e) && e.code == ERR_MISSING);
	gone(s);
}

static bool
one_login(void *arg, const struct login_row *l)
{
	*(int *)arg = *(int *)arg * 10 + l->kind;
	return true;
}

TEST(a_login_name_belongs_to_one_account)
{
	struct store *s = fresh();
	struct login_row l = { .kind = LOGIN_PASSWORD, .name = span_str("alice"), .data = span_str("salted") }, got;
	struct err e = { 0 };
	int seen = 0;

	id_of(l.account, 16, 1);
	CHECK(s->ops->login_put(s, &l, &e) && s->ops->login_get(s, LOGIN_PASSWORD, l.name, &got, &e));
	CHECK(span_equal(got.data, l.data) && got.account[0] == 1);
	CHECK(!s->ops->login_get(s, LOGIN_PASSKEY, l.name, &got, &e) && e.code == ERR_MISSING);
	err_clear(&e);
	id_of(l.account, 16, 2);
	CHECK(!s->ops->login_put(s, &l, &e));
	err_clear(&e);
	id_of(l.account, 16, 1);
	l.kind = LOGIN_PASSKEY;
	CHECK(s->ops->login_put(s, &l, &e) && s->ops->logins_of(s, l.account, one_login, &seen, &e) && seen == 12);
	gone(s);
}

TEST(a_login_is_removed_by_its_own_account_alone)
{
	struct store *s = fresh();
	struct login_row l = { .kind = LOGIN_PROVIDER, .name = span_of("https://id\0alice", 16) }, got;
	uint8_t other[16];
	struct err e = { 0 };

	id_of(l.account, 16, 1);
	id_of(other, 16, 2);
	CHECK(s->ops->login_put(s, &l, &e));
	CHECK(!s->ops->login_remove(s, l.kind, l.name, other, &e) && e.code == ERR_MISSING);
	err_clear(&e);
	CHECK(!s->ops->login_remove(s, LOGIN_PASSKEY, l.name, l.account, &e) && e.code == ERR_MISSING);
	err_clear(&e);
	CHECK(s->ops->login_get(s, l.kind, l.name, &got, &e) && s->ops->login_remove(s, l.kind, l.name, l.account, &e));
	CHECK(!s->ops->login_get(s, l.kind, l.name, &got, &e) && e.code == ERR_MISSING);
	gone(s);
}

TEST(a_handle_moves_from_state_to_state_once)
{
	struct store *s = fresh();
	struct handle_row h = { .kind = HANDLE_CODE, .expires = 100, .data = span_str("data") }, got;
	static const uint8_t grant[16] = { 5 };
	struct err e = { 0 };

	id_of(h.hash, 32, 1);
	id_of(h.account, 16, 2);
	id_of(h.requester, 16, 3);
	CHECK(s->ops->handle_put(s, &h, &e) && s->ops->handle_get(s, HANDLE_CODE, h.hash, &got, &e));
	CHECK(got.state == 0 && got.account[0] == 2 && got.requester[0] == 3 && got.expires == 100 &&
	    span_equal(got.data, h.data));
	CHECK(!s->ops->handle_get(s, HANDLE_TICKET, h.hash, &got, &e) && e.code == ERR_MISSING);
	err_clear(&e);
	CHECK(s->ops->handle_move(s, HANDLE_CODE, h.hash, 0, 1, grant, span_str("new"), &e));
	CHECK(!s->ops->handle_move(s, HANDLE_CODE, h.hash, 0, 1, grant, span_str("newer"), &e) &&
	    e.code == ERR_NOT_NOW);
	err_clear(&e);
	CHECK(s->ops->handle_get(s, HANDLE_CODE, h.hash, &got, &e) && got.state == 1 && got.grant[0] == 5 &&
	    span_equal(got.data, span_str("new")));
	s->ops->sweep(s, 101);
	CHECK(s->ops->flush(s, &e) && !s->ops->handle_get(s, HANDLE_CODE, h.hash, &got, &e) &&
	    e.code == ERR_MISSING);
	gone(s);
}

static void
token_over(void *arg, const uint8_t hash[32])
{
	*(int *)arg = *(int *)arg * 10 + hash[0];
}

TEST(a_grant_ends_with_its_tokens_and_handles_alone)
{
	struct store *s = fresh();
	struct handle_row h = { .kind = HANDLE_REFRESH, .expires = 100, .data = span_str("") }, got;
	struct token_row t = { .expires = 50, .scope = SCOPE_CREDENTIAL }, gt;
	struct activation_row a = { .expires = 60 }, ga;
	struct err e = { 0 };
	int ended = 0;

	id_of(h.grant, 16, 9);
	CHECK(s->ops->handle_put(s, &h, &e));
	for (int i = 1; i <= 3; i++) {		/* the third is of another consent */
		id_of(t.hash, 32, i);
		id_of(t.grant, 16, i < 3 ? 9 : 8);
		id_of(a.handle, 32, i);
		s->ops->token_put(s, &t);
		s->ops->activation_put(s, &a);
	}
	CHECK(s->ops->grant_end(s, h.grant, token_over, &ended, &e) && (ended == 12 || ended == 21));
	CHECK(s->ops->token_get(s, t.hash, &gt, &e) && gt.scope == SCOPE_CREDENTIAL && gt.grant[0] == 8);
	CHECK(s->ops->activation_get(s, a.handle, &ga, &e));
	CHECK(s->ops->handle_get(s, HANDLE_REFRESH, h.hash, &got, &e) && got.state == 255);
	id_of(t.hash, 32, 1);
	CHECK(!s->ops->token_get(s, t.hash, &gt, &e) && e.code == ERR_MISSING);
	err_clear(&e);
	CHECK(!s->ops->activation_get(s, t.hash, &ga, &e) && e.code == ERR_MISSING);
	err_clear(&e);
	id_of(t.hash, 32, 3);
	CHECK(s->ops->token_end(s, t.hash, &e) && !s->ops->token_get(s, t.hash, &gt, &e));
	gone(s);
}

static void
run_sql(sqlite3 *db, const char *name)
{
	char sql[16384], where[512];
	size_t n;
	FILE *f;

	snprintf(where, sizeof(where), "%s/%s", getenv("SCHEMA"), name);
	CHECK((f = fopen(where, "r")) != NULL);
	n = fread(sql, 1, sizeof(sql) - 1, f);
	fclose(f);
	sql[n] = '\0';
	CHECK(sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK);
}

TEST(tokens_of_the_first_schema_stay_their_accounts_own)
{
	struct store *s = fresh();
	struct activation_row a;
	struct token_row t;
	struct err e = { 0 };
	uint8_t hash[32];
	sqlite3 *db = NULL;

	store_close(s);
	CHECK(unlink(path) == 0 && sqlite3_open(path, &db) == SQLITE_OK);
	run_sql(db, "0001-init.sql");
	CHECK(sqlite3_exec(db, "PRAGMA user_version = 1; INSERT INTO tokens VALUES (zeroblob(32),"
	    " x'01010101010101010101010101010101', 50); INSERT INTO activations VALUES (zeroblob(32),"
	    " zeroblob(16), x'01010101010101010101010101010101', zeroblob(16), zeroblob(32), 60)", NULL, NULL,
	    NULL) == SQLITE_OK);
	sqlite3_close(db);
	CHECK((s = store_sqlite_open(path, &e)) != NULL);
	id_of(hash, 32, 0);
	CHECK(s->ops->token_get(s, hash, &t, &e) && t.scope == SCOPE_SERVICE && t.expires == 50 &&
	    t.account[0] == 1 && memcmp(t.requester, t.account, 16) == 0 && t.grant[0] == 0);
	CHECK(s->ops->activation_get(s, hash, &a, &e) && a.account[0] == 1 &&
	    memcmp(a.requester, a.account, 16) == 0);
	gone(s);
}

TEST(closing_writes_what_is_waiting)
{
	struct store *s = fresh();
	struct token_row t = { .expires = 50 }, got;
	struct err e = { 0 };

	for (int i = 0; i < 200; i++) {
		t.hash[0] = (uint8_t)i;
		s->ops->token_put(s, &t);
	}
	store_close(s);
	s = store_sqlite_open(path, &e);
	CHECK(s != NULL);
	for (int i = 0; i < 200; i++) {
		t.hash[0] = (uint8_t)i;
		CHECK(s->ops->token_get(s, t.hash, &got, &e));
	}
	gone(s);
}

TEST(tasks_and_statuses_come_back_when_they_are_due)
{
	struct store *s = fresh();
	struct task_row j = { .kind = TASK_CERTIFY, .state = TASK_WAITING, .due = 1000, .ca = span_str("long"),
		.data = span_str("data"), .why = span_str("down") }, got;
	struct status_row st = { .standing = 1, .tried = 500, .checked = 400, .next_update = 9 }, back;
	struct key_row k = { .alg = 1, .state = 3, .spki = span_str(""), .certificate = span_str("c"),
		.chain = span_str(""), .profile = "p" };
	uint8_t zero[16] = { 0 }, due[16];
	struct err e = { 0 };
	uint64_t n;

	memset(j.key, 7, 16);
	CHECK(s->ops->task_put(s, &j, &e));
	CHECK(!s->ops->task_next(s, span_str("long"), 999, &got, &e) && e.code == ERR_MISSING);
	err_clear(&e);
	CHECK(!s->ops->task_next(s, span_str("other"), 2000, &got, &e) && e.code == ERR_MISSING);
	err_clear(&e);
	CHECK(s->ops->task_next(s, span_str("long"), 1000, &got, &e) && memcmp(got.key, j.key, 16) == 0);
	CHECK(span_equal(got.data, j.data) && span_equal(got.why, j.why) && got.kind == TASK_CERTIFY);
	j.state = TASK_FAILED;
	CHECK(s->ops->task_put(s, &j, &e) && s->ops->tasks_count(s, TASK_FAILED, &n, &e) && n == 1);
	CHECK(!s->ops->task_next(s, span_str("long"), 5000, &got, &e));	/* somebody must look first */
	err_clear(&e);
	CHECK(s->ops->task_get(s, j.key, TASK_CERTIFY, &got, &e) && got.state == TASK_FAILED);
	CHECK(s->ops->task_drop(s, j.key, TASK_CERTIFY, &e));
	CHECK(!s->ops->task_get(s, j.key, TASK_CERTIFY, &got, &e) && e.code == ERR_MISSING);
	err_clear(&e);
	memset(k.id, 7, 16);
	memset(st.key, 7, 16);
	CHECK(s->ops->key_put(s, &k, &e) && !s->ops->status_due(s, zero, 9999, due, &e));
	err_clear(&e);
	CHECK(s->ops->status_due(s, k.profile, 1, due, &e) && memcmp(due, k.id, 16) == 0);
	CHECK(s->ops->status_put(s, &st, &e) && s->ops->status_get(s, k.id, &back, &e));
	CHECK(back.standing == 1 && back.checked == 400 && back.next_update == 9);
	CHECK(!s->ops->status_due(s, k.profile, 500, due, &e));
	err_clear(&e);
	CHECK(s->ops->status_due(s, k.profile, 501, due, &e));
	gone(s);
}

TEST(a_new_file_gets_the_schema_and_is_for_us_alone)
{
	struct store *s = fresh();
	struct err e = { 0 };
	struct stat st;
	sqlite3 *db = NULL;
	sqlite3_stmt *q;

	CHECK(stat(path, &st) == 0 && (st.st_mode & 077) == 0);
	CHECK(sqlite3_open(path, &db) == SQLITE_OK);
	CHECK(sqlite3_prepare_v2(db, "PRAGMA user_version", -1, &q, NULL) == SQLITE_OK);
	CHECK(sqlite3_step(q) == SQLITE_ROW && sqlite3_column_int(q, 0) >= 6);
	sqlite3_finalize(q);
	CHECK(sqlite3_exec(db, "PRAGMA user_version = 99", NULL, NULL, NULL) == SQLITE_OK);
	sqlite3_close(db);
	store_close(s);
	CHECK(store_sqlite_open(path, &e) == NULL && strstr(e.text, "newer version") != NULL);
	gone(NULL);
}

TEST(a_file_that_is_no_database_is_named)
{
	struct store *s = fresh();
	struct err e = { 0 };
	int fd;

	store_close(s);
	fd = open(path, O_WRONLY | O_TRUNC);
	for (int i = 0; i < 100; i++)
		CHECK(write(fd, "this is a letter to my aunt, not a database at all\n", 51) == 51);
	close(fd);
	CHECK(store_sqlite_open(path, &e) == NULL);
	CHECK(strstr(e.text, path) != NULL && strstr(e.text, "not a database") != NULL);
	gone(NULL);
}

TEST(a_damaged_file_is_named)
{
	struct store *s = fresh();
	struct err e = { 0 };
	uint8_t noise[4096];
	struct stat st;
	int fd;

	store_close(s);
	memset(noise, 0xa5, sizeof(noise));
	CHECK(stat(path, &st) == 0 && st.st_size >= 4 * 4096);
	fd = open(path, O_WRONLY);
	for (off_t at = 4096; at < st.st_size; at += 4096)
		CHECK(pwrite(fd, noise, sizeof(noise), at) == sizeof(noise));
	close(fd);
	CHECK(store_sqlite_open(path, &e) == NULL);
	CHECK(strstr(e.text, path) != NULL && strstr(e.text, "damaged") != NULL);
	gone(NULL);
}

TEST(a_locked_file_is_named)
{
	struct store *s = fresh();
	struct err e = { 0 };
	sqlite3 *db = NULL;

	store_close(s);
	CHECK(sqlite3_open(path, &db) == SQLITE_OK);
	CHECK(sqlite3_exec(db, "PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE", NULL, NULL, NULL) ==
	    SQLITE_OK);
	CHECK(store_sqlite_open(path, &e) == NULL);
	CHECK(e.code == ERR_BUSY && strstr(e.text, "locked by another process") != NULL);
	sqlite3_close(db);
	gone(NULL);
}

TEST(a_missing_folder_is_named)
{
	struct err e = { 0 };

	CHECK(store_sqlite_open("/nonexistent/folder/store.db", &e) == NULL);
	CHECK(strstr(e.text, "/nonexistent/folder/store.db") != NULL);
}

TEST(a_full_disk_fails_and_loses_nothing_that_was_there)
{
	struct store *s = fresh();
	static uint8_t big[200000];
	struct record r = { .type = 1, .sealed = span_str("small") }, got;
	struct approval a = { .statement = span_of(big, sizeof(big)), .evidences = span_str("") };
	struct err e = { 0 };

	CHECK(s->ops->record_put(s, &r, &e) && store_sqlite_limit_pages(s, 30, &e));
	r.id[0] = 1;
	r.sealed = span_of(big, sizeof(big));
	CHECK(!s->ops->record_put(s, &r, &e) && strstr(e.text, "disk is full") != NULL);
	err_clear(&e);
	s->ops->approval_put(s, &a);
	CHECK(!s->ops->flush(s, &e) && strstr(e.text, "disk is full") != NULL);
	err_clear(&e);
	r.id[0] = 0;
	CHECK(s->ops->record_get(s, 1, r.id, &got, &e) && span_equal(got.sealed, span_str("small")));
	CHECK(store_sqlite_limit_pages(s, 100000, &e));
	s->ops->approval_put(s, &a);
	CHECK(s->ops->flush(s, &e));
	gone(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(accounts_are_kept_and_replaced),
		cmocka_unit_test(an_older_record_never_replaces_a_newer),
		cmocka_unit_test(keys_come_in_the_order_they_were_made),
		cmocka_unit_test(a_transaction_is_all_or_nothing),
		cmocka_unit_test(an_authenticator_is_dropped_alone),
		cmocka_unit_test(what_is_written_behind_is_there_after_flush),
		cmocka_unit_test(clients_are_kept_once_and_gone_when_removed),
		cmocka_unit_test(a_login_name_belongs_to_one_account),
		cmocka_unit_test(a_login_is_removed_by_its_own_account_alone),
		cmocka_unit_test(a_handle_moves_from_state_to_state_once),
		cmocka_unit_test(a_grant_ends_with_its_tokens_and_handles_alone),
		cmocka_unit_test(tokens_of_the_first_schema_stay_their_accounts_own),
		cmocka_unit_test(closing_writes_what_is_waiting),
		cmocka_unit_test(tasks_and_statuses_come_back_when_they_are_due),
		cmocka_unit_test(a_new_file_gets_the_schema_and_is_for_us_alone),
		cmocka_unit_test(a_file_that_is_no_database_is_named),
		cmocka_unit_test(a_damaged_file_is_named),
		cmocka_unit_test(a_locked_file_is_named),
		cmocka_unit_test(a_missing_folder_is_named),
		cmocka_unit_test(a_full_disk_fails_and_loses_nothing_that_was_there),
	};

	return RUN(tests);
}
