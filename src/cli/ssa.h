/* SPDX-License-Identifier: Apache-2.0 */
/* The server: calls of docs/api.md in JSON, login by a key of its own, refusals as sentences. */
#ifndef CLI_SSA_H
#define CLI_SSA_H

#include <jansson.h>

#include "cli/http.h"
#include "cli/key.h"

static inline void
json_auto(json_t **j)
{
	json_decref(*j);
}
#define AUTO_JSON __attribute__((cleanup(json_auto))) json_t

struct ssa {
	struct http	*http;
	char		*token;		/* NULL before ssa_login */
};

bool	 ssa_open(struct ssa *, const char *server, const char *cacert, struct err *) MUST_USE;
void	 ssa_close(struct ssa *);
#define AUTO_SSA __attribute__((cleanup(ssa_close))) struct ssa

/* client_credentials with private_key_jwt. */
bool	 ssa_login(struct ssa *, const uint8_t signer[16], struct key *login, struct err *) MUST_USE;
/* The answer's object, yours. ssa_post takes the body; NULL body: GET. */
json_t	*ssa_get(struct ssa *, const char *path, struct err *) MUST_USE;
json_t	*ssa_post(struct ssa *, const char *path, json_t *body, struct err *) MUST_USE;
/* The same, and asked again for a few seconds where the server is away: for packages, which the SAM
 * enacts once and answers as often as they come. */
json_t	*ssa_post_again(struct ssa *, const char *path, json_t *body, struct err *) MUST_USE;

/* The parts that need no network, for the above and for tests. */
json_t	*ssa_answer_read(long status, struct span body, struct err *) MUST_USE;	/* yours */
/* A JWT for that audience: ES256, two minutes, an id of its own. Yours: free(). */
char	*ssa_assertion(const char *client, const char *audience, uint64_t now_ms, struct key *,
	    struct err *) MUST_USE;
json_t	*ssa_login_jwk(const struct key *);		/* yours */

/* Members of an answer; an absent or odd one is an error that blames the server. */
bool	 ssa_text(const json_t *, const char *name, const char **, struct err *) MUST_USE;	/* lent */
bool	 ssa_number(const json_t *, const char *name, uint64_t max, uint64_t *, struct err *) MUST_USE;
bool	 ssa_hex(const json_t *, const char *name, uint8_t *, size_t n, struct err *) MUST_USE;
bool	 ssa_base64(const json_t *, const char *name, struct writer *, struct err *) MUST_USE;
bool	 ssa_base64url(const json_t *, const char *name, struct writer *, struct err *) MUST_USE;
/* Sets a member to base64 of the bytes. */
void	 ssa_put_base64(json_t *, const char *name, struct span);

#endif
