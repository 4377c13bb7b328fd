/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A signer's authenticators: the first by the enrolment code, others by those that are there.
 * EN 419 241-1 SRC_SA.1.1, annex A.2; EN 419 241-2 FDP_ACF.1 Signer Maintenance.
 */
#include "base/clock.h"
#include "crypto/verify.h"
#include "sam/enact.h"
#include "sam/approval.h"
#include "sam/passkey.h"
#include "sam/peer.h"
#include "sam/provider.h"

/*
 * The code was good, but it had been used: two SICs hold it, and one of them is not the signer's.
 * Whoever came first may be the wrong one, so nobody signs until an officer has looked.
 */
static bool
code_used_twice(struct sam *sam, struct act *a, struct err *e)
{
	const struct row *row = a->signer->row;

	if (row->state == SIGNER_BOUND || row->state == SIGNER_ACTIVE) {
		struct signer_change change = { .id = a->st.subject, .version = row->version,
			.state = SIGNER_SUSPENDED, .cause = a->st.purpose, .d = a->d,
			.statement = a->m.statement, .evidences = a->m.evidences };

		log_signer(sam, &change);
		sam_alarm(sam, "enrolment", "an enrolment code was used twice; signer suspended");
	}
	return err_why(e, ERR_DENIED, "state", "the enrolment code is used");
}

/* Two approvals of different authenticators must not be two of one key. */
static bool
is_another(const struct signer_record *s, const struct authenticator *new, struct err *e)
{
	for (size_t i = 0; i < s->authenticators; i++) {
		const struct authenticator *a = &s->authenticator[i];

		if ((a->spki.n > 0 && span_equal(a->spki, new->spki)) ||
		    (a->credential.n > 0 && span_equal(a->credential, new->credential)))
			return err_why(e, ERR_DENIED, "auth", "this authenticator is the signer's already");
	}
	return true;
}

static bool
may_be_authenticator(const struct sam *sam, const struct authenticator *a, struct err *e)
{
	struct span spki = a->spki;
	enum passkey_kind kind;

	if (a->type == EVIDENCE_MODULE && state_peer_key(sam->state, PEER_MODULE, a->credential.p, 0) == NULL)
		return err_why(e, ERR_DENIED, "peer", "the authentication module is no peer of this group");
	if (spki.n == 0)		/* who vouches for a person has none */
		return true;
	if (!passkey_kind(spki, &kind))
		return err_why(e, ERR_DENIED, "auth", "the new authenticator's key is malformed");
	if (state_is_officer_key(sam->state, spki))
		return err_why(e, ERR_DENIED, "auth", "an officer's key is no signer's authenticator");
	if (prints_has(sam->state->prints, spki))
		return err_why(e, ERR_DENIED, "auth", "a signing key of the group is no authenticator");
	return true;
}

/* Whom the token that approved this named, at the issuer that the statement names. */
static struct span
link_of(const struct act *a, uint8_t room[PROVIDER_LINK_MAX])
{
	struct writer w = writer_over(room, PROVIDER_LINK_MAX);

	provider_link_write(&w, a->st.bind.attestation, span_of(a->approved.sub, a->approved.sub_len));
	if (!writer_ok(&w))
		bug("a link over its bounds");
	return writer_span(&w);
}

/* Puts it behind those that are there: bound_id in enacted.c relies on it. */
static bool
authenticator_enter(struct sam *sam, struct act *a, uint8_t state, struct err *e)
{
	struct signer_record s = a->signer->record;
	struct authenticator *new = &s.authenticator[s.authenticators];
	uint32_t version = a->signer->row->version + 1;
	AUTO_WRITER sealed = writer_grow(RECORD_MAX);
	uint8_t link[PROVIDER_LINK_MAX];
	struct msg_enacted m = { .version = version, .n = 1 };
	struct signer_change change = { .id = a->st.subject, .version = version, .state = state,
		.cause = a->st.purpose, .d = a->d, .statement = a->m.statement,
		.evidences = a->m.evidences };

	if (a->st.bind.from != a->signer->row->version)
		return err_why(e, ERR_DENIED, "version", "the act changes version %u, current is %u",
		    a->st.bind.from, a->signer->row->version);
	if (s.authenticators == AUTHENTICATORS_MAX)
		return err_why(e, ERR_DENIED, "limit", "%d authenticators are the most",
		    AUTHENTICATORS_MAX);
	if (!new_authenticator(sam->state, &a->st, new, e))
		return false;
	if (new->type == EVIDENCE_PROVIDER)
		new->credential = link_of(a, link);
	if (!may_be_authenticator(sam, new, e) || !is_another(&s, new, e))
		return false;
	new->bound = clock_wall();
	sam_random(sam, new->id, sizeof(new->id));
	s.authenticators++;
	if (!seal_signer(sam, a->st.subject, version, &s, &sealed, e))
		return false;
	change.record = writer_span(&sealed);
	log_signer(sam, &change);
	m.sequence = journal_last(sam->journal);
	memcpy(m.id, new->id, ID_LEN);		/* the authenticator's: the SIC must name it from now on */
	m.record[0] = writer_span(&sealed);
	enacted(sam, a->call, &m);
	return true;
}

bool
enact_bind(struct sam *sam, struct act *a, struct err *e)
{
	if (a->signer->row->state != SIGNER_INVITED)
		return code_used_twice(sam, a, e);
	return authenticator_enter(sam, a, SIGNER_BOUND, e);
}

static bool
signer_lives(const struct act *a, struct err *e)
{
	uint8_t state = a->signer->row->state;

	return state == SIGNER_BOUND || state == SIGNER_ACTIVE ||
	    err_why(e, ERR_DENIED, "state", "signer is in state %u", state);
}

bool
enact_add_authenticator(struct sam *sam, struct act *a, struct err *e)
{
	return signer_lives(a, e) && authenticator_enter(sam, a, a->signer->row->state, e);
}

/* As many stay as the strictest key asks for: nobody locks himself out. */
static bool
enough_stay(const struct sam *sam, const struct act *a, struct err *e)
{
	size_t needed = approvals_needed(sam->state, &a->signer->record, &a->st);

	return a->signer->record.authenticators > needed || err_why(e, ERR_DENIED, "quorum",
	    "%zu authenticators must stay; add another one first", needed);
}

/* A key that was born with it could never be used again. */
static bool
no_key_needs(const struct sam *sam, const struct signer_record *s, const uint8_t id[ID_LEN],
    struct err *e)
{
	for (size_t i = 0; i < s->keys; i++) {
		const struct row *row = index_find(sam->state->index, RECORD_KEY, s->key[i]);

		if (row != NULL && row->state != KEY_DESTROYED && memcmp(s->with[i], id, ID_LEN) == 0)
			return err_why(e, ERR_DENIED, "state", "a key was made with this authenticator: "
			    "destroy it first");
	}
	return true;
}

bool
enact_remove_authenticator(struct sam *sam, struct act *a, struct err *e)
{
	const struct body_remove_authenticator *b = &a->st.remove_authenticator;
	struct signer_record s = a->signer->record;
	uint32_t version = a->signer->row->version + 1;
	AUTO_WRITER sealed = writer_grow(RECORD_MAX);
	struct msg_enacted m = { .version = version, .n = 1 };
	struct signer_change change = { .id = a->st.subject, .version = version,
		.state = a->signer->row->state, .cause = a->st.purpose, .d = a->d,
		.statement = a->m.statement, .evidences = a->m.evidences };
	size_t at = 0;

	if (!signer_lives(a, e))
		return false;
	if (b->from != a->signer->row->version)
		return err_why(e, ERR_DENIED, "version", "the act changes version %u, current is %u",
		    b->from, a->signer->row->version);
	while (at < s.authenticators && memcmp(s.authenticator[at].id, b->authenticator, ID_LEN) != 0)
		at++;
	if (at == s.authenticators)
		return err_why(e, ERR_DENIED, "owner", "the authenticator is not this signer's");
	if (!enough_stay(sam, a, e) || !no_key_needs(sam, &s, b->authenticator, e))
		return false;
	s.authenticators--;
	memmove(&s.authenticator[at], &s.authenticator[at + 1],
	    (s.authenticators - at) * sizeof(s.authenticator[0]));
	if (!seal_signer(sam, a->st.subject, version, &s, &sealed, e))
		return false;
	change.record = writer_span(&sealed);
	log_signer(sam, &change);
	m.sequence = journal_last(sam->journal);
	memcpy(m.id, b->authenticator, ID_LEN);
	m.record[0] = writer_span(&sealed);
	enacted(sam, a->call, &m);
	return true;
}
