/* SPDX-License-Identifier: Apache-2.0 */
/* The plain exchange against OpenSSL's server: taken where it may be, and nothing gets through it. */
#include <openssl/x509.h>

#include "base/clock.h"
#include "cmp/session.h"
#include "crypto/hash.h"
#include "tests/cmp/rig.h"
#include "tests/test.h"

/* A session that has seen one transaction of OpenSSL's client. by_root: trust in place of server. */
static void
plain_start(struct cmp_rig *r, bool by_root)
{
	cmp_rig_start(r, NULL);
	OSSL_CMP_SRV_CTX_set_grant_implicit_confirm(r->faulty.server, 1);
	r->config.retries = 0;
	if (by_root) {
		r->config.server[0] = '\0';
		cmp_rig_file(r, "ca.pem", NULL, r->config.trust);
	}
	cmp_rig_open(r);
	CHECK(!plain_is_known(r->ca) && cmp_rig_certify(r, FAULT_NONE) && !r->ca->is_plain);
	CHECK(plain_is_known(r->ca));
}

static bool
is_plain(struct cmp_rig *r)
{
	return cmp_rig_certify(r, FAULT_NONE) && r->ca->is_plain;
}

TEST(after_one_transaction_of_openssl_the_exchange_is_plain)
{
	for (int by_root = 0; by_root < 2; by_root++) {
		struct cmp_rig r;
		AUTO_WRITER chain = writer_grow(65536);

		plain_start(&r, by_root == 1);
		wr_span(&chain, writer_span(&r.chain));
		for (int i = 0; i < 5; i++) {
			const uint8_t *at;
			X509 *cert;

			CHECK(is_plain(&r));
			at = r.certificate.p;
			cert = d2i_X509(NULL, &at, (long)r.certificate.n);
			CHECK(cert != NULL && X509_check_private_key(cert, r.key) == 1 &&
			    X509_verify(cert, r.faulty.issuer.key) == 1);
			X509_free(cert);
			CHECK(chain.n > 0 && span_equal(writer_span(&chain), writer_span(&r.chain)));
		}
		CHECK(r.faulty.issued == 6 && r.faulty.attested == 6 && r.faulty.requests == 6);
		CHECK(r.faulty.connections == 1);
		cmp_rig_stop(&r);
	}
}

TEST(what_was_believed_is_asked_again_after_a_while)
{
	struct cmp_rig r;

	plain_start(&r, true);
	clock_shift(0, PLAIN_LIFE_MS - 1000);
	CHECK(is_plain(&r));
	clock_shift(0, PLAIN_LIFE_MS + 1);
	CHECK(!plain_is_known(r.ca) && cmp_rig_certify(&r, FAULT_NONE) && !r.ca->is_plain);
	CHECK(is_plain(&r));
	clock_shift(0, 0);
	cmp_rig_stop(&r);
}

TEST(where_the_ca_or_we_want_something_else_openssl_does_it)
{
	static const char *const kinds[] = { "cr", "ir" };
	struct cmp_rig r;

	cmp_rig_start(&r, NULL);			/* it wants its certificates confirmed */
	CHECK(cmp_rig_certify(&r, FAULT_NONE) && !plain_is_known(r.ca));
	OSSL_CMP_SRV_CTX_set_grant_implicit_confirm(r.faulty.server, 1);
	for (size_t i = 0; i < COUNT(kinds); i++) {
		strcpy(r.config.request, kinds[i]);
		cmp_rig_open(&r);
		CHECK(cmp_rig_certify(&r, FAULT_NONE) && !plain_is_known(r.ca));
	}
	strcpy(r.config.request, "p10cr");
	r.config.implicit_confirm = false;
	cmp_rig_open(&r);
	CHECK(cmp_rig_certify(&r, FAULT_NONE) && !plain_is_known(r.ca));
	cmp_rig_stop(&r);
	cmp_rig_start(&r, "correct horse battery staple");
	OSSL_CMP_SRV_CTX_set_grant_implicit_confirm(r.faulty.server, 1);
	CHECK(cmp_rig_certify(&r, FAULT_NONE) && !plain_is_known(r.ca));
	cmp_rig_stop(&r);
}

static const struct {
	enum fault	 fault;
	enum err_code	 code;
	const char	*reason;
} refusals[] = {
	{ FAULT_UNPROTECTED, ERR_BACKEND, "protection" },
	{ FAULT_OTHER_SIGNER, ERR_BACKEND, "protection" },
	{ FAULT_TRANSACTION, ERR_BACKEND, "transaction" },
	{ FAULT_NONCE, ERR_BACKEND, "nonce" },
	{ FAULT_OTHER_KEY, ERR_BACKEND, "other-key" },
	{ FAULT_OTHER_SUBJECT, ERR_BACKEND, "other-subject" },
	{ FAULT_REJECT, ERR_DENIED, "rejected" },
	{ FAULT_UNAVAILABLE, ERR_BUSY, "answer" },
	{ FAULT_GARBAGE, ERR_BACKEND, "garbage" },
	{ FAULT_HTML, ERR_BACKEND, "garbage" },
	{ FAULT_404, ERR_BACKEND, "http" },
	{ FAULT_500, ERR_BUSY, "http" },
	{ FAULT_HUGE, ERR_BACKEND, "garbage" },
};

TEST(what_openssl_refuses_is_refused_for_the_same_reason)
{
	struct cmp_rig r;

	for (int by_root = 0; by_root < 2; by_root++) {
		plain_start(&r, by_root == 1);
		for (size_t i = 0; i < COUNT(refusals); i++) {
			int requests = r.faulty.requests;

			CHECK(is_plain(&r));
			if (by_root == 1 && refusals[i].fault == FAULT_OTHER_SIGNER)
				continue;		/* it leads to the root, too: trust is enough */
			CHECK(!cmp_rig_certify(&r, refusals[i].fault) && !r.ca->is_plain);
			CHECK(cmp_rig_said(&r, refusals[i].code, refusals[i].reason));
			CHECK(r.certificate.n == 0 && r.faulty.requests <= requests + 3);
		}
		CHECK(is_plain(&r));
		cmp_rig_stop(&r);
	}
}

TEST(what_openssl_takes_otherwise_is_taken_from_the_same_answer)
{
	struct cmp_rig r;
	int issued;

	plain_start(&r, false);
	issued = r.faulty.issued;
	CHECK(cmp_rig_certify(&r, FAULT_MORE_SUBJECT) && !r.ca->is_plain);
	CHECK(r.faulty.issued == issued + 1 && !plain_is_known(r.ca));
	CHECK(cmp_rig_certify(&r, FAULT_NONE) && is_plain(&r));
	CHECK(cmp_rig_certify(&r, FAULT_POLL_TWICE) && !r.ca->is_plain);
	CHECK(cmp_rig_certify(&r, FAULT_NONE) && is_plain(&r));
	OSSL_CMP_SRV_CTX_set_grant_implicit_confirm(r.faulty.server, 0);
	CHECK(cmp_rig_certify(&r, FAULT_NONE) && !r.ca->is_plain && r.faulty.confirmed == 1);
	CHECK(!plain_is_known(r.ca));
	cmp_rig_stop(&r);
}

TEST(a_ca_with_a_new_certificate_is_looked_at_anew)
{
	struct cmp_rig r;
	EVP_PKEY *other = issuer_new_key();

	plain_start(&r, true);
	CHECK(is_plain(&r));
	EVP_PKEY_free(r.ca->plain.key);			/* as if it had been another one's */
	r.ca->plain.key = other;
	CHECK(cmp_rig_certify(&r, FAULT_NONE) && !r.ca->is_plain);
	CHECK(is_plain(&r));
	cmp_rig_stop(&r);
}

/* Ours alone: the server's thread has its own clock. Measured, not judged: CI's machines are slow. */
TEST(what_one_plain_exchange_costs_us)
{
	struct timespec a, b;
	struct cmp_rig r;
	const int n = 50;

	plain_start(&r, true);
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &a);
	for (int i = 0; i < n; i++)
		CHECK(is_plain(&r));
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &b);
	fprintf(stderr, "client: %.0f us of CPU for each p10cr\n",
	    ((double)(b.tv_sec - a.tv_sec) * 1e9 + (double)(b.tv_nsec - a.tv_nsec)) / n / 1000);
	cmp_rig_stop(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(after_one_transaction_of_openssl_the_exchange_is_plain),
		cmocka_unit_test(what_was_believed_is_asked_again_after_a_while),
		cmocka_unit_test(where_the_ca_or_we_want_something_else_openssl_does_it),
		cmocka_unit_test(what_openssl_refuses_is_refused_for_the_same_reason),
		cmocka_unit_test(what_openssl_takes_otherwise_is_taken_from_the_same_answer),
		cmocka_unit_test(a_ca_with_a_new_certificate_is_looked_at_anew),
		cmocka_unit_test(what_one_plain_exchange_costs_us),
	};
	struct err e = { 0 };

	return crypto_start(&e) ? RUN(tests) : 1;
}
