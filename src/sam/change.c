/* SPDX-License-Identifier: Apache-2.0 */
/* Changes of signers and keys: sealing their records, writing their entries. */
#include "sam/enact.h"
#include "sam/once.h"

static void
copy_or_zero(uint8_t out[32], const uint8_t *from)
{
	if (from != NULL)
		memcpy(out, from, 32);
	else
		memset(out, 0, 32);
}

void
log_signer(struct sam *sam, const struct signer_change *change)
{
	struct entry_signer entry = { .version = change->version, .state = change->state,
		.cause = change->cause, .statement = change->statement,
		.evidences = change->evidences, .record = change->record };

	memcpy(entry.id, change->id, ID_LEN);
	copy_or_zero(entry.d, change->d);
	entry_signer_write(journal_begin(sam->journal, ENTRY_SIGNER), &entry);
	journal_end(sam->journal);
	if (change->state != SIGNER_ACTIVE || change->record.n > 0)
		activations_close(sam->activations, RECORD_SIGNER, change->id);
	onces_recheck(sam);
}

void
log_key(struct sam *sam, const struct key_change *change)
{
	struct entry_key entry = { .version = change->version, .state = change->state,
		.cause = change->cause, .record = change->record };

	memcpy(entry.id, change->id, ID_LEN);
	memcpy(entry.owner, change->owner, ID_LEN);
	copy_or_zero(entry.d, change->d);
	copy_or_zero(entry.detail, change->detail);
	entry_key_write(journal_begin(sam->journal, ENTRY_KEY), &entry);
	journal_end(sam->journal);
	activations_close(sam->activations, RECORD_KEY, change->id);
}

static bool
seal_plain(struct sam *sam, const struct record_name *name, const struct writer *plain,
    struct writer *out, struct err *e)
{
	uint8_t salt[SEAL_SALT_LEN];

	if (!writer_ok(plain))
		return err_why(e, ERR_DENIED, "limit", "record over its bounds");
	sam_random(sam, salt, sizeof(salt));
	return seal_record(sam->seal, name, salt, writer_span(plain), out, e);
}

bool
seal_signer(struct sam *sam, const uint8_t id[ID_LEN], uint32_t version,
    const struct signer_record *s, struct writer *out, struct err *e)
{
	struct record_name name = { .type = RECORD_SIGNER, .epoch = sam->state->epoch,
		.version = version };
	AUTO_WRITER plain = writer_grow(BOX_MAX);

	memcpy(name.owner, id, ID_LEN);
	memcpy(name.id, id, ID_LEN);
	signer_record_write(&plain, s);
	return seal_plain(sam, &name, &plain, out, e);
}

bool
seal_key(struct sam *sam, const uint8_t owner[ID_LEN], const uint8_t id[ID_LEN], uint32_t epoch,
    uint32_t version, const struct key_record *k, struct writer *out, struct err *e)
{
	struct record_name name = { .type = RECORD_KEY, .epoch = epoch, .version = version };
	AUTO_WRITER plain = writer_grow(BOX_MAX);

	memcpy(name.owner, owner, ID_LEN);
	memcpy(name.id, id, ID_LEN);
	key_record_write(&plain, k);
	return seal_plain(sam, &name, &plain, out, e);
}
