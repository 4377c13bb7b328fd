/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A client of a CA: certificates by CMP (RFC 9810, profile RFC 9483), revocation, status by OCSP or
 * CRL. A struct ca belongs to one thread, which waits; it keeps its connection open between calls.
 * What it brings is checked against what was asked, but decides nothing: the SAM verifies all.
 */
#ifndef CMP_CA_H
#define CMP_CA_H

#include <stdatomic.h>

#include "base/span.h"
#include "base/writer.h"
#include "cmp/config.h"

#define CA_CERTIFICATE_MAX	8192
#define CA_CHAIN_MAX		8		/* certificates above it */
#define CA_PROOF_MAX		262144		/* as much as the SAM takes of a CRL or OCSP answer */
#define CA_SAID_MAX		120

struct ca;

enum ca_standing { CA_GOOD, CA_REVOKED, CA_UNKNOWN, CA_HELD };
enum ca_proof { CA_PROOF_CRL = 1, CA_PROOF_OCSP = 2 };

struct ca_status {
	enum ca_standing standing;
	enum ca_proof	 what;
	int		 reason;		/* RFC 5280 5.3.1; -1: none given */
	uint64_t	 revoked_at;		/* ms; 0: not */
	uint64_t	 this_update, next_update;	/* next_update 0: not said */
	struct span	 proof;			/* CRL or BasicOCSPResponse; lent until the next call */
};

/*
 * Reads keys and certificates. stop: once true, whatever waits ends soon (reason "stopping"); NULL:
 * never. For method hand only ca_status may be called.
 */
struct ca	*ca_open(const struct ca_config *, const atomic_bool *stop, struct err *) MUST_USE;
void		 ca_free(struct ca *);		/* NULL is fine */
AUTO_FREE(ca)

/*
 * ERR_BUSY: perhaps later ("unreachable", "timeout", "stopping", "polling", "http", "answer");
 * ERR_DENIED: the CA said no ("rejected"); ERR_BACKEND: what came is not to be used ("garbage",
 * "protection", "transaction", "nonce", "other-key", "other-subject"). Until `deadline` (of
 * clock_life), and no longer than the configuration says.
 */
bool	ca_certify(struct ca *, struct span csr, struct span attestation, uint64_t deadline,
	    struct writer *certificate, struct writer *chain /* n x v32 */, struct err *) MUST_USE;
bool	ca_revoke(struct ca *, struct span certificate, int reason, uint64_t deadline, struct err *)
	    MUST_USE;
/* Not older than max_age_ms where the CA has something newer, from memory if it is young enough. */
bool	ca_status(struct ca *, struct span certificate, struct span issuer, uint64_t max_age_ms,
	    struct ca_status *, struct err *) MUST_USE;
/* Of the last ca_certify: how long it waited for the CA's answers; the rest was work here. */
uint64_t	ca_waited_us(const struct ca *);
/* The CA's own words on the last refusal, cleaned and shortened; "" if there were none. */
const char *ca_said(const struct ca *);

#endif
