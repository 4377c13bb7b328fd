/* SPDX-License-Identifier: Apache-2.0 */
/* Two logs that agree, and each way in which they do not. */
#include <fcntl.h>
#include <unistd.h>

#include "auditor/reconcile.h"
#include "statement/evidence.h"
#include "statement/grant.h"
#include "tests/unit/audit/fixture.h"

static const uint8_t signer[ID_LEN] = { 1 }, person[ID_LEN] = { 2 }, with[ID_LEN] = { 3 };
static const uint8_t zero[HASH_LEN];

struct act {			/* a statement, and what the module made of it */
	uint8_t		d[HASH_LEN], key[ID_LEN];
	struct writer	statement;
	struct writer	evidences;
	struct entry_granted granted;
};

static struct two {
	struct test_log	sam, module;
	struct act	bind, create;
	uint32_t	grants, uses;
	uint64_t	found[RECONCILE_UNUSED + 1], n;
	struct reconcile_finding first;
} t;

static struct test_log *
into(struct test_log *l, enum entry_kind kind)
{
	l->time += 1000;
	batch_entry_begin(&l->batch, l->time, kind);
	return l;
}

static uint64_t
done(struct test_log *l)
{
	struct err e = { 0 };

	CHECK(batch_entry_end(&l->batch, NULL, &e));
	return l->tree.size - 1;
}

/* --- the module's log */

static void
admit(void)
{
	static struct statement st;
	AUTO_WRITER w = writer_grow(STATEMENT_MAX);
	struct entry_person m = { .version = 1, .state = PERSON_ADMITTED, .cause = PURPOSE_ADMIT,
		.record = span_str("sealed") };

	st = (struct statement){ .purpose = PURPOSE_ADMIT, .iat = 1, .exp = 2 };
	memcpy(st.group, t.module.group, HASH_LEN);
	memcpy(st.admit.peer, t.sam.group, HASH_LEN);
	memcpy(st.admit.signer, signer, ID_LEN);
	st.admit.name = span_str("Eve");
	statement_write(&w, &st);
	CHECK(writer_ok(&w));
	memcpy(m.id, person, ID_LEN);
	m.statement = writer_span(&w);
	entry_person_write(into(&t.module, ENTRY_PERSON)->batch.out, &m);
	done(&t.module);
	m = (struct entry_person){ .version = 2, .state = PERSON_ACTIVE, .cause = PURPOSE_SET_FACTORS,
		.statement = span_str("x"), .record = span_str("sealed") };
	memcpy(m.id, person, ID_LEN);
	entry_person_write(into(&t.module, ENTRY_PERSON)->batch.out, &m);
	done(&t.module);
}

static void
grant_key(void)
{
	struct entry_grant_key m = { .spki = test_spki(test_key(5)), .record = span_str("sealed") };

	entry_grant_key_write(into(&t.module, ENTRY_GRANT_KEY)->batch.out, &m);
	done(&t.module);
}

/* The try and its grant; the entry of the grant. */
static uint64_t
grant(struct entry_granted m)
{
	struct entry_try try = { .purpose = PURPOSE_SIGN };

	memcpy(try.person, m.person, ID_LEN);
	memcpy(try.d, m.d, HASH_LEN);
	entry_try_write(into(&t.module, ENTRY_TRY)->batch.out, &try);
	done(&t.module);
	m.uses = ++t.grants;
	entry_granted_write(into(&t.module, ENTRY_GRANTED)->batch.out, &m);
	return done(&t.module);
}

/* A grant for this digest and key, of our signer in our SAM. */
static struct entry_granted
granted(const uint8_t d[HASH_LEN], const uint8_t key[ID_LEN])
{
	struct entry_granted m = { .factors = FACTOR_PIN | FACTOR_TOTP, .level = 2, .grant = { 9 } };

	memcpy(m.person, person, ID_LEN);
	memcpy(m.d, d, HASH_LEN);
	memcpy(m.peer, t.sam.group, HASH_LEN);
	memcpy(m.signer, signer, ID_LEN);
	memcpy(m.key, key, ID_LEN);
	return m;
}

static struct entry_granted
for_use(const char *d)
{
	uint8_t hash[HASH_LEN];

	sha256(span_str(d), hash);
	return granted(hash, t.create.key);
}

/* --- the SAM's log */

static void
act_make(struct act *a, const struct statement *st, const uint8_t id[ID_LEN])
{
	static const uint8_t blank[SHARE_SEALED_LEN];
	struct grant g = { .factors = FACTOR_PIN | FACTOR_TOTP, .level = 2 };
	struct evidences list = { .n = 0 };
	AUTO_WRITER w = writer_grow(GRANT_MAX);
	bool create = st->purpose == PURPOSE_CREATE_KEY;

	a->statement = writer_grow(STATEMENT_MAX);
	a->evidences = writer_grow(EVIDENCES_BYTES_MAX);
	statement_write(&a->statement, st);
	statement_digest(writer_span(&a->statement), a->d);
	if (create)
		statement_key(st->fresh, a->key);
	memcpy(g.group, t.sam.group, HASH_LEN);
	memcpy(g.module, t.module.group, HASH_LEN);
	memcpy(g.d, a->d, HASH_LEN);
	memcpy(g.signer, signer, ID_LEN);
	memcpy(g.person, person, ID_LEN);
	g.share = span_of(blank, create ? sizeof(blank) : 0);
	grant_write(&w, &g);
	a->granted = granted(a->d, a->key);
	CHECK(writer_ok(&w) && grant_digest(writer_span(&w), a->granted.grant));
	CHECK(evidences_add(&list, EVIDENCE_MODULE, id, writer_span(&w)));
	evidences_write(&a->evidences, &list);
	CHECK(writer_ok(&a->statement) && writer_ok(&a->evidences));
}

static void
acts_make(void)
{
	static struct statement st;
	uint8_t link[MODULE_LINK_LEN];

	memcpy(link, t.module.group, HASH_LEN);
	memcpy(link + HASH_LEN, person, ID_LEN);
	st = (struct statement){ .purpose = PURPOSE_BIND, .iat = 1, .exp = 2 };
	memcpy(st.group, t.sam.group, HASH_LEN);
	memcpy(st.subject, signer, ID_LEN);
	st.bind = (struct body_bind){ .from = 1, .type = EVIDENCE_MODULE, .protection = PROTECTION_MODULE,
		.label = span_str("PIN"), .attestation = span_of(link, sizeof(link)) };
	act_make(&t.bind, &st, zero);
	st.purpose = PURPOSE_CREATE_KEY;
	st.create_key = (struct body_create_key){ .from = 2, .alg = 1, .class = 1, .level = 2,
		.evidences = 1 };
	memcpy(st.create_key.with, with, ID_LEN);
	act_make(&t.create, &st, with);
}

static uint64_t
act_enter(const struct act *a, uint32_t version, uint16_t cause)
{
	struct entry_signer m = { .version = version, .state = 3, .cause = cause,
		.statement = writer_span(&a->statement), .evidences = writer_span(&a->evidences),
		.record = span_str("sealed") };

	memcpy(m.id, signer, ID_LEN);
	memcpy(m.d, a->d, HASH_LEN);
	entry_signer_write(into(&t.sam, ENTRY_SIGNER)->batch.out, &m);
	return done(&t.sam);
}

static uint64_t
use_of(const uint8_t key[ID_LEN], const char *d, uint32_t index)
{
	struct entry_reserved m = { .seen = 1, .exp = t.sam.time + 100000, .n = 1 };

	sha256(span_str(d), m.d);
	memcpy(m.key, key, ID_LEN);
	memcpy(m.signer, signer, ID_LEN);
	memcpy(m.authenticator, with, ID_LEN);
	m.uses = ++t.uses;
	entry_reserved_write(into(&t.sam, ENTRY_RESERVED)->batch.out, &m, &index);
	return done(&t.sam);
}

static uint64_t
use(const char *d, uint32_t index)
{
	return use_of(t.create.key, d, index);
}

/* --- both */

static int
begin(void **state UNUSED)
{
	memset(&t, 0, sizeof(t));
	test_log_init(&t.sam);
	test_log_init(&t.module);
	t.module.kind = GROUP_AUTH;
	test_begin(&t.sam);
	test_add_genesis(&t.sam);
	test_begin(&t.module);
	test_add_genesis(&t.module);
	acts_make();
	admit();
	grant_key();
	t.sam.time += 60000;
	return 0;
}

static int
finish(void **state UNUSED)
{
	test_log_free(&t.sam);
	test_log_free(&t.module);
	writer_wipe(&t.bind.statement);
	writer_wipe(&t.bind.evidences);
	writer_wipe(&t.create.statement);
	writer_wipe(&t.create.evidences);
	return 0;
}

/* The signer and the key, and "one" granted and used. */
static void
a_life(void)
{
	grant(t.bind.granted);
	act_enter(&t.bind, 2, PURPOSE_BIND);
	grant(t.create.granted);
	act_enter(&t.create, 3, PURPOSE_CREATE_KEY);
	grant(for_use("one"));
	use("one", 0);
}

static void
take_finding(void *ctx UNUSED, const struct reconcile_finding *f)
{
	t.found[f->what]++;
	if (t.n++ == 0)
		t.first = *f;
}

static void
folder_of(const struct test_log *l, char path[64], int *dir)
{
	int fd;

	*dir = test_directory();
	memcpy(path, test_path, 64);
	fd = openat(*dir, "log", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	CHECK(fd >= 0 && write(fd, l->bytes.p, l->bytes.n) == (ssize_t)l->bytes.n);
	close(fd);
}

static bool
compare(struct reconcile_options o, struct reconcile_report *report, struct err *e)
{
	char sam[64], module[64];
	int a, b;
	bool good;

	o.found = take_finding;
	memset(t.found, 0, sizeof(t.found));
	t.n = 0;
	folder_of(&t.sam, sam, &a);
	folder_of(&t.module, module, &b);
	good = reconcile(sam, module, &o, report, e);
	memcpy(test_path, sam, 64);
	test_directory_remove(a);
	memcpy(test_path, module, 64);
	test_directory_remove(b);
	return good;
}

static bool
agree(struct reconcile_report *report, struct err *e)
{
	struct reconcile_options o = { .group = t.sam.group, .module = t.module.group };

	test_end(&t.sam);
	test_end(&t.module);
	return compare(o, report, e);
}

/* One finding, of this kind, at this entry of the SAM's log or, if that is none, of the module's. */
static bool
wrong(enum reconcile_what what, uint64_t sam, uint64_t module)
{
	struct reconcile_report report;
	struct err e = { 0 };
	char name[64];

	snprintf(name, sizeof(name), "entry %llu of the %s log", (unsigned long long)
	    (sam != RECONCILE_NO_ENTRY ? sam : module), sam != RECONCILE_NO_ENTRY ? "SAM's" : "module's");
	return !agree(&report, &e) && e.code == ERR_DENIED && report.findings == 1 &&
	    t.found[what] == 1 && t.first.what == what && t.first.sam == sam &&
	    t.first.module == module && strstr(e.text, name) != NULL;
}

TEST(logs_that_agree_are_counted)
{
	struct reconcile_report r;
	struct err e = { 0 };

	a_life();
	grant(for_use("list"));
	use("list", 0);
	use("list", 1);
	CHECK(agree(&r, &e) && r.findings == 0 && r.keys == 1 && r.uses == 3 && r.acts == 2);
	CHECK(r.grants == 4 && r.used == 4 && r.unused == 0 && r.others == 0 && r.elsewhere == 0);
	CHECK(memcmp(r.sam.group, t.sam.group, HASH_LEN) == 0);
	CHECK(memcmp(r.module.group, t.module.group, HASH_LEN) == 0);
}

TEST(a_grant_without_a_use_is_listed_and_no_error)
{
	struct reconcile_report r;
	struct err e = { 0 };
	uint64_t unused;

	a_life();
	unused = grant(for_use("never"));
	CHECK(agree(&r, &e) && r.grants == 4 && r.unused == 1 && t.found[RECONCILE_UNUSED] == 1);
	CHECK(t.first.module == unused && t.first.sam == RECONCILE_NO_ENTRY);
}

TEST(a_use_without_a_grant_is_found)
{
	a_life();
	CHECK(wrong(RECONCILE_MISSING, use("invented", 0), RECONCILE_NO_ENTRY));
}

TEST(an_act_without_its_grant_is_found)
{
	uint64_t bind = act_enter(&t.bind, 2, PURPOSE_BIND);

	grant(t.create.granted);
	act_enter(&t.create, 3, PURPOSE_CREATE_KEY);
	CHECK(wrong(RECONCILE_MISSING, bind, RECONCILE_NO_ENTRY));
}

TEST(an_act_with_another_grant_than_the_modules_is_found)
{
	uint64_t made;

	t.bind.granted.grant[0] ^= 1;
	made = grant(t.bind.granted);
	CHECK(wrong(RECONCILE_OTHER, act_enter(&t.bind, 2, PURPOSE_BIND), made));
}

TEST(a_digest_granted_twice_is_found)
{
	a_life();
	CHECK(wrong(RECONCILE_TWICE, RECONCILE_NO_ENTRY, grant(for_use("one"))));
}

TEST(a_grant_for_another_key_is_found)
{
	struct entry_granted m = for_use("two");
	uint64_t made;

	a_life();
	m.key[5] ^= 1;
	made = grant(m);
	CHECK(wrong(RECONCILE_OTHER, use("two", 0), made));
}

TEST(a_grant_for_another_sam_is_found)
{
	struct entry_granted m = for_use("two");
	uint64_t made;

	a_life();
	m.peer[5] ^= 1;
	made = grant(m);
	CHECK(wrong(RECONCILE_OTHER, use("two", 0), made));
}

TEST(a_grant_of_one_factor_is_too_weak_for_the_key)
{
	struct entry_granted m = for_use("two");
	uint64_t made;

	a_life();
	m.factors = FACTOR_PIN;
	m.level = 1;
	made = grant(m);
	CHECK(wrong(RECONCILE_WEAK, use("two", 0), made));
}

TEST(a_grant_after_its_use_is_found)
{
	uint64_t used;

	a_life();
	used = use("two", 0);
	t.module.time = t.sam.time + RECONCILE_CLOCKS_MS;
	CHECK(wrong(RECONCILE_LATE, used, grant(for_use("two"))));
}

TEST(a_grant_for_a_signer_that_no_officer_admitted_is_found)
{
	struct entry_granted m = for_use("two");

	a_life();
	m.signer[5] ^= 1;
	CHECK(wrong(RECONCILE_STRANGER, RECONCILE_NO_ENTRY, grant(m)));
}

TEST(keys_of_another_module_are_counted_and_not_compared)
{
	struct reconcile_report r;
	struct err e = { 0 };

	writer_wipe(&t.create.statement);
	writer_wipe(&t.create.evidences);
	grant(t.bind.granted);
	act_enter(&t.bind, 2, PURPOSE_BIND);
	writer_wipe(&t.bind.statement);
	writer_wipe(&t.bind.evidences);
	t.module.group[7] ^= 1;
	acts_make();
	t.module.group[7] ^= 1;
	act_enter(&t.create, 3, PURPOSE_CREATE_KEY);
	use("one", 0);
	CHECK(agree(&r, &e) && r.keys == 0 && r.uses == 0 && r.others == 1 && r.acts == 1);
}

TEST(a_key_that_nobody_made_is_found)
{
	uint8_t key[ID_LEN] = { 77 };
	struct entry_granted m = for_use("two");

	a_life();
	memcpy(m.key, key, ID_LEN);
	grant(m);
	t.uses = 0;
	CHECK(wrong(RECONCILE_KEY, use_of(key, "two", 0), RECONCILE_NO_ENTRY));
}

/* Refused by its verifier, with this in the text. */
static bool
refused(struct reconcile_options o, const char *word)
{
	struct reconcile_report report;
	struct err e = { 0 };

	return !compare(o, &report, &e) && report.findings == 0 && strstr(e.text, word) != NULL;
}

TEST(the_log_of_another_group_is_refused)
{
	uint8_t other[HASH_LEN] = { 8 };
	struct test_log sam;

	a_life();
	test_end(&t.sam);
	test_end(&t.module);
	CHECK(refused((struct reconcile_options){ .group = other }, "SAM's log: entry 0"));
	CHECK(refused((struct reconcile_options){ .module = other }, "module's log: entry 0"));
	sam = t.sam;
	t.sam = t.module;
	CHECK(refused((struct reconcile_options){ 0 }, "of an authentication module"));
	t.module = sam;
	CHECK(refused((struct reconcile_options){ 0 }, "of a signature activation module"));
	t.module = t.sam;
	t.sam = sam;
}

TEST(a_broken_log_proves_nothing)
{
	a_life();
	test_end(&t.sam);
	test_end(&t.module);
	t.module.bytes.p[t.module.bytes.n - 100] ^= 1;
	CHECK(refused((struct reconcile_options){ 0 }, "the module's log: "));
	t.module.bytes.p[t.module.bytes.n - 100] ^= 1;
	t.sam.bytes.p[t.sam.bytes.n - 100] ^= 1;
	CHECK(refused((struct reconcile_options){ 0 }, "the SAM's log: "));
	t.sam.bytes.p[t.sam.bytes.n - 100] ^= 1;
	t.sam.bytes.n -= 3;
	CHECK(refused((struct reconcile_options){ 0 }, "unfinished"));
}

TEST(a_folder_without_a_log_is_said_so)
{
	struct reconcile_options o = { 0 };
	struct reconcile_report report;
	struct err e = { 0 };

	CHECK(!reconcile("/nonexistent/a", "/nonexistent/b", &o, &report, &e) && e.code == ERR_MISSING);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, finish)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(logs_that_agree_are_counted),
		CASE(a_grant_without_a_use_is_listed_and_no_error),
		CASE(a_use_without_a_grant_is_found),
		CASE(an_act_without_its_grant_is_found),
		CASE(an_act_with_another_grant_than_the_modules_is_found),
		CASE(a_digest_granted_twice_is_found),
		CASE(a_grant_for_another_key_is_found),
		CASE(a_grant_for_another_sam_is_found),
		CASE(a_grant_of_one_factor_is_too_weak_for_the_key),
		CASE(a_grant_after_its_use_is_found),
		CASE(a_grant_for_a_signer_that_no_officer_admitted_is_found),
		CASE(keys_of_another_module_are_counted_and_not_compared),
		CASE(a_key_that_nobody_made_is_found),
		CASE(the_log_of_another_group_is_refused),
		CASE(a_broken_log_proves_nothing),
		CASE(a_folder_without_a_log_is_said_so),
	};
	struct err e = { 0 };

	return crypto_start(&e) ? RUN(tests) : 1;
}
