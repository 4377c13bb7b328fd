/* SPDX-License-Identifier: Apache-2.0 */
/* Two logs that agree, and each way in which they do not. */
#include "cli/reconcile.h"
#include "rig.h"
#include "statement/evidence.h"

static const uint8_t group[HASH_LEN] = { 1 };
static const uint8_t with[16] = { 0x33 };

struct pair {
	struct reconcile r;
	uint8_t		 key[ID_LEN];
	struct writer	 statement, evidences;
};

/* A key of level 2 that was made with an authenticator of this type; its birth is approval d = 100. */
static void
key_make(struct pair *p, uint8_t type, uint8_t fresh, uint8_t d)
{
	struct statement *s = calloc(1, sizeof(*s));
	struct entry entry = { .kind = ENTRY_SIGNER };
	union entry_payload payload = { .signer = { .id = { 7 }, .cause = PURPOSE_CREATE_KEY, .d = { d } } };
	struct evidences list = { 0 };
	struct err e = { 0 };

	s->purpose = PURPOSE_CREATE_KEY;
	s->iat = 1;
	s->exp = 2;
	memset(s->subject, 7, 16);
	s->fresh[0] = fresh;
	s->create_key = (struct body_create_key){ .from = 1, .alg = 1, .class = CLASS_SIGNATURE, .level = 2,
		.evidences = 1 };
	memcpy(s->create_key.with, with, 16);
	CHECK(evidences_add(&list, type, with, span_str("grant")));
	writer_reset(&p->statement);
	writer_reset(&p->evidences);
	statement_write(&p->statement, s);
	evidences_write(&p->evidences, &list);
	statement_key(s->fresh, p->key);
	payload.signer.statement = writer_span(&p->statement);
	payload.signer.evidences = writer_span(&p->evidences);
	CHECK(reconcile_sam(&p->r, &entry, &payload, &e));
	free(s);
}

static void
pair_begin(struct pair *p)
{
	*p = (struct pair){ .statement = writer_grow(4096), .evidences = writer_grow(4096) };
	reconcile_init(&p->r, group);
	key_make(p, EVIDENCE_MODULE, 5, 100);
}

static void
used(struct pair *p, uint8_t d, const uint8_t key[ID_LEN])
{
	struct entry entry = { .kind = ENTRY_RESERVED };
	union entry_payload payload = { .reserved = { .d = { d }, .signer = { 7 }, .n = 1, .uses = 1 } };
	struct err e = { 0 };

	memcpy(payload.reserved.key, key, ID_LEN);
	CHECK(reconcile_sam(&p->r, &entry, &payload, &e));
}

static void
granted_as(struct pair *p, uint8_t d, uint8_t signer, const uint8_t key[ID_LEN], uint8_t level, uint8_t peer)
{
	struct entry entry = { .kind = ENTRY_GRANTED };
	union entry_payload payload = { .granted = { .d = { d }, .signer = { signer }, .peer = { peer }, .level = level } };
	struct err e = { 0 };

	memcpy(payload.granted.key, key, ID_LEN);
	CHECK(reconcile_auth(&p->r, &entry, &payload, &e));
}

static void
granted(struct pair *p, uint8_t d)
{
	granted_as(p, d, 7, p->key, 2, 1);
}

/* Do they agree? */
static bool
pair_end(struct pair *p)
{
	struct err e = { 0 };
	bool good = reconcile_end(&p->r, &e);

	CHECK(good || e.code == ERR_DENIED);
	reconcile_wipe(&p->r);
	writer_wipe(&p->statement);
	writer_wipe(&p->evidences);
	return good;
}

TEST(each_activation_has_its_grant)
{
	struct pair p;

	pair_begin(&p);
	used(&p, 1, p.key);
	used(&p, 1, p.key);	/* in parts, of one approval */
	used(&p, 2, p.key);
	granted(&p, 100);
	granted(&p, 1);
	granted(&p, 2);
	CHECK(pair_end(&p) && p.r.activations == 3 && p.r.granted == 3 && p.r.unused == 0);
}

TEST(a_use_without_a_grant_is_found)
{
	struct pair p;

	pair_begin(&p);
	used(&p, 1, p.key);
	granted(&p, 100);
	CHECK(!pair_end(&p) && p.r.missing == 1);
	pair_begin(&p);		/* the birth needs one, too */
	CHECK(!pair_end(&p) && p.r.missing == 1);
}

TEST(an_injected_second_grant_is_found)
{
	struct pair p;

	pair_begin(&p);
	used(&p, 1, p.key);
	granted(&p, 100);
	granted(&p, 1);
	granted(&p, 1);
	granted(&p, 1);
	CHECK(!pair_end(&p) && p.r.twice == 1 && p.r.missing == 0);
}

TEST(a_grant_for_something_else_is_none)
{
	static const uint8_t other[ID_LEN] = { 9 };
	struct pair p;

	for (int i = 0; i < 3; i++) {
		pair_begin(&p);
		used(&p, 1, p.key);
		granted(&p, 100);
		granted_as(&p, 1, i == 0 ? 8 : 7, i == 1 ? other : p.key, i == 2 ? 1 : 2, 1);
		CHECK(!pair_end(&p) && p.r.differing == 1 && p.r.missing == 1);
	}
	pair_begin(&p);		/* another SAM's */
	used(&p, 1, p.key);
	granted(&p, 100);
	granted_as(&p, 1, 7, p.key, 2, 2);
	CHECK(!pair_end(&p) && p.r.other == 1 && p.r.missing == 1);
}

TEST(a_grant_that_was_not_used_is_listed_and_no_fault)
{
	struct pair p;

	pair_begin(&p);
	granted(&p, 100);
	granted(&p, 50);
	CHECK(pair_end(&p) && p.r.unused == 1);
}

TEST(keys_that_name_no_module_and_checks_count_for_nothing)
{
	static const uint8_t other[ID_LEN] = { 9 }, none[ID_LEN];
	struct pair p;

	pair_begin(&p);
	granted(&p, 100);
	used(&p, 1, other);
	key_make(&p, EVIDENCE_PROVIDER, 6, 101);
	used(&p, 2, p.key);
	granted(&p, 2);		/* the module approves what needs no module: used, too */
	granted_as(&p, 3, 0, none, 2, 0);
	CHECK(pair_end(&p) && p.r.activations == 1 && p.r.granted == 2 && p.r.unused == 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_activation_has_its_grant),
		cmocka_unit_test(a_use_without_a_grant_is_found),
		cmocka_unit_test(an_injected_second_grant_is_found),
		cmocka_unit_test(a_grant_for_something_else_is_none),
		cmocka_unit_test(a_grant_that_was_not_used_is_listed_and_no_fault),
		cmocka_unit_test(keys_that_name_no_module_and_checks_count_for_nothing),
	};

	return crypto_start(NULL) ? RUN(tests) : 1;
}
