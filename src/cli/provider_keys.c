/* SPDX-License-Identifier: Apache-2.0 */
/* What an identity provider publishes: discovery and key set. */
#include <string.h>

#include "base/text.h"
#include "cli/command.h"
#include "cli/http.h"
#include "cli/provider_keys.h"
#include "cli/words_module.h"

#define DISCOVERY	"/.well-known/openid-configuration"
#define ANSWER_MAX	65536

static json_t *
object_read(struct span bytes, const char *what, struct err *e)
{
	json_t *j = json_loadb((const char *)bytes.p, bytes.n, JSON_REJECT_DUPLICATES, NULL);

	if (json_is_object(j))
		return j;
	json_decref(j);
	err_exit(e, EXIT_UNREACHABLE, "the provider's %s is no JSON object", what);
	return NULL;
}

bool
provider_discovery_read(struct span bytes, const char *issuer, char jwks[1024], struct err *e)
{
	json_t *j = object_read(bytes, "discovery document", e);
	const char *says = json_string_value(json_object_get(j, "issuer"));
	const char *uri = json_string_value(json_object_get(j, "jwks_uri"));
	bool good = j != NULL;

	if (good && (says == NULL || strcmp(says, issuer) != 0))
		good = err_exit(e, EXIT_REFUSED, "the provider calls itself %.80s, not %.80s: write the issuer as it "
		    "does, to the letter, if that is who you mean", says == NULL ? "nothing" : says, issuer);
	if (good && (uri == NULL || strlen(uri) >= 1024))
		good = err_exit(e, EXIT_UNREACHABLE, "the provider's discovery document names no key set");
	if (good)
		snprintf(jwks, 1024, "%s", uri);
	json_decref(j);
	return good;
}

static void
kid_take(const json_t *jwk, char kid[80])
{
	const char *text = json_string_value(json_object_get(jwk, "kid"));

	kid[0] = '\0';
	if (text != NULL && strlen(text) < 80 && text_is_clean(span_str(text)))
		snprintf(kid, 80, "%s", text);
}

/* For signatures, unless it says otherwise, and of one of our algorithms, unless it says another. */
static bool
key_take(const json_t *jwk, struct published_key *k)
{
	const char *use = json_string_value(json_object_get(jwk, "use"));
	const char *alg = json_string_value(json_object_get(jwk, "alg"));
	struct writer w = writer_over(k->spki, sizeof(k->spki));
	struct err ignored = { 0 };
	const char *own;

	if ((use != NULL && strcmp(use, "sig") != 0) || !public_key_from_jwk(jwk, &w, &ignored))
		return false;
	k->spki_n = w.n;
	own = public_key_algorithm(writer_span(&w));
	k->alg = alg != NULL ? provider_alg_by_name(alg) : own != NULL ? provider_alg_by_name(own) : 0;
	kid_take(jwk, k->kid);
	return own != NULL ? alg == NULL || strcmp(own, alg) == 0
	    : alg == NULL || strcmp(alg, "RS256") == 0 || strcmp(alg, "PS256") == 0;
}

bool
provider_keys_read(struct span bytes, struct published_keys *out, struct err *e)
{
	json_t *j = object_read(bytes, "key set", e);
	const json_t *jwk;
	size_t i;

	if (j == NULL)
		return false;
	if (!json_is_array(json_object_get(j, "keys"))) {
		json_decref(j);
		return err_exit(e, EXIT_UNREACHABLE, "the provider's key set has no list of keys");
	}
	out->n = out->skipped = 0;
	json_array_foreach(json_object_get(j, "keys"), i, jwk) {
		if (out->n < PUBLISHED_MAX && key_take(jwk, &out->list[out->n]))
			out->n++;
		else
			out->skipped++;
	}
	json_decref(j);
	return true;
}

static bool
fetch(const char *url, const char *path, const char *cacert, struct writer *answer, struct err *e)
{
	AUTO(http) *h = http_new_provider(url, cacert, e);
	long status = 0;

	if (h == NULL || !http_call(h, path, NULL, NULL, span_of(NULL, 0), &status, answer, e))
		return false;
	return status == 200 || err_exit(e, EXIT_UNREACHABLE, "%.100s%s answered with HTTP status %ld", url,
	    path, status);
}

bool
provider_keys_fetch(const char *issuer, const char *cacert, struct published_keys *out, struct err *e)
{
	AUTO_WRITER answer = writer_grow(ANSWER_MAX);
	char jwks[1024];

	return fetch(issuer, DISCOVERY, cacert, &answer, e) &&
	    provider_discovery_read(writer_span(&answer), issuer, jwks, e) &&
	    fetch(jwks, "", cacert, &answer, e) && provider_keys_read(writer_span(&answer), out, e);
}

const struct roster_provider *
provider_trusting(const struct msg_roster *m, struct span issuer, const char *client,
    const struct published_key *k)
{
	for (size_t i = 0; i < m->providers; i++) {
		const struct roster_provider *p = &m->provider[i];

		if (span_equal(p->issuer, issuer) && (client == NULL || span_equal(p->client, span_str(client))) &&
		    span_equal(p->key, span_of(k->spki, k->spki_n)) && (k->alg == 0 || k->alg == p->alg))
			return p;
	}
	return NULL;
}
