/* SPDX-License-Identifier: Apache-2.0 */
/* Making certificate revocation lists (RFC 5280 5). */
#ifndef X509_CRL_H
#define X509_CRL_H

#include "x509/issue.h"

struct revoked {
	struct span	serial;		/* magnitude */
	uint64_t	time;		/* ms */
	uint8_t		reason;		/* CRLReason; 0: not said */
};

struct crl {
	struct span		 issuer, issuer_spki;
	uint64_t		 this_update, next_update;	/* ms */
	uint64_t		 number;
	const struct revoked	*revoked;
	size_t			 n;
};

/* Writes the list, version 2, signed; what issue_certificate says of signatures holds here too. */
bool	crl_write(struct writer *, const struct crl *, const struct signing *, struct err *) MUST_USE;

#endif
