/* SPDX-License-Identifier: Apache-2.0 */
/* Persons' records: bytes, sealing, opening against the version that the log knows. */
#include "auth/person_record.h"
#include "base/fields.h"
#include "crypto/totp.h"
#include "statement/grant.h"

/* What a person has not is zero. */
static bool
kinds_fit(const void *message)
{
	const struct person_record *m = message;

	return ((m->kinds & FACTOR_TOTP) != 0) == (m->seed.n > 0) &&
	    (m->seed.n == 0 || m->seed.n >= SEED_MIN);
}

static const struct field fields[] = {
	{ BYTES(struct person_record, peer) },
	{ BYTES(struct person_record, signer) },
	{ TEXT8(struct person_record, name, 1, 128) },
	{ BYTES(struct person_record, evidence) },
	{ BYTES(struct person_record, code) },
	{ NUMBER(struct person_record, admitted) },
	{ RANGE(struct person_record, kinds, 0, FACTOR_PIN | FACTOR_TOTP) },
	{ BYTES(struct person_record, salt) },
	{ BYTES(struct person_record, verifier) },
	{ SPAN8(struct person_record, seed, 0, SEED_MAX) },
	{ CHECKED(kinds_fit) },
	{ FIELD_END },
};

bool
person_record_read(struct span bytes, struct person_record *m, struct err *e)
{
	struct reader r = reader_over(bytes);

	return message_read(&r, fields, m, "person record", e);
}

void
person_record_write(struct writer *w, const struct person_record *m)
{
	fields_write(w, fields, m, 0);
}

void
opened_person_wipe(struct opened_person *p)
{
	writer_wipe(&p->plain);
}

bool
person_from_log(struct sam *sam, const struct person *row, struct writer *out, struct err *e)
{
	AUTO_WRITER bytes = writer_grow(ENTRY_MAX);
	union entry_payload p;
	struct entry entry;

	if (row->position >= journal_durable_end(sam->journal))
		return err_why(e, ERR_BUSY, "busy", "the current record is not on disk yet");
	if (!journal_read(sam->journal, row->position, &bytes, &entry, e) ||
	    !entry_payload_read(&entry, &p, e))
		return false;
	if (entry.kind != ENTRY_PERSON)
		return err_set(e, ERR_BUG, "the table of persons points at an entry of another kind");
	wr_span(out, p.person.record);
	return writer_ok(out) || err_set(e, ERR_BUG, "sealed record over its bounds");
}

bool
open_person(struct sam *sam, const uint8_t id[ID_LEN], struct span sealed, struct opened_person *p,
    struct err *e)
{
	AUTO_WRITER from_log = writer_grow(RECORD_MAX);
	struct record_name name;

	p->plain = writer_grow(BOX_MAX);
	if ((p->row = persons_find(auth_persons(sam), id)) == NULL)
		return err_why(e, ERR_DENIED, "owner", "no such person");
	if (sealed.n == 0) {
		if (!person_from_log(sam, p->row, &from_log, e))
			return false;
		sealed = writer_span(&from_log);
	}
	if (!seal_open(sam->seal, sealed, &name, &p->plain, e))
		return false;
	if (name.type != RECORD_PERSON || memcmp(name.id, id, ID_LEN) != 0)
		return err_why(e, ERR_DENIED, "record", "sealed record of another id or type");
	if (name.version != p->row->version)
		return err_why(e, ERR_DENIED, "version", "sealed record is version %u, current is %u",
		    name.version, p->row->version);
	return person_record_read(writer_span(&p->plain), &p->record, e);
}

void
log_person(struct sam *sam, const struct person_change *change)
{
	struct entry_person entry = { .version = change->version, .state = change->state,
		.cause = change->cause, .statement = change->statement,
		.evidences = change->evidences, .record = change->record };

	memcpy(entry.id, change->id, ID_LEN);
	memcpy(entry.d, change->d, sizeof(entry.d));
	entry_person_write(journal_begin(sam->journal, ENTRY_PERSON), &entry);
	journal_end(sam->journal);
}

bool
seal_person(struct sam *sam, const uint8_t id[ID_LEN], uint32_t version,
    const struct person_record *m, struct writer *out, struct err *e)
{
	struct record_name name = { .type = RECORD_PERSON, .epoch = sam->state->epoch,
		.version = version };
	AUTO_WRITER plain = writer_grow(BOX_MAX);
	uint8_t salt[SEAL_SALT_LEN];

	memcpy(name.owner, id, ID_LEN);
	memcpy(name.id, id, ID_LEN);
	person_record_write(&plain, m);
	if (!writer_ok(&plain))
		return err_why(e, ERR_DENIED, "limit", "record over its bounds");
	sam_random(sam, salt, sizeof(salt));
	return seal_record(sam->seal, &name, salt, writer_span(&plain), out, e);
}
