/* SPDX-License-Identifier: Apache-2.0 */
/* Keys and certificates made by libcrypto: the oracle of what our DER writes and reads. */
#ifndef TESTS_SOFT_KEY_H
#define TESTS_SOFT_KEY_H

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "crypto/alg.h"
#include "tests/test.h"

struct soft_key {
	const struct alg	*alg;
	EVP_PKEY		*pkey;
	uint8_t			 mem[SPKI_MAX];
	struct span		 spki;
};

struct soft_key	*soft_key(uint16_t alg_number);	/* the first of each algorithm, kept */
struct soft_key	*soft_key_other(uint16_t alg_number);	/* another one, kept */
/* Raw signature over a digest; has the shape of x509's signing callback. */
bool	soft_key_sign(void *soft_key, struct span digest, uint8_t *raw, struct err *);
/* Signs a certificate as its algorithm says. */
void	soft_key_sign_x509(struct soft_key *, X509 *);
X509_NAME *test_name(const char *cn);	/* yours: C=SE, CN=cn */
struct span test_der_of_name(X509_NAME *, uint8_t *mem, size_t size);
struct span test_der_of_x509(X509 *, uint8_t *mem, size_t size);

#endif
