/* SPDX-License-Identifier: Apache-2.0 */
/* The checks of a CAdES file in the order in which their errors help the reader most. */
#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/x509_vfy.h>

#include "crypto/hash.h"
#include "crypto/verify.h"
#include "x509/cades_file.h"
#include "x509/cades_verify.h"

static bool
document_matches(const struct cades_file *f, struct span document, struct err *e)
{
	uint8_t mem[DIGEST_MAX];

	return span_equal(f->message_digest, alg_digest(f->alg, document, mem)) ||
	    err_set(e, ERR_DENIED, "the document was changed after signing, or this signature "
	    "belongs to another document");
}

/* signing-certificate-v2 says which certificate it is: a swapped one of the same key is refused. */
static bool
find_signer(const struct cades_file *f, struct span *der, struct certificate *c, struct err *e)
{
	const struct alg *hash = alg_find(f->certificate_sha384 ? ALG_ECDSA_P384_SHA384
								: ALG_ECDSA_P256_SHA256);
	struct certificate_cut cut;
	uint8_t mem[DIGEST_MAX];

	for (size_t i = 0; i < f->certificates_n; i++) {
		if (!span_equal(f->certificate_hash, alg_digest(hash, f->certificates[i], mem)))
			continue;
		if (!certificate_cut(f->certificates[i], &cut, e) || !certificate_read(&cut, c, e))
			return false;
		if (!span_equal(c->issuer, f->issuer) || !span_equal(c->serial, f->serial))
			return err_set(e, ERR_DENIED, "the file names one certificate as the signer's, "
			    "and its signed attributes another");
		*der = f->certificates[i];
		return true;
	}
	return err_set(e, ERR_DENIED, "the certificate that the signature names as the signer's is "
	    "not in the file; it may have been swapped for another");
}

static bool
signature_holds(const struct cades_file *f, const struct certificate *c, uint8_t dtbsr[DIGEST_MAX],
    struct err *e)
{
	AUTO_WRITER set = writer_grow(CADES_FILE_MAX);

	der_put(&set, DER_SET, f->attributes);
	if (!writer_ok(&set))
		return err_set(e, ERR_BACKEND, "no memory to verify the signature");
	return signature_verify(f->alg, c->spki, alg_digest(f->alg, writer_span(&set), dtbsr),
	    span_of(f->signature, f->alg->signature_len)) ||
	    err_set(e, ERR_DENIED, "the signature does not verify: it or its signed "
	    "attributes were changed, or another key made it");
}

static bool
usage_allows(const struct certificate *c, struct err *e)
{
	unsigned signing = USAGE_NON_REPUDIATION | USAGE_DIGITAL_SIGNATURE;

	return (!c->is_ca && (c->key_usage & signing) != 0) || err_set(e, ERR_DENIED,
	    "the signer's certificate is not meant for signing documents (key usage)");
}

/* libcrypto's own reading of the same bytes. NULL, or the CMS with its signer found. */
static CMS_ContentInfo *
cms_open(struct span file)
{
	const unsigned char *p = file.p;
	CMS_ContentInfo *cms = d2i_CMS_ContentInfo(NULL, &p, (long)file.n);

	if (cms != NULL && p == file.p + file.n && CMS_set1_signers_certs(cms, NULL, 0) == 1)
		return cms;
	CMS_ContentInfo_free(cms);
	return NULL;
}

static bool
cms_agrees(CMS_ContentInfo *cms)
{
	STACK_OF(CMS_SignerInfo) *infos = CMS_get0_SignerInfos(cms);

	return sk_CMS_SignerInfo_num(infos) == 1 &&
	    CMS_SignerInfo_verify(sk_CMS_SignerInfo_value(infos, 0)) == 1;
}

static bool
store_fill(X509_STORE *store, const struct chain *anchors)
{
	for (size_t i = 0; i < chain_count(anchors); i++) {
		struct span der = chain_at(anchors, i);
		const unsigned char *p = der.p;
		X509 *x = d2i_X509(NULL, &p, (long)der.n);
		bool good = x != NULL && X509_STORE_add_cert(store, x) == 1;

		X509_free(x);
		if (!good)
			return false;
	}
	return true;
}

#define NOT_ISSUED	"the signer's certificate is not issued by any of the given CAs; give the " \
	"root that you trust"

static const struct {
	int		 code;
	const char	*text;
} texts[] = {
	{ X509_V_ERR_CERT_HAS_EXPIRED, "a certificate of the chain had expired at that time" },
	{ X509_V_ERR_CERT_NOT_YET_VALID, "a certificate of the chain was not valid yet at that time" },
	{ X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, NOT_ISSUED },
	{ X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, NOT_ISSUED },
	{ X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, NOT_ISSUED },
	{ X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, NOT_ISSUED },
	{ X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, "the signer's certificate is issued by no CA" },
	{ X509_V_ERR_CERT_SIGNATURE_FAILURE, "a certificate of the chain was changed after its CA "
	    "signed it, or was signed by an impostor of its CA" },
};

static bool
chain_refused(int why, struct err *e)
{
	for (size_t i = 0; i < COUNT(texts); i++)
		if (texts[i].code == why)
			return err_set(e, ERR_DENIED, "%s", texts[i].text);
	return err_set(e, ERR_DENIED, "the chain of certificates does not hold: %s",
	    X509_verify_cert_error_string(why));
}

/* An anchor may be a root or the issuing CA itself, so a partial chain is enough. */
static bool
chain_holds(CMS_ContentInfo *cms, X509_STORE *store, X509_STORE_CTX *ctx, uint64_t at_ms,
    struct err *e)
{
	STACK_OF(X509) *inside = CMS_get1_certs(cms), *signers = CMS_get0_signers(cms);
	X509_VERIFY_PARAM *param;
	int why = X509_V_ERR_UNSPECIFIED;

	if (signers != NULL && sk_X509_num(signers) == 1 &&
	    X509_STORE_CTX_init(ctx, store, sk_X509_value(signers, 0), inside) == 1) {
		param = X509_STORE_CTX_get0_param(ctx);
		X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_PARTIAL_CHAIN);
		X509_VERIFY_PARAM_set_time(param, (time_t)(at_ms / 1000));
		X509_VERIFY_PARAM_set_auth_level(param, 2);
		why = X509_verify_cert(ctx) == 1 ? X509_V_OK : X509_STORE_CTX_get_error(ctx);
	}
	sk_X509_free(signers);
	sk_X509_pop_free(inside, X509_free);
	return why == X509_V_OK || chain_refused(why, e);
}

static bool
libcrypto_verifies(struct span file, const struct chain *anchors, uint64_t at_ms, struct err *e)
{
	X509_STORE *store = X509_STORE_new();
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	CMS_ContentInfo *cms = cms_open(file);
	bool good;

	if (store == NULL || ctx == NULL || cms == NULL || !cms_agrees(cms))
		good = err_set(e, ERR_DENIED, "the signature does not verify as CMS");
	else if (!store_fill(store, anchors))
		good = err_set(e, ERR_FORMAT, "one of the given CA certificates cannot be read");
	else
		good = chain_holds(cms, store, ctx, at_ms, e);
	X509_STORE_CTX_free(ctx);
	X509_STORE_free(store);
	CMS_ContentInfo_free(cms);
	ERR_clear_error();
	return good;
}

bool
cades_verify(struct span file, struct span document, const struct chain *anchors, uint64_t at_ms,
    struct cades_result *out, struct err *e)
{
	struct cades_result result = { 0 };
	struct certificate signer;
	struct cades_file f;
	uint64_t at;

	if (!cades_file_read(file, &f, e) || !find_signer(&f, &result.signer, &signer, e) ||
	    !signature_holds(&f, &signer, result.dtbsr, e) || !document_matches(&f, document, e) ||
	    !usage_allows(&signer, e))
		return false;
	if (at_ms == CADES_AT_SIGNING_TIME && f.kind == ATTRIBUTES_PADES)
		return err_set(e, ERR_DENIED, "it claims no signing time, by which to judge it");
	at = at_ms == CADES_AT_SIGNING_TIME ? f.signing_time : at_ms;
	if (!libcrypto_verifies(file, anchors, at, e) ||
	    !name_to_text(signer.subject, result.subject, sizeof(result.subject), e))
		return false;
	result.alg = f.alg;
	result.signing_time = f.signing_time;
	result.closed = f.closed;
	*out = result;
	return true;
}
