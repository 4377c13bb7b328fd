/* SPDX-License-Identifier: Apache-2.0 */
/* CMP's header, rr and CertTemplate, by their tags. */
#include "ca/message.h"
#include "der/oids.h"

#define DER_ENUMERATED	0x0a
#define BODY_RR		DER_EXPLICIT(11)

/* The message's header, and where its body begins. */
static bool
header_enter(struct span message, struct reader *header, struct reader *body)
{
	struct reader all = reader_over(message);

	return der_enter(&all, DER_SEQUENCE, body) && rd_end(&all) &&
	    der_enter(body, DER_SEQUENCE, header);
}

/* generalInfo [8]: the fields before it have other tags. */
static bool
general_info(struct reader *header, struct reader *list)
{
	struct span content, whole;
	struct reader in;
	uint8_t tag;

	while (!rd_end(header)) {
		if (der_is(header, DER_EXPLICIT(8)))
			return der_enter(header, DER_EXPLICIT(8), &in) &&
			    der_enter(&in, DER_SEQUENCE, list) && rd_end(&in);
		if (!der_any(header, &tag, &content, &whole))
			return false;
	}
	return false;
}

bool
message_attestation(struct span message, struct span *out)
{
	struct reader header, body, list, one;
	struct span oid, value, found = { 0 };

	if (!header_enter(message, &header, &body) || !general_info(&header, &list))
		return false;
	while (!rd_end(&list)) {
		if (!der_enter(&list, DER_SEQUENCE, &one) || !der_take(&one, DER_OID, &oid))
			return false;
		if (!span_equal(oid, span_str(OID_ATTESTATION_DER)))
			continue;
		if (found.p != NULL || !der_take(&one, DER_OCTET_STRING, &value) || !rd_end(&one))
			return false;
		found = value;
	}
	*out = found;
	return found.p != NULL;
}

/* reasonCode (RFC 5280 5.3.1) among these extensions. */
static bool
reason_of(struct reader *extensions, unsigned *reason)
{
	struct span oid, value;
	struct reader one, in;
	bool critical;

	while (!rd_end(extensions)) {
		if (!der_enter(extensions, DER_SEQUENCE, &one) || !der_oid(&one, &oid) ||
		    !der_flag(&one, &critical) || !der_enter(&one, DER_OCTET_STRING, &in) || !rd_end(&one))
			return false;
		if (!oid_is(oid, "2.5.29.21"))
			continue;
		if (!der_take(&in, DER_ENUMERATED, &value) || !rd_end(&in) || value.n != 1)
			return false;
		*reason = value.p[0];
	}
	return true;
}

bool
message_reason(struct span message, unsigned *out)
{
	struct reader header, body, tagged, list, one, extensions;
	struct span template;
	unsigned reason = 0;

	if (!header_enter(message, &header, &body) || !der_enter(&body, BODY_RR, &tagged) ||
	    !der_enter(&tagged, DER_SEQUENCE, &list) || !der_enter(&list, DER_SEQUENCE, &one) ||
	    !der_take(&one, DER_SEQUENCE, &template))
		return false;
	if (!rd_end(&one) && (!der_enter(&one, DER_SEQUENCE, &extensions) ||
	    !reason_of(&extensions, &reason)))
		return false;
	*out = reason;
	return true;
}

bool
template_read(struct span template, struct writer *w, struct span *subject, struct span *spki)
{
	struct reader all = reader_over(template), in;
	struct span content, whole, name = { 0 }, key = { 0 };
	uint8_t tag;

	if (!der_enter(&all, DER_SEQUENCE, &in) || !rd_end(&all))
		return false;
	while (!rd_end(&in)) {
		if (!der_any(&in, &tag, &content, &whole))
			return false;
		if (tag == DER_EXPLICIT(5))
			name = content;
		else if (tag == DER_EXPLICIT(6))
			key = content;
	}
	if (name.n == 0 || key.n == 0)
		return false;
	der_put(w, DER_SEQUENCE, key);
	*subject = name;
	*spki = writer_span(w);
	return writer_ok(w);
}

bool
status_info_read(struct span info, uint32_t *status)
{
	struct reader all = reader_over(info), in;

	return der_enter(&all, DER_SEQUENCE, &in) && der_small(&in, status);
}
