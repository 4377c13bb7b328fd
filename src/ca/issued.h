/* SPDX-License-Identifier: Apache-2.0 */
/* What was issued and what of it was revoked, in memory: a table by serial number. */
#ifndef CA_ISSUED_H
#define CA_ISSUED_H

#include "base/err.h"
#include "base/span.h"

#define SERIAL_MAX	20	/* RFC 5280 4.1.2.2 */

enum standing { STANDING_UNKNOWN, STANDING_GOOD, STANDING_REVOKED };

struct issued {
	uint8_t		serial[SERIAL_MAX], n;	/* magnitude; n 0: a free place */
	uint8_t		reason;			/* CRLReason */
	uint64_t	revoked;		/* ms; 0: never */
};

struct issued_table {
	struct issued	*places;
	size_t		 size, n;	/* size: a power of two, or 0 */
	size_t		 revoked;	/* how many of them are */
};

void		 issued_wipe(struct issued_table *);
/* The place of this serial number; NULL: never issued. */
struct issued	*issued_find(const struct issued_table *, struct span serial);
/* The same, made where there is none; NULL: no serial number. Moves all places. */
struct issued	*issued_add(struct issued_table *, struct span serial);

#endif
