/* SPDX-License-Identifier: Apache-2.0 */
/* A provider's token, held against its anchor and the statement. */
#include "base/base64.h"
#include "base/clock.h"
#include "crypto/verify.h"
#include "sam/provider.h"
#include "token/compact.h"
#include "webauthn/passkey.h"

#define AHEAD_MS	60000	/* a provider's clock may be ahead of ours by this */
#define NONCE_LEN	43	/* d in base64url */
#define ED25519_SPKI	44

/* The one name by which a header may call the anchor's algorithm. */
static const char *const names[] = { [PROVIDER_ES256] = "ES256", [PROVIDER_ES384] = "ES384",
	[PROVIDER_RS256] = "RS256", [PROVIDER_PS256] = "PS256", [PROVIDER_EDDSA] = "EdDSA" };

static bool
key_fits(uint8_t alg, struct span key)
{
	struct span n, exponent;
	enum passkey_kind kind;

	switch (alg) {
	case PROVIDER_ES256:
		return spki_check(KEY_P256, key, NULL);
	case PROVIDER_ES384:
		return spki_check(KEY_P384, key, NULL);
	case PROVIDER_RS256:
	case PROVIDER_PS256:
		return passkey_rsa_open(key, &n, &exponent);
	case PROVIDER_EDDSA:
		return passkey_kind(key, &kind) && kind == PASSKEY_EDDSA;
	default:
		return false;
	}
}

static bool
is_signed(const struct body_add_provider *p, const struct compact *c)
{
	struct span sig = span_of(c->signature, c->signature_len), n, exponent;
	uint8_t hash[DIGEST_MAX];

	if (!key_fits(p->alg, p->key))
		return false;
	if (p->alg == PROVIDER_EDDSA)
		return ed25519_verify(p->key.p + ED25519_SPKI - ED25519_LEN, c->signed_part, sig);
	if (p->alg == PROVIDER_ES384) {
		sha384(c->signed_part, hash);
		return signature_verify(alg_find(ALG_ECDSA_P384_SHA384), p->key, span_of(hash, 48), sig);
	}
	sha256(c->signed_part, hash);
	if (p->alg == PROVIDER_ES256)
		return signature_verify(alg_find(ALG_ECDSA_P256_SHA256), p->key,
		    span_of(hash, HASH_LEN), sig);
	return passkey_rsa_open(p->key, &n, &exponent) && (p->alg == PROVIDER_PS256
	    ? rsa_pss_sha256_verify(n, exponent, span_of(hash, HASH_LEN), sig)
	    : rsa_sha256_verify(n, exponent, span_of(hash, HASH_LEN), sig));
}

static bool
is_text(struct span s, const char *want)
{
	return span_equal(s, span_str(want));
}

static bool
header_holds(const struct body_add_provider *p, const struct token_said *said, struct err *e)
{
	if (said->status == TOKEN_BAD_HEADER)
		return err_why(e, ERR_DENIED, "idp_header", "token: a header that is not taken");
	if (said->status != TOKEN_READ)
		return err_why(e, ERR_DENIED, "idp_parse", "token: claims that are not bounded JSON");
	if (!is_text(said->alg, names[p->alg]))
		return err_why(e, ERR_DENIED, "idp_header", "token: not %s, which its key is for",
		    names[p->alg]);
	return (said->flags & TOKEN_HAS_TYP) == 0 || is_text(said->typ, "JWT") ||
	    err_why(e, ERR_DENIED, "idp_header", "token: of another type than JWT");
}

/* For our activation client, and nobody else as well who did not ask for it. */
static bool
is_for_us(const struct body_add_provider *p, const struct token_said *said, struct err *e)
{
	bool azp = (said->flags & TOKEN_HAS_AZP) != 0, named = false;

	for (size_t i = 0; i < said->auds; i++)
		named = named || span_equal(said->aud[i], p->client);
	if (!named || (said->aud_is_list && !azp) || (azp && !span_equal(said->azp, p->client)))
		return err_why(e, ERR_DENIED, "idp_aud", "token: for another client");
	return true;
}

/* The sign-in that stands behind it came after the statement: none that was there before counts. */
static bool
is_of_now(const struct body_add_provider *p, const struct statement *st,
    const struct token_said *said, struct err *e)
{
	uint64_t now = clock_wall(), exp = said->exp * 1000, iat = said->iat * 1000;
	uint64_t signed_in = said->auth_time * 1000;

	if (said->exp == 0 || exp <= now || exp <= iat || said->exp - said->iat > PROVIDER_TOKEN_LIFE)
		return err_why(e, ERR_DENIED, "idp_time", "token: expired, or lives too long");
	if (iat > now + AHEAD_MS || iat + (uint64_t)p->max_age * 1000 < now)
		return err_why(e, ERR_DENIED, "idp_time", "token: too old, or of the future");
	if (said->auth_time == 0 || signed_in > now + AHEAD_MS || signed_in + 999 < st->iat)
		return err_why(e, ERR_DENIED, "idp_time", "token: signed in before there was a statement");
	return true;
}

static uint8_t
level_of(const struct body_add_provider *p, struct span acr)
{
	for (size_t i = 0; i < p->acrs; i++)
		if (span_equal(p->acr[i].acr, acr))
			return p->acr[i].level;
	return 0;
}

static bool
is_of_person(const struct provider_case *want, const struct token_said *said, struct err *e)
{
	if (said->sub.n == 0 || !text_is_clean(said->sub))
		return err_why(e, ERR_DENIED, "idp_sub", "token: of nobody");
	return want->sub.n == 0 || span_equal(said->sub, want->sub) ||
	    err_why(e, ERR_DENIED, "idp_sub", "token: of another person");
}

static bool
claims_hold(const struct body_add_provider *p, const struct provider_case *want,
    const struct token_said *said, struct provider_says *says, struct err *e)
{
	char letters[NONCE_LEN];
	struct writer w = writer_over(letters, sizeof(letters));
	struct span nonce = span_of(letters, sizeof(letters));

	base64url_write(&w, span_of(want->d, HASH_LEN));
	if (!header_holds(p, said, e))
		return false;
	if (!span_equal(said->iss, p->issuer))
		return err_why(e, ERR_DENIED, "idp_iss", "token: of another issuer");
	if (!is_for_us(p, said, e))
		return false;
	if (!span_equal(said->nonce, nonce))
		return err_why(e, ERR_DENIED, "idp_nonce", "token: for another statement");
	if (!is_of_person(want, said, e))
		return false;
	if ((says->level = level_of(p, said->acr)) == 0)
		return err_why(e, ERR_DENIED, "idp_acr", "token: signed in by means that are not taken");
	if (!is_of_now(p, want->st, said, e))
		return false;
	if (p->transaction.n > 0 && !span_equal(said->shown, nonce))
		return err_why(e, ERR_DENIED, "idp_shown", "token: another transaction was shown, or none");
	says->shows = p->transaction.n > 0 && p->assurance != 0;
	says->sub_len = said->sub.n;
	memcpy(says->sub, said->sub.p, said->sub.n);
	return true;
}

static bool
is_approved_under(const struct body_add_provider *p, struct token_reader *reader,
    const struct provider_case *want, const struct compact *c, struct provider_says *says,
    struct err *e)
{
	struct token_ask ask = { .header = span_of(c->header, c->header_len),
		.payload = span_of(c->payload, c->payload_len), .shown = p->transaction };
	struct token_said said;

	return token_reader_ask(reader, &ask, &said, e) && claims_hold(p, want, &said, says, e);
}

/* The issuer is the link's, never the token's; of his keys the one whose signature verifies is it. */
bool
provider_approves(const struct state *s, struct token_reader *reader,
    const struct provider_case *want, struct span token, struct provider_says *says, struct err *e)
{
	struct err why = { 0 };
	bool was_signed = false;
	struct compact c;

	if (!compact_read(token, &c, e))
		return false;
	err_why(&why, ERR_DENIED, "idp_iss", "no such identity provider is installed");
	for (size_t i = 0; i < s->providers; i++) {
		const struct provider *at = &s->provider[i];
		struct body_add_provider p;

		if (!provider_read(span_of(at->body, at->body_len), &p, e) ||
		    !span_equal(p.issuer, want->issuer))
			continue;
		if (!was_signed)
			err_clear(&why);
		if (!is_signed(&p, &c)) {
			err_why(&why, ERR_DENIED, "idp_sig", "token: not signed by this provider");
			continue;
		}
		was_signed = true;
		err_clear(&why);
		if (is_approved_under(&p, reader, want, &c, says, &why))
			return true;
	}
	*e = why;
	return false;
}

void
provider_link_write(struct writer *w, struct span issuer, struct span sub)
{
	wr_span8(w, issuer);
	wr_span8(w, sub);
}

bool
provider_link_read(struct span credential, struct span *issuer, struct span *sub)
{
	struct reader r = reader_over(credential);

	return rd_span8(&r, 1, ISSUER_MAX, issuer) && rd_span8(&r, 1, SUBJECT_MAX, sub) && rd_end(&r);
}

const struct provider *
state_provider(const struct state *s, const uint8_t id[32])
{
	for (size_t i = 0; i < s->providers; i++)
		if (memcmp(s->provider[i].id, id, 32) == 0)
			return &s->provider[i];
	return NULL;
}

bool
provider_may_be_added(const struct sam *sam, const struct statement *st, struct err *e)
{
	const struct body_add_provider *b = &st->add_provider;
	const struct state *s = sam->state;
	uint8_t id[32];

	if (!key_fits(b->alg, b->key))
		return err_why(e, ERR_DENIED, "alg", "the provider's key is not one for %s", names[b->alg]);
	if (state_is_officer_key(s, b->key) || prints_has(s->prints, b->key))
		return err_why(e, ERR_DENIED, "auth", "an officer's key, or one of the group, is no provider's");
	provider_id(b, id);
	if (state_provider(s, id) != NULL)
		return err_why(e, ERR_DENIED, "state", "this key is the provider's already");
	return s->providers < PROVIDERS_MAX ||
	    err_why(e, ERR_DENIED, "limit", "%d providers' keys are the most", PROVIDERS_MAX);
}

bool
provider_may_be_removed(const struct sam *sam, const struct statement *st, struct err *e)
{
	return state_provider(sam->state, st->remove_provider) != NULL ||
	    err_why(e, ERR_DENIED, "owner", "no such identity provider");
}

bool
fold_provider_add(struct fold *f, const struct body_add_provider *b, struct err *e)
{
	struct state *s = f->s;
	struct provider *p = &s->provider[s->providers];
	struct writer w;

	if (s->providers == PROVIDERS_MAX)
		return fold_impossible(f, "one identity provider too many", e);
	memset(p, 0, sizeof(*p));
	provider_id(b, p->id);
	if (state_provider(s, p->id) != NULL)
		return fold_impossible(f, "an identity provider twice", e);
	w = writer_over(p->body, sizeof(p->body));
	provider_write(&w, b);
	if (!writer_ok(&w))
		return fold_impossible(f, "an identity provider over its bounds", e);
	p->body_len = w.n;
	s->providers++;
	return true;
}

bool
fold_provider_remove(struct fold *f, const uint8_t id[32], struct err *e)
{
	struct state *s = f->s;

	for (size_t i = 0; i < s->providers; i++)
		if (memcmp(s->provider[i].id, id, 32) == 0) {
			s->provider[i] = s->provider[--s->providers];
			return true;
		}
	return fold_impossible(f, "no such identity provider", e);
}
