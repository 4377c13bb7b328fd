/* SPDX-License-Identifier: Apache-2.0 */
/* --setup, --wipe, --report and start-up: mostly what they refuse, and whether they say why. */
#include "asks.h"
#include "test.h"

static struct rig rig;

static const char *const setup[] = { "--token", RIG_TOKEN, "--setup", "--so-pin-fd", "4", "--pin-fd",
	"5", NULL };
static const char *const wipe[] = { "--token", RIG_TOKEN, "--wipe", "--so-pin-fd", "4", "--pin-fd",
	"5", NULL };
static const char *const report[] = { "--token", RIG_TOKEN, "--report", "--pin-fd", "5", NULL };

static int
open_rig(void **state UNUSED)
{
	rig_open(&rig);
	return 0;
}

static int
close_rig(void **state UNUSED)
{
	rig_close(&rig);
	return 0;
}

static bool
says(const char *what)
{
	return strstr(rig.output, what) != NULL;
}

TEST(setup_prints_what_the_genesis_needs)
{
	CHECK(rig_setup(&rig) == 0);
	CHECK(says("kek ") && says("hmac ") && says("log 3059") && says("attestation 3059"));
	CHECK(says("library Implementation of PKCS11") && says("token " RIG_TOKEN "\n") &&
	      says("serial "));
	CHECK(strlen(rig.kek) == 32 && strcmp(rig.kek, rig.hmac) != 0);
}

TEST(a_second_setup_on_a_used_token_is_refused)
{
	struct rig_worker w;
	struct err e = {0};
	uint8_t mac[HSM_MAC_LEN];

	CHECK(rig_setup(&rig) == 0);
	CHECK(rig_run(&rig, setup, RIG_SO_PIN, RIG_PIN) == 2);
	CHECK(says("another group") && says("wiped"));
	w = rig_start(&rig, "1", RIG_PIN);	/* and the first group still lives */
	CHECK(ask_hmac(w.fd, "x", mac, &e) && rig_stop(&w) == 0);
}

TEST(a_wrong_pin_makes_nothing)
{
	CHECK(rig_run(&rig, setup, RIG_SO_PIN, "9999") == 2 && says("wrong user PIN"));
	CHECK(rig_run(&rig, setup, "99999999", RIG_PIN) == 2 && says("wrong security officer's PIN"));
	CHECK(!says("9999\n") && rig_setup(&rig) == 0);
}

TEST(an_unknown_token_is_refused_with_the_labels_that_are_there)
{
	const char *const other[] = {
	    "--token", "nobody", "--setup", "--so-pin-fd", "4", "--pin-fd", "5", NULL};

	CHECK(rig_run(&rig, other, RIG_SO_PIN, RIG_PIN) == 2);
	CHECK(says("no token 'nobody'") && says("'" RIG_TOKEN "'"));
}

TEST(a_missing_or_foreign_module_is_named)
{
	strcpy(rig.module, "/nonexistent/module.so");
	CHECK(rig_run(&rig, report, "", RIG_PIN) == 2 && says("no PKCS#11 module at"));
	strcpy(rig.module, "/etc/passwd");
	CHECK(rig_run(&rig, report, "", RIG_PIN) == 2 && says("can't be loaded"));
}

TEST(a_wiped_token_takes_a_new_ceremony_and_the_old_keys_are_gone)
{
	struct rig_worker w;
	struct rig old;

	CHECK(rig_setup(&rig) == 0);
	old = rig;
	CHECK(rig_run(&rig, wipe, "99999999", RIG_PIN) == 2);
	rig_close(&rig);
	rig_open(&rig);
	CHECK(rig_setup(&rig) == 0);
	old = rig;
	CHECK(rig_run(&rig, wipe, RIG_SO_PIN, RIG_PIN) == 0 && says("removed 8"));
	CHECK(rig_setup(&rig) == 0 && strcmp(old.kek, rig.kek) != 0);
	w = rig_start(&old, "1", RIG_PIN);
	CHECK(rig_wait(&w) == 2);
	w = rig_start(&rig, "1", RIG_PIN);
	CHECK(rig_stop(&w) == 0);
}

TEST(a_ceremony_that_breaks_midway_leaves_nothing)
{
	static const char *const plans[] = {"fail C_GenerateKey 0x30 1\n",
	    "fail C_GenerateKey 0x30 2\n", "fail C_GenerateKeyPair 0x30 1\n",
	    "fail C_GenerateKeyPair 0x30 2\n", "fail C_SetAttributeValue 0x10 3\n",
	    "fail C_CreateObject 0x31 1\n"};

	rig_use_faulty(&rig);
	for (size_t i = 0; i < COUNT(plans); i++) {
		rig_plan(&rig, plans[i]);
		CHECK(rig_run(&rig, setup, RIG_SO_PIN, RIG_PIN) != 0 && !says("kek "));
		rig_plan(&rig, "");
		CHECK(rig_run(&rig, wipe, RIG_SO_PIN, RIG_PIN) == 0 && says("removed 0"));
	}
	CHECK(rig_setup(&rig) == 0);
}

TEST(a_worker_without_its_objects_does_not_start)
{
	struct rig_worker w;

	CHECK(rig_setup(&rig) == 0);
	rig.kek[5] = rig.kek[5] == '0' ? '1' : '0';
	w = rig_start(&rig, "1", RIG_PIN);
	CHECK(rig_wait(&w) == 2);
}

TEST(a_worker_with_a_wrong_pin_says_so_by_its_exit_code_and_tries_once)
{
	struct rig_worker w;
	const char *calls;

	rig_use_faulty(&rig);
	CHECK(rig_setup(&rig) == 0);
	rig_plan(&rig, "");
	w = rig_start(&rig, "1", "0000");
	CHECK(rig_wait(&w) == 2);
	calls = rig_trace(&rig);
	CHECK(strstr(calls, "C_Login") != NULL);
	CHECK(strstr(strstr(calls, "C_Login") + 1, "C_Login") == NULL);
}

TEST(a_locked_pin_is_told_from_a_wrong_one)
{
	rig_use_faulty(&rig);
	rig_plan(&rig, "fail C_Login 0xa4\n");
	CHECK(rig_run(&rig, report, "", RIG_PIN) == 2 && says("locked") && !says("wrong user"));
}

TEST(the_report_shows_what_works)
{
	const char *full[] = {"--token", RIG_TOKEN, "--report", "--pin-fd", "5", "--kek", rig.kek,
	    "--hmac", rig.hmac, "--log", rig.log, "--attestation", rig.attestation, "--algorithms",
	    "1,2", NULL};

	CHECK(rig_setup(&rig) == 0);
	CHECK(rig_run(&rig, full, "", RIG_PIN) == 0);
	CHECK(says("kek is trusted: yes") && says("unwrap template holds: yes"));
	CHECK(says("keys leave under trusted keys only: yes"));
	CHECK(says("algorithm ecdsa-p384-sha384: works"));
	CHECK(says("algorithm rsa3072-pss-sha256: not offered"));
	CHECK(says("protection: none"));
}

TEST(a_software_module_can_not_be_declared_certified)
{
	const char *full[] = { "--token", RIG_TOKEN, "--report", "--declared", "--pin-fd", "5", "--kek",
		rig.kek, "--hmac", rig.hmac, "--log", rig.log, "--attestation", rig.attestation,
		"--algorithms", "1", NULL };

	CHECK(rig_setup(&rig) == 0);
	CHECK(rig_run(&rig, full, "", RIG_PIN) == 2 && says("software module"));
}

TEST(usage_errors_are_told_apart)
{
	const char *const none[] = { "--token", RIG_TOKEN, NULL };

	CHECK(rig_run(&rig, none, "", "") == 1 && says("--pin-fd"));
}

#define WITH(f)	cmocka_unit_test_setup_teardown(f, open_rig, close_rig)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		WITH(setup_prints_what_the_genesis_needs),
		WITH(a_second_setup_on_a_used_token_is_refused),
		WITH(a_wrong_pin_makes_nothing),
		WITH(an_unknown_token_is_refused_with_the_labels_that_are_there),
		WITH(a_missing_or_foreign_module_is_named),
		WITH(a_wiped_token_takes_a_new_ceremony_and_the_old_keys_are_gone),
		WITH(a_ceremony_that_breaks_midway_leaves_nothing),
		WITH(a_worker_without_its_objects_does_not_start),
		WITH(a_worker_with_a_wrong_pin_says_so_by_its_exit_code_and_tries_once),
		WITH(a_locked_pin_is_told_from_a_wrong_one),
		WITH(the_report_shows_what_works),
		WITH(a_software_module_can_not_be_declared_certified),
		WITH(usage_errors_are_told_apart),
	};

	if (rig_is_missing())
		return 77;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
