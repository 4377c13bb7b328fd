/* SPDX-License-Identifier: Apache-2.0 */
/* Connections to the two sockets: who connected, what came in, what goes out. */
#ifndef SAM_SESSION_H
#define SAM_SESSION_H

#include <poll.h>

#include "sam/sam.h"

#define SESSIONS_OF_SSA	64		/* connections of the SSA's socket */
#define SESSIONS_MAX	128		/* and as many of the officers' */

struct sessions;

struct sessions	*sessions_new(struct err *) MUST_USE;	/* yours */
void		 sessions_free(struct sessions *);
/* Accepts one connection, if its peer is one of `uids`. */
void		 sessions_accept(struct sam *, int listening, enum socket_kind, const uint32_t *uids,
		    size_t n);
/* Fills pollfds, at most SESSIONS_MAX; sessions_ready takes the same array back. */
size_t		 sessions_poll(const struct sam *, struct pollfd *);
void		 sessions_ready(struct sam *, const struct pollfd *, size_t n);
/* Where an answer to this session is written, or NULL if it is gone. */
struct writer	*session_out(struct sam *, uint64_t session);
/* Sends what is waiting, as far as sockets take it, and goes on with who read. Once per loop. */
void		 sessions_send(struct sam *);
bool		 sessions_idle(const struct sam *);	/* nothing is waiting to be sent */

#endif
