/* SPDX-License-Identifier: Apache-2.0 */
/* Making the grant key, keeping it in the log, asking the module to sign with it. */
#include <stdlib.h>

#include "auth/grant_key.h"
#include "base/fields.h"
#include "crypto/verify.h"
#include "wire/hsm.h"

struct key_box {			/* inside the sealed record */
	uint32_t	mech;
	struct span	spki, wrapped;
};

static const struct field fields[] = {
	{ NUMBER(struct key_box, mech) },
	{ SPAN16(struct key_box, spki, 91, 91) },
	{ SPAN16(struct key_box, wrapped, 1, HSM_WRAPPED_MAX) },
	{ FIELD_END },
};

static void
key_id(struct span spki, uint8_t id[ID_LEN])
{
	uint8_t hash[HASH_LEN];

	sha256(spki, hash);
	memcpy(id, hash, ID_LEN);
}

static bool
box_from_log(struct sam *sam, struct writer *plain, struct key_box *box, struct err *e)
{
	const struct grant_key *key = &auth_persons(sam)->key;
	AUTO_WRITER bytes = writer_grow(ENTRY_MAX);
	struct record_name name;
	union entry_payload p;
	struct entry entry;
	struct reader r;

	if (key->position == 0)
		return err_why(e, ERR_NOT_NOW, "closed", "there is no grant key yet: NEW_GRANT_KEY");
	if (key->position >= journal_durable_end(sam->journal))
		return err_why(e, ERR_BUSY, "busy", "the grant key is not on disk yet");
	if (!journal_read(sam->journal, key->position, &bytes, &entry, e) ||
	    !entry_payload_read(&entry, &p, e))
		return false;
	if (entry.kind != ENTRY_GRANT_KEY || !seal_open(sam->seal, p.grant_key.record, &name, plain, e) ||
	    name.type != RECORD_GRANT_KEY)
		return err_set(e, ERR_BACKEND, "the grant key's record does not open");
	r = reader_over(writer_span(plain));
	return message_read(&r, fields, box, "grant key", e);
}

bool
grant_key_order(struct sam *sam, const uint8_t digest[HASH_LEN], struct writer *order,
    uint8_t spki[91], struct err *e)
{
	static struct msg_hsm_sign m;
	AUTO_WRITER plain = writer_grow(BOX_MAX);
	struct key_box box;

	if (!box_from_log(sam, &plain, &box, e))
		return false;
	memcpy(spki, box.spki.p, 91);
	m = (struct msg_hsm_sign){ .alg = ALG_ECDSA_P256_SHA256, .spki = box.spki, .mech = box.mech,
		.wrapped = box.wrapped, .n = 1 };
	m.digest[0] = span_of(digest, HASH_LEN);
	msg_hsm_sign_write(order, &m);
	return writer_ok(order) || err_set(e, ERR_BUG, "signing order over its bounds");
}

struct making {				/* a NEW_GRANT_KEY while the module works */
	struct sam	*sam;
	uint8_t		 d[32];
	struct writer	 statement, evidences;
};

static void
making_free(void *p)
{
	struct making *m = p;

	auth_parts(m->sam)->making_key = false;
	writer_wipe(&m->statement);
	writer_wipe(&m->evidences);
	free(m);
}

static bool
key_seal(struct sam *sam, const struct msg_hsm_generated *made, struct writer *out, struct err *e)
{
	struct key_box box = { made->mech, made->spki, made->wrapped };
	struct record_name name = { .type = RECORD_GRANT_KEY, .epoch = sam->state->epoch, .version = 1 };
	AUTO_WRITER plain = writer_grow(BOX_MAX);
	uint8_t salt[SEAL_SALT_LEN];

	key_id(made->spki, name.id);
	fields_write(&plain, fields, &box, 0);
	if (!writer_ok(&plain))
		return err_set(e, ERR_BACKEND, "the module made a key over its bounds");
	sam_random(sam, salt, sizeof(salt));
	return seal_record(sam->seal, &name, salt, writer_span(&plain), out, e);
}

/* Both entries or none: the act, and the key that it made. */
static bool
key_enter(struct sam *sam, struct call *c, const struct making *m, struct reader *answer, struct err *e)
{
	static struct statement st;
	AUTO_WRITER record = writer_grow(RECORD_MAX);
	struct entry_act act = { writer_span(&m->statement), writer_span(&m->evidences) };
	struct entry_grant_key key = { 0 };
	struct msg_enacted done = { .version = 1 };
	struct msg_hsm_generated made;

	if (!msg_hsm_generated_read(answer, &made, e))
		return false;
	if (!spki_check(KEY_P256, made.spki, e))
		return err_set(e, ERR_BACKEND, "the module made a malformed key");
	if (!sam_is_open(sam, e) || !statement_read(act.statement, &st, e) ||
	    !statement_proposal_holds(sam, &st, e) || !key_seal(sam, &made, &record, e))
		return false;
	entry_act_write(journal_begin(sam->journal, ENTRY_ACT), &act);
	journal_end(sam->journal);
	key.spki = made.spki;
	key.record = writer_span(&record);
	memcpy(key.d, m->d, sizeof(key.d));
	entry_grant_key_write(journal_begin(sam->journal, ENTRY_GRANT_KEY), &key);
	journal_end(sam->journal);
	done.sequence = journal_last(sam->journal);
	key_id(made.spki, done.id);
	enacted(sam, c, &done);
	return true;
}

static void
key_made(void *owner, void *job, struct reader *answer, const struct err *failure)
{
	struct sam *sam = owner;
	struct call *c = job;
	struct err e = { 0 };

	if (answer == NULL)
		err_why(&e, ERR_BACKEND, "backend", "key generation: %s", failure->text);
	else if (key_enter(sam, c, c->work, answer, &e))
		return;
	call_refuse(sam, c, &e);
}

bool
enact_new_grant_key(struct sam *sam, struct act *a, struct err *e)
{
	struct making *m;
	uint8_t mem[8];
	struct writer order = writer_over(mem, sizeof(mem));

	if (auth_parts(sam)->making_key)
		return err_why(e, ERR_BUSY, "busy", "a grant key is being made");
	if (!auth_has_room(sam, e))
		return false;
	if ((m = calloc(1, sizeof(*m))) == NULL)
		return err_set(e, ERR_BACKEND, "no memory");
	m->sam = sam;
	memcpy(m->d, a->d, sizeof(m->d));
	m->statement = writer_grow(STATEMENT_MAX);
	m->evidences = writer_grow(EVIDENCES_BYTES_MAX);
	wr_span(&m->statement, a->m.statement);
	wr_span(&m->evidences, a->m.evidences);
	a->call->work = m;
	a->call->work_free = making_free;
	auth_parts(sam)->making_key = true;
	msg_hsm_generate_write(&order, ALG_ECDSA_P256_SHA256);
	return pool_ask(sam->pool, HSM_GENERATE, writer_span(&order), false, key_made, a->call, e);
}
