/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The offline verifier of a whole log. It needs no secret: the log key that signs heads is in the
 * genesis, and the genesis is the group id. Checked: batches, sequence, roots, payloads; times
 * never go back but at an ALARM "clock" or right after it; each head's signature and root; each
 * outcome has its reservation; no (d, index) twice; each key's uses rise without a gap; a use without an
 * authenticator lies in a window of a key made at SCAL1; a one-time key is used once, in its open and
 * certified session, and every session ends, those of a life before with the next START.
 */
#ifndef AUDITOR_VERIFY_FILE_H
#define AUDITOR_VERIFY_FILE_H

#include "audit/genesis.h"
#include "audit/scan.h"

struct verify_options {
	const uint8_t	*group;		/* the expected one; NULL: any */
	struct span	 log_key;	/* MACs are checked, too; empty: not */
	/* Sees each entry behind its checks, before those of the entries that follow; NULL: nobody. */
	bool		(*visit)(void *ctx, const struct entry *, const union entry_payload *,
	    struct err *);
	void		*ctx;
};

struct verify_report {
	uint8_t		group[HASH_LEN];
	uint64_t	size, bytes, batches;	/* of the good batches before any bad one */
	uint8_t		root[HASH_LEN];
	uint64_t	first_time, last_time;
	uint64_t	entries[ENTRY_KINDS];
	uint64_t	signatures;		/* outcomes with status "signed" */
	uint64_t	signed_size;		/* covered by the last good signed head */
	struct scan_end	end;			/* its sequence: the first bad entry, if any */
};

/*
 * True: everything holds to the end of the file. False: *e says what and where; the report (which
 * is always filled) tells how far it is good, and end.how == SCAN_TORN that only an unfinished
 * last batch is wrong. What is behind the last head or anchor could be cut without a trace here:
 * compare report->size and root with an anchor or a head from elsewhere.
 */
bool	verify_file(int fd_log, const struct verify_options *, struct verify_report *, struct err *)
	    MUST_USE;
/* The file "log" in this directory. */
bool	verify_directory(const char *path, const struct verify_options *, struct verify_report *,
	    struct err *) MUST_USE;

#endif
