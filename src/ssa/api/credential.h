/* SPDX-License-Identifier: Apache-2.0 */
/* A key as CSC describes it (csc-api 9.1, 9.2), and what may be asked of it (10.1). */
#ifndef SSA_API_CREDENTIAL_H
#define SSA_API_CREDENTIAL_H

#include "ssa/api/call.h"

enum key_state { KEY_NEW = 1, KEY_REQUESTED, KEY_ACTIVE, KEY_SUSPENDED, KEY_DESTROYED };

struct credential_wish {
	bool		single, chain;		/* certificates */
};

void	credential_write(struct emit *, const struct key *, const struct credential_wish *,
	    const struct config *, uint64_t now);
/* Reads certificates, certInfo, authInfo, lang, userID, clientData; false: it has answered. */
bool	credential_wish_read(struct call *, struct credential_wish *) MUST_USE;
bool	credential_is_enabled(const struct key *, uint64_t now);

/* A hash algorithm and a signature algorithm, both by the key's one. NULL, or CSC's description. */
const char *hash_algorithm_fault(const struct alg *, enum json_got, struct span hash_oid, bool needed);
const char *sign_algorithm_fault(const struct alg *, struct span sign_oid, enum json_got, struct span
	    params, bool *hash_needed);
/* Decodes an array of hashes; *digests is malloc'd, n x digest_len. NULL, or CSC's description. */
const char *hashes_read(const json_t *array, size_t n, const struct alg *, uint8_t **digests);

#endif
