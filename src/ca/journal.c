/* SPDX-License-Identifier: Apache-2.0 */
/* The list on disk. The file lock orders the writers; the mutex orders the threads of this one. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "ca/file.h"
#include "ca/hex.h"
#include "ca/journal.h"
#include "crypto/hash.h"
#include "der/name.h"

#define LINE_MAX_LEN	(NAME_MAX_TEXT + 512)
#define PART		65536

struct journal {
	int			 fd;
	pthread_mutex_t		 lock;
	off_t			 read;		/* the table has all until here */
	struct issued_table	 table;
};

bool
reason_lasts(unsigned reason)
{
	return reason <= 10 && (reason < 6 || reason > 8);
}

/* "TIME REASON", and nothing behind. */
static bool
revocation_read(const char *text, uint64_t *time, unsigned long *reason)
{
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	*time = strtoull(text, &end, 10);
	if (*time == 0 || *end != ' ' || end[1] < '0' || end[1] > '9')
		return false;
	*reason = strtoul(end + 1, &end, 10);
	return *reason <= 10 && *end == '\0';
}

/* One line, without its end. */
static bool
line_apply(struct issued_table *t, const char *line)
{
	uint8_t serial[SERIAL_MAX];
	char word[16], hex[64];
	struct issued *place;
	unsigned long reason;
	uint64_t time;
	int at = 0;
	size_t n;

	if (sscanf(line, "%15s %63s %n", word, hex, &at) != 2 ||
	    !hex_read(hex, serial, sizeof(serial), &n))
		return false;
	if (strcmp(word, "issued") == 0)
		return issued_add(t, span_of(serial, n)) != NULL;
	if (strcmp(word, "revoked") != 0 || (place = issued_find(t, span_of(serial, n))) == NULL ||
	    !revocation_read(line + at, &time, &reason))
		return false;
	t->revoked += place->revoked == 0;
	place->revoked = time;
	place->reason = (uint8_t)reason;
	return true;
}

/* The whole lines of text[0..n); how much of it they are. */
static bool
lines_apply(struct journal *j, char *text, size_t n, size_t *used, struct err *e)
{
	char *end;

	*used = 0;
	while ((end = memchr(text + *used, '\n', n - *used)) != NULL) {
		*end = '\0';
		if (!line_apply(&j->table, text + *used))
			return err_set(e, ERR_FORMAT, "the list of what was issued has a line that is none "
			    "of its lines, at byte %jd: it was changed by another hand",
			    (intmax_t)j->read + (intmax_t)*used);
		*used = (size_t)(end - text) + 1;
	}
	return true;
}

/* What others, or an earlier life, appended; up to the last whole line. */
static bool
catch_up(struct journal *j, struct err *e)
{
	char part[PART];
	struct stat st;
	ssize_t n;
	size_t used;

	if (fstat(j->fd, &st) != 0 || st.st_size < j->read)
		return err_set(e, ERR_BACKEND, "the list of what was issued has become shorter");
	while (st.st_size > j->read) {
		if ((n = pread(j->fd, part, sizeof(part), j->read)) < 0)
			return err_errno(e, ERR_BACKEND, errno, "cannot read the list of what was issued");
		if (!lines_apply(j, part, (size_t)n, &used, e))
			return false;
		if (used == 0)
			return n < PART || err_set(e, ERR_FORMAT, "the list of what was issued has no lines");
		j->read += (off_t)used;
	}
	return true;
}

/* Inside both locks: whatever stands behind the last whole line is of a writer that died. */
static bool
append(struct journal *j, const char *line, struct err *e)
{
	size_t n = strlen(line);

	if (ftruncate(j->fd, j->read) != 0)
		return err_errno(e, ERR_BACKEND, errno, "cannot write the list of what was issued");
	if (pwrite(j->fd, line, n, j->read) == (ssize_t)n)
		return true;
	err_errno(e, ERR_BACKEND, errno, "cannot write the list of what was issued");
	if (ftruncate(j->fd, j->read) != 0)
		log_error("the list of what was issued keeps a part of a line");
	return false;
}

static bool
locked_append(struct journal *j, const char *line, struct err *e)
{
	bool ok;

	if (flock(j->fd, LOCK_EX) != 0)
		return err_errno(e, ERR_BACKEND, errno, "cannot lock the list of what was issued");
	ok = catch_up(j, e) && append(j, line, e) && catch_up(j, e);
	flock(j->fd, LOCK_UN);
	return ok;
}

/* Syncing is outside of the mutex: the kernel does many of them at once. */
static bool
sync_line(struct journal *j, struct err *e)
{
	return fdatasync(j->fd) == 0 ||
	    err_errno(e, ERR_BACKEND, errno, "cannot write the list of what was issued");
}

struct journal *
journal_open(const char *dir, struct err *e)
{
	AUTO(journal) *j = calloc(1, sizeof(*j));
	char path[PATH_LEN];

	if (j == NULL)
		bug("no memory");
	j->fd = -1;
	pthread_mutex_init(&j->lock, NULL);
	if (!ca_path(path, dir, "issued", e))
		return NULL;
	if ((j->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644)) < 0) {
		err_errno(e, ERR_BACKEND, errno, "cannot open %s", path);
		return NULL;
	}
	return ca_dir_sync(dir, e) && catch_up(j, e) ? TAKE(j) : NULL;
}

void
journal_free(struct journal *j)
{
	if (j == NULL)
		return;
	if (j->fd >= 0)
		close(j->fd);
	issued_wipe(&j->table);
	pthread_mutex_destroy(&j->lock);
	free(j);
}

bool
journal_issue(struct journal *j, const struct journal_line *l, struct err *e)
{
	char line[LINE_MAX_LEN], serial[2 * SERIAL_MAX + 1], hash[2 * HASH_LEN + 1];
	bool ok;

	if (l->serial.n == 0 || l->serial.n > SERIAL_MAX)
		return err_set(e, ERR_BUG, "a serial number of %zu bytes", l->serial.n);
	hex_write(l->serial, serial);
	hex_write(span_of(l->hash, HASH_LEN), hash);
	if (snprintf(line, sizeof(line), "issued %s %" PRIu64 " %" PRIu64 " %s %s %s\n", serial,
	    l->not_before, l->not_after, l->profile, hash, l->subject) >= (int)sizeof(line))
		return err_set(e, ERR_BUG, "a line of the list of what was issued is too long");
	pthread_mutex_lock(&j->lock);
	ok = locked_append(j, line, e);
	pthread_mutex_unlock(&j->lock);
	return ok && sync_line(j, e);
}

static bool
may_revoke(struct journal *j, struct span serial, struct err *e)
{
	const struct issued *place;

	if (!catch_up(j, e))
		return false;
	if ((place = issued_find(&j->table, serial)) == NULL)
		return err_set(e, ERR_MISSING, "this CA issued no certificate of that serial number");
	return place->revoked == 0 ||
	    err_set(e, ERR_NOT_NOW, "the certificate of that serial number is revoked already");
}

bool
journal_revoke(struct journal *j, struct span serial, unsigned reason, struct err *e)
{
	char line[128], hex[2 * SERIAL_MAX + 1];
	bool ok;

	if (!reason_lasts(reason))
		return err_set(e, ERR_DENIED, "this CA revokes for good: no hold, and no taking back");
	pthread_mutex_lock(&j->lock);
	if ((ok = may_revoke(j, serial, e))) {
		hex_write(serial, hex);
		snprintf(line, sizeof(line), "revoked %s %" PRIu64 " %u\n", hex, clock_wall(), reason);
		ok = locked_append(j, line, e);
	}
	pthread_mutex_unlock(&j->lock);
	return ok && sync_line(j, e);
}

enum standing
journal_find(struct journal *j, struct span serial, struct issued *out)
{
	const struct issued *place;
	struct err e = { 0 };
	enum standing s = STANDING_UNKNOWN;

	pthread_mutex_lock(&j->lock);
	if (!catch_up(j, &e))
		log_error("%s", e.text);
	if ((place = issued_find(&j->table, serial)) != NULL) {
		*out = *place;
		s = place->revoked == 0 ? STANDING_GOOD : STANDING_REVOKED;
	}
	pthread_mutex_unlock(&j->lock);
	return s;
}

size_t
journal_revoked(struct journal *j, struct issued **out)
{
	struct err e = { 0 };
	size_t n = 0, total;

	pthread_mutex_lock(&j->lock);
	if (!catch_up(j, &e))
		log_error("%s", e.text);
	total = j->table.revoked;
	if (out != NULL) {
		if ((*out = calloc(total + 1, sizeof(**out))) == NULL)
			bug("no memory");
		for (size_t i = 0; i < j->table.size; i++)
			if (j->table.places[i].revoked != 0)
				(*out)[n++] = j->table.places[i];
	}
	pthread_mutex_unlock(&j->lock);
	return total;
}
