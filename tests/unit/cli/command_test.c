/* SPDX-License-Identifier: Apache-2.0 */
/* The command line itself: exit codes, options, help, key files, the doctor's opinions. */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/doctor.h"
#include "cli/explain.h"
#include "cli/file.h"
#include "rig.h"

struct ran {
	int	code;
	char	*out, *progress;
	size_t	 n_out, n_progress;
};

static struct ran
run(const char *line)
{
	char *copy = strdup(line), *argv[32], *save = NULL;
	struct ran r = { 0 };
	FILE *out = open_memstream(&r.out, &r.n_out);
	FILE *progress = open_memstream(&r.progress, &r.n_progress);
	int argc = 0;

	for (char *p = strtok_r(copy, " ", &save); p != NULL; p = strtok_r(NULL, " ", &save))
		argv[argc++] = p;
	argv[argc] = NULL;
	r.code = command_main(commands, argc, argv, out, progress);
	fclose(out);
	fclose(progress);
	free(copy);
	return r;
}

static bool
ends(const char *line, int code, const char *words)
{
	struct ran r = run(line);
	bool good = r.code == code && (strstr(r.out, words) != NULL || strstr(r.progress, words) != NULL);

	if (!good)
		print_error("%s: %d\n%s%s", line, r.code, r.out, r.progress);
	free(r.out);
	free(r.progress);
	return good;
}

TEST(what_is_no_command_or_option_is_usage)
{
	CHECK(ends("propria", EXIT_USAGE, "usage"));
	CHECK(ends("propria --help", EXIT_GOOD, "officer invite"));
	CHECK(ends("propria dance", EXIT_USAGE, "no command dance"));
	CHECK(ends("propria officer", EXIT_USAGE, "no command officer"));
	CHECK(ends("propria officer dance", EXIT_USAGE, "officer dance"));
	CHECK(ends("propria sign", EXIT_USAGE, "expected: propria sign"));
	CHECK(ends("propria sign --dance x", EXIT_USAGE, "--dance"));
	CHECK(ends("propria sign x --key", EXIT_USAGE, "needs a value"));
	CHECK(ends("propria sign x --key 1 --key 2", EXIT_USAGE, "twice"));
	CHECK(ends("propria officer show a b", EXIT_USAGE, "expected"));
	CHECK(ends("propria verify a b", EXIT_USAGE, "--ca is needed"));
	CHECK(ends("propria verify a b --ca x --receipt y", EXIT_USAGE, "go together"));
	CHECK(ends("propria sign a b --out c", EXIT_USAGE, "one file"));
	CHECK(ends("propria log show --last 0", EXIT_USAGE, "--last"));
	CHECK(ends("propria log show --last 5x", EXIT_USAGE, "--last"));
	CHECK(ends("propria log show --key 12", EXIT_USAGE, "hexadecimal"));
	CHECK(ends("propria officer suspend zz", EXIT_USAGE, "hexadecimal"));
	CHECK(ends("propria enrol --server http://x --group " "00" " --signer 11", EXIT_USAGE, "--group"));
	CHECK(ends("propria ceremony card --role pope --person P --key k --out o", EXIT_USAGE, "--role"));
	CHECK(ends("propria doctor --pin-fd 3", EXIT_USAGE, "--config"));
}

TEST(who_is_not_there_is_unreachable)
{
	CHECK(ends("propria officer status --socket /nonexistent/s", EXIT_UNREACHABLE, "no such socket"));
	CHECK(ends("propria log show --socket /nonexistent/s", EXIT_UNREACHABLE, "propria-sam"));
	CHECK(ends("propria doctor --socket /nonexistent/s", EXIT_FAILED, "FAIL"));
	CHECK(ends("propria keys list --home /nonexistent/h", EXIT_FAILED, "propria enrol"));
}

TEST(json_is_one_object_with_the_exit_code_and_the_error)
{
	struct ran r = run("propria officer status --json --socket /nonexistent/s");
	json_t *j = json_loads(r.out, JSON_REJECT_DUPLICATES, NULL);

	CHECK(json_integer_value(json_object_get(j, "exit")) == EXIT_UNREACHABLE);
	CHECK(json_string_value(json_object_get(json_object_get(j, "error"), "text")) != NULL);
	json_decref(j);
	free(r.out);
	free(r.progress);
}

TEST(every_command_has_help)
{
	char line[128];

	for (const struct command *c = commands; c->name != NULL; c++) {
		snprintf(line, sizeof(line), "propria %s --help", c->name);
		CHECK(ends(line, EXIT_GOOD, c->summary));
	}
}

TEST(every_reason_of_the_protocol_has_a_sentence)
{
	static const char *const reasons[] = { "parse", "group", "epoch", "purpose", "nonce", "time",
		"replay", "owner", "record", "version", "state", "auth", "quorum", "level", "class", "alg",
		"svd", "dtbs", "kind", "limit", "proposal", "cert", "closed", "busy", "backend", "unknown",
		"room", "peer", "share", "locked", "idp_sig", "idp_iss", "idp_aud", "idp_sub", "idp_nonce",
		"idp_acr", "idp_time", "idp_parse", "idp_header", "idp_shown" };
	struct err e = { 0 };

	for (size_t i = 0; i < COUNT(reasons); i++)
		CHECK(explain_reason(reasons[i]) != NULL);
	CHECK(!explain_refusal(&e, "The SAM", "nonce") && command_exit(&e) == EXIT_REFUSED);
	CHECK(strcmp(e.reason, "nonce") == 0 && strstr(e.text, "Start again") != NULL);
	CHECK(!explain_refusal(&e, "The SAM", "\x1b[2J") && strchr(e.text, 0x1b) == NULL);
	for (unsigned i = 0; explain_row(i, &(const char *){ NULL }) != NULL; i++)
		CHECK(i < COUNT(reasons));
}

TEST(a_key_file_opens_with_its_passphrase_alone)
{
	AUTO(rig) *r = rig_new();
	struct span pass = span_str("correct horse"), wrong = span_str("wrong horse");
	struct err e = { 0 };
	AUTO(key) *key = NULL, *none = NULL;
	struct stat st;
	bool needs = false;
	char path[128];

	rig_path(r, "key.pem", path);
	CHECK(!key_make_file(path, span_str("short"), &e) && !file_exists(path));
	err_clear(&e);
	CHECK(key_make_file(path, pass, &e));
	CHECK(stat(path, &st) == 0 && (st.st_mode & 07777) == 0600);
	CHECK(key_needs_passphrase(path, &needs, &e) && needs);
	CHECK((key = key_open(path, pass, &e)) != NULL && key_protection(key) == PROTECTION_FILE);
	CHECK((none = key_open(path, wrong, &e)) == NULL && e.code == ERR_DENIED);
	CHECK(strstr(e.text, "horse") == NULL);
	err_clear(&e);
	CHECK((none = key_open(path, span_of(NULL, 0), &e)) == NULL);
	err_clear(&e);
	CHECK(!key_make_file(path, pass, &e));
	err_clear(&e);
	CHECK(chmod(path, 0640) == 0);
	CHECK((none = key_open(path, pass, &e)) == NULL && strstr(e.text, "chmod") != NULL);
}

TEST(a_key_on_a_token_is_named_in_four_parts)
{
	struct err e = { 0 };

	CHECK(key_is_on_token("pkcs11:/lib/x.so:token:label") && !key_is_on_token("file.pem"));
	CHECK(key_open("pkcs11:/lib/x.so:token", span_str("1234"), &e) == NULL);
	CHECK(strstr(e.text, "MODULE:TOKEN:LABEL") != NULL);
}

TEST(a_card_is_made_from_a_passphrase_on_a_descriptor)
{
	AUTO(rig) *r = rig_new();
	AUTO_WRITER bytes = writer_grow(1024);
	struct officer_card card;
	struct err e = { 0 };
	char line[512], path[128];
	int pipes[2];

	CHECK(pipe(pipes) == 0 && write(pipes[1], "long enough\n", 12) == 12 && close(pipes[1]) == 0);
	snprintf(line, sizeof(line), "propria ceremony card --role registration --person Dora --key %s/k "
	    "--out %s/card --passphrase-fd %d", r->dir, r->dir, pipes[0]);
	CHECK(ends(line, EXIT_GOOD, "registration officer"));
	close(pipes[0]);
	CHECK(file_read(rig_path(r, "card", path), &bytes, &e));
	CHECK(officer_card_read(writer_span(&bytes), &card, &e) && officer_proof_holds(&card, &e));
	CHECK(card.role == 5 && span_equal(card.person, span_str("Dora")));
}

static unsigned
diagnosed(const struct msg_status *m, uint64_t now, unsigned *warned)
{
	char *text = NULL;
	size_t n = 0;
	struct call c = { .out = open_memstream(&text, &n) };
	struct doctor d = { .call = &c, .list = json_array() };

	doctor_status(&d, m, now);
	*warned = d.warned;
	json_decref(d.list);
	fclose(c.out);
	free(text);
	return d.failed;
}

TEST(the_doctor_finds_one_fault_for_each_that_there_is)
{
	const struct msg_status good = { .state = SAM_OPEN, .size = 100, .anchored = 90, .workers = 2,
		.room = 1ull << 40, .now = 1000000, .why = { (const uint8_t *)"", 0 },
		.version = { (const uint8_t *)"1", 1 } };
	struct msg_status m = good;
	unsigned warned;

	CHECK(diagnosed(&m, 1000000, &warned) == 0 && warned == 0);
	CHECK(diagnosed(&m, 1010000, &warned) == 0 && warned == 1);
	CHECK(diagnosed(&m, 1070000, &warned) == 1 && warned == 0);
	m.state = SAM_CLOSED;
	CHECK(diagnosed(&m, 1000000, &warned) == 1);
	m = good;
	m.workers = 0;
	CHECK(diagnosed(&m, 1000000, &warned) == 1);
	m = good;
	m.anchored = 101;
	CHECK(diagnosed(&m, 1000000, &warned) == 1);
	m = good;
	m.room = 1;
	CHECK(diagnosed(&m, 1000000, &warned) == 1);
	m = good;
	m.busy = 2;
	CHECK(diagnosed(&m, 1000000, &warned) == 0 && warned == 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_no_command_or_option_is_usage),
		cmocka_unit_test(who_is_not_there_is_unreachable),
		cmocka_unit_test(json_is_one_object_with_the_exit_code_and_the_error),
		cmocka_unit_test(every_command_has_help),
		cmocka_unit_test(every_reason_of_the_protocol_has_a_sentence),
		cmocka_unit_test(a_key_file_opens_with_its_passphrase_alone),
		cmocka_unit_test(a_key_on_a_token_is_named_in_four_parts),
		cmocka_unit_test(a_card_is_made_from_a_passphrase_on_a_descriptor),
		cmocka_unit_test(the_doctor_finds_one_fault_for_each_that_there_is),
	};
	struct err e = { 0 };

	return crypto_start(&e) ? RUN(tests) : 1;
}
