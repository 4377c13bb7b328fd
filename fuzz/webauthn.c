/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What browsers and authenticators hand over: CBOR, client data, authenticator data, attestation
 * objects, assertions, makers' certificates. No signature may come out of nothing.
 */
#include "cbor/cbor.h"
#include "crypto/hash.h"
#include "fuzz/fuzz.h"
#include "webauthn/assertion.h"
#include "webauthn/attestation.h"
#include "webauthn/client_data.h"

#define CLIENT "{\"type\":\"webauthn.create\",\"challenge\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"," \
	"\"origin\":\"https://approve.example\",\"crossOrigin\":false}"

static const uint8_t challenge[32];

static void
items(struct span in)
{
	struct reader r = reader_over(in);
	struct span s;
	int64_t v;
	size_t n;

	while (cbor_skip(&r) || cbor_int(&r, &v) || cbor_bytes(&r, 0, 100, &s) ||
	    cbor_text(&r, 0, 100, &s) || cbor_array(&r, 9, &n) || cbor_map(&r, 9, &n))
		;
	if (r.n > in.n)
		bug("a reader that went back");
}

static void
client_data(struct span in)
{
	struct err e = { 0 };

	if (!client_data_binds(in, CLIENT_DATA_CREATE, challenge, span_str("https://approve.example"), &e) &&
	    e.reason[0] == '\0')
		bug("a refusal without a reason");
}

static void
attestation(struct span in, const struct relying_party *rp)
{
	struct registration reg;
	struct err e = { 0 };

	if (!registration_verify(in, span_str(CLIENT), challenge, rp, &reg, &e) && e.reason[0] == '\0')
		bug("a refusal without a reason");
}

static void
assertion(struct span in, const struct relying_party *rp)
{
	/* n = 2^2047 + 1: nobody has its other half here */
	static uint8_t n[256] = { 0x80, [255] = 1 }, spki[PASSKEY_SPKI_MAX];
	size_t len = passkey_spki_rsa(span_of(n, sizeof(n)), span_of("\1\0\1", 3), spki);
	struct assertion a;
	struct err e = { 0 };

	if (assertion_verify(in, challenge, span_of(spki, len), rp, &a, &e))
		bug("a signature out of nothing");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span in = span_of(data, size);
	struct authenticator_data a;
	struct relying_party rp;
	struct leaf leaf;

	if (!relying_party_init(&rp, span_str("https://approve.example"), span_str("https://sign.example")))
		bug("relying party");
	switch (fuzz_pick(&in, 6)) {
	case 0:
		items(in);
		break;
	case 1:
		client_data(in);
		break;
	case 2:
		if (authenticator_data_read(in, &a) && (a.flags & FLAGS_RESERVED) != 0)
			bug("reserved flags");
		break;
	case 3:
		attestation(in, &rp);
		break;
	case 4:
		assertion(in, &rp);
		break;
	case 5:
		if (leaf_read(in, &leaf) && leaf.not_after <= leaf.not_before)
			bug("a validity that ends before it begins");
		break;
	default:
		break;
	}
	return 0;
}
