/* SPDX-License-Identifier: Apache-2.0 */
/* The trial CA's HTTP resources, and the parts behind them. */
#ifndef CA_SITE_H
#define CA_SITE_H

#include "ca/cmp.h"
#include "ca/http.h"
#include "ca/status.h"
#include "ca/tsa.h"

struct site {
	struct authority	*authority;
	struct profiles		 profiles;
	struct service		 cmp_service, ocsp_service, tsa_service;
	X509			*issuing;
	X509_STORE		*ras;
	struct secret		*secret;
	struct writer		 attestation_spki;
	uint8_t			 group[GROUP_LEN];
	struct status		*status;
	struct cmp_config	 config;
	struct cmp		 cmp;
};

/* When all others are there. */
void	site_open_cmp(struct site *, const char *reference, unsigned poll_s);
void	site_free(struct site *);

/* POST /cmp[/PROFILE], /ocsp, /tsa; GET /, /crl, /ocsp/BASE64, /root.pem, /issuing.pem, /ca.pem. */
http_handler site_answer;

#endif
