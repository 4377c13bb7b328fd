/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ceremony. `init` makes the group's keys in the module and writes the draft of the genesis,
 * which says who the officers are; each founder reads and approves it with `propria ceremony sign`;
 * `found` checks that every one of them did, and begins the log. Nothing listens meanwhile.
 * EN 419 241-1 SRG_M.1.3, SRG_KM.1.4.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "audit/anchor.h"
#include "audit/batch.h"
#include "audit/genesis.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/secret.h"
#include "crypto/hash.h"
#include "launch/ceremony.h"
#include "launch/create.h"
#include "launch/module_setup.h"
#include "launch/pin.h"
#include "sam/seal.h"
#include "sam/trade.h"
#include "launch/worker_process.h"
#include "statement/evidence.h"
#include "wire/hsm.h"

#define FILE_MAX	65536
#define LOCAL_SECRET	32

static const char usage[] =
    " init -c FILE --draft FILE --card FILE ...   make the keys, write the genesis "
    "draft\n"
    "  --card FILE           an officer's card (propria ceremony card); one for each, 3 to 32\n"
    "  --security-quorum N   security officers needed for an act; default 2\n"
    "  --registration-quorum N   registration officers needed to invite; default 1\n"
    "  --min-loa low|substantial|high   of signers; default substantial\n"
    "  --file-keys           approvals by key files under a passphrase count at SCAL2\n"
    "  --statement-life S    seconds an approval may live; default 300\n"
    "  --keys N              keys a signer may have, 1 to 32; default 8\n"
    "  --follower none|async|sync   whether signatures wait for a copy of the log; default none\n"
    "  --assurance none|fips140|en419221-5   of the module, as declared; default none\n"
    "  --origin URL          of the SIC in the browser (https://approve.example); default none\n"
    "  --service URL         of the SSA (https://sign.example); with --origin\n"
    "  --passkeys LIST       which may approve at SCAL2: device,attested,copied,\n"
    "                        none; default device,attested\n"
    "  --eddsa-until DAY, --rsa-until DAY   passkeys of these kinds until then; default never\n"
    "  --shared-sic          passkeys approve although SIC and SSA share a host\n"
    "  --scal1-seconds N, --scal1-count N   longest window and most signatures in it that the "
    "SSA's\n"
    "                        word opens for a SCAL1 key; default 300 and 100; 0: none\n"
    "  --session-seconds N   longest session of a key made for one signature; default 1800; 0: none\n"
    "  --so-pin-fd N, --pin-fd N   the token's two PINs; else the terminal is asked\n";
static const char usage_found[] =
    " found -c FILE --draft FILE --approval FILE ...   check the approvals, begin the log\n";

struct ceremony {
	const struct trade *trade;
	const char	*config, *draft;
	const char	*files[GENESIS_OFFICERS_MAX];	/* cards, or approvals */
	size_t		 n;
	struct policy	 policy;
	uint8_t		 assurance;
	const char	*origin, *service;
	int		 so_pin_fd, pin_fd;
};

enum { OPT_DRAFT = 256, OPT_CARD, OPT_APPROVAL, OPT_SO_QUORUM, OPT_RO_QUORUM, OPT_LOA,
	OPT_FILE_KEYS, OPT_LIFE, OPT_KEYS, OPT_FOLLOWER, OPT_ASSURANCE, OPT_ORIGIN, OPT_SERVICE,
	OPT_PASSKEYS, OPT_EDDSA, OPT_RS256, OPT_SHARED, OPT_SECONDS,
	OPT_COUNT, OPT_SESSION, OPT_SO_PIN, OPT_PIN };

/* Which of the words, counted from `first`; -1: none. */
static int
word(const char *const *words, const char *text, int first)
{
	for (int i = 0; words[i] != NULL; i++)
		if (strcmp(words[i], text) == 0)
			return first + i;
	return -1;
}

static bool
number(const char *text, unsigned long max, unsigned long *out)
{
	char *end;

	errno = 0;
	*out = strtoul(text, &end, 10);
	return errno == 0 && *text != '\0' && *text != '-' && *end == '\0' && *out <= max;
}

/* The end of that day, UTC. */
static bool
until(const char *text, uint64_t *out)
{
	struct tm day = { 0 };
	const char *rest = strptime(text, "%Y-%m-%d", &day);

	if (rest == NULL || *rest != '\0' || day.tm_year < 70)
		return false;
	*out = ((uint64_t)timegm(&day) + 86400) * 1000;
	return true;
}

static bool
passkeys(const char *list, uint16_t *bits)
{
	static const char *const words[] = { "device", "attested", "copied", "none" };
	uint16_t all = 7u << PROTECTION_PASSKEY, out = 0;

	while (*list != '\0') {
		size_t n = strcspn(list, ","), i = 0;

		while (i < COUNT(words) && (strlen(words[i]) != n || strncmp(words[i], list, n) != 0))
			i++;
		if (i == COUNT(words))
			return false;
		out |= (uint16_t)(1u << (PROTECTION_PASSKEY + i));
		list += n + (list[n] == ',');
	}
	*bits = (uint16_t)((*bits & ~all) | (out & all));
	return true;
}

/* One option. False: its value is not understood. */
static bool
option(struct ceremony *c, int o, const char *value)
{
	static const char *const loas[] = { "low", "substantial", "high", NULL };
	static const char *const followers[] = { "none", "async", "sync", NULL };
	static const char *const classes[] = { "none", "fips140", "en419221-5", NULL };
	unsigned long n = 0;
	int w = 0;

	if (o == 'c')
		c->config = value;
	else if (o == OPT_DRAFT)
		c->draft = value;
	else if ((o == OPT_CARD || o == OPT_APPROVAL) && c->n < COUNT(c->files))
		c->files[c->n++] = value;
	else if (o == OPT_FILE_KEYS)
		c->policy.protections |= 1u << PROTECTION_FILE;
	else if (o == OPT_ORIGIN)
		c->origin = value;
	else if (o == OPT_SERVICE)
		c->service = value;
	else if (o == OPT_SHARED)
		c->policy.shared_sic = 1;
	else if (o == OPT_PASSKEYS)
		return passkeys(value, &c->policy.protections);
	else if (o == OPT_EDDSA || o == OPT_RS256)
		return until(value, o == OPT_EDDSA ? &c->policy.eddsa_until : &c->policy.rs256_until);
	else if (o == OPT_LOA && (w = word(loas, value, 1)) > 0)
		c->policy.min_loa = (uint8_t)w;
	else if (o == OPT_FOLLOWER && (w = word(followers, value, 0)) >= 0)
		c->policy.follower = (uint8_t)w;
	else if (o == OPT_ASSURANCE && (w = word(classes, value, 0)) >= 0)
		c->assurance = (uint8_t)w;
	else if (o == OPT_SO_QUORUM && number(value, 16, &n))
		c->policy.so_quorum = (uint8_t)n;
	else if (o == OPT_RO_QUORUM && number(value, 16, &n))
		c->policy.ro_quorum = (uint8_t)n;
	else if (o == OPT_LIFE && number(value, 86400, &n))
		c->policy.statement_life = (uint32_t)n * 1000;
	else if (o == OPT_KEYS && number(value, 32, &n))
		c->policy.keys_per_signer = (uint8_t)n;
	else if (o == OPT_SECONDS && number(value, SCAL1_SECONDS_MAX, &n))
		c->policy.scal1_seconds = (uint32_t)n;
	else if (o == OPT_COUNT && number(value, SCAL1_COUNT_MAX, &n))
		c->policy.scal1_count = (uint32_t)n;
	else if (o == OPT_SESSION && number(value, SESSION_SECONDS_MAX, &n))
		c->policy.session_seconds = (uint32_t)n;
	else if (o == OPT_SO_PIN && number(value, INT_MAX, &n))
		c->so_pin_fd = (int)n;
	else if (o == OPT_PIN && number(value, INT_MAX, &n))
		c->pin_fd = (int)n;
	else
		return false;
	return true;
}

static bool
options(int argc, char **argv, struct ceremony *c)
{
	static const struct option known[] = {
		{ "config", required_argument, NULL, 'c' }, { "draft", required_argument, NULL, OPT_DRAFT },
		{ "card", required_argument, NULL, OPT_CARD },
		{ "approval", required_argument, NULL, OPT_APPROVAL },
		{ "security-quorum", required_argument, NULL, OPT_SO_QUORUM },
		{ "registration-quorum", required_argument, NULL, OPT_RO_QUORUM },
		{ "min-loa", required_argument, NULL, OPT_LOA },
		{ "file-keys", no_argument, NULL, OPT_FILE_KEYS },
		{ "statement-life", required_argument, NULL, OPT_LIFE },
		{ "keys", required_argument, NULL, OPT_KEYS },
		{ "follower", required_argument, NULL, OPT_FOLLOWER },
		{ "assurance", required_argument, NULL, OPT_ASSURANCE },
		{ "origin", required_argument, NULL, OPT_ORIGIN },
		{ "service", required_argument, NULL, OPT_SERVICE },
		{ "passkeys", required_argument, NULL, OPT_PASSKEYS },
		{ "eddsa-until", required_argument, NULL, OPT_EDDSA },
		{ "rsa-until", required_argument, NULL, OPT_RS256 },
		{ "shared-sic", no_argument, NULL, OPT_SHARED },
		{ "scal1-seconds", required_argument, NULL, OPT_SECONDS },
		{ "scal1-count", required_argument, NULL, OPT_COUNT },
		{ "session-seconds", required_argument, NULL, OPT_SESSION },
		{ "so-pin-fd", required_argument, NULL, OPT_SO_PIN },
		{ "pin-fd", required_argument, NULL, OPT_PIN }, { NULL, 0, NULL, 0 }
	};
	int o;

	*c = (struct ceremony){ .origin = "", .service = "", .so_pin_fd = -1, .pin_fd = -1, .policy = {
		.statement_life = 300000, .min_loa = 2, .ro_quorum = 1, .so_quorum = 2,
		.keys_per_signer = 8, .scal1_seconds = 300, .scal1_count = 100,
		.session_seconds = 1800,
		.protections = 1u << PROTECTION_CARD | 1u << PROTECTION_TPM |
		    1u << PROTECTION_PHONE | 1u << PROTECTION_PASSKEY |
		    1u << PROTECTION_PASSKEY_ATTESTED } };
	while ((o = getopt_long(argc, argv, "c:", known, NULL)) != -1)
		if (!option(c, o, optarg))
			return false;
	return optind == argc && c->config != NULL && c->draft != NULL && c->n > 0;
}

static bool
file_read(const char *path, struct writer *out, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	uint8_t block[4096];
	ssize_t got = 0;

	if (fd < 0)
		return err_errno(e, ERR_MISSING, errno, "%.150s", path);
	while ((got = read(fd, block, sizeof(block))) > 0)
		wr_bytes(out, block, (size_t)got);
	close(fd);
	return (got == 0 && writer_ok(out)) || err_set(e, ERR_BACKEND, "%.150s cannot be read", path);
}

/* Never over a file that is there. */
static bool
file_write(int dir, const char *path, mode_t mode, struct span bytes, struct err *e)
{
	int fd = openat(dir, path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	bool good;

	if (fd < 0)
		return err_errno(e, ERR_BACKEND, errno, "%.150s", path);
	good = write(fd, bytes.p, bytes.n) == (ssize_t)bytes.n && fsync(fd) == 0;
	close(fd);
	return good || err_errno(e, ERR_BACKEND, errno, "writing %.150s", path);
}

/* The state directory, made if need be, ours alone, without a log. */
static int
state_directory(const struct config *config, struct err *e)
{
	struct stat st;
	int dir;

	if (mkdir(config->state, 0700) != 0 && errno != EEXIST) {
		err_errno(e, ERR_BACKEND, errno, "%.150s", config->state);
		return -1;
	}
	if ((dir = open(config->state, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0) {
		err_errno(e, ERR_BACKEND, errno, "%.150s", config->state);
		return -1;
	}
	if (fstatat(dir, "log", &st, 0) == 0) {
		err_set(e, ERR_NOT_NOW, "%.120s holds a log: a group lives here already; a new ceremony "
		    "needs an empty directory and a wiped token", config->state);
		close(dir);
		return -1;
	}
	return dir;
}

static bool
cards_read(const struct ceremony *c, struct genesis *g, struct writer *bytes, struct err *e)
{
	for (size_t i = 0; i < c->n; i++) {
		struct err why = { 0 };
		struct writer *w = &bytes[i];

		*w = writer_grow(OFFICER_CARD_MAX);
		random_bytes(g->officer[i].id, ID_LEN);
		if (!file_read(c->files[i], w, &why) ||
		    !officer_card_read(writer_span(w), &g->officer[i].card, &why))
			return err_set(e, ERR_FORMAT, "card %.100s: %.90s", c->files[i], why.text);
	}
	g->n = c->n;
	return true;
}

static void
objects_of(const struct genesis *g, struct objects *o)
{
	memcpy(o->kek, g->kek, ID_LEN);
	memcpy(o->hmac, g->hmac, ID_LEN);
	genesis_key_id(g->log, o->log);
	genesis_key_id(g->attest, o->attestation);
}

/* Everything that can be refused is refused before the token is touched. */
static bool
draft_check(const struct genesis *g, struct err *e)
{
	AUTO_WRITER w = writer_grow(GENESIS_MAX);
	struct genesis trial = *g, read;
	static uint8_t spki[2][91];

	memset(spki[1], 1, sizeof(spki[1]));
	trial.log = span_of(g->officer[0].card.spki.p, g->officer[0].card.spki.n);
	trial.attest = span_of(g->officer[1].card.spki.p, g->officer[1].card.spki.n);
	trial.library = trial.token = trial.serial = span_str("module");
	genesis_write(&w, &trial);
	return (writer_ok(&w) || err_set(e, ERR_FORMAT, "genesis over its bounds")) &&
	    genesis_read(writer_span(&w), &read, e) && genesis_verify(&read, e);
}

static bool
init_files(const struct ceremony *c, int dir, const struct genesis *g, struct err *e)
{
	AUTO_WRITER draft = writer_grow(GENESIS_MAX);
	uint8_t local[LOCAL_SECRET];
	struct objects objects;
	bool good;

	genesis_write(&draft, g);
	objects_of(g, &objects);
	random_bytes(local, sizeof(local));
	unlinkat(dir, "local.secret", 0);	/* of a ceremony that was not completed */
	unlinkat(dir, "objects", 0);
	good = writer_ok(&draft) &&
	    file_write(dir, "local.secret", 0600, span_of(local, sizeof(local)), e) &&
	    objects_write(dir, &objects, e) &&
	    file_write(AT_FDCWD, c->draft, 0644, writer_span(&draft), e);
	explicit_bzero(local, sizeof(local));
	return good;
}

static struct secret *
officer_pin(int fd, struct err *e)
{
	return fd >= 0 ? secret_read_fd(fd, PIN_MAX, e)
		       : secret_ask("PIN of the token's security officer: ", PIN_MAX, e);
}

static bool
init(const struct ceremony *c, const struct config *config, struct err *e)
{
	static struct writer cards[GENESIS_OFFICERS_MAX];
	struct genesis g = { .time = clock_wall(), .kind = c->trade->kind, .policy = c->policy, .assurance = c->assurance,
		.origin = span_str(c->origin), .service = span_str(c->service) };
	AUTO(secret) *so_pin = NULL;
	AUTO(secret) *pin = NULL;
	struct module_made made;
	int dir = state_directory(config, e);
	bool good;

	if (dir < 0)
		return false;
	if (access(c->draft, F_OK) == 0) {
		close(dir);
		return err_set(e, ERR_NOT_NOW, "%.150s is there already", c->draft);
	}
	random_bytes(g.random, sizeof(g.random));
	good = cards_read(c, &g, cards, e) && draft_check(&g, e) &&
	    (so_pin = officer_pin(c->so_pin_fd, e)) != NULL &&
	    (pin = pin_get(c->pin_fd, config, e)) != NULL &&
	    module_setup(config, so_pin, pin, &made, e);
	if (good) {
		memcpy(g.kek, made.kek, ID_LEN);
		memcpy(g.hmac, made.hmac, ID_LEN);
		g.log = span_of(made.log, sizeof(made.log));
		g.attest = span_of(made.attestation, sizeof(made.attestation));
		g.library = span_str(made.library);
		g.token = span_str(made.token);
		g.serial = span_str(made.serial);
		good = init_files(c, dir, &g, e);
	}
	for (size_t i = 0; i < c->n; i++)
		writer_wipe(&cards[i]);
	close(dir);
	return good;
}

/* The FOUND statement follows from the genesis alone, so that each founder builds the same. */
static void
found_statement(const struct genesis *g, const uint8_t group[GROUP_LEN], struct writer *out)
{
	static struct statement st;

	st = (struct statement){ .purpose = PURPOSE_FOUND, .epoch = 1, .iat = g->time,
		.exp = g->time + UINT64_C(30) * 24 * 3600 * 1000 };
	memcpy(st.group, group, GROUP_LEN);
	statement_write(out, &st);
}

/* Every founder, each once: the approvals as they lie in the files, for the log. */
static bool
approvals_check(const struct ceremony *c, const struct genesis *g, const uint8_t d[HASH_LEN],
    struct writer *all, struct err *e)
{
	bool seen[GENESIS_OFFICERS_MAX] = { false };

	for (size_t i = 0; i < c->n; i++) {
		AUTO_WRITER bytes = writer_grow(1024);
		struct evidences ev;
		size_t who = 0;

		if (!file_read(c->files[i], &bytes, e) || !evidences_read(writer_span(&bytes), &ev, e))
			return false;
		while (who < g->n && memcmp(g->officer[who].id, ev.list[0].id, ID_LEN) != 0)
			who++;
		if (who == g->n || ev.n != 1 || seen[who] || ev.list[0].type != EVIDENCE_DEVICE ||
		    !evidence_verify(&ev.list[0], d, g->officer[who].card.spki))
			return err_set(e, ERR_DENIED, "%.120s is not an approval of this genesis by one of "
			    "its officers, or his second one", c->files[i]);
		seen[who] = true;
		wr_span(all, writer_span(&bytes));
	}
	for (size_t i = 0; i < g->n; i++)
		if (!seen[i])
			return err_set(e, ERR_DENIED, "the approval of %.*s is missing: every founder "
			    "approves", (int)g->officer[i].card.person.n, g->officer[i].card.person.p);
	return writer_ok(all) || err_set(e, ERR_FORMAT, "approvals over their bounds");
}

static bool
worker_up(struct worker_process *w, const struct config *config, const struct objects *o,
    const struct secret *pin, struct err *e)
{
	uint64_t until = clock_life() + 60000;

	worker_process_init(w, 0);
	if (!worker_process_start(w, config, o, pin, clock_life(), e))
		return false;
	while (w->state != WORKER_UP && clock_life() < until) {
		struct pollfd p[] = { { .fd = w->socket, .events = POLLIN },
			{ .fd = w->messages, .events = POLLIN } };

		poll(p, COUNT(p), 1000);
		worker_process_listen(w);
		if (p[0].revents != 0 && !worker_process_greeted(w, e)) {
			worker_process_listen(w);
			return false;
		}
	}
	return w->state == WORKER_UP || err_set(e, ERR_BACKEND, "the module does not answer");
}

static bool
log_key_from_module(int worker, int dir, const uint8_t group[GROUP_LEN], uint8_t key[32],
    struct err *e)
{
	AUTO_WRITER question = writer_grow(128), order = writer_grow(256), answer = writer_grow(256);
	uint8_t mac[HSM_MAC_LEN], local[LOCAL_SECRET];
	int fd = openat(dir, "local.secret", O_RDONLY | O_CLOEXEC);
	ssize_t got = fd < 0 ? -1 : read(fd, local, sizeof(local));
	struct reader r;
	struct seal *seal;

	if (fd >= 0)
		close(fd);
	if (got != (ssize_t)sizeof(local))
		return err_set(e, ERR_MISSING, "the local secret that init made is not there");
	seal_question(&question, group);
	msg_hsm_hmac_write(&order, writer_span(&question));
	if (!frame_ask(worker, HSM_HMAC, writer_span(&order), &answer, e))
		return false;
	r = reader_over(writer_span(&answer));
	if (!msg_hsm_mac_read(&r, mac, e) || (seal = seal_new(span_of(mac, sizeof(mac)),
	    span_of(local, sizeof(local)), group, e)) == NULL)
		return false;
	seal_log_key(seal, key);
	seal_free(seal);
	explicit_bzero(local, sizeof(local));
	return true;
}

struct genesis_batch {
	struct writer	log, nodes;
	uint8_t		root[HASH_LEN];
};

static bool
genesis_batch(struct genesis_batch *b, struct span genesis, struct span statement,
    struct span evidences, const uint8_t key[32], struct err *e)
{
	struct entry_genesis entry = { genesis, statement, evidences };
	struct batch batch;
	struct tree tree;

	tree_init(&tree);
	batch_begin(&batch, &b->log, &tree, &b->nodes);
	batch_entry_begin(&batch, clock_wall(), ENTRY_GENESIS);
	entry_genesis_write(&b->log, &entry);
	if (!batch_entry_end(&batch, NULL, e) || !batch_end(&batch, span_of(key, 32), e))
		return false;
	tree_root(&tree, b->root);
	return true;
}

static bool
anchor_set(int worker, const uint8_t group[GROUP_LEN], const uint8_t root[HASH_LEN], struct err *e)
{
	struct anchor a = { .epoch = 1, .size = 1 };
	AUTO_WRITER value = writer_grow(ANCHOR_LEN), order = writer_grow(128), answer = writer_grow(16);

	memcpy(a.group, group, GROUP_LEN);
	memcpy(a.root, root, HASH_LEN);
	anchor_write(&value, &a);
	msg_hsm_anchor_write(&order, writer_span(&value));
	return frame_ask(worker, HSM_ANCHOR_SET, writer_span(&order), &answer, e);
}

static bool
found_log(struct span genesis, const uint8_t group[GROUP_LEN], struct span statement,
    struct span evidences, int dir, int worker, struct err *e)
{
	struct genesis_batch b = { .log = writer_grow(BATCH_MAX), .nodes = writer_grow(4096) };
	uint8_t key[32];
	bool good;

	good = log_key_from_module(worker, dir, group, key, e) &&
	    genesis_batch(&b, genesis, statement, evidences, key, e) &&
	    /* Anchor first: a log without its anchor would be one that could be rolled back to nothing. */
	    anchor_set(worker, group, b.root, e) &&
	    audit_create(dir, writer_span(&b.log), writer_span(&b.nodes), e) &&
	    file_write(dir, "genesis", 0644, genesis, e);
	explicit_bzero(key, sizeof(key));
	writer_wipe(&b.log);
	writer_wipe(&b.nodes);
	return good;
}

static bool
found(const struct ceremony *c, const struct config *config, struct err *e)
{
	AUTO_WRITER draft = writer_grow(GENESIS_MAX), statement = writer_grow(4096);
	AUTO_WRITER evidences = writer_grow(FILE_MAX);
	AUTO(secret) *pin = NULL;
	uint8_t group[GROUP_LEN], d[HASH_LEN];
	struct worker_process worker;
	struct objects objects;
	struct genesis g;
	int dir;
	bool good;

	if (!file_read(c->draft, &draft, e) || !genesis_read(writer_span(&draft), &g, e) ||
	    !genesis_verify(&g, e))
		return false;
	if (g.kind != c->trade->kind)
		return err_set(e, ERR_DENIED, "%.120s is not the draft of a group of %s", c->draft,
		    c->trade->name);
	genesis_group(writer_span(&draft), group);
	found_statement(&g, group, &statement);
	statement_digest(writer_span(&statement), d);
	if (!approvals_check(c, &g, d, &evidences, e) || (dir = state_directory(config, e)) < 0)
		return false;
	objects_of(&g, &objects);
	good = (pin = pin_get(c->pin_fd, config, e)) != NULL &&
	    worker_up(&worker, config, &objects, pin, e) &&
	    found_log(writer_span(&draft), group, writer_span(&statement), writer_span(&evidences), dir,
	    worker.socket, e);
	close(dir);
	if (good) {
		for (size_t i = 0; i < sizeof(group); i++)
			printf("%02x", group[i]);
		printf("\n");
	}
	return good;
}

static void
usage_print(const char *program)
{
	fprintf(stderr, "%s%s%s%s", program, usage, program, usage_found);
}

int
ceremony_main(int argc, char **argv, const struct trade *trade)
{
	bool is_init = strcmp(argv[0], "init") == 0;
	struct err e = { 0 };
	AUTO(config) *config = NULL;
	struct ceremony c;

	if (!options(argc, argv, &c)) {
		usage_print(trade->name);
		return 2;
	}
	c.trade = trade;
	if (!crypto_start(&e) || (config = config_load_section(trade->section, c.config, &e)) == NULL ||
	    !(is_init ? init(&c, config, &e) : found(&c, config, &e))) {
		log_error("%s", e.text);
		return 1;
	}
	return 0;
}
