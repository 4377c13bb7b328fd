/* SPDX-License-Identifier: Apache-2.0 */
/* A table of fixed size, by the id's first bytes (ids are random); the later one takes the place. */
#include <stdio.h>
#include <stdlib.h>

#include "sam/counters.h"

#define PLACES	65536

struct place {
	uint8_t		id[ID_LEN];
	uint32_t	count;
};

struct counters {
	struct place	place[PLACES];
};

struct counters *
counters_new(struct err *e)
{
	struct counters *c = calloc(1, sizeof(*c));

	if (c == NULL)
		err_set(e, ERR_BACKEND, "no memory for counters");
	return c;
}

void
counters_free(struct counters *c)
{
	free(c);
}

bool
counters_rise(struct counters *c, const uint8_t id[ID_LEN], uint32_t count)
{
	struct place *p = &c->place[(id[0] << 8 | id[1]) % PLACES];
	bool known = memcmp(p->id, id, ID_LEN) == 0;
	bool rose = !known || count > p->count || (count == 0 && p->count == 0);

	if (!known || rose)
		p->count = count;
	memcpy(p->id, id, ID_LEN);
	return rose;
}

void
counters_follow(struct sam *sam, const struct approved *a)
{
	for (size_t i = 0; i < a->n; i++) {
		char hex[2 * ID_LEN + 1];

		if (counters_rise(sam->counters, a->passkey[i].id, a->passkey[i].count))
			continue;
		for (size_t k = 0; k < ID_LEN; k++)
			snprintf(hex + 2 * k, 3, "%02x", a->passkey[i].id[k]);
		sam_alarm(sam, "passkey", "the counter of authenticator %s did not rise; there may be a "
		    "copy of it", hex);
	}
}
