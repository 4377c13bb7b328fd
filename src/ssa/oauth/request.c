/* SPDX-License-Identifier: Apache-2.0 */
/* Authorization requests: from parameters, to bytes and back (csc-api 8.3). */
#include <stdlib.h>
#include <strings.h>

#include "base/text.h"
#include "crypto/alg.h"
#include "json/base64.h"
#include "ssa/oauth/pkce.h"
#include "ssa/oauth/request.h"
#include "statement/statement.h"
#include "wire/activate.h"

void
request_write(struct writer *w, const struct request *q)
{
	wr_bytes(w, q->client, sizeof(q->client));
	wr_u8(w, q->scope);
	wr_u8(w, q->version);
	wr_u8(w, q->plain);
	wr_u8(w, q->redirect_named);
	wr_u8(w, q->login_anew);
	wr_u8(w, q->kind);
	wr_u64(w, q->created);
	wr_bytes(w, q->key, sizeof(q->key));
	wr_bytes(w, q->account, sizeof(q->account));
	wr_bytes(w, q->session, sizeof(q->session));
	wr_span16(w, q->client_id);
	wr_span16(w, q->client_name);
	wr_span16(w, q->redirect);
	wr_span16(w, q->state);
	wr_span16(w, q->challenge);
	wr_span16(w, q->hash_oid);
	wr_span16(w, q->text);
	wr_span16(w, q->qualifier);
	wr_span32(w, q->details);
	wr_u32(w, q->n);
	wr_span32(w, q->items);
}

bool
request_read(struct span bytes, struct request *q)
{
	struct reader r = reader_over(bytes);
	struct request got = { .n_sodr = 0 };

	if (!rd_bytes(&r, got.client, sizeof(got.client)) || !rd_u8(&r, &got.scope) ||
	    !rd_u8(&r, &got.version) || !rd_u8(&r, &got.plain) || !rd_u8(&r, &got.redirect_named) ||
	    !rd_u8(&r, &got.login_anew) || !rd_u8(&r, &got.kind) || !rd_u64(&r, &got.created) ||
	    !rd_bytes(&r, got.key, sizeof(got.key)) || !rd_bytes(&r, got.account, sizeof(got.account)) ||
	    !rd_bytes(&r, got.session, sizeof(got.session)) ||
	    !rd_span16(&r, 0, UINT16_MAX, &got.client_id) || !rd_span16(&r, 0, UINT16_MAX, &got.client_name) ||
	    !rd_span16(&r, 0, UINT16_MAX, &got.redirect) || !rd_span16(&r, 0, UINT16_MAX, &got.state) ||
	    !rd_span16(&r, 0, UINT16_MAX, &got.challenge) || !rd_span16(&r, 0, UINT16_MAX, &got.hash_oid) ||
	    !rd_span16(&r, 0, UINT16_MAX, &got.text) ||
	    !rd_span16(&r, 0, UINT16_MAX, &got.qualifier) || !rd_span32(&r, 0, REQUEST_MAX, &got.details) ||
	    !rd_u32(&r, &got.n) || !rd_span32(&r, 0, REQUEST_MAX, &got.items) || !rd_end(&r) ||
	    got.plain > 1)
		return false;
	*q = got;
	return true;
}

bool
request_item_next(struct reader *r, struct request_item *i)
{
	return rd_span8(r, 1, 64, &i->digest) && rd_span8(r, 0, LABEL_MAX, &i->label) &&
	    rd_span16(r, 0, ATTRIBUTES_MAX, &i->attributes) && rd_span8(r, 0, HASH_LEN, &i->document);
}

void
request_item_write(struct writer *items, const struct request_item *i)
{
	wr_span8(items, i->digest);
	wr_span8(items, i->label);
	wr_span16(items, i->attributes);
	wr_span8(items, i->document);
}

bool
request_attributes_read(struct span text, struct span digest, struct writer *w)
{
	uint8_t hash[HASH_MAX];
	size_t from = w->n;
	struct span set;

	if (text.n > BASE64_LEN(ATTRIBUTES_MAX) || !base64_read(text, w))
		return false;
	set = span_of(w->p + from, w->n - from);
	if (set.n == 0 || set.n > ATTRIBUTES_MAX || set.p[0] != 0x31)
		return false;
	if (digest.n == HASH_LEN)
		sha256(set, hash);
	else if (digest.n == 48)
		sha384(set, hash);
	else
		return false;		/* no key here has such hashes */
	return memcmp(hash, digest.p, digest.n) == 0;
}

bool
request_hash_read(struct span text, uint8_t digest[64], size_t *n)
{
	uint8_t plain[256], bytes[192];
	struct writer w = writer_over(bytes, sizeof(bytes));

	if (text.n > sizeof(plain))
		return false;
	for (size_t i = 0; i < text.n; i++)
		plain[i] = text.p[i] == ' ' ? '+' : text.p[i];
	if (!hash_text_read(span_of(plain, text.n), &w) || (w.n != 32 && w.n != 48 && w.n != 64))
		return false;
	memcpy(digest, bytes, w.n);
	*n = w.n;
	return true;
}

static bool
refused(struct refusal *why, const char *error, const char *description)
{
	*why = (struct refusal){ error, description };
	return false;
}

static bool
invalid(struct refusal *why, const char *description)
{
	return refused(why, "invalid_request", description);
}

/* Several are joined by commas. */
static bool
hashes_take(struct request *q, struct span list, struct writer *items, struct refusal *why)
{
	while (list.n > 0) {
		const uint8_t *end = memchr(list.p, ',', list.n);
		size_t n = end == NULL ? list.n : (size_t)(end - list.p), digest_n;
		uint8_t digest[64];

		if (q->n == USES_MAX)
			return invalid(why, "Numbers of signatures is too high");
		if (!request_hash_read(span_of(list.p, n), digest, &digest_n))
			return invalid(why, "Invalid Base64 hash string parameter");
		request_item_write(items, &(struct request_item){ .digest = span_of(digest, digest_n) });
		q->n++;
		n += end != NULL;
		list = span_of(list.p + n, list.n - n);
	}
	return true;
}

static bool
number_of(struct span text, uint32_t *n)
{
	uint32_t v = 0;

	if (text.n == 0 || text.n > 6)
		return false;
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] < '0' || text.p[i] > '9')
			return false;
		v = v * 10 + (uint32_t)(text.p[i] - '0');
	}
	*n = v;
	return true;
}

static bool
credential_from_query(struct request *q, const struct form *f, struct writer *items,
    struct refusal *why)
{
	enum param list = q->version == 1 ? P_HASH : P_HASHES;
	uint32_t n;

	if (f->field[P_CREDENTIAL_ID].p == NULL && f->field[P_SIGNATURE_QUALIFIER].p == NULL)
		return invalid(why, "Missing parameter credentialID");
	if (f->field[P_CREDENTIAL_ID].p != NULL && !hex_exact(f->field[P_CREDENTIAL_ID], q->key, 16))
		return invalid(why, "Invalid parameter credentialID");
	if (f->field[P_CREDENTIAL_ID].p == NULL)
		q->qualifier = f->field[P_SIGNATURE_QUALIFIER];
	if (f->field[P_NUM_SIGNATURES].p == NULL)
		return invalid(why, "Missing parameter numSignatures");
	if (!number_of(f->field[P_NUM_SIGNATURES], &n) || n == 0)
		return invalid(why, "Invalid value for parameter numSignatures");
	if (n > USES_MAX)
		return invalid(why, "Numbers of signatures is too high");
	if (f->field[list].p == NULL) {		/* for a SCAL1 key: flow.c knows which it is */
		q->n = n;
		return true;
	}
	if (!hashes_take(q, f->field[list], items, why))
		return false;
	if (n != q->n)
		return invalid(why, "Invalid value for parameter numSignatures");
	q->hash_oid = f->field[P_HASH_ALGORITHM_OID];
	if (request_is_sodr(f->field[P_HASH_TYPE]))
		q->n_sodr = q->n;
	else if (f->field[P_HASH_TYPE].p != NULL && !form_is(f, P_HASH_TYPE, "dtbsr") && !form_is(f, P_HASH_TYPE, "DTBSR"))
		return invalid(why, "Invalid parameter hashType");
	if (!request_format_read(f->field[P_SIGNATURE_FORMAT], &q->kind))
		return invalid(why, "Invalid parameter signatureFormat");
	return q->version == 1 || q->hash_oid.p != NULL ||
	    invalid(why, "Missing parameter hashAlgorithmOID");
}

bool
request_is_sodr(struct span type)
{
	return type.n == 4 && strncasecmp((const char *)type.p, "sodr", 4) == 0;
}

bool
request_format_read(struct span text, uint8_t *kind)
{
	if (text.n > 1)
		return false;
	switch (text.n == 0 ? 'C' : text.p[0] & ~0x20) {
	case 'C':
		*kind = KIND_CADES;
		return true;
	case 'P':
		*kind = KIND_PADES;
		return true;
	}
	return false;
}

static const char *
documents_fault(const struct request *q, const struct alg *alg)
{
	struct reader r = reader_over(q->items);
	struct request_item i;

	if (q->items.n == 0)
		return "Missing parameter hashes";
	if (q->n_sodr != q->n)
		return "A key is made for this signature: hashType is sodr, the documents' own digests";
	if (!span_equal(q->hash_oid, span_str(alg->hash_oid)))
		return "Invalid parameter hashAlgorithmOID";
	while (request_item_next(&r, &i)) {
		if (i.digest.n != alg->digest_len)
			return "Invalid digest value length";
		if (i.attributes.n > 0)
			return "Attributes are of no use for a document's digest";
	}
	return NULL;
}

bool
request_settle(struct request *q, const struct ca_list *cas, struct refusal *why)
{
	const struct ca_config *ca = NULL;
	const char *fault = NULL;

	if (q->scope != SCOPE_CREDENTIAL)
		return true;
	if (q->qualifier.n > 0 && q->version != 1)
		ca = ca_list_once(cas, q->qualifier);
	if (ca != NULL)
		fault = documents_fault(q, alg_by_name(ca->once));
	else if (q->n_sodr > 0)
		fault = "Only hashType dtbsr is signed";
	if (ca == NULL)
		q->kind = 0;
	return fault == NULL || refused(why, q->details.n > 0 ? "invalid_authorization_details" :
	    "invalid_request", fault);
}

static bool
items_finish(struct request *q, struct writer *items, struct refusal *why)
{
	q->items = writer_span(items);
	return writer_ok(items) || invalid(why, "The request is too large");
}

/* With details and no scope, the details decide (csc-api 8.3). */
static bool
scope_take(struct request *q, const struct form *f, const struct client *k, struct refusal *why)
{
	bool details = f->field[P_AUTHORIZATION_DETAILS].p != NULL;

	if (f->field[P_SCOPE].p == NULL)
		q->scope = details ? SCOPE_CREDENTIAL : SCOPE_SERVICE;
	else if (form_is(f, P_SCOPE, "service"))
		q->scope = SCOPE_SERVICE;
	else if (form_is(f, P_SCOPE, "credential"))
		q->scope = SCOPE_CREDENTIAL;
	else
		return refused(why, "invalid_scope", "Invalid parameter scope");
	if (details && q->scope != SCOPE_CREDENTIAL)
		return refused(why, "invalid_scope", "authorization_details needs scope credential");
	if ((k->row.scopes & q->scope) == 0)
		return refused(why, "invalid_scope", "This scope is not for this client");
	return true;
}

/* v1 has no PKCE; who has a secret may leave it out there. RFC 9700 2.1.1 */
static bool
challenge_take(struct request *q, const struct form *f, const struct client *k, struct refusal *why)
{
	bool optional = q->version == 1 && k->row.kind != CLIENT_PUBLIC;

	if (f->field[P_CODE_CHALLENGE].p == NULL)
		return (optional && f->field[P_CODE_CHALLENGE_METHOD].p == NULL) ||
		    invalid(why, "Missing parameter code_challenge");
	if (!form_is(f, P_CODE_CHALLENGE_METHOD, "S256"))
		return invalid(why, "code_challenge_method must be S256");
	q->challenge = f->field[P_CODE_CHALLENGE];
	return pkce_challenge_fits(q->challenge) || invalid(why, "Invalid parameter code_challenge");
}

bool
request_from_form(struct request *q, const struct form *f, const struct client *k,
    struct writer *items, struct refusal *why)
{
	memcpy(q->client, k->row.id, 16);
	q->client_id = k->row.client_id;
	q->client_name = k->row.name;
	q->state = f->field[P_STATE];
	q->text = f->field[P_DESCRIPTION];
	q->login_anew = form_is(f, P_PROMPT, "login");
	if (q->state.n > STATE_MAX) {
		q->state = (struct span){ 0 };
		return invalid(why, "Parameter state is too long");
	}
	if (f->field[P_REQUEST].p != NULL)
		return refused(why, "request_not_supported", "Signed request objects are not taken");
	if (f->field[P_RESPONSE_TYPE].p == NULL)
		return invalid(why, "Missing parameter response_type");
	if (!form_is(f, P_RESPONSE_TYPE, "code"))
		return refused(why, "unsupported_response_type", "response_type must be code");
	if ((k->row.grants & GRANT_CODE) == 0)
		return refused(why, "unauthorized_client", "This client may not ask for a code");
	if (!scope_take(q, f, k, why) || !challenge_take(q, f, k, why))
		return false;
	if (q->text.n > DESCRIPTION_MAX || !text_is_clean(q->text))
		return invalid(why, "Invalid parameter description");
	if (q->scope == SCOPE_SERVICE)
		return true;
	if (f->field[P_AUTHORIZATION_DETAILS].p == NULL)
		return credential_from_query(q, f, items, why) && items_finish(q, items, why);
	return details_read(q, f->field[P_AUTHORIZATION_DETAILS], items, why);
}
