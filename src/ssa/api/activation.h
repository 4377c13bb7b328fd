/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a signer approved: the package (statement and evidences), and the activation that the SAM
 * made of it. A SAD is the SSA's name for an activation, never authority.
 */
#ifndef SSA_API_ACTIVATION_H
#define SSA_API_ACTIVATION_H

#include "ssa/api/call.h"
#include "statement/evidence.h"
#include "wire/activate.h"

struct package {
	struct span	statement, evidences;		/* lent */
	uint8_t		authenticator[16];		/* of the first evidence */
	uint8_t		d[HASH_LEN];
};

struct activation {
	struct cached	of;			/* named by SHA-256 of the SAD */
	uint8_t		id[16], account[16], requester[16], key[16], d[HASH_LEN];
	uint64_t	expires;
	struct parallel	*counted;		/* where it counts as under way, until it is used up or gone */
	bool		window;			/* of a SCAL1 key: in memory only, d is not a statement's */
	bool		once;			/* of a one-time key */
	uint8_t		kind;			/* enum item_kind: what the digests are of */
	bool		entrusted;		/* a window that the person allowed: its own token is its login */
	uint8_t		session[16];		/* of any other window: only with this login's token */
	size_t		listed;			/* digests that are known: n, or fewer of a window */
	const struct alg *alg;
	size_t		n;
	bool		*used;			/* n: sent to the SAM, or spent */
	uint8_t		*digests;		/* n x digest_len */
};

bool	package_read(struct span bytes, struct package *) MUST_USE;
/* The activation that this SIGN or SIGN_ONCE will become; yours (cached_release). NULL: neither. */
struct activation *activation_of(struct span statement, const uint8_t d[HASH_LEN]) MUST_USE;
/* One that a window will become: for n signatures, of these digests, or of none yet. Yours. */
struct activation *activation_window(const uint8_t key[16], const uint8_t account[16],
	    const struct alg *, size_t n, const uint8_t *digests, size_t n_digests) MUST_USE;
/* Gives those of n digests that a window has no place for one each. False: there is none left, or
 * the digests were fixed. */
bool	activation_list(struct activation *, const uint8_t *digests, size_t n) MUST_USE;
/* By its SAD: from memory, or the store. Yours; NULL: unknown, or of another account or client. */
struct activation *activation_find(struct ssa *, struct span sad, const uint8_t account[16],
	    const uint8_t requester[16]) MUST_USE;
/* Keeps it under a new name, for this client alone. */
void	activation_keep(struct ssa *, struct activation *, const uint8_t requester[16],
	    char sad[TOKEN_LETTERS + 1]);
/* The same under a name that is there already: SHA-256 of a token of scope credential. */
void	activation_keep_as(struct ssa *, struct activation *, const uint8_t requester[16],
	    const uint8_t handle[HASH_LEN]);
/* It is under way no longer. Also when it is freed. */
void	activation_uncount(struct activation *);
void	activation_release(struct activation *);
static inline void
activation_auto(struct activation **a)
{
	activation_release(*a);
}

/*
 * Finds an index for each of n digests: the lowest unused one of that digest, else the lowest used
 * one. False when one is not in the list (any more). *used: how many came from used ones.
 */
bool	activation_map(const struct activation *, const uint8_t *digests, size_t n, uint32_t *index,
	    size_t *used) MUST_USE;

void	approval_keep(struct ssa *, const struct package *, const uint8_t signer[16]);
/* a: of a window, whose digests no statement lists; else NULL. */
void	use_keep(struct ssa *, const uint8_t d[HASH_LEN], const struct activation *a,
	    const struct msg_results *);

#endif
