/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Torn or damaged? A power cut leaves a last batch of which some sectors are written and others
 * still zero. So its first sector holds its head as it must be, or nothing; what is behind it
 * reaches no further than one batch; and no other batch of this log begins there.
 */
#include <stdio.h>
#include <stdlib.h>

#include "audit/scan_tail.h"

#define SECTOR		512
#define BLOCK		(1u << 20)
/* A batch begins here: its head, then the length and head of its first entry. */
#define START_LEN	(BATCH_HEAD + 4 + ENTRY_HEAD)

struct tail {
	uint64_t	next;		/* no batch in the tail starts before this entry */
	uint64_t	beyond;		/* offset after the last byte that is not zero, or 0 */
	uint64_t	other;		/* offset of another batch's start, or 0 */
};

static bool
damaged(struct scan_end *end, const char *why)
{
	end->how = SCAN_DAMAGED;
	snprintf(end->why, sizeof(end->why), "%s", why);
	return true;
}

static bool
all_zero(const uint8_t *p, size_t n)
{
	return n == 0 || (p[0] == 0 && memcmp(p, p + 1, n - 1) == 0);
}

/* Would a batch that belongs somewhere behind entry `next` begin like this? */
static bool
starts_batch(struct span at, uint64_t next)
{
	struct reader r = reader_over(at);
	struct span skipped, head;
	struct entry entry;
	size_t length, n;
	uint64_t first;

	if (!batch_length(at, &length) || !rd_take(&r, 4, &skipped) || !rd_u64(&r, &first) ||
	    first < next || !rd_take(&r, BATCH_HEAD - 12, &skipped))
		return false;
	return rd_count32(&r, ENTRY_HEAD, ENTRY_MAX, &n) && rd_take(&r, ENTRY_HEAD, &head) &&
	    entry_read(head, &entry, NULL) && entry.sequence == first;
}

static void
look(struct tail *t, struct span block, uint64_t at, size_t fresh)
{
	const uint8_t *p = block.p, *last = block.p + block.n;

	for (size_t n = block.n; n > 0 && t->beyond < at + block.n; n--)
		if (block.p[n - 1] != 0) {
			t->beyond = at + n > t->beyond ? at + n : t->beyond;
			break;
		}
	while (t->other == 0 && p < block.p + fresh &&
	    (p = memmem(p, (size_t)(last - p), "PRLB", 4)) != NULL) {
		if (starts_batch(span_of(p, (size_t)(last - p)), t->next))
			t->other = at + (uint64_t)(p - block.p);
		p++;
	}
}

/* Reads on to the end of the file, in blocks that overlap by what a batch's start takes. */
static bool
walk(int fd, uint64_t at, struct tail *t, struct err *e)
{
	uint8_t *block = malloc(BLOCK + START_LEN);
	size_t got = 1;
	bool ok = block != NULL || err_set(e, ERR_BACKEND, "no memory to read the log");

	for (; ok && got > 0; at += BLOCK) {
		ok = scan_read_at(fd, at, block, BLOCK + START_LEN, &got, e);
		if (ok && !all_zero(block, got))
			look(t, span_of(block, got), at, got < BLOCK ? got : BLOCK);
	}
	free(block);
	return ok;
}

/* How many bytes of a head can be the head of the batch that has to come here. */
static size_t
right_head(const uint8_t *p, size_t n, const struct tree *tree)
{
	uint8_t want[BATCH_HEAD];
	struct writer w = writer_over(want, sizeof(want));
	size_t i = 0;

	wr_bytes(&w, "PRLB", 4);
	wr_u64(&w, tree->size);
	wr_zero(&w, 8);			/* count and bytes: any */
	batch_previous(tree, want + 20);
	while (i < n && i < BATCH_HEAD && ((i >= 12 && i < 20) || p[i] == want[i]))
		i++;
	return i;
}

/* Where the head stops being right, its sector must not have been written any further. */
static bool
head_can_be_torn(const uint8_t *p, size_t n, uint64_t offset, size_t right)
{
	size_t end = (size_t)((offset + right) / SECTOR * SECTOR + SECTOR - offset);

	return right >= BATCH_HEAD || right >= n ||
	    all_zero(p + right, (end < n ? end : n) - right);
}

bool
scan_tail(int fd, const struct tree *tree, struct scan_end *end, struct err *e)
{
	struct tail t = { .next = tree->size };
	uint64_t reach = end->offset + BATCH_MAX;
	uint8_t head[2 * SECTOR];
	size_t n, right, length;

	end->sequence = tree->size;
	if (!scan_read_at(fd, end->offset, head, sizeof(head), &n, e) ||
	    !walk(fd, end->offset + 1, &t, e))
		return false;
	if (t.beyond == 0 && (n == 0 || head[0] == 0)) {
		end->how = SCAN_CLEAN;
		return true;
	}
	right = right_head(head, n, tree);
	if (!head_can_be_torn(head, n, end->offset, right))
		return damaged(end, "what is here is not the batch that follows");
	if (t.other != 0)
		return damaged(end, "this batch is not whole, but later ones are there");
	if (right == BATCH_HEAD && batch_length(span_of(head, n), &length))
		reach = end->offset + length;
	else if (right == BATCH_HEAD && t.beyond > end->offset + 20)
		return damaged(end, "the head of this batch is out of its bounds");
	if (t.beyond > reach)
		return damaged(end, "this batch is not whole, but there are bytes behind it");
	end->how = SCAN_TORN;
	snprintf(end->why, sizeof(end->why), "the last batch was not written to its end");
	return true;
}
