/* SPDX-License-Identifier: Apache-2.0 */
/* A CAdES file taken apart: strict DER, one signature, detached. Nothing is verified here. */
#ifndef X509_CADES_FILE_H
#define X509_CADES_FILE_H

#include "x509/cades.h"

struct cades_file {		/* spans are lent by the file's bytes */
	const struct alg	*alg;
	struct span		 certificates[CADES_CERTIFICATES];
	size_t			 certificates_n;
	struct span		 issuer, serial;	/* of the signer, as the file names it */
	struct span		 attributes;		/* content of the signed attributes */
	struct span		 message_digest;
	enum signed_attributes_kind kind;	/* PAdES: there is no signing-time */
	uint16_t		 attrs;		/* enum commitment; 0: none, or one we do not know */
	uint64_t		 signing_time;
	struct span		 certificate_hash;	/* of signing-certificate-v2 */
	bool			 certificate_sha384;
	bool			 closed;	/* no attribute beyond those of signed_attributes.h */
	uint8_t			 signature[SIGNATURE_MAX];	/* raw */
};

bool	cades_file_read(struct span der, struct cades_file *, struct err *) MUST_USE;

#endif
