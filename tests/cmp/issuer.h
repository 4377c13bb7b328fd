/* SPDX-License-Identifier: Apache-2.0 */
/* A CA in memory for tests: certificates, CRL and OCSP answers by OpenSSL, not by our own code. */
#ifndef TESTS_CMP_ISSUER_H
#define TESTS_CMP_ISSUER_H

#include <openssl/x509.h>

#include "base/span.h"
#include "base/writer.h"

#define REVOKED_MAX	64

struct issuer {
	EVP_PKEY	*key, *server_key, *ra_key;
	X509		*cert, *server, *ra;	/* the CA, who answers CMP for it, and who may ask */
	struct {
		long	serial;
		int	reason;
	}		 revoked[REVOKED_MAX];
	size_t		 n_revoked;
	char		 url[128];		/* CRL and OCSP of certificates are under it */
	long		 serial;
	int		 next_update_s;		/* of CRLs and OCSP answers; negative: stale */
	int		 days;			/* of certificates */
};

void	 issuer_init(struct issuer *);
void	 issuer_wipe(struct issuer *);
EVP_PKEY *issuer_new_key(void);
X509	*issuer_issue(struct issuer *, const X509_NAME *subject, EVP_PKEY *);	/* a signer's */
void	 issuer_revoke(struct issuer *, const ASN1_INTEGER *serial, int reason);
void	 issuer_crl(struct issuer *, EVP_PKEY *by, struct writer *der);
/* request: an OCSPRequest; answers about every certificate it names. by: key or ra_key, who may not. */
void	 issuer_ocsp(struct issuer *, struct span request, EVP_PKEY *by, struct writer *der);
void	 issuer_pem(const struct issuer *, const char *dir);	/* ca.pem server.pem ra.pem ra.key */

#endif
