/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Officers who approve by passkey: on the Approve page, which leaves their approvals in the
 * server's mailbox. Whoever can reach the server can put things there: what does not verify is
 * left where it is.
 */
#ifndef CLI_OFFICER_PAGE_H
#define CLI_OFFICER_PAGE_H

#include "cli/officer.h"
#include "webauthn/relying_party.h"

/*
 * Shows the link and waits until the act has as many approvals as it needs, or Ctrl-C. Each that
 * comes is in the file `out` at once. False: none came. Needs the options server, cacert, no-qr.
 */
bool	officer_page_gather(struct call *, struct act *, const struct msg_roster *, const char *out,
	    struct err *) MUST_USE;

/* The parts that need no network, for the above and for tests. */
/* ORIGIN/approve#s=STATEMENT. Yours: free(). */
char	*officer_page_link(struct span origin, struct span statement);
/*
 * Adds each approval by passkey among these evidences that verifies and is not there yet. How many.
 * The act lends from `evidences` afterwards.
 */
size_t	officer_page_take(struct act *, const struct msg_roster *, const struct relying_party *,
	    struct span evidences);

#endif
