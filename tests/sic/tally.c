/* SPDX-License-Identifier: Apache-2.0 */
/* Counting the log. */
#include <unistd.h>

#include "tests/sic/tally.h"
#include "tests/test.h"

static void
count_reason(struct tally *t, struct span word, uint64_t n)
{
	size_t i = 0;

	while (i < t->n && !span_equal(span_str(t->reason[i].word), word))
		i++;
	CHECK(i < TALLY_REASONS && word.n < sizeof(t->reason[i].word));
	if (i == t->n) {
		t->n++;
		memcpy(t->reason[i].word, word.p, word.n);
	}
	t->reason[i].count += n;
	t->refused += n;
}

static void
count_entry(struct tally *t, struct span bytes)
{
	union entry_payload p;
	struct outcome_item item;
	struct refusals_item refusals;
	struct err e = { 0 };
	struct reader items;
	struct entry entry;

	CHECK(entry_read(bytes, &entry, &e) && entry_payload_read(&entry, &p, &e));
	CHECK(entry.sequence == t->entries);
	t->entries++;
	t->kind[entry.kind]++;
	t->last_kind = entry.kind;
	if (entry.kind == ENTRY_REFUSED)
		count_reason(t, p.refused.reason, 1);
	if (entry.kind == ENTRY_REFUSALS) {
		items = reader_over(p.refusals.items);
		while (entry_refusals_item(&items, &refusals))
			count_reason(t, refusals.reason, refusals.count);
	}
	if (entry.kind == ENTRY_SESSION_ENDED)
		t->ended[p.session_ended.why]++;
	if (entry.kind == ENTRY_OUTCOME) {
		items = reader_over(p.outcome.items);
		while (entry_outcome_item(&items, &item))
			t->signatures += item.status == OUTCOME_SIGNED;
	}
}

/* Whole batches only; the rest is asked for again. */
static void
take_batches(struct tally *t, struct span bytes)
{
	struct batch_view batch;
	struct err e = { 0 };
	size_t used = 1;

	while (bytes.n > 0) {
		struct reader entries;
		struct span one;

		CHECK(batch_read(bytes, &batch, &used, &e));
		if (used == 0)
			return;
		entries = reader_over(batch.entries);
		while (batch_next(&entries, &one))
			count_entry(t, one);
		t->offset += used;
		bytes = span_of(bytes.p + used, bytes.n - used);
	}
}

void
tally_read(struct tally *t, const struct group *g)
{
	uint64_t size = group_status(g).size;

	while (t->entries < size) {
		AUTO_WRITER answer = writer_grow(FRAME_MAX);
		uint8_t mem[16];
		struct writer w = writer_over(mem, sizeof(mem));
		struct msg_follow m = { t->offset, ONLY_READS };
		struct msg_followed followed;
		struct err e = { 0 };
		struct reader r;

		msg_follow_write(&w, &m);
		assert_string_equal(ask(g->officers, SAM_FOLLOW, writer_span(&w), &answer), "");
		r = reader_over(writer_span(&answer));
		CHECK(msg_followed_read(&r, &followed, &e));
		take_batches(t, followed.bytes);
	}
}

uint64_t
tally_of(const struct tally *t, const char *reason)
{
	for (size_t i = 0; i < t->n; i++)
		if (strcmp(t->reason[i].word, reason) == 0)
			return t->reason[i].count;
	return 0;
}
