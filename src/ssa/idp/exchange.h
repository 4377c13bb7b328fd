/* SPDX-License-Identifier: Apache-2.0 */
/* What is said between us and one provider: discovery, pushed request, code for token. On threads of the provider's own. */
#ifndef SSA_IDP_EXCHANGE_H
#define SSA_IDP_EXCHANGE_H

#include <pthread.h>
#include <stdatomic.h>

#include "ssa/idp/discovery.h"
#include "ssa/idp/prove.h"
#include "ssa/idp/provider.h"

struct exchanger {
	const struct idp_config *config;
	const atomic_bool *stop;
	struct prove	*prove[2];		/* of approvals, of logins; NULL: no such client */
	pthread_mutex_t	 lock;
	struct discovery known;			/* under lock, as what follows */
	uint64_t	 until;			/* of clock_life; 0: nothing is known */
};

bool	exchanger_open(struct exchanger *, const struct idp_config *, const atomic_bool *stop, struct err *) MUST_USE;
void	exchanger_close(struct exchanger *);
/* Does what the job says; its e says how it went. */
void	exchange_run(struct exchanger *, void *curl, struct idp_job *);

#endif
