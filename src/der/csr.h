/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Certificate requests (PKCS #10, RFC 2986) in two steps, as the signature in between is made by
 * another process: csr_info_write, sign alg_digest() of its bytes, csr_write.
 */
#ifndef DER_CSR_H
#define DER_CSR_H

#include "der/signature.h"

#define CSR_MAX	2048	/* bytes, as in PROTOCOL.sam */

struct csr {
	struct span		 info;		/* what is signed */
	struct span		 subject, spki;	/* lent, whole DER */
	const struct alg	*alg;
};

/* CertificationRequestInfo of this Name and SubjectPublicKeyInfo, without attributes. */
void	csr_info_write(struct writer *, struct span subject, struct span spki);
bool	csr_write(struct writer *, struct span info, const struct alg *, struct span raw_signature,
	    struct err *) MUST_USE;
/* Finds its parts, and believes them. */
bool	csr_cut(struct span der, struct csr *) MUST_USE;
/* Reads one, checks name and key, and its signature by that key (proof of possession). */
bool	csr_open(struct span der, struct csr *, struct err *) MUST_USE;

#endif
