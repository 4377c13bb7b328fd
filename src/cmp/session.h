/* SPDX-License-Identifier: Apache-2.0 */
/* What a struct ca holds. Inside src/cmp only. */
#ifndef CMP_SESSION_H
#define CMP_SESSION_H

#include <curl/curl.h>
#include <openssl/cmp.h>
#include <openssl/x509.h>

#include "cmp/ca.h"
#include "cmp/plain.h"

#define ANSWER_MAX	(4u << 20)	/* bytes; a CRL can be large */
#define CACHED_MAX	8

struct cached_proof {
	char		url[CA_TEXT_MAX];	/* empty: free */
	uint8_t		about[32];		/* of OCSP: SHA-256 of the certificate; else zero */
	uint64_t	fetched;		/* clock_wall */
	uint64_t	next_update;
	struct writer	bytes;
};

struct ca {
	struct ca_config	 config;
	const atomic_bool	*stop;
	OSSL_CMP_CTX		*cmp;		/* NULL: method hand */
	EVP_PKEY		*key;		/* ours; NULL: a MAC */
	X509			*server;	/* the one that signs the answers; NULL: by trust */
	struct plain		 plain;
	bool			 is_plain;	/* it brought the last certificate */
	CURL			*curl;
	struct curl_slist	*headers;	/* of CMP, and of OCSP */
	struct curl_slist	*ocsp_headers;
	struct writer		 answer;	/* the body of the last exchange */
	uint64_t		 deadline;	/* of the transaction under way, clock_life */
	uint64_t		 waited_us;	/* of it: for the CA's answers */
	bool			 reached;	/* something of it was answered by the CA */
	struct err		 fault;		/* what our own callbacks found; goes before OpenSSL's */
	struct span		 csr;		/* lent: what is to be certified */
	X509_REQ		*request;	/* the same for OpenSSL's client; NULL: it was not asked */
	char			 said[CA_SAID_MAX + 1];
	struct cached_proof	 cached[CACHED_MAX];
};

/* One HTTP exchange; the answer's body is in ca->answer. request empty: GET. */
bool	transfer(struct ca *, const char *url, struct curl_slist *headers, struct span request,
	    long *status, struct err *) MUST_USE;
/* Is what came CMP? Else says in ca->fault what it is. */
bool	transfer_is_cmp(struct ca *, long status) MUST_USE;
/* The callback of OpenSSL's client over it. */
OSSL_CMP_MSG *transfer_cmp(OSSL_CMP_CTX *, const OSSL_CMP_MSG *);
/* False when it is time to end. */
bool	ca_pause(struct ca *, uint64_t ms);
bool	ca_is_stopping(const struct ca *);

/* What went wrong in the last transaction, from ca->fault or else OpenSSL's queue. Returns false. */
bool	fault_set(struct ca *, struct err *);

/* Fills a context that has none of the transaction's own. */
bool	credentials_load(struct ca *, struct err *) MUST_USE;

#endif
