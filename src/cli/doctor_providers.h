/* SPDX-License-Identifier: Apache-2.0 */
/* Checks of identity providers, which go over the network and are made only when asked for. */
#ifndef CLI_DOCTOR_PROVIDERS_H
#define CLI_DOCTOR_PROVIDERS_H

#include "cli/doctor.h"
#include "cli/provider_keys.h"

/* Each issuer of the roster is asked. cacert may be NULL. */
void	doctor_providers(struct doctor *, const struct msg_roster *, const char *cacert);
/* What is said of one of them. */
void	doctor_provider(struct doctor *, const struct msg_roster *, struct span issuer,
	    const struct published_keys *);

#endif
