/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A PIN, a passphrase, a key: locked in memory, left out of core dumps and of forked children,
 * wiped when freed, never printed. Capacity is fixed at birth.
 */
#ifndef BASE_SECRET_H
#define BASE_SECRET_H

#include "base/err.h"
#include "base/span.h"

struct secret;

struct secret	*secret_new(size_t capacity, struct err *) MUST_USE;	/* yours; empty */
struct secret	*secret_copy(struct span, struct err *) MUST_USE;	/* yours */
void		 secret_free(struct secret *);				/* wipes; NULL is fine */
struct span	 secret_span(const struct secret *);			/* lent */
uint8_t		*secret_room(struct secret *);	/* all of its capacity, to be filled */
void		 secret_set_length(struct secret *, size_t);
bool		 secret_equal(struct span a, struct span b);		/* constant time */
/* One line (without its newline) or up to end of file, at most capacity. Closes nothing. */
struct secret	*secret_read_fd(int fd, size_t capacity, struct err *) MUST_USE;	/* yours */
/* Asks on the terminal without echo; fails where there is none. */
struct secret	*secret_ask(const char *prompt, size_t capacity, struct err *) MUST_USE; /* yours */

AUTO_FREE(secret)

#endif
