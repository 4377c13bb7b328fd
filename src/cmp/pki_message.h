/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PKIMessage (RFC 9810 5.1) cut into its fields, for the plain exchange: in DER, and nothing in it
 * is to be believed before pki_message_is_signed_by.
 */
#ifndef CMP_PKI_MESSAGE_H
#define CMP_PKI_MESSAGE_H

#include <openssl/evp.h>

#include "base/span.h"
#include "der/signature.h"

#define OID_IMPLICIT_CONFIRM	"1.3.6.1.5.5.7.4.13"
#define MESSAGE_SIGNATURE_MAX	1024	/* RSA of 8192 bits */
#define MESSAGE_P10CR		DER_EXPLICIT(4)
#define MESSAGE_CP		DER_EXPLICIT(3)

struct pki_message {			/* spans are lent; empty: absent */
	struct span		 content;	/* header and body: with a SEQUENCE around, what is signed */
	struct span		 start;		/* version, sender, recipient */
	struct span		 sender;	/* GeneralName */
	struct span		 kid;		/* senderKID with its tag */
	struct span		 id, nonce, their_nonce;	/* transactionID, senderNonce, recipNonce */
	struct span		 info;		/* generalInfo: its InfoTypeAndValues */
	uint8_t			 type;		/* tag of the body */
	struct span		 body;
	const struct alg	*alg;		/* scheme and hash; the key's size is the key's matter */
	struct span		 signature;	/* DER */
	struct span		 extra;		/* extraCerts with their tag */
};

struct granted {			/* one certificate, accepted as it was asked for */
	struct span	certificate;
	struct span	extra, roots;	/* certificates, one behind the other: extraCerts, caPubs */
};

/* False: not a signed message of version 2 in DER, or by a scheme that is none of ours. */
bool	pki_message_read(struct span der, struct pki_message *) MUST_USE;
bool	pki_message_is_signed_by(const struct pki_message *, EVP_PKEY *) MUST_USE;
/* Signs content by alg and writes the message with it and extra; nothing else of it is looked at. */
bool	pki_message_write(struct writer *, const struct pki_message *, EVP_PKEY *) MUST_USE;
bool	pki_message_confirms(const struct pki_message *) MUST_USE;	/* implicitConfirm is in its header */
/* False: a cp of any other shape, such as a refusal, `waiting`, or several answers. */
bool	pki_message_grants(const struct pki_message *, struct granted *) MUST_USE;

#endif
