/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Certificates in the background: a thread for each CA certifies, revokes and asks for status, so that
 * a CA that hangs holds up nothing else; one more freezes the keys of certificates that somebody says
 * are revoked. All that is to be done is in the store, and goes on after a restart.
 */
#ifndef SSA_ISSUE_ISSUER_H
#define SSA_ISSUE_ISSUER_H

#include "ssa/http/server.h"
#include "ssa/ssa.h"

struct issuer;

/* Reads every CA's keys and certificates. http: whose lock guards store and vault. */
struct issuer	*issuer_start(struct ssa *, struct http *, struct err *) MUST_USE;
void		 issuer_halt(struct issuer *);	/* whatever waits ends soon; NULL is fine */
void		 issuer_free(struct issuer *);	/* halts, waits for the threads; NULL is fine */

/*
 * For handlers, on the HTTP thread; durable when they return. Nothing where the key's profile has no
 * CA with method cmp.
 */
bool	issuer_certify(struct ssa *, const struct key_row *, struct err *) MUST_USE;
bool	issuer_revoke(struct ssa *, const struct key_row *, struct err *) MUST_USE;
/* The request and the attestation of a key that was certified by itself: lent until the next call. */
bool	issuer_paper(struct ssa *, const uint8_t key[16], struct span *csr, struct span *attestation);
/* The CA of a key; NULL: none. */
const struct ca_config *issuer_ca(const struct ssa *, const uint8_t profile[16]);

/* Before signing: false when the status is older than the configuration allows. */
bool	issuer_status_is_young(struct ssa *, const struct key *, uint64_t now);
/* Asks the CA now; done is called on a thread of ours, once, true when there is an answer. */
struct status_wish {
	void		(*done)(struct status_wish *);
	uint8_t		 key[16];
	bool		 ok;
	struct status_wish *later;
};
bool	issuer_status_ask(struct ssa *, struct status_wish *);	/* false: not called, cannot be */

#endif
