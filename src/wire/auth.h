/* SPDX-License-Identifier: Apache-2.0 */
/* FACTOR_KEY, GRANT: what an authentication module answers its SSA. PROTOCOL.sam 9 */
#ifndef WIRE_AUTH_H
#define WIRE_AUTH_H

#include "wire/enact.h"

#define SEALED_FACTORS_LEN	337	/* HPKE: point 65, box 256, tag 16 */

struct msg_factor_key {		/* the answer; the request is empty */
	struct span	attestation;	/* body and signature: 9.2 */
};
struct msg_grant {
	struct span	statement;	/* of a SAM that is a peer */
	struct span	sealed;		/* SEALED_FACTORS_LEN bytes */
	struct span	record;		/* the person's, sealed; empty: the log's */
};
struct msg_granted {
	struct span	grant;		/* statement/grant.h */
};

MESSAGE_OF(msg_factor_key);
MESSAGE_OF(msg_grant);
MESSAGE_OF(msg_granted);

#endif
