/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Approval on the signing page: this program asks and waits, a person approves on a phone or in a
 * browser, with the passkey there. No key of this machine approves anything.
 */
#ifndef CLI_PAGE_H
#define CLI_PAGE_H

#include "cli/session.h"
#include "cli/signing.h"

/* Asks, shows link and code, waits. The SAD, yours: free(); d is the approved statement's. */
char	*page_approve(struct session *, struct call *, const struct signing_job *, uint8_t d[HASH_LEN],
	    struct err *) MUST_USE;

/* The parts that need no network, for the above and for tests. */
/* ORIGIN/sign#t=HANDLE and nothing else: a server must not send people to another page. */
bool	page_link_is_fit(const char *link, struct span origin, const char *handle);
/* What became of a request without a SAD, from the state that the server gives for it. */
bool	page_fate(const char *state, struct err *);		/* false */

#endif
