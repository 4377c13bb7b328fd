/* SPDX-License-Identifier: Apache-2.0 */
/* Login passkeys, with the readers that the SAM uses for those that approve. */
#include "json/base64.h"
#include "ssa/oauth/uri.h"
#include "ssa/page/passkey.h"
#include "webauthn/assertion.h"
#include "webauthn/attestation.h"
#include "webauthn/client_data.h"

static bool
ours(struct call *c, struct relying_party *rp)
{
	struct span origin = uri_origin(span_str(c->ssa->base[c->x->plain].url));

	return relying_party_init(rp, origin, origin);
}

static bool
member(struct call *c, const char *name, size_t max, struct writer *w)
{
	struct span text;

	return json_text(c->json, name, BASE64_LEN(max), &text) == JSON_GOT && base64url_read(text, w);
}

bool
passkey_login_holds(struct call *c, const uint8_t challenge[32], struct span spki)
{
	AUTO_WRITER body = writer_grow(ASSERTION_MAX);
	AUTO_WRITER part = writer_grow(CLIENT_DATA_MAX);
	static const struct { const char *name; size_t max; } parts[] = {
		{ "authData", ASSERTION_DATA_MAX }, { "client", CLIENT_DATA_MAX },
		{ "signature", ASSERTION_SIGNATURE_MAX },
	};
	struct relying_party rp;
	struct assertion said;
	struct err ignored = { 0 };

	for (size_t i = 0; i < COUNT(parts); i++) {
		writer_reset(&part);
		if (!member(c, parts[i].name, parts[i].max, &part))
			return false;
		wr_span16(&body, writer_span(&part));
	}
	return writer_ok(&body) && ours(c, &rp) &&
	    assertion_verify(writer_span(&body), challenge, spki, &rp, &said, &ignored);
}

bool
passkey_registered(struct call *c, const uint8_t challenge[32], struct writer *w,
    struct span *credential, struct span *spki)
{
	AUTO_WRITER attestation = writer_grow(ATTESTATION_MAX);
	AUTO_WRITER client = writer_grow(CLIENT_DATA_MAX);
	struct registration reg;
	struct relying_party rp;
	struct err ignored = { 0 };
	size_t n;

	if (!member(c, "attestation", ATTESTATION_MAX, &attestation) ||
	    !member(c, "client", CLIENT_DATA_MAX, &client) || !ours(c, &rp) ||
	    !registration_verify(writer_span(&attestation), writer_span(&client), challenge, &rp, &reg,
	    &ignored))
		return false;
	wr_span(w, reg.data.credential);
	n = w->n;
	wr_bytes(w, reg.data.key.spki, reg.data.key.spki_len);
	if (!writer_ok(w))
		return false;
	*credential = span_of(w->p, n);
	*spki = span_of(w->p + n, w->n - n);
	return true;
}
