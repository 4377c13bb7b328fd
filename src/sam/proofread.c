/* SPDX-License-Identifier: Apache-2.0 */
/* The log read over, a slice at a time. */
#include <stdio.h>
#include <stdlib.h>

#include "audit/scan.h"
#include "sam/proofread.h"

#define SLICE		(64u << 10)	/* at once, or one batch if it is longer */
#define PAUSE_MS	50		/* between slices: 75 MiB a minute */
#define AGAIN_MS	(24 * 3600 * 1000)

struct proofread {
	uint64_t	next;		/* life clock */
	uint64_t	at;		/* log offset; what is before it is as it was written */
	struct tree	tree;
	uint64_t	end, size;	/* how far this reading goes, and what the SAM has there */
	uint8_t		root[HASH_LEN];
	struct writer	bytes;
	char		finding[160];
};

struct proofread *
proofread_new(struct err *e)
{
	struct proofread *p = calloc(1, sizeof(*p));

	if (p == NULL) {
		err_set(e, ERR_BACKEND, "no memory for reading the log over");
		return NULL;
	}
	p->bytes = writer_grow(BATCH_MAX);
	return p;
}

void
proofread_free(struct proofread *p)
{
	if (p != NULL)
		writer_wipe(&p->bytes);
	free(p);
}

static void
begin_again(struct proofread *p, uint64_t when)
{
	p->at = 0;
	p->next = when;
	tree_init(&p->tree);
	writer_wipe(&p->bytes);
}

static bool
read_bytes(const struct sam *sam, size_t n, struct err *e)
{
	struct proofread *p = sam->proofread;
	size_t got;

	writer_reset(&p->bytes);
	wr_zero(&p->bytes, n);
	if (!writer_ok(&p->bytes))
		return err_set(e, ERR_BACKEND, "no memory for %zu bytes", n);
	return scan_read_at(sam->setup->log_fd, p->at, p->bytes.p, n, &got, e) &&
	    (got == n || err_set(e, ERR_FORMAT, "the file is shorter than it was"));
}

/* From the present place: a slice, and more of it if its first batch is longer. */
static bool
read_slice(const struct sam *sam, struct err *e)
{
	uint64_t left = sam->proofread->end - sam->proofread->at;
	size_t n = left < SLICE ? (size_t)left : SLICE, length;

	if (!read_bytes(sam, n, e))
		return false;
	if (n < BATCH_HEAD || !batch_length(writer_span(&sam->proofread->bytes), &length) ||
	    length > left)
		return err_set(e, ERR_FORMAT, "no batch begins here");
	return length <= n || read_bytes(sam, length, e);
}

static bool
check_slice(const struct sam *sam, struct err *e)
{
	struct proofread *p = sam->proofread;
	struct span rest = writer_span(&p->bytes);
	struct batch_view v;
	size_t used = 1;
	uint64_t bad;
	uint8_t key[32];
	bool good = true;

	seal_log_key(sam->seal, key);
	while (good && rest.n > 0) {
		good = batch_read(rest, &v, &used, e) && (used == 0 ||
		    ((batch_mac_holds(&v, span_of(key, sizeof(key))) ||
		    err_set(e, ERR_FORMAT, "the MAC of the batch is wrong")) &&
		    batch_check(&v, &p->tree, NULL, &bad, e)));
		if (!good || used == 0)
			break;
		p->at += used;
		rest = span_of(rest.p + used, rest.n - used);
	}
	explicit_bzero(key, sizeof(key));
	return good;
}

static void
found(struct sam *sam, const struct err *e, uint64_t now)
{
	struct proofread *p = sam->proofread;

	snprintf(p->finding, sizeof(p->finding), "the log is not as it was written from entry %llu on, "
	    "offset %llu: %.60s", (unsigned long long)p->tree.size, (unsigned long long)p->at, e->text);
	sam_alarm(sam, "log", "%s", p->finding);
	begin_again(p, now + AGAIN_MS);
}

/* Is it what the SAM has in memory? */
static void
finish(struct sam *sam, uint64_t now)
{
	struct proofread *p = sam->proofread;
	uint8_t root[HASH_LEN];
	struct err e = { 0 };

	tree_root(&p->tree, root);
	if (p->size != p->tree.size || memcmp(root, p->root, HASH_LEN) != 0) {
		err_set(&e, ERR_FORMAT, "its root is another than the SAM's");
		found(sam, &e, now);
		return;
	}
	log_info("the log was read over: %llu entries are as they were written",
	    (unsigned long long)p->tree.size);
	p->finding[0] = '\0';
	begin_again(p, now + AGAIN_MS);
}

void
proofread_tick(struct sam *sam, uint64_t now)
{
	struct proofread *p = sam->proofread;
	struct err e = { 0 };

	if (sam->open != SAM_OPEN || now < p->next || journal_failure(sam->journal) != NULL)
		return;
	p->next = now + PAUSE_MS;
	if (p->at == 0) {
		p->end = journal_durable_end(sam->journal);
		p->size = journal_durable(sam->journal, p->root);
	}
	if (p->at == p->end)
		finish(sam, now);
	else if (!read_slice(sam, &e) || !check_slice(sam, &e))
		found(sam, &e, now);
}

int
proofread_wait(const struct sam *sam, uint64_t now)
{
	uint64_t next = sam->proofread->next;

	if (sam->open != SAM_OPEN || journal_failure(sam->journal) != NULL ||
	    next > now + PAUSE_MS)
		return -1;
	return next <= now ? 0 : (int)(next - now);
}

const char *
proofread_finding(const struct proofread *p)
{
	return p->finding;
}
