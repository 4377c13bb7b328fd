/* SPDX-License-Identifier: Apache-2.0 */
/* Receipts: a good one holds; whatever is changed in it, it does not. */
#include "cli/verify.h"
#include "rig.h"
#include "statement/grant.h"

static bool
holds(const struct receipt *m, const uint8_t *group, struct err *e)
{
	struct receipt_facts *facts = malloc(sizeof(*facts));
	bool good;

	err_clear(e);
	good = receipt_check(m, group, facts, e);
	free(facts);
	return good;
}

static bool
bytes_hold(struct span bytes, const uint8_t *group)
{
	struct receipt m;
	struct err e = { 0 };

	return receipt_read(bytes, &m, &e) && holds(&m, group, &e);
}

TEST(a_good_receipt_holds_and_says_what_it_proves)
{
	AUTO(rig) *r = rig_new();
	struct receipt_facts *f = malloc(sizeof(*f));
	struct err e = { 0 };

	CHECK(receipt_check(&r->receipt, r->group, f, &e));
	CHECK(memcmp(f->d, r->d, HASH_LEN) == 0);
	CHECK(span_equal(f->signature, span_of(r->raw, 64)));
	CHECK(span_equal(f->item.label, span_str("contract.pdf")));
	CHECK(f->sequence == 2 && f->approvals == 1 && f->attested[0].loa == 2);
	free(f);
}

/* Document's hash to DTBS/R, through attributes that the verifier makes again. */
TEST(a_receipt_of_a_document_proves_what_was_signed)
{
	for (uint8_t kind = KIND_CADES; kind <= KIND_PADES; kind++)
		for (int once = 0; once < 2; once++) {
			AUTO(rig) *r = rig_new();
			AUTO_WRITER w = writer_grow(RECEIPT_MAX);
			struct receipt_facts *f = malloc(sizeof(*f));
			uint8_t document[HASH_LEN];
			struct err e = { 0 };

			sha256(span_str("a document"), document);
			rig_sign_document(r, kind, once, document);
			CHECK(receipt_check(&r->receipt, r->group, f, &e));
			CHECK(span_equal(f->item.digest, span_of(document, HASH_LEN)));
			CHECK(f->signing == 1700000100000 && memcmp(f->dtbsr, document, HASH_LEN) != 0);
			receipt_write(&w, &r->receipt);
			for (size_t i = 0; i < w.n; i++) {
				w.p[i] ^= 1;
				CHECK(!bytes_hold(writer_span(&w), r->group));
				w.p[i] ^= 1;
			}
			CHECK(bytes_hold(writer_span(&w), r->group));
			free(f);
		}
}

TEST(a_receipt_survives_its_own_encoding)
{
	AUTO(rig) *r = rig_new();
	AUTO_WRITER w = writer_grow(RECEIPT_MAX);

	receipt_write(&w, &r->receipt);
	CHECK(bytes_hold(writer_span(&w), r->group));
}

TEST(every_flipped_bit_and_every_cut_is_refused)
{
	AUTO(rig) *r = rig_new();
	AUTO_WRITER w = writer_grow(RECEIPT_MAX);

	receipt_write(&w, &r->receipt);
	for (size_t i = 0; i < 8 * w.n; i++) {
		w.p[i / 8] ^= (uint8_t)(1u << i % 8);
		CHECK(!bytes_hold(writer_span(&w), r->group));
		w.p[i / 8] ^= (uint8_t)(1u << i % 8);
	}
	for (size_t n = 0; n < w.n; n++)
		CHECK(!bytes_hold(span_of(w.p, n), r->group));
	wr_u8(&w, 0);
	CHECK(!bytes_hold(writer_span(&w), r->group));
}

TEST(a_receipt_of_another_group_is_refused)
{
	AUTO(rig) *r = rig_new();
	uint8_t group[HASH_LEN] = { 1 };
	struct err e = { 0 };

	CHECK(!holds(&r->receipt, group, &e) && e.code == ERR_DENIED);
	CHECK(holds(&r->receipt, NULL, &e));
}

TEST(a_head_by_another_key_is_refused)
{
	AUTO(rig) *r = rig_new();
	struct key *log = r->log;
	struct err e = { 0 };

	r->log = r->attest;
	rig_head_sign(r, &r->receipt.head);
	r->log = log;
	CHECK(!holds(&r->receipt, r->group, &e));
}

TEST(a_head_of_an_older_epoch_than_the_approval_is_refused)
{
	AUTO(rig) *r = rig_new();
	struct err e = { 0 };

	r->receipt.head.epoch = 0;
	rig_head_sign(r, &r->receipt.head);
	CHECK(!holds(&r->receipt, r->group, &e));
}

TEST(a_head_over_another_log_is_refused)
{
	AUTO(rig) *r = rig_new();
	struct err e = { 0 };

	r->receipt.head.root[0] ^= 1;
	rig_head_sign(r, &r->receipt.head);
	CHECK(!holds(&r->receipt, r->group, &e));
}

/* Rebuilds the attestation with one byte of its body changed, well signed. */
static bool
attested_otherwise(struct rig *r, size_t at, struct key *by)
{
	AUTO_WRITER w = writer_grow(1024);
	struct err e = { 0 };

	wr_bytes(&w, r->attestation.p, r->attestation.n - 64);
	if (at < w.n)
		w.p[at] ^= 1;
	rig_attest(r, by, &w);
	r->receipt.attestation[0] = writer_span(&w);
	return holds(&r->receipt, r->group, &e);
}

TEST(an_attestation_of_another_group_signer_authenticator_or_key_is_refused)
{
	AUTO(rig) *r = rig_new();

	CHECK(attested_otherwise(r, SIZE_MAX, r->attest));
	CHECK(!attested_otherwise(r, 0, r->attest));
	CHECK(!attested_otherwise(r, 1, r->attest));
	CHECK(!attested_otherwise(r, 33, r->attest));
	CHECK(!attested_otherwise(r, 49, r->attest));
	CHECK(!attested_otherwise(r, 65 + 2 + 90, r->attest));
	CHECK(!attested_otherwise(r, SIZE_MAX, r->log));
}

/* An entry of the same log, well hashed, that says something else. */
static bool
logged(struct rig *r, struct entry_outcome *o, struct outcome_item *item, uint64_t time)
{
	struct tree *tree = calloc(1, sizeof(*tree));
	uint8_t leaf[HASH_LEN];
	struct err e = { 0 };
	bool good;

	writer_reset(&r->entry);
	entry_head_write(&r->entry, 2, time, ENTRY_OUTCOME);
	entry_outcome_write(&r->entry, o, item);
	r->receipt.entry = writer_span(&r->entry);
	tree_init(tree);
	tree_leaf(span_str("zero"), leaf);
	tree_append(tree, leaf, NULL);
	tree_leaf(span_str("one"), leaf);
	tree_append(tree, leaf, NULL);
	tree_leaf(r->receipt.entry, leaf);
	tree_append(tree, leaf, NULL);
	tree_root(tree, r->receipt.head.root);
	free(tree);
	rig_head_sign(r, &r->receipt.head);
	good = holds(&r->receipt, r->group, &e);
	return good;
}

TEST(a_log_entry_that_is_not_this_approvals_is_refused)
{
	AUTO(rig) *r = rig_new();
	uint8_t digest[32] = { 7, 7, 7 };
	struct outcome_item item = { .digest = span_of(digest, 32), .signature = span_of(r->raw, 64) };
	struct entry_outcome o = { .reserved = 1, .alg = 1, .exp = 1700000400000, .n = 1 };
	uint64_t t = 1700000101000;

	memcpy(o.d, r->d, HASH_LEN);
	memset(o.key, 0x4b, 16);
	CHECK(logged(r, &o, &item, t));
	CHECK(!logged(r, &o, &item, 1700000100000 - 60001));
	o.d[0] ^= 1;
	CHECK(!logged(r, &o, &item, t));
	o.d[0] ^= 1;
	o.key[0] ^= 1;
	CHECK(!logged(r, &o, &item, t));
	o.key[0] ^= 1;
	o.exp++;
	CHECK(!logged(r, &o, &item, t));
	o.exp--;
	digest[0] ^= 1;
	CHECK(!logged(r, &o, &item, t));
	digest[0] ^= 1;
	item.index = 1;
	CHECK(!logged(r, &o, &item, t));
	item.index = 0;
	item.status = OUTCOME_NOT_MADE;
	item.signature = span_of(NULL, 0);
	CHECK(!logged(r, &o, &item, t));
}

TEST(an_approval_by_another_key_is_refused)
{
	AUTO(rig) *r = rig_new();
	AUTO_APPROVED a;
	struct err e = { 0 };

	approved_init(&a);
	memcpy(a.d, r->d, HASH_LEN);
	CHECK(sic_approve(&a, r->profile.authenticator, r->officer[0], &e));
	r->receipt.evidences = writer_span(&a.evidences);
	CHECK(!holds(&r->receipt, r->group, &e));
}

/* Evidence of a second authenticator, whose id sorts last, and its attestation. */
struct second {
	uint8_t		id[16], sig[APPROVAL_LEN];
	struct writer	evidences, attestation;
};

static void
second_wipe(struct second *s)
{
	writer_wipe(&s->evidences);
	writer_wipe(&s->attestation);
}

static void
second_approves(struct rig *r, struct second *s, struct key *by, struct key *attested)
{
	struct writer *w = &s->attestation;
	struct evidences list;
	uint8_t digest[HASH_LEN];
	struct err e = { 0 };

	*s = (struct second){ .evidences = writer_grow(EVIDENCES_BYTES_MAX), .attestation = writer_grow(1024) };
	memset(s->id, 0xff, sizeof(s->id));
	approval_digest(r->d, digest);
	CHECK(key_sign(by, digest, s->sig, &e));
	CHECK(evidences_read(writer_span(&r->evidences), &list, &e) && list.n == 1);
	CHECK(evidences_add(&list, EVIDENCE_DEVICE, s->id, span_of(s->sig, sizeof(s->sig))));
	evidences_write(&s->evidences, &list);
	wr_u8(w, 2);
	wr_bytes(w, r->group, HASH_LEN);
	wr_bytes(w, r->profile.signer, 16);
	wr_bytes(w, s->id, 16);
	wr_span16(w, key_spki(attested));
	wr_u8(w, 2);
	wr_u8(w, PROTECTION_CARD);
	wr_u64(w, 9);
	wr_u64(w, 1700000101500);
	rig_attest(r, r->attest, w);
	r->receipt.evidences = writer_span(&s->evidences);
	r->receipt.attestation[1] = writer_span(w);
	r->receipt.approvals = 2;
}

TEST(two_approvals_are_both_proved)
{
	AUTO(rig) *r = rig_new();
	struct receipt_facts *f = malloc(sizeof(*f));
	AUTO_WRITER w = writer_grow(RECEIPT_MAX);
	struct receipt one;
	struct second s;
	struct err e = { 0 };

	second_approves(r, &s, r->officer[0], r->officer[0]);
	CHECK(receipt_check(&r->receipt, r->group, f, &e));
	CHECK(f->approvals == 2 && f->attested[1].protection == PROTECTION_CARD &&
	    memcmp(f->attested[1].authenticator, s.id, 16) == 0);
	free(f);
	receipt_write(&w, &r->receipt);
	for (size_t i = 0; i < 8 * w.n; i += 3) {
		w.p[i / 8] ^= (uint8_t)(1u << i % 8);
		CHECK(!bytes_hold(writer_span(&w), r->group));
		w.p[i / 8] ^= (uint8_t)(1u << i % 8);
	}
	for (size_t n = 0; n < w.n; n++)	/* one of them is the receipt with one attestation */
		CHECK(!bytes_hold(span_of(w.p, n), r->group));
	CHECK(bytes_hold(writer_span(&w), r->group));
	one = r->receipt;
	one.approvals = 1;
	CHECK(!holds(&one, r->group, &e));
	one = r->receipt;
	one.attestation[1] = one.attestation[0];
	CHECK(!holds(&one, r->group, &e));
	one = r->receipt;
	one.evidences = writer_span(&r->evidences);	/* one approval, two attestations */
	CHECK(!holds(&one, r->group, &e));
	second_wipe(&s);
}

/* In place of the device's: a grant, whose key no receipt has. */
static void
grant_approves(struct rig *r, struct second *s, struct grant *g)
{
	struct writer *w = &s->attestation;
	struct evidences list = { 0 };
	uint8_t mem[GRANT_MAX];
	struct writer body = writer_over(mem, sizeof(mem));

	*s = (struct second){ .evidences = writer_grow(EVIDENCES_BYTES_MAX), .attestation = writer_grow(1024) };
	memset(s->id, 0xff, sizeof(s->id));
	grant_write(&body, g);
	CHECK(evidences_add(&list, EVIDENCE_MODULE, s->id, writer_span(&body)));
	evidences_write(&s->evidences, &list);
	wr_u8(w, 2);
	wr_bytes(w, r->group, HASH_LEN);
	wr_bytes(w, r->profile.signer, 16);
	wr_bytes(w, s->id, 16);
	wr_span16(w, span_of("", 0));
	wr_u8(w, 2);
	wr_u8(w, PROTECTION_MODULE);
	wr_u64(w, 9);
	wr_u64(w, 1700000101500);
	rig_attest(r, r->attest, w);
	r->receipt.evidences = writer_span(&s->evidences);
	r->receipt.attestation[0] = writer_span(w);
}

static struct grant
grant_of(const struct rig *r)
{
	struct grant g = { .factors = FACTOR_PIN | FACTOR_TOTP, .level = 2, .time = 1700000100000 };

	memcpy(g.group, r->group, HASH_LEN);
	memcpy(g.d, r->d, HASH_LEN);
	memcpy(g.signer, r->profile.signer, 16);
	return g;
}

TEST(a_grant_is_believed_for_this_approval_alone)
{
	AUTO(rig) *r = rig_new();
	struct grant good = grant_of(r), g = good;
	uint8_t *const parts[] = { g.group, g.d, g.signer };
	struct second s;
	struct err e = { 0 };

	grant_approves(r, &s, &g);
	CHECK(holds(&r->receipt, r->group, &e));
	second_wipe(&s);
	for (size_t i = 0; i < COUNT(parts); i++) {
		parts[i][3] ^= 1;
		grant_approves(r, &s, &g);
		err_clear(&e);
		CHECK(!holds(&r->receipt, r->group, &e) && strstr(e.text, "another approval") != NULL);
		second_wipe(&s);
		g = good;
	}
}

/* Else a grant that nobody verified would stand for a key that the receipt could verify. */
TEST(a_grant_does_not_stand_for_a_device)
{
	AUTO(rig) *r = rig_new();
	struct span device = r->receipt.attestation[0], evidences = r->receipt.evidences, module;
	struct grant g = grant_of(r);
	struct evidences list;
	struct second s;
	struct err e = { 0 };

	grant_approves(r, &s, &g);
	module = r->receipt.attestation[0];
	r->receipt.attestation[0] = device;
	CHECK(!holds(&r->receipt, r->group, &e));
	CHECK(evidences_read(evidences, &list, &e) && list.n == 1);
	memcpy(list.list[0].id, s.id, 16);
	writer_reset(&s.evidences);
	evidences_write(&s.evidences, &list);
	r->receipt.evidences = writer_span(&s.evidences);
	r->receipt.attestation[0] = module;
	err_clear(&e);
	CHECK(!holds(&r->receipt, r->group, &e));
	second_wipe(&s);
}

TEST(a_second_approval_by_another_key_is_refused)
{
	AUTO(rig) *r = rig_new();
	struct second s;
	struct err e = { 0 };

	second_approves(r, &s, r->officer[1], r->officer[0]);
	CHECK(!holds(&r->receipt, r->group, &e) && e.code == ERR_DENIED);
	second_wipe(&s);
}

TEST(the_receipt_of_another_signature_key_or_document_does_not_fit)
{
	AUTO(rig) *r = rig_new();
	struct receipt_facts *f = malloc(sizeof(*f));
	uint8_t digest[32] = { 7, 7, 7 }, raw[64];
	const struct alg *alg = alg_find(1);
	struct span good = span_of(digest, 32);
	struct err e = { 0 };

	memcpy(raw, r->raw, 64);
	CHECK(receipt_check(&r->receipt, r->group, f, &e));
	CHECK(facts_fit(f, alg, good, key_spki(r->signing), span_of(raw, 64), &e));
	CHECK(!facts_fit(f, alg, good, key_spki(r->alice), span_of(raw, 64), &e));
	CHECK(command_exit(&e) == EXIT_INVALID);
	raw[0] ^= 1;
	CHECK(!facts_fit(f, alg, good, key_spki(r->signing), span_of(raw, 64), &e));
	raw[0] ^= 1;
	digest[31] ^= 1;
	CHECK(!facts_fit(f, alg, good, key_spki(r->signing), span_of(raw, 64), &e));
	digest[31] ^= 1;
	CHECK(!facts_fit(f, alg_find(2), good, key_spki(r->signing), span_of(raw, 64), &e));
	free(f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_good_receipt_holds_and_says_what_it_proves),
		cmocka_unit_test(a_receipt_of_a_document_proves_what_was_signed),
		cmocka_unit_test(a_receipt_survives_its_own_encoding),
		cmocka_unit_test(every_flipped_bit_and_every_cut_is_refused),
		cmocka_unit_test(a_receipt_of_another_group_is_refused),
		cmocka_unit_test(a_head_by_another_key_is_refused),
		cmocka_unit_test(a_head_of_an_older_epoch_than_the_approval_is_refused),
		cmocka_unit_test(a_head_over_another_log_is_refused),
		cmocka_unit_test(an_attestation_of_another_group_signer_authenticator_or_key_is_refused),
		cmocka_unit_test(a_log_entry_that_is_not_this_approvals_is_refused),
		cmocka_unit_test(an_approval_by_another_key_is_refused),
		cmocka_unit_test(two_approvals_are_both_proved),
		cmocka_unit_test(a_grant_is_believed_for_this_approval_alone),
		cmocka_unit_test(a_grant_does_not_stand_for_a_device),
		cmocka_unit_test(a_second_approval_by_another_key_is_refused),
		cmocka_unit_test(the_receipt_of_another_signature_key_or_document_does_not_fit),
	};
	struct err e = { 0 };

	return crypto_start(&e) ? RUN(tests) : 1;
}
