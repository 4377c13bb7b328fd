/* SPDX-License-Identifier: Apache-2.0 */
/* Open transactions, by the first byte of their random ids. */
#include <pthread.h>
#include <stdlib.h>

#include "ca/transaction.h"

#define LISTS	256
#define MOST	4096

struct transactions {
	pthread_mutex_t		 lock;
	struct transaction	*lists[LISTS];
	size_t			 n;
};

struct transactions *
transactions_new(void)
{
	struct transactions *all = calloc(1, sizeof(*all));

	if (all == NULL)
		bug("no memory");
	pthread_mutex_init(&all->lock, NULL);
	return all;
}

void
transactions_free(struct transactions *all)
{
	struct transaction *t;

	if (all == NULL)
		return;
	for (size_t i = 0; i < LISTS; i++)
		while ((t = all->lists[i]) != NULL) {
			all->lists[i] = t->next;
			transaction_free(t);
		}
	pthread_mutex_destroy(&all->lock);
	free(all);
}

static size_t
list_of(struct span id)
{
	return id.n == 0 ? 0 : id.p[0];
}

struct transaction *
transactions_take(struct transactions *all, struct span id)
{
	struct transaction **at = &all->lists[list_of(id)], *t;

	pthread_mutex_lock(&all->lock);
	while ((t = *at) != NULL && !span_equal(span_of(t->id, t->id_n), id))
		at = &t->next;
	if (t != NULL) {
		*at = t->next;
		all->n--;
	}
	pthread_mutex_unlock(&all->lock);
	return t;
}

bool
transactions_put(struct transactions *all, struct transaction *t)
{
	struct transaction **list = &all->lists[list_of(span_of(t->id, t->id_n))];
	bool room;

	pthread_mutex_lock(&all->lock);
	if ((room = all->n < MOST)) {
		t->next = *list;
		*list = t;
		all->n++;
	}
	pthread_mutex_unlock(&all->lock);
	return room;
}

struct transaction *
transactions_take_late(struct transactions *all, uint64_t now)
{
	struct transaction *late = NULL;

	pthread_mutex_lock(&all->lock);
	for (size_t i = 0; i < LISTS && all->n > 0 && late == NULL; i++)
		for (struct transaction **at = &all->lists[i]; *at != NULL; at = &(*at)->next)
			if ((*at)->ends <= now) {
				late = *at;
				*at = late->next;
				all->n--;
				break;
			}
	pthread_mutex_unlock(&all->lock);
	return late;
}

void
transaction_free(struct transaction *t)
{
	if (t == NULL)
		return;
	OSSL_CMP_SRV_CTX_free(t->server);
	OSSL_CMP_MSG_free(t->waiting);
	free(t);
}
