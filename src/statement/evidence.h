/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Evidence that somebody approved a statement: PROTOCOL.sam 2. One verifier for whoever it was;
 * which key counts is looked up by the caller, never taken from the evidence.
 */
#ifndef STATEMENT_EVIDENCE_H
#define STATEMENT_EVIDENCE_H

#include "statement/statement.h"

#define EVIDENCES_MAX		8
#define EVIDENCE_BODY_MAX	16384
#define EVIDENCES_BYTES_MAX	66000
#define APPROVAL_LEN		64	/* both kinds of signature */

enum evidence_type { EVIDENCE_DEVICE = 1, EVIDENCE_PASSKEY = 2, EVIDENCE_MODULE = 3,
	EVIDENCE_PROVIDER = 4, EVIDENCE_CODE = 5 };

struct evidence {
	uint8_t		type;
	uint8_t		id[16];
	struct span	body;
};

struct evidences {
	size_t		n;
	struct evidence	list[EVIDENCES_MAX];
};

bool	evidences_read(struct span, struct evidences *, struct err *) MUST_USE;	/* lends */
void	evidences_write(struct writer *, const struct evidences *);
/* Puts one in at its place. False when full or already there. */
bool	evidences_add(struct evidences *, uint8_t type, const uint8_t id[16],
    struct span body) MUST_USE;

/* key: spki of a device key (P-256), or the 32 bytes of a code's public key. Others are
 * false here: a passkey's needs the relying party (webauthn/assertion.h), a module's its group
 * (statement/grant.h). */
bool	evidence_verify(const struct evidence *, const uint8_t d[HASH_LEN], struct span key) MUST_USE;
/* What an ES256 key signs for d, already hashed: the digest to put into ECDSA. */
void	approval_digest(const uint8_t d[HASH_LEN], uint8_t digest[HASH_LEN]);

#define CODE_LEN	16
#define CODE_LETTERS	26
/* PROTOCOL.sam 1.4. code_seed gives the Ed25519 seed; the others convert to and from letters. */
void	code_seed(const uint8_t code[CODE_LEN], const uint8_t group[32], uint8_t seed[32]);
void	code_to_text(const uint8_t code[CODE_LEN], char text[CODE_LETTERS + 6]);	/* with hyphens */
bool	code_from_text(const char *text, uint8_t code[CODE_LEN], struct err *) MUST_USE;
void	code_sign(const uint8_t seed[32], const uint8_t d[HASH_LEN], uint8_t sig[APPROVAL_LEN]);

#endif
