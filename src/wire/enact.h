/* SPDX-License-Identifier: Apache-2.0 */
/* ENACT, PROPOSE, FREEZE, RECORD: statements that change state, and sealed records.
 * PROTOCOL.sam 4.5-4.8 */
#ifndef WIRE_ENACT_H
#define WIRE_ENACT_H

#include "wire/activate.h"

enum record_type { RECORD_SIGNER = 1, RECORD_KEY = 2,
	RECORD_PERSON = 3, RECORD_GRANT_KEY = 4 };	/* of an authentication module */

struct msg_enact {
	struct span	statement, evidences, signer_record, key_record;
};
struct msg_enacted {
	uint64_t	sequence;
	uint8_t		id[ID_LEN];
	uint32_t	version;
	size_t		n;
	struct span	record[2];
};
struct msg_propose {
	uint16_t	purpose;
	uint8_t		subject[ID_LEN];
	uint8_t		body[32];
	uint64_t	expires;
};
struct msg_proposed {
	uint8_t		id[32];
	uint64_t	sequence;
};
struct msg_object {		/* FREEZE, RECORD */
	uint8_t		type;
	uint8_t		id[ID_LEN];
};
struct msg_record {
	uint32_t	version;
	uint8_t		state;
	struct span	record;
};

MESSAGE_OF(msg_enact);
MESSAGE_OF(msg_enacted);
MESSAGE_OF(msg_propose);
MESSAGE_OF(msg_proposed);
MESSAGE_OF(msg_object);
bool	msg_frozen_read(struct reader *, uint32_t *version, struct err *) MUST_USE;
void	msg_frozen_write(struct writer *, uint32_t version);
MESSAGE_OF(msg_record);

#endif
