/* SPDX-License-Identifier: Apache-2.0 */
/* Consent: may this application act for you here? */
#ifndef SSA_PAGE_CONSENT_H
#define SSA_PAGE_CONSENT_H

#include "ssa/oauth/flow.h"

void	consent_page(struct call *, const struct flow *, struct span r);
void	handle_consent(struct call *);		/* POST */

#endif
