/* SPDX-License-Identifier: Apache-2.0 */
/* The client against OpenSSL's own CMP server, good and faulty. */
#include <openssl/x509.h>
#include <time.h>

#include "base/clock.h"
#include "crypto/hash.h"
#include "tests/cmp/rig.h"
#include "tests/test.h"

static bool
is_ours(const struct cmp_rig *r)
{
	const uint8_t *at = r->certificate.p;
	X509 *cert = d2i_X509(NULL, &at, (long)r->certificate.n);
	bool ok = cert != NULL && X509_check_private_key(cert, r->key) == 1 &&
	    X509_verify(cert, r->faulty.issuer.key) == 1;

	X509_free(cert);
	return ok;
}

TEST(a_request_of_pkcs10_becomes_a_certificate_with_its_chain)
{
	struct cmp_rig r;
	struct reader chain;
	struct span issuer;

	cmp_rig_start(&r, NULL);
	CHECK(r.ca != NULL && cmp_rig_certify(&r, FAULT_NONE) && is_ours(&r));
	chain = reader_over(writer_span(&r.chain));
	CHECK(rd_span32(&chain, 1, CA_CERTIFICATE_MAX, &issuer) && rd_end(&chain));
	CHECK(span_equal(issuer, writer_span(&r.issuer)));
	CHECK(r.faulty.attested == 1);
	CHECK(r.faulty.confirmed == 1);		/* this server grants no implicit one */
	cmp_rig_stop(&r);
}

TEST(one_session_certifies_often_over_one_connection)
{
	struct cmp_rig r;

	cmp_rig_start(&r, NULL);
	for (int i = 0; i < 5; i++)
		CHECK(cmp_rig_certify(&r, FAULT_NONE) && is_ours(&r));
	CHECK(r.faulty.issued == 5 && r.faulty.attested == 5);
	CHECK(r.faulty.connections == 1);
	cmp_rig_stop(&r);
}

TEST(templates_are_sent_as_verified_by_the_ra)
{
	static const char *const kinds[] = { "cr", "ir" };
	struct cmp_rig r;

	cmp_rig_start(&r, NULL);
	for (size_t i = 0; i < COUNT(kinds); i++) {
		strcpy(r.config.request, kinds[i]);
		cmp_rig_open(&r);
		CHECK(cmp_rig_certify(&r, FAULT_NONE) && is_ours(&r));
	}
	cmp_rig_stop(&r);
}

TEST(a_shared_secret_protects_as_well)
{
	struct cmp_rig r;

	cmp_rig_start(&r, "correct horse battery staple");
	CHECK(r.ca != NULL && cmp_rig_certify(&r, FAULT_NONE) && is_ours(&r));
	cmp_rig_file(&r, "secret", "something else", r.config.secret);
	cmp_rig_open(&r);
	CHECK(!cmp_rig_certify(&r, FAULT_NONE) && r.e.code != ERR_NONE);
	cmp_rig_stop(&r);
}

TEST(a_certificate_that_does_not_fit_is_refused_and_the_ca_is_told)
{
	struct cmp_rig r;

	cmp_rig_start(&r, NULL);
	CHECK(!cmp_rig_certify(&r, FAULT_OTHER_KEY) && cmp_rig_said(&r, ERR_BACKEND, "other-key"));
	CHECK(!cmp_rig_certify(&r, FAULT_OTHER_SUBJECT) && cmp_rig_said(&r, ERR_BACKEND, "other-subject"));
	CHECK(r.faulty.refused == 2 && r.faulty.confirmed == 0);
	CHECK(cmp_rig_certify(&r, FAULT_MORE_SUBJECT) && is_ours(&r));	/* the SAM knows what may be added */
	cmp_rig_stop(&r);
}

TEST(an_answer_without_right_protection_is_refused)
{
	struct cmp_rig r;

	cmp_rig_start(&r, NULL);
	CHECK(!cmp_rig_certify(&r, FAULT_UNPROTECTED) && cmp_rig_said(&r, ERR_BACKEND, "protection"));
	CHECK(!cmp_rig_certify(&r, FAULT_OTHER_SIGNER) && cmp_rig_said(&r, ERR_BACKEND, "protection"));
	CHECK(!cmp_rig_certify(&r, FAULT_TRANSACTION) && cmp_rig_said(&r, ERR_BACKEND, "transaction"));
	CHECK(!cmp_rig_certify(&r, FAULT_NONCE) && cmp_rig_said(&r, ERR_BACKEND, "nonce"));
	CHECK(cmp_rig_certify(&r, FAULT_NONE));		/* a retry works */
	cmp_rig_stop(&r);
}

TEST(what_is_not_cmp_is_explained)
{
	struct cmp_rig r;

	cmp_rig_start(&r, NULL);
	CHECK(!cmp_rig_certify(&r, FAULT_GARBAGE) && cmp_rig_said(&r, ERR_BACKEND, "garbage"));
	CHECK(!cmp_rig_certify(&r, FAULT_HTML) && cmp_rig_said(&r, ERR_BACKEND, "garbage"));
	CHECK(strstr(r.e.text, "web page") != NULL);
	CHECK(!cmp_rig_certify(&r, FAULT_404) && cmp_rig_said(&r, ERR_BACKEND, "http"));
	CHECK(!cmp_rig_certify(&r, FAULT_HUGE) && cmp_rig_said(&r, ERR_BACKEND, "garbage"));
	CHECK(!cmp_rig_certify(&r, FAULT_500) && cmp_rig_said(&r, ERR_BUSY, "http"));
	CHECK(!cmp_rig_certify(&r, FAULT_CLOSE) && cmp_rig_said(&r, ERR_BUSY, "unreachable"));
	CHECK(cmp_rig_certify(&r, FAULT_NONE));
	cmp_rig_stop(&r);
}

TEST(a_ca_that_is_down_for_a_moment_is_asked_again)
{
	struct cmp_rig r;

	cmp_rig_start(&r, NULL);
	CHECK(cmp_rig_certify(&r, FAULT_DOWN_TWICE) && is_ours(&r));
	CHECK(r.faulty.failures > 2 && r.faulty.issued == 1);
	r.faulty.failures = 0;
	r.config.retries = 1;
	cmp_rig_open(&r);
	CHECK(!cmp_rig_certify(&r, FAULT_DOWN_TWICE) && cmp_rig_said(&r, ERR_BUSY, "http"));
	cmp_rig_stop(&r);
}

TEST(a_ca_that_hangs_costs_one_time_out)
{
	struct cmp_rig r;
	uint64_t before;

	cmp_rig_start(&r, NULL);
	r.config.timeout_ms = 100;
	r.config.retries = 0;
	cmp_rig_open(&r);
	before = clock_life();
	CHECK(!cmp_rig_certify(&r, FAULT_HANG) && cmp_rig_said(&r, ERR_BUSY, "timeout"));
	CHECK(clock_life() - before < 5000);
	cmp_rig_stop(&r);
}

TEST(polling_ends)
{
	struct cmp_rig r;

	cmp_rig_start(&r, NULL);
	CHECK(cmp_rig_certify(&r, FAULT_POLL_TWICE) && is_ours(&r));
	r.faulty.polled = 0;
	CHECK(!cmp_rig_certify(&r, FAULT_POLL_FOR_EVER) && cmp_rig_said(&r, ERR_BUSY, "polling"));
	CHECK(r.faulty.polled <= (int)r.config.polls + 1);
	cmp_rig_stop(&r);
}

TEST(a_refusal_says_why)
{
	struct cmp_rig r;

	cmp_rig_start(&r, NULL);
	CHECK(!cmp_rig_certify(&r, FAULT_REJECT) && cmp_rig_said(&r, ERR_DENIED, "rejected"));
	CHECK(strstr(r.e.text, "badCertTemplate") != NULL);
	CHECK(strcmp(ca_said(r.ca), "no such profile") == 0);
	r.config.retries = 0;
	cmp_rig_open(&r);
	CHECK(!cmp_rig_certify(&r, FAULT_UNAVAILABLE) && cmp_rig_said(&r, ERR_BUSY, "answer"));
	cmp_rig_stop(&r);
}

TEST(stopping_ends_whatever_waits)
{
	struct cmp_rig r;
	atomic_bool stop = true;
	struct err e = { 0 };

	cmp_rig_start(&r, NULL);
	ca_free(r.ca);
	r.ca = ca_open(&r.config, &stop, &e);
	CHECK(r.ca != NULL && !cmp_rig_certify(&r, FAULT_HANG) && cmp_rig_said(&r, ERR_BUSY, "stopping"));
	cmp_rig_stop(&r);
}

TEST(the_ra_revokes_and_twice_is_as_good)
{
	struct cmp_rig r;

	cmp_rig_start(&r, NULL);
	CHECK(cmp_rig_certify(&r, FAULT_NONE));
	CHECK(ca_revoke(r.ca, writer_span(&r.certificate), 5, clock_life() + 10000, &r.e));
	CHECK(r.faulty.issuer.n_revoked == 1);
	CHECK(ca_revoke(r.ca, writer_span(&r.certificate), 5, clock_life() + 10000, &r.e));
	CHECK(r.faulty.issuer.n_revoked == 1);
	CHECK(cmp_rig_certify(&r, FAULT_NONE) && is_ours(&r));	/* nothing of it is left in the session */
	r.faulty.fault = FAULT_REJECT;
	CHECK(!ca_revoke(r.ca, writer_span(&r.certificate), 5, clock_life() + 10000, &r.e));
	CHECK(r.e.code == ERR_DENIED && strstr(r.e.text, "badCertId") != NULL);
	cmp_rig_stop(&r);
}

static bool
refused(struct cmp_rig *r, const char *why)
{
	cmp_rig_open(r);
	return r->ca == NULL && strstr(r->e.text, why) != NULL;
}

TEST(files_that_cannot_be_used_are_named)
{
	struct cmp_rig r;
	struct ca_config good;

	cmp_rig_start(&r, NULL);
	good = r.config;
	cmp_rig_file(&r, "ca.key", NULL, r.config.key);
	CHECK(refused(&r, "is not the key's"));
	r.config = good;
	cmp_rig_file(&r, "pass", "hush\n", r.config.key);
	CHECK(refused(&r, "no private key"));
	r.config = good;
	strcpy(r.config.server, "/nowhere");
	CHECK(refused(&r, "server /nowhere"));
	r.config = good;
	strcpy(r.config.recipient, "nonsense");
	CHECK(refused(&r, "recipient is no name"));
	r.config = good;
	strcpy(r.config.recipient, "CN=Issuing CA,O=Tests");
	cmp_rig_open(&r);
	CHECK(r.ca != NULL && cmp_rig_certify(&r, FAULT_NONE));
	cmp_rig_stop(&r);
}

TEST(roots_in_trust_are_as_good_as_the_server_itself)
{
	struct cmp_rig r;

	cmp_rig_start(&r, NULL);
	r.config.server[0] = '\0';
	cmp_rig_file(&r, "ca.pem", NULL, r.config.trust);
	cmp_rig_open(&r);
	CHECK(r.ca != NULL && cmp_rig_certify(&r, FAULT_NONE) && is_ours(&r));
	CHECK(!cmp_rig_certify(&r, FAULT_UNPROTECTED) && cmp_rig_said(&r, ERR_BACKEND, "protection"));
	cmp_rig_stop(&r);
}

/* Ours alone: the server's thread has its own clock. Measured, not judged: CI's machines are slow. */
TEST(what_one_request_costs_us)
{
	struct timespec a, b;
	struct cmp_rig r;
	const int n = 50;

	cmp_rig_start(&r, NULL);
	OSSL_CMP_SRV_CTX_set_grant_implicit_confirm(r.faulty.server, 1);
	CHECK(cmp_rig_certify(&r, FAULT_NONE));
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &a);
	for (int i = 0; i < n; i++)
		CHECK(cmp_rig_certify(&r, FAULT_NONE));
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &b);
	fprintf(stderr, "client: %.0f us of CPU for each p10cr\n",
	    ((double)(b.tv_sec - a.tv_sec) * 1e9 + (double)(b.tv_nsec - a.tv_nsec)) / n / 1000);
	cmp_rig_stop(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_request_of_pkcs10_becomes_a_certificate_with_its_chain),
		cmocka_unit_test(one_session_certifies_often_over_one_connection),
		cmocka_unit_test(templates_are_sent_as_verified_by_the_ra),
		cmocka_unit_test(a_shared_secret_protects_as_well),
		cmocka_unit_test(a_certificate_that_does_not_fit_is_refused_and_the_ca_is_told),
		cmocka_unit_test(an_answer_without_right_protection_is_refused),
		cmocka_unit_test(what_is_not_cmp_is_explained),
		cmocka_unit_test(a_ca_that_is_down_for_a_moment_is_asked_again),
		cmocka_unit_test(a_ca_that_hangs_costs_one_time_out),
		cmocka_unit_test(polling_ends),
		cmocka_unit_test(a_refusal_says_why),
		cmocka_unit_test(stopping_ends_whatever_waits),
		cmocka_unit_test(the_ra_revokes_and_twice_is_as_good),
		cmocka_unit_test(files_that_cannot_be_used_are_named),
		cmocka_unit_test(roots_in_trust_are_as_good_as_the_server_itself),
		cmocka_unit_test(what_one_request_costs_us),
	};
	struct err e = { 0 };

	return crypto_start(&e) ? RUN(tests) : 1;
}
