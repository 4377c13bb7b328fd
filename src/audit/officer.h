/* SPDX-License-Identifier: Apache-2.0 */
/* An officer's card: who, in which role, with which key, and the proof of having it. */
#ifndef AUDIT_OFFICER_H
#define AUDIT_OFFICER_H

#include "base/err.h"
#include "base/reader.h"
#include "base/writer.h"
#include "crypto/hash.h"

#define ID_LEN		16
#define OFFICER_PERSON_MAX	64
#define OFFICER_PROOF		64		/* of a device key */
#define OFFICER_PROOF_MAX	3600		/* of a passkey: an assertion */
#define OFFICER_SPKI_MAX	552
#define OFFICER_CARD_MAX	4500

enum role {			/* PROTOCOL.sam 0.3 */
	ROLE_SECURITY_OFFICER		= 1,
	ROLE_SYSTEM_ADMINISTRATOR	= 2,
	ROLE_SYSTEM_OPERATOR		= 3,
	ROLE_SYSTEM_AUDITOR		= 4,
	ROLE_REGISTRATION_OFFICER	= 5,
};

enum officer_type { OFFICER_DEVICE = 1, OFFICER_PASSKEY = 2 };	/* as evidence types */

struct officer_card {
	uint8_t		role, type;
	struct span	person;			/* 1..64, text */
	struct span	spki;			/* P-256, or a passkey's */
	struct span	proof;
};

/* role, type, person, spki, proof: the part that cards and genesis share; takes them off the
 * reader. */
bool	officer_read(struct reader *, struct officer_card *, struct err *) MUST_USE;
void	officer_write(struct writer *, const struct officer_card *);
/* A whole card: "PRO1", then the above. */
bool	officer_card_read(struct span, struct officer_card *, struct err *) MUST_USE;
void	officer_card_write(struct writer *, const struct officer_card *);
/* The digest of all but the proof: what a device key signs (ES256), and a passkey's challenge. */
void	officer_card_digest(const struct officer_card *, uint8_t out[HASH_LEN]);
/* Of a passkey's proof the page it was made on is not looked at: the SAM does so at ADD_OFFICER. */
bool	officer_proof_holds(const struct officer_card *, struct err *) MUST_USE;

#endif
