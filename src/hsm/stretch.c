/* SPDX-License-Identifier: Apache-2.0 */
/* The stretching of PINs. libargon2 wipes the memory that it filled. */
#include <argon2.h>

#include "hsm/stretch.h"
#include "wire/hsm.h"

#define PASSES		2
#define MEMORY_KIB	19456
#define LANES		1
#define SALT_LEN	16

_Static_assert(HSM_STRETCHED_LEN == STRETCHED_LEN, "wire and worker agree");

/* With its zero byte, before the input: what is stretched is no answer to an HSM_HMAC. */
static const char tag[] = "propria-pin-v1";

bool
stretch_is_for(struct span data)
{
	return data.n >= sizeof(tag) && memcmp(data.p, tag, sizeof(tag)) == 0;
}

bool
stretch_mac(const uint8_t mac[HASH_LEN], struct span input, uint8_t out[STRETCHED_LEN], struct err *e)
{
	uint8_t salt[HASH_LEN];
	int code;

	sha256(input, salt);
	code = argon2id_hash_raw(PASSES, MEMORY_KIB, LANES, mac, HASH_LEN, salt, SALT_LEN, out,
	    STRETCHED_LEN);
	explicit_bzero(salt, sizeof(salt));
	return code == ARGON2_OK || err_why(e, ERR_BACKEND, "backend", "Argon2id: %s",
	    argon2_error_message(code));
}

bool
stretch(struct keys *k, struct span input, uint8_t out[STRETCHED_LEN], struct err *e)
{
	uint8_t data[sizeof(tag) + HSM_STRETCH_MAX], mac[HASH_LEN];
	bool good;

	if (input.n > HSM_STRETCH_MAX)
		return err_why(e, ERR_FORMAT, "parse", "more than %d bytes to stretch", HSM_STRETCH_MAX);
	memcpy(data, tag, sizeof(tag));
	memcpy(data + sizeof(tag), input.p, input.n);
	good = keys_hmac(k, span_of(data, sizeof(tag) + input.n), mac, e) &&
	    stretch_mac(mac, input, out, e);
	explicit_bzero(data, sizeof(data));
	explicit_bzero(mac, sizeof(mac));
	return good;
}
