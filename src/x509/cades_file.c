/* SPDX-License-Identifier: Apache-2.0 */
/* Reading CAdES: SignedData, its one SignerInfo, and the signed attributes we need. */
#include "crypto/hash.h"
#include "x509/cades_file.h"
#include "der/oids.h"

enum { A_CONTENT_TYPE = 1, A_DIGEST = 2, A_TIME = 4, A_CERTIFICATE = 8, A_COMMITMENT = 16,
	A_OTHER = 32, A_NEEDED = A_CONTENT_TYPE | A_DIGEST | A_CERTIFICATE,
	A_CLOSED = A_NEEDED | A_TIME | A_COMMITMENT };

static bool
refuse(struct err *e, const char *what)
{
	return err_set(e, ERR_FORMAT, "this is not a detached CAdES signature in DER: %s", what);
}

/* AlgorithmIdentifier of a hash, parameters absent or NULL (RFC 5754 2: both are to be read). */
static bool
read_hash(struct reader *r, bool *is_sha384)
{
	struct reader at = *r, in;
	struct span oid;
	bool is_384;

	if (!der_enter(&at, DER_SEQUENCE, &in) || !der_oid(&in, &oid) ||
	    !(rd_end(&in) || (der_null(&in) && rd_end(&in))))
		return false;
	is_384 = oid_is(oid, OID_SHA384);
	if (!is_384 && !oid_is(oid, OID_SHA256))
		return false;
	*is_sha384 = is_384;
	*r = at;
	return true;
}

static bool
read_content_type(struct reader *r, struct cades_file *f UNUSED)
{
	struct span oid;

	return der_oid(r, &oid) && oid_is(oid, OID_DATA) && rd_end(r);
}

static bool
read_message_digest(struct reader *r, struct cades_file *f)
{
	return der_take(r, DER_OCTET_STRING, &f->message_digest) && rd_end(r);
}

static bool
read_signing_time(struct reader *r, struct cades_file *f)
{
	return der_time(r, &f->signing_time) && rd_end(r);
}

/* The first ESSCertIDv2 is the signer's (RFC 5035 4); what follows it is not needed here. */
static bool
read_signing_certificate(struct reader *r, struct cades_file *f)
{
	struct reader whole, list, one;

	if (!der_enter(r, DER_SEQUENCE, &whole) || !rd_end(r) ||
	    !der_enter(&whole, DER_SEQUENCE, &list) || !der_enter(&list, DER_SEQUENCE, &one))
		return false;
	f->certificate_sha384 = false;
	return (!der_is(&one, DER_SEQUENCE) || read_hash(&one, &f->certificate_sha384)) &&
	    der_take(&one, DER_OCTET_STRING, &f->certificate_hash) &&
	    f->certificate_hash.n == (f->certificate_sha384 ? 48 : HASH_LEN);
}

/* Indication without qualifiers, of the two types that are offered; another one is as if unknown. */
static bool
read_commitment(struct reader *r, struct cades_file *f)
{
	struct reader in;
	struct span oid;

	if (!der_enter(r, DER_SEQUENCE, &in) || !rd_end(r) || !der_oid(&in, &oid))
		return false;
	f->attrs = !rd_end(&in) ? 0 : oid_is(oid, OID_PROOF_OF_APPROVAL) ? COMMITMENT_APPROVAL
	    : oid_is(oid, OID_PROOF_OF_ORIGIN) ? COMMITMENT_ORIGIN : 0;
	return true;
}

static const struct known {
	const char	*oid;
	unsigned	 bit;
	bool		 (*read)(struct reader *, struct cades_file *);
} known[] = {
	{ OID_CONTENT_TYPE, A_CONTENT_TYPE, read_content_type },
	{ OID_MESSAGE_DIGEST, A_DIGEST, read_message_digest },
	{ OID_SIGNING_TIME, A_TIME, read_signing_time },
	{ OID_SIGNING_CERTIFICATE_V2, A_CERTIFICATE, read_signing_certificate },
	{ OID_COMMITMENT_TYPE, A_COMMITMENT, read_commitment },
};

static bool
read_attribute(struct reader *r, struct cades_file *f, unsigned *seen)
{
	struct reader in, values;
	struct span oid;

	if (!der_enter(r, DER_SEQUENCE, &in) || !der_oid(&in, &oid) ||
	    !der_enter(&in, DER_SET, &values) || !rd_end(&in))
		return false;
	for (size_t i = 0; i < COUNT(known); i++) {
		if (!oid_is(oid, known[i].oid))
			continue;
		if ((*seen & known[i].bit) != 0)
			return false;
		*seen |= known[i].bit;
		return known[i].read(&values, f);
	}
	*seen |= A_OTHER;
	return true;
}

static bool
read_attributes(struct cades_file *f, struct err *e)
{
	struct reader r = reader_over(f->attributes);
	unsigned seen = 0;

	while (!rd_end(&r))
		if (!read_attribute(&r, f, &seen))
			return refuse(e, "a signed attribute is malformed or stands twice");
	if ((seen & A_NEEDED) != A_NEEDED)
		return refuse(e, "it must sign content-type, message-digest and signing-certificate-v2");
	f->kind = (seen & A_TIME) != 0 ? ATTRIBUTES_CADES : ATTRIBUTES_PADES;
	f->closed = (seen & ~(unsigned)A_CLOSED) == 0 && ((seen & A_COMMITMENT) == 0 || f->attrs != 0);
	return true;
}

static bool
read_signer_info(struct reader *r, struct cades_file *f, struct err *e)
{
	struct span signature, skipped;
	struct reader in, sid;
	uint32_t version;
	bool is_sha384;

	if (!der_enter(r, DER_SEQUENCE, &in) || !der_small(&in, &version) || version != 1 ||
	    !der_enter(&in, DER_SEQUENCE, &sid) || !der_whole(&sid, DER_SEQUENCE, &f->issuer) ||
	    !der_unsigned(&sid, 20, &f->serial) || !rd_end(&sid))
		return refuse(e, "it does not name its signer by issuer and serial number");
	if (!read_hash(&in, &is_sha384) || !der_take(&in, DER_EXPLICIT(0), &f->attributes) ||
	    !algorithm_read(&in, &f->alg) || is_sha384 != (f->alg->digest_len == 48))
		return refuse(e, "it has no signed attributes, or an algorithm that is not offered");
	if (!der_take(&in, DER_OCTET_STRING, &signature) ||
	    !signature_from_der(f->alg, signature, f->signature))
		return refuse(e, "its signature value is malformed");
	if (der_is(&in, DER_EXPLICIT(1)) && !der_take(&in, DER_EXPLICIT(1), &skipped))
		return refuse(e, "its unsigned attributes are malformed");
	if (!rd_end(&in) || !rd_end(r))
		return refuse(e, "it has more than one signature");
	return read_attributes(f, e);
}

static bool
read_certificates(struct reader *r, struct cades_file *f, struct err *e)
{
	struct reader in;

	if (!der_enter(r, DER_EXPLICIT(0), &in))
		return refuse(e, "it carries no certificates");
	for (f->certificates_n = 0; !rd_end(&in); f->certificates_n++)
		if (f->certificates_n == CADES_CERTIFICATES ||
		    !der_whole(&in, DER_SEQUENCE, &f->certificates[f->certificates_n]))
			return refuse(e, "it carries too many certificates, or other things");
	return true;
}

static bool
read_signed_data(struct reader *r, struct cades_file *f, struct err *e)
{
	struct span digests, oid, crls;
	struct reader content, signers;
	uint32_t version;

	if (!der_small(r, &version) || version != 1 || !der_take(r, DER_SET, &digests) ||
	    !der_enter(r, DER_SEQUENCE, &content) || !der_oid(&content, &oid) ||
	    !oid_is(oid, OID_DATA))
		return refuse(e, "not SignedData of version 1 over data");
	if (!rd_end(&content))
		return refuse(e, "it holds a document of its own, so it is not detached");
	if (!read_certificates(r, f, e))
		return false;
	if (der_is(r, DER_EXPLICIT(1)) && !der_take(r, DER_EXPLICIT(1), &crls))
		return refuse(e, "its revocation lists are malformed");
	if (!der_enter(r, DER_SET, &signers) || !rd_end(r))
		return refuse(e, "it has no signature");
	return read_signer_info(&signers, f, e);
}

bool
cades_file_read(struct span der, struct cades_file *out, struct err *e)
{
	struct reader all = reader_over(der), in, tagged, data;
	struct cades_file f = { 0 };
	struct span oid;

	if (der.n > CADES_FILE_MAX || !der_enter(&all, DER_SEQUENCE, &in) || !rd_end(&all) ||
	    !der_oid(&in, &oid) || !oid_is(oid, OID_SIGNED_DATA) ||
	    !der_enter(&in, DER_EXPLICIT(0), &tagged) || !rd_end(&in) ||
	    !der_enter(&tagged, DER_SEQUENCE, &data) || !rd_end(&tagged))
		return refuse(e, "not SignedData");
	if (!read_signed_data(&data, &f, e))
		return false;
	*out = f;
	return true;
}
