/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How often a login failed, by account name and network, and by address: a bounded table. Names that exist and
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
/* Counts one and refuses none: how many there were before it. Give it back when it was the right one. */
unsigned	 tries_count(struct tries *, struct span who, uint64_t now);
void		 tries_give_back(struct tries *, struct span who);
/* It was the right one after all: it does not count, and those before it neither. */
void		 tries_forgive(struct tries *, struct span who);

#endif
