/* SPDX-License-Identifier: Apache-2.0 */
/* COSE_Key to SubjectPublicKeyInfo. */
#include "cbor/cbor.h"
#include "webauthn/cose.h"

enum { KTY = 1, ALG = 3, CRV = -1, X = -2, Y = -3, RSA_N = -1, RSA_E = -2 };
enum { KTY_OKP = 1, KTY_EC2 = 2, KTY_RSA = 3, CRV_P256 = 1, CRV_ED25519 = 6 };

/* The next pair is `label`: `value`. */
static bool
number_is(struct reader *r, int64_t label, int64_t value)
{
	int64_t l, v;

	return cbor_int(r, &l) && l == label && cbor_int(r, &v) && v == value;
}

static bool
bytes_of(struct reader *r, int64_t label, size_t min, size_t max, struct span *out)
{
	int64_t l;

	return cbor_int(r, &l) && l == label && cbor_bytes(r, min, max, out);
}

static bool
ec2_read(struct reader *r, struct cose_key *k)
{
	enum passkey_kind kind;
	struct span x, y;

	if (!number_is(r, ALG, COSE_ES256) || !number_is(r, CRV, CRV_P256) ||
	    !bytes_of(r, X, 32, 32, &x) || !bytes_of(r, Y, 32, 32, &y))
		return false;
	k->alg = COSE_ES256;
	k->spki_len = passkey_spki_p256(x.p, y.p, k->spki);
	return passkey_kind(span_of(k->spki, k->spki_len), &kind);	/* on the curve */
}

static bool
okp_read(struct reader *r, struct cose_key *k)
{
	struct span x;

	if (!number_is(r, ALG, COSE_EDDSA) || !number_is(r, CRV, CRV_ED25519) ||
	    !bytes_of(r, X, 32, 32, &x))
		return false;
	k->alg = COSE_EDDSA;
	k->spki_len = passkey_spki_ed25519(x.p, k->spki);
	return true;
}

static bool
rsa_read(struct reader *r, struct cose_key *k)
{
	struct span n, e;

	if (!number_is(r, ALG, COSE_RS256) ||
	    !bytes_of(r, RSA_N, PASSKEY_RSA_MIN, PASSKEY_RSA_MAX, &n) || !bytes_of(r, RSA_E, 3, 4, &e))
		return false;
	k->alg = COSE_RS256;
	return (k->spki_len = passkey_spki_rsa(n, e, k->spki)) != 0;
}

bool
cose_key_read(struct reader *r, struct cose_key *out)
{
	static const struct { int64_t kty; size_t n; bool (*read)(struct reader *, struct cose_key *); }
	kinds[] = { { KTY_EC2, 5, ec2_read }, { KTY_OKP, 4, okp_read }, { KTY_RSA, 4, rsa_read } };
	struct reader at = *r;
	struct cose_key k;
	int64_t label, kty;
	size_t n;

	if (!cbor_map(&at, 5, &n) || !cbor_int(&at, &label) || label != KTY || !cbor_int(&at, &kty))
		return false;
	for (size_t i = 0; i < COUNT(kinds); i++) {
		if (kinds[i].kty != kty)
			continue;
		if (kinds[i].n != n || !kinds[i].read(&at, &k))
			return false;
		*out = k;
		*r = at;
		return true;
	}
	return false;
}
