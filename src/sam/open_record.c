/* SPDX-License-Identifier: Apache-2.0 */
/* Opening sealed records against the version index. */
#include "sam/open_record.h"

bool
sealed_from_log(struct sam *sam, enum record_type type, const struct row *row, struct writer *out,
    struct err *e)
{
	AUTO_WRITER bytes = writer_grow(ENTRY_MAX);
	union entry_payload p;
	struct entry entry;
	struct span record;

	/* Changed a moment ago by a request that has no answer yet. */
	if (row_position(row) >= journal_durable_end(sam->journal))
		return err_why(e, ERR_BUSY, "busy", "the current record is not on disk yet");
	if (!journal_read(sam->journal, row_position(row), &bytes, &entry, e) ||
	    !entry_payload_read(&entry, &p, e))
		return false;
	if (entry.kind == ENTRY_SIGNER && type == RECORD_SIGNER)
		record = p.signer.record;
	else if (entry.kind == ENTRY_KEY && type == RECORD_KEY)
		record = p.key.record;
	else
		return err_set(e, ERR_BUG, "the index points at an entry of another kind");
	wr_span(out, record);
	return writer_ok(out) || err_set(e, ERR_BUG, "sealed record over its bounds");
}

/* Opens and compares the name with what was asked and with the index. */
static bool
open_current(struct sam *sam, enum record_type type, const uint8_t id[ID_LEN], struct span sealed,
    struct row **row, struct record_name *name, struct writer *plain, struct err *e)
{
	AUTO_WRITER from_log = writer_grow(RECORD_MAX);

	if ((*row = index_find(sam->state->index, type, id)) == NULL)
		return err_why(e, ERR_DENIED, "owner", "no such %s", type == RECORD_KEY ? "key" : "signer");
	if (sealed.n == 0) {
		if (!sealed_from_log(sam, type, *row, &from_log, e))
			return false;
		sealed = writer_span(&from_log);
	}
	if (!seal_open(sam->seal, sealed, name, plain, e))
		return false;
	if (name->type != type || memcmp(name->id, id, ID_LEN) != 0)
		return err_why(e, ERR_DENIED, "record", "sealed record of another id or type");
	if (name->version != (*row)->version)
		return err_why(e, ERR_DENIED, "version", "sealed record is version %u, current is %u",
		    name->version, (*row)->version);
	return true;
}

bool
open_signer(struct sam *sam, const uint8_t id[ID_LEN], struct span sealed, struct opened_signer *s,
    struct err *e)
{
	struct record_name name;

	s->plain = writer_grow(BOX_MAX);
	return open_current(sam, RECORD_SIGNER, id, sealed, &s->row, &name, &s->plain, e) &&
	    signer_record_read(writer_span(&s->plain), &s->record, e);
}

bool
open_key(struct sam *sam, const uint8_t id[ID_LEN], struct span sealed, struct opened_key *k,
    struct err *e)
{
	struct record_name name;

	k->plain = writer_grow(BOX_MAX);
	if (!open_current(sam, RECORD_KEY, id, sealed, &k->row, &name, &k->plain, e) ||
	    !key_record_read(writer_span(&k->plain), &k->record, e))
		return false;
	memcpy(k->owner, name.owner, ID_LEN);
	k->epoch = name.epoch;
	return true;
}

void
opened_signer_wipe(struct opened_signer *s)
{
	writer_wipe(&s->plain);
}

void
opened_key_wipe(struct opened_key *k)
{
	writer_wipe(&k->plain);
}
