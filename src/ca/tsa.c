/* SPDX-License-Identifier: Apache-2.0 */
/* Time stamps by libcrypto's authority, one context for each: it keeps state of its request. */
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/ts.h>

#include "base/clock.h"
#include "ca/tsa.h"

#define POLICY		"2.25.227447455115774099564511411542037562177.3"
#define SERIAL_LEN	16

static ASN1_INTEGER *
on_serial(TS_RESP_CTX *ctx UNUSED, void *arg UNUSED)
{
	uint8_t serial[SERIAL_LEN];
	ASN1_INTEGER *i = ASN1_INTEGER_new();

	random_bytes(serial, sizeof(serial));
	serial[0] = (uint8_t)((serial[0] & 0x7f) | 0x40);
	if (i != NULL && ASN1_STRING_set(i, serial, sizeof(serial)) == 1)
		return i;
	ASN1_INTEGER_free(i);
	return NULL;
}

static bool
context_set(TS_RESP_CTX *ctx, const struct service *tsa, X509 *issuing)
{
	const EVP_MD *hashes[] = { EVP_sha256(), EVP_sha384(), EVP_sha512() };
	STACK_OF(X509) *chain = sk_X509_new_null();
	ASN1_OBJECT *policy = OBJ_txt2obj(POLICY, 1);
	bool ok = chain != NULL && policy != NULL && sk_X509_push(chain, issuing) > 0 &&
	    TS_RESP_CTX_set_signer_cert(ctx, tsa->certificate) == 1 &&
	    TS_RESP_CTX_set_signer_key(ctx, tsa->key) == 1 &&
	    TS_RESP_CTX_set_signer_digest(ctx, EVP_sha256()) == 1 &&
	    TS_RESP_CTX_set_ess_cert_id_digest(ctx, EVP_sha256()) == 1 &&
	    TS_RESP_CTX_set_def_policy(ctx, policy) == 1 && TS_RESP_CTX_set_certs(ctx, chain) == 1 &&
	    TS_RESP_CTX_set_accuracy(ctx, 1, 0, 0) == 1 &&
	    TS_RESP_CTX_set_clock_precision_digits(ctx, 3) == 1;

	for (size_t i = 0; ok && i < COUNT(hashes); i++)
		ok = TS_RESP_CTX_add_md(ctx, hashes[i]) == 1;
	TS_RESP_CTX_set_serial_cb(ctx, on_serial, NULL);
	ASN1_OBJECT_free(policy);
	sk_X509_free(chain);
	return ok;
}

bool
tsa_answer(const struct service *tsa, X509 *issuing, struct span query, struct writer *w,
    struct err *e)
{
	TS_RESP_CTX *ctx = TS_RESP_CTX_new();
	BIO *bio = BIO_new_mem_buf(query.p, (int)query.n);
	TS_RESP *answer = NULL;
	unsigned char *der = NULL;
	int n = -1;

	if (ctx != NULL && bio != NULL && context_set(ctx, tsa, issuing) &&
	    (answer = TS_RESP_create_response(ctx, bio)) != NULL)
		n = i2d_TS_RESP(answer, &der);
	TS_RESP_free(answer);
	TS_RESP_CTX_free(ctx);
	BIO_free(bio);
	ERR_clear_error();
	if (n <= 0)
		return err_set(e, ERR_BACKEND, "no time stamp could be made");
	wr_bytes(w, der, (size_t)n);
	OPENSSL_free(der);
	return writer_ok(w) || err_set(e, ERR_BUG, "a time stamp is too long");
}
