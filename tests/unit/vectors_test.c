/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The test vectors of PROTOCOL.sam 8: makes them by the program's own functions with fixed keys,
 * salts and times, and compares them with the committed files. `vectors_test DIRECTORY write`
 * writes them anew; tests/vectors/check.py verifies them without any code of ours.
 */
#include <sys/random.h>

#include "auth/factors.h"
#include "audit/batch.h"
#include "crypto/verify.h"
#include "der/signed_attributes.h"
#include "sam/nonce.h"
#include "sam/record.h"
#include "sam/seal.h"
#include "tests/test.h"
#include "tests/unit/kit/messages.h"
#include "tests/unit/kit/samples.h"

ssize_t	__wrap_getrandom(void *, size_t, unsigned);

/* The life of the nonces is random but for this. */
ssize_t
__wrap_getrandom(void *p, size_t n, unsigned flags UNUSED)
{
	memset(p, 0x42, n);
	return (ssize_t)n;
}

static const char *directory;
static bool writing;

/* A file of vectors in the making: lines of "name hexadecimal", comments behind #. */
static struct writer file;

static void
note(const char *text)
{
	wr_bytes(&file, "# ", 2);
	wr_bytes(&file, text, strlen(text));
	wr_u8(&file, '\n');
}

static void
vector(const char *what, const char *name, struct span bytes)
{
	static const char digits[] = "0123456789abcdef";

	wr_bytes(&file, what, strlen(what));
	wr_bytes(&file, name[0] == '\0' ? "" : ".", name[0] != '\0');
	wr_bytes(&file, name, strlen(name));
	wr_u8(&file, ' ');
	for (size_t i = 0; i < bytes.n; i++) {
		wr_u8(&file, (uint8_t)digits[bytes.p[i] >> 4]);
		wr_u8(&file, (uint8_t)digits[bytes.p[i] & 15]);
	}
	wr_u8(&file, '\n');
}

static void
same_as_committed(const char *name)
{
	AUTO_WRITER there = writer_grow(4u << 20);
	char path[512];
	uint8_t block[4096];
	size_t n;
	FILE *f;

	CHECK(writer_ok(&file) &&
	    snprintf(path, sizeof(path), "%s/%s", directory, name) < (int)sizeof(path));
	if (writing) {
		CHECK((f = fopen(path, "w")) != NULL && fwrite(file.p, 1, file.n, f) == file.n && fclose(f) == 0);
		return;
	}
	CHECK((f = fopen(path, "r")) != NULL);
	while ((n = fread(block, 1, sizeof(block), f)) > 0)
		wr_bytes(&there, block, n);
	fclose(f);
	CHECK(span_equal(writer_span(&there), writer_span(&file)));
}

TEST(one_of_each_message)
{
	note("Payloads of all messages of sections 4 and 7, in the order of tests/unit/kit/messages.c; "
	    "the");
	note("first is a whole frame. What they carry means nothing.");
	for (size_t i = 0; i < messages_count; i++) {
		AUTO_WRITER w = writer_grow(1 << 20);

		messages[i].sample(&w);
		vector(messages[i].name, "", writer_span(&w));
	}
	same_as_committed("messages.txt");
}

static struct statement st;

static struct span
statement_of(uint16_t purpose, uint8_t d[HASH_LEN])
{
	static uint8_t mem[4096];
	struct writer w = writer_over(mem, sizeof(mem));

	sample_statement(purpose, &st);
	statement_write(&w, &st);
	CHECK(writer_ok(&w));
	statement_digest(writer_span(&w), d);
	return writer_span(&w);
}

static void
other_form(const char *name)
{
	static uint8_t mem[4096];
	struct writer w = writer_over(mem, sizeof(mem));
	uint8_t d[HASH_LEN];

	statement_write(&w, &st);
	CHECK(writer_ok(&w));
	statement_digest(writer_span(&w), d);
	vector("statement", name, writer_span(&w));
	vector("d", name, span_of(d, sizeof(d)));
}

static struct span
evidences_of(uint16_t purpose, const uint8_t d[HASH_LEN])
{
	static uint8_t mem[1024];
	struct writer w = writer_over(mem, sizeof(mem));
	struct evidences list;

	sample_evidences(purpose, d, &list);
	evidences_write(&w, &list);
	CHECK(writer_ok(&w));
	return writer_span(&w);
}

TEST(statements_and_their_digests)
{
	uint8_t d[HASH_LEN], id[32];

	note("A statement of each purpose, and d.");
	for (size_t i = 0; i < SAMPLE_PURPOSES; i++) {
		const char *name = purpose_name(sample_purposes[i]);

		vector("statement", name, statement_of(sample_purposes[i], d));
		vector("d", name, span_of(d, sizeof(d)));
	}
	note("Other forms: authenticators of types 3 and 4, a key that is never used without one. The");
	note("session, key and peer that follow from SIGN_ONCE, CREATE_KEY and ADD_PEER.");
	sample_bind(EVIDENCE_MODULE, &st);
	other_form("BIND.module");
	sample_bind(EVIDENCE_PROVIDER, &st);
	other_form("BIND.provider");
	sample_key_with(&st);
	other_form("CREATE_KEY.with");
	statement_session(st.fresh, id);
	vector("session", "", span_of(id, 16));
	statement_key(st.fresh, id);
	vector("key_id", "", span_of(id, 16));
	sample_statement(PURPOSE_ADD_PEER, &st);
	peer_id(&st.add_peer, id);
	vector("peer_id", "", span_of(id, 32));
	same_as_committed("statements.txt");
}

TEST(what_an_authentication_module_is_asked)
{
	struct factors f = { .pin = span_str("271828"), .code = span_str("755224"),
		.new_pin = span_str("s\xc3\xa4ker PIN"), .new_seed = span_str("12345678901234567890") };
	uint8_t d[HASH_LEN], mem[FACTORS_LEN];
	struct writer w = writer_over(mem, sizeof(mem));

	note("Statements that an authentication module enacts, and d.");
	for (size_t i = SAMPLE_PURPOSES; i < SAMPLE_ALL; i++) {
		const char *name = purpose_name(sample_purposes[i]);

		vector("statement", name, statement_of(sample_purposes[i], d));
		vector("d", name, span_of(d, sizeof(d)));
	}
	note("What SET_FACTORS' factors are bound to; and factors before they are sealed, bound to that.");
	sample_statement(PURPOSE_SET_FACTORS, &st);
	statement_factors(st.fresh, f.d);
	vector("bound", "", span_of(f.d, sizeof(f.d)));
	sample_id("person", f.person);
	factors_write(&w, &f);
	CHECK(writer_ok(&w) && w.n == FACTORS_LEN);
	vector("factors", "", writer_span(&w));
	same_as_committed("persons.txt");
}

static void
key_line(const char *name, const char *id_of)
{
	uint8_t id[16];

	sample_id(id_of, id);
	vector("key", name, fixed_spki(sample_key(name)));
	if (id_of[0] != '\0')
		vector("id", name, span_of(id, sizeof(id)));
}

TEST(evidences_and_the_keys_that_verify_them)
{
	static const char *const officers[] = { "ada", "bob", "cyd", "dag", "eva" };
	uint8_t d[HASH_LEN], code[32];

	note("Public keys (spki) and ids; fay is new and has none yet. Then the evidences over the d of");
	note("statements.txt, made with RFC 6979. Evidence of the zero id: alice's or fay's key, or the "
	    "code.");
	for (size_t i = 0; i < COUNT(officers); i++)
		key_line(officers[i], officers[i]);
	key_line("alice", "authenticator");
	key_line("fay", "");
	vector("key", "phone", soft_spki(sample_passkey()));
	ed25519_public(sample_code_seed(), code);
	vector("key", "code", span_of(code, sizeof(code)));
	for (size_t i = 0; i < SAMPLE_PURPOSES; i++) {
		statement_of(sample_purposes[i], d);
		vector("evidences", purpose_name(sample_purposes[i]), evidences_of(sample_purposes[i], d));
	}
	same_as_committed("evidences.txt");
}

static void
grant(const char *name, const uint8_t d[HASH_LEN], bool with_share)
{
	uint8_t mem[GRANT_MAX];
	struct writer w = writer_over(mem, sizeof(mem));
	struct grant g;

	sample_grant(d, &g, with_share);
	grant_write(&w, &g);
	CHECK(grant_verify(writer_span(&w), fixed_spki(sample_key("grant"))));
	vector("grant", name, writer_span(&w));
}

TEST(grants_of_an_authentication_module)
{
	uint8_t d[HASH_LEN], module[32], key[16], info[SHARE_INFO_LEN], aad[SHARE_AAD_LEN];

	note("Grants over d of statements.txt, for SIGN with a sealed share (made of bytes 0, 1, 2...), for");
	note("BIND without; the key they are signed with; info and associated data of that share.");
	vector("key", "grant", fixed_spki(sample_key("grant")));
	statement_of(PURPOSE_BIND, d);
	grant("BIND", d, false);
	statement_of(PURPOSE_SIGN, d);
	grant("SIGN", d, true);
	sha256(span_str("module"), module);
	sample_id("key", key);
	share_info(sample_group(), module, info);
	vector("info", "", span_of(info, sizeof(info)));
	share_aad(d, key, aad);
	vector("aad", "", span_of(aad, sizeof(aad)));
	same_as_committed("grant.txt");
}

static void
attributes(const char *name, uint16_t alg, uint8_t kind, uint16_t attrs, uint64_t ms)
{
	uint8_t mem[SIGNED_ATTRIBUTES_MAX], cert[HASH_LEN], document[DIGEST_MAX], dtbsr[DIGEST_MAX];
	struct writer w = writer_over(mem, sizeof(mem));
	struct signed_attributes m = { .kind = kind, .attrs = attrs, .alg = alg_find(alg), .cert = cert,
		.signing_ms = ms };

	sha256(span_str("certificate"), cert);
	m.digest = alg_digest(m.alg, span_str("document"), document);
	signed_attributes_write(&w, &m);
	CHECK(writer_ok(&w));
	signed_attributes_digest(&m, dtbsr);
	vector("attributes", name, writer_span(&w));
	vector("dtbsr", name, span_of(dtbsr, m.alg->digest_len));
}

TEST(signed_attributes_of_documents)
{
	note("Signed attributes (1.5) of the document \"document\" under the certificate \"certificate\", "
	    "and");
	note("DTBS/R. Signing time of CAdES: that of the sample group, of \"late\": 2050-01-01.");
	attributes("cades", ALG_ECDSA_P256_SHA256, ATTRIBUTES_CADES, 0, SAMPLE_TIME + 999);
	attributes("cades.approval", ALG_RSA3072_PSS_SHA256, ATTRIBUTES_CADES, COMMITMENT_APPROVAL,
	    SAMPLE_TIME);
	attributes("cades.late", ALG_ECDSA_P384_SHA384, ATTRIBUTES_CADES, 0, 2524608000000);
	attributes("pades", ALG_ECDSA_P256_SHA256, ATTRIBUTES_PADES, 0, SAMPLE_TIME);
	attributes("pades.origin", ALG_RSA3072_PKCS1_SHA256, ATTRIBUTES_PADES, COMMITMENT_ORIGIN,
	    SAMPLE_TIME);
	same_as_committed("attributes.txt");
}

TEST(the_enrolment_code)
{
	uint8_t code[CODE_LEN], key[ED25519_LEN];
	char text[CODE_LETTERS + 6];

	sample_code(code);
	code_to_text(code, text);
	ed25519_public(sample_code_seed(), key);
	note("128 bits, as letters, and the one-time key in that group.");
	vector("code", "", span_of(code, sizeof(code)));
	vector("text", "", span_str(text));
	vector("group", "", span_of(sample_group(), HASH_LEN));
	vector("seed", "", span_of(sample_code_seed(), 32));
	vector("public", "", span_of(key, sizeof(key)));
	same_as_committed("code.txt");
}

TEST(the_genesis_and_an_officers_card)
{
	struct officer_card card = { .role = ROLE_SECURITY_OFFICER, .type = OFFICER_DEVICE,
		.person = span_str("fay"), .spki = fixed_spki(sample_key("fay")) };
	uint8_t mem[OFFICER_CARD_MAX], digest[HASH_LEN], proof[OFFICER_PROOF];
	struct writer w = writer_over(mem, sizeof(mem));

	officer_card_digest(&card, digest);
	fixed_key_sign(sample_key("fay"), digest, proof);
	card.proof = span_of(proof, sizeof(proof));
	officer_card_write(&w, &card);
	note("Five founding officers; the group id is the hash of these bytes.");
	vector("genesis", "", sample_genesis());
	vector("group", "", span_of(sample_group(), HASH_LEN));
	vector("card", "", writer_span(&w));
	same_as_committed("genesis.txt");
}

#define EPOCH 1

static struct seal *
store_root(void)
{
	struct err e = { 0 };
	uint8_t mac[32], local[32];
	struct seal *s;

	sha256(span_str("mac of the module"), mac);
	sha256(span_str("secret of the host"), local);
	vector("module_mac", "", span_of(mac, 32));
	vector("local", "", span_of(local, 32));
	vector("group", "", span_of(sample_group(), HASH_LEN));
	CHECK((s = seal_new(span_of(mac, 32), span_of(local, 32), sample_group(), &e)) != NULL);
	return s;
}

static struct signer_record
signer_plain(void)
{
	struct signer_record r = { .loa = 2, .proofing = span_str("passport, in person"),
		.name = sample_name(), .enrolled = 2, .authenticators = 1, .keys = 1 };
	struct authenticator *a = &r.authenticator[0];
	static uint8_t link[MODULE_LINK_LEN];

	sha256(span_str("module"), link);
	sample_id("person", link + 32);
	sha256(span_str("proofing file"), r.evidence);
	ed25519_public(sample_code_seed(), r.code);
	*a = (struct authenticator){ { 0 }, 1, PROTECTION_FILE, fixed_spki(sample_key("alice")),
		span_str("laptop"), SAMPLE_TIME + 2000 };
	sample_id("authenticator", a->id);
	sample_id("key", r.key[0]);
	r.evidences[0] = 1;
	a = &r.authenticator[r.authenticators++];
	*a = (struct authenticator){ .type = EVIDENCE_MODULE, .protection = PROTECTION_MODULE,
		.label = span_str("PIN and code"), .bound = SAMPLE_TIME + 2500,
		.credential = span_of(link, sizeof(link)) };
	sample_id("person's authenticator", a->id);
	sample_id("key with a share", r.key[r.keys]);
	memcpy(r.with[r.keys], a->id, 16);
	r.evidences[r.keys++] = 1;
	return r;
}

static void
sealed_record(const struct seal *s, uint8_t type, struct span plain, struct writer *out)
{
	struct record_name name = { .type = type, .epoch = EPOCH, .version = 3 };
	uint8_t salt[SEAL_SALT_LEN];
	struct err e = { 0 };

	sample_id("signer", name.owner);
	sample_id(type == RECORD_KEY ? "key" : "signer", name.id);
	sha256(span_str(type == RECORD_KEY ? "salt of key" : "salt of signer"), salt);
	CHECK(seal_record(s, &name, salt, plain, out, &e));
	vector("plain", type == RECORD_KEY ? "key" : "signer", plain);
	vector("sealed", type == RECORD_KEY ? "key" : "signer", writer_span(out));
}

static struct key_record
key_plain(const struct seal *s, struct writer *wrapped)
{
	struct key_record k = { .alg = alg_find(1), .class = CLASS_SIGNATURE, .level = 2,
		.spki = fixed_spki(sample_key("key")), .created = SAMPLE_TIME + 3000, .mech = 0x2109,
		.not_before = SAMPLE_TIME, .not_after = SAMPLE_TIME + 31536000000 };
	uint8_t id[16], nonce[16];
	struct err e = { 0 };

	sample_id("key", id);
	sample_id("nonce of the wrapped key", nonce);
	sha256(span_str("certificate"), k.cert);
	vector("wrapped", "plain", span_str("what the module wrapped"));
	CHECK(seal_wrapped(s, EPOCH, id, span_of(NULL, 0), nonce, span_str("what the module wrapped"),
	    wrapped, &e));
	vector("wrapped", "sealed", writer_span(wrapped));
	k.wrapped = writer_span(wrapped);
	return k;
}

/* One more, under a share, with the request that was signed at its birth. */
static struct key_record
key_with_share(const struct seal *s, struct key_record k, struct writer *wrapped)
{
	uint8_t id[16], nonce[16], share[SHARE_LEN];
	struct err e = { 0 };

	sample_id("key with a share", id);
	sample_id("person's authenticator", k.with);
	sample_id("nonce of the wrapped key", nonce);
	sha256(span_str("share"), share);
	vector("share", "", span_of(share, sizeof(share)));
	CHECK(seal_wrapped(s, EPOCH, id, span_of(share, sizeof(share)), nonce,
	    span_str("what the module wrapped"), wrapped, &e));
	k.wrapped = writer_span(wrapped);
	k.csr = span_str("a certificate request");
	vector("wrapped", "share", k.wrapped);
	return k;
}

TEST(sealed_records_under_a_known_root)
{
	AUTO_WRITER plain = writer_grow(BOX_MAX), out = writer_grow(RECORD_MAX),
	    wrapped = writer_grow(200), shared = writer_grow(200);
	AUTO_WRITER snapshot = writer_grow(1000);
	uint8_t key[32], salt[SEAL_SALT_LEN];
	struct signer_record signer = signer_plain();
	struct key_record k;
	AUTO(seal) *s = NULL;

	note("Both halves of the store root; records of epoch 1 and version 3, with what is inside.");
	s = store_root();
	seal_log_key(s, key);
	vector("log_key", "", span_of(key, 32));
	signer_record_write(&plain, &signer);
	sealed_record(s, RECORD_SIGNER, writer_span(&plain), &out);
	k = key_plain(s, &wrapped);
	writer_reset(&plain);
	writer_reset(&out);
	key_record_write(&plain, &k);
	sealed_record(s, RECORD_KEY, writer_span(&plain), &out);
	k = key_with_share(s, k, &shared);
	writer_reset(&plain);
	key_record_write(&plain, &k);
	vector("plain", "share", writer_span(&plain));
	sha256(span_str("salt of snapshot"), salt);
	seal_snapshot(s, salt, span_str("a fold"), &snapshot);
	vector("plain", "snapshot", span_str("a fold"));
	vector("sealed", "snapshot", writer_span(&snapshot));
	same_as_committed("sealed.txt");
}

TEST(a_life_nonce)
{
	uint8_t seed[32], subject[16], fresh[FRESH_LEN], number[2] = { 0x01, 0x01 };
	struct nonce_scope scope = { sample_group(), EPOCH, subject, PURPOSE_SIGN };
	AUTO(nonces) *n = NULL;
	struct err e = { 0 };

	sha256(span_str("life key"), seed);
	sample_id("signer", subject);
	CHECK((n = nonces_new(256, 300000, seed, &e)) != NULL);
	for (int i = 0; i < 3; i++)
		CHECK(nonces_issue(n, &scope, 123456 + (uint64_t)i, fresh, &e));
	note("The third nonce of a life, for SIGN by that signer in epoch 1, at 123458 of the boot-time "
	    "clock.");
	vector("life_key", "", span_of(seed, sizeof(seed)));
	vector("group", "", span_of(sample_group(), HASH_LEN));
	vector("subject", "", span_of(subject, sizeof(subject)));
	vector("purpose", "", span_of(number, sizeof(number)));
	vector("fresh", "", span_of(fresh, sizeof(fresh)));
	same_as_committed("nonce.txt");
}

/* A log of three batches. */
struct a_log {
	struct writer	out, nodes;
	struct tree	tree;
	struct batch	b;
	uint64_t	time;
	uint8_t		key[32];
};

static void
entry(struct a_log *l, enum entry_kind kind)
{
	l->time += 1000;
	batch_entry_begin(&l->b, l->time, kind);
}

static void
entry_done(struct a_log *l)
{
	struct err e = { 0 };

	CHECK(batch_entry_end(&l->b, NULL, &e));
}

static void
batch_done(struct a_log *l, const char *name)
{
	uint8_t root[HASH_LEN];
	struct err e = { 0 };

	CHECK(batch_end(&l->b, span_of(l->key, 32), &e));
	tree_root(&l->tree, root);
	vector("batch", name, span_of(l->out.p + l->b.at, l->out.n - l->b.at));
	vector("root", name, span_of(root, HASH_LEN));
}

static void
first_batch(struct a_log *l)
{
	uint8_t d[HASH_LEN];
	struct span statement = statement_of(PURPOSE_FOUND, d);
	struct entry_genesis m = { sample_genesis(), statement, evidences_of(PURPOSE_FOUND, d) };

	batch_begin(&l->b, &l->out, &l->tree, &l->nodes);
	entry(l, ENTRY_GENESIS);
	entry_genesis_write(l->b.out, &m);
	entry_done(l);
	batch_done(l, "1");
}

static void
second_batch(struct a_log *l)
{
	struct entry_start start = { .life = 42, .program = span_str("propria-sam 0.1.0") };
	struct entry_signer signer = { .version = 1, .state = 1, .cause = PURPOSE_INVITE,
		.record = span_str("a sealed record") };
	struct entry_key key = { .version = 1, .state = 3, .cause = PURPOSE_CREATE_KEY,
		.record = span_str("another") };

	batch_begin(&l->b, &l->out, &l->tree, &l->nodes);
	entry(l, ENTRY_START);
	entry_start_write(l->b.out, &start);
	entry_done(l);
	signer.statement = statement_of(PURPOSE_INVITE, signer.d);
	signer.evidences = evidences_of(PURPOSE_INVITE, signer.d);
	sample_id("signer", signer.id);
	entry(l, ENTRY_SIGNER);
	entry_signer_write(l->b.out, &signer);
	entry_done(l);
	statement_of(PURPOSE_CREATE_KEY, key.d);
	sample_id("key", key.id);
	sample_id("signer", key.owner);
	sha256(fixed_spki(sample_key("key")), key.detail);
	entry(l, ENTRY_KEY);
	entry_key_write(l->b.out, &key);
	entry_done(l);
	batch_done(l, "2");
}

static void
reserved(struct a_log *l, const uint8_t d[HASH_LEN])
{
	struct entry_reserved m = { .seen = 1, .exp = SAMPLE_TIME + 61000, .uses = 2, .n = 2 };
	static const uint32_t index[] = { 0, 1 };

	memcpy(m.d, d, HASH_LEN);
	sample_id("key", m.key);
	sample_id("signer", m.signer);
	sample_id("authenticator", m.authenticator);
	sample_id("requester", m.requester);
	sha256(evidences_of(PURPOSE_SIGN, d), m.evidence);
	entry(l, ENTRY_RESERVED);
	entry_reserved_write(l->b.out, &m, index);
	entry_done(l);
}

static void
outcome(struct a_log *l, const uint8_t d[HASH_LEN])
{
	struct entry_outcome m = { .reserved = 4, .alg = 1, .exp = SAMPLE_TIME + 61000, .n = 2 };
	struct outcome_item item[2];
	uint8_t sig[2][64];

	memcpy(m.d, d, HASH_LEN);
	sample_id("key", m.key);
	for (uint32_t i = 0; i < 2; i++) {
		fixed_key_sign(sample_key("key"), st.sign.items[i].digest.p, sig[i]);
		item[i] = (struct outcome_item){ i, OUTCOME_SIGNED, st.sign.items[i].digest, span_of(sig[i],
		    64) };
	}
	entry(l, ENTRY_OUTCOME);
	entry_outcome_write(l->b.out, &m, item);
	vector("outcome", "entry", span_of(l->out.p + l->b.entry + 4, l->out.n - l->b.entry - 4));
	entry_done(l);
}

static void
third_batch(struct a_log *l)
{
	uint8_t d[HASH_LEN];

	statement_of(PURPOSE_SIGN, d);
	batch_begin(&l->b, &l->out, &l->tree, &l->nodes);
	reserved(l, d);
	outcome(l, d);
	batch_done(l, "3");
}

/* Of a one-time key: the entries of its session, and the link in its outcome. */
static void
session(void)
{
	uint8_t mem[512], link[OUTCOME_LINK_LEN];
	struct writer w = writer_over(mem, sizeof(mem));
	struct entry_session m = { .alg = 1, .kind = KIND_CADES, .expires = SAMPLE_TIME + 1800000,
		.made = SAMPLE_TIME };
	struct entry_session_certified certified = { .not_before = SAMPLE_TIME,
		.not_after = SAMPLE_TIME + 600000 };
	struct entry_session_ended ended = { .why = SESSION_SIGNED };

	statement_of(PURPOSE_SIGN_ONCE, m.d);
	memcpy(m.session, st.sign.session, 16);
	memcpy(m.profile, st.sign.profile, 16);
	memcpy(m.idv, st.sign.idv, 32);
	sample_id("one-time key", m.key);
	sample_id("signer", m.signer);
	sample_id("authenticator", m.authenticator);
	sample_id("requester", m.requester);
	sha256(evidences_of(PURPOSE_SIGN_ONCE, m.d), m.evidence);
	sha256(fixed_spki(sample_key("one-time key")), m.spki);
	memcpy(certified.session, m.session, 16);
	memcpy(ended.session, m.session, 16);
	memcpy(ended.key, m.key, 16);
	sha256(span_str("certificate"), certified.cert);
	sha256(span_str("anchor"), certified.anchor);
	entry_session_write(&w, &m);
	vector("session", "", writer_span(&w));
	writer_reset(&w);
	entry_session_certified_write(&w, &certified);
	vector("session_certified", "", writer_span(&w));
	writer_reset(&w);
	entry_session_ended_write(&w, &ended);
	vector("session_ended", "", writer_span(&w));
	vector("link", "", outcome_link(link, SAMPLE_TIME, certified.cert));
}

/* On the SSA's word: not in this log, as no key here was made at SCAL1. */
static void
window(void)
{
	struct entry_window m = { .expires = SAMPLE_TIME + 300000, .count = 100 };
	uint8_t mem[256];
	struct writer w = writer_over(mem, sizeof(mem));

	sample_id("key", m.key);
	sample_id("signer", m.signer);
	sample_id("session", m.session);
	sha256(span_str("random"), m.random);
	window_digest(&m, m.d);
	entry_window_write(&w, &m);
	CHECK(writer_ok(&w));
	vector("window", "", writer_span(&w));
	session();
}

static bool
node_read(void *ctx, uint64_t at, uint8_t out[HASH_LEN], struct err *e UNUSED)
{
	const struct writer *nodes = ctx;

	CHECK((at + 1) * HASH_LEN <= nodes->n);
	memcpy(out, nodes->p + at * HASH_LEN, HASH_LEN);
	return true;
}

static void
head_and_proof(struct a_log *l)
{
	struct head h = { .epoch = EPOCH, .size = l->tree.size, .time = SAMPLE_TIME + 60000 };
	uint8_t mem[HEAD_LEN], digest[HASH_LEN], index = (uint8_t)(l->tree.size - 1);
	struct writer w = writer_over(mem, sizeof(mem));
	struct tree_source nodes = { node_read, &l->nodes };
	struct tree_proof proof;
	struct err e = { 0 };

	tree_root(&l->tree, h.root);
	head_digest(&h, sample_group(), digest);
	fixed_key_sign(sample_key("log"), digest, h.signature);
	head_write(&w, &h);
	CHECK(head_verify(&h, sample_group(), fixed_spki(sample_key("log")), &e));
	vector("head", "", writer_span(&w));
	vector("index", "", span_of(&index, 1));
	CHECK(tree_inclusion(nodes, index, h.size, &proof, &e));
	vector("proof", "", tree_proof_span(&proof));
}

static void
attestation(void)
{
	static const char tag[] = "propria-attestation-v1";
	uint8_t mem[512], digest[HASH_LEN], sig[64], id[16];
	struct writer w = writer_over(mem, sizeof(mem));
	struct span parts[2];

	wr_u8(&w, 2);
	wr_bytes(&w, sample_group(), HASH_LEN);
	sample_id("signer", id);
	wr_bytes(&w, id, 16);
	sample_id("authenticator", id);
	wr_bytes(&w, id, 16);
	wr_span16(&w, fixed_spki(sample_key("alice")));
	wr_u8(&w, 2);
	wr_u8(&w, PROTECTION_FILE);
	wr_u64(&w, 2);
	wr_u64(&w, SAMPLE_TIME + 60000);
	parts[0] = span_of(tag, sizeof(tag));
	parts[1] = writer_span(&w);
	sha256_parts(parts, 2, digest);
	fixed_key_sign(sample_key("attestation"), digest, sig);
	wr_bytes(&w, sig, sizeof(sig));
	vector("attestation", "", writer_span(&w));
}

TEST(a_log_of_three_batches)
{
	struct a_log l = { .out = writer_grow(1 << 20), .nodes = writer_grow(1 << 20),
	    .time = SAMPLE_TIME };

	note("Batches, the root after each, the outcome's entry; a head over all, the outcome's "
	    "inclusion");
	note("proof under it, the attestation of alice's authenticator: with SIGN of statements.txt a "
	    "receipt.");
	sha256(span_str("log key"), l.key);
	vector("log_key", "", span_of(l.key, 32));
	first_batch(&l);
	second_batch(&l);
	third_batch(&l);
	head_and_proof(&l);
	window();
	attestation();
	same_as_committed("log.txt");
	writer_wipe(&l.out);
	writer_wipe(&l.nodes);
}

static int
fresh(void **state UNUSED)
{
	file = writer_grow(4u << 20);
	return 0;
}

static int
done(void **state UNUSED)
{
	writer_wipe(&file);
	return 0;
}

#define OF_FILE(name) cmocka_unit_test_setup_teardown(name, fresh, done)

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		OF_FILE(one_of_each_message),
		OF_FILE(statements_and_their_digests),
		OF_FILE(what_an_authentication_module_is_asked),
		OF_FILE(evidences_and_the_keys_that_verify_them),
		OF_FILE(grants_of_an_authentication_module),
		OF_FILE(signed_attributes_of_documents),
		OF_FILE(the_enrolment_code),
		OF_FILE(the_genesis_and_an_officers_card),
		OF_FILE(sealed_records_under_a_known_root),
		OF_FILE(a_life_nonce),
		OF_FILE(a_log_of_three_batches),
	};
	struct err e = { 0 };

	if (argc < 2 || !crypto_start(&e)) {
		fprintf(stderr, "usage: vectors_test DIRECTORY [write]\n");
		return 2;
	}
	directory = argv[1];
	writing = argc > 2 && strcmp(argv[2], "write") == 0;
	return RUN(tests);
}
