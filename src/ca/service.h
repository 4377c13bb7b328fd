/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys in files with certificates of the trial CA: of its own services (CMP answers, OCSP, time
 * stamps) and of registration authorities.
 */
#ifndef CA_SERVICE_H
#define CA_SERVICE_H

#include <openssl/x509.h>

#include "ca/authority.h"

struct service_kind {
	const char	*name;		/* its files: NAME.pem, NAME.key */
	const char	*subject;	/* RFC 4514 */
	const char	*purpose;	/* extended key usage, dotted */
	bool		 no_check;
};

extern const struct service_kind service_cmp, service_ocsp, service_tsa;

struct service {
	X509		*certificate;
	EVP_PKEY	*key;
};

/* Of the authority's directory; key and certificate are made where they are missing. */
bool	service_open(struct authority *, const struct service_kind *, struct service *, struct err *)
	    MUST_USE;
void	service_wipe(struct service *);
/* Makes a P-256 key and its certificate as new files (the key's readable by its owner only). */
bool	service_make(struct authority *, const struct service_kind *, const char *certificate_path,
	    const char *key_path, struct err *) MUST_USE;

/* A new one for a registration authority, registered under this name; or one from elsewhere. */
bool	ra_make(struct authority *, const char *name, const char *certificate_path,
	    const char *key_path, struct err *) MUST_USE;
bool	ra_register(const char *dir, const char *name, const char *certificate_path, struct err *)
	    MUST_USE;
/* All that are registered, for verification: exactly these certificates are trusted. */
X509_STORE *ra_store(const char *dir, size_t *n, struct err *) MUST_USE;	/* yours */

/* A certificate (DER) for libcrypto. */
X509	*certificate_of(struct span der, struct err *) MUST_USE;	/* yours */

#endif
