/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one connection to the SAM, with many requests in flight (PROTOCOL.sam 4). A thread of its
 * own sends what has gathered, hands answers to those who asked, and connects again when it must.
 */
#ifndef SSA_SAM_H
#define SSA_SAM_H

#include "wire/frame.h"

enum sam_result {
	SAM_ASKED,		/* under way */
	SAM_ANSWERED,		/* type and answer are there: the request's own, or REFUSED */
	SAM_AWAY,		/* there is no connection: it was not sent */
	SAM_LOST,		/* the connection broke: nobody knows what the SAM did */
	SAM_LATE,		/* no answer in time: the same */
	SAM_FULL,		/* too much in flight: it was not sent */
};

struct sam;

/* Lives with the one who asks; untouchable from sam_ask until done was called. */
struct sam_request {
	void		(*done)(struct sam_request *);	/* on the SAM's thread: only pass it on */
	enum sam_result	 result;
	uint8_t		 type;		/* of the answer */
	struct writer	 answer;	/* its payload; wipe it with sam_request_wipe */

	uint64_t	 number;
	uint8_t		 asked;
	bool		 harmless;	/* may be asked twice */
	bool		 repeated;
	uint64_t	 deadline;
	struct writer	 kept;		/* a harmless request's payload, to be sent again */
	struct sam_request *earlier, *later;
};

struct sam	*sam_open(const char *path, unsigned deadline_ms, struct err *) MUST_USE;
/* Another module with the same protocol, by its name in the log (a literal). */
struct sam	*sam_open_as(const char *name, const char *path, unsigned deadline_ms, struct err *) MUST_USE;
/* Every request in flight ends as lost; later ones as away. The thread is gone afterwards. */
void		 sam_stop(struct sam *);
void		 sam_free(struct sam *);		/* NULL is fine */
bool		 sam_is_connected(struct sam *);
/* Which connection it is, counted; 0: there is none. */
unsigned	 sam_connection(struct sam *);

/* Always ends in done, perhaps before this returns. */
void	sam_ask(struct sam *, struct sam_request *, uint8_t type, struct span payload);
void	sam_request_wipe(struct sam_request *);

#endif
