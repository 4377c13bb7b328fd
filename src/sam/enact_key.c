/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys: NEW -> REQUESTED -> ACTIVE -> DESTROYED, SUSPENDED beside ACTIVE. Made in the module on the
 * signer's order. EN 419 241-1 SRC_SKS.1.1, SRG_KM.7.1; EN 419 241-2 FDP_ACF.1 Signer Key Pair
 * Generation and Deletion.
 */
#include <stdlib.h>

#include "base/clock.h"
#include "crypto/verify.h"
#include "sam/enact.h"
#include "wire/hsm.h"

struct making {			/* a CREATE_KEY while the module works */
	uint8_t		d[32];
	uint8_t		subject[ID_LEN];
	struct body_create_key body;
	struct writer	statement, evidences;
};

static void
making_free(void *p)
{
	struct making *m = p;

	writer_wipe(&m->statement);
	writer_wipe(&m->evidences);
	free(m);
}

/* Destroyed keys leave the list when it changes anyway. */
static void
drop_destroyed(const struct sam *sam, struct signer_record *s)
{
	size_t kept = 0;

	for (size_t i = 0; i < s->keys; i++) {
		const struct row *row = index_find(sam->state->index, RECORD_KEY, s->key[i]);

		if (row == NULL || row->state == KEY_DESTROYED)
			continue;
		memmove(s->key[kept], s->key[i], ID_LEN);
		s->evidences[kept++] = s->evidences[i];
	}
	s->keys = kept;
}

static bool
may_have_key(const struct sam *sam, struct opened_signer *s, const struct body_create_key *b,
    struct err *e)
{
	if (b->from != s->row->version)
		return err_why(e, ERR_DENIED, "version", "CREATE_KEY changes version %u, current is %u",
		    b->from, s->row->version);
	if (s->row->state != SIGNER_BOUND && s->row->state != SIGNER_ACTIVE)
		return err_why(e, ERR_DENIED, "state", "signer is in state %u", s->row->state);
	if (b->class != CLASS_SIGNATURE)
		return err_why(e, ERR_DENIED, "class", "only keys for signatures are offered");
	/* Two approvals of each use, or the SSA's word: not both. */
	if (b->level == LEVEL_SCAL1 && b->evidences != 1)
		return err_why(e, ERR_DENIED, "level", "a SCAL1 key asks for one approval");
	if (!profile_is_none(b->with))
		return err_why(e, ERR_DENIED, "kind", "keys with a share are not offered");
	if (alg_find(b->alg) == NULL)
		return err_why(e, ERR_DENIED, "alg", "algorithm %u is not offered", b->alg);
	if (b->evidences > s->record.authenticators)
		return err_why(e, ERR_DENIED, "quorum", "a key that asks for %u approvals needs as many "
		    "authenticators", b->evidences);
	drop_destroyed(sam, &s->record);
	if (s->record.keys >= sam->state->policy.keys_per_signer || s->record.keys >= KEYS_MAX)
		return err_why(e, ERR_DENIED, "limit", "signer has %zu keys", s->record.keys);
	return true;
}

static bool
key_record_make(struct sam *sam, const struct making *m, const uint8_t id[ID_LEN],
    const struct msg_hsm_generated *made, struct writer *wrapped, struct key_record *k, struct err *e)
{
	uint8_t nonce[AEAD_NONCE_LEN];

	*k = (struct key_record){ .alg = alg_find(m->body.alg), .class = m->body.class,
		.level = m->body.level, .spki = made->spki, .created = clock_wall(),
		.mech = made->mech };
	memcpy(k->profile, m->body.profile, sizeof(k->profile));
	if (!spki_check(k->alg->kind, made->spki, e))
		return err_set(e, ERR_BACKEND, "the module made a malformed key");
	sam_random(sam, nonce, sizeof(nonce));
	if (!seal_wrapped(sam->seal, sam->state->epoch, id, span_of(NULL, 0), nonce, made->wrapped,
	    wrapped, e))
		return false;
	k->wrapped = writer_span(wrapped);
	return true;
}

/* Both entries or none: the key, and the signer's record that lists it. */
static bool
key_enter(struct sam *sam, struct call *c, const struct making *m, struct opened_signer *s,
    const struct msg_hsm_generated *made, struct err *e)
{
	AUTO_WRITER wrapped = writer_grow(4096 + 64), key = writer_grow(RECORD_MAX);
	AUTO_WRITER signer = writer_grow(RECORD_MAX);
	uint8_t id[ID_LEN], print[HASH_LEN], owner_state = s->row->state;
	uint32_t version = s->row->version + 1;
	struct key_record k;
	struct msg_enacted answer = { .version = 1, .n = 2 };
	struct key_change kc = { .id = id, .owner = m->subject, .version = 1, .state = KEY_NEW,
		.cause = PURPOSE_CREATE_KEY, .d = m->d, .detail = print };
	struct signer_change sc = { .id = m->subject, .version = version, .state = owner_state,
		.cause = PURPOSE_CREATE_KEY, .d = m->d, .statement = writer_span(&m->statement),
		.evidences = writer_span(&m->evidences) };

	sam_random(sam, id, sizeof(id));
	s->record.evidences[s->record.keys] = m->body.evidences;
	memcpy(s->record.key[s->record.keys++], id, ID_LEN);
	if (!key_record_make(sam, m, id, made, &wrapped, &k, e) ||
	    !seal_key(sam, m->subject, id, sam->state->epoch, 1, &k, &key, e) ||
	    !seal_signer(sam, m->subject, version, &s->record, &signer, e))
		return false;
	sha256(made->spki, print);
	kc.record = writer_span(&key);
	sc.record = writer_span(&signer);
	log_key(sam, &kc);
	log_signer(sam, &sc);
	answer.sequence = journal_last(sam->journal) - 1;
	memcpy(answer.id, id, ID_LEN);
	answer.record[0] = writer_span(&key);
	answer.record[1] = writer_span(&signer);
	enacted(sam, c, &answer);
	return true;
}

static void
key_made(void *owner, void *job, struct reader *answer, const struct err *failure)
{
	struct sam *sam = owner;
	struct call *c = job;
	const struct making *m = c->work;
	struct msg_hsm_generated made;
	AUTO_SIGNER s = { .row = NULL };
	struct err e = { 0 };

	if (answer == NULL) {
		err_why(&e, ERR_BACKEND, "backend", "key generation: %s", failure->text);
	} else if (sam_is_open(sam, &e) && msg_hsm_generated_read(answer, &made, &e) &&
	    /* Asked again: while the module worked, the signer may have been changed. */
	    open_signer(sam, m->subject, span_of(NULL, 0), &s, &e) &&
	    may_have_key(sam, &s, &m->body, &e) && key_enter(sam, c, m, &s, &made, &e)) {
		return;
	}
	call_refuse(sam, c, &e);
}

bool
enact_create_key(struct sam *sam, struct act *a, struct err *e)
{
	struct making *m;
	uint8_t mem[4];
	struct writer w = writer_over(mem, sizeof(mem));

	if (!may_have_key(sam, a->signer, &a->st.create_key, e))
		return false;
	if (pool_alive(sam->pool) == 0)
		return err_why(e, ERR_BACKEND, "backend", "no module worker is running");
	if ((m = calloc(1, sizeof(*m))) == NULL)
		return err_set(e, ERR_BACKEND, "no memory");
	memcpy(m->d, a->d, sizeof(m->d));
	memcpy(m->subject, a->st.subject, ID_LEN);
	m->body = a->st.create_key;
	m->statement = writer_grow(STATEMENT_MAX);
	m->evidences = writer_grow(EVIDENCES_BYTES_MAX);
	wr_span(&m->statement, a->m.statement);
	wr_span(&m->evidences, a->m.evidences);
	a->call->work = m;
	a->call->work_free = making_free;
	msg_hsm_generate_write(&w, m->body.alg);
	return pool_ask(sam->pool, HSM_GENERATE, writer_span(&w), false, key_made, a->call, e);
}

/* The key is this signer's and at the version the act names. */
static struct row *
key_of_act(struct sam *sam, const struct act *a, struct err *e)
{
	struct row *row = index_find(sam->state->index, RECORD_KEY, a->st.key.key);

	if (row == NULL || !signer_has_key(&a->signer->record, a->st.key.key)) {
		err_why(e, ERR_DENIED, "owner", "the key is not this signer's");
		return NULL;
	}
	if (a->st.key.from != row->version) {
		err_why(e, ERR_DENIED, "version", "the act changes version %u, current is %u",
		    a->st.key.from, row->version);
		return NULL;
	}
	return row;
}

static bool
set_key_state(struct sam *sam, struct act *a, const struct row *row, uint8_t state)
{
	struct key_change change = { .id = a->st.key.key, .owner = a->st.subject,
		.version = row->version, .state = state, .cause = a->st.purpose, .d = a->d };
	struct msg_enacted answer = { .version = row->version };

	log_key(sam, &change);
	answer.sequence = journal_last(sam->journal);
	memcpy(answer.id, a->st.key.key, ID_LEN);
	enacted(sam, a->call, &answer);
	return true;
}

bool
enact_destroy_key(struct sam *sam, struct act *a, struct err *e)
{
	const struct row *row = key_of_act(sam, a, e);

	if (row == NULL)
		return false;
	if (row->state == KEY_DESTROYED)
		return err_why(e, ERR_DENIED, "state", "the key is destroyed already");
	return set_key_state(sam, a, row, KEY_DESTROYED);
}

bool
enact_release_key(struct sam *sam, struct act *a, struct err *e)
{
	const struct row *row = key_of_act(sam, a, e);

	if (row == NULL)
		return false;
	/* A suspended signer may still destroy a key, but wins nothing back. */
	if (a->signer->row->state != SIGNER_ACTIVE)
		return err_why(e, ERR_DENIED, "state", "signer is in state %u", a->signer->row->state);
	if (row->state != KEY_SUSPENDED)
		return err_why(e, ERR_DENIED, "state", "the key is not frozen");
	return set_key_state(sam, a, row, row->before);
}
