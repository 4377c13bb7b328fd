/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pages, all of them in memory, each the bytes that the manifest says: read once at start and
 * never again, so that what is served cannot change under a running server.
 */
#ifndef SIC_PAGES_H
#define SIC_PAGES_H

#include "base/err.h"
#include "base/span.h"
#include "crypto/hash.h"

#define PAGE_BYTES_MAX	(16u << 20)
#define ETAG_LEN	(2 * HASH_LEN + 2)

struct body {
	struct span	bytes;			/* p is NULL: there is none */
	char		etag[ETAG_LEN + 1];	/* with its quotes */
};

struct page {
	char		*path;			/* of its URL, from "/" on */
	const char	*type;			/* media type */
	struct body	 plain;
	struct body	 gzip;			/* the same, made smaller by the build: file "NAME.gz" */
	bool		 forever;		/* its path names its version: it may be kept */
};

struct pages;

/*
 * Every regular file beneath the directory must be in its manifest, with that hash, and every
 * line of the manifest a file; links and unknown kinds are refused. The error names the file.
 */
struct pages	*pages_load(const char *directory, struct err *) MUST_USE;	/* yours */
void		 pages_free(struct pages *);
/* One more, made by us; the bytes are copied. */
bool		 pages_add(struct pages *, const char *path, const char *type, struct span body,
		    struct err *) MUST_USE;
const struct page *pages_find(const struct pages *, const char *path);	/* lent; NULL: not there */
size_t		 pages_count(const struct pages *);

AUTO_FREE(pages)

#endif
