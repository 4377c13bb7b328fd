/* SPDX-License-Identifier: Apache-2.0 */
/* Making certificates. The key stays with the caller: signing is a callback from digest to raw. */
#ifndef X509_ISSUE_H
#define X509_ISSUE_H

#include "der/certificate.h"

struct signing {
	const struct alg	*alg;
	bool			 (*sign)(void *self, struct span digest, uint8_t *raw, struct err *);
	void			*self;
};

enum issue_kind {
	ISSUE_ROOT,		/* signs itself: issuer and issuer_spki are its own */
	ISSUE_CA,		/* issues to people only (path length 0) */
	ISSUE_SIGNER		/* a person's: nonRepudiation and nothing else */
};

struct issue {
	enum issue_kind	 kind;
	struct span	 subject, spki;			/* DER Name, SubjectPublicKeyInfo */
	struct span	 issuer, issuer_spki;
	uint64_t	 not_before, not_after;		/* ms; written in seconds */
	const char	*policy;			/* dotted; NULL: no certificatePolicies */
};

/*
 * Writes the certificate, version 3, with a random positive serial number of 127 bits. A signature
 * that does not verify under issuer_spki is not handed out (ERR_BACKEND).
 */
bool	issue_certificate(struct writer *, const struct issue *, const struct signing *, struct err *)
	    MUST_USE;

#endif
