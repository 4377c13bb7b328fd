/* SPDX-License-Identifier: Apache-2.0 */
/* RFC 6238 over RFC 4226. */
#include "base/secret.h"
#include "crypto/hash.h"
#include "crypto/totp.h"

#define BLOCK	64	/* of SHA-1 */
#define SHA1	20

/* HMAC (RFC 2104) of a step, under a key of at most one block. */
static void
hmac_step(struct span seed, uint64_t step, uint8_t mac[SHA1])
{
	uint8_t inner[BLOCK + 8], outer[BLOCK + SHA1];

	memset(inner, 0x36, BLOCK);
	memset(outer, 0x5c, BLOCK);
	for (size_t i = 0; i < seed.n; i++) {
		inner[i] ^= seed.p[i];
		outer[i] ^= seed.p[i];
	}
	for (size_t i = 0; i < 8; i++)
		inner[BLOCK + i] = (uint8_t)(step >> (56 - 8 * i));
	sha1(span_of(inner, sizeof(inner)), outer + BLOCK);
	sha1(span_of(outer, sizeof(outer)), mac);
	explicit_bzero(inner, sizeof(inner));
	explicit_bzero(outer, sizeof(outer));
}

void
totp_code(struct span seed, uint64_t step, char code[TOTP_DIGITS + 1])
{
	uint8_t mac[SHA1];
	uint32_t n = 0;
	size_t at;

	if (seed.n < TOTP_SEED_MIN || seed.n > TOTP_SEED_MAX)
		bug("TOTP: a seed of a length that nobody checked");
	hmac_step(seed, step, mac);
	at = mac[SHA1 - 1] & 0x0f;
	for (size_t i = 0; i < 4; i++)
		n = n << 8 | mac[at + i];
	n &= 0x7fffffff;
	for (size_t i = TOTP_DIGITS; i-- > 0; n /= 10)
		code[i] = (char)('0' + n % 10);
	code[TOTP_DIGITS] = '\0';
	explicit_bzero(mac, sizeof(mac));
}

bool
totp_match(struct span seed, struct span code, uint64_t now, uint64_t last_step, uint64_t *step)
{
	uint64_t first = now / TOTP_STEP_MS;
	char want[TOTP_DIGITS + 1];
	bool found = false;

	first -= first > 0;
	for (uint64_t i = first; i <= now / TOTP_STEP_MS + 1; i++) {
		totp_code(seed, i, want);
		/* Not &&: whether one fits must not show in the time. */
		if (secret_equal(span_of(want, TOTP_DIGITS), code) & (i > last_step) & !found) {
			*step = i;
			found = true;
		}
	}
	explicit_bzero(want, sizeof(want));
	return found;
}
