/* SPDX-License-Identifier: Apache-2.0 */
/* Key files; for key.c. */
#ifndef CLI_KEY_FILE_H
#define CLI_KEY_FILE_H

#include <openssl/evp.h>

#include "cli/key.h"

EVP_PKEY	*key_file_open(const char *path, struct span passphrase, struct err *) MUST_USE;
bool		 key_file_spki(EVP_PKEY *, uint8_t spki[KEY_SPKI_LEN], struct err *) MUST_USE;
bool		 key_file_sign(EVP_PKEY *, const uint8_t digest[HASH_LEN], uint8_t sig[APPROVAL_LEN],
		    struct err *) MUST_USE;

#endif
