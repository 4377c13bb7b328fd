/* SPDX-License-Identifier: Apache-2.0 */
/* What a provider says of itself (OpenID Connect Discovery 1.0): its endpoints, and nothing that we would trust it for. */
#ifndef SSA_IDP_DISCOVERY_H
#define SSA_IDP_DISCOVERY_H

#include "ssa/idp/config.h"

struct discovery {
	char	authorization[IDP_TEXT_MAX], token[IDP_TEXT_MAX], keys[IDP_TEXT_MAX];
	char	pushed[IDP_TEXT_MAX];		/* empty: no pushed requests */
	bool	names_issuer;			/* its redirects do: RFC 9207 */
};

/* ERR_BUSY, "idp_discovery": another issuer than the configured, or addresses that are not to be asked. */
bool	discovery_read(struct span json, const char *issuer, struct discovery *, struct err *) MUST_USE;

#endif
