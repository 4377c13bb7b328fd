/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The fold: what each kind of log entry does to the state. It repeats no check of approvals (they
 * were checked before the entry was written) but refuses what can't follow from the state.
 */
#include "sam/state.h"
#include "statement/statement.h"

struct fold {
	struct state		*s;
	const struct entry	*entry;
	struct span		 bytes;
	uint64_t		 position;
	union entry_payload	*p;
};

static bool
impossible(const struct fold *f, const char *why, struct err *e)
{
	return err_set(e, ERR_FORMAT, "log entry %llu (%s): %s",
	    (unsigned long long)f->entry->sequence, entry_kind_name(f->entry->kind), why);
}

static bool
officer_add(struct fold *f, const uint8_t id[ID_LEN], uint8_t role, uint8_t type,
    struct span person, struct span spki, struct err *e)
{
	struct state *s = f->s;
	struct officer *o = &s->officer[s->officers];

	if (s->officers == OFFICERS_MAX || person.n > sizeof(o->person) || spki.n > sizeof(o->spki))
		return impossible(f, "one officer too many", e);
	memcpy(o->id, id, ID_LEN);
	o->role = role;
	o->type = type;
	o->spki_len = spki.n;
	o->person_len = person.n;
	memcpy(o->person, person.p, person.n);
	memcpy(o->spki, spki.p, spki.n);
	s->officers++;
	return true;
}

static bool
fold_genesis(struct fold *f, struct err *e)
{
	struct state *s = f->s;
	struct genesis g;

	if (s->entries != 0)
		return impossible(f, "not at the start of the log", e);
	if (!genesis_read(f->p->genesis.genesis, &g, e))
		return false;
	genesis_group(f->p->genesis.genesis, s->group);
	s->epoch = 1;
	s->policy = g.policy;
	if (!relying_party_init(&s->rp, g.origin, g.service))
		return impossible(f, "origins", e);
	memcpy(s->kek, g.kek, ID_LEN);
	memcpy(s->hmac, g.hmac, ID_LEN);
	memcpy(s->log_key, g.log.p, sizeof(s->log_key));
	memcpy(s->attestation_key, g.attest.p, sizeof(s->attestation_key));
	for (size_t i = 0; i < g.n; i++)
		if (!officer_add(f, g.officer[i].id, g.officer[i].card.role, g.officer[i].card.type,
		    g.officer[i].card.person, g.officer[i].card.spki, e))
			return false;
	return true;
}

static bool
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

static bool
fold_proposed(struct fold *f, struct err *e)
{
	struct proposal *oldest = NULL;

	for (size_t i = 0; i < PROPOSALS_MAX; i++) {
		struct proposal *p = &f->s->proposal[i];

		if (p->expires < f->entry->time) {	/* free, or out of date */
			oldest = p;
			break;
		}
	}
	if (oldest == NULL)
		return impossible(f, "one proposal too many", e);
	tree_leaf(f->bytes, oldest->id);
	oldest->purpose = f->p->proposed.purpose;
	memcpy(oldest->subject, f->p->proposed.subject, ID_LEN);
	memcpy(oldest->body, f->p->proposed.body, 32);
	oldest->expires = f->p->proposed.expires;
	return true;
}

static void
proposal_close(struct state *s, const uint8_t fresh[FRESH_LEN])
{
	struct proposal *p = state_proposal(s, fresh);

	if (p != NULL)
		memset(p, 0, sizeof(*p));
}

static bool
anchor_add(struct fold *f, const struct body_add_anchor *b, struct err *e)
{
	struct state *s = f->s;
	struct trust_anchor *a = &s->anchor[s->anchors];

	if (s->anchors == ANCHORS_MAX || b->spki.n > sizeof(a->spki) ||
	    b->issuer.n > sizeof(a->issuer) || b->label.n > sizeof(a->label) ||
	    b->policy.n > sizeof(a->policy) || b->added.n > sizeof(a->added) ||
	    alg_find(b->alg) == NULL)
		return impossible(f, "one trust anchor too many", e);
	anchor_id(b, a->id);
	a->alg = b->alg;
	a->spki_len = b->spki.n;
	memcpy(a->spki, b->spki.p, b->spki.n);
	a->issuer_len = b->issuer.n;
	memcpy(a->issuer, b->issuer.p, b->issuer.n);
	a->label_len = b->label.n;
	memcpy(a->label, b->label.p, b->label.n);
	a->max_days = b->max_days;
	a->usage = b->usage;
	memcpy(a->profile, b->profile, sizeof(a->profile));
	a->rules = b->rules;
	a->policy_len = b->policy.n;
	memcpy(a->policy, b->policy.p, b->policy.n);
	a->added_len = b->added.n;
	memcpy(a->added, b->added.p, b->added.n);
	s->anchors++;
	return true;
}

static bool
anchor_remove(struct fold *f, const uint8_t id[32], struct err *e)
{
	struct state *s = f->s;

	for (size_t i = 0; i < s->anchors; i++)
		if (memcmp(s->anchor[i].id, id, 32) == 0) {
			s->anchor[i] = s->anchor[--s->anchors];
			return true;
		}
	return impossible(f, "no such trust anchor", e);
}

static bool
officer_remove(struct fold *f, const uint8_t id[ID_LEN], struct err *e)
{
	struct state *s = f->s;

	for (size_t i = 0; i < s->officers; i++)
		if (memcmp(s->officer[i].id, id, ID_LEN) == 0) {
			s->officer[i] = s->officer[--s->officers];
			return true;
		}
	return impossible(f, "no such officer", e);
}

/* The id of an officer who came later: the first bytes of the act's digest. */
static bool
act_apply(struct fold *f, const struct statement *st, const uint8_t d[32], struct err *e)
{
	struct reader r = reader_over(span_of(st->policy, POLICY_LEN));

	switch (st->purpose) {
	case PURPOSE_ADD_ANCHOR:
		return anchor_add(f, &st->add_anchor, e);
	case PURPOSE_REMOVE_ANCHOR:
		return anchor_remove(f, st->remove_anchor, e);
	case PURPOSE_ADD_OFFICER:
		return officer_add(f, d, st->add_officer.role, st->add_officer.type,
		    st->add_officer.person, st->add_officer.spki, e);
	case PURPOSE_REMOVE_OFFICER:
		return officer_remove(f, st->remove_officer, e);
	case PURPOSE_SET_POLICY:
		return policy_read(&r, &f->s->policy, e);
	case PURPOSE_RESUME:	/* past the anchor's, for this log may be older than a RESUME */
		if (f->s->epoch < st->resume.epoch)
			f->s->epoch = st->resume.epoch;
		f->s->epoch++;
		return true;
	default:
		return impossible(f, "not an officers' act", e);
	}
}

static bool
fold_act(struct fold *f, struct err *e)
{
	static struct statement st;	/* large; the fold runs in one place at a time */
	uint8_t d[32];

	if (!statement_read(f->p->act.statement, &st, e))
		return false;
	statement_digest(f->p->act.statement, d);
	if (!act_apply(f, &st, d, e))
		return false;
	proposal_close(f->s, st.fresh);
	answers_add(f->s->answers, d, f->position);
	return true;
}

/* Rows: the first version is 1, the next ones follow without a gap, a record moves the position. */
static bool
row_apply(struct fold *f, enum record_type type, const uint8_t id[ID_LEN], uint32_t version,
    uint8_t state, bool has_record, struct err *e)
{
	struct row *row = index_find(f->s->index, type, id);

	if (row == NULL && (version != 1 || !has_record))
		return impossible(f, "unknown record", e);
	if (row == NULL && (row = index_add(f->s->index, type, id, e)) == NULL)
		return false;
	if (f->position == row_position(row) && row->state != 0)
		return impossible(f, "entry twice", e);
	if (row->state != 0 && version != row->version + (has_record ? 1u : 0u))
		return impossible(f, "version does not follow", e);
	if (state != row->state)
		row->before = row->state;
	row->version = version;
	row->state = state;
	if (has_record)
		row_set_position(row, f->position);
	return true;
}

static bool
fold_signer(struct fold *f, struct err *e)
{
	const struct entry_signer *p = &f->p->signer;
	static struct statement st;

	if (!row_apply(f, RECORD_SIGNER, p->id, p->version, p->state, p->record.n > 0, e))
		return false;
	if (p->statement.n > 0) {
		if (!statement_read(p->statement, &st, e))
			return false;
		proposal_close(f->s, st.fresh);
		answers_add(f->s->answers, p->d, f->position);
	}
	return true;
}

static bool
fold_key(struct fold *f, struct err *e)
{
	const struct entry_key *p = &f->p->key;

	if (index_find(f->s->index, RECORD_SIGNER, p->owner) == NULL)
		return impossible(f, "key of an unknown signer", e);
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

static bool
fold_reserved(struct fold *f, struct err *e)
{
	const struct entry_reserved *p = &f->p->reserved;
	struct row *row = index_find(f->s->index, RECORD_KEY, p->key);
	struct state *s = f->s;

	if (open_session_of_key(s->sessions, p->key) == NULL) {		/* of those the table keeps count */
		if (row == NULL || p->uses != row->uses + p->n)
			return impossible(f, "the key's uses have a gap", e);
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
	return impossible(f, "one open reservation too many", e);
}

static bool
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
			return impossible(f, "outcome of another reservation", e);
		memset(open, 0, sizeof(*open));
		f->s->reserved_open--;
		while (entry_outcome_item(&r, &item))
			f->s->signed_count += item.status == OUTCOME_SIGNED;
		answers_add(f->s->answers, p->d, f->position);
		return true;
	}
	return impossible(f, "outcome without its reservation", e);
}

/* Windows live in the process that opened them: nothing of them is state. */
static bool
fold_window(struct fold *f, struct err *e)
{
	const struct entry_window *p = &f->p->window;
	uint8_t d[32];

	window_digest(p, d);
	if (memcmp(d, p->d, sizeof(d)) != 0)
		return impossible(f, "its digest is another", e);
	if (index_find(f->s->index, RECORD_KEY, p->key) == NULL ||
	    index_find(f->s->index, RECORD_SIGNER, p->signer) == NULL)
		return impossible(f, "window of an unknown key", e);
	return true;
}

/* Sessions of one-time keys: open_sessions_follow has seen each entry before. */
static bool
fold_session(struct fold *f, struct err *e)
{
	const struct entry_session *p = &f->p->session;

	if (index_find(f->s->index, RECORD_SIGNER, p->signer) == NULL)
		return impossible(f, "session of an unknown signer", e);
	return index_find(f->s->index, RECORD_KEY, p->key) == NULL ||
	    impossible(f, "the key is a long-lived one", e);
}

static bool
fold_refused(struct fold *f, struct err *e UNUSED)
{
	f->s->refused_count++;
	return true;
}

bool
fold_apply(struct state *s, const struct entry *entry, struct span bytes, uint64_t position,
    struct err *e)
{
	static bool (*const kinds[ENTRY_KINDS])(struct fold *, struct err *) = {
		[ENTRY_GENESIS] = fold_genesis,
		[ENTRY_START] = fold_nothing,
		[ENTRY_STOP] = fold_nothing,
		[ENTRY_HEAD_SIGNED] = fold_head,
		[ENTRY_PROPOSED] = fold_proposed,
		[ENTRY_ACT] = fold_act,
		[ENTRY_SIGNER] = fold_signer,
		[ENTRY_KEY] = fold_key,
		[ENTRY_RESERVED] = fold_reserved,
		[ENTRY_OUTCOME] = fold_outcome,
		[ENTRY_REFUSED] = fold_refused,
		[ENTRY_REFUSALS] = fold_nothing,
		[ENTRY_ALARM] = fold_nothing,
		[ENTRY_WINDOW] = fold_window,
		[ENTRY_SESSION] = fold_session,
		[ENTRY_SESSION_CERTIFIED] = fold_nothing,
		[ENTRY_SESSION_ENDED] = fold_nothing,
	};
	union entry_payload payload;
	const char *why;
	struct fold f = { .s = s, .entry = entry, .bytes = bytes, .position = position, .p = &payload };

	if (entry->sequence != s->entries)
		return impossible(&f, "out of sequence", e);
	if (entry->kind >= ENTRY_KINDS || kinds[entry->kind] == NULL)
		return impossible(&f, "unknown kind", e);
	if (entry->kind != ENTRY_GENESIS && s->entries == 0)
		return impossible(&f, "a log begins with its genesis", e);
	if (!entry_payload_read(entry, &payload, e))
		return false;
	if ((why = open_sessions_follow(s->sessions, entry, &payload)) != NULL)
		return impossible(&f, why, e);
	if (!kinds[entry->kind](&f, e))
		return false;
	s->entries++;
	s->time = entry->time;
	return true;
}
