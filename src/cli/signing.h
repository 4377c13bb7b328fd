/* SPDX-License-Identifier: Apache-2.0 */
/* What is signed: documents hashed here, signed attributes, the statement over all of them. */
#ifndef CLI_SIGNING_H
#define CLI_SIGNING_H

#include "cli/receipt.h"
#include "cli/sic.h"
#include "x509/cades.h"
#include "x509/pem.h"

#define SIGNING_REQUESTER	"propria, at your command"	/* who asks, in statements made here */

struct document {
	const char	*path;
	uint64_t	 size;
	uint8_t		 digest[DIGEST_MAX], dtbsr[DIGEST_MAX];
	struct writer	 attributes;
	struct cades	 cades;
};

struct signing_job {
	struct known_key	 key;
	const struct chain	*chain;		/* the signer's certificate first */
	struct span		 above[CHAIN_MAX];
	struct document		*list;
	size_t			 n;
};

void	signing_job_wipe(struct signing_job *);
/* Hashes each file and makes its attributes, with `now` as the signing time. */
bool	signing_prepare(struct signing_job *, char *const *paths, size_t n, uint64_t now, struct err *)
	    MUST_USE;
/* The body of SIGN from these values. Spans are lent from the job and text. */
void	signing_body(const struct signing_job *, const char *text, struct body_sign *);
/* CSC's requests. hashes: base64 of each DTBS/R. An empty package: SCAL1, without approval. Yours. */
json_t	*signing_authorize_json(const struct signing_job *, struct span package);
/* The same for the signing page: names and attributes, so that it can check the documents there. */
json_t	*signing_page_json(const struct signing_job *, const char *text);
json_t	*signing_hash_json(const struct signing_job *, const char *sad);
char	*signing_inline_sad(struct span package);	/* "PRS1." and base64url; yours: free() */
/* Signature i of the server's answer, verified over our own hash; writes the .p7s. */
bool	signing_take(const struct signing_job *, const json_t *answer, size_t i, struct writer *p7s,
	    uint8_t raw[SIGNATURE_MAX], struct err *) MUST_USE;
/* Is it the receipt of this approval and this signature? */
bool	signing_receipt_fits(const struct receipt_facts *, const uint8_t d[HASH_LEN],
	    struct span raw, struct err *) MUST_USE;

#endif
