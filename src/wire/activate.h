/* SPDX-License-Identifier: Apache-2.0 */
/* CHALLENGE, ACTIVATE, USE, OUTCOME: the signature activation protocol. PROTOCOL.sam 4.2-4.4, 4.8 */
#ifndef WIRE_ACTIVATE_H
#define WIRE_ACTIVATE_H

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
	size_t		n;
	struct use_result result[USES_MAX];
};
struct msg_activated {
	uint8_t		activation[ID_LEN];
	uint64_t	expires;
	struct msg_results results;
	bool		has_next;
	struct msg_challenged next;
};

bool	msg_challenge_read(struct reader *, struct msg_challenge *, struct err *) MUST_USE;
void	msg_challenge_write(struct writer *, const struct msg_challenge *);
bool	msg_challenged_read(struct reader *, struct msg_challenged *, struct err *) MUST_USE;
void	msg_challenged_write(struct writer *, const struct msg_challenged *);
bool	msg_activate_read(struct reader *, struct msg_activate *, struct err *) MUST_USE;
void	msg_activate_write(struct writer *, const struct msg_activate *);
bool	msg_activated_read(struct reader *, struct msg_activated *, struct err *) MUST_USE;
void	msg_activated_write(struct writer *, const struct msg_activated *);
bool	msg_use_read(struct reader *, struct msg_use *, struct err *) MUST_USE;
void	msg_use_write(struct writer *, const struct msg_use *);
bool	msg_outcome_read(struct reader *, struct msg_outcome *, struct err *) MUST_USE;
void	msg_outcome_write(struct writer *, const struct msg_outcome *);
/* Answer of USE and OUTCOME, and the end of ACTIVATE's. */
bool	msg_results_read(struct reader *, struct msg_results *, struct err *) MUST_USE;
void	msg_results_write(struct writer *, const struct msg_results *);

#endif
