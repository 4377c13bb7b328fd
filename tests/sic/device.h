/* SPDX-License-Identifier: Apache-2.0 */
/* P-256 keys in software: a signer's device, an officer's key file, a trial CA. */
#ifndef SIC_DEVICE_H
#define SIC_DEVICE_H

#include <openssl/evp.h>

#include "statement/evidence.h"

#define DEVICE_SPKI	91

struct device {
	EVP_PKEY	*pkey;
	uint8_t		 spki[DEVICE_SPKI];
};

/* All of these fail the test when they cannot do what they say. */
void	device_make(struct device *);
void	device_read(struct device *, const char *pem, const char *passphrase_file);
void	device_free(struct device *);
void	device_sign(const struct device *, const uint8_t digest[HASH_LEN], uint8_t sig[APPROVAL_LEN]);
void	device_approve(const struct device *, const uint8_t d[HASH_LEN], uint8_t sig[APPROVAL_LEN]);
struct span device_spki(const struct device *);

#endif
