/* SPDX-License-Identifier: Apache-2.0 */
/*
 * BasicOCSPResponse (RFC 6960 4.2.1) for the question of der/crl.h: signed by the CA, or by a
 * responder whose certificate the CA signed for this purpose and that is in the response.
 */
#ifndef DER_OCSP_H
#define DER_OCSP_H

#include "der/crl.h"

/* now_ms: the responder's certificate must be valid. ERR_DENIED "cert". */
bool	ocsp_revokes(struct span der, const struct issuing_ca *, struct span serial, uint64_t now_ms,
	    struct err *) MUST_USE;

#endif
