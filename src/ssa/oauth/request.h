/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a client asks for: a service token, or the approval of a list of digests by one key. Kept
 * as bytes while it waits for a person; the same struct whether it came by query, PAR or RAR.
 */
#ifndef SSA_OAUTH_REQUEST_H
#define SSA_OAUTH_REQUEST_H

#include "cmp/config.h"
#include "ssa/oauth/client.h"

#define STATE_MAX	1024
#define DESCRIPTION_MAX	500
#define LABEL_MAX	200
#define ATTRIBUTES_MAX	512	/* of one item */
#define DETAILS_MAX	262144
#define REQUEST_MAX	(DETAILS_MAX + 300000)

struct request {
	uint8_t		client[16];
	uint8_t		scope;		/* enum scope */
	uint8_t		version;	/* of CSC: 1 or 2 */
	uint8_t		plain;		/* which of our bases the browser uses */
	uint8_t		redirect_named;	/* then the token request must name it as well */
	uint8_t		login_anew;	/* prompt=login */
	uint8_t		kind;		/* KIND_CADES, KIND_PADES: documents, with a one-time key; 0: a key's DTBS/R */
	uint64_t	created;
	uint8_t		key[16];	/* zero: any of the person's */
	uint8_t		account[16];	/* whose login the client wants (account_token); zero: anybody's */
	uint8_t		session[32];	/* of the browser that got the ticket; zero before */
	struct span	client_id, client_name, redirect, state, challenge;
	struct span	hash_oid;	/* may be empty: the key's */
	struct span	text;		/* description */
	struct span	qualifier;	/* signatureQualifier, or empty */
	struct span	details;	/* authorization_details as JSON, or empty */
	uint32_t	n;
	struct span	items;		/* n x { digest v8, label v8, attributes v16, document v8 }; empty: not known yet */
	uint32_t	n_sodr;		/* items of hashType sodr; not kept: kind says it */
};

struct refusal {		/* RFC 6749 4.1.2.1, 5.2 */
	const char	*error, *description;
};

void	request_write(struct writer *, const struct request *);
bool	request_read(struct span, struct request *) MUST_USE;	/* lends */

/*
 * Reads everything but the redirect URI, which the caller has looked at already. `items` gets what
 * is built; f is lent to the request. False: *why.
 */
bool	request_from_form(struct request *, const struct form *, const struct client *,
	    struct writer *items, struct refusal *why) MUST_USE;

struct request_item {
	struct span	digest, label;
	struct span	attributes;	/* signed attributes whose hash is the digest, or empty */
	struct span	document;	/* name of one that the client handed over, or empty */
};
bool	request_item_next(struct reader *items, struct request_item *);
void	request_item_write(struct writer *items, const struct request_item *);
/* Base64 of a DER SET that hashes to the digest; appended to w. */
bool	request_attributes_read(struct span text, struct span digest, struct writer *w) MUST_USE;

/* hashType of documents' own digests, in any case. */
bool	request_is_sodr(struct span type) MUST_USE;
/* "C" or "P" of signatureFormat, in either case; absent: C. */
bool	request_format_read(struct span text, uint8_t *kind) MUST_USE;
/*
 * What was read becomes one or the other: documents for a one-time key where the qualifier is that of
 * a CA of such keys, else what a key of the person's is to sign. False: *why.
 */
bool	request_settle(struct request *, const struct ca_list *, struct refusal *why) MUST_USE;

/* details.c: one element of type credential, in its short and its URI spelling. csc-api 8.4 */
bool	details_read(struct request *, struct span json, struct writer *items, struct refusal *why)
	    MUST_USE;
/* Are both the same, whatever the order of members and the spelling of the hashes? */
bool	details_agree(struct span kept, struct span json);
/* The kept ones with the credential's id filled in. */
void	details_enrich(struct span kept, const uint8_t key[16], struct writer *);
/* One hash of any spelling; a '+' that a query turned into a space is one again. */
bool	request_hash_read(struct span text, uint8_t digest[64], size_t *n);

#endif
