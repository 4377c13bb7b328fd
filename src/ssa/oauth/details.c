/* SPDX-License-Identifier: Apache-2.0 */
/* authorization_details (RFC 9396) of type credential. jansson itself, as the answer echoes them. */
#include <jansson.h>
#include <stdlib.h>
#include <strings.h>

#include "base/text.h"
#include "json/base64.h"
#include "json/json.h"
#include "ssa/api/document.h"
#include "ssa/oauth/request.h"
#include "wire/activate.h"

#define TYPE_SHORT	"credential"
#define TYPE_URI	"https://cloudsignatureconsortium.org/2025/credential"
#define INVALID		"invalid_authorization_details"

static bool
refused(struct refusal *why, const char *description)
{
	*why = (struct refusal){ INVALID, description };
	return false;
}

/* Our reader takes an object and refuses duplicates; the array becomes its one member. */
static json_t *
array_read(struct span text)
{
	AUTO_WRITER w = writer_grow(DETAILS_MAX + 16);
	struct err ignored = { 0 };
	json_t *j;

	wr_bytes(&w, "{\"d\":", 5);
	wr_span(&w, text);
	wr_u8(&w, '}');
	if (text.n > DETAILS_MAX || !writer_ok(&w) ||
	    (j = json_read(writer_span(&w), DETAILS_MAX + 16, &ignored)) == NULL)
		return NULL;
	if (json_object_size(j) == 1 && json_array_size(json_object_get(j, "d")) == 1 &&
	    json_is_object(json_array_get(json_object_get(j, "d"), 0)))
		return j;
	json_release(j);
	return NULL;
}

static json_t *
element_of(const json_t *j)
{
	return json_array_get(json_object_get(j, "d"), 0);
}

static bool
digest_take(struct request *q, const json_t *one, struct writer *items, struct refusal *why)
{
	struct span hash, label = span_of("", 0), type, text;
	uint8_t digest[64], bytes[ATTRIBUTES_MAX], name[HASH_LEN];
	struct writer attributes = writer_over(bytes, sizeof(bytes));
	enum json_got got;
	size_t n;

	if (one == NULL || json_text(one, "hash", 256, &hash) != JSON_GOT ||
	    !request_hash_read(hash, digest, &n))
		return refused(why, "Invalid hash in documentDigests");
	if (json_text(one, "label", LABEL_MAX, &label) == JSON_WRONG || !text_is_clean(label))
		return refused(why, "Invalid label in documentDigests");
	got = json_text(one, "hashType", 16, &type);
	if (got == JSON_GOT && request_is_sodr(type))
		q->n_sodr++;	/* request_settle looks whether it can be */
	else if (got == JSON_WRONG || (got == JSON_GOT &&
	    (type.n != 5 || strncasecmp((const char *)type.p, "dtbsr", 5) != 0)))
		return refused(why, "Only hashType dtbsr is signed");
	got = json_text(one, "attributes", BASE64_LEN(ATTRIBUTES_MAX), &text);
	if (got == JSON_WRONG || (got == JSON_GOT &&
	    !request_attributes_read(text, span_of(digest, n), &attributes)))
		return refused(why, "The attributes in documentDigests do not hash to their hash");
	got = json_text(one, "document", TOKEN_LETTERS, &text);
	if (got == JSON_WRONG || (got == JSON_GOT && !document_name_read(text, name)))
		return refused(why, "Invalid document in documentDigests");
	request_item_write(items, &(struct request_item){ span_of(digest, n), label,
		writer_span(&attributes), span_of(name, got == JSON_GOT ? sizeof(name) : 0) });
	q->n++;
	return true;
}

static bool
digests_take(struct request *q, const json_t *d, struct writer *items, struct refusal *why)
{
	const json_t *list;
	enum json_got got;
	int64_t number;
	size_t n;

	if (json_list(d, "documentDigests", &list, &n) != JSON_GOT || n == 0)
		return refused(why, "Missing (or invalid type) array parameter documentDigests");
	if (n > USES_MAX)
		return refused(why, "Numbers of signatures is too high");
	if ((got = json_whole(d, "numSignatures", &number)) == JSON_WRONG ||
	    (got == JSON_GOT && number != (int64_t)n))
		return refused(why, "numSignatures is not the number of documentDigests");
	for (size_t i = 0; i < n; i++)
		if (!digest_take(q, json_object_at(list, i), items, why))
			return false;
	return true;
}

static bool
element_take(struct request *q, const json_t *d, struct writer *items, struct refusal *why)
{
	struct span type, id, qualifier, oid, format = span_of("", 0);
	enum json_got got;

	if (json_text(d, "type", 256, &type) != JSON_GOT ||
	    !(span_equal(type, span_str(TYPE_SHORT)) || span_equal(type, span_str(TYPE_URI))))
		return refused(why, "The type is not one that is offered here");
	got = json_text(d, "credentialID", 64, &id);
	if (got == JSON_WRONG || (got == JSON_GOT && !hex_exact(id, q->key, 16)))
		return refused(why, "Invalid parameter credentialID");
	if (got == JSON_ABSENT && json_text(d, "signatureQualifier", 256, &qualifier) != JSON_GOT)
		return refused(why, "Missing parameter credentialID");
	if (json_text(d, "signatureFormat", 8, &format) == JSON_WRONG || !request_format_read(format, &q->kind))
		return refused(why, "Invalid parameter signatureFormat");
	if (json_text(d, "hashAlgorithmOID", 64, &oid) != JSON_GOT)
		return refused(why, "Missing parameter hashAlgorithmOID");
	return digests_take(q, d, items, why);
}

static struct span
written(struct writer *w, size_t from)
{
	return span_of(w->p + from, w->n - from);
}

/* The items first, then the details as they are kept, in one writer; spans when it stands still. */
static bool
details_keep(struct request *q, const json_t *j, struct writer *items, struct refusal *why)
{
	char *text = json_dumps(json_object_get(j, "d"), JSON_COMPACT);
	size_t list = items->n, oid, qualifier;
	struct span name;

	if (text == NULL)
		bug("out of memory");
	wr_bytes(items, text, strlen(text));
	free(text);
	oid = items->n;
	if (json_text(element_of(j), "hashAlgorithmOID", 64, &name) == JSON_GOT)
		wr_span(items, name);
	qualifier = items->n;
	if (json_text(element_of(j), "credentialID", 64, &name) == JSON_ABSENT &&
	    json_text(element_of(j), "signatureQualifier", 256, &name) == JSON_GOT)
		wr_span(items, name);
	if (!writer_ok(items))
		return refused(why, "The request is too large");
	q->items = span_of(items->p, list);
	q->details = span_of(items->p + list, oid - list);
	q->hash_oid = span_of(items->p + oid, qualifier - oid);
	q->qualifier = written(items, qualifier);
	return true;
}

bool
details_read(struct request *q, struct span json, struct writer *items, struct refusal *why)
{
	AUTO_JSON *j = array_read(json);

	if (j == NULL)
		return refused(why, "authorization_details is not an array of one object");
	return element_take(q, element_of(j), items, why) && details_keep(q, j, items, why);
}

static bool
items_of(struct span json, struct request *q, struct writer *items)
{
	struct refusal ignored;

	return details_read(q, json, items, &ignored);
}

bool
details_agree(struct span kept, struct span json)
{
	AUTO_WRITER a = writer_grow(REQUEST_MAX);
	AUTO_WRITER b = writer_grow(REQUEST_MAX);
	static const uint8_t any[16];
	struct request x = { 0 }, y = { 0 };

	return items_of(kept, &x, &a) && items_of(json, &y, &b) && x.n == y.n &&
	    span_equal(x.items, y.items) && span_equal(x.hash_oid, y.hash_oid) && x.kind == y.kind &&
	    x.n_sodr == y.n_sodr && (y.qualifier.n == 0 || span_equal(x.qualifier, y.qualifier)) &&
	    (memcmp(x.key, y.key, 16) == 0 || memcmp(y.key, any, 16) == 0);
}

void
details_enrich(struct span kept, const uint8_t key[16], struct writer *w)
{
	AUTO_JSON *j = array_read(kept);
	char id[33], *text;

	if (j == NULL)
		bug("kept details are not readable");
	hex_text(key, 16, id);
	if (json_object_set_new(element_of(j), "credentialID", json_string(id)) != 0 ||
	    (text = json_dumps(json_object_get(j, "d"), JSON_COMPACT)) == NULL)
		bug("out of memory");
	wr_bytes(w, text, strlen(text));
	free(text);
}
