/* SPDX-License-Identifier: Apache-2.0 */
/* A try from its charge to its end. */
#include <openssl/crypto.h>
#include <stdlib.h>

#include "auth/attempt.h"
#include "base/clock.h"
#include "crypto/totp.h"
#include "sam/fail_point.h"

#define SEEN_MAX	(1u << 22)	/* tries of one life; then only a restart helps */

struct spent {			/* hashes of points: an open table */
	size_t		 n, slots;
	uint8_t		(*slot)[16];	/* of the hash; zero: free */
};

struct spent *
seen_new(struct err *e)
{
	struct spent *t = calloc(1, sizeof(*t));

	if (t != NULL && (t->slot = calloc(1024, sizeof(*t->slot))) != NULL) {
		t->slots = 1024;
		return t;
	}
	free(t);
	err_set(e, ERR_BACKEND, "no memory for what was seen");
	return NULL;
}

void
seen_free(struct spent *t)
{
	if (t == NULL)
		return;
	free(t->slot);
	free(t);
}

static uint8_t *
seen_slot(const struct spent *t, const uint8_t hash[HASH_LEN])
{
	static const uint8_t zero[16];
	size_t at;

	memcpy(&at, hash, sizeof(at));
	for (at &= t->slots - 1; memcmp(t->slot[at], zero, 16) != 0 &&
	    memcmp(t->slot[at], hash, 16) != 0;)
		at = (at + 1) & (t->slots - 1);
	return t->slot[at];
}

static bool
seen_has(const struct spent *t, const uint8_t hash[HASH_LEN])
{
	return memcmp(seen_slot(t, hash), hash, 16) == 0;
}

static bool
seen_add(struct spent *t, const uint8_t hash[HASH_LEN], struct err *e)
{
	struct spent bigger = { .n = t->n, .slots = 2 * t->slots };
	static const uint8_t zero[16];
	uint8_t whole[HASH_LEN] = { 0 };

	if (t->n >= SEEN_MAX)
		return err_why(e, ERR_BUSY, "busy", "%zu tries in one life: start again", t->n);
	if (2 * t->n >= t->slots) {
		if ((bigger.slot = calloc(bigger.slots, sizeof(*bigger.slot))) == NULL)
			return err_set(e, ERR_BACKEND, "no memory for what was seen");
		for (size_t i = 0; i < t->slots; i++)
			if (memcmp(t->slot[i], zero, 16) != 0) {
				memcpy(whole, t->slot[i], 16);
				memcpy(seen_slot(&bigger, whole), whole, 16);
			}
		free(t->slot);
		*t = bigger;
	}
	memcpy(seen_slot(t, hash), hash, 16);
	t->n++;
	return true;
}

static void
attempt_free(void *work)
{
	struct attempt *a = work, **at;

	for (at = &auth_parts(a->sam)->running; *at != NULL; at = &(*at)->next)
		if (*at == a) {
			*at = a->next;
			break;
		}
	writer_wipe(&a->grant);
	writer_wipe(&a->order);
	writer_wipe(&a->statement);
	writer_wipe(&a->evidences);
	explicit_bzero(a, sizeof(*a));
	free(a);
}

void
pin_question(struct writer *w, const struct sam *sam, const uint8_t person[ID_LEN],
    const uint8_t salt[16], struct span pin)
{
	wr_bytes(w, sam->state->group, GROUP_LEN);
	wr_bytes(w, person, ID_LEN);
	wr_bytes(w, salt, 16);
	wr_span(w, pin);
}

bool
attempt_holds(const struct sam *sam, const struct attempt *a, struct err *e)
{
	const struct person *row = persons_find(auth_persons(sam), a->person);

	if (!sam_is_open(sam, e))
		return false;
	return (row != NULL && row->state == PERSON_ACTIVE && row->version == a->version) ||
	    err_why(e, ERR_DENIED, "state", "the person was changed meanwhile");
}

void
attempt_granted(struct sam *sam, const struct attempt *a, bool grants)
{
	struct entry_granted entry = { .factors = a->kinds, .time = clock_wall(), .step = a->step,
		.level = a->kinds == (FACTOR_PIN | FACTOR_TOTP) ? 2 : 1,
		.uses = auth_persons(sam)->key.uses + (grants ? 1 : 0) };

	memcpy(entry.person, a->person, ID_LEN);
	memcpy(entry.d, a->d, sizeof(entry.d));
	if (grants) {
		memcpy(entry.peer, a->peer, GROUP_LEN);
		memcpy(entry.signer, a->signer, ID_LEN);
		memcpy(entry.key, a->key, ID_LEN);
		memcpy(entry.grant, a->digest, HASH_LEN);
	}
	entry_granted_write(journal_begin(sam->journal, ENTRY_GRANTED), &entry);
	journal_end(sam->journal);
}

/* Outside it is one word for all of them; the log knows which. */
static void
wrong(struct sam *sam, struct call *c, const struct attempt *a, enum tried what)
{
	struct entry_tried entry = { .what = (uint8_t)what };
	struct err e = { 0 };

	memcpy(entry.person, a->person, ID_LEN);
	memcpy(entry.d, a->d, sizeof(entry.d));
	if (sam->open == SAM_OPEN) {
		entry_tried_write(journal_begin(sam->journal, ENTRY_TRIED), &entry);
		journal_end(sam->journal);
	}
	err_why(&e, ERR_DENIED, "auth", "the factors are not this person's");
	call_refuse(sam, c, &e);
}

static void
succeeded(struct sam *sam, struct call *c, struct attempt *a)
{
	struct err e = { 0 };

	if (attempt_holds(sam, a, &e))
		a->done(sam, c, a);
	else
		call_refuse(sam, c, &e);
}

static void
stretched(void *owner, void *job, struct reader *answer, const struct err *failure)
{
	struct sam *sam = owner;
	struct call *c = job;
	struct attempt *a = c->work;
	uint8_t out[HSM_STRETCHED_LEN];
	struct err e = { 0 };
	bool same;

	fail_point("stretched");
	if (answer == NULL || !msg_hsm_stretched_read(answer, out, &e)) {
		err_why(&e, ERR_BACKEND, "backend", "PIN: %s", failure != NULL ? failure->text : "answer");
		call_refuse(sam, c, &e);
		return;
	}
	same = CRYPTO_memcmp(out, a->verifier, sizeof(out)) == 0;
	explicit_bzero(out, sizeof(out));
	if (same)
		succeeded(sam, c, a);
	else
		wrong(sam, c, a, TRIED_PIN);
}

static bool
code_is_right(const struct sam *sam, struct attempt *a)
{
	const struct person *row = persons_find(auth_persons(sam), a->person);

	return (a->kinds & FACTOR_TOTP) == 0 || totp_match(span_of(a->seed, a->seed_len), a->factors.code,
	    clock_wall(), row->step, &a->step);
}

/* The charge is on disk and in the anchor: no crash and no older log takes it back. */
static void
charged(void *owner, void *job, const struct err *failure)
{
	struct sam *sam = owner;
	struct call *c = job;
	struct attempt *a = c->work;
	AUTO_WRITER question = writer_grow(HSM_STRETCH_MAX), order = writer_grow(HSM_STRETCH_MAX + 16);
	struct err e = { 0 };

	if (failure != NULL) {
		call_refuse(sam, c, failure);
		return;
	}
	fail_point("charged");
	if (!attempt_holds(sam, a, &e))
		call_refuse(sam, c, &e);
	else if (((a->kinds & FACTOR_PIN) != 0 && a->factors.pin.n == 0) ||
	    ((a->kinds & FACTOR_TOTP) != 0 && a->factors.code.n == 0))
		wrong(sam, c, a, TRIED_FORM);
	else if (!code_is_right(sam, a))
		wrong(sam, c, a, TRIED_CODE);
	else if ((a->kinds & FACTOR_PIN) == 0)
		succeeded(sam, c, a);
	else {
		pin_question(&question, sam, a->person, a->salt, a->factors.pin);
		msg_hsm_stretch_write(&order, writer_span(&question));
		if (!pool_ask(sam->pool, HSM_STRETCH, writer_span(&order), false, stretched, c, &e))
			call_refuse(sam, c, &e);
	}
}

bool
auth_has_room(const struct sam *sam, struct err *e)
{
	if (journal_room(sam->journal) < (2u << 20))
		return err_why(e, ERR_NOT_NOW, "room", "the log's disk is nearly full");
	if (pool_alive(sam->pool) == 0)
		return err_why(e, ERR_BACKEND, "backend", "no module worker is running");
	return pool_queued(sam->pool) < 256 ||
	    err_why(e, ERR_BUSY, "busy", "too many tries wait for the module");
}

static bool
is_free(const struct sam *sam, const uint8_t person[ID_LEN], struct err *e)
{
	for (const struct attempt *a = auth_parts(sam)->running; a != NULL; a = a->next)
		if (memcmp(a->person, person, ID_LEN) == 0)
			return err_why(e, ERR_BUSY, "busy", "a try of this person is under way");
	return true;
}

/* Whose factors these are; what is compared is copied, as the record may change meanwhile. */
static bool
person_take(struct sam *sam, struct attempt *a, const struct attempt_of *of, struct err *e)
{
	AUTO_PERSON p = { .row = NULL };

	if (!open_person(sam, a->person, of->record, &p, e))
		return false;
	if ((of->peer != NULL && memcmp(p.record.peer, of->peer, GROUP_LEN) != 0) ||
	    (of->signer != NULL && memcmp(p.record.signer, of->signer, ID_LEN) != 0))
		return err_why(e, ERR_DENIED, "owner", "the person is not this signer");
	if (p.row->state != PERSON_ACTIVE)
		return err_why(e, ERR_DENIED, "state", "person is in state %u", p.row->state);
	if (person_is_locked(p.row))
		return err_why(e, ERR_DENIED, "locked", "locked: security officers unlock");
	a->version = p.row->version;
	a->kinds = p.record.kinds;
	memcpy(a->salt, p.record.salt, sizeof(a->salt));
	memcpy(a->verifier, p.record.verifier, sizeof(a->verifier));
	a->seed_len = p.record.seed.n;
	if (a->seed_len > 0)
		memcpy(a->seed, p.record.seed.p, a->seed_len);
	return true;
}

static bool
factors_take(struct sam *sam, struct call *c, struct attempt *a, const struct attempt_of *of,
    struct err *e)
{
	if (!factors_open(auth_parts(sam)->factor_key, sam->state->group, of->d, of->sealed, a->plain,
	    &a->factors, e))
		return false;
	if (of->person != NULL && memcmp(a->factors.person, of->person, ID_LEN) != 0)
		return err_why(e, ERR_DENIED, "auth", "factors of another person");
	memcpy(a->person, a->factors.person, ID_LEN);
	memcpy(c->signer, a->person, ID_LEN);
	return true;
}

static void
charge(struct sam *sam, const struct attempt *a, const uint8_t enc[HASH_LEN])
{
	struct entry_try entry = { .purpose = a->purpose };

	memcpy(entry.person, a->person, ID_LEN);
	memcpy(entry.d, a->d, sizeof(entry.d));
	memcpy(entry.enc, enc, HASH_LEN);
	entry_try_write(journal_begin(sam->journal, ENTRY_TRY), &entry);
	journal_end(sam->journal);
}

bool
attempt_begin(struct sam *sam, struct call *c, const struct attempt_of *of, struct err *e)
{
	struct auth_parts *parts = auth_parts(sam);
	struct attempt *a = calloc(1, sizeof(*a));
	uint8_t enc[HASH_LEN];

	if (a == NULL)
		return err_set(e, ERR_BACKEND, "no memory");
	a->sam = sam;
	a->done = of->done;
	a->purpose = of->purpose;
	memcpy(a->d, of->d, sizeof(a->d));
	a->grant = writer_grow(GRANT_MAX);
	a->order = writer_grow(HSM_REQUEST_MAX);
	a->statement = writer_grow(STATEMENT_MAX);
	a->evidences = writer_grow(EVIDENCES_BYTES_MAX);
	c->work = a;
	c->work_free = attempt_free;
	if (of->sealed.n != SEALED_FACTORS_LEN)
		return err_why(e, ERR_FORMAT, "parse", "sealed factors are %d bytes", SEALED_FACTORS_LEN);
	sha256(span_of(of->sealed.p, HPKE_POINT_LEN), enc);
	if (seen_has(parts->seen, enc))
		return err_why(e, ERR_DENIED, "replay", "these sealed factors were tried already");
	if (!factors_take(sam, c, a, of, e) || !person_take(sam, a, of, e) || !is_free(sam, a->person, e) ||
	    !auth_has_room(sam, e) || !seen_add(parts->seen, enc, e))
		return false;
	a->next = parts->running;
	parts->running = a;
	charge(sam, a, enc);
	journal_wait(sam->journal, ANCHORED, charged, c);
	return true;
}
