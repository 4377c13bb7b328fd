/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The authentication module that this server carries messages to: its connection, its genesis, and
 * whom of it a signer's authenticators name. Factors pass sealed; what they are is not ours to read.
 */
#ifndef SSA_MODULE_H
#define SSA_MODULE_H

#include "json/emit.h"
#include "ssa/ssa.h"

struct module_link {		/* authenticators of a signer that are persons of our module */
	size_t	n;
	uint8_t	person[16];	/* the latest */
};

/* Nothing where the configuration names none. */
bool	module_open(struct module *, const struct config *, struct err *) MUST_USE;
void	module_stop(struct module *);		/* as sam_stop */
void	module_close(struct module *);
bool	module_links(struct ssa *, const uint8_t account[16], struct module_link *, struct err *) MUST_USE;
/* Of the attestation in a BIND or ADD_AUTHENTICATOR: one of our module's persons? */
bool	module_is_link(const struct module *, struct span attestation);
/* The person's sealed record as far as we have it, else empty; lent until the store is asked again. */
struct span module_record(struct ssa *, const uint8_t person[16]);
/* Keeps it; the module has it too, so that a failure is only logged. */
void	module_record_keep(struct ssa *, const uint8_t person[16], struct span record);

/* What a page needs to know to ask an authenticator: of a passkey its credential, of others whom. */
struct ways {			/* for a walk over authenticators */
	const struct ssa	*ssa;
	struct emit		*m;
};
void	module_way_write(const struct ways *, const struct authenticator_row *);
/* The authenticator that a key's uses must have, if there is one. */
void	module_with_write(struct emit *, const struct key_row *);

#endif
