/* SPDX-License-Identifier: Apache-2.0 */
/*
 * propria-fill: what a credential costs the SAM's memory. Folds a log entry for each of many signers
 * and keys, as the decider does, and compares resident memory before and after.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "crypto/hash.h"
#include "sam/trade.h"

#define RECORD_BYTES	400

static long
resident(void)
{
	long pages = 0;
	FILE *f = fopen("/proc/self/statm", "re");

	if (f == NULL || fscanf(f, "%*d %ld", &pages) != 1)
		pages = 0;
	if (f != NULL)
		fclose(f);
	return pages * sysconf(_SC_PAGESIZE);
}

struct filler {
	struct state	*state;
	uint64_t	 sequence, position;
	struct writer	 bytes;
};

static bool
fold(struct filler *f, enum entry_kind kind, struct err *e)
{
	struct entry entry;

	if (!entry_read(writer_span(&f->bytes), &entry, e) || entry.kind != kind ||
	    !fold_apply(f->state, &entry, writer_span(&f->bytes), f->position, e))
		return false;
	f->position += f->bytes.n + 4;
	f->sequence++;
	return true;
}

static void
begin(struct filler *f, enum entry_kind kind)
{
	writer_reset(&f->bytes);
	entry_head_write(&f->bytes, f->sequence, clock_wall(), kind);
}

static bool
credential(struct filler *f, struct err *e)
{
	static const uint8_t record[RECORD_BYTES];
	struct entry_signer s = { .version = 1, .state = SIGNER_INVITED, .cause = 0x0201,
		.record = span_of(record, sizeof(record)) };
	struct entry_key k = { .version = 1, .state = KEY_NEW, .cause = 0x0301,
		.record = span_of(record, sizeof(record)) };

	random_bytes(s.id, sizeof(s.id));
	random_bytes(k.id, sizeof(k.id));
	random_bytes(k.detail, sizeof(k.detail));
	memcpy(k.owner, s.id, sizeof(k.owner));
	begin(f, ENTRY_SIGNER);
	entry_signer_write(&f->bytes, &s);
	if (!fold(f, ENTRY_SIGNER, e))
		return false;
	begin(f, ENTRY_KEY);
	entry_key_write(&f->bytes, &k);
	return fold(f, ENTRY_KEY, e);
}

static bool
fill(size_t records, struct err *e)
{
	struct filler f = { .bytes = writer_grow(ENTRY_MAX) };
	long before, after;
	double held, n, key;

	if (!crypto_start(e) || (f.state = state_new(&sam_trade, e)) == NULL)
		return false;
	f.sequence = f.state->entries = 1;	/* as if the genesis were there */
	if (!credential(&f, e))
		return false;
	before = resident();
	for (size_t i = 2; i < records; i += 2)
		if (!credential(&f, e))
			return false;
	after = resident();
	n = (double)index_count(f.state->index, RECORD_KEY);
	held = (double)(index_memory(f.state->index) + prints_memory(f.state->prints));
	printf("SAM memory for %zu records: %.0f signers with one key each\n", records, n);
	key = (double)index_memory(f.state->index) / (2 * n) + (double)prints_memory(f.state->prints) / n;
	printf("  per record      %6.1f bytes resident, %6.1f counted by the structures\n",
	    (double)(after - before) / (2 * n), held / (2 * n));
	printf("  per credential  %6.1f bytes resident, %6.1f counted (a key: its row and its print;\n"
	    "                  64 is the limit: %s)\n", key * (double)(after - before) / held, key,
	    key * (double)(after - before) / held < 64 ? "kept" : "MISSED");
	state_free(f.state);
	writer_wipe(&f.bytes);
	return true;
}

int
main(int argc, char **argv)
{
	size_t records = argc > 1 ? strtoul(argv[1], NULL, 10) : 1000000;
	struct err e = { 0 };

	if (records < 2 || !fill(records, &e)) {
		fprintf(stderr, "propria-fill: %s\n", e.text[0] != '\0' ? e.text : "at least 2 records");
		return 1;
	}
	return 0;
}
