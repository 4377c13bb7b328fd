/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Receipts: proof that one approval named one hash and that the SAM's log has its signature.
 * Checked with nothing but the receipt and the pinned group id. docs/api.md, Receipt
 */
#ifndef CLI_RECEIPT_H
#define CLI_RECEIPT_H

#include "audit/entry.h"
#include "audit/genesis.h"
#include "audit/tree.h"
#include "der/signed_attributes.h"
#include "statement/evidence.h"

#define RECEIPT_MAX	(1u * 1024 * 1024)
#define APPROVALS_MAX	2

struct receipt {			/* spans are lent from the bytes it was read from */
	struct span	genesis, statement, evidences;
	uint32_t	item;
	struct span	entry;
	uint64_t	size, place;
	struct span	proof;			/* n x 32 */
	struct head	head;
	size_t		approvals;		/* 1..2 */
	struct span	attestation[APPROVALS_MAX];	/* of each evidence's authenticator, in their order */
};

struct attested {			/* what = 2 */
	uint8_t		group[HASH_LEN], signer[16], authenticator[16];
	struct span	spki;			/* empty: an authentication module's, or a provider's */
	uint8_t		loa, protection;
	uint64_t	enrolled, time;
};

struct receipt_facts {
	struct genesis		genesis;
	uint8_t			group[HASH_LEN], d[HASH_LEN];
	struct statement	statement;
	struct item		item;
	uint64_t		signing;	/* ms, of kinds 2 and 3; else 0 */
	uint8_t			dtbsr[DIGEST_MAX];	/* what was signed for the item; as long as alg says */
	struct span		signature;	/* raw, by the signing key */
	uint64_t		sequence, time;	/* of the log entry */
	size_t			approvals;	/* all that the SAM was given */
	struct attested		attested[APPROVALS_MAX];
	struct head		head;
};

bool	receipt_read(struct span, struct receipt *, struct err *) MUST_USE;
void	receipt_write(struct writer *, const struct receipt *);
/*
 * Everything that can be checked offline. group: the pin; NULL takes the receipt's own, which
 * proves nothing about whose group it is. The error names what does not hold.
 */
bool	receipt_check(const struct receipt *, const uint8_t *group, struct receipt_facts *,
	    struct err *) MUST_USE;

/* An attestation by the group's attestation key (PROTOCOL.sam 4.8). */
bool	attestation_signer_read(struct span, struct span attest_spki, struct attested *, struct err *)
	    MUST_USE;
struct attested_key {			/* what = 1 */
	uint8_t		group[HASH_LEN], key[16], signer[16], spki[HASH_LEN];
	uint16_t	alg;
	uint8_t		class, level;
	uint64_t	time;
};
bool	attestation_key_read(struct span, struct span attest_spki, struct attested_key *, struct err *)
	    MUST_USE;

#endif
