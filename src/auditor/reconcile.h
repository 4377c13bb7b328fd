/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two logs against each other: what a SAM says an authentication module approved, and what the
 * module says it granted. Neither could write the other's. Each log is verified (verify_file.h);
 * then a grant is asked for behind each of these entries of the SAM's:
 *	RESERVED of a key made with an authenticator of the module (CREATE_KEY's `with`; which
 *	module it is, the grant among that act's evidences says), or approved by one of them;
 *	SESSION approved by one of them; SIGNER with a grant of the module among its evidences.
 * It must name the same digest, signer, key, person and SAM, be of a level at least the key's, and
 * not come later. Several RESERVED of one digest are parts of one list, and have one grant.
 */
#ifndef AUDITOR_RECONCILE_H
#define AUDITOR_RECONCILE_H

#include "auditor/verify_file.h"

/* The two clocks may differ by so much, as when the SAM takes a grant. PROTOCOL.sam 2.5 */
#define RECONCILE_CLOCKS_MS	120000
#define RECONCILE_NO_ENTRY	UINT64_MAX

enum reconcile_what {
	RECONCILE_MISSING,	/* no grant stands behind an entry of the SAM's */
	RECONCILE_OTHER,	/* the grant is for another SAM, signer, key or person, or other bytes */
	RECONCILE_WEAK,		/* its level is below the key's */
	RECONCILE_LATE,		/* it came after its use */
	RECONCILE_TWICE,	/* a digest was granted before */
	RECONCILE_STRANGER,	/* a grant for a person whom no officer admitted as this signer */
	RECONCILE_KEY,		/* a use of a key that the SAM's log does not make, or makes wrongly */
	RECONCILE_UNUSED,	/* a grant without a use: no error, the signer may have stopped there */
};
const char *reconcile_word(enum reconcile_what);	/* "missing" */

struct reconcile_finding {
	enum reconcile_what	what;
	uint64_t		sam, module;	/* entries; RECONCILE_NO_ENTRY: none */
	char			text[160];	/* a sentence without its entries */
};

struct reconcile_options {
	const uint8_t	*group, *module;	/* the expected ones; NULL: any */
	void		(*found)(void *ctx, const struct reconcile_finding *);
	void		*ctx;
};

struct reconcile_report {
	struct verify_report	sam, module;
	bool			read_sam, read_module;	/* the log was there to be read */
	uint64_t		keys;		/* made with an authenticator of the module */
	uint64_t		uses, acts;	/* RESERVED; SIGNER and SESSION that need a grant */
	uint64_t		others;		/* RESERVED of keys of other modules: not compared */
	uint64_t		grants, used, unused;	/* for this SAM */
	uint64_t		elsewhere, checks;	/* grants for other SAMs; factors checked only */
	uint64_t		findings;	/* but for UNUSED */
};

/*
 * True: both logs hold and agree. False: *e names the first bad entry; the report is always filled
 * as far as it went. ERR_MISSING: a log could not be opened. What is behind a log's last head could
 * be cut without a trace, and a copy of the module's log that is older than the SAM's lacks grants.
 */
bool	reconcile(const char *sam_directory, const char *module_directory,
	    const struct reconcile_options *, struct reconcile_report *, struct err *) MUST_USE;

#endif
