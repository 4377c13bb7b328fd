/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Identity providers as security officers approve them: issuer, client, key with its one algorithm,
 * and how much of an approval its token is. The state keeps these very bytes. PROTOCOL.sam 1.3
 */
#ifndef STATEMENT_PROVIDER_H
#define STATEMENT_PROVIDER_H

#include "base/err.h"
#include "base/reader.h"
#include "base/writer.h"

#define PROVIDER_BODY_MAX	2400
#define PROVIDER_ACRS_MAX	8
#define PROVIDER_KEY_MAX	552	/* RSA-4096 */
#define SUBJECT_MAX		255	/* bytes of sub */
#define PROVIDER_TOKEN_LIFE	3600	/* s: exp - iat of a token, and max_age, at most */

enum provider_alg { PROVIDER_ES256 = 1, PROVIDER_ES384, PROVIDER_RS256, PROVIDER_PS256,
	PROVIDER_EDDSA };

struct provider_acr {
	struct span	acr;
	uint8_t		level;
};

struct body_add_provider {
	struct span	issuer, client;		/* client: for activation, never for login */
	uint8_t		alg;			/* enum provider_alg */
	struct span	key;			/* spki */
	size_t		acrs;
	struct provider_acr acr[PROVIDER_ACRS_MAX];
	struct span	transaction;		/* claim that is base64url(d) as the provider showed what
						 * is signed; empty: it shows nothing */
	uint8_t		assurance;		/* of its key, as declared: 0 none */
	uint32_t	max_age;		/* s, of iat */
	struct span	basis, label;
};

/* The body of ADD_PROVIDER alone, as the state keeps it. */
bool	provider_read(struct span body, struct body_add_provider *, struct err *) MUST_USE;
void	provider_write(struct writer *, const struct body_add_provider *);
/* SHA-256("propria-provider-v1" 0 || issuer v8 || client v8 || alg || key v16) */
void	provider_id(const struct body_add_provider *, uint8_t id[32]);

#endif
