/* SPDX-License-Identifier: Apache-2.0 */
/*
 * X.509 certificates for those who must not trust whoever hands them over: cut by lengths, verify
 * the signature over the raw bytes, and only then read what was signed. No path building.
 */
#ifndef DER_CERTIFICATE_H
#define DER_CERTIFICATE_H

#include "der/signature.h"

#define CERTIFICATE_MAX		8192
#define CERTIFICATE_EXTENSIONS	32	/* at most */
#define CERTIFICATE_EARLY_MS	(5 * 60 * 1000)	/* not_before may be ahead of our clock by this */

enum key_usage {	/* RFC 5280 4.2.1.3, bit i as 1 << i */
	USAGE_DIGITAL_SIGNATURE = 1 << 0, USAGE_NON_REPUDIATION = 1 << 1,
	USAGE_KEY_CERT_SIGN = 1 << 5, USAGE_CRL_SIGN = 1 << 6
};
enum extension {	/* those we know; the first three may be critical, and EXTENDED_USAGE */
	EXT_KEY_USAGE = 1 << 0, EXT_BASIC_CONSTRAINTS = 1 << 1, EXT_POLICIES = 1 << 2,
	EXT_SUBJECT_KEY_ID = 1 << 3, EXT_AUTHORITY_KEY_ID = 1 << 4, EXT_EXTENDED_USAGE = 1 << 5,
	EXT_CRL_POINTS = 1 << 6, EXT_AUTHORITY_INFO = 1 << 7, EXT_QC_STATEMENTS = 1 << 8,
	EXT_ALT_NAME = 1 << 9,
	EXT_SHORT_TERM = 1 << 10		/* EN 319 412-1 5.2: validity assured, not revoked */
};
enum certificate_rule {	/* what officers may ask of a CA's certificates: PROTOCOL.sam 1.3 */
	RULE_QC_COMPLIANCE = 1 << 0, RULE_QC_SSCD = 1 << 1, RULE_QC_TYPE = 1 << 2,
	RULE_SHORT_TERM = 1 << 3
};
#define CERTIFICATE_RULES_ALL	0xf

struct certificate_cut {		/* nothing in it is to be believed yet */
	struct span		 tbs;		/* TBSCertificate, whole: what is signed */
	const struct alg	*alg;
	uint8_t			 signature[SIGNATURE_MAX];	/* raw, alg->signature_len bytes */
};

struct certificate {			/* spans are lent by the bytes that were read */
	struct span		 serial;	/* magnitude */
	const struct alg	*alg;		/* of the signature on it */
	struct span		 issuer, subject, spki;		/* whole DER */
	uint64_t		 not_before, not_after;		/* ms; both inside */
	uint16_t		 key_usage;	/* enum key_usage; 0 where there is none */
	bool			 is_ca;
	unsigned		 seen;		/* enum extension */
	struct span		 subject_key_id, authority_key_id;	/* empty: none */
	struct span		 policies, qc_statements;	/* content of the SEQUENCE; empty: none */
	struct span		 extended_usage;	/* the same: object identifiers */
	bool			 only_for_usage;	/* it is critical: for nothing else */
};

struct certificate_rules {
	uint16_t		 rules;		/* enum certificate_rule */
	uint8_t			 class;		/* of the key: 1 signature, 2 seal */
	struct span		 policy;	/* OID content that must be there; empty: none */
	struct span		 added;		/* v8 OIDs: attributes beside the enrolled name */
};

struct issuing_ca {				/* an issuing CA that the officers installed */
	const struct alg	*alg;
	struct span		 spki, issuer;	/* issuer: its Name as it stands in certificates */
};

/* By lengths only; the algorithm must be one of ours. signed_cut: anything that is signed as a
 * certificate is, of any length; rest: what stands behind the signature. */
bool	signed_cut(struct span der, const char *what, struct certificate_cut *, struct reader *rest,
	    struct err *) MUST_USE;
bool	certificate_cut(struct span der, struct certificate_cut *, struct err *) MUST_USE;
bool	certificate_is_signed_by(const struct certificate_cut *, const struct alg *, struct span spki)
	    MUST_USE;
/* Reads what was signed. Call certificate_is_signed_by first: this is for authentic bytes. */
bool	certificate_read(const struct certificate_cut *, struct certificate *, struct err *) MUST_USE;
/* The three in their order, and then the issuer: the way in for the SAM. ERR_DENIED "cert". */
bool	certificate_open(struct span der, const struct issuing_ca *, struct certificate *, struct err *)
	    MUST_USE;
/* Is it the signature certificate of this key, for this subject, now, by these rules (NULL: none)?
 * ERR_DENIED "cert". */
bool	certificate_fits(const struct certificate *, struct span spki, struct span subject,
	    const struct certificate_rules *, uint64_t now_ms, uint32_t max_days, struct err *)
	    MUST_USE;

#endif
