/* SPDX-License-Identifier: Apache-2.0 */
/* The keys that an identity provider publishes (OpenID Connect Discovery 1.0, RFC 7517): asked for
 * so that officers can approve them, never believed by themselves. */
#ifndef CLI_PROVIDER_KEYS_H
#define CLI_PROVIDER_KEYS_H

#include <jansson.h>

#include "cli/public_key.h"
#include "wire/status.h"

#define PUBLISHED_MAX	32

struct published_key {
	uint8_t	alg;			/* enum provider_alg; 0: the key fits several and names none */
	uint8_t	spki[PUBLIC_KEY_MAX];
	size_t	spki_n;
	char	kid[80];		/* "" where there is none that can be shown */
};
struct published_keys {
	size_t			n, skipped;	/* skipped: not for signatures, or of no kind of ours */
	struct published_key	list[PUBLISHED_MAX];
};

/* Discovery, then its key set. cacert may be NULL. */
bool	provider_keys_fetch(const char *issuer, const char *cacert, struct published_keys *,
	    struct err *) MUST_USE;
/* Which of the roster's providers has this key for this issuer, and client unless NULL. */
const struct roster_provider *provider_trusting(const struct msg_roster *, struct span issuer,
	    const char *client, const struct published_key *);

/* The parts that need no network, for the above and for tests. */
bool	provider_discovery_read(struct span json, const char *issuer, char jwks[1024], struct err *)
	    MUST_USE;
bool	provider_keys_read(struct span json, struct published_keys *, struct err *) MUST_USE;

#endif
