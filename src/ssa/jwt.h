/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Client assertions (RFC 7523): a compact JWS whose algorithm is the configured key's and nothing
 * else. The signature is verified before a claim is believed.
 */
#ifndef SSA_JWT_H
#define SSA_JWT_H

#include "base/err.h"
#include "base/span.h"

#define CLIENT_ASSERTION_MAX		4096
#define ASSERTION_LIFE_S	300
#define CLOCK_SKEW_S		60

struct client_assertion {
	int64_t		exp;		/* seconds since 1970 */
	uint8_t		jti[32];	/* SHA-256 of client id and jti */
};

/* spki: P-256. `audience`: any of these texts. ERR_FORMAT, ERR_DENIED with what is wrong. */
bool	client_assertion_verify(struct span jws, struct span spki, struct span client,
	    const char *const *audience, size_t n, uint64_t now_ms, struct client_assertion *, struct err *)
	    MUST_USE;

struct account_token {		/* csc-api 8.2: whose login a client wants */
	uint8_t		account[16], jti[32];
	int64_t		iat;
};

/* key: SHA-256 of the client's secret, with which HS256 is made. The same errors. */
bool	account_token_verify(struct span jws, const uint8_t key[32], struct span client, uint64_t now_ms,
	    struct account_token *, struct err *) MUST_USE;
/* A public JWK (RFC 7517) with kty EC, crv P-256, x, y. */
struct json_t;
bool	jwk_read(const struct json_t *, uint8_t spki[91], struct err *) MUST_USE;

#endif
