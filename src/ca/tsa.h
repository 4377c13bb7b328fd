/* SPDX-License-Identifier: Apache-2.0 */
/* Trial time stamps (RFC 3161), by this machine's clock. */
#ifndef CA_TSA_H
#define CA_TSA_H

#include "ca/service.h"

/* The answer in DER to a query in DER; also to a bad one, which it then refuses. For any thread. */
bool	tsa_answer(const struct service *tsa, X509 *issuing, struct span query, struct writer *,
	    struct err *) MUST_USE;

#endif
