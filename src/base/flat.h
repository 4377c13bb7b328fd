/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One JSON object, read within bounds: members in any order, none twice at any level, names
 * without escapes, strict UTF-8. What the caller names he looks at; the rest is skipped. This is
 * all the JSON there is on the SAM's side, and only bytes that somebody's signature covers get here.
 */
#ifndef BASE_FLAT_H
#define BASE_FLAT_H

#include "base/err.h"
#include "base/span.h"

#define FLAT_MEMBERS	64

enum flat_kind { FLAT_ABSENT, FLAT_STRING, FLAT_TRUE, FLAT_FALSE, FLAT_NULL, FLAT_NUMBER,
	FLAT_OBJECT, FLAT_LIST };

struct flat_bounds {
	size_t		bytes;		/* of all of it */
	size_t		members;	/* with those of objects inside; FLAT_MEMBERS at most */
	size_t		string;		/* bytes between the quotes */
	unsigned	depth;		/* levels inside the object */
};

struct flat_member {
	struct span	name, value;	/* lent; of strings what stands between the quotes */
	enum flat_kind	kind;
	unsigned	object;		/* in which it stands; 0: the outermost */
};

struct flat {
	size_t			n;
	struct flat_member	member[FLAT_MEMBERS];
	unsigned		objects;
};

bool	flat_read(struct flat *, struct span json, const struct flat_bounds *) MUST_USE;

/* Of the outermost object; NULL: not there. */
const struct flat_member *flat_find(const struct flat *, struct span name);
enum flat_kind	flat_kind_of(const struct flat *, const char *name);

/* A string's value, escapes resolved, is this; or is written to out, if there is room. */
bool	flat_string_is(struct span value, struct span want);
bool	flat_string_copy(struct span value, uint8_t *out, size_t room, size_t *n) MUST_USE;
/* A whole number from 0 to `most`, digits only. */
bool	flat_whole(const struct flat_member *, uint64_t most, uint64_t *out) MUST_USE;
/* The items of a list, all of them strings, at most so many. */
bool	flat_strings(const struct flat_member *, struct span *out, size_t most, size_t *n) MUST_USE;

#endif
