/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Payloads of state entries: what the fold lives from. Writers append to an entry that was begun;
 * entry_payload_read lends spans from it. PROTOCOL.sam 5.2
 */
#ifndef AUDIT_ENTRY_STATE_H
#define AUDIT_ENTRY_STATE_H

#include "audit/head.h"

#define ID_LEN			16
#define LOG_STATEMENT_MAX	262144
#define LOG_EVIDENCES_MAX	66000
#define LOG_RECORD_MAX		17000

struct entry_genesis {
	struct span	genesis;	/* genesis.h reads it; its SHA-256 is the group id */
	struct span	statement, evidences;
};

struct entry_start {
	uint64_t	life;
	uint8_t		boot[ID_LEN];
	uint8_t		random[HASH_LEN];
	struct span	program;
};

struct entry_stop {
	struct span	why;
};

struct entry_proposed {			/* the proposal's id is tree_leaf of the entry */
	uint16_t	purpose;
	uint8_t		subject[ID_LEN];
	uint8_t		body[HASH_LEN];
	uint64_t	expires;
};

struct entry_act {
	struct span	statement, evidences;
};

struct entry_signer {
	uint8_t		id[ID_LEN];
	uint32_t	version;
	uint8_t		state;		/* 1..5 */
	uint16_t	cause;		/* purpose; 0: FREEZE */
	uint8_t		d[HASH_LEN];
	struct span	statement, evidences;
	struct span	record;		/* sealed; empty: as before */
};

enum key_cause { KEY_CAUSE_FREEZE, KEY_CAUSE_REQUEST, KEY_CAUSE_LINK, KEY_CAUSE_OWNER_CLOSED,
	KEY_CAUSE_REVOKED };

struct entry_key {
	uint8_t		id[ID_LEN], owner[ID_LEN];
	uint32_t	version;
	uint8_t		state;		/* 1..5 */
	uint16_t	cause;		/* purpose, or enum key_cause */
	uint8_t		d[HASH_LEN];
	uint8_t		detail[HASH_LEN];
	struct span	record;
};

void	entry_genesis_write(struct writer *, const struct entry_genesis *);
void	entry_start_write(struct writer *, const struct entry_start *);
void	entry_stop_write(struct writer *, const struct entry_stop *);
void	entry_head_signed_write(struct writer *, const struct head *);
void	entry_proposed_write(struct writer *, const struct entry_proposed *);
void	entry_act_write(struct writer *, const struct entry_act *);
void	entry_signer_write(struct writer *, const struct entry_signer *);
void	entry_key_write(struct writer *, const struct entry_key *);

#endif
