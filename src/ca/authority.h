/* SPDX-License-Identifier: Apache-2.0 */
/* The trial CA: two keys on a token of its own, three files in a directory. */
#ifndef CA_AUTHORITY_H
#define CA_AUTHORITY_H

#include "hsm/token_key.h"
#include "x509/issue.h"

#define ROOT_LABEL	"trial-ca root"
#define ISSUING_LABEL	"trial-ca issuing"

/* Refuses a token with objects of a propria group: a CA and a SAM must not share a module. */
bool	authority_token_fits(struct token *, struct err *) MUST_USE;
/* Makes both keys and their certificates: root.pem, issuing.pem, ca.pem (issuing, then root). */
bool	authority_init(struct token *, const char *dir, struct err *) MUST_USE;
/* Writes the certificate (DER) of this subject and key, by the issuing key of the directory. */
bool	authority_issue(struct token *, const char *dir, struct span subject, struct span spki,
	    unsigned days, const char *policy, struct writer *der, struct err *) MUST_USE;

#endif
