/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The thief: what somebody writes who owns the SSA. He has its database, last night's copy of it,
 * the socket on which the SAM listens to the SSA, and the help of Mallory, a signer of the same
 * service with a device of her own. He wants one signature by Alice that she did not approve.
 *
 *	propria-thief another-hash|again|old-record|other-key --socket SSA.SOCK --store SSA.DB
 *	    [--old-store OLD.DB] [--mallory SIGNER:AUTHENTICATOR --mallory-key PEM --passphrase-fd N]
 *
 * Prints the SAM's reason. Exit 0: refused. Exit 1: could not try. Exit 9: he got a signature.
 */
#include <errno.h>
#include <getopt.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/secret.h"
#include "der/signature.h"
#include "statement/evidence.h"
#include "wire/activate.h"

struct thief {
	const char	*socket, *store, *old_store, *mallory, *mallory_key;
	int		 passphrase_fd;
	int		 sam;
};

struct loot {			/* what the SSA keeps of Alice's last approval */
	struct writer	statement, evidences, signer, key;
	struct statement st;
};

static int
give_up(const char *what)
{
	fprintf(stderr, "propria-thief: %s\n", what);
	return 1;
}

/* The first column of the first row. */
static bool
take(sqlite3 *db, const char *sql, struct span p1, struct writer *out)
{
	sqlite3_stmt *st = NULL;
	bool got = sqlite3_prepare_v2(db, sql, -1, &st, NULL) == SQLITE_OK &&
	    (p1.n == 0 || sqlite3_bind_blob(st, 1, p1.p, (int)p1.n, NULL) == SQLITE_OK) &&
	    sqlite3_step(st) == SQLITE_ROW;

	if (got)
		wr_bytes(out, sqlite3_column_blob(st, 0), (size_t)sqlite3_column_bytes(st, 0));
	sqlite3_finalize(st);
	return got && writer_ok(out);
}

static bool
record_of(const char *store, const char *type, const uint8_t id[16], struct writer *out)
{
	sqlite3 *db = NULL;
	char sql[96];
	bool got;

	snprintf(sql, sizeof(sql), "SELECT sealed FROM records WHERE type = %s AND id = ?", type);
	got = sqlite3_open_v2(store, &db, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK &&
	    take(db, sql, span_of(id, 16), out);
	sqlite3_close(db);
	return got;
}

static bool
break_in(const struct thief *t, struct loot *l)
{
	sqlite3 *db = NULL;
	struct err e = { 0 };
	bool got = sqlite3_open_v2(t->store, &db, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK &&
	    take(db, "SELECT a.statement FROM approvals a JOIN uses u ON a.d = u.d "
		"ORDER BY u.place DESC LIMIT 1", span_of(NULL, 0), &l->statement) &&
	    take(db, "SELECT a.evidences FROM approvals a JOIN uses u ON a.d = u.d "
		"ORDER BY u.place DESC LIMIT 1", span_of(NULL, 0), &l->evidences);

	sqlite3_close(db);
	return got && statement_read(writer_span(&l->statement), &l->st, &e) &&
	    record_of(t->store, "1", l->st.subject, &l->signer) &&
	    record_of(t->store, "2", l->st.sign.key, &l->key);
}

static int
sam_open(const char *path)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (strlen(path) >= sizeof(a.sun_path))
		return -1;
	memcpy(a.sun_path, path, strlen(path));
	return fd >= 0 && connect(fd, (struct sockaddr *)&a, sizeof(a)) == 0 ? fd : -1;
}

/* The SAM gives nonces to whoever asks: they are worth nothing without an approval. */
static bool
new_nonce(const struct thief *t, struct statement *st)
{
	struct msg_challenge m = { .purpose = PURPOSE_SIGN };
	struct msg_challenged answer;
	AUTO_WRITER w = writer_grow(64), in = writer_grow(128);
	struct err e = { 0 };
	struct reader r;

	memcpy(m.signer, st->subject, 16);
	msg_challenge_write(&w, &m);
	if (!frame_ask(t->sam, SAM_CHALLENGE, writer_span(&w), &in, &e))
		return false;
	r = reader_over(writer_span(&in));
	if (!msg_challenged_read(&r, &answer, &e))
		return false;
	memcpy(st->fresh, answer.fresh, FRESH_LEN);
	st->iat = answer.now;
	st->exp = answer.now + 60000;
	return true;
}

/* One attempt: activate, and the first signature at once. */
static int
attempt(const struct thief *t, struct span statement, struct span evidences, struct span signer,
    struct span key)
{
	static struct msg_activate m;
	AUTO_WRITER w = writer_grow(FRAME_MAX), answer = writer_grow(FRAME_MAX);
	struct err e = { 0 };

	m = (struct msg_activate){ .statement = statement, .evidences = evidences,
		.signer_record = signer, .key_record = key, .n = 1, .index = { 0 } };
	msg_activate_write(&w, &m);
	if (frame_ask(t->sam, SAM_ACTIVATE, writer_span(&w), &answer, &e)) {
		printf("signed\n");
		return 9;
	}
	if (e.reason[0] == '\0')
		return give_up(e.text);
	printf("%s\n", e.reason);
	return 0;
}

/* Alice's own approval, with another document's hash in its place and a fresh nonce. */
static int
another_hash(const struct thief *t, struct loot *l)
{
	AUTO_WRITER w = writer_grow(STATEMENT_MAX);
	uint8_t digest[HASH_MAX] = { 0 };

	sha256(span_str("I owe the thief one million."), digest);
	l->st.sign.items[0].digest = span_of(digest, l->st.sign.items[0].digest.n);
	if (!new_nonce(t, &l->st))
		return give_up("the SAM gives no nonce");
	statement_write(&w, &l->st);
	return attempt(t, writer_span(&w), writer_span(&l->evidences), writer_span(&l->signer),
	    writer_span(&l->key));
}

static int
again(const struct thief *t, struct loot *l)
{
	return attempt(t, writer_span(&l->statement), writer_span(&l->evidences),
	    writer_span(&l->signer), writer_span(&l->key));
}

/* With the signer's record of last night, before her keys were what they are. */
static int
old_record(const struct thief *t, struct loot *l)
{
	struct writer old = writer_grow(RECORD_MAX);

	if (t->old_store == NULL || !record_of(t->old_store, "1", l->st.subject, &old))
		return give_up("last night's database has no record of the victim");
	return attempt(t, writer_span(&l->statement), writer_span(&l->evidences), writer_span(&old),
	    writer_span(&l->key));
}

static bool
mallory_signs(const struct thief *t, const uint8_t d[HASH_LEN], uint8_t sig[APPROVAL_LEN])
{
	struct err e = { 0 };
	AUTO(secret) *passphrase = secret_read_fd(t->passphrase_fd, 128, &e);
	FILE *f = fopen(t->mallory_key, "r");
	EVP_PKEY *key = NULL;
	EVP_PKEY_CTX *ctx;
	uint8_t digest[HASH_LEN], der[80], raw[SIGNATURE_MAX];
	char text[129] = { 0 };
	size_t n = sizeof(der);
	bool good;

	if (passphrase == NULL || f == NULL)
		return false;
	memcpy(text, secret_span(passphrase).p, secret_span(passphrase).n);
	key = PEM_read_PrivateKey(f, NULL, NULL, text);
	fclose(f);
	approval_digest(d, digest);
	ctx = key == NULL ? NULL : EVP_PKEY_CTX_new(key, NULL);
	good = ctx != NULL && EVP_PKEY_sign_init(ctx) == 1 &&
	    EVP_PKEY_sign(ctx, der, &n, digest, sizeof(digest)) == 1 &&
	    signature_from_der(alg_find(ALG_ECDSA_P256_SHA256), span_of(der, n), raw);
	if (good)
		memcpy(sig, raw, APPROVAL_LEN);
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(key);
	return good;
}

static void
id_read(const char *hex, uint8_t id[16])
{
	for (size_t i = 0; i < 16; i++) {
		char two[3] = { hex[2 * i], hex[2 * i + 1], '\0' };

		id[i] = (uint8_t)strtoul(two, NULL, 16);
	}
}

/* Mallory approves, with her own device, a statement of hers over Alice's key. */
static int
other_key(const struct thief *t, struct loot *l)
{
	AUTO_WRITER w = writer_grow(STATEMENT_MAX), ev = writer_grow(1024), record = writer_grow(RECORD_MAX);
	struct evidences list = { .n = 0 };
	uint8_t d[HASH_LEN], sig[APPROVAL_LEN], authenticator[16];

	id_read(t->mallory, l->st.subject);
	id_read(t->mallory + 33, authenticator);
	if (!record_of(t->store, "1", l->st.subject, &record) || !new_nonce(t, &l->st))
		return give_up("nothing is known of Mallory");
	statement_write(&w, &l->st);
	statement_digest(writer_span(&w), d);
	if (!mallory_signs(t, d, sig) ||
	    !evidences_add(&list, EVIDENCE_DEVICE, authenticator, span_of(sig, sizeof(sig))))
		return give_up("Mallory's key does not work");
	evidences_write(&ev, &list);
	return attempt(t, writer_span(&w), writer_span(&ev), writer_span(&record), writer_span(&l->key));
}

static bool
options(int argc, char **argv, struct thief *t)
{
	static const struct option known[] = {
		{ "socket", required_argument, NULL, 's' }, { "store", required_argument, NULL, 'd' },
		{ "old-store", required_argument, NULL, 'o' }, { "mallory", required_argument, NULL, 'm' },
		{ "mallory-key", required_argument, NULL, 'k' },
		{ "passphrase-fd", required_argument, NULL, 'p' }, { NULL, 0, NULL, 0 }
	};
	int o;

	while ((o = getopt_long(argc, argv, "", known, NULL)) != -1)
		switch (o) {
		case 's': t->socket = optarg; break;
		case 'd': t->store = optarg; break;
		case 'o': t->old_store = optarg; break;
		case 'm': t->mallory = optarg; break;
		case 'k': t->mallory_key = optarg; break;
		case 'p': t->passphrase_fd = atoi(optarg); break;
		default: return false;
		}
	return optind == argc && t->socket != NULL && t->store != NULL &&
	    (t->mallory == NULL || strlen(t->mallory) == 65);
}

int
main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int	    (*try)(const struct thief *, struct loot *);
	} tricks[] = { { "another-hash", another_hash }, { "again", again },
		{ "old-record", old_record }, { "other-key", other_key } };
	static struct loot l;
	struct thief t = { .passphrase_fd = -1 };
	struct err e = { 0 };

	if (argc < 2 || !options(argc - 1, argv + 1, &t) || !crypto_start(&e))
		return give_up("another-hash|again|old-record|other-key --socket PATH --store FILE "
		    "[--old-store FILE] [--mallory SIGNER:AUTHENTICATOR --mallory-key FILE "
		    "--passphrase-fd N]");
	l.statement = writer_grow(STATEMENT_MAX);
	l.evidences = writer_grow(EVIDENCES_BYTES_MAX);
	l.signer = writer_grow(RECORD_MAX);
	l.key = writer_grow(RECORD_MAX);
	if ((t.sam = sam_open(t.socket)) < 0)
		return give_up("the SAM's socket does not answer");
	if (!break_in(&t, &l))
		return give_up("the SSA's database holds no used approval");
	for (size_t i = 0; i < COUNT(tricks); i++)
		if (strcmp(tricks[i].name, argv[1]) == 0)
			return tricks[i].try(&t, &l);
	return give_up("no such trick");
}
