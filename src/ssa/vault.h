/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signers and keys with their sealed records, in memory while they are in use: the hot path reads
 * no SQL. Every change goes to the store first, then out of the cache.
 */
#ifndef SSA_VAULT_H
#define SSA_VAULT_H

#include "crypto/alg.h"
#include "ssa/cache.h"
#include "store/store.h"

struct signer {			/* an account, with the signer record as far as we have it */
	struct cached	 of;
	uint8_t		 id[16];
	uint8_t		 state;
	uint32_t	 version;
	struct span	 login, record;
};
struct key {
	struct cached	 of;
	struct key_row	 row;		/* its spans live here */
	const struct alg *alg;
	uint64_t	 not_after;	/* of its certificate; 0: none */
	bool		 once;		/* in no store: it lives for one use */
	struct span	 record;
	uint8_t		*bytes;
};

struct vault;

struct vault	*vault_new(struct store *, size_t capacity);
void		 vault_free(struct vault *);
struct store	*vault_store(struct vault *);

/* Yours to release; NULL and ERR_MISSING when there is none. */
struct signer	*vault_signer(struct vault *, const uint8_t id[16], struct err *) MUST_USE;
struct key	*vault_key(struct vault *, const uint8_t id[16], struct err *) MUST_USE;
struct key	*vault_key_cached(struct vault *, const uint8_t id[16]) MUST_USE;	/* no SQL */
void		 signer_release(struct signer *);	/* NULL is fine */
struct key	*key_hold(struct key *);		/* another holder: release it, too */
void		 key_release(struct key *);

/* A one-time key: in no store, without a record; copies what the row lends. Yours to release. */
struct key	*vault_key_alone(const struct key_row *) MUST_USE;

/* Each is durable when it returns. Records must belong to `owner`. */
bool	vault_enrolled(struct vault *, const uint8_t id[16], struct span login,
	    const struct span *records, size_t n, struct err *) MUST_USE;
bool	vault_records(struct vault *, const uint8_t owner[16], const struct span *records, size_t n,
	    struct err *) MUST_USE;
bool	vault_signer_state(struct vault *, const uint8_t id[16], uint8_t state, uint32_t version,
	    struct span record, struct err *) MUST_USE;
/* The row, and with it perhaps a record (may be empty). */
bool	vault_key_put(struct vault *, const struct key_row *, const struct span *records, size_t n,
	    struct err *) MUST_USE;

static inline void
signer_auto(struct signer **s)
{
	signer_release(*s);
}
static inline void
key_auto(struct key **k)
{
	key_release(*k);
}

#endif
