/* SPDX-License-Identifier: Apache-2.0 */
/* The two requests of a signature by a one-time key: challenge, then signDoc with the approval. */
#ifndef BENCH_ONCE_H
#define BENCH_ONCE_H

#include "request.h"

void	once_ask(struct writer *, const struct request_site *, const struct job *);
/* From the answer to the above: the statement, its approval, and the request of the signature. */
bool	once_request_sign(struct writer *, const struct request_site *, const struct job *,
	    struct span offer, struct err *) MUST_USE;
/* Is a signature file there? With `verify`, it signs what was approved, by its certificate's key. */
bool	once_holds(const struct job *, struct span answer, bool verify, struct err *) MUST_USE;
/* Microseconds by the SSA's account, in the steps that it knows; the others stay. */
void	once_steps(struct span head, double us[STEPS]);

#endif
