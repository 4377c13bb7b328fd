/* SPDX-License-Identifier: Apache-2.0 */
/* What the CA says of certificates that it issued: a revocation list, and answers by OCSP. */
#ifndef CA_STATUS_H
#define CA_STATUS_H

#include "ca/service.h"

struct status;

/* The authority and the responder must outlive it. For any number of threads. */
struct status	*status_open(struct authority *, const struct service *responder, struct err *)
		    MUST_USE;		/* yours */
void		 status_free(struct status *);
/* The list in DER: a new one when something was revoked since, or an hour has passed. */
bool		 status_crl(struct status *, struct writer *, struct err *) MUST_USE;
/* RFC 6960: the answer in DER, to a request in DER; what is no request gets malformedRequest. */
bool		 status_ocsp(struct status *, struct span request, struct writer *, struct err *)
		    MUST_USE;

#endif
