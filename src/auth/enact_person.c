/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Persons: ADMITTED -> ACTIVE -> CLOSED. Who comes anew is another person: new factors never open
 * what old ones opened. PROTOCOL.sam 9.1; EN 419 241-1 SRG_M.1.5, SRA_SAP.1.1; finding C4.
 */
#include "auth/person_record.h"
#include "sam/peer.h"

static void
answer_person_act(struct sam *sam, struct call *c, const uint8_t id[ID_LEN], uint32_t version,
    struct span record)
{
	struct msg_enacted m = { .sequence = journal_last(sam->journal), .version = version,
		.n = record.n > 0 };

	memcpy(m.id, id, ID_LEN);
	m.record[0] = record;
	enacted(sam, c, &m);
}

bool
enact_admit(struct sam *sam, struct act *a, struct err *e)
{
	const struct body_admit *b = &a->st.admit;
	static const uint8_t none[ID_LEN];
	AUTO_WRITER record = writer_grow(RECORD_MAX);
	struct person_record m = { .name = b->name, .admitted = journal_size(sam->journal) };
	struct person_change change = { .version = 1, .state = PERSON_ADMITTED, .cause = PURPOSE_ADMIT,
		.d = a->d, .statement = a->m.statement, .evidences = a->m.evidences };
	uint8_t id[32];

	if (memcmp(a->st.subject, none, ID_LEN) != 0)
		return err_why(e, ERR_DENIED, "owner", "ADMIT makes the person, and names none");
	if (memcmp(b->signer, none, ID_LEN) == 0)
		return err_why(e, ERR_DENIED, "owner", "ADMIT names a signer");
	if (state_peer_key(sam->state, PEER_SAM, b->peer, 0) == NULL)
		return err_why(e, ERR_DENIED, "peer", "no peer has this group");
	sam_random(sam, id, sizeof(id));
	memcpy(m.peer, b->peer, GROUP_LEN);
	memcpy(m.signer, b->signer, ID_LEN);
	memcpy(m.evidence, b->evidence, sizeof(m.evidence));
	memcpy(m.code, b->code, sizeof(m.code));
	if (!seal_person(sam, id, 1, &m, &record, e))
		return false;
	change.id = id;
	change.record = writer_span(&record);
	log_person(sam, &change);
	answer_person_act(sam, a->call, id, 1, change.record);
	return true;
}

/* UNLOCK and DISMISS leave the record as it is. */
static bool
state_set(struct sam *sam, struct act *a, uint8_t state, struct err *e)
{
	const struct person *row = persons_find(auth_persons(sam), a->st.subject);
	struct person_change change = { .id = a->st.subject, .state = state, .cause = a->st.purpose,
		.d = a->d, .statement = a->m.statement, .evidences = a->m.evidences };

	if (row == NULL)
		return err_why(e, ERR_DENIED, "owner", "no such person");
	if (a->st.signer.from != row->version)
		return err_why(e, ERR_DENIED, "version", "the act changes version %u, current is %u",
		    a->st.signer.from, row->version);
	change.version = row->version;
	log_person(sam, &change);
	answer_person_act(sam, a->call, a->st.subject, change.version, span_of(NULL, 0));
	return true;
}

static bool
person_is_in(const struct sam *sam, const struct act *a, unsigned states, struct err *e)
{
	const struct person *row = persons_find(auth_persons(sam), a->st.subject);

	return row == NULL || (states >> row->state & 1) != 0 ||
	    err_why(e, ERR_DENIED, "state", "person is in state %u", row->state);
}

bool
enact_unlock(struct sam *sam, struct act *a, struct err *e)
{
	return person_is_in(sam, a, 1u << PERSON_ACTIVE, e) && state_set(sam, a, PERSON_ACTIVE, e);
}

bool
enact_dismiss(struct sam *sam, struct act *a, struct err *e)
{
	return person_is_in(sam, a, 1u << PERSON_ADMITTED | 1u << PERSON_ACTIVE, e) &&
	    state_set(sam, a, PERSON_CLOSED, e);
}

/* A statement that is in force already, sent again because its answer got lost. Finding H5. */
bool
person_enacted_before(struct sam *sam, struct act *a)
{
	AUTO_WRITER bytes = writer_grow(ENTRY_MAX);
	struct msg_enacted m = { .version = 0 };
	uint64_t cursor = 0, position;
	union entry_payload p;
	struct entry entry;
	struct err e = { 0 };
	uint8_t print[HASH_LEN];

	/* The youngest comes first: of NEW_GRANT_KEY the key, not the act before it. */
	while (sam->journal != NULL && answers_next(sam->state->answers, a->d, &cursor, &position)) {
		if (!journal_read(sam->journal, position, &bytes, &entry, &e) ||
		    !entry_payload_read(&entry, &p, &e))
			continue;
		m.sequence = entry.sequence;
		memcpy(m.id, a->d, ID_LEN);
		if (entry.kind == ENTRY_PERSON) {
			m.version = p.person.version;
			memcpy(m.id, p.person.id, ID_LEN);
			m.record[0] = p.person.record;
			m.n = p.person.record.n > 0;
		} else if (entry.kind == ENTRY_GRANT_KEY) {
			m.version = 1;
			sha256(p.grant_key.spki, print);
			memcpy(m.id, print, ID_LEN);
		} else if (entry.kind != ENTRY_ACT) {
			continue;
		}
		enacted(sam, a->call, &m);
		return true;
	}
	return false;
}

bool
answer_person(struct sam *sam, struct call *c, struct reader *r, struct err *e)
{
	AUTO_WRITER sealed = writer_grow(RECORD_MAX), w = writer_grow(RECORD_MAX + 64);
	const struct person *row;
	struct msg_record answer;
	struct msg_object m;

	if (!msg_object_read(r, &m, e))
		return false;
	memcpy(c->signer, m.id, ID_LEN);
	if (m.type != RECORD_PERSON || (row = persons_find(auth_persons(sam), m.id)) == NULL)
		return err_why(e, ERR_MISSING, "owner", "no such record");
	if (!person_from_log(sam, row, &sealed, e))
		return false;
	answer = (struct msg_record){ row->version, row->state == PERSON_ACTIVE && person_is_locked(row) ?
		PERSON_LOCKED : row->state, writer_span(&sealed) };
	msg_record_write(&w, &answer);
	call_answer(sam, c, &w);
	return true;
}
