/* SPDX-License-Identifier: Apache-2.0 */
/* What people are told of how a new passkey keeps its key: what its attestation says, as far as it can be known here. */
#include <stdlib.h>

#include "base/clock.h"
#include "ssa/api/act.h"
#include "statement/evidence.h"
#include "tests/test.h"
#include "tests/unit/kit/soft_passkey.h"

#define ORIGIN	"https://approve.example"

static uint8_t
seen(uint8_t flags, enum soft_format format, const char *origin, int fresh)
{
	AUTO_WRITER client = writer_grow(2048), attestation = writer_grow(8192);
	struct statement *s = calloc(1, sizeof(*s));
	struct ssa *ssa = calloc(1, sizeof(*ssa));
	struct exchange *x = calloc(1, sizeof(*x));
	struct call c = { .ssa = ssa, .x = x };
	struct soft_passkey p;
	struct soft_maker maker;
	uint8_t challenge[32], protection;

	strcpy(ssa->config.sic_origin, ORIGIN);
	strcpy(ssa->base[0].url, "https://sign.other.example");
	soft_passkey_make(&p, "new", PASSKEY_ES256, "approve.example");
	p.flags |= flags;
	soft_maker_make(&maker, "maker", clock_wall());
	soft_create_challenge(s->fresh, challenge);
	soft_client_data(&client, "webauthn.create", challenge, origin, "");
	soft_attestation(&attestation, &p, format, &maker, writer_span(&client));
	s->purpose = PURPOSE_ADD_AUTHENTICATOR;
	s->fresh[0] = (uint8_t)fresh;
	s->bind = (struct body_bind){ .type = EVIDENCE_PASSKEY, .spki = soft_spki(&p),
		.attestation = writer_span(&attestation), .client = writer_span(&client) };
	protection = protection_seen(&c, s);
	soft_passkey_free(&p);
	free(x);
	free(ssa);
	free(s);
	return protection;
}

TEST(a_passkey_is_what_its_attestation_says)
{
	CHECK(seen(0, SOFT_NONE, ORIGIN, 0) == PROTECTION_PASSKEY);
	CHECK(seen(0, SOFT_SELF, ORIGIN, 0) == PROTECTION_PASSKEY);
	CHECK(seen(1 << 3, SOFT_NONE, ORIGIN, 0) == PROTECTION_PASSKEY_COPIED);
	CHECK(seen(1 << 3, SOFT_PACKED, ORIGIN, 0) == PROTECTION_PASSKEY_COPIED);
}

/* Under a root of the officers it is attested, else not: they told the SAM, not us. */
TEST(what_only_the_sam_can_know_is_not_known)
{
	CHECK(seen(0, SOFT_PACKED, ORIGIN, 0) == 0);
	CHECK(seen(0, SOFT_NONE, "https://elsewhere.example", 0) == 0);
	CHECK(seen(0, SOFT_NONE, ORIGIN, 1) == 0);
}

TEST(a_device_key_is_what_the_statement_says)
{
	struct statement *s = calloc(1, sizeof(*s));
	struct ssa *ssa = calloc(1, sizeof(*ssa));
	struct exchange *x = calloc(1, sizeof(*x));
	struct call c = { .ssa = ssa, .x = x };

	s->bind = (struct body_bind){ .type = EVIDENCE_DEVICE, .protection = PROTECTION_TPM };
	CHECK(protection_seen(&c, s) == PROTECTION_TPM);
	free(x);
	free(ssa);
	free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_passkey_is_what_its_attestation_says),
		cmocka_unit_test(what_only_the_sam_can_know_is_not_known),
		cmocka_unit_test(a_device_key_is_what_the_statement_says),
	};
	struct err e = { 0 };

	return crypto_start(&e) ? RUN(tests) : 1;
}
