/* SPDX-License-Identifier: Apache-2.0 */
/* A key as CSC describes it (csc-api 9.1, 9.2), and what may be asked of it (10.1). */
#ifndef SSA_API_CREDENTIAL_H
#define SSA_API_CREDENTIAL_H

#include "ssa/api/call.h"

enum key_state { KEY_NEW = 1, KEY_REQUESTED, KEY_ACTIVE, KEY_SUSPENDED, KEY_DESTROYED };

struct credential_wish {
	bool		single, chain;		/* certificates */
	bool		cert_info, auth_info;
};

/* The members of a credential, as the version of the call has them. */
void	credential_write(const struct call *, struct emit *, const struct key *,
	    const struct credential_wish *);
/*
 * The key of credentialID as info and list show it: the caller's own, or a one-time key of the caller
 * whose certificate is there; then *held says so (else NULL). Held, release it. NULL: answered.
 */
struct held;
struct key *credential_find(struct call *, const struct held **) MUST_USE;
/* Reads certificates, certInfo, authInfo, lang, userID, clientData; false: it has answered. */
bool	credential_wish_read(struct call *, struct credential_wish *) MUST_USE;
bool	credential_is_enabled(const struct key *, uint64_t now);

/* A hash algorithm and a signature algorithm, both by the key's one. NULL, or CSC's description. */
const char *hash_algorithm_fault(const struct call *, const struct alg *, bool needed);
/* rsaEncryption or ecPublicKey, with which the hash must be named; NULL: none for this one. */
const char *algorithm_type_oid(const struct alg *);
const char *sign_algorithm_fault(const struct alg *, struct span sign_oid, enum json_got, struct span
	    params, bool *hash_needed);
/* What an array of hashes is called. */
static inline const char *
hashes_name(const struct call *c)
{
	return call_version(c) == 1 ? "hash" : "hashes";
}
/* Decodes an array of hashes; *digests is malloc'd, n x digest_len. NULL, or CSC's description. */
const char *hashes_read(const json_t *array, size_t n, const struct alg *, uint8_t **digests);

#endif
