/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One small group that is the same in every run: its people, keys, genesis, one statement of each
 * purpose with the evidences it needs. Unit tests, vectors and fuzz corpora are made of it.
 */
#ifndef TESTS_KIT_SAMPLES_H
#define TESTS_KIT_SAMPLES_H

#include "audit/genesis.h"
#include "statement/evidence.h"
#include "statement/grant.h"
#include "tests/unit/kit/soft_passkey.h"

#define SAMPLE_TIME	1735689600000	/* 2025-01-01T00:00:00Z */
#define SAMPLE_OFFICERS	5		/* three security officers, two registration officers */

/* "ada" "bob" "cyd" "dag" "eva": officers; "fay": a new one; "alice": device; "key", "log",
 * "attestation". */
const struct fixed_key *sample_key(const char *name);
void	sample_id(const char *name, uint8_t id[16]);		/* first half of SHA-256(name) */
struct span sample_name(void);					/* DER: C=SE, CN=Alice Example */
void	sample_code(uint8_t code[CODE_LEN]);
const uint8_t *sample_code_seed(void);				/* of that code in the sample group */

struct span sample_genesis(void);				/* lent for ever */
const uint8_t *sample_group(void);
/* "alice phone", ES256: what ADD_AUTHENTICATOR introduces. Its counter goes on. */
struct soft_passkey *sample_passkey(void);

extern const uint16_t sample_purposes[];
#define SAMPLE_PURPOSES	25	/* the first ones: of the SAM */
#define SAMPLE_ALL	32
#define SAMPLE_ORIGIN	"https://approve.example"
#define SAMPLE_SERVICE	"https://sign.example"
/* Spans in it live for ever. */
void	sample_statement(uint16_t purpose, struct statement *);
/* The same of other forms: authenticators of types 3 and 4, a key that is never used without one. */
void	sample_bind(uint8_t type, struct statement *);
void	sample_key_with(struct statement *);
/* Of "module" over d; its share, if any, is not one that opens. */
void	sample_grant(const uint8_t d[HASH_LEN], struct grant *, bool with_share);
/* The approvals which that purpose needs of d; spans live until the next call. */
void	sample_evidences(uint16_t purpose, const uint8_t d[HASH_LEN], struct evidences *);
/* One by one: `who` signs, under the id of that name (NULL: the zero id); or the code does. */
void	sample_approve(struct evidences *, const char *who, const char *id_of,
    const uint8_t d[HASH_LEN]);
void	sample_approve_with_passkey(struct evidences *, const char *id_of, const uint8_t d[HASH_LEN]);
void	sample_approve_with_code(struct evidences *, const uint8_t d[HASH_LEN]);

#endif
