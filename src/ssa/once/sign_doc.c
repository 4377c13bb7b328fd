/* SPDX-License-Identifier: Apache-2.0 */
/*
 * signatures/signDoc (csc-api 10.2, 13) of document digests: with a one-time key, chosen by
 * signatureQualifier, or with a key that stays, by credentialID. Documents themselves are not taken; they
 * stay with their owner.
 */
#include <stdlib.h>

#include "json/base64.h"
#include "ssa/api/credential.h"
#include "ssa/api/route.h"
#include "ssa/once/once.h"

#define INLINE		"PRS1."
#define PACKAGE_MAX	(STATEMENT_MAX + EVIDENCES_BYTES_MAX + 8)

struct sign_doc {
	struct once	 once;
	uint8_t		*digests;	/* as the client listed them */
	uint32_t	*index;		/* of each in the statement */
	size_t		 n;
	bool		 is_past;	/* signed on the signing page; or, with a key, activated by authorize */
};

static void
sign_doc_free(void *state)
{
	struct sign_doc *s = state;

	once_wipe(&s->once);
	free(s->digests);
	free(s->index);
	free(s);
}

static void
files_answer(struct call *c)
{
	struct sign_doc *s = c->state;
	struct emit out = call_answer(c);

	emit_array(&out, "SignatureObject");
	for (size_t i = 0; i < s->n; i++)
		emit_base64(&out, NULL, once_file(&s->once, s->index[i]));
	emit_array_end(&out);
	once_timing_tell(&s->once);
	call_answered(c, &out);
}

/* Case does not count: csc-api 10.2. */
static bool
text_is(struct span text, const char *word)
{
	size_t n = strlen(word);

	if (text.n != n)
		return false;
	for (size_t i = 0; i < n; i++)
		if ((text.p[i] | 0x20) != (word[i] | 0x20))
			return false;
	return true;
}

static const char *
text_fault(const json_t *o, const char *name, bool needed, const char *const *words, const char *missing,
    const char *wrong)
{
	struct span text;

	switch (json_text(o, name, 64, &text)) {
	case JSON_ABSENT:
		return needed ? missing : NULL;
	case JSON_WRONG:
		return missing;
	case JSON_GOT:
		break;
	}
	for (; *words != NULL; words++)
		if (text_is(text, *words))
			return NULL;
	return wrong;
}

/* What is to be made is what was approved: format, level, envelope, algorithm. */
static const char *
form_fault(const struct once *o, const json_t *one)
{
	static const char *const levels[] = { "AdES-B-B", "AdES-B", NULL };
	const char *const format[] = { o->kind == KIND_PADES ? "P" : "C", NULL };
	const char *const envelope[] = { o->kind == KIND_PADES ? "Revision" : "Detached", "Detached", NULL };
	const char *const hash[] = { o->a->alg->hash_oid, NULL };
	struct span sign = { 0 }, params = { 0 };
	enum json_got has;
	const char *fault;
	const json_t *props;
	bool needed;

	if ((fault = text_fault(one, "signature_format", true, format,
	    "Missing (or invalid type) string parameter signature_format",
	    "Invalid parameter signature_format")) != NULL ||
	    (fault = text_fault(one, "conformance_level", false, levels,
	    "Invalid parameter conformance_level", "Invalid parameter conformance_level")) != NULL ||
	    (fault = text_fault(one, "signed_envelope_property", true, envelope,
	    "Invalid parameter signed_envelope_property", "Invalid parameter signed_envelope_property")) != NULL ||
	    (fault = text_fault(one, "hashAlgorithmOID", true, hash,
	    "Missing (or invalid type) string parameter hashAlgorithmOID",
	    "String parameter hashAlgorithmOID contradicts with signAlgo parameter")) != NULL)
		return fault;
	if (json_member(one, "signed_props", &props) != JSON_ABSENT)
		return "Invalid parameter signed_props (what is signed besides the document stands in the approval)";
	if (json_text(one, "signAlgo", 64, &sign) != JSON_GOT)
		return "Missing (or invalid type) string parameter signAlgo";
	has = json_text(one, "signAlgoParams", 1024, &params);
	return sign_algorithm_fault(o->a->alg, sign, has, params, &needed);
}

static const char *
digests_take(struct sign_doc *s, const json_t *one)
{
	size_t len = s->once.a->alg->digest_len, n;
	const json_t *list;
	uint8_t *more;
	const char *fault;

	if (json_list(one, "hashes", &list, &n) != JSON_GOT)
		return "Invalid Base64 hashes string parameter";
	if (n > s->once.a->n - s->n)
		return "documentDigests or documents are not authorized by the SAD";
	if ((fault = hashes_read(list, n, s->once.a->alg, &more)) != NULL)
		return fault;
	memcpy(s->digests + s->n * len, more, n * len);
	s->n += n;
	free(more);
	return NULL;
}

/* All of the approval's documents, each once, in any order. */
static const char *
documents_fault(struct call *c, struct sign_doc *s)
{
	const json_t *list, *one;
	const char *fault = NULL;
	size_t n, used;

	if (json_member(c->json, "documents", &list) != JSON_ABSENT)
		return "Invalid array parameter documents (documents stay with their owner; send documentDigests)";
	if (json_list(c->json, "documentDigests", &list, &n) != JSON_GOT || n == 0)
		return "Empty documentDigests and documents objects";
	s->digests = calloc(s->once.a->n, s->once.a->alg->digest_len);
	s->index = calloc(s->once.a->n, sizeof(*s->index));
	if (s->digests == NULL || s->index == NULL)
		bug("out of memory");
	for (size_t i = 0; i < n && fault == NULL; i++) {
		if ((one = json_object_at(list, i)) == NULL)
			fault = "Invalid object parameter documentDigests";
		else if ((fault = form_fault(&s->once, one)) == NULL)
			fault = digests_take(s, one);
	}
	if (fault != NULL)
		return fault;
	return s->n == s->once.a->n && activation_map(s->once.a, s->digests, s->n, s->index, &used) ? NULL
	    : "documentDigests or documents are not authorized by the SAD";
}

static const char *
mode_fault(const struct call *c)
{
	static const char *const modes[] = { "S", NULL };

	return text_fault(c->json, "operationMode", false, modes, "Invalid parameter operationMode",
	    "Invalid parameter operationMode");
}

/* The approval behind a token of scope credential, or a SAD of authorizeCheck, was given, and used, on the signing page. */
static const char *
package_recall(struct call *c, struct once *o, struct span sad)
{
	struct activation *a = activation_find(c->ssa, sad, c->account, c->requester);
	struct approval row;
	struct err e = { 0 };
	bool found = a != NULL && c->ssa->store->ops->flush(c->ssa->store, &e) &&
	    c->ssa->store->ops->approval_get(c->ssa->store, a->d, &row, &e);

	activation_release(a);
	if (!found)
		return "Invalid parameter SAD";
	wr_span32(&o->bytes, row.statement);
	wr_span32(&o->bytes, row.evidences);
	return once_package_fault(o);
}

static const char *
package_inline(struct once *o, struct span sad)
{
	if (sad.n <= strlen(INLINE) || memcmp(sad.p, INLINE, strlen(INLINE)) != 0 ||
	    !base64url_read(span_of(sad.p + strlen(INLINE), sad.n - strlen(INLINE)), &o->bytes))
		return "Invalid parameter SAD";
	return NULL;
}

/* What credentials/authorize activated, of this key's documents. */
static const char *
activation_take(struct call *c, struct sign_doc *s, struct span sad)
{
	struct once *o = &s->once;
	struct approval row;
	struct err e = { 0 };

	s->is_past = true;
	o->a = activation_find(c->ssa, sad, c->account, c->requester);
	if (o->a == NULL || memcmp(o->a->key, o->key->row.id, 16) != 0 ||
	    !c->ssa->store->ops->flush(c->ssa->store, &e) ||
	    !c->ssa->store->ops->approval_get(c->ssa->store, o->a->d, &row, &e))
		return "Invalid parameter SAD";
	wr_span32(&o->bytes, row.statement);
	wr_span32(&o->bytes, row.evidences);
	if (!o->a->used[0] && o->a->expires <= c->now)
		return "SAD expired";
	return NULL;
}

static const char *
key_package_take(struct call *c, struct sign_doc *s)
{
	const char *fault;
	struct span sad;

	if (json_text(c->json, "SAD", BASE64_LEN(PACKAGE_MAX) + 8, &sad) != JSON_GOT)
		return "Missing (or invalid type) string parameter SAD";
	fault = sad.n == TOKEN_LETTERS ? activation_take(c, s, sad) : package_inline(&s->once, sad);
	return fault != NULL ? fault : once_key_fault(&s->once);
}

static const char *
package_take(struct call *c, struct sign_doc *s)
{
	struct once *o = &s->once;
	const char *fault;
	struct span sad;

	if (o->key != NULL)
		return key_package_take(c, s);
	s->is_past = c->scope == SCOPE_CREDENTIAL;
	if (s->is_past)
		return package_recall(c, o, c->bearer);
	if (json_text(c->json, "SAD", BASE64_LEN(PACKAGE_MAX) + 8, &sad) != JSON_GOT)
		return "Missing (or invalid type) string parameter SAD";
	if ((s->is_past = sad.n == TOKEN_LETTERS))
		return package_recall(c, o, sad);
	fault = package_inline(o, sad);
	return fault != NULL ? fault : once_package_fault(o);
}

/* credentialID: a key that stays, with a certificate. False: answered. */
static bool
key_take(struct call *c, struct once *o)
{
	const json_t *id;

	if (json_member(c->json, "credentialID", &id) == JSON_ABSENT)
		return true;
	if ((o->key = call_credential(c)) == NULL)
		return false;
	if (o->key->row.certificate.n == 0)
		call_invalid(c, "Invalid parameter credentialID (it has no certificate yet)");
	else if (o->key->not_after < c->now)
		call_invalid(c, "Signing certificate is expired");
	else if (c->scope == SCOPE_CREDENTIAL)
		call_invalid(c, "Invalid parameter credentialID (documents are approved for this call, in SAD)");
	else
		return true;
	return false;
}

/* Of the one-time key's CA, or of the CA of the key. */
static bool
qualifier_fits(const struct call *c, const struct once *o)
{
	char profile[PROFILE_LEN + 1] = "";
	const struct ca_config *ca = o->ca;
	struct span qualifier = { 0 };

	switch (json_text(c->json, "signatureQualifier", CA_TEXT_MAX - 1, &qualifier)) {
	case JSON_ABSENT:
		return true;
	case JSON_WRONG:
		return false;
	case JSON_GOT:
		break;
	}
	if (o->key != NULL) {
		memcpy(profile, o->key->row.profile, PROFILE_LEN);
		ca = ca_list_find(&c->ssa->config.cas, profile);
	}
	return qualifier.n == 0 || (ca != NULL && span_equal(qualifier, span_str(ca->qualifier)));
}

void
handle_sign_doc(struct call *c)
{
	struct sign_doc *s = calloc(1, sizeof(*s));
	const char *fault;

	if (s == NULL)
		bug("out of memory");
	once_init(&s->once, c, files_answer);
	c->state = s;
	c->state_free = sign_doc_free;
	if (!key_take(c, &s->once))
		return;
	if ((fault = mode_fault(c)) != NULL || (fault = package_take(c, s)) != NULL) {
		call_invalid(c, fault);
	} else if (!qualifier_fits(c, &s->once)) {
		call_invalid(c, "Invalid parameter signatureQualifier");
	} else if ((fault = documents_fault(c, s)) != NULL) {
		call_error(c, strstr(fault, "authorized") != NULL ? 403 : 400,
		    strstr(fault, "authorized") != NULL ? "invalid_hash" : "invalid_request", fault, NULL);
	} else if (call_client_data(c)) {
		if (s->once.key != NULL)
			once_use_key(&s->once, s->is_past);
		else if (s->is_past)
			once_look_back(&s->once);
		else
			once_begin(&s->once);
	}
}
