/* SPDX-License-Identifier: Apache-2.0 */
/* The file "objects": four lines, a name and an id in hexadecimal. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "launch/objects.h"

#define FILE_MAX	512

static const struct row {
	const char	*name;
	size_t		 offset;
} rows[] = {
	{ "kek", offsetof(struct objects, kek) },
	{ "hmac", offsetof(struct objects, hmac) },
	{ "log", offsetof(struct objects, log) },
	{ "attestation", offsetof(struct objects, attestation) },
};

static int
digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c == '\0' ? NULL : strchr(digits, c);

	return at == NULL ? -1 : (int)(at - digits);
}

/* "NAME HEX" and nothing else on the line. */
static bool
row_read(const struct row *row, const char *line, struct objects *o)
{
	uint8_t *id = (uint8_t *)o + row->offset;
	size_t n = strlen(row->name);

	if (strncmp(line, row->name, n) != 0 || line[n] != ' ' || strlen(line + n + 1) !=
	    2 * OBJECT_ID_LEN)
		return false;
	line += n + 1;
	for (size_t i = 0; i < OBJECT_ID_LEN; i++, line += 2) {
		if (digit(line[0]) < 0 || digit(line[1]) < 0)
			return false;
		id[i] = (uint8_t)(digit(line[0]) << 4 | digit(line[1]));
	}
	return true;
}

static bool
text_read(char *text, struct objects *out, struct err *e)
{
	struct objects o;
	char *line;

	for (size_t i = 0; i < COUNT(rows); i++)
		if ((line = strsep(&text, "\n")) == NULL || !row_read(&rows[i], line, &o))
			return err_set(e, ERR_FORMAT, "file objects, line %zu: not \"%s\" and %d "
			    "hexadecimal digits", i + 1, rows[i].name, 2 * OBJECT_ID_LEN);
	if (text == NULL || *text != '\0')
		return err_set(e, ERR_FORMAT, "file objects has more than %zu lines", COUNT(rows));
	*out = o;
	return true;
}

bool
objects_read(int dir_fd, struct objects *out, struct err *e)
{
	char text[FILE_MAX];
	ssize_t n;
	int fd = openat(dir_fd, "objects", O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0)
		return err_errno(e, ERR_MISSING, errno, "file objects in the state directory (the "
		    "ceremony writes it)");
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (n < 0)
		return err_errno(e, ERR_BACKEND, errno, "reading file objects");
	text[n] = '\0';
	return text_read(text, out, e);
}

bool
objects_write(int dir_fd, const struct objects *o, struct err *e)
{
	int fd = openat(dir_fd, "objects", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	bool ok = true;

	if (fd < 0)
		return err_errno(e, ERR_BACKEND, errno, "making file objects");
	for (size_t i = 0; i < COUNT(rows); i++) {
		const uint8_t *id = (const uint8_t *)o + rows[i].offset;

		ok = ok && dprintf(fd, "%s ", rows[i].name) > 0;
		for (size_t j = 0; j < OBJECT_ID_LEN; j++)
			ok = ok && dprintf(fd, "%02x", id[j]) == 2;
		ok = ok && dprintf(fd, "\n") == 1;
	}
	ok = ok && fsync(fd) == 0;
	close(fd);
	return ok ||
	       err_set(e, ERR_BACKEND, "file objects could not be written: is the disk full?");
}
