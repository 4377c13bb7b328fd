/* SPDX-License-Identifier: Apache-2.0 */
/* One exchange with a provider, within bounds: size, time, TLS, no redirects. */
#ifndef SSA_IDP_FETCH_H
#define SSA_IDP_FETCH_H

#include <stdatomic.h>

#include "base/err.h"
#include "base/span.h"
#include "base/writer.h"

#define FETCH_MAX	65536		/* bytes of an answer */

struct fetch {
	const char	*url;
	const char	*ca, *proxy;	/* "": the system's roots; none */
	struct span	 form;		/* p NULL: GET */
	const char	*authorization;	/* the whole header line; NULL: none */
	unsigned	 timeout_ms;
	const atomic_bool *stop;
	long		 status;	/* HTTP's */
};

/* Answers of any status but redirects. Else ERR_BUSY, "idp_unreachable", in words for people. */
bool	fetch_run(void *curl, struct fetch *, struct writer *answer, struct err *) MUST_USE;

#endif
