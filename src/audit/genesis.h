/* SPDX-License-Identifier: Apache-2.0 */
/* Genesis of a group: its policy, module keys and first officers. PROTOCOL.sam 6 */
#ifndef AUDIT_GENESIS_H
#define AUDIT_GENESIS_H

#include "audit/officer.h"

#define GENESIS_MAX		16384
#define GENESIS_OFFICERS_MAX	32
#define GENESIS_OFFICERS_MIN	3
#define POLICY_LEN		42
#define SESSION_SECONDS_MAX	7200
#define SCAL1_SECONDS_MAX	86400
#define SCAL1_COUNT_MAX		1000
#define QUORUM_MAX		7	/* and one new officer's own approval */

enum follower_policy { FOLLOWER_NONE, FOLLOWER_ASYNC, FOLLOWER_SYNC };

struct policy {
	uint32_t	statement_life;		/* milliseconds */
	uint8_t		min_loa;		/* 1..3 */
	uint16_t	protections;		/* bit i: protection i may approve at SCAL2 */
	uint8_t		ro_quorum, so_quorum;
	uint8_t		keys_per_signer;	/* 1..32 */
	uint8_t		follower;		/* enum follower_policy */
	uint64_t	eddsa_until, rs256_until;	/* passkeys of these kinds at SCAL2; 0: never */
	uint8_t		shared_sic;		/* 1: passkeys at SCAL2 although the SIC is shared */
	uint32_t	scal1_seconds;		/* longest window of a SCAL1 key; 0: none on the SSA's word */
	uint32_t	scal1_count;		/* most signatures in one; 0: the same */
	uint32_t	session_seconds;	/* longest one-time session; 0: no one-time keys */
};

struct genesis_officer {
	uint8_t			id[ID_LEN];
	struct officer_card	card;
};

enum group_kind { GROUP_SAM = 1, GROUP_AUTH };	/* a log of one is no log of the other */

struct genesis {			/* spans are lent from the bytes it was read from */
	uint64_t		time;
	uint8_t			random[32];
	uint8_t			kind;			/* enum group_kind */
	struct policy		policy;
	uint8_t			kek[ID_LEN], hmac[ID_LEN];
	struct span		log, attest;		/* spki, P-256 */
	struct span		library, token, serial;
	uint8_t			assurance;		/* 0 none, 1 FIPS 140, 2 EN 419 221-5 */
	struct span		origin, service;	/* of the SIC and of the SSA; empty: none */
	size_t			n;
	struct genesis_officer	officer[GENESIS_OFFICERS_MAX];
};

/* Exactly POLICY_LEN bytes off the reader; values out of their range are refused. */
bool	policy_read(struct reader *, struct policy *, struct err *) MUST_USE;
void	policy_write(struct writer *, const struct policy *);

/* Form only: bounds, ranges, no officer id, key or person twice, enough security officers. */
bool	genesis_read(struct span, struct genesis *, struct err *) MUST_USE;
void	genesis_write(struct writer *, const struct genesis *);
/* Every key is on its curve and every officer proved to have the private one. */
bool	genesis_verify(const struct genesis *, struct err *) MUST_USE;
void	genesis_group(struct span bytes, uint8_t group[HASH_LEN]);
/* CKA_ID of the log or attestation key. */
void	genesis_key_id(struct span spki, uint8_t id[ID_LEN]);

#endif
