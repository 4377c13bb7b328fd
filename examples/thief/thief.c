/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The thief: what somebody writes who owns the SSA. He has its database, last night's copy of it,
 * the socket on which the SAM listens to the SSA, and the help of Mallory, a signer of the same
 * service with a device of her own. He wants one signature by Alice that she did not approve.
 *
 *	propria-thief TRICK --socket SSA.SOCK --store SSA.DB
 *	    [--old-store OLD.DB] [--mallory SIGNER:AUTHENTICATOR --mallory-key PEM --passphrase-fd N]
 *
 * After a signature by a key that stays: another-hash, again, old-record, other-key. After one by a
 * one-time key: once-again, once-another-hash, once-attributes, once-certificate, once-over.
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
#include "wire/session.h"

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
	    (l->st.purpose == PURPOSE_SIGN_ONCE ||
	    record_of(t->store, "2", l->st.sign.key, &l->key));
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

/* A session of its own, in the place of the one that was approved. */
static bool
new_session(const struct thief *t, struct statement *st, struct span record)
{
	struct msg_session_challenge m = { .purpose = PURPOSE_SIGN_ONCE, .signer_record = record };
	AUTO_WRITER w = writer_grow(FRAME_MAX), in = writer_grow(256);
	struct msg_session_challenged answer;
	struct err e = { 0 };
	struct reader r;

	memcpy(m.signer, st->subject, 16);
	msg_session_challenge_write(&w, &m);
	if (!frame_ask(t->sam, SAM_SESSION_CHALLENGE, writer_span(&w), &in, &e))
		return false;
	r = reader_over(writer_span(&in));
	if (!msg_session_challenged_read(&r, &answer, &e))
		return false;
	memcpy(st->fresh, answer.fresh, FRESH_LEN);
	memcpy(st->sign.session, answer.session, 16);
	memcpy(st->sign.idv, answer.idv, 32);
	st->iat = answer.now;
	st->exp = answer.now + 60000;
	return true;
}

/* False: *e has the reason. */
static bool
session_open(const struct thief *t, struct span statement, struct span evidences, struct span signer,
    struct msg_session_opened *opened, struct writer *in, struct err *e)
{
	struct msg_open_session m = { .statement = statement, .evidences = evidences,
		.signer_record = signer };
	AUTO_WRITER w = writer_grow(FRAME_MAX);
	struct reader r;

	msg_open_session_write(&w, &m);
	if (!frame_ask(t->sam, SAM_OPEN_SESSION, writer_span(&w), in, e))
		return false;
	r = reader_over(writer_span(in));
	return msg_session_opened_read(&r, opened, e);
}

static int
refused(bool done, const struct err *e)
{
	if (done) {
		printf("signed\n");
		return 9;
	}
	if (e->reason[0] == '\0')
		return give_up(e->text);
	printf("%s\n", e->reason);
	return 0;
}

static int
once_attempt(const struct thief *t, struct loot *l, struct span statement)
{
	AUTO_WRITER in = writer_grow(FRAME_MAX);
	struct msg_session_opened opened;
	struct err e = { 0 };

	return refused(session_open(t, statement, writer_span(&l->evidences), writer_span(&l->signer),
	    &opened, &in, &e), &e);
}

static int
once_again(const struct thief *t, struct loot *l)
{
	return once_attempt(t, l, writer_span(&l->statement));
}

static int
once_changed(const struct thief *t, struct loot *l)
{
	AUTO_WRITER w = writer_grow(STATEMENT_MAX);

	if (!new_session(t, &l->st, writer_span(&l->signer)))
		return give_up("the SAM gives no session");
	statement_write(&w, &l->st);
	return once_attempt(t, l, writer_span(&w));
}

static int
once_another_hash(const struct thief *t, struct loot *l)
{
	uint8_t digest[HASH_MAX] = { 0 };

	sha256(span_str("I owe the thief one million."), digest);
	l->st.sign.items[0].digest = span_of(digest, l->st.sign.items[0].digest.n);
	return once_changed(t, l);
}

/* The document is Alice's; what the signature says of it is the thief's. */
static int
once_attributes(const struct thief *t, struct loot *l)
{
	l->st.sign.attrs = ATTRS_ORIGIN;
	return once_changed(t, l);
}

static bool
certificate_of(const struct thief *t, const struct loot *l, struct writer *out)
{
	uint8_t d[HASH_LEN];
	sqlite3 *db = NULL;
	bool got;

	statement_digest(writer_span(&l->statement), d);
	got = sqlite3_open_v2(t->store, &db, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK &&
	    take(db, "SELECT certificate FROM once WHERE d = ?", span_of(d, sizeof(d)), out);
	sqlite3_close(db);
	return got;
}

static int
certify(const struct thief *t, const uint8_t session[16], const struct loot *l)
{
	AUTO_WRITER w = writer_grow(FRAME_MAX), in = writer_grow(FRAME_MAX);
	AUTO_WRITER certificate = writer_grow(8192);
	struct msg_session_certificate m;
	struct err e = { 0 };

	if (!certificate_of(t, l, &certificate))
		return give_up("the SSA's database holds no certificate of that approval");
	memcpy(m.session, session, 16);
	m.certificate = writer_span(&certificate);
	msg_session_certificate_write(&w, &m);
	return refused(frame_ask(t->sam, SAM_SESSION_CERTIFICATE, writer_span(&w), &in, &e), &e);
}

/* Alice's certificate once more, in the session that is over. */
static int
once_over(const struct thief *t, struct loot *l)
{
	return certify(t, l->st.sign.session, l);
}

/* Mallory opens a session of her own, for a key of her own, and puts Alice's certificate on it. */
static int
once_certificate(const struct thief *t, struct loot *l)
{
	AUTO_WRITER w = writer_grow(STATEMENT_MAX), ev = writer_grow(1024), record = writer_grow(RECORD_MAX);
	AUTO_WRITER in = writer_grow(FRAME_MAX);
	struct evidences list = { .n = 0 };
	uint8_t d[HASH_LEN], sig[APPROVAL_LEN], authenticator[16];
	struct msg_session_opened opened;
	struct err e = { 0 };

	id_read(t->mallory, l->st.subject);
	id_read(t->mallory + 33, authenticator);
	if (!record_of(t->store, "1", l->st.subject, &record) ||
	    !new_session(t, &l->st, writer_span(&record)))
		return give_up("nothing is known of Mallory");
	statement_write(&w, &l->st);
	statement_digest(writer_span(&w), d);
	if (!mallory_signs(t, d, sig) ||
	    !evidences_add(&list, EVIDENCE_DEVICE, authenticator, span_of(sig, sizeof(sig))))
		return give_up("Mallory's key does not work");
	evidences_write(&ev, &list);
	if (!session_open(t, writer_span(&w), writer_span(&ev), writer_span(&record), &opened, &in, &e))
		return give_up(e.text);
	return certify(t, opened.session, l);
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
		{ "old-record", old_record }, { "other-key", other_key },
		{ "once-again", once_again }, { "once-another-hash", once_another_hash },
		{ "once-attributes", once_attributes }, { "once-certificate", once_certificate },
		{ "once-over", once_over } };
	static struct loot l;
	struct thief t = { .passphrase_fd = -1 };
	struct err e = { 0 };

	if (argc < 2 || !options(argc - 1, argv + 1, &t) || !crypto_start(&e))
		return give_up("TRICK --socket PATH --store FILE "
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
