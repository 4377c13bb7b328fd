/* SPDX-License-Identifier: Apache-2.0 */
/* Public keys of others, as they hand them out: PEM, DER, or JSON Web Keys. */
#ifndef CLI_PUBLIC_KEY_H
#define CLI_PUBLIC_KEY_H

#include <jansson.h>

#include "base/err.h"
#include "base/writer.h"

#define PUBLIC_KEY_MAX	1024		/* of a DER SubjectPublicKeyInfo */

/* Appends the SubjectPublicKeyInfo. */
bool	public_key_from_file(const char *path, struct writer *spki, struct err *) MUST_USE;
bool	public_key_from_jwk(const json_t *, struct writer *spki, struct err *) MUST_USE;
/* The one algorithm that such a key can have: ES256, ES384, EdDSA; NULL: RSA, or none of ours. */
const char *public_key_algorithm(struct span spki);
bool	public_key_is_rsa(struct span spki);

#endif
