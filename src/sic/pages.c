/* SPDX-License-Identifier: Apache-2.0 */
/* Loading the directory: walked without following links, each file compared with the manifest. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sic/manifest.h"
#include "sic/pages.h"

#define DEPTH_MAX	4

struct pages {
	size_t		 n, room;
	struct page	*list;		/* in ascending order of paths, once loaded */
};

struct walk {
	struct pages	*pages;
	struct manifest	*manifest;
	struct err	*e;
};

/* The type of what is no page of its own, but another's smaller form. */
#define GZIP	"application/gzip"

static bool
is_gzip(const char *path)
{
	size_t n = strlen(path);

	return n > 3 && strcmp(path + n - 3, ".gz") == 0;
}

/* What browsers must be told; a file of another kind has no business among the pages. */
static const char *
media_type(const char *path)
{
	static const struct { const char *end, *type; } types[] = {
		{ ".html", "text/html; charset=utf-8" }, { ".js", "text/javascript; charset=utf-8" },
		{ ".mjs", "text/javascript; charset=utf-8" }, { ".css", "text/css; charset=utf-8" },
		{ ".json", "application/json" }, { ".svg", "image/svg+xml" }, { ".png", "image/png" },
		{ ".txt", "text/plain; charset=utf-8" }, { ".wasm", "application/wasm" },
		{ ".bcmap", "application/octet-stream" }, { ".pfb", "application/octet-stream" },
		{ ".ttf", "font/ttf" }, { ".woff2", "font/woff2" },
	};
	const char *dot = strrchr(path, '.');

	if (is_gzip(path))
		return GZIP;
	for (size_t i = 0; dot != NULL && i < COUNT(types); i++)
		if (strcmp(dot, types[i].end) == 0)
			return types[i].type;
	return NULL;
}

static struct body
body_of(struct span bytes)
{
	struct body b = { .bytes = bytes, .etag = "\"" };
	uint8_t hash[HASH_LEN];

	sha256(bytes, hash);
	for (size_t i = 0; i < HASH_LEN; i++)
		snprintf(b.etag + 1 + 2 * i, 3, "%02x", hash[i]);
	strcpy(b.etag + ETAG_LEN - 1, "\"");
	return b;
}

/* Takes the bytes over. */
static void
page_put(struct pages *p, const char *path, const char *type, struct span bytes)
{
	struct page *page;

	if (p->n == p->room) {
		p->room = p->room == 0 ? 64 : 2 * p->room;
		if ((p->list = reallocarray(p->list, p->room, sizeof(*p->list))) == NULL)
			bug("out of memory");
	}
	page = &p->list[p->n++];
	*page = (struct page){ .path = strdup(path), .type = type, .plain = body_of(bytes),
		.forever = strncmp(path, "/r-", 3) == 0 };
	if (page->path == NULL)
		bug("out of memory");
}

/* "/" for index.html, "/sign" for sign.html, the path itself for the rest; ".gz" stays. */
static void
url_of(const char *path, char url[PATH_LEN_MAX + 2])
{
	bool gzip = is_gzip(path);
	size_t n = strlen(path) - (gzip ? 3 : 0);

	if (strchr(path, '/') == NULL && n > 5 && strncmp(path + n - 5, ".html", 5) == 0)
		n -= 5;
	if (n == 5 && strncmp(path, "index", 5) == 0)
		n = 0;
	snprintf(url, PATH_LEN_MAX + 2, "/%.*s%s", (int)n, path, gzip ? ".gz" : "");
}

/* The whole file, to be freed; NULL and errno. */
static uint8_t *
file_read(int fd, size_t max, size_t *n)
{
	uint8_t *bytes;
	struct stat st;
	ssize_t got = 0;

	if (fstat(fd, &st) != 0)
		return NULL;
	if (!S_ISREG(st.st_mode) || st.st_size < 0 || (uint64_t)st.st_size > max) {
		errno = S_ISREG(st.st_mode) ? EFBIG : EINVAL;
		return NULL;
	}
	if ((bytes = malloc((size_t)st.st_size + 1)) == NULL)
		bug("out of memory");
	for (*n = 0; *n <= (size_t)st.st_size; *n += (size_t)got)
		if ((got = read(fd, bytes + *n, (size_t)st.st_size + 1 - *n)) <= 0)
			break;
	if (got < 0 || *n != (size_t)st.st_size) {
		errno = got < 0 ? errno : ESTALE;
		free(bytes);
		return NULL;
	}
	return bytes;
}

static uint8_t *
file_open_read(int dir, const char *name, size_t max, size_t *n)
{
	int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC), kept;
	uint8_t *bytes;

	if (fd < 0)
		return NULL;
	bytes = file_read(fd, max, n);
	kept = errno;
	close(fd);
	errno = kept;
	return bytes;
}

static bool
file_load(struct walk *w, int dir, const char *name, const char *path)
{
	struct manifest_entry *entry = manifest_find(w->manifest, path);
	const char *type = media_type(path);
	char url[PATH_LEN_MAX + 2];
	uint8_t hash[HASH_LEN];
	uint8_t *bytes;
	size_t n;

	if (entry == NULL)
		return err_set(w->e, ERR_DENIED, "%s is not in the manifest: files are put there by the build"
		    " alone", path);
	if (type == NULL)
		return err_set(w->e, ERR_FORMAT, "%s: files of this kind are not served", path);
	if ((bytes = file_open_read(dir, name, PAGE_BYTES_MAX, &n)) == NULL)
		return err_errno(w->e, ERR_BACKEND, errno, "%s cannot be read", path);
	sha256(span_of(bytes, n), hash);
	if (memcmp(hash, entry->hash, HASH_LEN) != 0) {
		free(bytes);
		return err_set(w->e, ERR_DENIED, "%s has another hash than the manifest says: install the"
		    " pages again", path);
	}
	entry->seen = true;
	url_of(path, url);
	page_put(w->pages, url, type, span_of(bytes, n));
	return true;
}

static bool	walk_directory(struct walk *, int fd, const char *path, unsigned depth);

static bool
walk_entry(struct walk *w, int dir, const char *name, const char *path, unsigned depth)
{
	struct stat st;
	int fd;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return err_errno(w->e, ERR_BACKEND, errno, "%s", path);
	if (S_ISREG(st.st_mode))
		return (depth == 0 && strcmp(name, MANIFEST_NAME) == 0) || file_load(w, dir, name, path);
	if (!S_ISDIR(st.st_mode))
		return err_set(w->e, ERR_DENIED, "%s is neither a file nor a directory; links are not"
		    " followed", path);
	if (depth == DEPTH_MAX)
		return err_set(w->e, ERR_FORMAT, "%s: directories nested too deep", path);
	if ((fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)) < 0)
		return err_errno(w->e, ERR_BACKEND, errno, "%s cannot be opened", path);
	return walk_directory(w, fd, path, depth + 1);
}

/* Takes fd over. */
static bool
walk_directory(struct walk *w, int fd, const char *path, unsigned depth)
{
	char under[PATH_LEN_MAX + 1];
	const struct dirent *d;
	bool ok = true;
	DIR *dir;

	if ((dir = fdopendir(fd)) == NULL) {
		close(fd);
		return err_errno(w->e, ERR_BACKEND, errno, "%s cannot be listed", path);
	}
	while (ok && (d = readdir(dir)) != NULL) {
		if (strcmp(d->d_name, ".") == 0 || strcmp(d->d_name, "..") == 0)
			continue;
		if ((size_t)snprintf(under, sizeof(under), "%s%s%s", path, *path == '\0' ? "" : "/",
		    d->d_name) >= sizeof(under) || !path_is_plain(under))
			ok = err_set(w->e, ERR_FORMAT, "there is a file with an odd name beneath %s",
			    *path == '\0' ? "the directory" : path);
		else
			ok = walk_entry(w, dirfd(dir), d->d_name, under, depth);
	}
	closedir(dir);
	return ok;
}

static int
path_order(const void *key, const void *page)
{
	return strcmp(key, ((const struct page *)page)->path);
}

static int
page_order(const void *a, const void *b)
{
	return strcmp(((const struct page *)a)->path, ((const struct page *)b)->path);
}

/* Each "NAME.gz" goes to the page NAME and is no page any more. */
static bool
smaller_forms(struct pages *p, struct err *e)
{
	size_t kept = 0;

	for (size_t i = 0; i < p->n; i++) {
		struct page *small = &p->list[i], *page;
		char of[PATH_LEN_MAX + 2];

		if (strcmp(small->type, GZIP) != 0)
			continue;
		snprintf(of, sizeof(of), "%.*s", (int)strlen(small->path) - 3, small->path);
		if ((page = bsearch(of, p->list, p->n, sizeof(*p->list), path_order)) == NULL)
			return err_set(e, ERR_FORMAT, "%s has no file beside it that it could be of",
			    small->path);
		page->gzip = small->plain;
		small->plain.bytes.p = NULL;
	}
	for (size_t i = 0; i < p->n; i++) {
		if (strcmp(p->list[i].type, GZIP) == 0)
			free(p->list[i].path);
		else
			p->list[kept++] = p->list[i];
	}
	p->n = kept;
	return true;
}

static bool
pages_complete(struct pages *p, const struct manifest *m, struct err *e)
{
	for (size_t i = 0; i < m->n; i++)
		if (!m->entries[i].seen)
			return err_set(e, ERR_MISSING, "%s is in the manifest, but not there: install the pages"
			    " again", m->entries[i].path);
	qsort(p->list, p->n, sizeof(*p->list), page_order);
	for (size_t i = 1; i < p->n; i++)
		if (strcmp(p->list[i - 1].path, p->list[i].path) == 0)
			return err_set(e, ERR_FORMAT, "two files are served as %s", p->list[i].path);
	return smaller_forms(p, e);
}

struct pages *
pages_load(const char *directory, struct err *e)
{
	AUTO(pages) *p = calloc(1, sizeof(*p));
	AUTO(manifest) *m = NULL;
	struct walk w = { .pages = p, .e = e };
	uint8_t *text;
	size_t n;
	int fd;

	if (p == NULL)
		bug("out of memory");
	if ((fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0) {
		err_errno(e, ERR_BACKEND, errno, "the pages' directory %s cannot be opened", directory);
		return NULL;
	}
	if ((text = file_open_read(fd, MANIFEST_NAME, MANIFEST_MAX, &n)) == NULL) {
		err_errno(e, ERR_BACKEND, errno, "%s/%s cannot be read", directory, MANIFEST_NAME);
		close(fd);
		return NULL;
	}
	page_put(p, "/" MANIFEST_NAME, "text/plain; charset=utf-8", span_of(text, n));
	if ((w.manifest = m = manifest_read(span_of(text, n), e)) == NULL) {
		close(fd);
		return NULL;
	}
	return walk_directory(&w, fd, "", 0) && pages_complete(p, m, e) ? TAKE(p) : NULL;
}

bool
pages_add(struct pages *p, const char *path, const char *type, struct span body, struct err *e)
{
	uint8_t *copy = malloc(body.n + 1);

	if (copy == NULL)
		bug("out of memory");
	if (pages_find(p, path) != NULL) {
		free(copy);
		return err_set(e, ERR_FORMAT, "%s is made by the server: no file may have its name", path);
	}
	memcpy(copy, body.p, body.n);
	page_put(p, path, type, span_of(copy, body.n));
	qsort(p->list, p->n, sizeof(*p->list), page_order);
	return true;
}

void
pages_free(struct pages *p)
{
	if (p == NULL)
		return;
	for (size_t i = 0; i < p->n; i++) {
		free(p->list[i].path);
		free((void *)(uintptr_t)p->list[i].plain.bytes.p);
		free((void *)(uintptr_t)p->list[i].gzip.bytes.p);
	}
	free(p->list);
	free(p);
}

const struct page *
pages_find(const struct pages *p, const char *path)
{
	return p->n == 0 ? NULL : bsearch(path, p->list, p->n, sizeof(*p->list), path_order);
}

size_t
pages_count(const struct pages *p)
{
	return p->n;
}
