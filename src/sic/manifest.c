/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the manifest, line by line, each in the one form it can have. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sic/manifest.h"

#define HASH_DIGITS	(2 * HASH_LEN)

static bool
is_plain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	    c == '-' || c == '_' || c == '.';
}

bool
path_is_plain(const char *path)
{
	for (const char *p = path;; p++) {
		const char *part = p;

		while (is_plain(*p))
			p++;
		if (p == part || *part == '.')
			return false;
		if (*p == '\0')
			return true;
		if (*p != '/')
			return false;
	}
}

static int
digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool
hash_read(struct span digits, uint8_t hash[HASH_LEN])
{
	for (size_t i = 0; i < HASH_LEN; i++) {
		int high = digit(digits.p[2 * i]), low = digit(digits.p[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		hash[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

static bool
line_read(struct span line, struct manifest_entry *out)
{
	size_t n = line.n < HASH_DIGITS + 3 ? 0 : line.n - HASH_DIGITS - 2;

	if (n == 0 || n > PATH_LEN_MAX || memcmp(line.p + HASH_DIGITS, "  ", 2) != 0 ||
	    memchr(line.p, '\0', line.n) != NULL)
		return false;
	memcpy(out->path, line.p + HASH_DIGITS + 2, n);
	out->path[n] = '\0';
	return hash_read(line, out->hash) && path_is_plain(out->path);
}

static bool
lines_read(struct span text, struct manifest *m, struct err *e)
{
	while (text.n > 0) {
		const uint8_t *end = memchr(text.p, '\n', text.n);
		struct manifest_entry *entry = &m->entries[m->n];

		if (end == NULL || m->n == MANIFEST_FILES ||
		    !line_read(span_of(text.p, (size_t)(end - text.p)), entry) ||
		    (m->n > 0 && strcmp(entry[-1].path, entry->path) >= 0))
			return err_set(e, ERR_FORMAT, "manifest: line %zu is not \"sha256  path\", after the"
			    " one before it", m->n + 1);
		text.n -= (size_t)(end + 1 - text.p);
		text.p = end + 1;
		m->n++;
	}
	return m->n > 0 || err_set(e, ERR_FORMAT, "manifest: names no file");
}

struct manifest *
manifest_read(struct span text, struct err *e)
{
	AUTO(manifest) *m = calloc(1, sizeof(*m));

	if (m == NULL || (m->entries = calloc(MANIFEST_FILES + 1, sizeof(*m->entries))) == NULL)
		bug("out of memory");
	if (!lines_read(text, m, e))
		return NULL;
	return TAKE(m);
}

void
manifest_free(struct manifest *m)
{
	if (m == NULL)
		return;
	free(m->entries);
	free(m);
}

static int
path_order(const void *key, const void *entry)
{
	return strcmp(key, ((const struct manifest_entry *)entry)->path);
}

struct manifest_entry *
manifest_find(struct manifest *m, const char *path)
{
	return bsearch(path, m->entries, m->n, sizeof(*m->entries), path_order);
}
