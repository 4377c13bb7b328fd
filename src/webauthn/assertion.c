/* SPDX-License-Identifier: Apache-2.0 */
/* Assertions. EN 419 241-1 SRA_SAP.2: what the authenticator signed names our challenge and origin. */
#include "base/reader.h"
#include "webauthn/assertion.h"
#include "webauthn/authenticator_data.h"
#include "webauthn/client_data.h"

struct parts {
	struct span	data, client, signature;
};

static bool
cut(struct span body, struct parts *p, struct err *e)
{
	struct reader r = reader_over(body);

	return (rd_span16(&r, AUTHENTICATOR_DATA_MIN, ASSERTION_DATA_MAX, &p->data) &&
	    rd_span16(&r, 1, CLIENT_DATA_MAX, &p->client) &&
	    rd_span16(&r, 1, ASSERTION_SIGNATURE_MAX, &p->signature) && rd_end(&r)) ||
	    err_why(e, ERR_DENIED, "auth", "passkey: malformed assertion");
}

static bool
is_signed(const struct parts *p, struct span spki, struct err *e)
{
	uint8_t hash[HASH_LEN];
	struct span message[] = { p->data, { hash, sizeof(hash) } };

	sha256(p->client, hash);
	return passkey_signed(spki, message, COUNT(message), p->signature) ||
	    err_why(e, ERR_DENIED, "auth", "passkey: the signature does not verify");
}

bool
assertion_verify(struct span body, const uint8_t challenge[HASH_LEN], struct span spki,
    const struct relying_party *rp, struct assertion *out, struct err *e)
{
	struct authenticator_data a;
	struct parts p;

	if (rp->origin_len == 0)
		return err_why(e, ERR_DENIED, "auth", "passkey: this group has no SIC origin");
	if (!cut(body, &p, e) || !is_signed(&p, spki, e))
		return false;
	if (!authenticator_data_read(p.data, &a))
		return err_why(e, ERR_DENIED, "auth", "passkey: malformed authenticator data");
	if (!authenticator_data_holds(&a, rp->id_hash, false, e) ||
	    !client_data_binds(p.client, CLIENT_DATA_GET, challenge,
	    span_of(rp->origin, rp->origin_len), e))
		return false;
	*out = (struct assertion){ a.flags, a.count };
	return true;
}

bool
assertion_answers(struct span body, const uint8_t challenge[HASH_LEN], struct span spki,
    struct err *e)
{
	struct parts p;

	return cut(body, &p, e) && is_signed(&p, spki, e) &&
	    client_data_answers(p.client, CLIENT_DATA_GET, challenge, e);
}
