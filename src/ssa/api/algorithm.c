/* SPDX-License-Identifier: Apache-2.0 */
/* A key has one algorithm: whatever a client names must be that one (design-review C6). */
#include <stdlib.h>

#include "json/base64.h"
#include "ssa/api/credential.h"
#include "ssa/api/info.h"
#include "wire/activate.h"

#define OID_EC		"1.2.840.10045.2.1"
#define OID_RSA		"1.2.840.113549.1.1.1"

/* The same parameters with the hash's NULL left out (RFC 4055 2.1 allows both). */
static const char pss_without_null[] =
    "MDCgDTALBglghkgBZQMEAgGhGjAYBgkqhkiG9w0BAQgwCwYJYIZIAWUDBAIBogMCASA=";

const char *
hash_algorithm_fault(const struct call *c, const struct alg *alg, bool needed)
{
	bool v1 = call_version(c) == 1;
	struct span oid = { 0 };
	enum json_got got = json_text(c->json, v1 ? "hashAlgo" : "hashAlgorithmOID", 64, &oid);

	if (got == JSON_GOT && oid.n == 0 && !needed)
		return NULL;		/* some clients send what they have no value for as "" */
	if (got == JSON_WRONG || (got == JSON_ABSENT && needed))
		return v1 ? "Missing (or invalid type) string parameter hashAlgo" :
		    "Missing (or invalid type) string parameter hashAlgorithmOID";
	if (got == JSON_GOT && !span_equal(oid, span_str(alg->hash_oid)))
		return v1 ? "Invalid parameter hashAlgo" : "Invalid parameter hashAlgorithmOID";
	return NULL;
}

static bool
is_pss(const struct alg *alg)
{
	return alg->number == ALG_RSA3072_PSS_SHA256;
}

const char *
algorithm_type_oid(const struct alg *alg)
{
	return is_pss(alg) ? NULL : alg->curve_oid != NULL ? OID_EC : OID_RSA;
}

const char *
sign_algorithm_fault(const struct alg *alg, struct span oid, enum json_got got, struct span params,
    bool *hash_needed)
{
	if (span_equal(oid, span_str(alg->oid)))
		*hash_needed = false;
	else if (!is_pss(alg) && span_equal(oid, span_str(algorithm_type_oid(alg))))
		*hash_needed = true;
	else
		return "Invalid parameter signAlgo";
	if (got == JSON_WRONG)
		return "Missing (or invalid type) string parameter signAlgoParams";
	if (is_pss(alg) && got == JSON_GOT && params.n > 0 &&
	    !span_equal(params, span_str(PSS_SHA256_PARAMS)) &&
	    !span_equal(params, span_str(pss_without_null)))
		return "Invalid parameter signAlgoParams";
	return NULL;
}

const char *
hashes_read(const json_t *array, size_t n, const struct alg *alg, uint8_t **digests)
{
	const char *fault = NULL;
	uint8_t *all;

	if (n == 0)
		return "Empty hash array";
	if (n > USES_MAX)
		return "Numbers of signatures is too high";
	if ((all = malloc(n * alg->digest_len)) == NULL)
		bug("out of memory");
	for (size_t i = 0; i < n && fault == NULL; i++) {
		uint8_t bytes[96];
		struct writer w = writer_over(bytes, sizeof(bytes));
		struct span text;

		if (!json_text_at(array, i, 512, &text) || !hash_text_read(text, &w))
			fault = "Invalid Base64 hash string parameter";
		else if (w.n != alg->digest_len)
			fault = "Invalid digest value length";
		else
			memcpy(all + i * alg->digest_len, bytes, alg->digest_len);
	}
	if (fault != NULL)
		free(all);
	else
		*digests = all;
	return fault;
}
