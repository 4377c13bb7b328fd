/* SPDX-License-Identifier: Apache-2.0 */
/* PKCE: who has the code must also know what only the one who asked for it knows. */
#include "base/secret.h"
#include "crypto/hash.h"
#include "json/base64.h"
#include "ssa/oauth/pkce.h"

bool
pkce_challenge_fits(struct span challenge)
{
	uint8_t bytes[BASE64_ROOM(CHALLENGE_LETTERS)];
	struct writer w = writer_over(bytes, sizeof(bytes));

	return challenge.n == CHALLENGE_LETTERS && base64url_read(challenge, &w) && w.n == HASH_LEN;
}

/* RFC 7636 4.1: 43 to 128 unreserved characters. */
static bool
verifier_fits(struct span v)
{
	if (v.n < 43 || v.n > 128)
		return false;
	for (size_t i = 0; i < v.n; i++) {
		uint8_t c = v.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		    c == '-' || c == '.' || c == '_' || c == '~'))
			return false;
	}
	return true;
}

bool
pkce_holds(struct span challenge, struct span verifier)
{
	uint8_t hash[HASH_LEN], text[CHALLENGE_LETTERS];
	struct writer w = writer_over(text, sizeof(text));

	if (!verifier_fits(verifier))
		return false;
	sha256(verifier, hash);
	base64url_write(&w, span_of(hash, sizeof(hash)));
	return secret_equal(challenge, span_of(text, sizeof(text)));
}
