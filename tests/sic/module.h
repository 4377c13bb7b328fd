/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An authentication module in software, and a dishonest one where a test wants it: its grant key,
 * its shares, sealed to the SAM that HEAD tells of. PROTOCOL.sam 2.5
 */
#ifndef SIC_MODULE_H
#define SIC_MODULE_H

#include "statement/grant.h"
#include "tests/sic/people.h"

struct module {
	uint8_t		id[GROUP_LEN];
	struct device	key;			/* with which it signs grants */
	uint8_t		secret[32];		/* from which its shares follow */
	uint8_t		transport[65];		/* the SAM's */
};

struct offer {			/* a grant before it is signed; the share before it is sealed */
	struct grant	g;
	uint8_t		key[ID_LEN];		/* whose share; zero: none */
	uint8_t		share[SHARE_LEN], sealed[SHARE_SEALED_LEN];
	uint8_t		sealed_for[32], sealed_group[32], sealed_module[32];	/* d, and the info's two */
	uint8_t		sealed_key[ID_LEN], sealed_to[65];
};

void	module_make(struct module *, const struct group *);	/* asks HEAD, checks its attestation */
void	module_free(struct module *);
/* ADD_PEER, REMOVE_PEER of this key, not yet proposed. */
struct act *act_of_peer(struct group *, const struct module *, uint16_t purpose);

/* What an honest module says of this act, which is written, for a key (NULL: none). */
void	module_offer(const struct module *, const struct act *, const uint8_t person[ID_LEN],
	    const uint8_t *key, struct offer *);
/* Seals and signs it: evidence under this id (NULL: zero). */
void	act_grant(struct act *, const uint8_t *id, const struct module *, struct offer *);
/* Both, honestly. */
void	act_approve_module(struct act *, const uint8_t *id, const struct module *,
	    const uint8_t person[ID_LEN], const uint8_t *key);
/* Type 3, by this person of this module: BIND or ADD_AUTHENTICATOR. `link` is lent. */
void	bind_with_module(struct act *, const struct module *, const uint8_t person[ID_LEN],
	    uint8_t link[MODULE_LINK_LEN]);

#endif
