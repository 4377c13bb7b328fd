/* SPDX-License-Identifier: Apache-2.0 */
/* A root, an issuing CA and a signer of one algorithm, made by our own issue_certificate. */
#ifndef TESTS_PKI_H
#define TESTS_PKI_H

#include "soft_key.h"
#include "x509/cades.h"
#include "x509/issue.h"
#include "x509/pem.h"

#define DAY_MS	((uint64_t)86400000)

struct test_certificate {
	uint8_t		mem[CERTIFICATE_MAX];
	struct span	der;
};

struct pki {
	uint64_t		 now;
	struct soft_key		*root_key, *ca_key, *signer_key;
	struct test_certificate	 root, ca, signer;
};

/* The signer's key has this algorithm; the CAs are P-256. Valid from yesterday for 90 days. */
struct pki *pki_new(uint16_t alg);	/* yours: free() it */
/* A certificate by the issuing CA: other key, name or validity. */
void	pki_issue(struct pki *, struct soft_key *, const char *name, uint64_t from, uint64_t to,
	    struct test_certificate *);
struct chain *pki_anchors(struct span der);	/* yours */

/* A directory of its own with files in it; the openssl command run in it. */
struct scratch {
	char	path[64];
};

void	scratch_open(struct scratch *);
void	scratch_close(struct scratch *);
void	scratch_write(const struct scratch *, const char *name, struct span);
void	scratch_pem(const struct scratch *, const char *name, struct span der);
/* Runs `openssl args` there; its exit status. */
int	scratch_openssl(const struct scratch *, const char *args);

#endif
