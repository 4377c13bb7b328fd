/* SPDX-License-Identifier: Apache-2.0 */
/* The use of an activation: PROTOCOL.sam 4.4 */
#ifndef SAM_USE_H
#define SAM_USE_H

#include "sam/sam.h"
#include "wire/activate.h"

enum use_answer {
	USE_RESULTS,		/* USE's */
	USE_ACTIVATED,		/* ACTIVATE's */
	USE_ACTIVATED_NEXT	/* ... with a nonce for the signer's next approval */
};

/* Checks again what may have changed, burns the indexes (ascending), and has them signed. The call
 * is answered later; false: nothing was burned. digest: what each index is for, where it is given;
 * NULL: what was approved. */
bool	use_begin(struct sam *, struct call *, struct activation *, const uint32_t *index,
	    const struct span *digest, size_t n, enum use_answer, struct err *) MUST_USE;

/* Orders of closed activations that no worker was given are not signed: status "no signature". */
void	uses_withdraw(struct sam *);

/* Log and module can take more; asked before anything is burned or promised. */
bool	use_has_room(const struct sam *, struct err *) MUST_USE;

/* A nonce of this life for the signer's purpose: the answer of CHALLENGE. False: too many are
 * open. */
bool	challenge_make(struct sam *, const uint8_t signer[ID_LEN], uint16_t purpose,
	    struct msg_challenged *, struct err *) MUST_USE;

#endif
