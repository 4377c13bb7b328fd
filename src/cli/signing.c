/* SPDX-License-Identifier: Apache-2.0 */
/* Documents on their way to signatures, without network. */
#include <stdlib.h>

#include "cli/command.h"
#include "cli/encode.h"
#include "cli/file.h"
#include "cli/signing.h"
#include "crypto/verify.h"

void
signing_job_wipe(struct signing_job *job)
{
	for (size_t i = 0; i < job->n; i++)
		if (job->list[i].attributes.max > 0)
			writer_wipe(&job->list[i].attributes);
	free(job->list);
	job->list = NULL;
	job->n = 0;
}

static bool
prepare_one(struct signing_job *job, struct document *d, uint64_t now, struct err *e)
{
	const struct alg *alg = job->key.alg;
	size_t above = chain_count(job->chain) - 1;

	d->attributes = writer_grow(CADES_ATTRIBUTES_MAX);
	if (!file_hash(d->path, d->digest, alg->digest_len, &d->size, e))
		return false;
	d->cades = (struct cades){ .kind = ATTRIBUTES_CADES, .alg = alg, .document_digest = span_of(d->digest, alg->digest_len),
		.signer = chain_at(job->chain, 0), .chain = above > 0 ? job->above : NULL,
		.chain_n = above, .signing_time = now };
	return cades_attributes(&d->cades, &d->attributes, d->dtbsr, e);
}

bool
signing_prepare(struct signing_job *job, char *const *paths, size_t n, uint64_t now, struct err *e)
{
	if (n > ITEMS_MAX)
		return err_exit(e, EXIT_USAGE, "one approval covers at most %d files; sign them in parts",
		    ITEMS_MAX);
	if ((job->list = calloc(n, sizeof(*job->list))) == NULL)
		bug("out of memory");
	job->n = n;
	for (size_t i = 1; i < chain_count(job->chain); i++)
		job->above[i - 1] = chain_at(job->chain, i);
	for (size_t i = 0; i < n; i++) {
		job->list[i].path = paths[i];
		if (!prepare_one(job, &job->list[i], now, e))
			return false;
	}
	return true;
}

void
signing_body(const struct signing_job *job, const char *text, struct body_sign *b)
{
	memset(b, 0, sizeof(*b));
	memcpy(b->key, job->key.id, sizeof(b->key));
	sha256(span_of(job->key.spki, job->key.alg->spki_len), b->spki);
	b->class = job->key.class;
	b->level = job->key.level;
	b->alg = job->key.alg->number;
	b->kind = KIND_DTBSR;
	b->seen = SEEN_DOCUMENT;
	b->name = span_str(SIGNING_REQUESTER);
	b->n = job->n;
	for (size_t i = 0; i < job->n; i++)
		b->items[i] = (struct item){ span_of(job->list[i].dtbsr, job->key.alg->digest_len),
			span_str(file_name(job->list[i].path)) };
	b->text = span_str(text == NULL ? "" : text);
}

static json_t *
common_json(const struct signing_job *job)
{
	char id[HEX_MAX(16)];
	json_t *hashes = json_array();
	json_t *j = json_pack("{s:s,s:o,s:s}", "credentialID", hex(span_of(job->key.id, 16), id),
	    "hashes", hashes, "hashAlgorithmOID", job->key.alg->hash_oid);

	for (size_t i = 0; i < job->n; i++) {
		char *text = base64_new(span_of(job->list[i].dtbsr, job->key.alg->digest_len));

		json_array_append_new(hashes, json_string(text));
		free(text);
	}
	return j;
}

json_t *
signing_authorize_json(const struct signing_job *job, struct span package)
{
	json_t *j = common_json(job);
	char *text;

	json_object_set_new(j, "numSignatures", json_integer((json_int_t)job->n));
	if (package.n == 0)
		return j;
	text = base64_new(package);
	json_object_set_new(j, "authData", json_pack("[{s:s,s:s}]", "id", "approval", "value", text));
	free(text);
	return j;
}

json_t *
signing_page_json(const struct signing_job *job, const char *text)
{
	json_t *j = common_json(job), *labels = json_array(), *sets = json_array();

	json_object_set_new(j, "numSignatures", json_integer((json_int_t)job->n));
	json_object_set_new(j, "authData", json_pack("[{s:s}]", "id", "page"));
	if (text != NULL)
		json_object_set_new(j, "description", json_string(text));
	for (size_t i = 0; i < job->n; i++) {
		char *set = base64_new(writer_span(&job->list[i].attributes));

		json_array_append_new(labels, json_string(file_name(job->list[i].path)));
		json_array_append_new(sets, json_string(set));
		free(set);
	}
	json_object_set_new(j, "labels", labels);
	json_object_set_new(j, "attributes", sets);
	return j;
}

json_t *
signing_hash_json(const struct signing_job *job, const char *sad)
{
	json_t *j = common_json(job);

	json_object_set_new(j, "SAD", json_string(sad));
	json_object_set_new(j, "signAlgo", json_string(job->key.alg->oid));
	return j;
}

char *
signing_inline_sad(struct span package)
{
	char *encoded = base64url_new(package), *sad = malloc(strlen(encoded) + 6);

	if (sad == NULL)
		bug("out of memory");
	memcpy(sad, "PRS1.", 5);
	memcpy(sad + 5, encoded, strlen(encoded) + 1);
	free(encoded);
	return sad;
}

bool
signing_take(const struct signing_job *job, const json_t *answer, size_t i, struct writer *p7s,
    uint8_t raw[SIGNATURE_MAX], struct err *e)
{
	const json_t *list = json_object_get(answer, "signatures");
	const char *text = json_string_value(json_array_get(list, i));
	const struct document *d = &job->list[i];
	const struct alg *alg = job->key.alg;
	AUTO_WRITER der = writer_grow(SIGNATURE_MAX + 16);

	if (json_array_size(list) != job->n || text == NULL || !base64_read(span_str(text), &der) ||
	    !signature_from_der(alg, writer_span(&der), raw))
		return err_exit(e, EXIT_INVALID, "the server gave no signature for %.80s",
		    file_name(d->path));
	if (!signature_verify(alg, span_of(job->key.spki, alg->spki_len),
	    span_of(d->dtbsr, alg->digest_len), span_of(raw, alg->signature_len)))
		return err_exit(e, EXIT_INVALID, "the server's signature for %.80s does not verify under "
		    "your key, so it was thrown away. Tell the operator", file_name(d->path));
	return cades_assemble(&d->cades, writer_span(&d->attributes), span_of(raw, alg->signature_len),
	    p7s, e);
}

bool
signing_receipt_fits(const struct receipt_facts *f, const uint8_t d[HASH_LEN],
    struct span raw, struct err *e)
{
	return (memcmp(f->d, d, HASH_LEN) == 0 && span_equal(f->signature, raw)) ||
	    err_exit(e, EXIT_INVALID, "the server gave the receipt of another signature");
}
