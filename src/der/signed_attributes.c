/* SPDX-License-Identifier: Apache-2.0 */
/* Signed attributes: a closed set in one encoding. */
#include "der/oids.h"
#include "der/signed_attributes.h"

#define ATTRIBUTES	5
#define ATTRIBUTE_MAX	96

struct attribute {		/* being written: its SEQUENCE, and the SET of its one value */
	uint8_t		mem[ATTRIBUTE_MAX];
	struct writer	w;
	size_t		whole, values;
};

static void
begin(struct attribute *a, const char *oid)
{
	a->w = writer_over(a->mem, sizeof(a->mem));
	a->whole = der_begin(&a->w, DER_SEQUENCE);
	der_put_oid(&a->w, oid);
	a->values = der_begin(&a->w, DER_SET);
}

static struct span
end(struct attribute *a)
{
	der_end(&a->w, a->values);
	der_end(&a->w, a->whole);
	if (!writer_ok(&a->w))
		bug("a signed attribute over its bounds");
	return writer_span(&a->w);
}

static struct span
content_type(struct attribute *a)
{
	begin(a, OID_CONTENT_TYPE);
	der_put_oid(&a->w, OID_DATA);
	return end(a);
}

static struct span
message_digest(struct attribute *a, struct span digest)
{
	begin(a, OID_MESSAGE_DIGEST);
	der_put(&a->w, DER_OCTET_STRING, digest);
	return end(a);
}

static struct span
signing_time(struct attribute *a, uint64_t ms)
{
	begin(a, OID_SIGNING_TIME);
	der_put_time(&a->w, ms);
	return end(a);
}

/* ESSCertIDv2 with its default hash, SHA-256, and nothing but the hash. */
static struct span
signing_certificate(struct attribute *a, const uint8_t *cert)
{
	size_t value, certs, id;

	begin(a, OID_SIGNING_CERTIFICATE_V2);
	value = der_begin(&a->w, DER_SEQUENCE);
	certs = der_begin(&a->w, DER_SEQUENCE);
	id = der_begin(&a->w, DER_SEQUENCE);
	der_put(&a->w, DER_OCTET_STRING, span_of(cert, 32));
	der_end(&a->w, id);
	der_end(&a->w, certs);
	der_end(&a->w, value);
	return end(a);
}

static struct span
commitment(struct attribute *a, uint16_t attrs)
{
	size_t value;

	begin(a, OID_COMMITMENT_TYPE);
	value = der_begin(&a->w, DER_SEQUENCE);
	der_put_oid(&a->w, attrs == COMMITMENT_APPROVAL ? OID_PROOF_OF_APPROVAL : OID_PROOF_OF_ORIGIN);
	der_end(&a->w, value);
	return end(a);
}

bool
signed_attributes_are_offered(uint8_t kind, uint16_t attrs)
{
	return (kind == ATTRIBUTES_CADES || kind == ATTRIBUTES_PADES) &&
	    (attrs == 0 || attrs == COMMITMENT_APPROVAL || attrs == COMMITMENT_ORIGIN);
}

void
signed_attributes_write(struct writer *w, const struct signed_attributes *m)
{
	struct attribute a[ATTRIBUTES];
	struct span set[ATTRIBUTES];
	size_t n = 0;

	if (!signed_attributes_are_offered(m->kind, m->attrs) || m->digest.n != m->alg->digest_len ||
	    m->signing_ms > SIGNING_MS_MAX + 999) {
		w->bad = true;
		return;
	}
	set[n] = content_type(&a[n]);
	n++;
	set[n] = message_digest(&a[n], m->digest);
	n++;
	if (m->kind == ATTRIBUTES_CADES) {
		set[n] = signing_time(&a[n], m->signing_ms);
		n++;
	}
	set[n] = signing_certificate(&a[n], m->cert);
	n++;
	if (m->attrs != 0) {
		set[n] = commitment(&a[n], m->attrs);
		n++;
	}
	der_put_set_of(w, DER_SET, set, n);
}

void
signed_attributes_digest(const struct signed_attributes *m, uint8_t out[DIGEST_MAX])
{
	uint8_t mem[SIGNED_ATTRIBUTES_MAX];
	struct writer w = writer_over(mem, sizeof(mem));

	signed_attributes_write(&w, m);
	if (!writer_ok(&w))
		bug("signed attributes out of the closed set");
	(void)alg_digest(m->alg, writer_span(&w), out);
}
