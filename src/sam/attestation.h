/* SPDX-License-Identifier: Apache-2.0 */
/* What the SAM says of a key or an authenticator, signed in the module. PROTOCOL.sam 4.8;
 * catalogue SVD-1. */
#ifndef SAM_ATTESTATION_H
#define SAM_ATTESTATION_H

#include "sam/once.h"
#include "sam/record.h"
#include "sam/sam.h"

typedef void (*attest_done)(struct sam *, struct call *, const struct err *);

/* Fills `out` (the call's own) and calls done. */
void	attest_key(struct sam *, struct call *, const uint8_t key[ID_LEN], const uint8_t owner[ID_LEN],
	    struct span spki, const struct alg *, uint8_t class, uint8_t level, struct writer *out,
	    attest_done);
void	attest_authenticator(struct sam *, struct call *, const uint8_t signer[ID_LEN],
	    const struct signer_record *, const struct authenticator *, struct writer *out, attest_done);

/* Of the transport key: officers of an authentication module install it there. */
void	attest_transport(struct sam *, struct call *, struct writer *out, attest_done);

/* Of a one-time key: what the CA may know of whose approval it rests on. Its body goes to
 * o->attestation. */
void	attest_once(struct sam *, struct call *, struct once *, attest_done);
/* The key of this life that factors are sealed to. PROTOCOL.sam 9.2 */
void	attest_factor_key(struct sam *, struct call *, const uint8_t *point, struct writer *out, attest_done);

#endif
