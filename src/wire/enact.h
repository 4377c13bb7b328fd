/* SPDX-License-Identifier: Apache-2.0 */
/* ENACT, PROPOSE, FREEZE, RECORD: statements that change state, and sealed records. PROTOCOL.sam 4.5-4.8 */
#ifndef WIRE_ENACT_H
#define WIRE_ENACT_H

#include "wire/activate.h"

enum record_type { RECORD_SIGNER = 1, RECORD_KEY = 2 };

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

bool	msg_enact_read(struct reader *, struct msg_enact *, struct err *) MUST_USE;
void	msg_enact_write(struct writer *, const struct msg_enact *);
bool	msg_enacted_read(struct reader *, struct msg_enacted *, struct err *) MUST_USE;
void	msg_enacted_write(struct writer *, const struct msg_enacted *);
bool	msg_propose_read(struct reader *, struct msg_propose *, struct err *) MUST_USE;
void	msg_propose_write(struct writer *, const struct msg_propose *);
bool	msg_proposed_read(struct reader *, struct msg_proposed *, struct err *) MUST_USE;
void	msg_proposed_write(struct writer *, const struct msg_proposed *);
bool	msg_object_read(struct reader *, struct msg_object *, struct err *) MUST_USE;
void	msg_object_write(struct writer *, const struct msg_object *);
bool	msg_frozen_read(struct reader *, uint32_t *version, struct err *) MUST_USE;
void	msg_frozen_write(struct writer *, uint32_t version);
bool	msg_record_read(struct reader *, struct msg_record *, struct err *) MUST_USE;
void	msg_record_write(struct writer *, const struct msg_record *);

#endif
