/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Certificate revocation lists (RFC 5280 5) for one question: does this CA say that it revoked this
 * certificate? The signature over the raw bytes comes first; nothing of it is believed before.
 */
#ifndef DER_CRL_H
#define DER_CRL_H

#include "der/certificate.h"

#define REVOCATION_MAX	262144	/* bytes of a CRL or OCSP response */

/* False with ERR_DENIED "cert" if it does not, or only holds it, or is not this CA's list. A list
 * that is out of date proves as much: what was revoked stays so. */
bool	crl_revokes(struct span der, const struct issuing_ca *, struct span serial, struct err *)
	    MUST_USE;

/* CRLReason (RFC 5280 5.3.1): may a certificate with it come back? */
bool	revocation_is_final(uint8_t reason);

#endif
