/* SPDX-License-Identifier: Apache-2.0 */
/* What a refusal of the SAM (PROTOCOL.sam 4.9) is called in CSC, and what it is under /propria/v1. */
#ifndef SSA_API_FAULT_H
#define SSA_API_FAULT_H

#include "base/err.h"

struct fault {
	const char	*reason;
	unsigned	 status;
	const char	*error;
	const char	*csc;		/* description in credentials/ and signatures/ */
	const char	*plain;		/* elsewhere */
};

/* Never NULL: reasons that nobody knows are a server_error. */
const struct fault *fault_of(const struct err *);

#endif
