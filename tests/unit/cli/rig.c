/* SPDX-License-Identifier: Apache-2.0 */
/* The rig: genesis with four officers, one signature in a log of three entries. */
#include <unistd.h>

#include "cli/encode.h"
#include "rig.h"

char *
rig_path(struct rig *r, const char *name, char out[128])
{
	snprintf(out, 128, "%s/%s", r->dir, name);
	return out;
}

struct key *
rig_key(struct rig *r, const char *name)
{
	struct err e = { 0 };
	struct key *key;
	char path[128];

	CHECK(key_make_login(rig_path(r, name, path), &e));
	key = key_open(path, span_of(NULL, 0), &e);
	CHECK(key != NULL);
	return key;
}

static void
make_genesis(struct rig *r)
{
	static const uint8_t roles[] = { 1, 1, 1, 5 };
	static const char *const people[] = { "Ann", "Ben", "Cem", "Dora" };
	struct writer w = writer_over(r->genesis_mem, sizeof(r->genesis_mem));
	struct err e = { 0 };
	uint8_t digest[HASH_LEN], proof[4][OFFICER_PROOF];

	r->g = (struct genesis){ .kind = GROUP_SAM, .time = 1700000000000,
		.policy = { 300000, 1, 6, 1, 2, 8, 0, 0, 0, 0 },
		.log = key_spki(r->log), .attest = key_spki(r->attest), .library = span_str("soft"),
		.token = span_str("token"), .serial = span_str("1"), .n = 4 };
	for (size_t i = 0; i < 4; i++) {
		struct genesis_officer *o = &r->g.officer[i];

		memset(o->id, (int)i + 1, sizeof(o->id));
		o->card = (struct officer_card){ .role = roles[i], .type = OFFICER_DEVICE,
			.person = span_str(people[i]), .spki = key_spki(r->officer[i]),
			.proof = span_of(proof[i], OFFICER_PROOF) };
		officer_card_digest(&o->card, digest);
		CHECK(key_sign(r->officer[i], digest, proof[i], &e));
	}
	genesis_write(&w, &r->g);
	CHECK(writer_ok(&w));
	r->genesis = writer_span(&w);
	CHECK(genesis_read(r->genesis, &r->g, &e) && genesis_verify(&r->g, &e));
	genesis_group(r->genesis, r->group);
}

void
rig_head_sign(struct rig *r, struct head *h)
{
	struct err e = { 0 };
	uint8_t digest[HASH_LEN];

	head_digest(h, r->group, digest);
	CHECK(key_sign(r->log, digest, h->signature, &e));
}

void
rig_attest(struct rig *r UNUSED, struct key *by, struct writer *w)
{
	static const char tag[] = "propria-attestation-v1";
	struct span parts[2] = { span_of(tag, sizeof(tag)), writer_span(w) };
	uint8_t digest[HASH_LEN], sig[64];
	struct err e = { 0 };

	sha256_parts(parts, 2, digest);
	CHECK(key_sign(by, digest, sig, &e));
	wr_bytes(w, sig, sizeof(sig));
}

#define SIGNING	1700000100000

static void
dtbsr_of(const struct rig *r, uint8_t out[DIGEST_MAX])
{
	struct signed_attributes m = { .kind = r->kind, .alg = alg_find(1), .cert = r->cert,
		.digest = span_of(r->digest, HASH_LEN), .signing_ms = SIGNING };

	if (r->kind == 0)
		memcpy(out, r->digest, HASH_LEN);
	else
		signed_attributes_digest(&m, out);
}

static void
make_statement(struct rig *r)
{
	struct statement *s = calloc(1, sizeof(*s));
	uint8_t dtbsr[DIGEST_MAX];
	struct challenge challenge = { .epoch = 1, .now = 1700000100000 };
	struct err e = { 0 };
	AUTO_APPROVED a;

	approved_init(&a);
	s->purpose = PURPOSE_SIGN;
	s->sign = (struct body_sign){ .class = 1, .level = 2, .alg = 1, .kind = 1, .seen = 1, .n = 1 };
	if (r->kind != 0)
		s->sign.kind = r->kind;
	if (r->once) {
		s->purpose = PURPOSE_SIGN_ONCE;
		s->sign.session[0] = 1;
		memcpy(s->sign.profile, "short-term", 10);
	} else {
		memset(s->sign.key, 0x4b, 16);
		sha256(key_spki(r->signing), s->sign.spki);
	}
	s->sign.items[0] = (struct item){ span_of(r->digest, 32), span_str("contract.pdf") };
	s->sign.name = span_str("me");
	CHECK(sic_statement(&a, s, &r->profile, &challenge, 1700000100000, &e));
	CHECK(sic_approve(&a, r->profile.authenticator, r->alice, &e));
	wr_span(&r->statement, writer_span(&a.statement));
	wr_span(&r->evidences, writer_span(&a.evidences));
	memcpy(r->d, a.d, HASH_LEN);
	dtbsr_of(r, dtbsr);
	CHECK(key_sign(r->signing, dtbsr, r->raw, &e));
	free(s);
}

static void
make_entry(struct rig *r)
{
	struct entry_outcome o = { .reserved = 1, .alg = 1, .exp = 1700000100000 + 300000, .n = 1 };
	uint8_t dtbsr[DIGEST_MAX], link[OUTCOME_LINK_LEN];
	struct outcome_item item = { .digest = span_of(dtbsr, 32), .signature = span_of(r->raw, 64) };

	dtbsr_of(r, dtbsr);
	if (r->kind != 0)
		o.link = outcome_link(link, SIGNING, r->cert);
	memcpy(o.d, r->d, HASH_LEN);
	memset(o.key, 0x4b, 16);
	entry_head_write(&r->entry, 2, 1700000101000, ENTRY_OUTCOME);
	entry_outcome_write(&r->entry, &o, &item);
}

static void
make_receipt(struct rig *r)
{
	static uint8_t proof[HASH_LEN];
	struct tree *tree = calloc(1, sizeof(*tree));
	uint8_t leaf[HASH_LEN];
	struct receipt *m = &r->receipt;

	tree_init(tree);
	tree_leaf(span_str("zero"), leaf);
	tree_append(tree, leaf, NULL);
	tree_leaf(span_str("one"), leaf);
	tree_append(tree, leaf, NULL);
	tree_root(tree, proof);
	tree_leaf(writer_span(&r->entry), leaf);
	tree_append(tree, leaf, NULL);
	*m = (struct receipt){ .genesis = r->genesis, .statement = writer_span(&r->statement),
		.evidences = writer_span(&r->evidences), .entry = writer_span(&r->entry), .size = 3,
		.place = 2, .proof = span_of(proof, HASH_LEN),
		.approvals = 1, .attestation = { writer_span(&r->attestation) } };
	m->head = (struct head){ .epoch = 1, .size = 3, .time = 1700000102000 };
	tree_root(tree, m->head.root);
	rig_head_sign(r, &m->head);
	free(tree);
}

static void
make_attestation(struct rig *r)
{
	struct writer *w = &r->attestation;

	wr_u8(w, 2);
	wr_bytes(w, r->group, HASH_LEN);
	wr_bytes(w, r->profile.signer, 16);
	wr_bytes(w, r->profile.authenticator, 16);
	wr_span16(w, key_spki(r->alice));
	wr_u8(w, 2);
	wr_u8(w, PROTECTION_FILE);
	wr_u64(w, 9);
	wr_u64(w, 1700000101500);
	rig_attest(r, r->attest, w);
}

void
rig_sign(struct rig *r, const uint8_t digest[HASH_LEN])
{
	memcpy(r->digest, digest, HASH_LEN);
	writer_reset(&r->statement);
	writer_reset(&r->evidences);
	writer_reset(&r->entry);
	make_statement(r);
	make_entry(r);
	make_receipt(r);
}

struct rig *
rig_new(void)
{
	struct rig *r = calloc(1, sizeof(*r));
	char name[16];

	snprintf(r->dir, sizeof(r->dir), "/tmp/propria-cli-XXXXXX");
	CHECK(mkdtemp(r->dir) != NULL);
	r->alice = rig_key(r, "alice");
	r->log = rig_key(r, "log");
	r->attest = rig_key(r, "attest");
	r->signing = rig_key(r, "signing");
	for (int i = 0; i < 4; i++) {
		snprintf(name, sizeof(name), "officer%d", i);
		r->officer[i] = rig_key(r, name);
	}
	make_genesis(r);
	memcpy(r->profile.group, r->group, HASH_LEN);
	memset(r->profile.signer, 0x51, 16);
	memset(r->profile.authenticator, 0xa1, 16);
	r->profile.life = 300000;
	r->statement = r->evidences = r->entry = r->attestation = writer_grow(65536);
	make_attestation(r);
	rig_sign(r, (const uint8_t[HASH_LEN]){ 7, 7, 7 });
	return r;
}

void
rig_free(struct rig *r)
{
	char command[128];

	writer_wipe(&r->statement);
	writer_wipe(&r->evidences);
	writer_wipe(&r->entry);
	writer_wipe(&r->attestation);
	key_free(r->alice);
	key_free(r->log);
	key_free(r->attest);
	key_free(r->signing);
	for (int i = 0; i < 4; i++)
		key_free(r->officer[i]);
	snprintf(command, sizeof(command), "rm -rf %s", r->dir);
	CHECK(system(command) == 0);
	free(r);
}

void
rig_sign_document(struct rig *r, uint8_t kind, bool once, const uint8_t digest[HASH_LEN])
{
	r->kind = kind;
	r->once = once;
	sha256(span_str("certificate"), r->cert);
	rig_sign(r, digest);
}
