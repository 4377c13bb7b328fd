/* SPDX-License-Identifier: Apache-2.0 */
/* A folder with the tests' CA's files, its configuration, a client of it, and a request. */
#ifndef TESTS_CMP_RIG_H
#define TESTS_CMP_RIG_H

#include "cmp/ca.h"
#include "tests/cmp/faulty.h"

struct cmp_rig {
	struct faulty	 faulty;
	char		 folder[64];
	struct ca_config config;
	struct ca	*ca;
	EVP_PKEY	*key;			/* a signer's */
	struct writer	 csr, certificate, chain, issuer;
	struct err	 e;
};

void	cmp_rig_start(struct cmp_rig *, const char *secret);	/* secret NULL: signatures */
void	cmp_rig_open(struct cmp_rig *);		/* (again) with what stands in config */
void	cmp_rig_stop(struct cmp_rig *);
/* One certification, ten seconds at most, with this fault. */
bool	cmp_rig_certify(struct cmp_rig *, enum fault);
bool	cmp_rig_said(const struct cmp_rig *, enum err_code, const char *reason);
void	cmp_rig_file(struct cmp_rig *, const char *name, const char *text, char path[CA_TEXT_MAX]);

#endif
