/* SPDX-License-Identifier: Apache-2.0 */
/* A compact JWS split, its claims compared, its signature verified under keys of a JSON Web Key Set. */
#include "crypto/hash.h"
#include "crypto/verify.h"
#include "json/base64.h"
#include "json/json.h"
#include "ssa/idp/fetch.h"
#include "ssa/idp/provider.h"
#include "ssa/idp/token.h"

#define SKEW_S		60
#define ISSUED_S	600		/* so old may a token be that was just made */
#define KEYS_MAX	32
#define WHY		"idp_token"

struct jws {
	struct span	header, claims, signature, input;
};

static bool
split(struct span t, struct jws *p)
{
	const uint8_t *end = t.p + t.n, *a, *b;

	if (t.n == 0 || t.n > IDP_TOKEN_MAX || (a = memchr(t.p, '.', t.n)) == NULL ||
	    (b = memchr(a + 1, '.', (size_t)(end - a - 1))) == NULL ||
	    memchr(b + 1, '.', (size_t)(end - b - 1)) != NULL)
		return false;
	p->header = span_of(t.p, (size_t)(a - t.p));
	p->claims = span_of(a + 1, (size_t)(b - a - 1));
	p->signature = span_of(b + 1, (size_t)(end - b - 1));
	p->input = span_of(t.p, (size_t)(b - t.p));
	return p->signature.n > 0;
}

static json_t *
part_read(struct span letters)
{
	AUTO_WRITER w = writer_grow(BASE64_ROOM(IDP_TOKEN_MAX));
	struct err ignored = { 0 };

	return base64url_read(letters, &w) ? json_read(writer_span(&w), IDP_TOKEN_MAX, &ignored) : NULL;
}

static bool
refuse(struct err *e, const char *what)
{
	return err_why(e, ERR_DENIED, WHY, "The provider's token %s", what);
}

static bool
is_for(const json_t *j, const char *client)
{
	const json_t *list;
	struct span one;
	size_t n;

	if (json_text(j, "aud", 512, &one) == JSON_GOT)
		return span_equal(one, span_str(client));
	if (json_list(j, "aud", &list, &n) != JSON_GOT || n > 16)
		return false;
	for (size_t i = 0; i < n; i++)
		if (json_text_at(list, i, 512, &one) && span_equal(one, span_str(client)))
			return json_text(j, "azp", 512, &one) == JSON_GOT ? span_equal(one, span_str(client)) : n == 1;
	return false;
}

static bool
claims_plausible(const json_t *j, const struct id_wanted *w, struct err *e)
{
	int64_t now = (int64_t)(w->now / 1000), exp, iat;
	struct span text;

	if (json_text(j, "iss", 512, &text) != JSON_GOT || !span_equal(text, span_str(w->issuer)))
		return refuse(e, "is of another issuer");
	if (!is_for(j, w->client))
		return refuse(e, "is for another client");
	if (json_text(j, "nonce", 512, &text) != JSON_GOT || !span_equal(text, span_str(w->nonce)))
		return refuse(e, "answers another request");
	if (json_seconds(j, "exp", &exp) != JSON_GOT || exp <= now - SKEW_S)
		return refuse(e, "is over, or does not say when it is");
	if (json_seconds(j, "iat", &iat) != JSON_GOT || iat > now + SKEW_S || iat < now - ISSUED_S)
		return refuse(e, "was not made just now; is a clock wrong?");
	return json_text(j, "sub", IDP_SUB_MAX, &text) == JSON_GOT && text.n > 0 ? true :
	    refuse(e, "names nobody");
}

static bool
header_plausible(const json_t *j, char alg[16], struct err *e)
{
	const json_t *ignored;
	struct span text;

	if (json_text(j, "alg", 15, &text) != JSON_GOT || text.n < 5)	/* "none" is four letters */
		return refuse(e, "is not signed");
	if (json_member(j, "crit", &ignored) != JSON_ABSENT)
		return refuse(e, "has a header that nobody here understands");
	memcpy(alg, text.p, text.n);
	alg[text.n] = '\0';
	return true;
}

static bool
opened(struct span token, struct jws *p, json_t **header, json_t **claims, struct err *e)
{
	if (!split(token, p) || (*header = part_read(p->header)) == NULL ||
	    (*claims = part_read(p->claims)) == NULL)
		return refuse(e, "is not a signed token in compact form");
	return true;
}

bool
id_token_plausible(struct span token, const struct id_wanted *w, struct err *e)
{
	AUTO_JSON *header = NULL;
	AUTO_JSON *claims = NULL;
	char alg[16];
	struct jws p;

	return opened(token, &p, &header, &claims, e) && header_plausible(header, alg, e) &&
	    claims_plausible(claims, w, e);
}

static bool
member_bytes(const json_t *j, const char *name, struct writer *w)
{
	struct span text;

	return json_text(j, name, 1024, &text) == JSON_GOT && base64url_read(text, w);
}

static bool
is_text(const json_t *j, const char *name, const char *wanted)
{
	struct span text;

	return json_text(j, name, 64, &text) == JSON_GOT && span_equal(text, span_str(wanted));
}

static bool
ec_verify(const json_t *key, uint16_t number, struct span input, struct span signature)
{
	const struct alg *alg = alg_find(number);
	bool p256 = number == ALG_ECDSA_P256_SHA256;
	size_t n = p256 ? 32 : 48;
	uint8_t point[97] = { 4 }, digest[48], spki[SPKI_MAX];
	struct writer w = writer_over(point + 1, 2 * n);

	if (alg == NULL || !is_text(key, "crv", p256 ? "P-256" : "P-384") || !member_bytes(key, "x", &w) || w.n != n ||
	    !member_bytes(key, "y", &w) || w.n != 2 * n || !point_on_curve(alg->kind, span_of(point, 2 * n + 1)))
		return false;
	spki_from_point(alg->kind, span_of(point, 2 * n + 1), spki);
	if (p256)
		sha256(input, digest);
	else
		sha384(input, digest);
	return signature_verify(alg, span_of(spki, alg->spki_len), span_of(digest, alg->digest_len), signature);
}

static bool
es256_verify(const json_t *key, struct span input, struct span signature)
{
	return ec_verify(key, ALG_ECDSA_P256_SHA256, input, signature);
}

static bool
es384_verify(const json_t *key, struct span input, struct span signature)
{
	return ec_verify(key, ALG_ECDSA_P384_SHA384, input, signature);
}

static bool
rs256_verify(const json_t *key, struct span input, struct span signature)
{
	uint8_t n[520], exponent[8], digest[HASH_LEN];
	struct writer w = writer_over(n, sizeof(n)), v = writer_over(exponent, sizeof(exponent));

	sha256(input, digest);
	return member_bytes(key, "n", &w) && member_bytes(key, "e", &v) && rsa_sha256_verify(writer_span(&w),
	    writer_span(&v), span_of(digest, sizeof(digest)), signature);
}

static bool
eddsa_verify(const json_t *key, struct span input, struct span signature)
{
	uint8_t x[ED25519_LEN];
	struct writer w = writer_over(x, sizeof(x));

	return is_text(key, "crv", "Ed25519") && member_bytes(key, "x", &w) && w.n == sizeof(x) &&
	    signature.n == 64 && ed25519_verify(x, input, signature);
}

static const struct scheme {
	const char	*name, *kty;
	bool		(*verify)(const json_t *key, struct span input, struct span signature);
} schemes[] = {
	{ "ES256", "EC", es256_verify },
	{ "ES384", "EC", es384_verify },
	{ "RS256", "RSA", rs256_verify },
	{ "EdDSA", "OKP", eddsa_verify },
};

/* A key for signatures, of this kind; with the header's kid, where both have one. */
static bool
key_may(const json_t *key, const struct scheme *s, const json_t *header)
{
	struct span wanted, kid;

	if (!is_text(key, "kty", s->kty) || is_text(key, "use", "enc"))
		return false;
	return json_text(header, "kid", 256, &wanted) != JSON_GOT || json_text(key, "kid", 256, &kid) != JSON_GOT ||
	    span_equal(wanted, kid);
}

static bool
signature_holds(const struct jws *p, const json_t *header, const char *alg, struct span keys, struct err *e)
{
	uint8_t signature[BASE64_ROOM(1024)];
	struct writer w = writer_over(signature, sizeof(signature));
	const struct scheme *s = NULL;
	const json_t *list, *key;
	struct err ignored = { 0 };
	AUTO_JSON *set = json_read(keys, FETCH_MAX, &ignored);
	size_t n;

	for (size_t i = 0; i < COUNT(schemes); i++)
		if (strcmp(schemes[i].name, alg) == 0)
			s = &schemes[i];
	if (s == NULL)
		return refuse(e, "is signed by an algorithm that logins do not take");
	if (set == NULL || json_list(set, "keys", &list, &n) != JSON_GOT || n > KEYS_MAX)
		return err_why(e, ERR_BUSY, "idp_answer", "The provider's keys cannot be read");
	if (base64url_read(p->signature, &w))
		for (size_t i = 0; i < n; i++)
			if ((key = json_object_at(list, i)) != NULL && key_may(key, s, header) &&
			    s->verify(key, p->input, writer_span(&w)))
				return true;
	return refuse(e, "is signed by none of the provider's keys");
}

static bool
login_fresh(const json_t *claims, const struct id_wanted *w, struct id_claims *out, struct err *e)
{
	int64_t now = (int64_t)(w->now / 1000), at;

	if (json_seconds(claims, "auth_time", &at) != JSON_GOT || at <= 0)
		return refuse(e, "does not say when you logged in there");
	if (at > now + SKEW_S || at + (int64_t)w->max_age_s + SKEW_S < now)
		return refuse(e, "is of a login too long ago");
	out->auth_time = (uint64_t)at * 1000 + 999;	/* the whole second */
	return true;
}

bool
id_token_verify(struct span token, struct span keys, const struct id_wanted *w, struct id_claims *out, struct err *e)
{
	AUTO_JSON *header = NULL;
	AUTO_JSON *claims = NULL;
	struct id_claims got = { 0 };
	struct span sub;
	char alg[16];
	struct jws p;

	if (!opened(token, &p, &header, &claims, e) || !header_plausible(header, alg, e) ||
	    !signature_holds(&p, header, alg, keys, e) || !claims_plausible(claims, w, e) ||
	    !login_fresh(claims, w, &got, e))
		return false;
	if (json_text(claims, "sub", IDP_SUB_MAX, &sub) != JSON_GOT)
		return refuse(e, "names nobody");
	memcpy(got.sub, sub.p, sub.n);
	got.sub_n = sub.n;
	*out = got;
	return true;
}
