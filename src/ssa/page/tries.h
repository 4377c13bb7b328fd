/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How often a login failed, by account name and by address: a bounded table. Names that exist and
 * names that do not are counted alike, so a limit tells nobody which is which.
 */
#ifndef SSA_PAGE_TRIES_H
#define SSA_PAGE_TRIES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"

#define TRIES_WINDOW_MS	(15 * 60000ull)

struct tries;

struct tries	*tries_new(unsigned most);	/* in a window; aborts without memory */
void		 tries_free(struct tries *);	/* NULL is fine */
/* Counts one, before it is known how it ends; false: there were as many as may be. */
bool		 tries_take(struct tries *, struct span who, uint64_t now);
/* It was the right one after all: it does not count, and those before it neither. */
void		 tries_forgive(struct tries *, struct span who);

#endif
