/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CMP (RFC 9810) for registration authorities: p10cr, ir, cr, rr, certConf, pollReq. A request is
 * protected by the key of a registered RA or by the shared secret, or it is refused; the answer is
 * protected in the same way.
 */
#ifndef CA_CMP_H
#define CA_CMP_H

#include "base/secret.h"
#include "ca/attestation.h"
#include "ca/transaction.h"
#include "ca/service.h"

struct cmp_config {		/* all of it must outlive the server */
	struct authority	*authority;
	const struct profiles	*profiles;
	const struct service	*service;	/* signs answers */
	X509_STORE		*ras;
	X509			*issuing;
	const struct secret	*secret;	/* NULL: no MAC */
	const char		*reference;	/* NULL: none */
	unsigned		 poll_s;	/* 0: answered at once */
	struct span		 attestation_spki;	/* empty: no attestation is asked for */
	uint8_t			 group[GROUP_LEN];
};

struct cmp {
	const struct cmp_config	*config;
	struct transactions	*transactions;
};

void	cmp_open(struct cmp *, const struct cmp_config *);
void	cmp_close(struct cmp *);
/* The answer to a PKIMessage, both in DER. False: it is none, or nothing could be answered. */
bool	cmp_answer(struct cmp *, const struct profile *, struct span request, struct writer *,
	    struct err *) MUST_USE;

/* The callbacks of libcrypto's server, for cmp.c; their context is the transaction. */
bool	cmp_callbacks_set(struct transaction *) MUST_USE;

#endif
