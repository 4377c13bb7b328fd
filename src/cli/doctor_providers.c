/* SPDX-License-Identifier: Apache-2.0 */
/* What the doctor thinks of identity providers: do they still sign with the keys that are trusted. */
#include <stdlib.h>

#include "cli/doctor_providers.h"

static bool
is_published(const struct roster_provider *p, const struct published_keys *keys)
{
	for (size_t i = 0; i < keys->n; i++)
		if (span_equal(p->key, span_of(keys->list[i].spki, keys->list[i].spki_n)))
			return true;
	return false;
}

void
doctor_provider(struct doctor *d, const struct msg_roster *m, struct span issuer,
    const struct published_keys *keys)
{
	size_t shared = 0, gone = 0, new = 0;

	for (size_t i = 0; i < m->providers; i++)
		if (span_equal(m->provider[i].issuer, issuer)) {
			shared += is_published(&m->provider[i], keys);
			gone += !is_published(&m->provider[i], keys);
		}
	for (size_t i = 0; i < keys->n; i++)
		new += provider_trusting(m, issuer, NULL, &keys->list[i]) == NULL;
	if (shared == 0)
		doctor_say(d, HEALTH_FAIL, "provider", "%.*s publishes none of the keys that are trusted: its tokens "
		    "approve nothing. Look at propria officer provider-keys", (int)issuer.n, (const char *)issuer.p);
	else if (new > 0)
		doctor_say(d, HEALTH_WARN, "provider", "%.*s publishes %zu keys that are not trusted: before it signs "
		    "with them, propose them by propria officer provider-keys", (int)issuer.n,
		    (const char *)issuer.p, new);
	else if (gone > 0)
		doctor_say(d, HEALTH_WARN, "provider", "%.*s publishes %zu trusted keys no more: remove them by "
		    "propria officer remove-provider", (int)issuer.n, (const char *)issuer.p, gone);
	else
		doctor_say(d, HEALTH_OK, "provider", "%.*s publishes what is trusted", (int)issuer.n,
		    (const char *)issuer.p);
}

void
doctor_providers(struct doctor *d, const struct msg_roster *m, const char *cacert)
{
	struct published_keys *keys = calloc(1, sizeof(*keys));

	if (keys == NULL)
		bug("out of memory");
	if (m->providers == 0)
		doctor_say(d, HEALTH_OK, "provider", "no identity provider is trusted");
	for (size_t i = 0; i < m->providers; i++) {
		struct span issuer = m->provider[i].issuer;
		struct err e = { 0 };
		bool before = false;
		char text[256];

		for (size_t k = 0; k < i; k++)
			before = before || span_equal(m->provider[k].issuer, issuer);
		snprintf(text, sizeof(text), "%.*s", (int)issuer.n, (const char *)issuer.p);
		if (before)
			continue;
		if (provider_keys_fetch(text, cacert, keys, &e))
			doctor_provider(d, m, issuer, keys);
		else
			doctor_say(d, HEALTH_WARN, "provider", "%s", e.text);
	}
	free(keys);
}
