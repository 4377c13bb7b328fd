/* SPDX-License-Identifier: Apache-2.0 */
/* A configuration is taken whole and right, or not at all, and the refusal says where and why. */
#include "test.h"

#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "launch/config.h"

#define GOOD_SAM	"[sam]\nstate = state\nssa_socket = run/ssa\nofficer_socket = /tmp/officer\n"
#define GOOD_MODULE	"[module]\nlibrary = /usr/lib/p11.so\ntoken = soft token\n"
#define GOOD		GOOD_SAM GOOD_MODULE

static char dir[] = "/tmp/propria-config-XXXXXX";
static char file[64];

static void
file_write(const char *text, mode_t mode)
{
	FILE *f;

	(void)unlink(file);
	f = fopen(file, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
	assert_int_equal(chmod(file, mode), 0);
}

static struct config *
load(const char *text, struct err *e)
{
	file_write(text, 0640);
	return config_load(file, e);
}

TEST(a_small_configuration_gets_its_defaults)
{
	struct err e = {0};
	AUTO(config) *c = load(GOOD, &e);
	char path[128];

	if (c == NULL)
		fail_msg("%s", e.text);
	snprintf(path, sizeof(path), "%s/state", dir);
	assert_string_equal(c->state, path);
	snprintf(path, sizeof(path), "%s/run/ssa", dir);
	assert_string_equal(c->ssa_socket, path);
	assert_string_equal(c->officer_socket, "/tmp/officer");
	assert_string_equal(c->token, "soft token");
	CHECK(c->ssa_uids.n == 1 && c->ssa_uids.v[0] == geteuid());
	CHECK(c->officer_uids.n == 1 && c->officer_uids.v[0] == geteuid());
	CHECK(c->socket_mode == 0660 && c->user == NULL);
	CHECK(c->workers == 1 && c->deadline_ms == 10000 && c->mechanism == 0);
	CHECK(c->algorithms.n == 3 && c->algorithms.v[0] == 1 && c->algorithms.v[2] == 16);
	CHECK(c->onetime_p256 == 0 && c->onetime_age == 86400 && c->onetime_empty == 0);
	CHECK(c->activations == 10000 && c->nonces == 1000000 && c->pin_file == NULL);
	CHECK(c->ssa_group == (gid_t)-1 && c->paths.n == 0 && c->environment.n == 0);
	CHECK(strstr(c->worker_program, "/propria-hsm") != NULL);
}

static const char full[] =
    "; everything\n"
    "[sam]\n"
    "state = /var/lib/propria\nssa_socket = /run/p/ssa\nofficer_socket = /run/p/officer\n"
    "ssa_uids = 1001, root\nofficer_uids =\nsocket_mode = 0600\nssa_group = 33\n"
    "officer_group = root\nuser = root\n"
    "[module]\n"
    "library = lib.so\ntoken = t ; the label\nmechanism = 0x210A\n"
    "algorithms = ecdsa-p256-sha256, 32\nworkers = 64\ndeadline_ms = 500\npin_file = pin\n"
    "onetime_p256 = 9000\nonetime_rsa3072 = 64\nonetime_age = 60\nonetime_empty = refuse\n"
    "worker_program = /usr/libexec/propria-hsm\npaths = /var/lib/softhsm, tokens\n"
    "env.SOFTHSM2_CONF = softhsm2.conf\nenv.A_B = x=y\n"
    "[limits]\nactivations = 7\nnonces = 5000\n";

static void
check_full(const struct config *c)
{
	CHECK(c->ssa_uids.n == 2 && c->ssa_uids.v[0] == 1001 && c->ssa_uids.v[1] == 0);
	CHECK(c->officer_uids.n == 1 && c->socket_mode == 0600 && c->ssa_group == 33);
	CHECK(c->officer_group == 0 && strcmp(c->user, "root") == 0);
	CHECK(strcmp(c->token, "t") == 0);
	CHECK(c->mechanism == 0x210a && c->algorithms.n == 2 && c->algorithms.v[1] == 32);
	CHECK(c->workers == 64 && c->deadline_ms == 500 && strstr(c->pin_file, "/pin") != NULL);
	CHECK(c->onetime_p256 == 9000 && c->onetime_p384 == 0 && c->onetime_rsa3072 == 64);
	CHECK(c->onetime_age == 60 && c->onetime_empty == 1);
	CHECK(c->paths.n == 2 && strstr(c->paths.v[1], "/tokens") != NULL && c->paths.v[1][0] == '/');
	CHECK(c->environment.n == 2);
	assert_string_equal(c->environment.v[0], "SOFTHSM2_CONF=softhsm2.conf");
	assert_string_equal(c->environment.v[1], "A_B=x=y");
	CHECK(c->activations == 7 && c->nonces == 5000);
}

TEST(every_key_is_taken)
{
	struct err e = {0};
	AUTO(config) *c = load(full, &e);

	if (c == NULL)
		fail_msg("%s", e.text);
	check_full(c);
}

TEST(what_check_prints_is_the_same_configuration)
{
	struct err e = {0};
	AUTO(config) *c = load(full, &e);
	AUTO(config) *again = NULL;
	char *text = NULL;
	size_t n;
	FILE *f = open_memstream(&text, &n);

	CHECK(c != NULL && f != NULL);
	config_print(c, f);
	fclose(f);
	again = load(text, &e);
	if (again == NULL)
		fail_msg("%s in\n%s", e.text, text);
	check_full(again);
	free(text);
}

static const struct bad {
	const char	*text;
	const char	*parts[4];	/* what the message must hold */
} bads[] = {
	{ GOOD "colour = red\n", { ":8:", "[module] colour", "unknown key", "library token" } },
	{ "[sam]\ncolour = red\n", { ":2:", "[sam] colour", "unknown key", "officer_socket" } },
	{ GOOD "[extra]\na = b\n", { ":8:", "[extra]", "unknown section", "[sam] [module]" } },
	{ GOOD "[extra]\n", { ":8:", "[extra]", "unknown section", "[limits]" } },
	{ "state = x\n" GOOD, { ":1:", "unknown section", "[sam]", "" } },
	{ GOOD "token = again\n", { ":8:", "[module] token", "given twice", "once" } },
	{ GOOD_SAM GOOD_MODULE "[sam]\nstate = other\n", { ":9:", "[sam] state", "given twice", "" } },
	{ GOOD "env.A = 1\nenv.A = 2\n", { ":9:", "env.A", "given twice", "" } },
	{ GOOD "env.2A = 1\n", { ":8:", "env.2A", "name of a variable", "letters" } },
	{ GOOD "env. = 1\n", { ":8:", "name of a variable", "", "" } },
	{ GOOD "env.A =\n", { ":8:", "env.A", "has no value", "" } },
	{ "[sam]\nstate =\n", { ":2:", "[sam] state", "has no value", "directory" } },
	{ GOOD "workers = 0\n", { ":8:", "workers", "not a value", "1 to 64" } },
	{ GOOD "workers = 65\n", { ":8:", "workers", "not a value", "1 to 64" } },
	{ GOOD "workers = -1\n", { ":8:", "workers", "not a value", "1 to 64" } },
	{ GOOD "workers = 2x\n", { ":8:", "workers", "not a value", "" } },
	{ GOOD "workers = +2\n", { ":8:", "workers", "not a value", "" } },
	{ GOOD "workers = 99999999999999999999\n", { ":8:", "workers", "not a value", "" } },
	{ GOOD "deadline_ms = 99\n", { ":8:", "deadline_ms", "100 to 600000", "" } },
	{ GOOD "onetime_p256 = 257\n", { "onetime_p256", "too many", "256 for each", "" } },
	{ GOOD "onetime_p384 = 16385\n", { ":8:", "onetime_p384", "not a value", "16384" } },
	{ GOOD "algorithms = 1\nonetime_rsa3072 = 1\n", { "onetime_rsa3072", "not in algorithms", "", "" } },
	{ GOOD "onetime_age = 59\n", { ":8:", "onetime_age", "60 to", "" } },
	{ GOOD "onetime_empty = no\n", { ":8:", "onetime_empty", "wait or refuse", "" } },
	{ GOOD "mechanism = 210A\n", { ":8:", "mechanism", "0x210A", "" } },
	{ GOOD "mechanism = 0x1G\n", { ":8:", "mechanism", "0x210A", "" } },
	{ GOOD "mechanism = 0x100000000\n", { ":8:", "mechanism", "0x210A", "" } },
	{ GOOD "algorithms = 1,3\n", { ":8:", "algorithms", "PROTOCOL.sam", "" } },
	{ GOOD "algorithms = 1,1\n", { ":8:", "algorithms", "each once", "" } },
	{ GOOD "algorithms = 1,\n", { ":8:", "algorithms", "commas", "" } },
	{ GOOD "paths = /a,,/b\n", { ":8:", "paths", "up to 16", "" } },
	{ GOOD "token2 = a\n", { ":8:", "token2", "unknown key", "env.NAME" } },
	{ GOOD_SAM "[module]\nlibrary = x\ntoken = 123456789012345678901234567890123\n",
	    { ":7:", "token", "32 bytes", "" } },
	{ GOOD "[sam]\nsocket_mode = 0666\n", { ":9:", "socket_mode", "0600 or 0660", "" } },
	{ GOOD "[sam]\nssa_uids = nobody-like-this\n", { ":9:", "ssa_uids", "user names", "" } },
	{ GOOD "[sam]\nssa_uids = 4294967295\n", { ":9:", "ssa_uids", "user names", "" } },
	{ GOOD "[sam]\nssa_group = no-such-group\n", { ":9:", "ssa_group", "group", "" } },
	{ GOOD "[sam]\nuser = no-such-user\n", { "[sam] user", "no such user", "", "" } },
	{ GOOD "[limits]\nactivations = 0\n", { ":9:", "activations", "1 to 1000000", "" } },
	{ GOOD "[limits]\nnonces = 10\n", { ":9:", "nonces", "1000 to 16000000", "" } },
	{ GOOD "just words\n", { ":8", "not a line", "key = value", "" } },
	{ GOOD "deadline_ms = 500\n  600\n", { ":9:", "deadline_ms", "given twice", "" } },
	{ GOOD_MODULE, { "[sam] state", "is missing", "directory", "" } },
	{ GOOD_SAM, { "[module] library", "is missing", "PKCS#11", "" } },
	{ "[sam]\nstate = s\nssa_socket = a\nofficer_socket = a\n" GOOD_MODULE,
	    { "officer_socket", "is the SSA's", "", "" } },
	{ "", { "is missing", "", "", "" } },
};

TEST(a_wrong_configuration_is_refused_with_place_and_reason)
{
	for (size_t i = 0; i < COUNT(bads); i++) {
		struct err e = {0};

		if (load(bads[i].text, &e) != NULL)
			fail_msg("taken: %s", bads[i].text);
		CHECK(e.code == ERR_FORMAT);
		if (strstr(e.text, file) == NULL)
			fail_msg("\"%s\" does not name the file", e.text);
		for (size_t j = 0; j < COUNT(bads[i].parts); j++)
			if (strstr(e.text, bads[i].parts[j]) == NULL)
				fail_msg("\"%s\" lacks \"%s\"", e.text, bads[i].parts[j]);
	}
}

TEST(a_socket_path_that_no_kernel_takes_is_refused)
{
	char text[400], deep[121];
	struct err e = {0};

	memset(deep, 'a', sizeof(deep) - 1);
	deep[sizeof(deep) - 1] = '\0';
	snprintf(text, sizeof(text), "[sam]\nssa_socket = /%s\n", deep);
	CHECK(load(text, &e) == NULL && strstr(e.text, "107 bytes") != NULL);
}

TEST(a_line_too_long_is_not_cut)
{
	char text[1000], value[300];
	struct err e = {0};

	memset(value, 'a', sizeof(value) - 1);
	value[sizeof(value) - 1] = '\0';
	snprintf(text, sizeof(text), GOOD "env.A = %s\n", value);
	CHECK(load(text, &e) == NULL && strstr(e.text, ":8: ") != NULL);
	CHECK(strstr(e.text, "line too long") != NULL);
}

TEST(a_configuration_that_others_can_change_is_refused)
{
	const mode_t modes[] = { 0660, 0606, 0666 };

	for (size_t i = 0; i < COUNT(modes); i++) {
		struct err e = {0};

		file_write(GOOD, modes[i]);
		CHECK(config_load(file, &e) == NULL && e.code == ERR_DENIED);
		CHECK(strstr(e.text, "chmod go-w") != NULL);
	}
}

TEST(a_missing_configuration_is_named)
{
	struct err e = {0};

	CHECK(config_load("/tmp/propria-no-such-file", &e) == NULL && e.code == ERR_MISSING);
	CHECK(strstr(e.text, "propria-no-such-file") != NULL);
}

TEST(a_directory_is_not_a_configuration)
{
	struct err e = {0};

	CHECK(config_load("/tmp", &e) == NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_small_configuration_gets_its_defaults),
		cmocka_unit_test(every_key_is_taken),
		cmocka_unit_test(what_check_prints_is_the_same_configuration),
		cmocka_unit_test(a_wrong_configuration_is_refused_with_place_and_reason),
		cmocka_unit_test(a_socket_path_that_no_kernel_takes_is_refused),
		cmocka_unit_test(a_line_too_long_is_not_cut),
		cmocka_unit_test(a_configuration_that_others_can_change_is_refused),
		cmocka_unit_test(a_missing_configuration_is_named),
		cmocka_unit_test(a_directory_is_not_a_configuration),
	};
	int rc;

	if (mkdtemp(dir) == NULL)
		return 1;
	snprintf(file, sizeof(file), "%s/sam.ini", dir);
	rc = RUN(tests);
	(void)unlink(file);
	(void)rmdir(dir);
	return rc;
}
