/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CAdES B-B, detached (ETSI EN 319 122-1): the signed attributes (der/signed_attributes.h), whose
 * digest is the DTBS/R, and the file around the signature. Without signing-time it is what PAdES
 * (EN 319 142-1) puts into a PDF.
 */
#ifndef X509_CADES_H
#define X509_CADES_H

#include "der/certificate.h"
#include "der/signed_attributes.h"

#define CADES_ATTRIBUTES_MAX	SIGNED_ATTRIBUTES_MAX
#define CADES_FILE_MAX		(128 * 1024)
#define CADES_CERTIFICATES	8	/* in one file, the signer's among them */

struct cades {
	enum signed_attributes_kind kind;
	uint16_t		 attrs;			/* enum commitment, or 0 */
	const struct alg	*alg;			/* of the signer's key */
	struct span		 document_digest;	/* alg->digest_len bytes */
	struct span		 signer;		/* certificate, DER */
	const struct span	*chain;			/* of issuers, DER; may hold the signer's too */
	size_t			 chain_n;
	uint64_t		 signing_time;		/* ms; written in seconds */
};

/* Writes the attributes (a DER SET OF) and their digest: what the signer approves and signs. */
bool	cades_attributes(const struct cades *, struct writer *attributes, uint8_t dtbsr[DIGEST_MAX],
	    struct err *) MUST_USE;
/* The whole file. Refuses a signature that does not verify over these attributes. */
bool	cades_assemble(const struct cades *, struct span attributes, struct span raw_signature,
	    struct writer *file, struct err *) MUST_USE;

#endif
