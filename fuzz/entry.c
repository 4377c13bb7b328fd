/* SPDX-License-Identifier: Apache-2.0 */
/* Log entries of every kind, their payloads, and the line that people are shown. */
#include "auditor/entry_text.h"
#include "fuzz/fuzz.h"

static void
write_reserved(struct writer *out, const struct entry_reserved *m)
{
	static uint32_t index[USE_ITEMS_MAX];

	for (size_t i = 0; i < m->n; i++)
		index[i] = entry_reserved_index(m, i);
	entry_reserved_write(out, m, index);
}

static void
write_outcome(struct writer *out, const struct entry_outcome *m)
{
	static struct outcome_item item[USE_ITEMS_MAX];
	struct reader r = reader_over(m->items);

	for (size_t i = 0; i < m->n; i++)
		if (!entry_outcome_item(&r, &item[i]))
			bug("an item that was read is not there");
	entry_outcome_write(out, m, item);
}

static void
write_refusals(struct writer *out, const struct entry_refusals *m)
{
	static struct refusals_item item[REFUSALS_MAX];
	struct reader r = reader_over(m->items);

	for (size_t i = 0; i < m->n; i++)
		if (!entry_refusals_item(&r, &item[i]))
			bug("an item that was read is not there");
	entry_refusals_write(out, m, item);
}

static void
payload_write(struct writer *out, enum entry_kind kind, const union entry_payload *p)
{
	switch (kind) {
	case ENTRY_GENESIS:
		return entry_genesis_write(out, &p->genesis);
	case ENTRY_START:
		return entry_start_write(out, &p->start);
	case ENTRY_STOP:
		return entry_stop_write(out, &p->stop);
	case ENTRY_HEAD_SIGNED:
		return entry_head_signed_write(out, &p->head);
	case ENTRY_PROPOSED:
		return entry_proposed_write(out, &p->proposed);
	case ENTRY_ACT:
		return entry_act_write(out, &p->act);
	case ENTRY_SIGNER:
		return entry_signer_write(out, &p->signer);
	case ENTRY_KEY:
		return entry_key_write(out, &p->key);
	case ENTRY_RESERVED:
		return write_reserved(out, &p->reserved);
	case ENTRY_OUTCOME:
		return write_outcome(out, &p->outcome);
	case ENTRY_REFUSED:
		return entry_refused_write(out, &p->refused);
	case ENTRY_REFUSALS:
		return write_refusals(out, &p->refusals);
	case ENTRY_ALARM:
		return entry_alarm_write(out, &p->alarm);
	case ENTRY_WINDOW:
		return entry_window_write(out, &p->window);
	case ENTRY_SESSION:
		return entry_session_write(out, &p->session);
	case ENTRY_SESSION_CERTIFIED:
		return entry_session_certified_write(out, &p->session_certified);
	case ENTRY_SESSION_ENDED:
		return entry_session_ended_write(out, &p->session_ended);
	case ENTRY_TRY:
		return entry_try_write(out, &p->try);
	case ENTRY_TRIED:
		return entry_tried_write(out, &p->tried);
	case ENTRY_GRANTED:
		return entry_granted_write(out, &p->granted);
	case ENTRY_PERSON:
		return entry_person_write(out, &p->person);
	case ENTRY_GRANT_KEY:
		return entry_grant_key_write(out, &p->grant_key);
	}
	bug("an entry of no kind was read");
}

static bool
again(struct span in, struct writer *out, struct err *e)
{
	union entry_payload p;
	char line[ENTRY_LINE];
	struct entry entry;

	if (!entry_read(in, &entry, e) || !entry_payload_read(&entry, &p, e))
		return false;
	entry_head_write(out, entry.sequence, entry.time, entry.kind);
	payload_write(out, entry.kind, &p);
	if (!entry_text(&entry, line, sizeof(line), e))
		bug("an entry that reads has no line");
	return true;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_again(again, span_of(data, size));
	return 0;
}
