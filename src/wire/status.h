/* SPDX-License-Identifier: Apache-2.0 */
/* STATUS, HEAD, ROSTER, FOLLOW, RECEIPT: what the SAM tells about itself. PROTOCOL.sam 4.1, 4.8 */
#ifndef WIRE_STATUS_H
#define WIRE_STATUS_H

#include "base/fields.h"
#include "wire/frame.h"

#define FOLLOW_MAX	1048576
#define PROOF_MAX	64
#define OFFICERS_MAX	32
#define ANCHORS_MAX	64
#define PEERS_MAX	8
#define PROVIDERS_MAX	16
#define ROSTER_ACRS_MAX	8
#define HEAD_WIRE_LEN	116
#define ONLY_READS	UINT64_MAX

enum sam_state { SAM_STARTING, SAM_OPEN, SAM_CLOSED };

struct msg_status {
	uint8_t		state;
	struct span	why;
	uint8_t		group[GROUP_LEN];
	uint32_t	epoch;
	uint64_t	size, anchored, room, now;
	struct span	version;
	uint8_t		workers, busy;
	uint32_t	activations;
	uint64_t	signers, keys, signed_count, refused, follower;
	uint32_t	sessions, stock;	/* one-time: open, and keys without an owner */
};
struct msg_head {
	uint8_t		head[HEAD_WIRE_LEN];		/* PROTOCOL.sam 5.3 */
	struct span	log_key, attestation_key;
	struct span	transport;		/* attestation of the transport key; empty: none */
};
struct roster_officer {
	uint8_t		id[ID_LEN];
	uint8_t		role, type;
	struct span	person, spki;
};
struct roster_anchor {
	uint8_t		id[32];
	uint8_t		usage;
	uint8_t		profile[16];		/* zero: of keys without one */
	struct span	label;
};
struct roster_peer {
	uint8_t		id[32];
	uint8_t		kind;
	uint8_t		peer[GROUP_LEN];
	struct span	label, key;
};
struct roster_provider {
	uint8_t		id[32];
	struct span	issuer, client;
	uint8_t		alg;
	struct span	key, transaction;
	uint8_t		assurance;
	struct span	label;
	size_t		acrs;
	struct { struct span acr; uint8_t level; } acr[ROSTER_ACRS_MAX];
};
struct msg_roster {
	uint8_t		policy[42];
	size_t		officers, anchors, peers, providers;
	struct roster_officer officer[OFFICERS_MAX];
	struct roster_anchor anchor[ANCHORS_MAX];
	struct roster_peer peer[PEERS_MAX];
	struct roster_provider provider[PROVIDERS_MAX];
};
struct msg_follow {
	uint64_t	from, durable;
};
struct msg_followed {
	uint64_t	from;
	struct span	bytes;
};
struct msg_receipt {
	uint64_t	place;		/* as USE, ACTIVATE or OUTCOME gave it */
	uint8_t		signer[ID_LEN], authenticator[ID_LEN];
	struct span	signer_record;
};
struct msg_receipted {
	struct span	entry;
	uint64_t	size, index;
	size_t		n;
	uint8_t		proof[PROOF_MAX][32];
	uint8_t		head[HEAD_WIRE_LEN];
	struct span	attestation;
};

MESSAGE_OF(msg_status);
MESSAGE_OF(msg_head);
MESSAGE_OF(msg_roster);
MESSAGE_OF(msg_follow);
MESSAGE_OF(msg_followed);
MESSAGE_OF(msg_receipt);
MESSAGE_OF(msg_receipted);

#endif
