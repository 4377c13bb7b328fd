/* SPDX-License-Identifier: Apache-2.0 */
/* Files that others could touch are not opened; the objects file is read strictly. */
#include "test.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "launch/objects.h"
#include "launch/pin.h"
#include "launch/state_files.h"

static char dir[] = "/tmp/propria-state-XXXXXX";
static struct config config = { .state = dir };
static int dir_fd;

static void
put(const char *name, const char *text, mode_t mode)
{
	int fd;

	(void)unlinkat(dir_fd, name, 0);
	fd = openat(dir_fd, name, O_WRONLY | O_CREAT, 0600);
	assert_true(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

static int
fresh(void **state UNUSED)
{
	(void)unlinkat(dir_fd, "snapshot", 0);
	(void)unlinkat(dir_fd, "tree", 0);
	(void)unlinkat(dir_fd, "objects", 0);
	chmod(dir, 0700);
	put("log", "x", 0600);
	put("local.secret", "0123456789abcdef", 0600);
	return 0;
}

/* The message of a refusal; NULL: it was taken. */
static const char *
refusal(void)
{
	static struct err e;
	struct state_files f = STATE_FILES_NONE;

	err_clear(&e);
	if (!state_files_open(&config, &f, &e))
		return e.text;
	state_files_close(&f);
	return NULL;
}

TEST(a_sound_state_is_opened_and_the_tree_made)
{
	struct state_files f = STATE_FILES_NONE;
	struct err e = {0};

	CHECK(state_files_open(&config, &f, &e));
	CHECK(f.snapshot == -1 && f.local_secret >= 0);
	CHECK((fcntl(f.log_read, F_GETFL) & O_ACCMODE) == O_RDONLY);
	CHECK((fcntl(f.tree_read, F_GETFL) & O_ACCMODE) == O_RDONLY);
	CHECK((fcntl(f.log_write, F_GETFL) & O_ACCMODE) == O_RDWR);
	state_files_close(&f);
	CHECK(f.log_write == -1 && faccessat(dir_fd, "tree", F_OK, 0) == 0);
}

TEST(a_snapshot_is_opened_where_there_is_one)
{
	struct state_files f = STATE_FILES_NONE;
	struct err e = {0};

	put("snapshot", "s", 0600);
	CHECK(state_files_open(&config, &f, &e) && f.snapshot >= 0);
	state_files_close(&f);
}

TEST(a_log_that_is_in_use_is_refused)
{
	struct state_files f = STATE_FILES_NONE;
	struct err e = {0};

	CHECK(state_files_open(&config, &f, &e));
	CHECK(strstr(refusal(), "another SAM is running") != NULL);
	state_files_close(&f);
	CHECK(refusal() == NULL);
}

TEST(no_log_means_no_ceremony_yet)
{
	(void)unlinkat(dir_fd, "log", 0);
	CHECK(strstr(refusal(), "run the ceremony (init, found)") != NULL);
	CHECK(faccessat(dir_fd, "log", F_OK, 0) != 0);
}

TEST(a_directory_that_others_can_change_is_refused)
{
	chmod(dir, 0770);
	CHECK(strstr(refusal(), "chmod go-w") != NULL);
	chmod(dir, 0702);
	CHECK(strstr(refusal(), "chmod go-w") != NULL);
	chmod(dir, 0750);
	CHECK(refusal() == NULL);
}

TEST(a_secret_that_others_can_read_is_refused)
{
	put("local.secret", "0123456789abcdef", 0640);
	CHECK(strstr(refusal(), "local.secret") != NULL);
	put("local.secret", "0123456789abcdef", 0604);
	CHECK(strstr(refusal(), "chmod 600") != NULL);
	(void)unlinkat(dir_fd, "local.secret", 0);
	CHECK(strstr(refusal(), "local.secret") != NULL);
}

TEST(a_log_that_others_can_write_is_refused)
{
	put("log", "x", 0620);
	CHECK(refusal() != NULL);
}

TEST(a_link_is_not_followed)
{
	(void)unlinkat(dir_fd, "local.secret", 0);
	CHECK(symlinkat("log", dir_fd, "local.secret") == 0);
	CHECK(refusal() != NULL);
}

TEST(a_state_of_another_user_is_refused)
{
	if (geteuid() != 0)
		skip();
	CHECK(fchownat(dir_fd, "local.secret", 65534, -1, 0) == 0);
	CHECK(strstr(refusal(), "this user") != NULL);
	CHECK(chown(dir, 65534, -1) == 0);
	CHECK(strstr(refusal(), "another user") != NULL);
	CHECK(chown(dir, 0, -1) == 0);
}

#define HEX	"000102030405060708090a0b0c0d0e0f"

TEST(objects_are_read_as_they_were_written)
{
	struct objects o, back;
	struct err e = {0};

	memset(&o, 0xa5, sizeof(o));
	o.kek[0] = 1;
	CHECK(objects_write(dir_fd, &o, &e) && objects_read(dir_fd, &back, &e));
	CHECK(memcmp(&o, &back, sizeof(o)) == 0);
	CHECK(!objects_write(dir_fd, &o, &e));
}

TEST(objects_in_any_other_form_are_refused)
{
	static const char *const bad[] = {
		"", "kek " HEX "\n",
		"kek " HEX "\nhmac " HEX "\nlog " HEX "\nattestation " HEX,
		"kek " HEX "\nhmac " HEX "\nlog " HEX "\nattestation " HEX "\n\n",
		"kek " HEX "\nhmac " HEX "\nlog " HEX "\nattestation " HEX "00\n",
		"kek " HEX "\nhmac " HEX "\nattestation " HEX "\nlog " HEX "\n",
		"kek  " HEX "\nhmac " HEX "\nlog " HEX "\nattestation " HEX "\n",
		"kek 00010203040506070809AA0b0c0d0e0f\nhmac " HEX "\nlog " HEX "\nattestation " HEX "\n",
		"kek --module=/tmp/evil.so.0000000000\nhmac " HEX "\nlog " HEX "\nattestation " HEX "\n",
	};
	struct objects o;

	for (size_t i = 0; i < COUNT(bad); i++) {
		struct err e = {0};

		put("objects", bad[i], 0600);
		if (objects_read(dir_fd, &o, &e))
			fail_msg("taken: %s", bad[i]);
		CHECK(e.code == ERR_FORMAT);
	}
}

static bool
pin_is(int fd, const char *expected, const char *refused_for)
{
	struct err e = {0};
	AUTO(secret) *pin = pin_get(fd, &config, &e);

	if (expected == NULL)
		return pin == NULL && strstr(e.text, refused_for) != NULL;
	return pin != NULL && span_equal(secret_span(pin), span_str(expected));
}

TEST(a_pin_file_is_for_its_owner_alone)
{
	char path[64];

	snprintf(path, sizeof(path), "%s/pin", dir);
	config.pin_file = path;
	put("pin", "1234\n", 0600);
	CHECK(pin_is(-1, "1234", ""));
	put("pin", "1234\n", 0640);
	CHECK(pin_is(-1, NULL, "chmod 600"));
	put("pin", "1234\n", 0604);
	CHECK(pin_is(-1, NULL, "chmod 600"));
	put("pin", "\n", 0600);
	CHECK(pin_is(-1, NULL, "empty"));
	(void)unlinkat(dir_fd, "pin", 0);
	CHECK(pin_is(-1, NULL, "pin_file"));
	config.pin_file = NULL;
}

TEST(a_pin_comes_and_goes_through_pipes)
{
	struct err e = {0};
	AUTO(secret) *pin = secret_copy(span_str("98 76"), &e);
	int fd = pin_pipe(pin, &e);

	CHECK(fd >= 0 && pin_is(fd, "98 76", ""));
	close(fd);
}

#define FRESH(f)	cmocka_unit_test_setup(f, fresh)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FRESH(a_sound_state_is_opened_and_the_tree_made),
		FRESH(a_snapshot_is_opened_where_there_is_one),
		FRESH(a_log_that_is_in_use_is_refused),
		FRESH(no_log_means_no_ceremony_yet),
		FRESH(a_directory_that_others_can_change_is_refused),
		FRESH(a_secret_that_others_can_read_is_refused),
		FRESH(a_log_that_others_can_write_is_refused),
		FRESH(a_link_is_not_followed),
		FRESH(a_state_of_another_user_is_refused),
		FRESH(objects_are_read_as_they_were_written),
		FRESH(objects_in_any_other_form_are_refused),
		FRESH(a_pin_file_is_for_its_owner_alone),
		FRESH(a_pin_comes_and_goes_through_pipes),
	};
	static const char *const names[] = { "log", "tree", "snapshot", "local.secret", "objects" };
	int rc;

	if (mkdtemp(dir) == NULL || (dir_fd = open(dir, O_RDONLY | O_DIRECTORY)) < 0)
		return 1;
	rc = RUN(tests);
	for (size_t i = 0; i < COUNT(names); i++)
		(void)unlinkat(dir_fd, names[i], 0);
	(void)rmdir(dir);
	return rc;
}
