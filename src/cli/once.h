/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signing with a key that does not exist yet: documents hashed here, one approval of their hashes,
 * and the checks of what came back. Without network. docs/api.md, signDoc; EN 419 241-1 SRA_SAP.2.3.
 */
#ifndef CLI_ONCE_H
#define CLI_ONCE_H

#include "cli/sic.h"
#include "x509/cades.h"

#define ONCE_TEXT	80	/* of names that the server gives, with their zero byte */

struct once_offer {		/* what once/challenge answered */
	struct challenge	 challenge;
	const struct alg	*alg;		/* of the key that will be made */
	uint8_t			 session[16], profile[16], idv[32];
	char			 qualifier[ONCE_TEXT], ca[ONCE_TEXT];
};

struct once_document {
	const char	*path;
	uint64_t	 size;
	uint8_t		 digest[DIGEST_MAX];
};

struct once_job {
	struct once_offer	 offer;
	enum item_kind		 kind;		/* KIND_CADES or KIND_PADES */
	uint16_t		 attrs;		/* enum attrs */
	struct once_document	*list;
	size_t			 n;
};

struct once_signature {		/* what a file that came back holds; spans lent from it */
	struct certificate	 cert;
	uint64_t		 time;		/* claimed; 0 for PAdES */
	uint8_t			 raw[SIGNATURE_MAX];
};

/* The offer; session and nonce must belong together. */
bool	once_offer_read(const json_t *, const struct profile *, struct once_offer *, struct err *) MUST_USE;
/* The offer for the use of a key whose certificate came first: of the session that was opened. */
bool	once_offer_again(const json_t *, const struct profile *, const struct once_offer *first,
	    struct once_offer *out, struct err *) MUST_USE;
void	once_job_wipe(struct once_job *);
/* Hashes each file with the offer's hash. */
bool	once_prepare(struct once_job *, char *const *paths, size_t n, struct err *) MUST_USE;
/* The body of SIGN_ONCE. Spans are lent from the job and text. */
void	once_body(const struct once_job *, const char *text, struct body_sign *);
/* The request of signDoc. Yours. */
json_t	*once_json(const struct once_job *, struct span package);
/*
 * File i of the answer: it signs this document with the attributes that were approved and no others,
 * by the key of the certificate that they name. Writes the file's bytes.
 */
bool	once_take(const struct once_job *, const json_t *answer, size_t i, struct writer *p7s,
	    struct once_signature *, struct err *) MUST_USE;

#endif
