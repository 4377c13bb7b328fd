/* SPDX-License-Identifier: Apache-2.0 */
/* Builds logs for tests. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <fcntl.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/obj_mac.h>
#include <sys/mman.h>
#include <unistd.h>

#include "crypto/alg.h"
#include "tests/unit/audit/fixture.h"

static const uint8_t key_bytes[32] = { 7, 7, 7 };
const struct span test_log_key = { key_bytes, sizeof(key_bytes) };

struct test_key {
	EC_KEY	*ec;
	uint8_t	 spki[91];
};

struct test_key *
test_key(size_t i)
{
	static struct test_key keys[8];
	uint8_t point[65];
	struct test_key *k = &keys[i];

	if (k->ec == NULL) {
		k->ec = EC_KEY_new_by_curve_name(NID_X9_62_prime256v1);
		CHECK(EC_KEY_generate_key(k->ec) == 1);
		CHECK(EC_POINT_point2oct(EC_KEY_get0_group(k->ec), EC_KEY_get0_public_key(k->ec),
		    POINT_CONVERSION_UNCOMPRESSED, point, sizeof(point), NULL) == sizeof(point));
		spki_from_point(KEY_P256, span_of(point, sizeof(point)), k->spki);
	}
	return k;
}

struct span
test_spki(const struct test_key *k)
{
	return span_of(k->spki, sizeof(k->spki));
}

void
test_sign(const struct test_key *k, const uint8_t digest[32], uint8_t sig[64])
{
	ECDSA_SIG *s = ECDSA_do_sign(digest, 32, k->ec);

	CHECK(s != NULL && BN_bn2binpad(ECDSA_SIG_get0_r(s), sig, 32) == 32 &&
	    BN_bn2binpad(ECDSA_SIG_get0_s(s), sig + 32, 32) == 32);
	ECDSA_SIG_free(s);
}

void
test_id(uint8_t id[16], uint8_t fill)
{
	memset(id, fill, 16);
}

void
test_genesis(struct writer *w, uint8_t group[HASH_LEN])
{
	test_genesis_of(w, GROUP_SAM, group);
}

void
test_genesis_of(struct writer *w, uint8_t kind, uint8_t group[HASH_LEN])
{
	static const char *const people[] = { "Ada", "Bob", "Cyd", "Dag" };
	struct genesis g = {
		.time = 1000, .kind = kind,
		.policy = { .statement_life = 600000, .min_loa = 2, .protections = 0x1e,
			.ro_quorum = 1, .so_quorum = 2, .keys_per_signer = 4 },
		.log = test_spki(test_key(0)), .attest = test_spki(test_key(1)),
		.library = span_str("soft"), .token = span_str("t"), .serial = span_str("1"),
		.origin = span_str("https://sic.example"), .service = span_str("https://ssa.example"), .n = 4,
	};
	uint8_t digest[HASH_LEN], proof[4][OFFICER_PROOF];
	size_t at = w->n;

	for (size_t i = 0; i < g.n; i++) {
		struct officer_card *c = &g.officer[i].card;

		test_id(g.officer[i].id, (uint8_t)(0x10 + i));
		c->role = i < 3 ? ROLE_SECURITY_OFFICER : ROLE_REGISTRATION_OFFICER;
		c->type = OFFICER_DEVICE;
		c->person = span_str(people[i]);
		c->spki = test_spki(test_key(2 + i));
		officer_card_digest(c, digest);
		test_sign(test_key(2 + i), digest, proof[i]);
		c->proof = span_of(proof[i], OFFICER_PROOF);
	}
	genesis_write(w, &g);
	genesis_group(span_of(w->p + at, w->n - at), group);
}

void
test_log_init(struct test_log *l)
{
	memset(l, 0, sizeof(*l));
	l->bytes = writer_grow(64u << 20);
	l->nodes = writer_grow(64u << 20);
	l->time = 1700000000000;
}

void
test_log_free(struct test_log *l)
{
	writer_wipe(&l->bytes);
	writer_wipe(&l->nodes);
}

void
test_begin(struct test_log *l)
{
	l->at[l->n] = l->bytes.n;
	l->first[l->n] = l->tree.size;
	batch_begin(&l->batch, &l->bytes, &l->tree, &l->nodes);
}

void
test_end(struct test_log *l)
{
	struct err e = { 0 };

	CHECK(batch_end(&l->batch, test_log_key, &e));
	tree_root(&l->tree, l->root[l->n]);
	CHECK(++l->n < TEST_BATCHES);
	l->at[l->n] = l->bytes.n;
	l->first[l->n] = l->tree.size;
}

static void
begin(struct test_log *l, enum entry_kind kind)
{
	batch_entry_begin(&l->batch, l->time++, kind);
}

static void
end(struct test_log *l)
{
	struct err e = { 0 };

	CHECK(batch_entry_end(&l->batch, NULL, &e));
}

void
test_add_genesis(struct test_log *l)
{
	AUTO_WRITER w = writer_grow(GENESIS_MAX);
	struct entry_genesis m;

	test_genesis_of(&w, l->kind == 0 ? GROUP_SAM : l->kind, l->group);
	if (l->bad_proof) {
		w.p[w.n - 1] ^= 1;
		genesis_group(writer_span(&w), l->group);
	}
	m = (struct entry_genesis){ writer_span(&w), span_str("PRS1\4\0"), span_str("evidences") };
	begin(l, ENTRY_GENESIS);
	entry_genesis_write(l->batch.out, &m);
	end(l);
}

void
test_add_alarm(struct test_log *l, const char *what, const char *detail)
{
	struct entry_alarm m = { span_str(what), span_str(detail) };

	begin(l, ENTRY_ALARM);
	entry_alarm_write(l->batch.out, &m);
	end(l);
}

void
test_add_start(struct test_log *l)
{
	struct entry_start m = { .life = 42, .program = span_str("propria 0.1.0") };

	begin(l, ENTRY_START);
	entry_start_write(l->batch.out, &m);
	end(l);
}

void
test_add_head(struct test_log *l, size_t batch)
{
	struct head h = { .epoch = 1, .size = l->first[batch + 1], .time = l->time };
	uint8_t digest[HASH_LEN];

	memcpy(h.root, l->root[batch], HASH_LEN);
	head_digest(&h, l->group, digest);
	test_sign(test_key(0), digest, h.signature);
	begin(l, ENTRY_HEAD_SIGNED);
	entry_head_signed_write(l->batch.out, &h);
	end(l);
}

uint64_t
test_add_reserved(struct test_log *l, const char *d, size_t n, uint32_t from)
{
	struct entry_reserved m = { .seen = 1, .exp = l->time + 1000, .n = n };
	uint64_t sequence = l->tree.size;
	uint32_t index[USE_ITEMS_MAX];

	sha256(span_str(d), m.d);
	test_id(m.key, 0xa1);
	test_id(m.signer, 0xb2);
	test_id(m.authenticator, 0xc3);
	for (size_t i = 0; i < n; i++)
		index[i] = from + (uint32_t)i;
	m.uses = l->uses += (uint32_t)n;
	begin(l, ENTRY_RESERVED);
	entry_reserved_write(l->batch.out, &m, index);
	end(l);
	return sequence;
}

void
test_add_outcome(struct test_log *l, const char *d, uint64_t reserved, size_t n, uint32_t from)
{
	static const uint8_t fill[64] = { 0x55, 0x66 };
	struct entry_outcome m = { .reserved = reserved, .alg = 1, .exp = l->time, .n = n };
	struct outcome_item item[USE_ITEMS_MAX];

	sha256(span_str(d), m.d);
	test_id(m.key, 0xa1);
	for (size_t i = 0; i < n; i++)
		item[i] = (struct outcome_item){ from + (uint32_t)i, i % 2 ? OUTCOME_UNKNOWN :
		    OUTCOME_SIGNED, span_of(fill, 32), span_of(fill, i % 2 ? 0 : 64) };
	begin(l, ENTRY_OUTCOME);
	entry_outcome_write(l->batch.out, &m, item);
	end(l);
}

static void
add_records(struct test_log *l)
{
	struct entry_signer s = { .version = 2, .state = 3, .cause = 0x0202,
		.statement = span_str("statement"), .evidences = span_str("evidences"),
		.record = span_str("sealed") };
	struct entry_key k = { .version = 1, .state = 1, .cause = 0x0301,
		.record = span_str("sealed") };

	test_id(s.id, 0xb2);
	test_id(k.owner, 0xb2);
	test_id(k.id, 0xa1);
	begin(l, ENTRY_SIGNER);
	entry_signer_write(l->batch.out, &s);
	end(l);
	begin(l, ENTRY_KEY);
	entry_key_write(l->batch.out, &k);
	end(l);
}

void
test_log_small(struct test_log *l)
{
	uint64_t reserved;

	test_log_init(l);
	test_begin(l);
	test_add_genesis(l);
	test_end(l);
	test_begin(l);
	test_add_start(l);
	add_records(l);
	test_end(l);
	test_begin(l);
	reserved = test_add_reserved(l, "one", 1, 0);
	test_end(l);
	test_begin(l);
	test_add_outcome(l, "one", reserved, 1, 0);
	test_add_head(l, 2);
	test_add_alarm(l, "disk", "80 %");
	test_end(l);
	test_begin(l);
	reserved = test_add_reserved(l, "three", 3, 5);
	test_end(l);
	test_begin(l);
	test_add_outcome(l, "three", reserved, 3, 5);
	test_end(l);
}

struct span
test_batch(const struct test_log *l, size_t i)
{
	return span_of(l->bytes.p + l->at[i], l->at[i + 1] - l->at[i]);
}

int
test_file(struct span s)
{
	int fd = memfd_create("log", MFD_CLOEXEC);

	CHECK(fd >= 0 && pwrite(fd, s.p, s.n, 0) == (ssize_t)s.n);
	return fd;
}

char test_path[64];

int
test_directory(void)
{
	int fd;

	snprintf(test_path, sizeof(test_path), "/tmp/propria-audit-XXXXXX");
	CHECK(mkdtemp(test_path) != NULL);
	fd = open(test_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	CHECK(fd >= 0);
	return fd;
}

void
test_directory_remove(int fd)
{
	static const char *const names[] = { "log", "tree", "snapshot", "snapshot.new" };

	for (size_t i = 0; i < COUNT(names); i++)
		unlinkat(fd, names[i], 0);
	close(fd);
	CHECK(rmdir(test_path) == 0);
}
