/* SPDX-License-Identifier: Apache-2.0 */
/* The DER around signatures: ECDSA-Sig-Value, AlgorithmIdentifier; the digest of an algorithm. */
#ifndef DER_SIGNATURE_H
#define DER_SIGNATURE_H

#include "crypto/alg.h"
#include "der/der.h"

#define DIGEST_MAX		48	/* bytes of the longest digest: SHA-384 */
#define SIGNATURE_DER_MAX	SIGNATURE_MAX

/*
 * A signature as X.509, CMS and CSC carry it: ECDSA as SEQUENCE { r, s }, RSA as it is. False when
 * raw is not one of this algorithm (length, r or s zero) or does not fit.
 */
bool	signature_to_der(const struct alg *, struct span raw, struct writer *) MUST_USE;
/* The way back into alg->signature_len bytes; any other encoding of r and s is refused. */
bool	signature_from_der(const struct alg *, struct span der, uint8_t raw[SIGNATURE_MAX]) MUST_USE;

/* RFC 5758, 4055: ECDSA without parameters, PKCS #1 with NULL, PSS with all of its own. */
void	algorithm_write(struct writer *, const struct alg *);
/* NULL and absent parameters of the hash inside PSS mean the same (RFC 4055 2.1): both are read. */
bool	algorithm_read(struct reader *, const struct alg **) MUST_USE;

/* AlgorithmIdentifier of its hash, without parameters (RFC 5754 2). */
void	digest_algorithm_write(struct writer *, const struct alg *);
/* Hashes with the algorithm's hash; lends out, cut to alg->digest_len. */
struct span alg_digest(const struct alg *, struct span message, uint8_t out[DIGEST_MAX]);

#endif
