/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A client of the SAM's SSA socket for the flow tests: one approval at a time, each step by itself,
 * or a load of them that writes down every signature it got; and the comparison of both with a log.
 *
 *   crash_client make SOCKET PROFILE PASSPHRASE-FILE OUT ITEMS USES   an ACTIVATE, approved
 *   crash_client send SOCKET FILE       prints "INDEX STATUS SIGNATURE", or "refused REASON"
 *   crash_client cut SOCKET FILE        sends and hangs up
 *   crash_client outcome SOCKET FILE    asks for all its indexes
 *   crash_client load SOCKET PROFILE PASSPHRASE-FILE NOTES SECONDS PROCESSES ITEMS
 *   crash_client check LOG-DIRECTORY NOTES
 *
 * Notes: "P d", an approval was sent; "S d index signature", from ACTIVATE; "O d index status
 * signature", from OUTCOME; "X d ..." what must not be.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "audit/entry.h"
#include "audit/scan.h"
#include "auditor/verify_file.h"
#include "base/clock.h"
#include "cli/encode.h"
#include "cli/file.h"
#include "cli/sic.h"
#include "crypto/verify.h"
#include "wire/enact.h"
#include "wire/status.h"

#define PATIENCE_S	20

static void NORETURN
die(const struct err *e, const char *what)
{
	fprintf(stderr, "crash_client: %s: %s\n", what, e->text);
	exit(2);
}

static int
dial(const char *path, struct err *e)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	struct timeval patience = { .tv_sec = PATIENCE_S };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(a.sun_path, sizeof(a.sun_path), "%s", path);
	if (fd >= 0 && connect(fd, (const struct sockaddr *)&a, sizeof(a)) == 0) {
		setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
		return fd;
	}
	err_errno(e, ERR_BACKEND, errno, "%s", path);
	if (fd >= 0)
		close(fd);
	return -1;
}

struct signer {
	struct profile	 profile;
	struct known_key known;
	struct key	*approval;
};

static void
signer_open(struct signer *s, const char *home, const char *passphrase_file)
{
	AUTO_WRITER passphrase = writer_grow(KEY_PASS_MAX);
	char path[PATH_LONG];
	struct err e = { 0 };

	if (!profile_load(&s->profile, home, &e) || !profile_key(&s->profile, NULL, &s->known, &e) ||
	    !file_read(passphrase_file, &passphrase, &e))
		die(&e, "profile");
	profile_path(&s->profile, s->profile.approval, path);
	if ((s->approval = key_open(path, writer_span(&passphrase), &e)) == NULL)
		die(&e, "approval key");
}

static bool
record_get(int fd, uint8_t type, const uint8_t id[ID_LEN], struct writer *record, struct err *e)
{
	AUTO_WRITER w = writer_grow(32), answer = writer_grow(FRAME_MAX);
	struct msg_object ask = { .type = type };
	struct msg_record m;
	struct reader r;

	memcpy(ask.id, id, ID_LEN);
	msg_object_write(&w, &ask);
	if (!frame_ask(fd, SAM_RECORD, writer_span(&w), &answer, e))
		return false;
	r = reader_over(writer_span(&answer));
	if (!msg_record_read(&r, &m, e))
		return false;
	wr_span(record, m.record);
	return writer_ok(record);
}

static bool
challenge_get(int fd, const struct signer *s, struct challenge *out, struct err *e)
{
	AUTO_WRITER w = writer_grow(32), answer = writer_grow(FRAME_MAX);
	struct msg_challenge ask = { .purpose = PURPOSE_SIGN };
	struct msg_challenged m;
	struct reader r;

	memcpy(ask.signer, s->profile.signer, ID_LEN);
	msg_challenge_write(&w, &ask);
	if (!frame_ask(fd, SAM_CHALLENGE, writer_span(&w), &answer, e))
		return false;
	r = reader_over(writer_span(&answer));
	if (!msg_challenged_read(&r, &m, e))
		return false;
	memcpy(out->fresh, m.fresh, FRESH_LEN);
	out->epoch = m.epoch;
	out->now = m.now;
	return true;
}

/* A statement over random digests, approved; the digests go to `digests`. */
static bool
approve(struct signer *s, const struct challenge *c, size_t items, uint8_t *digests,
    struct approved *a, struct err *e)
{
	static struct statement st;
	struct body_sign *b = &st.sign;

	memset(&st, 0, sizeof(st));
	st.purpose = PURPOSE_SIGN;
	memcpy(b->key, s->known.id, ID_LEN);
	sha256(span_of(s->known.spki, s->known.alg->spki_len), b->spki);
	b->class = s->known.class;
	b->level = s->known.level;
	b->alg = s->known.alg->number;
	b->kind = KIND_DTBSR;
	b->seen = SEEN_DOCUMENT;
	b->name = span_str("flow test");
	b->n = items;
	for (size_t i = 0; i < items; i++) {
		random_bytes(digests + i * DIGEST_MAX, s->known.alg->digest_len);
		b->items[i] = (struct item){ span_of(digests + i * DIGEST_MAX,
			s->known.alg->digest_len), span_str("document") };
	}
	return sic_statement(a, &st, &s->profile, c, clock_wall(), e) &&
	    sic_approve(a, s->profile.authenticator, s->approval, e);
}

/* The payload of an ACTIVATE that uses the first `uses` indexes at once. */
static bool
activate_make(int fd, struct signer *s, size_t items, size_t uses, uint8_t *digests,
    struct writer *payload, uint8_t d[HASH_LEN], struct err *e)
{
	AUTO_WRITER signer = writer_grow(RECORD_MAX), key = writer_grow(RECORD_MAX);
	static struct msg_activate m;
	AUTO_APPROVED a = { 0 };
	struct challenge c;

	approved_init(&a);
	if (!record_get(fd, RECORD_SIGNER, s->profile.signer, &signer, e) ||
	    !record_get(fd, RECORD_KEY, s->known.id, &key, e) || !challenge_get(fd, s, &c, e) ||
	    !approve(s, &c, items, digests, &a, e))
		return false;
	m = (struct msg_activate){ .statement = writer_span(&a.statement),
		.evidences = writer_span(&a.evidences), .signer_record = writer_span(&signer),
		.key_record = writer_span(&key), .n = uses };
	for (uint32_t i = 0; i < uses; i++)
		m.index[i] = i;
	msg_activate_write(payload, &m);
	memcpy(d, a.d, HASH_LEN);
	return writer_ok(payload);
}

static bool
outcome_ask(int fd, const uint8_t d[HASH_LEN], size_t n, struct writer *answer,
    struct msg_results *out, struct err *e)
{
	AUTO_WRITER w = writer_grow(8192);
	static struct msg_outcome m;
	struct reader r;

	memcpy(m.d, d, HASH_LEN);
	m.n = n;
	for (uint32_t i = 0; i < n; i++)
		m.index[i] = i;
	msg_outcome_write(&w, &m);
	if (!frame_ask(fd, SAM_OUTCOME, writer_span(&w), answer, e))
		return false;
	r = reader_over(writer_span(answer));
	return msg_results_read(&r, out, e);
}

static void
print_results(const struct msg_results *m)
{
	char text[HEX_MAX(SIGNATURE_MAX)];

	for (size_t i = 0; i < m->n; i++)
		printf("%u %u %s\n", m->result[i].index, m->result[i].status,
		    hex(m->result[i].signature, text));
}

static int
refused(const struct err *e)
{
	printf("refused %s\n", e->reason[0] != '\0' ? e->reason : "broken");
	return 1;
}

static int
command_make(char **v)
{
	AUTO_WRITER payload = writer_grow(FRAME_MAX);
	static uint8_t digests[USES_MAX * DIGEST_MAX];
	struct err e = { 0 };
	uint8_t d[HASH_LEN];
	struct signer s;
	int fd;

	signer_open(&s, v[1], v[2]);
	if ((fd = dial(v[0], &e)) < 0 || !activate_make(fd, &s, strtoul(v[4], NULL, 10),
	    strtoul(v[5], NULL, 10), digests, &payload, d, &e))
		return refused(&e);
	return file_write(v[3], 0600, writer_span(&payload), &e) ? 0 : 2;
}

static void
payload_read(const char *path, struct writer *bytes, struct msg_activate *m, uint8_t d[HASH_LEN])
{
	struct err e = { 0 };
	struct reader r;

	if (!file_read(path, bytes, &e))
		die(&e, path);
	r = reader_over(writer_span(bytes));
	if (!msg_activate_read(&r, m, &e))
		die(&e, path);
	statement_digest(m->statement, d);
}

static int
command_send(char **v)
{
	AUTO_WRITER bytes = writer_grow(FRAME_MAX), answer = writer_grow(FRAME_MAX);
	static struct msg_activate m;
	static struct msg_activated got;
	struct err e = { 0 };
	uint8_t d[HASH_LEN];
	struct reader r;
	int fd;

	payload_read(v[1], &bytes, &m, d);
	if ((fd = dial(v[0], &e)) < 0 ||
	    !frame_ask(fd, SAM_ACTIVATE, writer_span(&bytes), &answer, &e))
		return refused(&e);
	r = reader_over(writer_span(&answer));
	if (!msg_activated_read(&r, &got, &e))
		die(&e, "answer");
	print_results(&got.results);
	return 0;
}

static int
command_cut(char **v)
{
	AUTO_WRITER bytes = writer_grow(FRAME_MAX), w = writer_grow(FRAME_MAX + FRAME_HEAD);
	static struct msg_activate m;
	struct err e = { 0 };
	uint8_t d[HASH_LEN];
	size_t at = frame_begin(&w, SAM_ACTIVATE, 7);
	int fd;

	payload_read(v[1], &bytes, &m, d);
	wr_span(&w, writer_span(&bytes));
	frame_end(&w, at);
	if ((fd = dial(v[0], &e)) < 0 || !frame_send(fd, writer_span(&w), &e))
		return refused(&e);
	return close(fd);
}

static int
command_outcome(char **v)
{
	AUTO_WRITER bytes = writer_grow(FRAME_MAX), answer = writer_grow(FRAME_MAX);
	static struct msg_activate m;
	static struct msg_results got;
	static struct statement st;
	struct err e = { 0 };
	uint8_t d[HASH_LEN];
	int fd;

	payload_read(v[1], &bytes, &m, d);
	if (!statement_read(m.statement, &st, &e))
		die(&e, v[1]);
	if ((fd = dial(v[0], &e)) < 0 || !outcome_ask(fd, d, st.sign.n, &answer, &got, &e))
		return refused(&e);
	print_results(&got);
	return 0;
}

/* The load. One process, one connection, one approval at a time; what got lost is asked for. */

struct load {
	const char	*socket;
	struct signer	 signer;
	size_t		 items;
	int		 notes, fd;
	uint64_t	 until;
};

static void PRINTF(2, 3)
note(const struct load *l, const char *fmt, ...)
{
	char line[1200];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	if (write(l->notes, line, (size_t)n) != n)
		exit(2);
}

static void
nap(void)
{
	nanosleep(&(struct timespec){ .tv_nsec = 20000000 }, NULL);
}

static bool
is_open(int fd)
{
	AUTO_WRITER answer = writer_grow(FRAME_MAX);
	struct msg_status m;
	struct err e = { 0 };
	struct reader r;

	if (!frame_ask(fd, SAM_STATUS, span_of(NULL, 0), &answer, &e))
		return false;
	r = reader_over(writer_span(&answer));
	return msg_status_read(&r, &m, &e) && m.state == SAM_OPEN;
}

/* Connected to a SAM that is open. False when the time is up. */
static bool
come_back(struct load *l)
{
	struct err e = { 0 };

	if (l->fd >= 0)
		close(l->fd);
	for (l->fd = -1; clock_life() < l->until + 30000; nap()) {
		e = (struct err){ 0 };
		if (l->fd < 0)
			l->fd = dial(l->socket, &e);
		if (l->fd >= 0 && is_open(l->fd))
			return true;
		if (l->fd >= 0)
			close(l->fd);
		l->fd = -1;
	}
	return false;
}

static void
note_results(const struct load *l, char kind, const char *d, const uint8_t *digests,
    const struct msg_results *m)
{
	const struct alg *alg = l->signer.known.alg;
	char text[HEX_MAX(SIGNATURE_MAX)];

	for (size_t i = 0; i < m->n; i++) {
		const struct use_result *u = &m->result[i];

		if (u->status == USE_SIGNED && !signature_verify(alg,
		    span_of(l->signer.known.spki, alg->spki_len),
		    span_of(digests + u->index * DIGEST_MAX, alg->digest_len), u->signature))
			note(l, "X %s a signature that does not verify\n", d);
		if (kind == 'O')
			note(l, "O %s %u %u %s\n", d, u->index, u->status, hex(u->signature, text));
		else if (u->status == USE_SIGNED)
			note(l, "S %s %u %s\n", d, u->index, hex(u->signature, text));
	}
}

/* After a break: what does the log say, and can the approval be spent again? */
static void
look_back(struct load *l, const uint8_t d[HASH_LEN], const char *d_text, const uint8_t *digests,
    const struct writer *payload)
{
	AUTO_WRITER answer = writer_grow(FRAME_MAX);
	static struct msg_results m;
	struct err e = { 0 };

	if (outcome_ask(l->fd, d, l->items, &answer, &m, &e))
		note_results(l, 'O', d_text, digests, &m);
	else if (e.reason[0] == '\0')
		return;
	else if (strcmp(e.reason, "unknown") != 0)
		note(l, "X %s OUTCOME refused: %s\n", d_text, e.reason);
	e = (struct err){ 0 };
	writer_reset(&answer);
	if (frame_ask(l->fd, SAM_ACTIVATE, writer_span(payload), &answer, &e))
		note(l, "X %s the approval was spent in a second life\n", d_text);
	else if (e.reason[0] != '\0' && strcmp(e.reason, "nonce") != 0 && strcmp(e.reason, "replay") != 0)
		note(l, "X %s the approval was refused for %s\n", d_text, e.reason);
}

static void
one_approval(struct load *l)
{
	AUTO_WRITER payload = writer_grow(FRAME_MAX), answer = writer_grow(FRAME_MAX);
	static uint8_t digests[USES_MAX * DIGEST_MAX];
	static struct msg_activated got;
	char text[HEX_MAX(HASH_LEN)];
	struct err e = { 0 };
	uint8_t d[HASH_LEN];
	struct reader r;

	if (!activate_make(l->fd, &l->signer, l->items, l->items, digests, &payload, d, &e)) {
		if (!come_back(l))
			exit(0);
		return;
	}
	hex(span_of(d, sizeof(d)), text);
	note(l, "P %s\n", text);
	if (frame_ask(l->fd, SAM_ACTIVATE, writer_span(&payload), &answer, &e)) {
		r = reader_over(writer_span(&answer));
		if (!msg_activated_read(&r, &got, &e))
			die(&e, "answer");
		note_results(l, 'S', text, digests, &got.results);
		return;
	}
	if (e.reason[0] == '\0') {
		if (!come_back(l))
			exit(0);
		look_back(l, d, text, digests, &payload);
	} else if (strcmp(e.reason, "backend") != 0 && strcmp(e.reason, "closed") != 0 &&
	    strcmp(e.reason, "busy") != 0 && strcmp(e.reason, "room") != 0) {
		note(l, "X %s refused for %s\n", text, e.reason);
	} else {
		nap();
	}
}

static int
command_load(char **v)
{
	struct load l = { .socket = v[0], .items = strtoul(v[6], NULL, 10), .fd = -1 };
	unsigned long n = strtoul(v[5], NULL, 10);

	l.until = clock_life() + 1000 * strtoul(v[4], NULL, 10);
	l.notes = open(v[3], O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	signer_open(&l.signer, v[1], v[2]);
	if (l.notes < 0)
		return 2;
	while (n-- > 0)
		if (fork() == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			if (!come_back(&l))
				exit(0);
			while (clock_life() < l.until)
				one_approval(&l);
			exit(0);
		}
	while (wait(NULL) > 0)
		;
	return 0;
}

/* The comparison. */

struct item_seen {
	uint8_t		d[HASH_LEN];
	uint32_t	index;
	uint8_t		status;
	uint8_t		signature[SIGNATURE_MAX];
	size_t		length;
};

struct findings {
	struct item_seen *item;
	size_t		 n, cap;
	uint64_t	 reserved, settled, unknown, indexes_reserved, indexes_settled;
};

static bool
see_entry(void *ctx, const struct entry *entry, struct span bytes UNUSED, struct err *e)
{
	struct findings *s = ctx;
	union entry_payload p;
	struct outcome_item it;
	struct reader r;

	if (!entry_payload_read(entry, &p, e))
		return false;
	if (entry->kind == ENTRY_RESERVED) {
		s->reserved++;
		s->indexes_reserved += p.reserved.n;
	}
	if (entry->kind != ENTRY_OUTCOME)
		return true;
	s->settled++;
	s->indexes_settled += p.outcome.n;
	r = reader_over(p.outcome.items);
	while (entry_outcome_item(&r, &it)) {
		struct item_seen *to;

		if (s->n == s->cap &&
		    (s->item = realloc(s->item, (s->cap = s->cap * 2 + 64) * sizeof(*to))) == NULL)
			exit(2);
		to = &s->item[s->n++];
		memcpy(to->d, p.outcome.d, HASH_LEN);
		to->index = it.index;
		to->status = it.status;
		to->length = it.signature.n;
		memcpy(to->signature, it.signature.p, it.signature.n);
		s->unknown += it.status == OUTCOME_UNKNOWN;
	}
	return true;
}

static int
by_place(const void *a, const void *b)
{
	const struct item_seen *x = a, *y = b;
	int order = memcmp(x->d, y->d, HASH_LEN);

	return order != 0 ? order : (x->index > y->index) - (x->index < y->index);
}

/* Nothing that was received may be missing or another. */
static unsigned
compare_line(const struct findings *s, const char *line)
{
	char d[80], signature[HEX_MAX(SIGNATURE_MAX) + 1] = "";
	struct item_seen want = { .length = 0 };
	const struct item_seen *found;
	unsigned status = 0;
	uint8_t bytes[SIGNATURE_MAX];

	if (line[0] == 'X')
		return (unsigned)(printf("%s", line) > 0);
	if (line[0] == 'P')
		return 0;
	if (line[0] == 'S' ? sscanf(line, "S %79s %u %769s", d, &want.index, signature) != 3
	    : sscanf(line, "O %79s %u %u %769s", d, &want.index, &status, signature) < 3)
		return (unsigned)(printf("not a note: %s", line) > 0);
	if (!hex_read(d, want.d, HASH_LEN) || (signature[0] != '\0' &&
	    !hex_read(signature, bytes, strlen(signature) / 2)))
		return (unsigned)(printf("not a note: %s", line) > 0);
	found = bsearch(&want, s->item, s->n, sizeof(want), by_place);
	if (found == NULL)
		return status == USE_SPENT ? 0 : (unsigned)(printf("not in the log: %s", line) > 0);
	if (found->status != status || found->length != strlen(signature) / 2 ||
	    memcmp(found->signature, bytes, found->length) != 0)
		return (unsigned)(printf("the log says another thing: %s", line) > 0);
	return 0;
}

static int
command_check(char **v)
{
	struct verify_options options = { 0 };
	struct verify_report report;
	struct scan_visitor visitor = { .entry = see_entry };
	struct findings s = { 0 };
	struct scan_end end;
	struct err e = { 0 };
	char path[PATH_LONG], line[1200];
	unsigned wrong = 0, sent = 0, got = 0, read_back = 0;
	struct tree tree;
	FILE *notes;
	int fd;

	if (!verify_directory(v[0], &options, &report, &e))
		die(&e, "the log does not verify");
	snprintf(path, sizeof(path), "%.4000s/log", v[0]);
	tree_init(&tree);
	visitor.ctx = &s;
	if ((fd = open(path, O_RDONLY)) < 0 ||
	    !scan_log(fd, 0, &tree, span_of(NULL, 0), &visitor, &end, &e))
		die(&e, path);
	qsort(s.item, s.n, sizeof(s.item[0]), by_place);
	for (size_t i = 1; i < s.n; i++)
		if (by_place(&s.item[i - 1], &s.item[i]) == 0)
			wrong += (unsigned)(printf("an index twice in the log\n") > 0);
	if (s.reserved != s.settled || s.indexes_reserved != s.indexes_settled)
		wrong += (unsigned)(printf("%llu reservations, %llu outcomes\n",
		    (unsigned long long)s.reserved, (unsigned long long)s.settled) > 0);
	if ((notes = fopen(v[1], "r")) == NULL)
		return 2;
	while (fgets(line, sizeof(line), notes) != NULL) {
		sent += line[0] == 'P';
		got += line[0] == 'S';
		read_back += line[0] == 'O';
		wrong += compare_line(&s, line);
	}
	printf("%u approvals sent, %u signatures received, %u read back, %llu signed in the log, "
	    "%llu unknown; %u wrong\n", sent, got, read_back, (unsigned long long)report.signatures,
	    (unsigned long long)s.unknown, wrong);
	return wrong == 0 && sent > 0 ? 0 : 1;
}

int
main(int argc, char **argv)
{
	static const struct { const char *name; int args; int (*run)(char **); } commands[] = {
		{ "make", 6, command_make }, { "send", 2, command_send }, { "cut", 2, command_cut },
		{ "outcome", 2, command_outcome }, { "load", 7, command_load },
		{ "check", 2, command_check },
	};

	struct err e = { 0 };

	signal(SIGPIPE, SIG_IGN);
	if (!crypto_start(&e))
		die(&e, "start");
	for (size_t i = 0; i < COUNT(commands); i++)
		if (argc == commands[i].args + 2 && strcmp(argv[1], commands[i].name) == 0)
			return commands[i].run(argv + 2);
	fprintf(stderr, "crash_client: see the head of crash_client.c\n");
	return 2;
}
