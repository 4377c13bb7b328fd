/* SPDX-License-Identifier: Apache-2.0 */
/* The manifest of the pages: lines "sha256  path", in ascending order of paths, none twice. */
#ifndef SIC_MANIFEST_H
#define SIC_MANIFEST_H

#include "base/err.h"
#include "base/span.h"
#include "crypto/hash.h"

#define MANIFEST_NAME	"manifest"
#define MANIFEST_MAX	(1u << 20)
#define MANIFEST_FILES	4096
#define PATH_LEN_MAX	200

struct manifest_entry {
	char	path[PATH_LEN_MAX + 1];
	uint8_t	hash[HASH_LEN];
	bool	seen;			/* the reader of the directory's own */
};

struct manifest {
	size_t			 n;
	struct manifest_entry	*entries;
};

struct manifest		*manifest_read(struct span text, struct err *) MUST_USE;	/* yours */
void			 manifest_free(struct manifest *);
struct manifest_entry	*manifest_find(struct manifest *, const char *path);	/* NULL: not there */
/* a-z A-Z 0-9 - _ . and / between parts; no part begins with a dot. */
bool			 path_is_plain(const char *);

AUTO_FREE(manifest)

#endif
