/* SPDX-License-Identifier: Apache-2.0 */
/* What the module grants, found by trying: mechanism lists and attributes alone have lied before. */
#ifndef HSM_PROBE_H
#define HSM_PROBE_H

#include "hsm/keys.h"

#define PROBE_ALGS_MAX	16

struct probe {
	uint32_t	flags;		/* enum hsm_flag */
	size_t		n_algs;
	uint16_t	algs[PROBE_ALGS_MAX];	/* ascending */
};

/*
 * Tries each algorithm of `wanted` (P-256 is always tried) by generate, wrap, unwrap, sign, verify.
 * One that fails is left out and logged; without P-256 there is nothing to serve: an error.
 */
bool	probe_run(struct keys *, const uint16_t *wanted, size_t n, struct probe *, struct err *)
	    MUST_USE;

#endif
