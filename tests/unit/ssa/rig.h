/* SPDX-License-Identifier: Apache-2.0 */
/* The real propria-ssa over real TLS, with a fake SAM behind it, and one enrolled signer. */
#ifndef TESTS_RIG_H
#define TESTS_RIG_H

#include <curl/curl.h>

#include "json/json.h"
#include "tests/test.h"
#include "tests/unit/ssa/fake_sam.h"
#include "tests/unit/ssa/keys.h"

struct rig {
	char		folder[64], url[128];
	char		header[256];		/* one more of each request; may be empty */
	const char	*verb;			/* instead of GET or POST */
	char		more[512];		/* lines for [limits] */
	bool		with_module;		/* an authentication module, too: a fake, or */
	const char	*module_socket, *module_genesis;	/* a real one, with what a person has: */
	const char	*scal1_factors;		/* else a PIN */
	pid_t		pid;
	struct fake_sam	sam, module;
	CURL		*curl;
	EVP_PKEY	*tls, *login;
	uint8_t		signer[16], key[16];
	uint8_t		authenticator[16];	/* that REMOVE_AUTHENTICATOR names */
	char		signer_hex[33], key_hex[33];
	char		token[64];

	long		status;			/* of the last request */
	char		*body, *headers;
	size_t		body_n, headers_n;
	json_t		*json;
};

void	rig_start(struct rig *);		/* processes only */
void	rig_enrol(struct rig *);		/* signer, token */
void	rig_key(struct rig *);			/* key with certificate */
void	rig_stop(struct rig *);
void	rig_ssa_start(struct rig *);
int	rig_ssa_stop(struct rig *);		/* its exit status */
void	rig_path(struct rig *, const char *name, char path[128]);

/* body NULL: GET. Returns the status. token NULL: none. */
long	rig_ask(struct rig *, const char *path, const char *token, const char *type, const char *body);
long	rig_post(struct rig *, const char *path, const char *fmt, ...) PRINTF(3, 4);	/* JSON, with token */
const char *rig_text(struct rig *, const char *name);	/* of the last answer; "" */
bool	rig_said(struct rig *, long status, const char *error, const char *description);
long	rig_token(struct rig *, const char *header, const char *claims, const char *extra);
void	rig_claims(struct rig *, char claims[512], const char *jti);

/* A SIGN package over n digests (byte i everywhere in digest i, unless equal), base64url and base64. */
struct wish {
	const char	*subject_hex;
	uint16_t	alg;
	size_t		n;
	bool		equal;
};
void	rig_package(struct rig *, const struct wish *, struct writer *bytes);
void	rig_hashes(struct writer *json, size_t from, size_t n, bool equal);
void	rig_statement_act(struct rig *, uint16_t purpose, struct writer *statement_b64,
	    struct writer *evidence_b64);

#endif
