/* SPDX-License-Identifier: Apache-2.0 */
/* One attribute of a Name: its type, its string, the characters that may be in it. */
#ifndef DER_ATTRIBUTE_H
#define DER_ATTRIBUTE_H

#include "der/der.h"

struct attribute_type {
	const char	*name;		/* as we write it in text */
	const char	*other;		/* also read; NULL if none */
	const char	*oid;
	uint8_t		 tag;		/* string type we write */
	size_t		 max;		/* characters (RFC 5280 appendix A.1) */
};

struct attribute {
	struct span	oid, value, whole_value;	/* lent */
};

const struct attribute_type *attribute_type_by_name(struct span name);	/* NULL: not known */
const struct attribute_type *attribute_type_by_oid(struct span oid);	/* NULL: not known */
/* One AttributeTypeAndValue of a string type whose characters are fit to be shown. */
bool	attribute_read(struct reader *, struct attribute *) MUST_USE;
/* Shortest-form UTF-8 without control or bidirectional characters; counts code points. */
bool	utf8_is_plain(struct span, size_t *characters) MUST_USE;
bool	printable_is_plain(struct span) MUST_USE;	/* the characters of PrintableString */

#endif
