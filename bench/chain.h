/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Work that takes several requests on one connection, each made from the answer before: a signature
 * by OAuth's code flow, with a device key in place of browser and passkey; and a login.
 */
#ifndef BENCH_CHAIN_H
#define BENCH_CHAIN_H

#include "conn.h"
#include "request.h"

enum chain_step { AUTHORIZE, LOOK, ANSWER, CONTINUE, REDEEM, USE, TOKEN };

struct chain {
	enum chain_step	step;
	char		ticket[64], verifier[48], token[64];
};

/* Each signer gets a login and a session in a browser of its own; before anything is measured. */
bool	chain_sessions(struct bench_signer *, size_t n, const char *endpoint, const char *certificate,
	    struct err *) MUST_USE;
/* The first request. */
bool	chain_begin(struct chain *, struct writer *out, const struct request_site *, const struct job *,
	    struct err *) MUST_USE;
/* The next one; *done: body is the last answer. `head` is the answer's. */
bool	chain_next(struct chain *, struct writer *out, const struct request_site *, const struct job *,
	    unsigned status, struct span head, struct span body, bool *done, struct err *) MUST_USE;

#endif
