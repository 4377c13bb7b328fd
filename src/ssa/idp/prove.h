/* SPDX-License-Identifier: Apache-2.0 */
/* How we prove to a provider who we are: a client's secret by Basic, or private_key_jwt (RFC 7523) with P-256. */
#ifndef SSA_IDP_PROVE_H
#define SSA_IDP_PROVE_H

#include "base/err.h"
#include "base/writer.h"

struct prove;

/* One of the files is "": the first line of secret_file, or the PEM of key_file. Yours. */
struct prove	*prove_open(const char *client_id, const char *secret_file, const char *key_file, struct err *)
		    MUST_USE;
void		 prove_free(struct prove *);	/* wipes; NULL is fine */
/*
 * Adds client_id, and what proves it, to a form; or writes the Authorization line, ended by a zero. Only one issuer takes
 * the assertion: a provider cannot use it at another.
 */
bool		 prove_write(const struct prove *, const char *issuer, uint64_t now_ms, struct writer *form,
		    struct writer *authorization, struct err *) MUST_USE;
/* name=value, percent-encoded, with & before it unless it is the first. */
void		 form_add(struct writer *form, const char *name, struct span value);

AUTO_FREE(prove)

#endif
