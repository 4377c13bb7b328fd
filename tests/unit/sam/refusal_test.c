/* SPDX-License-Identifier: Apache-2.0 */
/* Refusals: written in full up to a bound, counted beyond it, never lost without a trace. */
#include "base/clock.h"
#include "sam/refusal.h"
#include "tests/unit/sam/fake_flusher.h"

struct world {
	struct sam		sam;
	struct fake_flusher	f;
	struct call		call;
};

static struct world *w;

static int
fresh(void **state UNUSED)
{
	struct err e = { 0 };

	w = calloc(1, sizeof(*w));
	fake_flusher_init(&w->f, NULL);
	w->sam.state = w->f.state;
	w->sam.journal = w->f.j;
	w->sam.open = SAM_OPEN;
	w->sam.refusals = refusals_new(&e);
	w->call = (struct call){ .type = SAM_ACTIVATE, .socket = SOCKET_SSA };
	return 0;
}

static int
done(void **state UNUSED)
{
	refusals_free(w->sam.refusals);
	fake_flusher_free(&w->f);
	free(w);
	return 0;
}

static void
refuse(const char *reason)
{
	struct err e = { 0 };

	err_why(&e, ERR_DENIED, reason, "for this test");
	refusal_log(&w->sam, &w->call, &e);
}

/* Entries of a kind in the batch that is flushed now; refusals counted in summaries go to
 * *counted. */
static size_t
entries_of(enum entry_kind kind, uint64_t *counted)
{
	struct batch_view view;
	struct reader r, items;
	union entry_payload p;
	struct refusals_item item;
	struct entry entry;
	struct span bytes;
	struct err e = { 0 };
	size_t n = 0, used;

	journal_flush(w->f.j);
	if (!fake_flusher_asked(&w->f))
		return 0;
	CHECK(batch_read(w->f.request.log, &view, &used, &e));
	r = reader_over(view.entries);
	while (batch_next(&r, &bytes)) {
		CHECK(entry_read(bytes, &entry, &e) && entry_payload_read(&entry, &p, &e));
		n += entry.kind == kind;
		if (entry.kind != ENTRY_REFUSALS)
			continue;
		items = reader_over(p.refusals.items);
		while (entry_refusals_item(&items, &item))
			*counted += item.count;
	}
	fake_flusher_does(&w->f);
	return n;
}

TEST(a_flood_is_written_in_full_to_the_bound_and_counted_beyond_it)
{
	uint64_t counted = 0;
	size_t full;

	CHECK(refusals_wait(&w->sam, clock_life()) == -1);
	for (int i = 0; i < 5000; i++)
		refuse(i % 2 == 0 ? "nonce" : "auth");
	full = entries_of(ENTRY_REFUSED, &counted);
	CHECK(full >= 20 && full <= 40 && counted == 0);	/* a second may have ended meanwhile */
	CHECK(refusals_wait(&w->sam, clock_life()) >= 0);
	refusals_tick(&w->sam, clock_life() + 1001);
	CHECK(entries_of(ENTRY_REFUSALS, &counted) == 1 && full + counted == 5000);
	CHECK(refusals_wait(&w->sam, clock_life()) == -1);
}

TEST(the_next_second_is_written_in_full_again)
{
	uint64_t counted = 0;

	for (int i = 0; i < 50; i++)
		refuse("nonce");
	CHECK(entries_of(ENTRY_REFUSED, &counted) == 20);
	clock_shift(0, 1001);
	refuse("owner");
	CHECK(entries_of(ENTRY_REFUSED, &counted) == 1 && counted == 30);
	clock_shift(0, -1001);
}

TEST(more_reasons_than_there_are_words_do_not_overflow)
{
	uint64_t counted = 0;
	char word[24];

	for (int i = 0; i < 200; i++) {
		snprintf(word, sizeof(word), "%s%d", "reason-of-23-lett-", i);
		refuse(word);
	}
	refusals_tick(&w->sam, clock_life() + 1001);
	CHECK(entries_of(ENTRY_REFUSED, &counted) == 20 && counted == 56);
}

TEST(with_little_room_only_summaries_are_written)
{
	uint64_t counted = 0;
	struct entry_alarm m = { span_str("disk"), span_str("x") };

	w->f.room = 1u << 20;
	entry_alarm_write(journal_begin(w->f.j, ENTRY_ALARM), &m);
	journal_end(w->f.j);
	CHECK(entries_of(ENTRY_ALARM, &counted) == 1);
	for (int i = 0; i < 10; i++)
		refuse("nonce");
	CHECK(entries_of(ENTRY_REFUSED, &counted) == 0);
	refusals_tick(&w->sam, clock_life() + 1001);
	CHECK(entries_of(ENTRY_REFUSALS, &counted) == 1 && counted == 10);
}

TEST(a_closed_sam_writes_nothing)
{
	uint64_t counted = 0;

	w->sam.open = SAM_CLOSED;
	refuse("nonce");
	refusals_tick(&w->sam, clock_life() + 1001);
	CHECK(entries_of(ENTRY_REFUSED, &counted) == 0 && w->f.state->entries == 1);
}

TEST(a_refusal_without_a_reason_is_told_by_its_code)
{
	struct err e = { 0 };
	uint64_t counted = 0;

	err_set(&e, ERR_BACKEND, "no word");
	refusal_log(&w->sam, &w->call, &e);
	CHECK(entries_of(ENTRY_REFUSED, &counted) == 1 && w->f.state->refused_count == 1);
}

static int
start(void **state UNUSED)
{
	struct err e = { 0 };

	return crypto_start(&e) ? 0 : -1;
}

#define WITH_SAM(name) cmocka_unit_test_setup_teardown(name, fresh, done)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_SAM(a_flood_is_written_in_full_to_the_bound_and_counted_beyond_it),
		WITH_SAM(the_next_second_is_written_in_full_again),
		WITH_SAM(more_reasons_than_there_are_words_do_not_overflow),
		WITH_SAM(with_little_room_only_summaries_are_written),
		WITH_SAM(a_closed_sam_writes_nothing),
		WITH_SAM(a_refusal_without_a_reason_is_told_by_its_code),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
