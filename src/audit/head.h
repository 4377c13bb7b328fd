/* SPDX-License-Identifier: Apache-2.0 */
/* Signed heads of the log. PROTOCOL.sam 5.3 */
#ifndef AUDIT_HEAD_H
#define AUDIT_HEAD_H

#include "base/fields.h"
#include "crypto/hash.h"

#define HEAD_SIGNATURE	64
#define HEAD_LEN	(4 + 8 + 32 + 8 + 64)		/* as in wire/status.h */

struct head {
	uint32_t	epoch;
	uint64_t	size;
	uint8_t		root[HASH_LEN];
	uint64_t	time;
	uint8_t		signature[HEAD_SIGNATURE];
};

extern const struct field head_fields[];
bool	head_read(struct reader *, struct head *);
void	head_write(struct writer *, const struct head *);
/* What HSM_SIGN_HEAD signs: SHA-256 over "propria-head-v1" 0 || group || epoch || ... || time. */
void	head_digest(const struct head *, const uint8_t group[HASH_LEN], uint8_t out[HASH_LEN]);
/* Under the log key of that group (P-256 spki, from its genesis). */
bool	head_verify(const struct head *, const uint8_t group[HASH_LEN], struct span log_spki,
	    struct err *) MUST_USE;

#endif
