/* SPDX-License-Identifier: Apache-2.0 */
/* Assertions by ES256 and account tokens by HS256: split, verify, read, compare. */
#include "base/secret.h"
#include "crypto/hash.h"
#include "crypto/verify.h"
#include "json/base64.h"
#include "json/json.h"
#include "ssa/jwt.h"

#define PART_MAX	BASE64_ROOM(CLIENT_ASSERTION_MAX)

struct parts {
	struct span	header, claims, signature, input;
};

static bool
split(struct span jws, struct parts *p)
{
	const uint8_t *end = jws.p + jws.n, *a, *b;

	if (jws.n == 0 || jws.n > CLIENT_ASSERTION_MAX || (a = memchr(jws.p, '.', jws.n)) == NULL ||
	    (b = memchr(a + 1, '.', (size_t)(end - a - 1))) == NULL ||
	    memchr(b + 1, '.', (size_t)(end - b - 1)) != NULL)
		return false;
	p->header = span_of(jws.p, (size_t)(a - jws.p));
	p->claims = span_of(a + 1, (size_t)(b - a - 1));
	p->signature = span_of(b + 1, (size_t)(end - b - 1));
	p->input = span_of(jws.p, (size_t)(b - jws.p));
	return true;
}

/* Only to refuse: the algorithm is the key's, whatever this says. */
static bool
header_agrees(struct span text, const char *wanted, struct err *e)
{
	uint8_t bytes[PART_MAX];
	struct writer w = writer_over(bytes, sizeof(bytes));
	struct span alg;
	const json_t *crit;
	json_t *j;
	bool ok;

	if (!base64url_read(text, &w) || (j = json_read(writer_span(&w), PART_MAX, e)) == NULL)
		return err_set(e, ERR_FORMAT, "assertion: header");
	ok = json_text(j, "alg", 16, &alg) == JSON_GOT && span_equal(alg, span_str(wanted)) &&
	    json_member(j, "crit", &crit) == JSON_ABSENT;
	json_release(j);
	return ok || err_set(e, ERR_DENIED, "assertion: algorithm is not %s", wanted);
}

static bool
signature_holds(const struct parts *p, struct span spki, struct err *e)
{
	uint8_t sig[72], digest[HASH_LEN];
	struct writer w = writer_over(sig, sizeof(sig));

	sha256(p->input, digest);
	return (base64url_read(p->signature, &w) &&
	    signature_verify(alg_find(ALG_ECDSA_P256_SHA256), spki, span_of(digest, HASH_LEN),
	    writer_span(&w))) || err_set(e, ERR_DENIED, "assertion: signature");
}

static bool
is_for_us(const json_t *j, const char *const *audience, size_t n)
{
	const json_t *list;
	struct span one;
	size_t count;

	if (json_text(j, "aud", 512, &one) == JSON_GOT) {
		for (size_t i = 0; i < n; i++)
			if (span_equal(one, span_str(audience[i])))
				return true;
		return false;
	}
	if (json_list(j, "aud", &list, &count) != JSON_GOT || count > 8)
		return false;
	for (size_t k = 0; k < count; k++)
		for (size_t i = 0; i < n; i++)
			if (json_text_at(list, k, 512, &one) && span_equal(one, span_str(audience[i])))
				return true;
	return false;
}

static bool
times_hold(const json_t *j, int64_t now, int64_t *exp, struct err *e)
{
	enum json_got got;
	int64_t t;

	if (json_seconds(j, "exp", exp) != JSON_GOT || *exp <= now - CLOCK_SKEW_S)
		return err_set(e, ERR_DENIED, "assertion: expired, or without exp");
	if (*exp > now + ASSERTION_LIFE_S + CLOCK_SKEW_S)
		return err_set(e, ERR_DENIED, "assertion: exp is more than 5 minutes off");
	if ((got = json_seconds(j, "iat", &t)) == JSON_WRONG || (got == JSON_GOT && t > now + CLOCK_SKEW_S))
		return err_set(e, ERR_DENIED, "assertion: issued in the future");
	if ((got = json_seconds(j, "nbf", &t)) == JSON_WRONG || (got == JSON_GOT && t > now + CLOCK_SKEW_S))
		return err_set(e, ERR_DENIED, "assertion: not valid yet");
	return true;
}

/* What is remembered of a jti: each client has its own. */
static void
jti_name(struct span client, struct span jti, uint8_t name[32])
{
	const struct span parts[3] = { client, span_of("", 1), jti };

	sha256_parts(parts, 3, name);
}

static bool
claims_hold(const json_t *j, struct span client, const char *const *audience, size_t n, int64_t now,
    struct client_assertion *a, struct err *e)
{
	struct span iss, sub, jti;

	if (json_text(j, "iss", 64, &iss) != JSON_GOT || json_text(j, "sub", 64, &sub) != JSON_GOT ||
	    !span_equal(iss, client) || !span_equal(sub, client))
		return err_set(e, ERR_DENIED, "assertion: iss and sub are not the client id");
	if (!is_for_us(j, audience, n))
		return err_set(e, ERR_DENIED, "assertion: aud is not this server");
	if (!times_hold(j, now, &a->exp, e))
		return false;
	if (json_text(j, "jti", 128, &jti) != JSON_GOT || jti.n == 0)
		return err_set(e, ERR_DENIED, "assertion: without jti");
	jti_name(client, jti, a->jti);
	return true;
}

bool
client_assertion_verify(struct span jws, struct span spki, struct span client, const char *const *audience,
    size_t n, uint64_t now_ms, struct client_assertion *a, struct err *e)
{
	uint8_t bytes[PART_MAX];
	struct writer w = writer_over(bytes, sizeof(bytes));
	struct client_assertion got;
	struct parts p;
	json_t *j;
	bool ok;

	if (!split(jws, &p))
		return err_set(e, ERR_FORMAT, "assertion: not a compact JWS");
	if (!header_agrees(p.header, "ES256", e) || !signature_holds(&p, spki, e))
		return false;
	if (!base64url_read(p.claims, &w) || (j = json_read(writer_span(&w), PART_MAX, e)) == NULL)
		return err_set(e, ERR_FORMAT, "assertion: claims");
	ok = claims_hold(j, client, audience, n, (int64_t)(now_ms / 1000), &got, e);
	json_release(j);
	if (ok)
		*a = got;
	return ok;
}

static bool
account_claims_hold(const json_t *j, struct span client, int64_t now, struct account_token *a,
    struct err *e)
{
	static const uint8_t nobody[16];
	struct span azp, sub, jti;

	if (json_text(j, "azp", 64, &azp) != JSON_GOT || !span_equal(azp, client))
		return err_set(e, ERR_DENIED, "account_token: azp is not the client id");
	if (json_text(j, "sub", 64, &sub) != JSON_GOT || !hex_exact(sub, a->account, 16) ||
	    memcmp(a->account, nobody, 16) == 0)
		return err_set(e, ERR_DENIED, "account_token: sub is no account");
	if (json_seconds(j, "iat", &a->iat) != JSON_GOT || a->iat > now + CLOCK_SKEW_S ||
	    a->iat < now - ASSERTION_LIFE_S)
		return err_set(e, ERR_DENIED, "account_token: issued in the future, or too long ago");
	if (json_text(j, "jti", 128, &jti) != JSON_GOT || jti.n == 0)
		return err_set(e, ERR_DENIED, "account_token: without jti");
	jti_name(client, jti, a->jti);
	return true;
}

static bool
mac_holds(const struct parts *p, const uint8_t key[32])
{
	uint8_t given[72], mac[HASH_LEN];
	struct writer w = writer_over(given, sizeof(given));

	hmac_sha256(span_of(key, 32), &p->input, 1, mac);
	return base64url_read(p->signature, &w) && secret_equal(writer_span(&w), span_of(mac, sizeof(mac)));
}

bool
account_token_verify(struct span jws, const uint8_t key[32], struct span client, uint64_t now_ms,
    struct account_token *out, struct err *e)
{
	uint8_t bytes[PART_MAX];
	struct writer w = writer_over(bytes, sizeof(bytes));
	struct account_token got;
	struct parts p;
	json_t *j;
	bool ok;

	if (!split(jws, &p))
		return err_set(e, ERR_FORMAT, "account_token: not a compact JWS");
	if (!header_agrees(p.header, "HS256", e))
		return false;
	if (!mac_holds(&p, key))
		return err_set(e, ERR_DENIED, "account_token: signature");
	if (!base64url_read(p.claims, &w) || (j = json_read(writer_span(&w), PART_MAX, e)) == NULL)
		return err_set(e, ERR_FORMAT, "account_token: claims");
	ok = account_claims_hold(j, client, (int64_t)(now_ms / 1000), &got, e);
	json_release(j);
	if (ok)
		*out = got;
	return ok;
}

bool
jwk_read(const json_t *j, uint8_t spki[91], struct err *e)
{
	uint8_t point[65] = { 4 };
	struct writer w = writer_over(point + 1, 64);
	struct span kty, crv, x, y;

	if (json_text(j, "kty", 8, &kty) != JSON_GOT || !span_equal(kty, span_str("EC")) ||
	    json_text(j, "crv", 8, &crv) != JSON_GOT || !span_equal(crv, span_str("P-256")) ||
	    json_text(j, "x", 43, &x) != JSON_GOT || x.n != 43 || !base64url_read(x, &w) ||
	    json_text(j, "y", 43, &y) != JSON_GOT || y.n != 43 || !base64url_read(y, &w) || w.n != 64 ||
	    !point_on_curve(KEY_P256, span_of(point, sizeof(point))))
		return err_set(e, ERR_FORMAT, "not a P-256 public key in JWK form");
	spki_from_point(KEY_P256, span_of(point, sizeof(point)), spki);
	return true;
}
