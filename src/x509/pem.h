/* SPDX-License-Identifier: Apache-2.0 */
/* PEM files, chains of certificates, and what people and CSC clients read of a certificate. */
#ifndef X509_PEM_H
#define X509_PEM_H

#include "der/certificate.h"
#include "der/name.h"

#define PEM_CERTIFICATE	"CERTIFICATE"
#define PEM_REQUEST	"CERTIFICATE REQUEST"
#define PEM_PUBLIC_KEY	"PUBLIC KEY"
#define PEM_CMS		"CMS"
#define CHAIN_MAX	8	/* certificates in one file */

struct chain;		/* 1..CHAIN_MAX certificates, in the order of their file */

/* A file of PEM certificates, or one certificate in DER. */
struct chain	*chain_read(struct span file, struct err *) MUST_USE;	/* yours */
void		 chain_free(struct chain *);
size_t		 chain_count(const struct chain *);
struct span	 chain_at(const struct chain *, size_t i);		/* lent */
AUTO_FREE(chain)

void	pem_write(struct writer *, const char *label, struct span der);
/* The DER of a file that is PEM with this label, or DER already. */
bool	pem_or_der_read(struct span file, const char *label, struct writer *der, struct err *)
	    MUST_USE;

struct certificate_text {	/* as CSC credentials/info gives them */
	char	serial[48];			/* hexadecimal */
	char	issuer[NAME_MAX_TEXT], subject[NAME_MAX_TEXT];		/* RFC 4514 */
	char	not_before[16], not_after[16];				/* YYYYMMDDhhmmssZ */
};

bool	certificate_to_text(struct span der, struct certificate_text *, struct err *) MUST_USE;
void	time_to_text(uint64_t ms, char out[16]);	/* YYYYMMDDhhmmssZ; until 9999 */

#endif
