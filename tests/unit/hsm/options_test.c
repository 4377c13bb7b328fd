/* SPDX-License-Identifier: Apache-2.0 */
/* The command line: what is not exactly right is refused before a module is loaded. */
#include <getopt.h>

#include "hsm/options.h"
#include "test.h"

#define ID	"00112233445566778899aabbccddeeff"
#define KEYS	"--kek", ID, "--hmac", ID, "--log", ID, "--attestation", ID
#define BASE	"propria-hsm", "--module", "m.so", "--token", "t", "--pin-fd", "4"

static bool
reads(const char *const *argv, struct options *o)
{
	struct err e = {0};
	int n = 0;
	bool fine;

	while (argv[n] != NULL)
		n++;
	optind = 0;
	fine = options_read(n, (char **)(uintptr_t)argv, o, &e);
	CHECK(fine || (e.code == ERR_FORMAT && e.text[0] != '\0'));
	return fine;
}

#define READS(o, ...)	reads((const char *const[]){ __VA_ARGS__, NULL }, (o))

TEST(a_worker_needs_all_four_ids_and_a_control_descriptor)
{
	struct options o;

	CHECK(READS(&o, BASE, KEYS, "--control-fd", "3"));
	CHECK(o.mode == MODE_WORKER && o.control_fd == 3 && o.pin_fd == 4 && o.keys.kek_id[1] == 0x11);
	CHECK(o.keys.mech == CKM_AES_KEY_WRAP_PAD && o.n_algs == 4);
	CHECK(!READS(&o, BASE, KEYS));
	CHECK(!READS(&o, BASE, "--kek", ID, "--hmac", ID, "--log", ID, "--control-fd", "3"));
}

TEST(an_id_has_sixteen_bytes_in_hex)
{
	static const char *const wrong[] = { "", "00", ID "00", "0011223344556677889 aabbccddeeff",
		"g0112233445566778899aabbccddeeff", "0x112233445566778899aabbccddeeff" };
	struct options o;

	for (size_t i = 0; i < COUNT(wrong); i++)
		CHECK(!READS(&o, BASE, KEYS, "--control-fd", "3", "--kek", wrong[i]));
}

TEST(only_known_algorithms_and_mechanisms_are_taken)
{
	static const char *const algs[] = { "", "3", "1,", ",1", "1,,2", "1 2", "99999", "-1" };
	static const char *const mechs[] = { "", "0x1087", "0x210A,", "-1", "0" };
	struct options o;

	CHECK(READS(&o, BASE, "--report", "--algorithms", "1,32", "--mechanism", "0x210B"));
	CHECK(o.n_algs == 2 && o.algs[1] == 32 && o.keys.mech == MECH_AES_KWP);
	for (size_t i = 0; i < COUNT(algs); i++)
		CHECK(!READS(&o, BASE, "--report", "--algorithms", algs[i]));
	for (size_t i = 0; i < COUNT(mechs); i++)
		CHECK(!READS(&o, BASE, "--report", "--mechanism", mechs[i]));
}

TEST(the_ceremony_needs_the_officers_pin)
{
	struct options o;

	CHECK(READS(&o, BASE, "--setup", "--so-pin-fd", "5") && o.mode == MODE_SETUP);
	CHECK(READS(&o, BASE, "--wipe", "--so-pin-fd", "5") && o.mode == MODE_WIPE);
	CHECK(!READS(&o, BASE, "--setup"));
	CHECK(!READS(&o, BASE, "--wipe"));
}

TEST(a_pin_on_the_command_line_is_not_an_option)
{
	struct options o;

	CHECK(!READS(&o, BASE, "--report", "--pin", "1234"));
	CHECK(!READS(&o, BASE, "--report", "1234"));
	CHECK(!READS(&o, BASE, "--report", "--pin-fd", "x"));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_worker_needs_all_four_ids_and_a_control_descriptor),
		cmocka_unit_test(an_id_has_sixteen_bytes_in_hex),
		cmocka_unit_test(only_known_algorithms_and_mechanisms_are_taken),
		cmocka_unit_test(the_ceremony_needs_the_officers_pin),
		cmocka_unit_test(a_pin_on_the_command_line_is_not_an_option),
	};

	return RUN(tests);
}
