/* SPDX-License-Identifier: Apache-2.0 */
/* The bare loop of one-time keys: what the module must do for one, through the worker's functions. */
#ifndef BENCH_BARE_ONCE_H
#define BENCH_BARE_ONCE_H

#include "crypto/alg.h"
#include "hsm/stock.h"

/*
 * Generates a key, signs a request for a certificate and a digest, verifies both in software,
 * destroys the key. Session objects, as the worker has them.
 */
bool	bare_once(struct token *, struct stock *, const struct alg *, uint64_t count, struct err *)
	    MUST_USE;

#endif
