/* SPDX-License-Identifier: Apache-2.0 */
/* The extensions of what a CA signs. */
#ifndef X509_EXTENSIONS_H
#define X509_EXTENSIONS_H

#include "x509/issue.h"

#define KEY_ID_LEN	20

struct nested {		/* the two levels every extension opens */
	size_t	sequence, octets;
};

struct nested	extension_begin(struct writer *, const char *oid, bool critical);
void		extension_end(struct writer *, struct nested);
/* RFC 7093 2, method 1: the first 160 bits of SHA-256 over the key's BIT STRING. */
bool		key_id(struct span spki, uint8_t out[KEY_ID_LEN]) MUST_USE;
void		put_authority_key_id(struct writer *, const uint8_t id[KEY_ID_LEN]);
/* All that a certificate gets, with their [3]. */
bool		extensions_write(struct writer *, const struct issue *) MUST_USE;

#endif
