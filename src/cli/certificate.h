/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of keys request and keys link that need no network. */
#ifndef CLI_CERTIFICATE_H
#define CLI_CERTIFICATE_H

#include "cli/profile.h"
#include "x509/pem.h"

/*
 * Is this request for key `id` of this signer, as the group's attestation key says? Fills *key with
 * what was attested, and subject with the name in the request.
 */
bool	request_check(const struct profile *, struct span attest_spki, const uint8_t id[16],
	    struct span csr, struct span attestation, struct known_key *key,
	    char subject[NAME_MAX_TEXT], struct err *) MUST_USE;
/* Is this certificate for that key? */
bool	certificate_is_of(struct span der, const struct known_key *, struct certificate *,
	    struct err *) MUST_USE;

#endif
