/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One token of one PKCS#11 module, with one session. For one thread. Whoever uses a module in a
 * process with other duties should leave by _exit: vendor libraries have exit handlers.
 */
#ifndef HSM_TOKEN_H
#define HSM_TOKEN_H

#include "base/err.h"
#include "base/span.h"

#define PIN_MAX		255

struct token;

/* Loads the module, finds the token by its label, opens a session. Not logged in yet. */
struct token	*token_open(const char *module, const char *label, struct err *) MUST_USE; /* yours */
void		 token_free(struct token *);	/* logs out, closes; NULL is fine */

AUTO_FREE(token)

/* A wrong PIN is ERR_DENIED and never tried again here: tokens lock after a few. */
bool	token_login(struct token *, struct span pin, struct err *) MUST_USE;
bool	token_login_officer(struct token *, struct span pin, struct err *) MUST_USE;
bool	token_logout(struct token *, struct err *) MUST_USE;
/* After a loss: finds the token again, opens a new session, logs in once. All handles are stale. */
bool	token_reopen(struct token *, struct span pin, struct err *) MUST_USE;
/* After a failure at start: was it a passing one, and a new look may help? Says yes a few times
 * only, and then the token is open as after token_open: not logged in, all handles stale. */
bool	token_look_again(struct token *, const struct err *why) MUST_USE;
/* A new session in place of the old, which takes its session objects along. Login stays. */
bool	token_renew(struct token *, struct err *) MUST_USE;

const char *token_library(const struct token *);	/* lent */
const char *token_label(const struct token *);
const char *token_serial(const struct token *);

bool	token_random(struct token *, uint8_t *out, size_t n, struct err *) MUST_USE;

#endif
