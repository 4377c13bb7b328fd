/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Activations: what an approval, once checked, may still be used for. A handle, never authority:
 * it can only give signatures over the approved digests, each index once, and everything that may
 * have changed is asked again at each use. EN 419 241-1 SRA_SKM.2.1, SRA_SAP.2.4.
 */
#ifndef SAM_ACTIVATION_H
#define SAM_ACTIVATION_H

#include "crypto/alg.h"
#include "sam/state.h"
#include "statement/grant.h"
#include "statement/statement.h"

struct share {			/* of an authentication module: secret */
	size_t	n;		/* SHARE_LEN, or 0: the key has none */
	uint8_t	bytes[SHARE_LEN];
};

static inline struct span
share_span(const struct share *s)
{
	return span_of(s->bytes, s->n);
}

static inline void
share_wipe(struct share *s)
{
	explicit_bzero(s, sizeof(*s));
}
#define AUTO_SHARE __attribute__((cleanup(share_wipe))) struct share

struct activation {
	uint8_t		id[ID_LEN];
	uint8_t		d[32];
	uint8_t		signer[ID_LEN], key[ID_LEN], authenticator[ID_LEN];
	uint32_t	signer_version, key_version, epoch;
	uint64_t	exp;			/* wall clock */
	uint64_t	exp_life;		/* the same by the boot-time clock: no step of time extends it */
	uint64_t	not_before, not_after;	/* of the certificate */
	const struct alg *alg;
	uint8_t		spki[SPKI_MAX];
	uint32_t	key_epoch;		/* of the record: for the authorisation data */
	uint32_t	mech;
	size_t		wrapped_len;
	uint8_t		*wrapped;		/* still sealed; opened for each use */
	struct share	share;			/* without which it does not open */
	uint8_t		evidence[32];
	uint8_t		requester[ID_LEN];
	uint8_t		seen;
	uint8_t		kind;			/* of documents: DTBS/R are made at each use */
	uint16_t	attrs;
	uint8_t		cert[32];
	bool		window;			/* SCAL1, on the SSA's word: digests come with the uses */
	uint8_t		session[ID_LEN];	/* of a window */
	size_t		n;
	uint8_t		*digests;		/* n x alg->digest_len */
	uint8_t		*used;			/* n bytes, 1: reserved or burned */
	size_t		in_flight;		/* uses that hold this activation */
};

struct activations;

struct activations *activations_new(size_t most, struct err *) MUST_USE;	/* yours */
void		 activations_free(struct activations *);
/* A place for one; ERR_BUSY when all are taken by live ones. Lent: it stays while in flight or
 * unexpired. id is random and given by the caller. */
struct activation *activation_add(struct activations *, const uint8_t id[ID_LEN],
    const uint8_t d[32], size_t n, const struct alg *, struct span wrapped, uint64_t now_life,
    struct err *) MUST_USE;
struct activation *activation_find(struct activations *, const uint8_t id[ID_LEN]);
struct activation *activation_of(struct activations *, const uint8_t d[32]);
size_t		 activations_count(const struct activations *);
/* Closes those of a signer, or of a key, at once: frozen, destroyed, rebound, suspended. */
void		 activations_close(struct activations *, enum record_type, const uint8_t id[ID_LEN]);
/* Closes the window of this key and session, if one is open. */
void		 activations_close_window(struct activations *, const uint8_t key[ID_LEN],
		    const uint8_t session[ID_LEN]);
bool		 activation_is_closed(const struct activation *);
/* Does a use still hold a closed one of this signer or of this key? */
bool		 activations_closing(const struct activations *, const uint8_t signer[ID_LEN],
		    const uint8_t key[ID_LEN]);
/* Closes all windows of this session; how many that were. */
size_t		 activations_close_session(struct activations *, const uint8_t session[ID_LEN]);
/* Drops what is out of date. */
void		 activations_expire(struct activations *, uint64_t now_life);

/* Time, epoch, versions and states of signer and key, certificate: as they are now.
 * EN 419 241-1 SRC_SKS.1.4, DSC-4; catalogue 3.6 steps 6, 7, 9, 13 */
bool		 activation_still_holds(const struct activation *, const struct state *,
		    uint64_t now_wall, uint64_t now_life, struct err *) MUST_USE;
/* Index in the list, unused; and, where a digest is given, equal to the approved one; of a window:
 * as long as the algorithm says. */
bool		 activation_covers(const struct activation *, uint32_t index, struct span digest,
		    struct err *) MUST_USE;
/* What a window signs at this index, which activation_covers. */
void		 activation_fill(struct activation *, uint32_t index, struct span digest);
struct span	 activation_digest(const struct activation *, uint32_t index);

#endif
