/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the SAM must remember: officers, trust anchors, policy, proposals, record versions. It is a
 * fold over the log and nothing else: fold_apply is the only writer. EN 419 241-2 R.TSF_DATA.
 */
#ifndef SAM_STATE_H
#define SAM_STATE_H

#include "audit/entry.h"
#include "audit/tree.h"
#include "audit/genesis.h"
#include "audit/open_sessions.h"
#include "crypto/alg.h"
#include "sam/answers.h"
#include "sam/index.h"
#include "statement/statement.h"
#include "sam/prints.h"
#include "webauthn/passkey.h"
#include "webauthn/relying_party.h"
#include "wire/status.h"

#define PROPOSALS_MAX		256
#define RESERVED_OPEN_MAX	8192
#define ANCHOR_NAME_MAX		1024

struct officer {
	uint8_t		id[ID_LEN];
	uint8_t		role, type;	/* enum officer_type */
	size_t		person_len, spki_len;
	uint8_t		person[OFFICER_PERSON_MAX];
	uint8_t		spki[OFFICER_SPKI_MAX];
};

struct trust_anchor {		/* an issuing CA, or an attestation root: no path building in here */
	uint8_t		id[32];
	uint8_t		usage;		/* enum anchor_usage */
	uint16_t	alg;
	size_t		spki_len, issuer_len, label_len;
	uint8_t		spki[PASSKEY_SPKI_MAX];
	uint8_t		issuer[ANCHOR_NAME_MAX];
	uint8_t		label[64];
	uint32_t	max_days;
	uint8_t		profile[PROFILE_LEN];
	uint16_t	rules;		/* enum certificate_rule */
	size_t		policy_len, added_len;
	uint8_t		policy[32], added[64];
};

struct peer {			/* another module, under one of its keys */
	uint8_t		id[32];
	uint8_t		kind;		/* enum peer_kind */
	uint8_t		peer[GROUP_LEN];
	size_t		key_len, label_len;
	uint8_t		key[PEER_KEY_MAX];
	uint8_t		label[PEER_LABEL_MAX];
};

struct provider {		/* an identity provider, under one of its keys: statement/provider.h */
	uint8_t		id[32];
	size_t		body_len;
	uint8_t		body[PROVIDER_BODY_MAX];
};

struct proposal {
	uint8_t		id[32];
	uint16_t	purpose;
	uint8_t		subject[ID_LEN], body[32];
	uint64_t	expires;	/* 0: this place is free */
};

struct reserved {		/* a RESERVED whose OUTCOME has not been seen */
	uint64_t	sequence;	/* 0: free */
	uint8_t		d[32], key[ID_LEN];
	uint64_t	exp;
	uint64_t	position;
};

struct trade;

struct state {
	const struct trade *trade;
	uint8_t		group[GROUP_LEN];
	uint32_t	epoch;
	struct policy	policy;
	struct relying_party rp;	/* of passkeys that approve */
	uint8_t		log_key[91], attestation_key[91];
	uint8_t		kek[ID_LEN], hmac[ID_LEN];
	size_t		officers, anchors, peers, providers;
	struct officer	officer[OFFICERS_MAX];
	struct trust_anchor anchor[ANCHORS_MAX];
	struct peer	peer[PEERS_MAX];
	struct provider	provider[PROVIDERS_MAX];
	struct proposal	proposal[PROPOSALS_MAX];
	struct index	*index;
	struct answers	*answers;
	struct prints	*prints;	/* of the group's signing keys */
	struct reserved	*reserved;	/* RESERVED_OPEN_MAX places */
	size_t		 reserved_open;
	struct open_sessions *sessions;	/* of one-time keys */
	uint64_t	 signed_count, refused_count;
	uint64_t	 entries;	/* folded so far */
	uint64_t	 time;		/* of the last one */
	struct head	 head;		/* the last one signed; size 0: none */
	void		*own;		/* what only this trade folds; NULL: nothing */
};

struct state	*state_new(const struct trade *, struct err *) MUST_USE;	/* yours */
void		 state_free(struct state *);
AUTO_FREE(state)

/* Folds one entry that lies at `position` of the log. The law: unknown or impossible is an error. */
bool	fold_apply(struct state *, const struct entry *, struct span bytes, uint64_t position,
	    struct err *) MUST_USE;

const struct officer	  *state_officer(const struct state *, const uint8_t id[ID_LEN]);
/* SHA-256(spki || issuer || profile) */
void		 anchor_id(const struct body_add_anchor *, uint8_t id[32]);
const struct trust_anchor *state_anchor(const struct state *, const uint8_t id[32]);
struct proposal		  *state_proposal(struct state *, const uint8_t id[32]);
/* Is this public key an officer's? EN 419 241-1 SRG_M.1.5 */
bool			   state_is_officer_key(const struct state *, struct span spki);

/* The fold as bytes, for the snapshot, and back. */
void		 state_write(struct writer *, const struct state *);
struct state	*state_read(const struct trade *, struct span, struct err *) MUST_USE; /* yours */
bool		 state_equal(const struct state *, const struct state *);

#endif
