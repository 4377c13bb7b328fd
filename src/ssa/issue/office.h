/* SPDX-License-Identifier: Apache-2.0 */
/* What the threads of src/ssa/issue share. */
#ifndef SSA_ISSUE_OFFICE_H
#define SSA_ISSUE_OFFICE_H

#include <pthread.h>

#include "cmp/ca.h"
#include "ssa/issue/issuer.h"

struct office {				/* one CA, one thread */
	struct issuer		*issuer;
	const struct ca_config	*config;
	struct ca		*ca;
	pthread_t		 thread;
	bool			 running;
	uint64_t		 looked;	/* for statuses that are due, clock_life */
	struct status_wish	*first, **last;	/* under the issuer's lock */
};

struct issuer {
	struct ssa		*ssa;
	struct http		*http;
	atomic_bool		 stop;
	pthread_mutex_t		 lock;
	pthread_cond_t		 wake;
	pthread_t		 notices;
	bool			 running;
	size_t			 n;
	struct office		 office[CA_LIST_MAX];
};

/* Until woken, or so many ms. */
void	issuer_wait(struct issuer *, unsigned ms);

/* Asks the SAM and waits; *answer is the caller's to wipe. For threads that are not the HTTP's. */
bool	sam_wait(struct issuer *, uint8_t type, struct span payload, struct writer *answer, struct err *)
	    MUST_USE;
/* The SAM's current records of a key and its owner into the store; what it does not give stays. */
void	records_refresh(struct issuer *, const uint8_t key[16]);
/* The SAM says that a record is old. */
bool	is_outdated(const struct err *);

/* Held until released, each under the HTTP lock. */
struct holding {
	struct key	*key;
	struct signer	*signer;
};
bool	holding_take(struct issuer *, const uint8_t key[16], struct holding *, struct err *) MUST_USE;
void	holding_release(struct issuer *, struct holding *);

/* A task's own work; the caller has copied its row. */
bool	certify(struct office *, const struct task_row *, struct err *) MUST_USE;
bool	revoke(struct office *, const struct task_row *, struct err *) MUST_USE;
/* Stops the key at once. */
bool	freeze(struct issuer *, const uint8_t key[16], struct err *) MUST_USE;
/* Has the SAM destroy the key by the CA's proof; what it does not take is tried at the next look. */
void	destroy_revoked(struct office *, const uint8_t key[16], const struct ca_status *);
/* Asks for the key's status and keeps it; on `revoked` or `held` the key is frozen, then destroyed. */
bool	status_look(struct office *, const uint8_t key[16], uint64_t max_age_ms, struct err *) MUST_USE;

#endif
