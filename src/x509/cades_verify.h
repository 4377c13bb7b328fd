/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Verifying a detached CAdES file: the document, the signature (by our own verification and by
 * libcrypto's CMS, which must agree), the certificate that signing-certificate-v2 names, and its
 * chain up to given anchors. Revocation is not looked at: it needs the network.
 */
#ifndef X509_CADES_VERIFY_H
#define X509_CADES_VERIFY_H

#include "der/name.h"
#include "x509/cades.h"
#include "x509/pem.h"

#define CADES_AT_SIGNING_TIME	0	/* judge the chain at the time that the signer claims */

struct cades_result {
	const struct alg	*alg;
	struct span		 signer;	/* certificate, lent by the file's bytes */
	char			 subject[NAME_MAX_TEXT];	/* RFC 4514 */
	uint64_t		 signing_time;	/* as claimed by the signer; 0: it claims none */
	uint8_t			 dtbsr[DIGEST_MAX];	/* alg->digest_len bytes: what a receipt names */
	bool			 closed;	/* no signed attribute beyond those of cades.h */
};

/* at_ms: the time at which the certificates must hold. Errors are for the user to read. */
bool	cades_verify(struct span file, struct span document, const struct chain *anchors,
	    uint64_t at_ms, struct cades_result *, struct err *) MUST_USE;

#endif
