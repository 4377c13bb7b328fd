/* SPDX-License-Identifier: Apache-2.0 */
/* P-256 keys of tests: made, used raw, and put into a self-signed certificate. */
#ifndef TESTS_KEYS_H
#define TESTS_KEYS_H

#include <openssl/evp.h>

#include "base/writer.h"

EVP_PKEY *test_key(void);
void	test_key_spki(EVP_PKEY *, uint8_t spki[91]);
void	test_key_sign(EVP_PKEY *, const uint8_t digest[32], uint8_t raw[64]);
/* Self-signed for localhost; PEM into the files, DER into w (each may be NULL). */
void	test_certificate(EVP_PKEY *, const char *cert_path, const char *key_path, struct writer *der);
/* A client assertion with these claims and header. */
void	test_jws(EVP_PKEY *, const char *header, const char *claims, struct writer *w);

#endif
