/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The authentication module behind the server. Factors are sealed here, to a key that the module's own
 * genesis vouches for, and to one statement: the server carries what it cannot read. PROTOCOL.sam 9
 */
#ifndef CLI_MODULE_H
#define CLI_MODULE_H

#include "base/secret.h"
#include "cli/attestation.h"
#include "cli/sic.h"
#include "wire/auth.h"

struct factors_given {			/* lent; each may be empty */
	struct span	pin, code, new_pin, new_seed;
};

struct module {
	uint8_t		id[HASH_LEN], person[16];
	uint8_t		key[HPKE_POINT_LEN];		/* of this life of the module */
	uint64_t	life;				/* of a statement, ms, by its genesis */
};

/* GET module. The id is the profile's pin: a server that shows another module is refused. */
bool	module_open(struct module *, struct ssa *, const uint8_t id[HASH_LEN], const uint8_t person[16],
	    struct err *) MUST_USE;
/* bound: d of the statement, or what stands for it (statement_factors). */
bool	module_seal(const struct module *, const uint8_t bound[HASH_LEN], const struct factors_given *,
	    uint8_t out[SEALED_FACTORS_LEN], struct err *) MUST_USE;
/* A grant for this statement of the SAM's, appended. */
bool	module_grant(const struct module *, struct ssa *, const struct approved *,
	    const struct factors_given *, struct writer *grant, struct err *) MUST_USE;

/* The part of module_open that needs no network, for it and for tests. */
bool	module_take(struct module *, const json_t *answer, struct err *) MUST_USE;

#endif
