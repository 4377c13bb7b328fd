/* SPDX-License-Identifier: Apache-2.0 */
/* A growing hash table of fixed-size keys and values, for readers of whole logs. */
#ifndef AUDITOR_TABLE_H
#define AUDITOR_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct table {
	size_t	 key, value;	/* bytes; keys have 8 or more */
	size_t	 n, cap;
	uint8_t	*rows;
};

struct table	 table_of(size_t key, size_t value);
void		 table_wipe(struct table *);
/* The value of this key, or NULL; lent until the next table_add. */
void		*table_find(const struct table *, const void *key);
/* A zeroed value for a key that is not there yet. NULL: no memory. */
void		*table_add(struct table *, const void *key, struct err *);

#endif
