/* SPDX-License-Identifier: Apache-2.0 */
/* A fixed table of flows. */
#include <stdlib.h>

#include "ssa/idp/flows.h"

#define SLOTS	512

struct idp_flows {
	struct idp_flow	slot[SLOTS];
};

static const uint8_t nobody[16], no_hash[HASH_LEN];

struct idp_flows *
idp_flows_new(void)
{
	struct idp_flows *f = calloc(1, sizeof(*f));

	if (f == NULL)
		bug("out of memory");
	return f;
}

void
idp_flow_wipe(struct idp_flow *f)
{
	if (f->token.max > 0)
		writer_wipe(&f->token);
	explicit_bzero(f, sizeof(*f));
}

void
idp_flows_free(struct idp_flows *f)
{
	if (f == NULL)
		return;
	for (size_t i = 0; i < SLOTS; i++)
		idp_flow_wipe(&f->slot[i]);
	free(f);
}

static void
sweep(struct idp_flows *f, uint64_t now)
{
	for (size_t i = 0; i < SLOTS; i++)
		if (f->slot[i].state != IDP_FREE && f->slot[i].expires <= now)
			idp_flow_wipe(&f->slot[i]);
}

static bool
is_of(const struct idp_flow *f, const uint8_t account[16], const uint8_t peer[16])
{
	return f->state != IDP_FREE && memcmp(f->account, account, 16) == 0 &&
	    (memcmp(account, nobody, 16) != 0 || memcmp(f->peer, peer, 16) == 0);
}

/* Strangers cannot take the room of people who have an account. */
static size_t
nobodys(const struct idp_flows *f)
{
	size_t n = 0;

	for (size_t i = 0; i < SLOTS; i++)
		n += f->slot[i].state != IDP_FREE && memcmp(f->slot[i].account, nobody, 16) == 0;
	return n;
}

static struct idp_flow *
free_one(struct idp_flows *f)
{
	for (size_t i = 0; i < SLOTS; i++)
		if (f->slot[i].state == IDP_FREE)
			return &f->slot[i];
	return NULL;
}

struct idp_flow *
idp_flows_add(struct idp_flows *f, const uint8_t account[16], const uint8_t peer[16], uint64_t now)
{
	struct idp_flow *oldest = NULL, *one;
	size_t n = 0;

	sweep(f, now);
	for (size_t i = 0; i < SLOTS; i++) {
		if (!is_of(&f->slot[i], account, peer))
			continue;
		n++;
		if (oldest == NULL || f->slot[i].since < oldest->since)
			oldest = &f->slot[i];
	}
	if (n >= FLOWS_EACH)
		idp_flow_wipe(oldest);
	if ((one = free_one(f)) == NULL || (memcmp(account, nobody, 16) == 0 && nobodys(f) >= SLOTS / 2))
		return NULL;
	one->state = IDP_WAITING_FOR;
	one->since = now;
	one->expires = now + FLOW_MS;
	memcpy(one->account, account, 16);
	memcpy(one->peer, peer, 16);
	return one;
}

static struct idp_flow *
find(struct idp_flows *f, size_t at, const uint8_t hash[HASH_LEN], uint64_t now)
{
	if (memcmp(hash, no_hash, HASH_LEN) == 0)
		return NULL;
	for (size_t i = 0; i < SLOTS; i++)
		if (f->slot[i].state != IDP_FREE && f->slot[i].expires > now &&
		    memcmp((const uint8_t *)&f->slot[i] + at, hash, HASH_LEN) == 0)
			return &f->slot[i];
	return NULL;
}

struct idp_flow *
idp_flows_by_state(struct idp_flows *f, const uint8_t hash[HASH_LEN], uint64_t now)
{
	struct idp_flow *one = find(f, offsetof(struct idp_flow, state_hash), hash, now);

	return one != NULL && one->state == IDP_WAITING_FOR ? one : NULL;
}

struct idp_flow *
idp_flows_by_flow(struct idp_flows *f, const uint8_t hash[HASH_LEN], uint64_t now)
{
	return find(f, offsetof(struct idp_flow, flow_hash), hash, now);
}

struct idp_flow *
idp_flows_by_end(struct idp_flows *f, const uint8_t hash[HASH_LEN], uint64_t now)
{
	return find(f, offsetof(struct idp_flow, end_hash), hash, now);
}
