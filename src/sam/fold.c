/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The fold: what each kind of log entry does to the state. It repeats no check of approvals (they
 * were checked before the entry was written) but refuses what can't follow from the state.
 */
#include "sam/trade.h"

bool
fold_nothing(struct fold *f UNUSED, struct err *e UNUSED)
{
	return true;
}

static bool
fold_head(struct fold *f, struct err *e UNUSED)
{
	f->s->head = f->p->head;
	return true;
}

/* Rows: the first version is 1, the next ones follow without a gap, a record moves the position. */
static bool
row_apply(struct fold *f, enum record_type type, const uint8_t id[ID_LEN], uint32_t version,
    uint8_t state, bool has_record, struct err *e)
{
	struct row *row = index_find(f->s->index, type, id);

	if (row == NULL && (version != 1 || !has_record))
		return fold_impossible(f, "unknown record", e);
	if (row == NULL && (row = index_add(f->s->index, type, id, e)) == NULL)
		return false;
	if (f->position == row_position(row) && row->state != 0)
		return fold_impossible(f, "entry twice", e);
	if (row->state != 0 && version != row->version + (has_record ? 1u : 0u))
		return fold_impossible(f, "version does not follow", e);
	if (state != row->state)
		row->before = row->state;
	row->version = version;
	row->state = state;
	if (has_record)
		row_set_position(row, f->position);
	return true;
}

bool
fold_signer(struct fold *f, struct err *e)
{
	const struct entry_signer *p = &f->p->signer;
	static struct statement st;

	if (!row_apply(f, RECORD_SIGNER, p->id, p->version, p->state, p->record.n > 0, e))
		return false;
	if (p->statement.n > 0) {
		if (!statement_read(p->statement, &st, e))
			return false;
		fold_close_proposal(f->s, st.fresh);
		answers_add(f->s->answers, p->d, f->position);
	}
	return true;
}

bool
fold_key(struct fold *f, struct err *e)
{
	const struct entry_key *p = &f->p->key;

	if (index_find(f->s->index, RECORD_SIGNER, p->owner) == NULL)
		return fold_impossible(f, "key of an unknown signer", e);
	if (p->cause == PURPOSE_CREATE_KEY && !prints_add(f->s->prints, p->detail, e))
		return false;
	if (!row_apply(f, RECORD_KEY, p->id, p->version, p->state, p->record.n > 0, e))
		return false;
	if (purpose_name(p->cause) != NULL)
		answers_add(f->s->answers, p->d, f->position);
	return true;
}

/* The i-th place to look for a reservation: nearly always the first. */
static struct reserved *
reserved_slot(struct state *s, uint64_t sequence, size_t i)
{
	return &s->reserved[(sequence + i) % RESERVED_OPEN_MAX];
}

bool
fold_reserved(struct fold *f, struct err *e)
{
	const struct entry_reserved *p = &f->p->reserved;
	struct row *row = index_find(f->s->index, RECORD_KEY, p->key);
	struct state *s = f->s;

	if (open_session_of_key(s->sessions, p->key) == NULL) {		/* of those the table keeps count */
		if (row == NULL || p->uses != row->uses + p->n)
			return fold_impossible(f, "the key's uses have a gap", e);
		row->uses = p->uses;
	}
	for (size_t i = 0; i < RESERVED_OPEN_MAX; i++) {
		struct reserved *open = reserved_slot(s, f->entry->sequence, i);

		if (open->sequence != 0)
			continue;
		open->sequence = f->entry->sequence;
		memcpy(open->d, p->d, 32);
		memcpy(open->key, p->key, ID_LEN);
		open->exp = p->exp;
		open->position = f->position;
		s->reserved_open++;
		return true;
	}
	return fold_impossible(f, "one open reservation too many", e);
}

bool
fold_outcome(struct fold *f, struct err *e)
{
	const struct entry_outcome *p = &f->p->outcome;
	struct reader r = reader_over(p->items);
	struct outcome_item item;

	for (size_t i = 0; i < RESERVED_OPEN_MAX; i++) {
		struct reserved *open = reserved_slot(f->s, p->reserved, i);

		if (open->sequence != p->reserved || p->reserved == 0)
			continue;
		if (memcmp(open->d, p->d, sizeof(open->d)) != 0 || memcmp(open->key, p->key, ID_LEN) != 0)
			return fold_impossible(f, "outcome of another reservation", e);
		memset(open, 0, sizeof(*open));
		f->s->reserved_open--;
		while (entry_outcome_item(&r, &item))
			f->s->signed_count += item.status == OUTCOME_SIGNED;
		answers_add(f->s->answers, p->d, f->position);
		return true;
	}
	return fold_impossible(f, "outcome without its reservation", e);
}

/* Windows live in the process that opened them: nothing of them is state. */
bool
fold_window(struct fold *f, struct err *e)
{
	const struct entry_window *p = &f->p->window;
	uint8_t d[32];

	window_digest(p, d);
	if (memcmp(d, p->d, sizeof(d)) != 0)
		return fold_impossible(f, "its digest is another", e);
	if (index_find(f->s->index, RECORD_KEY, p->key) == NULL ||
	    index_find(f->s->index, RECORD_SIGNER, p->signer) == NULL)
		return fold_impossible(f, "window of an unknown key", e);
	return true;
}

/* Beside what open_sessions_follow asks, which comes after: it remembers. */
static bool
may_open_session(struct fold *f, struct err *e)
{
	const struct entry_session *p = &f->p->session;

	if (index_find(f->s->index, RECORD_SIGNER, p->signer) == NULL)
		return fold_impossible(f, "session of an unknown signer", e);
	return index_find(f->s->index, RECORD_KEY, p->key) == NULL ||
	    fold_impossible(f, "the key is a long-lived one", e);
}

static bool
fold_refused(struct fold *f, struct err *e UNUSED)
{
	f->s->refused_count++;
	return true;
}

/* What every log has; the rest is the trade's. */
static fold_fn
fold_of(const struct trade *trade, enum entry_kind kind)
{
	static const fold_fn common[ENTRY_KINDS] = {
		[ENTRY_GENESIS] = fold_genesis,
		[ENTRY_START] = fold_nothing,
		[ENTRY_STOP] = fold_nothing,
		[ENTRY_HEAD_SIGNED] = fold_head,
		[ENTRY_PROPOSED] = fold_proposed,
		[ENTRY_ACT] = fold_act,
		[ENTRY_REFUSED] = fold_refused,
		[ENTRY_REFUSALS] = fold_nothing,
		[ENTRY_ALARM] = fold_nothing,
	};

	if (kind >= ENTRY_KINDS)
		return NULL;
	return common[kind] != NULL ? common[kind] : trade->kinds[kind];
}

bool
fold_apply(struct state *s, const struct entry *entry, struct span bytes, uint64_t position,
    struct err *e)
{
	union entry_payload payload;
	const char *why;
	fold_fn fold;
	struct fold f = { .s = s, .entry = entry, .bytes = bytes, .position = position, .p = &payload };

	if (entry->sequence != s->entries)
		return fold_impossible(&f, "out of sequence", e);
	if ((fold = fold_of(s->trade, entry->kind)) == NULL)
		return fold_impossible(&f, "unknown kind", e);
	if (entry->kind != ENTRY_GENESIS && s->entries == 0)
		return fold_impossible(&f, "a log begins with its genesis", e);
	if (!entry_payload_read(entry, &payload, e))
		return false;
	if (entry->kind == ENTRY_SESSION && !may_open_session(&f, e))
		return false;
	if ((why = open_sessions_follow(s->sessions, entry, &payload)) != NULL)
		return fold_impossible(&f, why, e);
	if (!fold(&f, e))
		return false;
	s->entries++;
	s->time = entry->time;
	return true;
}
