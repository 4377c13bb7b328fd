/* SPDX-License-Identifier: Apache-2.0 */
/* CRLs and OCSP answers, read and checked under the issuer. Inside src/cmp only. */
#ifndef CMP_PROOF_H
#define CMP_PROOF_H

#include "cmp/session.h"

#define NONCE_LEN	16

struct subject {			/* whose status is asked */
	const char	*name;		/* of the CA, for errors */
	X509		*cert, *issuer;
};

/* Each fills *out, proof lent from the bytes. */
bool	crl_status(struct span crl, const struct subject *, struct ca_status *out, struct err *) MUST_USE;
bool	ocsp_status(struct span basic, const struct subject *, struct ca_status *out, struct err *)
	    MUST_USE;
/* nonce NULL: none. A responder may leave it out of its answer; another one is refused. */
bool	ocsp_request_write(struct writer *, const struct subject *, const uint8_t *nonce, struct err *)
	    MUST_USE;
/* The BasicOCSPResponse of an OCSPResponse. */
bool	ocsp_open(struct span response, const uint8_t *nonce, struct writer *basic, struct err *) MUST_USE;

#endif
