/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The issuing CAs that security officers installed: whose certificates count, for which profile of
 * keys, and what they must say. EN 419 241-1 SRC_SKS.1.2
 */
#ifndef SAM_ISSUER_H
#define SAM_ISSUER_H

#include "der/certificate.h"
#include "sam/state.h"

/* Is there any CA for keys of this profile? */
bool	issuer_stands(const struct state *, const uint8_t profile[PROFILE_LEN]);
/* The CA of this profile that signed it: signature over the raw bytes first. ERR_DENIED "cert". */
const struct trust_anchor *issuer_of(const struct state *, const uint8_t profile[PROFILE_LEN],
	    struct span der, struct certificate *, struct err *) MUST_USE;
/* Is it the certificate of this key, for this subject, now, as the officers want this CA's to be? */
bool	issuer_accepts(const struct trust_anchor *, const struct certificate *, struct span spki,
	    struct span subject, uint8_t class, struct err *) MUST_USE;
/* The CA as those who verify under it want it. */
struct issuing_ca issuer_ca(const struct trust_anchor *);

#endif
