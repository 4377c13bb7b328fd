/* SPDX-License-Identifier: Apache-2.0 */
/* Reading and checking receipts. The guards of receipt_check are docs/api.md's last paragraph. */
#include "auditor/inclusion.h"
#include "cli/receipt.h"
#include "cli/vouched.h"
#include "webauthn/assertion.h"

#define EARLY_MS	60000		/* a SIC's clock may be ahead of the SAM's by this */

/* One, or two to the end. */
static bool
attestations_read(struct reader *r, struct receipt *m)
{
	for (m->approvals = 0; m->approvals == 0 || (m->approvals < APPROVALS_MAX && r->n > 0); m->approvals++)
		if (!rd_span16(r, 1, 1024, &m->attestation[m->approvals]))
			return false;
	return true;
}

bool
receipt_read(struct span bytes, struct receipt *out, struct err *e)
{
	struct reader r = reader_over(bytes);
	struct receipt m;
	uint8_t magic[4], n;

	if (!rd_bytes(&r, magic, sizeof(magic)) || memcmp(magic, "PRT1", 4) != 0)
		return err_set(e, ERR_FORMAT, "this is no receipt");
	if (!rd_span32(&r, 1, GENESIS_MAX, &m.genesis) ||
	    !rd_span32(&r, 1, STATEMENT_MAX, &m.statement) ||
	    !rd_span32(&r, 1, EVIDENCES_BYTES_MAX, &m.evidences) || !rd_u32(&r, &m.item) ||
	    !rd_span32(&r, 1, ENTRY_MAX, &m.entry) || !rd_u64(&r, &m.size) || !rd_u64(&r, &m.place) ||
	    !rd_u8(&r, &n) || n > TREE_LEVELS || !rd_take(&r, (size_t)n * HASH_LEN, &m.proof) ||
	    !head_read(&r, &m.head) || !attestations_read(&r, &m) || !rd_end(&r))
		return err_set(e, ERR_FORMAT, "the receipt is cut or damaged");
	*out = m;
	return true;
}

void
receipt_write(struct writer *w, const struct receipt *m)
{
	wr_bytes(w, "PRT1", 4);
	wr_span32(w, m->genesis);
	wr_span32(w, m->statement);
	wr_span32(w, m->evidences);
	wr_u32(w, m->item);
	wr_span32(w, m->entry);
	wr_u64(w, m->size);
	wr_u64(w, m->place);
	wr_u8(w, (uint8_t)(m->proof.n / HASH_LEN));
	wr_span(w, m->proof);
	head_write(w, &m->head);
	for (size_t i = 0; i < m->approvals; i++)
		wr_span16(w, m->attestation[i]);
}

static bool
check_group(const struct receipt *m, const uint8_t *pin, struct receipt_facts *f, struct err *e)
{
	genesis_group(m->genesis, f->group);
	if (pin != NULL && memcmp(f->group, pin, HASH_LEN) != 0)
		return err_set(e, ERR_DENIED, "the receipt is of another group than the one you named");
	return genesis_read(m->genesis, &f->genesis, e);
}

static bool
check_statement(const struct receipt *m, struct receipt_facts *f, struct err *e)
{
	if (!statement_read(m->statement, &f->statement, e))
		return false;
	statement_digest(m->statement, f->d);
	if (f->statement.purpose != PURPOSE_SIGN && f->statement.purpose != PURPOSE_SIGN_ONCE)
		return err_set(e, ERR_DENIED, "the approval in the receipt is not one of signing");
	if (memcmp(f->statement.group, f->group, HASH_LEN) != 0)
		return err_set(e, ERR_DENIED, "the approval in the receipt is for another group");
	if (m->item >= f->statement.sign.n)
		return err_set(e, ERR_DENIED, "the receipt names a place that is not in the approved "
		    "list");
	f->item = f->statement.sign.items[m->item];
	return true;
}

/* The item of an outcome with this index. */
static bool
outcome_find(const struct entry_outcome *o, uint32_t index, struct outcome_item *item)
{
	struct reader r = reader_over(o->items);

	while (entry_outcome_item(&r, item))
		if (item->index == index)
			return true;
	return false;
}

/* What follows from the approved item: itself, or the attributes around a document's hash. */
static bool
dtbsr_of(const struct entry_outcome *o, const struct alg *alg, struct receipt_facts *f)
{
	const struct body_sign *b = &f->statement.sign;
	const uint8_t *cert = entry_outcome_link(o, &f->signing);
	struct signed_attributes m = { .kind = b->kind, .attrs = b->attrs, .alg = alg,
		.digest = f->item.digest, .cert = cert, .signing_ms = f->signing };

	if ((b->kind == KIND_DTBSR) != (cert == NULL))
		return false;
	if (cert == NULL)
		memcpy(f->dtbsr, f->item.digest.p, alg->digest_len);
	else if (!signed_attributes_are_offered(b->kind, b->attrs) || f->signing > SIGNING_MS_MAX)
		return false;
	else
		signed_attributes_digest(&m, f->dtbsr);
	return true;
}

/* A statement over documents for a one-time key names its session: there was no key yet. */
static bool
is_of_the_key(const struct entry_outcome *o, const struct statement *st)
{
	return (st->purpose == PURPOSE_SIGN_ONCE && st->sign.kind != KIND_DTBSR) ||
	    memcmp(o->key, st->sign.key, sizeof(o->key)) == 0;
}

static bool
check_outcome(const struct receipt *m, const struct entry_outcome *o, struct receipt_facts *f,
    struct err *e)
{
	const struct body_sign *sign = &f->statement.sign;
	struct outcome_item item;

	if (memcmp(o->d, f->d, HASH_LEN) != 0)
		return err_set(e, ERR_DENIED, "the log entry is of another approval");
	if (!is_of_the_key(o, &f->statement) || o->alg != sign->alg ||
	    o->exp != f->statement.exp)
		return err_set(e, ERR_DENIED, "the log entry is of another key, algorithm or time than "
		    "was approved");
	if (!outcome_find(o, m->item, &item) || item.status != OUTCOME_SIGNED)
		return err_set(e, ERR_DENIED, "the log entry has no signature for this document");
	if (!dtbsr_of(o, alg_find(o->alg), f) ||
	    !span_equal(item.digest, span_of(f->dtbsr, item.digest.n)))
		return err_set(e, ERR_DENIED, "the log entry's hash is not the approved one");
	f->signature = item.signature;
	return true;
}

static bool
check_entry(const struct receipt *m, struct receipt_facts *f, struct err *e)
{
	union entry_payload payload;
	struct entry entry;

	if (!entry_read(m->entry, &entry, e))
		return false;
	if (entry.kind != ENTRY_OUTCOME || entry.sequence != m->place)
		return err_set(e, ERR_DENIED, "the log entry is none of a signature, or of another "
		    "place in the log");
	f->sequence = entry.sequence;
	f->time = entry.time;
	if (f->statement.iat > f->time && f->statement.iat - f->time > EARLY_MS)
		return err_set(e, ERR_DENIED, "the signature is older than its approval");
	return entry_payload_read(&entry, &payload, e) && check_outcome(m, &payload.outcome, f, e);
}

static bool
check_tree(const struct receipt *m, struct receipt_facts *f, struct err *e)
{
	uint8_t leaf[HASH_LEN];

	f->head = m->head;
	if (m->size != m->head.size || m->place >= m->size || m->head.epoch < f->statement.epoch)
		return err_set(e, ERR_DENIED, "the head does not belong to this log entry");
	if (!head_verify(&m->head, f->group, f->genesis.log, e))
		return false;
	tree_leaf(m->entry, leaf);
	return tree_inclusion_holds(leaf, m->place, m->size, m->proof, m->head.root) ||
	    err_set(e, ERR_DENIED, "the log entry is not in the log that the head signs");
}

static bool
approval_holds(const struct evidence *ev, const struct attested *by, const struct receipt_facts *f)
{
	struct relying_party rp;
	struct assertion said;

	if (ev->type != EVIDENCE_PASSKEY)
		return evidence_verify(ev, f->d, by->spki);
	return relying_party_init(&rp, f->genesis.origin, f->genesis.service) &&
	    assertion_verify(ev->body, f->d, by->spki, &rp, &said, NULL);
}

static bool
check_approval(const struct receipt *m, const struct evidence *ev, size_t i, struct receipt_facts *f,
    struct err *e)
{
	struct attested *by = &f->attested[i];

	if (!attestation_signer_read(m->attestation[i], f->genesis.attest, by, e))
		return false;
	if (memcmp(by->group, f->group, HASH_LEN) != 0 || memcmp(by->signer, f->statement.subject, 16) != 0)
		return err_set(e, ERR_DENIED, "the attestation is of another group or signer");
	if (memcmp(ev->id, by->authenticator, 16) != 0)
		return err_set(e, ERR_DENIED, "the approval is by another authenticator than the "
		    "attested one");
	if (approval_is_vouched(ev))
		return vouched_fits(ev, by, f, e);
	return (by->spki.n > 0 && approval_holds(ev, by, f)) ||
	    err_set(e, ERR_DENIED, "the approval does not verify under the attested key");
}

/* All of them: a key may ask for two, and then two are proved. */
static bool
check_approvals(const struct receipt *m, struct receipt_facts *f, struct err *e)
{
	struct evidences list;

	if (!evidences_read(m->evidences, &list, e))
		return false;
	if (list.n != m->approvals)
		return err_set(e, ERR_DENIED, "the receipt has %zu approvals and proves %zu; ask the server"
		    " for a new one", list.n, m->approvals);
	if (list.n == 2 && memcmp(list.list[0].id, list.list[1].id, 16) == 0)
		return err_set(e, ERR_DENIED, "both approvals are by the same authenticator");
	f->approvals = list.n;
	for (size_t i = 0; i < list.n; i++)
		if (!check_approval(m, &list.list[i], i, f, e))
			return false;
	return true;
}

bool
receipt_check(const struct receipt *m, const uint8_t *group, struct receipt_facts *out,
    struct err *e)
{
	struct receipt_facts f;

	if (!check_group(m, group, &f, e) || !check_statement(m, &f, e) || !check_entry(m, &f, e) ||
	    !check_tree(m, &f, e) || !check_approvals(m, &f, e))
		return false;
	*out = f;
	return true;
}
