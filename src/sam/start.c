/* SPDX-License-Identifier: Apache-2.0 */
/* The start, step by step; each asks the module something and goes on when it answers. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "audit/scan.h"
#include "base/clock.h"
#include "base/secret.h"
#include "sam/recover.h"
#include "sam/start.h"
#include "sam/trade.h"
#include "wire/hsm.h"

#define LOCAL_SECRET_LEN	32
#define BACK_LIMIT_MS		5000

static void	next_step(struct sam *);

/* The genesis entry is the first of the log; its bytes give the group. */
static bool
genesis_from_log(struct sam *sam, struct err *e)
{
	AUTO_WRITER bytes = writer_grow(64 * 1024);
	struct batch_view batch;
	union entry_payload p;
	struct entry entry;
	struct reader entries;
	struct genesis g;
	struct span first;
	size_t got, used;

	wr_zero(&bytes, 48 * 1024);
	if (!scan_read_at(sam->setup->log_fd, 0, bytes.p, bytes.n, &got, e))
		return false;
	if (!batch_read(span_of(bytes.p, got), &batch, &used, NULL) || used == 0)
		return err_set(e, ERR_FORMAT, "the log does not begin with a genesis");
	entries = reader_over(batch.entries);
	if (!batch_next(&entries, &first) || !entry_read(first, &entry, NULL) ||
	    entry.kind != ENTRY_GENESIS || !entry_payload_read(&entry, &p, NULL))
		return err_set(e, ERR_FORMAT, "the log does not begin with a genesis");
	if (!genesis_read(p.genesis.genesis, &g, e))
		return false;
	if (g.kind != sam->setup->trade->kind)
		return err_set(e, ERR_DENIED, "this log is not one of %s: its genesis says so",
		    sam->setup->trade->name);
	sam->genesis = writer_grow(GENESIS_MAX);
	wr_span(&sam->genesis, p.genesis.genesis);
	return writer_ok(&sam->genesis) || err_set(e, ERR_FORMAT, "genesis over its bounds");
}

/* What the module says it is must be what the genesis says it was. */
static bool
module_is_ours(struct sam *sam, struct reader *answer, struct err *e)
{
	struct msg_hsm_hello m;
	struct genesis g;

	if (!msg_hsm_hello_read(answer, &m, e) || !genesis_read(writer_span(&sam->genesis), &g, e))
		return false;
	if (!span_equal(m.log, g.log) || !span_equal(m.attestation, g.attest))
		return err_set(e, ERR_DENIED, "the token carries the keys of another group");
	return true;
}

static bool
take_mac(struct sam *sam, struct reader *answer, struct err *e)
{
	uint8_t mac[HSM_MAC_LEN], group[GROUP_LEN], local[LOCAL_SECRET_LEN];
	ssize_t got = pread(sam->setup->local_secret_fd, local, sizeof(local), 0);

	if (got != (ssize_t)sizeof(local))
		return err_set(e, ERR_BACKEND, "the local secret cannot be read, or is not %d bytes",
		    LOCAL_SECRET_LEN);
	if (!msg_hsm_mac_read(answer, mac, e))
		return false;
	genesis_group(writer_span(&sam->genesis), group);
	seal_free(sam->seal);
	sam->seal = seal_new(span_of(mac, sizeof(mac)), span_of(local, sizeof(local)), group, e);
	explicit_bzero(mac, sizeof(mac));
	explicit_bzero(local, sizeof(local));
	if (sam->seal == NULL || sam->setup->trade->kind != GROUP_SAM)
		return sam->seal != NULL;
	hpke_key_free(sam->transport);
	return (sam->transport = seal_transport(sam->seal, e)) != NULL;
}

static bool
take_randomness(struct sam *sam, struct reader *answer, struct err *e)
{
	struct span module;
	uint8_t kernel[32];
	struct span parts[2];

	if (!msg_hsm_randomness_read(answer, &module, e) || module.n != 32)
		return err_set(e, ERR_BACKEND, "the module gives no randomness");
	random_bytes(kernel, sizeof(kernel));
	parts[0] = module;
	parts[1] = span_of(kernel, sizeof(kernel));
	sha256_parts(parts, COUNT(parts), sam->module_seed);
	return true;
}

static bool
take_anchor(struct sam *sam, struct reader *answer, struct err *e)
{
	struct span value;
	uint8_t group[GROUP_LEN];

	if (!msg_hsm_anchor_read(answer, &value, e))
		return false;
	genesis_group(writer_span(&sam->genesis), group);
	if (!anchor_read(value, &sam->anchor, e) ||
	    memcmp(sam->anchor.group, group, GROUP_LEN) != 0)
		return err_set(e, ERR_DENIED, "the token's anchor is missing or another group's");
	return recover(sam, e);
}

static void
ask_mac(struct writer *w, const struct sam *sam)
{
	uint8_t mem[128], group[GROUP_LEN];
	struct writer question = writer_over(mem, sizeof(mem));

	genesis_group(writer_span(&sam->genesis), group);
	seal_question(&question, group);
	msg_hsm_hmac_write(w, writer_span(&question));
}

static void
ask_randomness(struct writer *w, const struct sam *sam UNUSED)
{
	msg_hsm_random_write(w, 32);
}

static void
ask_nothing(struct writer *w UNUSED, const struct sam *sam UNUSED)
{
}

static const struct step {
	uint8_t	type;
	void	(*ask)(struct writer *, const struct sam *);
	bool	(*take)(struct sam *, struct reader *, struct err *);
} steps[] = {
	{ HSM_HELLO, ask_nothing, module_is_ours },
	{ HSM_HMAC, ask_mac, take_mac },
	{ HSM_RANDOM, ask_randomness, take_randomness },
	{ HSM_ANCHOR_GET, ask_nothing, take_anchor },
};

/* A lost worker: the step is asked again of the next one. Anything else closes. */
static void
step_answered(void *owner, void *job UNUSED, struct reader *answer, const struct err *failure)
{
	struct sam *sam = owner;
	struct err e = { 0 };

	if (answer == NULL) {
		snprintf(sam->why, sizeof(sam->why), "starting: %.150s", failure->text);
		log_warn("start: %s", failure->text);
	} else if (!steps[sam->starting].take(sam, answer, &e)) {
		sam_close(sam, "%s", e.text);
		return;
	} else {
		sam->starting++;
	}
	next_step(sam);
}

static void
next_step(struct sam *sam)
{
	AUTO_WRITER w = writer_grow(256);
	struct err e = { 0 };

	if ((size_t)sam->starting == COUNT(steps))
		return;
	steps[sam->starting].ask(&w, sam);
	if (!pool_ask(sam->pool, steps[sam->starting].type, writer_span(&w), true, step_answered,
	    NULL, &e))
		sam_close(sam, "%s", e.text);
}

bool
start_begin(struct sam *sam, struct err *e)
{
	snprintf(sam->why, sizeof(sam->why), "starting: no module worker has come yet");
	if (!genesis_from_log(sam, e))
		return false;
	next_step(sam);
	return true;
}

/* A crash between reservation and outcome: nobody knows whether a signature was made. It is burned,
 * and the log says so. EN 419 241-1 SRG_AA.1 */
static void
settle_reservations(struct sam *sam)
{
	for (size_t i = 0; i < RESERVED_OPEN_MAX && sam->state->reserved_open > 0; i++) {
		static struct outcome_item items[USE_ITEMS_MAX];
		static uint8_t unknown_digest[HASH_MAX];
		const struct reserved open = sam->state->reserved[i];
		AUTO_WRITER bytes = writer_grow(ENTRY_MAX);
		struct entry_outcome entry = { .reserved = open.sequence,
			.alg = ALG_ECDSA_P256_SHA256, .exp = open.exp };
		union entry_payload p;
		struct entry reserved;
		struct err e = { 0 };

		if (open.sequence == 0)
			continue;
		if (!journal_read(sam->journal, open.position, &bytes, &reserved, &e) ||
		    !entry_payload_read(&reserved, &p, &e))
			bug(e.text);
		memcpy(entry.d, open.d, sizeof(entry.d));
		memcpy(entry.key, open.key, ID_LEN);
		entry.n = p.reserved.n;
		for (size_t k = 0; k < entry.n; k++)
			items[k] = (struct outcome_item){ entry_reserved_index(&p.reserved, k),
				OUTCOME_UNKNOWN, span_of(unknown_digest, 0), span_of(NULL, 0) };
		entry_outcome_write(journal_begin(sam->journal, ENTRY_OUTCOME), &entry, items);
		journal_end(sam->journal);
		log_warn("a reservation of %zu indexes was open at the crash: outcome unknown", entry.n);
	}
}

/* One-time keys died with the worker, or the life, that had them. */
static void
settle_sessions(struct sam *sam)
{
	const struct open_sessions *open = sam->state->sessions;

	while (open->n > 0) {
		struct entry_session_ended entry = { .why = SESSION_RESTART };

		memcpy(entry.session, open->list[0].session, ID_LEN);
		memcpy(entry.key, open->list[0].key, ID_LEN);
		entry_session_ended_write(journal_begin(sam->journal, ENTRY_SESSION_ENDED), &entry);
		journal_end(sam->journal);
	}
}

/* A clock that was put back while we were down: the log's times may go back at an ALARM only. */
static void
watch_past(struct sam *sam)
{
	uint64_t now = clock_wall(), last = sam->state->time;

	if (now + BACK_LIMIT_MS >= last)	/* the journal's time waits that long */
		return;
	journal_clock_moved(sam->journal);
	sam_alarm(sam, "clock", "the wall clock is %llu ms before the log's last entry",
	    (unsigned long long)(last - now));
}

static void
opened(void *owner, void *job UNUSED, const struct err *failure)
{
	struct sam *sam = owner;

	if (failure != NULL)
		sam_close(sam, "%s", failure->text);
	else
		log_info("open: epoch %u, %llu entries, %zu signers, %zu keys", sam->state->epoch,
		    (unsigned long long)journal_size(sam->journal),
		    index_count(sam->state->index, RECORD_SIGNER),
		    index_count(sam->state->index, RECORD_KEY));
}

void
start_life(struct sam *sam)
{
	char program[64];
	struct entry_start entry = { 0 };
	struct err e = { 0 };
	uint8_t seed[32], boot[32];

	sam_random(sam, seed, sizeof(seed));
	nonces_free(sam->nonces);
	sam->nonces = nonces_new(sam->setup->nonces, sam->state->policy.statement_life, seed, &e);
	explicit_bzero(seed, sizeof(seed));
	if (sam->nonces == NULL) {
		sam_close(sam, "%s", e.text);
		return;
	}
	sam->behind = false;
	sam->open = SAM_OPEN;
	sam->why[0] = '\0';
	watch_past(sam);
	snprintf(program, sizeof(program), "%s " PROPRIA_VERSION, sam->setup->trade->name);
	entry.program = span_str(program);
	entry.life = nonces_life(sam->nonces);
	sam_random(sam, boot, sizeof(boot));
	memcpy(entry.boot, boot, sizeof(entry.boot));
	sha256(span_of(boot, sizeof(boot)), entry.random);
	entry_start_write(journal_begin(sam->journal, ENTRY_START), &entry);
	journal_end(sam->journal);
	settle_sessions(sam);
	settle_reservations(sam);
	journal_wait(sam->journal, ANCHORED, opened, NULL);
}

void
start_stop(struct sam *sam)
{
	struct entry_stop entry = { .why = span_str("asked to stop") };

	if (sam->open != SAM_OPEN || sam->journal == NULL)
		return;
	entry_stop_write(journal_begin(sam->journal, ENTRY_STOP), &entry);
	journal_end(sam->journal);
}
