/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Grant: what an authentication module says of a person who gave his factors for one statement, and
 * the share of the statement's key. Evidence of type 3. PROTOCOL.sam 2.5
 */
#ifndef STATEMENT_GRANT_H
#define STATEMENT_GRANT_H

#include "base/err.h"
#include "base/reader.h"
#include "base/writer.h"
#include "crypto/hash.h"

#define GRANT_SIGNATURE_LEN	64
#define SHARE_LEN		32
#define SHARE_SEALED_LEN	113	/* HPKE: point 65, box, tag 16 */
#define GRANT_MAX		(4 + 32 + 32 + 32 + 16 + 16 + 2 + 1 + 8 + 2 + SHARE_SEALED_LEN + GRANT_SIGNATURE_LEN)
#define SHARE_INFO_LEN		(16 + 32 + 32)
#define SHARE_AAD_LEN		(32 + 16)

enum factor { FACTOR_PIN = 1 << 0, FACTOR_TOTP = 1 << 1 };

struct grant {
	uint8_t		group[32];	/* of the SAM that it is for */
	uint8_t		module[32];	/* group id of the authentication module */
	uint8_t		d[32];
	uint8_t		signer[16], person[16];
	uint16_t	factors;	/* enum factor */
	uint8_t		level;		/* 2 if both, else 1 */
	uint64_t	time;
	struct span	share;		/* SHARE_SEALED_LEN bytes, or empty */
	uint8_t		signature[GRANT_SIGNATURE_LEN];
};

/* The share is lent. Says nothing of the signature. */
bool	grant_read(struct span, struct grant *, struct err *) MUST_USE;
void	grant_write(struct writer *, const struct grant *);
/* What the grant key signs: the digest, for ECDSA, of a grant's bytes; their signature's are of no
 * account. False: too short to be one. */
bool	grant_digest(struct span grant, uint8_t digest[HASH_LEN]) MUST_USE;
/* Zeros in the place of the share, for the log: there it would wait for whoever gets the store root.
 * What is no grant stays. */
void	grant_blank(uint8_t *grant, size_t n);
/* Under this P-256 spki. */
bool	grant_verify(struct span grant, struct span spki) MUST_USE;

/* HPKE's info and associated data, with which a share is sealed to the SAM's transport key. */
void	share_info(const uint8_t group[32], const uint8_t module[32], uint8_t info[SHARE_INFO_LEN]);
void	share_aad(const uint8_t d[32], const uint8_t key[16], uint8_t aad[SHARE_AAD_LEN]);

#endif
