/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One act as its parts: statement, approvals, sealed records. Good as it is made; a test breaks
 * what it wants to see refused, before or after the approval. Officers' acts and signers' alike.
 */
#ifndef SIC_ACT_H
#define SIC_ACT_H

#include "tests/sic/group.h"
#include "wire/enact.h"

#define ACT_DIGESTS	16

struct act {
	struct group	*group;
	struct statement st;
	uint8_t		digest[ACT_DIGESTS][48];
	uint8_t		d[HASH_LEN];
	uint8_t		sig[EVIDENCES_MAX][APPROVAL_LEN];
	uint8_t		passkey[EVIDENCES_MAX][3600], client[2048], attestation[8192];
	size_t		sigs;
	struct evidences ev;
	struct writer	statement, evidences;	/* bytes, once written */
	struct span	signer_record, key_record;
	size_t		n;			/* indexes of an ACTIVATE */
	uint32_t	index[ACT_DIGESTS];
};

struct act *act_new(struct group *, uint16_t purpose);	/* group, epoch, iat and exp are set */
void	act_free(struct act *);
/* PROPOSE of the body as it is now; the reason, as ask(). */
const char *act_propose(struct act *);
/* CHALLENGE for the statement's subject and purpose. */
const char *act_challenge(struct act *);
/* Writes the statement and its digest; approvals before it are forgotten. */
void	act_write(struct act *);
/* Evidence by a key; id NULL is the zero id. */
void	act_approve(struct act *, const uint8_t *id, const struct device *);
void	act_approve_by(struct act *, const struct officer_hand *);	/* act_approve by an officer */
void	act_approve_code(struct act *, const uint8_t code[CODE_LEN]);
void	act_evidence(struct act *, uint8_t type, const uint8_t *id, const uint8_t sig[APPROVAL_LEN]);
/* The evidences as bytes; done by the senders where it was not. */
void	act_write_evidences(struct act *);

/* ENACT: what was made. The sealed records are copied into the writers, if given. */
const char *act_enact(struct act *, int fd, struct msg_enacted *, struct writer *first,
	    struct writer *second);
struct activated {
	uint8_t		id[ID_LEN];
	size_t		n;			/* results */
	uint8_t		status[ACT_DIGESTS];
	uint8_t		signature[ACT_DIGESTS][64];
	uint64_t	place, signing;
	size_t		signed_;		/* results that carry a signature */
};
const char *act_activate(struct act *, int fd, struct activated *);
/* Digests are the statement's, unless given. */
const char *act_use(struct act *, int fd, const uint8_t activation[ID_LEN], const uint32_t *index,
	    size_t n, const struct span *digests, struct activated *);
/* Any request that is answered by results. */
const char *ask_results(int fd, uint8_t type, struct span payload, struct activated *);
const char *act_outcome(struct act *, int fd, const uint32_t *index, size_t n, struct activated *);

#endif
