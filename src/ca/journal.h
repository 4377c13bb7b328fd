/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The list of what the CA issued and revoked: lines of text, only ever appended, each on disk
 * before anybody is told. Several processes may have it open; whoever asks sees what all wrote.
 *
 *	issued SERIAL NOT-BEFORE NOT-AFTER PROFILE SHA-256 SUBJECT
 *	revoked SERIAL TIME REASON
 *
 * Numbers are hexadecimal (serial, hash) or milliseconds since 1970; the reason is CRLReason.
 * A line without its end is of a writer that died: its certificate was never handed out; it is
 * cut off.
 */
#ifndef CA_JOURNAL_H
#define CA_JOURNAL_H

#include "ca/issued.h"
#include "der/certificate.h"
#include "x509/crl.h"

struct journal;

/* Opens or makes it. For any number of threads. */
struct journal	*journal_open(const char *dir, struct err *) MUST_USE;	/* yours */
void		 journal_free(struct journal *);

AUTO_FREE(journal)

struct journal_line {		/* of a certificate */
	struct span	 serial;	/* magnitude */
	uint64_t	 not_before, not_after;
	const char	*profile, *subject;
	const uint8_t	*hash;		/* SHA-256 of the certificate */
};

bool		 journal_issue(struct journal *, const struct journal_line *, struct err *) MUST_USE;
/* Never issued: ERR_MISSING; revoked already: ERR_NOT_NOW. Reason: a CRLReason that lasts. */
bool		 journal_revoke(struct journal *, struct span serial, unsigned reason, struct err *)
		    MUST_USE;
/* *out only where it is not unknown. */
enum standing	 journal_find(struct journal *, struct span serial, struct issued *out);
/* How many are revoked now, and, where it is not NULL, all of them. */
size_t		 journal_revoked(struct journal *, struct issued **out);	/* *out: yours, free() */

/* 0 to 10 without 6, 7 and 8: nothing that could be taken back. */
bool		 reason_lasts(unsigned reason);

#endif
