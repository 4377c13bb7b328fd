/* SPDX-License-Identifier: Apache-2.0 */
/* Status by OCSP and CRL: what is believed, what is not, what is kept. */
#include "base/clock.h"
#include "crypto/hash.h"
#include "tests/cmp/rig.h"
#include "tests/test.h"

static bool
status_of(struct cmp_rig *r, uint64_t max_age, struct ca_status *s)
{
	r->e = (struct err){ 0 };
	return ca_status(r->ca, writer_span(&r->certificate), writer_span(&r->issuer), max_age, s, &r->e);
}

static void
start(struct cmp_rig *r, bool crl_only)
{
	cmp_rig_start(r, NULL);
	if (crl_only)	/* a responder that is not there */
		snprintf(r->config.ocsp, sizeof(r->config.ocsp), "http://127.0.0.1:9/");
	cmp_rig_open(r);
	CHECK(cmp_rig_certify(r, FAULT_NONE));
}

static void
revocation_is_seen(bool crl_only, enum ca_proof what)
{
	struct ca_status s;
	struct cmp_rig r;

	start(&r, crl_only);
	CHECK(status_of(&r, 0, &s) && s.standing == CA_GOOD && s.what == what && s.proof.n > 0);
	CHECK(s.next_update > clock_wall() && s.this_update <= clock_wall());
	CHECK(ca_revoke(r.ca, writer_span(&r.certificate), 5, clock_life() + 10000, &r.e));
	CHECK(status_of(&r, 0, &s) && s.standing == CA_REVOKED && s.reason == 5 && s.what == what);
	CHECK(s.revoked_at != 0 && s.proof.p[0] == 0x30);
	cmp_rig_stop(&r);
}

TEST(ocsp_says_good_and_then_revoked)
{
	revocation_is_seen(false, CA_PROOF_OCSP);
}

TEST(without_a_responder_the_crl_says_it)
{
	revocation_is_seen(true, CA_PROOF_CRL);
}

TEST(a_young_answer_is_not_asked_for_again)
{
	struct ca_status s;
	struct cmp_rig r;

	for (int crl_only = 0; crl_only < 2; crl_only++) {
		int before;

		start(&r, crl_only);
		CHECK(status_of(&r, 60000, &s) && s.standing == CA_GOOD);
		before = r.faulty.requests;
		CHECK(status_of(&r, 60000, &s) && s.standing == CA_GOOD && s.proof.n > 0);
		CHECK(r.faulty.requests == before);
		CHECK(status_of(&r, 0, &s) && r.faulty.requests == before + 1);
		cmp_rig_stop(&r);
	}
}

TEST(neither_stale_nor_forged_answers_are_believed)
{
	static const enum fault faults[] = { FAULT_STALE, FAULT_OTHER_CRL_SIGNER, FAULT_GARBAGE, FAULT_500,
		FAULT_HTML, FAULT_HUGE };
	struct ca_status s;
	struct cmp_rig r;

	for (int crl_only = 0; crl_only < 2; crl_only++) {
		start(&r, crl_only);
		for (size_t i = 0; i < COUNT(faults); i++) {
			r.faulty.fault = faults[i];
			CHECK(!status_of(&r, 0, &s) && r.e.text[0] != '\0');
		}
		r.faulty.fault = FAULT_NONE;
		CHECK(status_of(&r, 0, &s) && s.standing == CA_GOOD);
		cmp_rig_stop(&r);
	}
}

TEST(a_hold_is_no_end)
{
	struct ca_status s;
	struct cmp_rig r;
	const uint8_t *at;
	X509 *cert;

	start(&r, false);
	at = r.certificate.p;
	cert = d2i_X509(NULL, &at, (long)r.certificate.n);
	issuer_revoke(&r.faulty.issuer, X509_get0_serialNumber(cert), 6);
	X509_free(cert);
	CHECK(status_of(&r, 0, &s) && s.standing == CA_HELD);
	cmp_rig_stop(&r);
}

TEST(a_certificate_of_another_issuer_has_no_status_here)
{
	struct ca_status s;
	struct cmp_rig r, other;

	start(&r, false);
	start(&other, false);
	writer_reset(&r.issuer);
	wr_span(&r.issuer, writer_span(&other.issuer));
	CHECK(!status_of(&r, 0, &s));
	cmp_rig_stop(&other);
	cmp_rig_stop(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ocsp_says_good_and_then_revoked),
		cmocka_unit_test(without_a_responder_the_crl_says_it),
		cmocka_unit_test(a_young_answer_is_not_asked_for_again),
		cmocka_unit_test(neither_stale_nor_forged_answers_are_believed),
		cmocka_unit_test(a_hold_is_no_end),
		cmocka_unit_test(a_certificate_of_another_issuer_has_no_status_here),
	};
	struct err e = { 0 };

	return crypto_start(&e) ? RUN(tests) : 1;
}
