/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys: NEW -> REQUESTED -> ACTIVE -> DESTROYED, SUSPENDED beside ACTIVE. Made in the module on the
 * signer's order. EN 419 241-1 SRC_SKS.1.1, SRG_KM.7.1; EN 419 241-2 FDP_ACF.1 Signer Key Pair
 * Generation and Deletion.
 */
#include <stdlib.h>

#include "base/clock.h"
#include "crypto/verify.h"
#include "sam/csr_order.h"
#include "sam/enact.h"
#include "sam/share.h"
#include "wire/hsm.h"

struct making {			/* a CREATE_KEY while the module works */
	uint8_t		d[32];
	uint8_t		subject[ID_LEN], key[ID_LEN];
	struct body_create_key body;
	struct writer	statement, evidences;
	struct share	share;
	/* What the module made. Of a key with a share the request is signed before anything is sealed:
	 * nobody opens it later without a grant. */
	uint32_t	mech;
	struct writer	spki, wrapped, csr;
	struct csr_order order;
};

static void
making_free(void *p)
{
	struct making *m = p;

	writer_wipe(&m->statement);
	writer_wipe(&m->evidences);
	share_wipe(&m->share);
	writer_wipe(&m->spki);
	writer_wipe(&m->wrapped);
	writer_wipe(&m->csr);
	csr_order_wipe(&m->order);
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
		memmove(s->with[kept], s->with[i], ID_LEN);
		s->evidences[kept++] = s->evidences[i];
	}
	s->keys = kept;
}

/* Whose word can be a condition of each use: a device or a passkey approves as it is. */
static bool
may_be_with(const struct signer_record *s, const uint8_t with[ID_LEN], struct err *e)
{
	static const uint8_t none[ID_LEN];
	const struct authenticator *a = signer_authenticator(s, with);

	if (memcmp(with, none, ID_LEN) == 0)
		return true;
	if (a == NULL)
		return err_why(e, ERR_DENIED, "owner", "the key's authenticator is not this signer's");
	return a->type == EVIDENCE_MODULE || a->type == EVIDENCE_PROVIDER ||
	    err_why(e, ERR_DENIED, "kind", "a key is made with a module or a provider");
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
	if (!may_be_with(&s->record, b->with, e))
		return false;
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

/* The nonce makes the id, and comes once: were it not so, a key would take another one's place. */
static bool
id_is_free(const struct sam *sam, const uint8_t id[ID_LEN], struct err *e)
{
	return index_find(sam->state->index, RECORD_KEY, id) == NULL ||
	    err_why(e, ERR_DENIED, "replay", "this nonce made a key already");
}

static bool
key_record_make(struct sam *sam, const struct making *m, struct writer *wrapped, struct key_record *k,
    struct err *e)
{
	uint8_t nonce[AEAD_NONCE_LEN];

	*k = (struct key_record){ .alg = alg_find(m->body.alg), .class = m->body.class,
		.level = m->body.level, .spki = writer_span(&m->spki), .created = clock_wall(),
		.mech = m->mech, .csr = writer_span(&m->csr) };
	memcpy(k->profile, m->body.profile, sizeof(k->profile));
	memcpy(k->with, m->body.with, sizeof(k->with));
	sam_random(sam, nonce, sizeof(nonce));
	if (!seal_wrapped(sam->seal, sam->state->epoch, m->key, share_span(&m->share), nonce,
	    writer_span(&m->wrapped), wrapped, e))
		return false;
	k->wrapped = writer_span(wrapped);
	return true;
}

/* Both entries or none: the key, and the signer's record that lists it. */
static bool
key_enter(struct sam *sam, struct call *c, const struct making *m, struct opened_signer *s,
    struct err *e)
{
	AUTO_WRITER wrapped = writer_grow(4096 + 64), key = writer_grow(RECORD_MAX);
	AUTO_WRITER signer = writer_grow(RECORD_MAX);
	uint8_t print[HASH_LEN], owner_state = s->row->state;
	uint32_t version = s->row->version + 1;
	struct key_record k;
	struct msg_enacted answer = { .version = 1, .n = 2 };
	struct key_change kc = { .id = m->key, .owner = m->subject, .version = 1,
		.state = m->csr.n > 0 ? KEY_REQUESTED : KEY_NEW,
		.cause = PURPOSE_CREATE_KEY, .d = m->d, .detail = print };
	struct signer_change sc = { .id = m->subject, .version = version, .state = owner_state,
		.cause = PURPOSE_CREATE_KEY, .d = m->d, .statement = writer_span(&m->statement),
		.evidences = writer_span(&m->evidences) };

	s->record.evidences[s->record.keys] = m->body.evidences;
	memcpy(s->record.with[s->record.keys], m->body.with, ID_LEN);
	memcpy(s->record.key[s->record.keys++], m->key, ID_LEN);
	if (!key_record_make(sam, m, &wrapped, &k, e) ||
	    !seal_key(sam, m->subject, m->key, sam->state->epoch, 1, &k, &key, e) ||
	    !seal_signer(sam, m->subject, version, &s->record, &signer, e))
		return false;
	sha256(k.spki, print);
	kc.record = writer_span(&key);
	sc.record = writer_span(&signer);
	log_key(sam, &kc);
	log_signer(sam, &sc);
	answer.sequence = journal_last(sam->journal) - 1;
	memcpy(answer.id, m->key, ID_LEN);
	answer.record[0] = writer_span(&key);
	answer.record[1] = writer_span(&signer);
	enacted(sam, c, &answer);
	return true;
}

/* Asked again: while the module worked, the signer may have been changed. */
static bool
signer_holds(struct sam *sam, const struct making *m, struct opened_signer *s, struct err *e)
{
	return sam_is_open(sam, e) && open_signer(sam, m->subject, span_of(NULL, 0), s, e) &&
	    may_have_key(sam, s, &m->body, e) && id_is_free(sam, m->key, e);
}

static void
request_signed(void *owner, void *job, struct reader *answer, const struct err *failure)
{
	struct sam *sam = owner;
	struct call *c = job;
	struct making *m = c->work;
	AUTO_SIGNER s = { .row = NULL };
	struct err e = { 0 };
	struct csr csr;

	if (answer == NULL)
		err_why(&e, ERR_BACKEND, "backend", "certificate request: %s", failure->text);
	else if (csr_order_done(&m->order, answer, &m->csr, &csr, &e) && signer_holds(sam, m, &s, &e) &&
	    key_enter(sam, c, m, &s, &e))
		return;
	call_refuse(sam, c, &e);
}

static bool
made_read(struct making *m, struct reader *answer, struct err *e)
{
	struct msg_hsm_generated made;

	if (!msg_hsm_generated_read(answer, &made, e))
		return false;
	if (!spki_check(alg_find(m->body.alg)->kind, made.spki, e))
		return err_set(e, ERR_BACKEND, "the module made a malformed key");
	m->mech = made.mech;
	wr_span(&m->spki, made.spki);
	wr_span(&m->wrapped, made.wrapped);
	return (writer_ok(&m->spki) && writer_ok(&m->wrapped)) ||
	    err_set(e, ERR_BACKEND, "the module made a key over its bounds");
}

static bool
request_order(struct sam *sam, struct call *c, struct making *m, const struct opened_signer *s,
    struct err *e)
{
	return csr_order_make(&m->order, s->record.name, alg_find(m->body.alg), writer_span(&m->spki),
	    m->mech, writer_span(&m->wrapped), e) &&
	    pool_ask(sam->pool, HSM_SIGN, writer_span(&m->order.order), false, request_signed, c, e);
}

static void
key_made(void *owner, void *job, struct reader *answer, const struct err *failure)
{
	struct sam *sam = owner;
	struct call *c = job;
	struct making *m = c->work;
	AUTO_SIGNER s = { .row = NULL };
	struct err e = { 0 };

	if (answer == NULL)
		err_why(&e, ERR_BACKEND, "backend", "key generation: %s", failure->text);
	else if (made_read(m, answer, &e) && signer_holds(sam, m, &s, &e) &&
	    (m->share.n > 0 ? request_order(sam, c, m, &s, &e) : key_enter(sam, c, m, &s, &e)))
		return;
	call_refuse(sam, c, &e);
}

/* The log keeps who approved, but no share: sealed to the transport key it would be open to whoever
 * has the store root, and the log. */
static void
shares_leave(struct writer *evidences)
{
	struct evidences list;
	struct err e = { 0 };

	if (!evidences_read(writer_span(evidences), &list, &e))
		bug("evidences that were read do not read again");
	for (size_t i = 0; i < list.n; i++)
		if (list.list[i].type == EVIDENCE_MODULE)
			grant_blank(evidences->p + (list.list[i].body.p - evidences->p), list.list[i].body.n);
}

static struct making *
making_new(const struct act *a)
{
	struct making *m = calloc(1, sizeof(*m));

	if (m == NULL)
		bug("no memory");
	memcpy(m->d, a->d, sizeof(m->d));
	memcpy(m->subject, a->st.subject, ID_LEN);
	m->body = a->st.create_key;
	statement_key(a->st.fresh, m->key);
	m->statement = writer_grow(STATEMENT_MAX);
	m->evidences = writer_grow(EVIDENCES_BYTES_MAX);
	m->spki = writer_grow(SPKI_MAX);
	m->wrapped = writer_grow(HSM_WRAPPED_MAX);
	m->csr = writer_grow(CSR_MAX);
	csr_order_init(&m->order);
	wr_span(&m->statement, a->m.statement);
	wr_span(&m->evidences, a->m.evidences);
	shares_leave(&m->evidences);
	return m;
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
	m = making_new(a);
	a->call->work = m;
	a->call->work_free = making_free;
	if (!id_is_free(sam, m->key, e) || !share_take(sam, &a->signer->record, m->body.with,
	    &a->approved, m->d, m->key, &m->share, e))
		return false;
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
