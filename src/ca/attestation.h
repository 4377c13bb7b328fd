/* SPDX-License-Identifier: Apache-2.0 */
/* What a CA asks of a SAM: its word that a public key is one of a module of its group. */
#ifndef CA_ATTESTATION_H
#define CA_ATTESTATION_H

#include "der/csr.h"

#define ATTESTATION_LEN	173	/* PROTOCOL.sam 4.8, kind 1, with its signature */
#define ATTESTATION_ONCE_LEN	269	/* the same, kind 3: a key for one signature */
#define GROUP_LEN	32

/*
 * Is this attestation, signed by that key, one of this group over the very key and algorithm of
 * the request (csr->alg NULL: of the key's kind alone)?
 * EN 419 241-1 SRC_SKS.1.5, ETSI TS 119 431-1 GEN-6.2.1-08.
 */
bool	attestation_covers(struct span attestation, struct span attestation_spki,
	    const uint8_t group[GROUP_LEN], const struct csr *, struct err *) MUST_USE;

#endif
