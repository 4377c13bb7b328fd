/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A follower's copy of a log: takes bytes as FOLLOW (PROTOCOL.sam 4.8) gives them, believes none
 * of them, and writes whole batches that go on from what it has. It needs no secret.
 */
#ifndef AUDITOR_FOLLOW_H
#define AUDITOR_FOLLOW_H

#include "audit/head.h"
#include "audit/tree.h"

#define FOLLOW_CHUNK_MAX	1048576		/* one FOLLOW answer */

struct follow;

/*
 * Opens or makes "log" and "tree" in the directory, locks them against a second follower, reads
 * what is there, cuts a torn end, mends the tree. With a group (32 bytes; NULL: any) a log of
 * another group is refused. A damaged copy is refused: it is evidence, move it away.
 */
struct follow	*follow_open(int fd_dir, const uint8_t *group, struct err *) MUST_USE;	/* yours */
void		 follow_free(struct follow *);

uint64_t	 follow_next(const struct follow *);	/* FOLLOW's `from` */
uint64_t	 follow_durable(const struct follow *);	/* FOLLOW's `durable` */
const struct tree *follow_tree(const struct follow *);	/* of what is durable; lent */
/*
 * Checks, writes and syncs the whole batches in what came so far; the rest is kept until the next
 * call. ERR_DENIED with both roots: the source's log is another than the one followed until now.
 * After any failure what was durable before still is; close and look.
 */
bool		 follow_take(struct follow *, uint64_t from, struct span bytes, struct err *) MUST_USE;
/* Is the source's head (its signature checked by the caller) that of a log which contains ours? */
bool		 follow_agrees(const struct follow *, const struct head *, struct err *) MUST_USE;

AUTO_FREE(follow)

#endif
