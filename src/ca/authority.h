/* SPDX-License-Identifier: Apache-2.0 */
/* The trial CA: two keys on a token of its own, a directory with certificates and the list. */
#ifndef CA_AUTHORITY_H
#define CA_AUTHORITY_H

#include "ca/journal.h"
#include "hsm/token_key.h"
#include "x509/crl.h"

#define ROOT_LABEL		"trial-ca root"
#define ISSUING_LABEL		"trial-ca issuing"
#define AUTHORITY_DAY_MS	((uint64_t)86400000)
#define AUTHORITY_EARLY_MS	60000	/* for clocks a little behind */

struct authority;

/* Refuses a token with objects of a propria group: a CA and a SAM must not share a module. */
bool	authority_token_fits(struct token *, struct err *) MUST_USE;
/* Makes both keys and their certificates: root.pem, issuing.pem, ca.pem (issuing, then root). */
bool	authority_init(struct token *, const char *dir, struct err *) MUST_USE;

/* Ready to issue: the key is found, the list read. The token must outlive it. */
struct authority *authority_open(struct token *, const char *dir, struct err *)
	    MUST_USE;	/* yours */
void	authority_free(struct authority *);

AUTO_FREE(authority)

struct journal	*authority_journal(struct authority *);			/* lent */
const char	*authority_dir(const struct authority *);		/* lent */
struct span	 authority_der(const struct authority *);		/* issuing certificate; lent */
const struct certificate *authority_certificate(const struct authority *);

/*
 * Issues what is wanted (issuer and its key are the authority's) and lists it, on disk, before it
 * is handed out. The word names the profile in the list. For any thread, not inside.
 */
bool	authority_issue(struct authority *, const struct issue *, const char *profile,
	    struct writer *der, struct err *) MUST_USE;
/* Signs a revocation list, issuer and its key filled in. For any thread, not inside. */
bool	authority_crl(struct authority *, const struct crl *, struct writer *der, struct err *)
	    MUST_USE;

/* The token, and crypto/hash.h, are for one thread at a time: the one that is inside. */
void	authority_enter(struct authority *);
void	authority_leave(struct authority *);

#endif
