/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signers: INVITED -> BOUND -> ACTIVE -> SUSPENDED -> CLOSED. EN 419 241-1 SRC_SA.1.1, annex A.1,
 * A.2; EN 419 241-2 FDP_ACF.1 Signer Creation, Signer Maintenance.
 */
#include "der/name.h"
#include "sam/enact.h"

static void
answer_signer(struct sam *sam, struct act *a, const uint8_t id[ID_LEN], uint32_t version,
    struct span record)
{
	struct msg_enacted m = { .sequence = journal_last(sam->journal), .version = version };

	memcpy(m.id, id, ID_LEN);
	if (record.n > 0)
		m.record[m.n++] = record;
	enacted(sam, a->call, &m);
}

static void
change_signer(struct sam *sam, struct act *a, const uint8_t id[ID_LEN], uint32_t version,
    uint8_t state, struct span record)
{
	struct signer_change change = { .id = id, .version = version, .state = state,
		.cause = a->st.purpose, .d = a->d, .statement = a->m.statement,
		.evidences = a->m.evidences, .record = record };

	log_signer(sam, &change);
}

bool
enact_invite(struct sam *sam, struct act *a, struct err *e)
{
	static const uint8_t none[ID_LEN];
	const struct body_invite *b = &a->st.invite;
	struct signer_record s = { .loa = b->loa, .proofing = b->proofing, .name = b->name };
	AUTO_WRITER sealed = writer_grow(RECORD_MAX);
	uint8_t id[ID_LEN];

	if (memcmp(a->st.subject, none, ID_LEN) != 0)
		return err_why(e, ERR_DENIED, "owner", "the SAM makes a signer's id");
	if (b->loa < sam->state->policy.min_loa)
		return err_why(e, ERR_DENIED, "level", "policy asks for level of assurance %u",
		    sam->state->policy.min_loa);
	if (!name_check(b->name, e))
		return false;
	memcpy(s.evidence, b->evidence, sizeof(s.evidence));
	memcpy(s.code, b->code, sizeof(s.code));
	s.enrolled = journal_size(sam->journal);
	sam_random(sam, id, sizeof(id));
	if (!seal_signer(sam, id, 1, &s, &sealed, e))
		return false;
	change_signer(sam, a, id, 1, SIGNER_INVITED, writer_span(&sealed));
	answer_signer(sam, a, id, 1, writer_span(&sealed));
	return true;
}

static bool
is_from(const struct act *a, struct err *e)
{
	return a->st.signer.from == a->signer->row->version ||
	    err_why(e, ERR_DENIED, "version", "the act changes version %u, current is %u",
	    a->st.signer.from, a->signer->row->version);
}

static bool
set_state(struct sam *sam, struct act *a, uint8_t state)
{
	uint32_t version = a->signer->row->version;

	change_signer(sam, a, a->st.subject, version, state, span_of(NULL, 0));
	answer_signer(sam, a, a->st.subject, version, span_of(NULL, 0));
	return true;
}

bool
enact_suspend(struct sam *sam, struct act *a, struct err *e)
{
	uint8_t state = a->signer->row->state;

	if (!is_from(a, e))
		return false;
	if (state == SIGNER_SUSPENDED || state == SIGNER_CLOSED)
		return err_why(e, ERR_DENIED, "state", "signer is in state %u", state);
	return set_state(sam, a, SIGNER_SUSPENDED);
}

bool
enact_reinstate(struct sam *sam, struct act *a, struct err *e)
{
	if (!is_from(a, e))
		return false;
	if (a->signer->row->state != SIGNER_SUSPENDED)
		return err_why(e, ERR_DENIED, "state", "signer is not suspended");
	return set_state(sam, a, a->signer->row->before);
}

/* A closed signer's keys are destroyed with him. EN 419 241-1 SRG_KM.7.1 */
bool
enact_close(struct sam *sam, struct act *a, struct err *e)
{
	const struct signer_record *s = &a->signer->record;

	if (!is_from(a, e))
		return false;
	if (a->signer->row->state == SIGNER_CLOSED)
		return err_why(e, ERR_DENIED, "state", "signer is closed already");
	for (size_t i = 0; i < s->keys; i++) {
		const struct row *row = index_find(sam->state->index, RECORD_KEY, s->key[i]);
		struct key_change change = { .id = s->key[i], .owner = a->st.subject,
			.state = KEY_DESTROYED, .cause = KEY_CAUSE_OWNER_CLOSED, .d = a->d };

		if (row == NULL || row->state == KEY_DESTROYED)
			continue;
		change.version = row->version;
		log_key(sam, &change);
	}
	return set_state(sam, a, SIGNER_CLOSED);
}
