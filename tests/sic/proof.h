/* SPDX-License-Identifier: Apache-2.0 */
/* What a CA says of revocation, or somebody in its place: CRL and BasicOCSPResponse. */
#ifndef SIC_PROOF_H
#define SIC_PROOF_H

#include "tests/sic/ca.h"

enum responder { RESPONDER_NONE, RESPONDER_GOOD, RESPONDER_WITHOUT_USE, RESPONDER_OVER };

struct proof {				/* honest as proof_of makes it */
	const struct ca	*about;		/* whose certificate it speaks of */
	const struct device *signed_by;
	uint8_t		 serial[20];
	size_t		 serial_len;	/* 0: of nobody */
	int		 reason;	/* CRLReason; -1: none */
	bool		 good;		/* OCSP: not revoked */
	enum responder	 responder;	/* OCSP: its certificate, signed by about, for signed_by */
};

/* Revoked for keyCompromise, by the CA itself. */
struct proof proof_of(const struct ca *, struct span certificate);
/* Lent by mem. */
struct span proof_crl(const struct proof *, struct writer *mem);
struct span proof_ocsp(const struct proof *, struct writer *mem);
/* REVOKED; what: 1 CRL, 2 OCSP. */
const char *revoked(struct group *, const struct key *, struct span key_record, struct span certificate,
	    uint8_t what, struct span proof);

#endif
