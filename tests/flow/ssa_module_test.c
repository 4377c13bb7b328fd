/* SPDX-License-Identifier: Apache-2.0 */
/*
 * propria-ssa with a real authentication module behind it, over HTTP as a page or a client talks: factors
 * are set, grants come, a PIN opens a SCAL1 key; wrong ones, locked ones, and a module that is gone.
 * The SAM is a fake: what it makes of grants is hostile_grant_test's.
 */
#include <unistd.h>

#include "auth/factors.h"
#include "base/clock.h"
#include "crypto/verify.h"
#include "json/base64.h"
#include "statement/grant.h"
#include "tests/sic/act.h"
#include "tests/test.h"
#include "tests/unit/ssa/rig.h"

#define JSON	"application/json"
#define PIN	"271828"
#define AWAY	"The authentication module is not available; try again later, or approve in another way"

static struct group group;
static struct rig g = { .with_module = true };
static struct hpke_key *sam_key;
static uint8_t person[ID_LEN], code[CODE_LEN];
static char person_hex[33], low[33];

/* --- officers of the module */

static void
officers_do(struct act *a, const struct officer_hand *one, const struct officer_hand *two,
    struct msg_enacted *made)
{
	assert_string_equal(act_propose(a), "");
	act_write(a);
	act_approve_by(a, one);
	if (two != NULL)
		act_approve_by(a, two);
	assert_string_equal(act_enact(a, group.officers, made, NULL, NULL), "");
	act_free(a);
}

static void
module_prepare(void)
{
	struct act *peer, *key, *admit;
	struct msg_enacted made;
	uint8_t seed[32];
	struct err e = { 0 };

	CHECK((sam_key = hpke_key_random(&e)) != NULL);
	peer = act_new(&group, PURPOSE_ADD_PEER);
	peer->st.add_peer = (struct body_add_peer){ .kind = PEER_SAM,
		.key = span_of(hpke_key_point(sam_key), HPKE_POINT_LEN), .label = span_str("SAM") };
	memcpy(peer->st.add_peer.peer, g.sam.group, GROUP_LEN);
	officers_do(peer, &group.so[0], &group.so[1], NULL);
	key = act_new(&group, PURPOSE_NEW_GRANT_KEY);
	key->st.reason = span_str("first one");
	officers_do(key, &group.so[0], &group.so[1], NULL);
	random_bytes(code, sizeof(code));
	admit = act_new(&group, PURPOSE_ADMIT);
	memcpy(admit->st.admit.peer, g.sam.group, GROUP_LEN);
	memcpy(admit->st.admit.signer, g.signer, ID_LEN);
	admit->st.admit.name = span_str("Alice");
	code_seed(code, group.id, seed);
	ed25519_public(seed, admit->st.admit.code);
	officers_do(admit, &group.ro, NULL, &made);
	memcpy(person, made.id, ID_LEN);
	hex_text(person, ID_LEN, person_hex);
}

/* --- as a page does it */

static void
seal(const struct factors *f, uint8_t out[SEALED_FACTORS_LEN])
{
	uint8_t attestation[256], info[FACTORS_INFO_LEN], plain[FACTORS_LEN];
	struct writer a = writer_over(attestation, sizeof(attestation)), p = writer_over(plain, sizeof(plain));
	struct err e = { 0 };

	CHECK(rig_ask(&g, "/propria/v1/module", NULL, "", NULL) == 200);
	CHECK(base64url_read(span_str(rig_text(&g, "factorKey")), &a) && a.n == 178 && a.p[0] == 5);
	CHECK(memcmp(a.p + 1, group.id, GROUP_LEN) == 0);
	factors_info(group.id, info);
	factors_write(&p, f);
	CHECK(hpke_seal(span_of(a.p + 41, HPKE_POINT_LEN), span_of(info, sizeof(info)), span_of(f->d, 32),
	    writer_span(&p), out, &e));
}

static const char *
base64_of(struct span bytes)
{
	static char mem[3][8192];
	static size_t next;
	char *text = mem[next++ % COUNT(mem)];
	struct writer w = writer_over(text, sizeof(mem[0]) - 1);

	base64_write(&w, bytes);
	CHECK(writer_ok(&w));
	text[w.n] = '\0';
	return text;
}

static void
statement_start(struct statement *s, uint16_t purpose, const uint8_t of[GROUP_LEN], const uint8_t subject[ID_LEN])
{
	memset(s, 0, sizeof(*s));
	s->purpose = purpose;
	memcpy(s->group, of, GROUP_LEN);
	s->epoch = 1;
	memcpy(s->subject, subject, ID_LEN);
	random_bytes(s->fresh, sizeof(s->fresh));
	s->iat = clock_wall();
	s->exp = s->iat + 60000;
}

TEST(factors_are_set_through_the_server)
{
	static struct statement s;
	uint8_t sealed[SEALED_FACTORS_LEN], d[HASH_LEN], seed[32], sig[APPROVAL_LEN], bytes[512], eb[256];
	struct writer fresh = writer_over(s.fresh, sizeof(s.fresh)), w = writer_over(bytes, sizeof(bytes));
	struct writer ew = writer_over(eb, sizeof(eb));
	struct factors f = { .new_pin = span_str(PIN) };
	struct evidences list = { 0 };
	static const uint8_t zero[ID_LEN];
	char body[128];
	int64_t version, state;

	snprintf(body, sizeof(body), "{\"person\":\"%s\",\"purpose\":1538}", person_hex);
	CHECK(rig_ask(&g, "/propria/v1/module/challenge", NULL, JSON, body) == 200);
	statement_start(&s, PURPOSE_SET_FACTORS, group.id, person);
	CHECK(base64url_read(span_str(rig_text(&g, "fresh")), &fresh) && fresh.n == sizeof(s.fresh));
	CHECK(json_whole(g.json, "version", &version) == JSON_GOT && json_whole(g.json, "state", &state) == JSON_GOT);
	CHECK(state == 1);
	statement_factors(s.fresh, f.d);
	memcpy(f.person, person, ID_LEN);
	seal(&f, sealed);
	s.factors.from = (uint32_t)version;
	sha256(span_of(sealed, sizeof(sealed)), s.factors.sealed);
	statement_write(&w, &s);
	statement_digest(writer_span(&w), d);
	code_seed(code, group.id, seed);
	code_sign(seed, d, sig);
	CHECK(evidences_add(&list, EVIDENCE_CODE, zero, span_of(sig, sizeof(sig))));
	evidences_write(&ew, &list);
	CHECK(rig_post(&g, "/propria/v1/module/enact", "{\"statement\":\"%s\",\"evidence\":\"%s\",\"sealed\":\"%s\"}",
	    base64_of(writer_span(&w)), base64_of(writer_span(&ew)),
	    base64_of(span_of(sealed, sizeof(sealed)))) == 200);
	CHECK(strcmp(rig_text(&g, "person"), person_hex) == 0);
}

/* A grant for this statement; the status. Of what came, *grant. */
static long
granted(const struct statement *s, const char *pin, const char *token, struct writer *grant)
{
	uint8_t bytes[1024], sealed[SEALED_FACTORS_LEN];
	struct writer w = writer_over(bytes, sizeof(bytes));
	struct factors f = { .pin = span_str(pin) };
	char body[8192];
	long status;

	statement_write(&w, s);
	CHECK(writer_ok(&w));
	statement_digest(writer_span(&w), f.d);
	memcpy(f.person, person, ID_LEN);
	seal(&f, sealed);
	snprintf(body, sizeof(body), "{\"statement\":\"%s\",\"sealed\":\"%s\"}", base64_of(writer_span(&w)),
	    base64_of(span_of(sealed, sizeof(sealed))));
	status = rig_ask(&g, "/propria/v1/module/grant", token, JSON, body);
	if (status == 200)
		CHECK(base64_read(span_str(rig_text(&g, "grant")), grant));
	return status;
}

static long
granted_key(const char *pin)
{
	static struct statement s;
	uint8_t bytes[GRANT_MAX];
	struct writer w = writer_over(bytes, sizeof(bytes));
	char bearer[80];

	statement_start(&s, PURPOSE_CREATE_KEY, g.sam.group, g.signer);
	s.create_key = (struct body_create_key){ .from = 1, .alg = 1, .class = 1, .level = 1, .evidences = 1 };
	snprintf(bearer, sizeof(bearer), "Bearer %s", g.token);
	return granted(&s, pin, bearer, &w);
}

/* BIND without a token gives a grant of this person; the account is linked with it; a key is made. */
TEST(a_grant_binds_and_the_account_is_linked)
{
	static struct statement s;
	uint8_t bytes[GRANT_MAX], link[MODULE_LINK_LEN], sb[1024], eb[1024];
	struct writer w = writer_over(bytes, sizeof(bytes)), sw = writer_over(sb, sizeof(sb));
	struct writer ew = writer_over(eb, sizeof(eb));
	struct evidences list = { 0 };
	static const uint8_t zero[ID_LEN];
	struct err e = { 0 };
	struct grant got;

	memcpy(link, group.id, GROUP_LEN);
	memcpy(link + GROUP_LEN, person, ID_LEN);
	statement_start(&s, PURPOSE_BIND, g.sam.group, g.signer);
	s.bind = (struct body_bind){ .from = 1, .type = EVIDENCE_MODULE, .protection = PROTECTION_MODULE,
		.spki = span_of("", 0), .label = span_str("PIN"), .attestation = span_of(link, sizeof(link)),
		.client = span_of("", 0) };
	CHECK(granted(&s, PIN, NULL, &w) == 200);
	CHECK(grant_read(writer_span(&w), &got, &e) && memcmp(got.group, g.sam.group, GROUP_LEN) == 0);
	CHECK(memcmp(got.person, person, ID_LEN) == 0 && memcmp(got.signer, g.signer, ID_LEN) == 0);
	CHECK(evidences_add(&list, EVIDENCE_MODULE, zero, writer_span(&w)));
	evidences_write(&ew, &list);
	s.purpose = PURPOSE_ADD_AUTHENTICATOR;
	statement_write(&sw, &s);
	CHECK(rig_post(&g, "/propria/v1/enact", "{\"statement\":\"%s\",\"evidence\":\"%s\"}",
	    base64_of(writer_span(&sw)), base64_of(writer_span(&ew))) == 200);
	CHECK(granted_key(PIN) == 200);
	statement_start(&s, PURPOSE_CREATE_KEY, g.sam.group, g.signer);
	s.create_key = (struct body_create_key){ .from = 1, .alg = 1, .class = 1, .level = 1, .evidences = 1 };
	writer_reset(&sw);
	statement_write(&sw, &s);
	CHECK(rig_post(&g, "/propria/v1/enact", "{\"statement\":\"%s\",\"evidence\":\"%s\"}",
	    base64_of(writer_span(&sw)), base64_of(writer_span(&ew))) == 200);
	strcpy(low, rig_text(&g, "id"));
}

static long
authorize(const char *pin)
{
	return rig_post(&g, "/csc/v2/credentials/authorize", "{\"credentialID\":\"%s\",\"numSignatures\":1,"
	    "\"authData\":[{\"id\":\"PIN\",\"value\":\"%s\"}]}", low, pin);
}

TEST(a_pin_in_the_clear_opens_a_scal1_key)
{
	int asked = fake_sam_asked(&g.sam, SAM_OPEN_WINDOW);

	CHECK(authorize("314159") == 400);
	CHECK(rig_said(&g, 400, "invalid_authentication_data", "The authentication data is invalid"));
	CHECK(fake_sam_asked(&g.sam, SAM_OPEN_WINDOW) == asked);
	CHECK(authorize(PIN) == 200 && strlen(rig_text(&g, "SAD")) == 43);
	CHECK(fake_sam_asked(&g.sam, SAM_OPEN_WINDOW) == asked + 1);
}

TEST(a_module_that_is_gone_is_said_and_all_else_goes_on)
{
	group_stop(&group);
	for (int i = 0; i < 2; i++)	/* what was under way as it ended is 503, too */
		CHECK(rig_ask(&g, "/propria/v1/module", NULL, "", NULL) == 503);
	CHECK(rig_said(&g, 503, "temporarily_unavailable", AWAY));
	CHECK(authorize(PIN) == 503);
	CHECK(rig_post(&g, "/csc/v2/credentials/list", "{}") == 200);
	CHECK(rig_post(&g, "/csc/v2/credentials/info", "{\"credentialID\":\"%s\"}", low) == 200);
	CHECK(rig_ask(&g, "/propria/v1/status", NULL, "", NULL) == 200);
	group_start(&group);
	for (int i = 0; i < 1000 && rig_ask(&g, "/propria/v1/module", NULL, "", NULL) != 200; i++)
		usleep(10000);
	CHECK(granted_key(PIN) == 200);		/* sealed to the key of the new life */
}

TEST(ten_wrong_pins_lock_a_person_and_nobody_else_learns_which)
{
	for (int i = 0; i < 10; i++) {
		CHECK(granted_key("111111") == 400 && strcmp(rig_text(&g, "reason"), "auth") == 0);
		CHECK(rig_said(&g, 400, "invalid_authentication_data", "The authentication data is invalid"));
	}
	CHECK(granted_key(PIN) == 400 && strcmp(rig_text(&g, "reason"), "locked") == 0);
	authorize(PIN);
	CHECK(rig_said(&g, 400, "invalid_request", "Credential locked"));
	CHECK(rig_post(&g, "/propria/v1/module/challenge", "{\"purpose\":1539}") == 200);
	CHECK(strstr(g.body, "\"state\":3,\"locked\":true") != NULL);
}

static int
start(void **state UNUSED)
{
	group_found_auth(&group);
	group_start(&group);
	g.module_socket = group_path(&group, "ssa.sock");
	g.module_genesis = group_path(&group, "sam/genesis");
	rig_start(&g);
	rig_enrol(&g);
	module_prepare();
	return 0;
}

static int
stop(void **state UNUSED)
{
	rig_stop(&g);
	hpke_key_free(sam_key);
	group_end(&group);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(factors_are_set_through_the_server),
		cmocka_unit_test(a_grant_binds_and_the_account_is_linked),
		cmocka_unit_test(a_pin_in_the_clear_opens_a_scal1_key),
		cmocka_unit_test(a_module_that_is_gone_is_said_and_all_else_goes_on),
		cmocka_unit_test(ten_wrong_pins_lock_a_person_and_nobody_else_learns_which),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
