/* SPDX-License-Identifier: Apache-2.0 */
/* CHALLENGE, ACTIVATE, USE, OUTCOME: the signature activation protocol. PROTOCOL.sam 4.2-4.4,
 * 4.8 */
#ifndef WIRE_ACTIVATE_H
#define WIRE_ACTIVATE_H

#include "base/fields.h"
#include "wire/frame.h"

#define USES_MAX		1000
#define DIGEST_MAX		48
#define SIGNATURE_WIRE_MAX	384
#define RECORD_MAX		17000
#define STATEMENT_WIRE_MAX	262144
#define EVIDENCES_WIRE_MAX	66000

enum use_status { USE_SIGNED, USE_FAILED, USE_UNKNOWN, USE_SPENT };

struct msg_challenge {
	uint8_t		signer[ID_LEN];
	uint16_t	purpose;
};
struct msg_challenged {
	uint8_t		fresh[40];
	uint32_t	epoch;
	uint64_t	now;
};
struct msg_activate {
	struct span	statement, evidences, signer_record, key_record;
	size_t		n;
	uint32_t	index[USES_MAX];
	bool		next;		/* a nonce for the next approval, please */
};
struct msg_use {
	uint8_t		activation[ID_LEN];
	size_t		n;
	uint32_t	index[USES_MAX];
	struct span	digest[USES_MAX];
};
struct msg_outcome {
	uint8_t		d[32];
	size_t		n;
	uint32_t	index[USES_MAX];
};
struct use_result {
	uint32_t	index;
	uint8_t		status;		/* enum use_status */
	struct span	signature;	/* lent */
};
struct msg_results {
	uint64_t	place;		/* of the outcome's entry in the log, for RECEIPT; 0: none */
	uint64_t	signing;	/* ms: the signing time of kinds 2 and 3; 0: kind 1 */
	size_t		n;
	struct use_result result[USES_MAX];
};
struct msg_activated {
	uint8_t		activation[ID_LEN];
	uint64_t	expires;
	struct msg_results results;
	size_t		has_next;	/* 0 or 1 */
	struct msg_challenged next;
};

MESSAGE_OF(msg_challenge);
MESSAGE_OF(msg_challenged);
MESSAGE_OF(msg_activate);
MESSAGE_OF(msg_activated);
MESSAGE_OF(msg_use);
MESSAGE_OF(msg_outcome);
/* Answer of USE and OUTCOME, and the end of ACTIVATE's. */
MESSAGE_OF(msg_results);

#endif
