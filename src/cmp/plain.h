/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The plain exchange: one signed p10cr, one signed cp with the certificate, confirmed implicitly.
 * OpenSSL's client does the first transaction of a session and each one that is anything else; what
 * it decided about the CA's certificate holds for PLAIN_LIFE_MS here, so that not each key in each
 * message is looked for among all decoders. The signature of each answer is verified.
 */
#ifndef CMP_PLAIN_H
#define CMP_PLAIN_H

#include "base/writer.h"
#include "cmp/ca.h"
#include "cmp/pki_message.h"

#define PLAIN_LIFE_MS		(5 * 60 * 1000)
#define PLAIN_ID_LEN		16

struct plain_names {			/* of a certificate; whole DER */
	struct span	issuer, subject, spki;
};

struct plain {
	uint64_t	 until;			/* clock_life; 0: OpenSSL's client has to go first */
	struct writer	 start, kid, extra;	/* DER of our messages as that client writes them */
	const struct alg *alg;			/* their scheme; NULL: not to be written here */
	struct writer	 sender;		/* GeneralName in the CA's messages */
	EVP_PKEY	*key;			/* the CA's */
	uint8_t		 id[PLAIN_ID_LEN], nonce[PLAIN_ID_LEN];	/* of the transaction under way */
	struct granted	 got;			/* lent by the last answer */
	struct span	 chain[CA_CHAIN_MAX];	/* above it, in order */
	size_t		 chain_n;
	bool		 handed;		/* its answer waits for OpenSSL's client */
	long		 status;		/* of HTTP, with it */
};

/* PLAIN_FAILED: ca->fault says why. PLAIN_LEFT: to OpenSSL's client, with the answer if it is `handed`. */
enum plain_end { PLAIN_DONE, PLAIN_FAILED, PLAIN_LEFT };

void	plain_init(struct ca *);
void	plain_wipe(struct ca *);
/* A request that OpenSSL's client wrote: ours will begin like it. */
void	plain_note(struct ca *, struct span request);
/* After a transaction of OpenSSL's client: whom it believed. */
void	plain_learn(struct ca *, struct span csr);
bool	plain_is_known(const struct ca *);
enum plain_end plain_ask(struct ca *, struct span csr, struct span attestation);

bool	plain_names_read(struct span certificate, struct plain_names *) MUST_USE;
/* False: not to be told by names alone. */
bool	plain_chain_find(const struct granted *, struct span chain[CA_CHAIN_MAX], size_t *n) MUST_USE;

#endif
