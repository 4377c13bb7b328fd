/* SPDX-License-Identifier: Apache-2.0 */
/* ADD_PROVIDER, REMOVE_PROVIDER: their bodies. */
#include "base/origin.h"
#include "statement/body.h"

#define P	struct body_add_provider

/* What every token has anyway, whether a person saw the transaction or not. */
static bool
is_everybodys(struct span claim)
{
	static const char *const names[] = { "nonce", "iss", "aud", "azp", "sub", "acr", "jti", "sid" };

	for (size_t i = 0; i < COUNT(names); i++)
		if (span_equal(claim, span_str(names[i])))
			return true;
	return false;
}

/* A URL as its provider writes it: origin, perhaps a path, no query, nothing to escape. */
static bool
is_issuer(struct span url)
{
	struct span host, origin = url;
	size_t slashes = 0;

	for (size_t i = 0; i < url.n; i++) {
		if (url.p[i] <= ' ' || url.p[i] > '~' || strchr("\"\\?#<>", url.p[i]) != NULL)
			return false;
		if (url.p[i] == '/' && ++slashes == 3)
			origin.n = i;
	}
	return origin_host(origin, &host);
}

static bool
provider_fits(const void *body)
{
	const P *b = body;

	for (size_t i = 0; i < b->acrs; i++)
		for (size_t k = 0; k < i; k++)
			if (span_equal(b->acr[i].acr, b->acr[k].acr))
				return false;
	return is_issuer(b->issuer) && !is_everybodys(b->transaction);
}

#define EACH_ACR	EACH_OF(P, acr)

static const struct field acrs[] = {
	{ TEXT8(P, acr[0].acr, 1, 128), EACH_ACR },
	{ RANGE(P, acr[0].level, 1, 2), EACH_ACR },
	{ FIELD_END },
};
static const struct field provider[] = {
	{ TEXT8(P, issuer, 1, ISSUER_MAX) },
	{ TEXT8(P, client, 1, 128) },
	{ RANGE(P, alg, PROVIDER_ES256, PROVIDER_EDDSA) },
	{ SPAN16(P, key, 1, PROVIDER_KEY_MAX) },
	{ LIST8(P, acrs, 1, PROVIDER_ACRS_MAX, acrs) },
	{ TEXT8(P, transaction, 0, 64) },
	{ RANGE(P, assurance, 0, 2) },
	{ RANGE(P, max_age, 1, PROVIDER_TOKEN_LIFE) },
	{ TEXT8(P, basis, 0, 64) },
	{ TEXT8(P, label, 1, 64) },
	{ CHECKED(provider_fits) },
	{ FIELD_END },
};

const struct field body_add_provider[] = {
	{ PART(struct statement, add_provider, provider) },
	{ FIELD_END },
};

const struct field body_remove_provider[] = {
	{ BYTES(struct statement, remove_provider) },
	{ FIELD_END },
};

bool
provider_read(struct span body, struct body_add_provider *b, struct err *e)
{
	struct reader r = reader_over(body);

	return message_read(&r, provider, b, "provider", e);
}

void
provider_write(struct writer *w, const struct body_add_provider *b)
{
	fields_write(w, provider, b, 0);
}

void
provider_id(const struct body_add_provider *b, uint8_t id[32])
{
	static const char tag[] = "propria-provider-v1";
	uint8_t mem[1024];
	struct writer w = writer_over(mem, sizeof(mem));

	wr_bytes(&w, tag, sizeof(tag));
	wr_span8(&w, b->issuer);
	wr_span8(&w, b->client);
	wr_u8(&w, b->alg);
	wr_span16(&w, b->key);
	if (!writer_ok(&w))
		bug("a provider over its bounds");
	sha256(writer_span(&w), id);
}
