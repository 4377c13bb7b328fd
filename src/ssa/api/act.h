/* SPDX-License-Identifier: Apache-2.0 */
/* A signer's own act on a key or an authenticator, approved by a statement: what enact, create and delete share. */
#ifndef SSA_API_ACT_H
#define SSA_API_ACT_H

#include "ssa/api/call.h"
#include "wire/enact.h"

typedef void act_answer(struct call *, const struct msg_enacted *);

struct act {
	struct writer	statement, evidence;
	struct writer	credential;		/* of a new passkey; may be empty */
	uint16_t	purpose, alg;
	uint8_t		class, level, evidences;
	uint8_t		profile[16], with[16];	/* of a new key */
	uint8_t		key[16];		/* zero: of no key, or of none yet */
	uint8_t		type, protection;	/* of a new authenticator */
	struct span	label;			/* lent from statement */
	act_answer	*answer;
};

/* protection.c: of the authenticator that a BIND or ADD_AUTHENTICATOR brings; 0: not known to us. */
struct statement;
uint8_t		 protection_seen(const struct call *, const struct statement *);
/* Becomes the call's state. */
struct act	*act_new(struct call *, act_answer *);
/*
 * Reads statement and evidence that were put into it. NULL, or the SAM's word for what is wrong
 * (PROTOCOL.sam 4.9); the SAM checks all of it again.
 */
const char	*act_fault(struct call *, struct act *);
/* ENACT; what the SAM gives is kept before `answer` is called. */
void		 act_ask(struct call *);

#endif
