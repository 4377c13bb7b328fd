/* SPDX-License-Identifier: Apache-2.0 */
/* Making certificates. The key stays with the caller: signing is a callback from digest to raw. */
#ifndef X509_ISSUE_H
#define X509_ISSUE_H

#include "der/certificate.h"

#define ISSUE_SERIAL_LEN	16

struct signing {
	const struct alg	*alg;
	bool			 (*sign)(void *self, struct span digest, uint8_t *raw, struct err *);
	void			*self;
};

enum issue_kind {
	ISSUE_ROOT,		/* signs itself: issuer and issuer_spki are its own */
	ISSUE_CA,		/* issues to people only (path length 0) */
	ISSUE_SIGNER,		/* a person's: nonRepudiation and nothing else */
	ISSUE_SERVICE		/* a server's: digitalSignature, for one purpose */
};

enum issue_qc {			/* EN 319 412-5 */
	QC_COMPLIANCE = 1 << 0, QC_SSCD = 1 << 1, QC_ESIGN = 1 << 2, QC_ESEAL = 1 << 3
};

struct issue {
	enum issue_kind	 kind;
	struct span	 subject, spki;			/* DER Name, SubjectPublicKeyInfo */
	struct span	 issuer, issuer_spki;
	struct span	 serial;			/* magnitude; empty: of issue_serial */
	uint64_t	 not_before, not_after;		/* ms; written in seconds */
	const char	*policy;			/* dotted; NULL: no certificatePolicies */
	const char	*notice;			/* what the policy says to people; NULL: nothing */
	const char	*crl, *ocsp;			/* where its status is; NULL: not said */
	unsigned	 qc;				/* enum issue_qc */
	bool		 short_term;	/* validity assured short term, EN 319 412-1 5.2 */
	const char	*purpose;	/* of a service: its extended key usage, critical */
	bool		 no_check;	/* an OCSP responder whose own status nobody asks, RFC 6960 4.2.2.2.1 */
};

/* A random positive serial number of 127 bits. */
void	issue_serial(uint8_t serial[ISSUE_SERIAL_LEN]);
/*
 * Writes the certificate, version 3. A signature
 * that does not verify under issuer_spki is not handed out (ERR_BACKEND).
 */
bool	issue_certificate(struct writer *, const struct issue *, const struct signing *, struct err *)
	    MUST_USE;

/* The same for something else that a CA signs: SEQUENCE { tbs, algorithm, signature }. */
bool	issue_signed(struct writer *, struct span tbs, const struct signing *, struct span spki,
	    struct err *) MUST_USE;

#endif
