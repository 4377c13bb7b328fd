/* SPDX-License-Identifier: Apache-2.0 */
/* CMP transactions that need more than one message: certificates to be confirmed, or polled for. */
#ifndef CA_TRANSACTION_H
#define CA_TRANSACTION_H

#include <openssl/cmp.h>

#include "ca/issued.h"
#include "ca/profile.h"

#define TRANSACTION_ID_MAX	64

struct cmp;

struct transaction {
	struct cmp		*cmp;
	const struct profile	*profile;
	OSSL_CMP_SRV_CTX	*server;
	uint8_t			 id[TRANSACTION_ID_MAX];
	size_t			 id_n;
	OSSL_CMP_MSG		*waiting;	/* a request that is polled for; NULL: none */
	uint64_t		 due;		/* when it is answered; clock_life */
	bool			 polled;	/* it has waited */
	uint8_t			 serial[SERIAL_MAX];	/* of the certificate; serial_n 0: none yet */
	size_t			 serial_n;
	uint8_t			 hash[32];	/* SHA-256 of it */
	bool			 confirmed;
	uint64_t		 ends;		/* clock_life */
	struct transaction	*next;
};

struct transactions;

struct transactions *transactions_new(void);		/* yours */
void	transactions_free(struct transactions *);
/* Takes it out: nobody else has it then. NULL: no such transaction. */
struct transaction *transactions_take(struct transactions *, struct span id);
/* Gives one (back); false: there are too many, it stays yours. */
bool	transactions_put(struct transactions *, struct transaction *) MUST_USE;
/* Takes out one that is over its time; NULL: there is none. */
struct transaction *transactions_take_late(struct transactions *, uint64_t now);
void	transaction_free(struct transaction *);

#endif
