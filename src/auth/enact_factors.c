/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Factors of a person: set by the enrolment code, changed and checked by themselves. PROTOCOL.sam
 * 9.3; EN 419 241-1 SRA_SAP.1.1.
 */
#include <stdlib.h>

#include "auth/attempt.h"
#include "base/clock.h"
#include "crypto/totp.h"

struct setting {		/* new factors, while the PIN is stretched */
	uint8_t		 d[32], person[ID_LEN];
	uint16_t	 purpose;
	uint32_t	 from;
	struct writer	 statement, evidences;
	uint8_t		 plain[FACTORS_LEN];
	struct factors	 factors;	/* lent from plain */
	uint8_t		 salt[32];	/* the first half is used */
};

static void
setting_free(void *p)
{
	struct setting *s = p;

	writer_wipe(&s->statement);
	writer_wipe(&s->evidences);
	explicit_bzero(s, sizeof(*s));
	free(s);
}

static struct setting *
setting_new(const uint8_t d[32], uint16_t purpose, struct span statement, struct span evidences)
{
	struct setting *s = calloc(1, sizeof(*s));

	if (s == NULL)
		bug("no memory");
	memcpy(s->d, d, sizeof(s->d));
	s->purpose = purpose;
	s->statement = writer_grow(STATEMENT_MAX);
	s->evidences = writer_grow(EVIDENCES_BYTES_MAX);
	wr_span(&s->statement, statement);
	wr_span(&s->evidences, evidences);
	return s;
}

/* Asked again: while the PIN was stretched, the person may have been changed. */
static bool
still_fits(struct sam *sam, const struct setting *s, const struct opened_person *p, struct err *e)
{
	uint8_t state = s->purpose == PURPOSE_SET_FACTORS ? PERSON_ADMITTED : PERSON_ACTIVE;

	if (!sam_is_open(sam, e))
		return false;
	if (p->row->version != s->from)
		return err_why(e, ERR_DENIED, "version", "the act changes version %u, current is %u",
		    s->from, p->row->version);
	return p->row->state == state ||
	    err_why(e, ERR_DENIED, "state", "person is in state %u", p->row->state);
}

/* verifier: NULL leaves the PIN. The enrolment code is worth nothing from now on. */
static bool
setting_enter(struct sam *sam, struct call *c, const struct setting *s, const uint8_t *verifier,
    struct err *e)
{
	AUTO_PERSON p = { .row = NULL };
	AUTO_WRITER record = writer_grow(RECORD_MAX);
	struct person_change change = { .id = s->person, .d = s->d, .version = s->from + 1,
		.state = PERSON_ACTIVE, .cause = s->purpose, .statement = writer_span(&s->statement),
		.evidences = writer_span(&s->evidences) };
	struct msg_enacted m = { .version = s->from + 1, .n = 1 };

	if (!open_person(sam, s->person, span_of(NULL, 0), &p, e) || !still_fits(sam, s, &p, e))
		return false;
	memset(p.record.code, 0, sizeof(p.record.code));
	if (verifier != NULL) {
		p.record.kinds |= FACTOR_PIN;
		memcpy(p.record.salt, s->salt, sizeof(p.record.salt));
		memcpy(p.record.verifier, verifier, sizeof(p.record.verifier));
	}
	if (s->factors.new_seed.n > 0) {
		p.record.kinds |= FACTOR_TOTP;
		p.record.seed = s->factors.new_seed;
	}
	if (!seal_person(sam, s->person, change.version, &p.record, &record, e))
		return false;
	change.record = writer_span(&record);
	log_person(sam, &change);
	m.sequence = journal_last(sam->journal);
	memcpy(m.id, s->person, ID_LEN);
	m.record[0] = change.record;
	enacted(sam, c, &m);
	return true;
}

static void
pin_is_stretched(void *owner, void *job, struct reader *answer, const struct err *failure)
{
	struct sam *sam = owner;
	struct call *c = job;
	uint8_t verifier[HSM_STRETCHED_LEN];
	struct err e = { 0 };
	bool good = answer != NULL && msg_hsm_stretched_read(answer, verifier, &e);

	if (!good)
		err_why(&e, ERR_BACKEND, "backend", "PIN: %s", failure != NULL ? failure->text : "answer");
	else
		good = setting_enter(sam, c, c->work, verifier, &e);
	explicit_bzero(verifier, sizeof(verifier));
	if (!good)
		call_refuse(sam, c, &e);
}

/* Takes it into the call's work. */
static bool
setting_go_on(struct sam *sam, struct call *c, struct err *e)
{
	struct setting *s = c->work;
	AUTO_WRITER question = writer_grow(HSM_STRETCH_MAX), order = writer_grow(HSM_STRETCH_MAX + 16);

	if (s->factors.new_pin.n == 0)
		return setting_enter(sam, c, s, NULL, e);
	sam_random(sam, s->salt, sizeof(s->salt));
	pin_question(&question, sam, s->person, s->salt, s->factors.new_pin);
	msg_hsm_stretch_write(&order, writer_span(&question));
	return pool_ask(sam->pool, HSM_STRETCH, writer_span(&order), false, pin_is_stretched, c, e);
}

/* The app has the seed: it shows its present code. */
static bool
seed_is_proved(const struct factors *f, struct err *e)
{
	uint64_t step;

	return f->new_seed.n == 0 || totp_match(f->new_seed, f->code, clock_wall(), 0, &step) ||
	    err_why(e, ERR_DENIED, "auth", "the code is not that of the new seed");
}

static bool
something_is_new(const struct factors *f, struct err *e)
{
	return f->new_pin.n > 0 || f->new_seed.n > 0 ||
	    err_why(e, ERR_FORMAT, "parse", "no new factor among the sealed ones");
}

/* The sealed factors are those that the code's owner approved: their hash stands in the statement.
 * They cannot be bound to its digest, so they are to its nonce. */
static bool
new_factors_open(struct sam *sam, struct setting *s, const struct act *a, struct err *e)
{
	uint8_t hash[HASH_LEN], bound[HASH_LEN];

	sha256(a->m.key_record, hash);
	if (memcmp(hash, a->st.factors.sealed, sizeof(hash)) != 0)
		return err_why(e, ERR_DENIED, "auth", "other sealed factors than were approved");
	statement_factors(a->st.fresh, bound);
	if (!factors_open(auth_parts(sam)->factor_key, sam->state->group, bound, a->m.key_record, s->plain,
	    &s->factors, e))
		return false;
	if (memcmp(s->factors.person, a->st.subject, ID_LEN) != 0)
		return err_why(e, ERR_DENIED, "auth", "factors of another person");
	return something_is_new(&s->factors, e) && seed_is_proved(&s->factors, e);
}

bool
enact_set_factors(struct sam *sam, struct act *a, struct err *e)
{
	struct setting *s = setting_new(a->d, a->st.purpose, a->m.statement, a->m.evidences);
	AUTO_PERSON p = { .row = NULL };

	a->call->work = s;
	a->call->work_free = setting_free;
	s->from = a->st.factors.from;
	memcpy(s->person, a->st.subject, ID_LEN);
	return open_person(sam, s->person, a->m.signer_record, &p, e) && still_fits(sam, s, &p, e) &&
	    auth_has_room(sam, e) && new_factors_open(sam, s, a, e) && setting_go_on(sam, a->call, e);
}

/* --- by the factors themselves */

static bool
attempt_of_act(struct sam *sam, struct act *a, attempt_done done, struct err *e)
{
	struct attempt_of of = { .purpose = a->st.purpose, .d = a->d, .person = a->st.subject,
		.sealed = a->m.key_record, .record = a->m.signer_record, .done = done };
	struct attempt *t;

	if (!attempt_begin(sam, a->call, &of, e))
		return false;
	t = a->call->work;
	wr_span(&t->statement, a->m.statement);
	return true;
}

static void
work_replace(struct call *c, void *work, void (*work_free)(void *))
{
	c->work_free(c->work);
	c->work = work;
	c->work_free = work_free;
}

static void
may_change(struct sam *sam, struct call *c, struct attempt *a)
{
	struct setting *s = setting_new(a->d, a->purpose, writer_span(&a->statement), span_of(NULL, 0));
	struct err e = { 0 };

	attempt_granted(sam, a, false);
	s->from = a->version;
	memcpy(s->person, a->person, ID_LEN);
	memcpy(s->plain, a->plain, sizeof(s->plain));
	if (!factors_read(span_of(s->plain, sizeof(s->plain)), &s->factors, &e))
		bug("factors that were read before");
	/* Whose first seed it is shows that the app has it; else the code was the old seed's. */
	if ((a->kinds & FACTOR_TOTP) == 0 && !seed_is_proved(&s->factors, &e)) {
		setting_free(s);
		call_refuse(sam, c, &e);
		return;
	}
	work_replace(c, s, setting_free);
	if (!something_is_new(&s->factors, &e) || !setting_go_on(sam, c, &e))
		call_refuse(sam, c, &e);
}

bool
enact_change_factors(struct sam *sam, struct act *a, struct err *e)
{
	const struct person *row = persons_find(auth_persons(sam), a->st.subject);

	if (row != NULL && row->version != a->st.factors.from)
		return err_why(e, ERR_DENIED, "version", "the act changes version %u, current is %u",
		    a->st.factors.from, row->version);
	return attempt_of_act(sam, a, may_change, e);
}

static void
is_checked(struct sam *sam, struct call *c, struct attempt *a)
{
	struct msg_enacted m = { .version = a->version };

	attempt_granted(sam, a, false);
	m.sequence = journal_last(sam->journal);
	memcpy(m.id, a->person, ID_LEN);
	enacted(sam, c, &m);
}

bool
enact_check(struct sam *sam, struct act *a, struct err *e)
{
	return attempt_of_act(sam, a, is_checked, e);
}
