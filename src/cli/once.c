/* SPDX-License-Identifier: Apache-2.0 */
/* Signing with one-time keys: statement, request, and the checks of the answer. */
#include <stdlib.h>

#include "cli/command.h"
#include "cli/encode.h"
#include "cli/file.h"
#include "cli/once.h"
#include "cli/signing.h"
#include "crypto/verify.h"
#include "der/attribute.h"
#include "x509/cades_file.h"

#define SESSION_LIFE_MAX	7200	/* seconds: PROTOCOL.sam 6 */

static bool
text_copy(const json_t *j, const char *name, char out[ONCE_TEXT], struct err *e)
{
	const char *text;
	size_t n;

	if (!ssa_text(j, name, &text, e))
		return false;
	if (strlen(text) >= ONCE_TEXT || !utf8_is_plain(span_str(text), &n))
		return err_exit(e, EXIT_UNREACHABLE, "the server's %s cannot be shown", name);
	snprintf(out, ONCE_TEXT, "%s", text);
	return true;
}

static bool
profile_take(const json_t *j, uint8_t out[PROFILE_LEN], struct err *e)
{
	const char *text;

	if (!ssa_text(j, "profile", &text, e))
		return false;
	if (text[0] == '\0' || strlen(text) > PROFILE_LEN)
		return err_exit(e, EXIT_UNREACHABLE, "the server names a malformed profile");
	memset(out, 0, PROFILE_LEN);
	memcpy(out, text, strlen(text));
	return true;
}

static bool
offer_read(const json_t *j, const struct profile *p, struct once_offer *out, struct err *e)
{
	uint64_t seconds, alg;
	struct once_offer o;

	if (!sic_challenge_take(j, p, &o.challenge, e) || !ssa_hex(j, "session", o.session, 16, e) ||
	    !ssa_hex(j, "idv", o.idv, sizeof(o.idv), e) || !profile_take(j, o.profile, e) ||
	    !ssa_number(j, "seconds", SESSION_LIFE_MAX, &seconds, e) ||
	    !ssa_number(j, "alg", UINT16_MAX, &alg, e) ||
	    !text_copy(j, "signatureQualifier", o.qualifier, e) || !text_copy(j, "ca", o.ca, e))
		return false;
	if ((o.alg = alg_find((uint16_t)alg)) == NULL)
		return err_exit(e, EXIT_UNREACHABLE, "the server offers an algorithm that is not known here");
	o.challenge.life = seconds * 1000;
	*out = o;
	return true;
}

bool
once_offer_read(const json_t *j, const struct profile *p, struct once_offer *out, struct err *e)
{
	uint8_t session[16];
	struct once_offer o;

	if (!offer_read(j, p, &o, e))
		return false;
	statement_session(o.challenge.fresh, session);
	if (memcmp(session, o.session, sizeof(session)) != 0)
		return err_exit(e, EXIT_UNREACHABLE, "the server's session is not of its challenge");
	*out = o;
	return true;
}

bool
once_offer_again(const json_t *j, const struct profile *p, const struct once_offer *first,
    struct once_offer *out, struct err *e)
{
	struct once_offer o;

	if (!offer_read(j, p, &o, e))
		return false;
	if (memcmp(o.session, first->session, sizeof(o.session)) != 0 || o.alg != first->alg ||
	    memcmp(o.profile, first->profile, sizeof(o.profile)) != 0 ||
	    memcmp(o.idv, first->idv, sizeof(o.idv)) != 0)
		return err_exit(e, EXIT_UNREACHABLE, "the server's challenge is of another session");
	*out = o;
	return true;
}

void
once_job_wipe(struct once_job *job)
{
	free(job->list);
	job->list = NULL;
	job->n = 0;
}

bool
once_prepare(struct once_job *job, char *const *paths, size_t n, struct err *e)
{
	if (n > ITEMS_MAX)
		return err_exit(e, EXIT_USAGE, "one approval covers at most %d files; sign them in parts",
		    ITEMS_MAX);
	if ((job->list = calloc(n, sizeof(*job->list))) == NULL)
		bug("out of memory");
	job->n = n;
	for (size_t i = 0; i < n; i++) {
		struct once_document *d = &job->list[i];

		d->path = paths[i];
		if (!file_hash(d->path, d->digest, job->offer.alg->digest_len, &d->size, e))
			return false;
	}
	return true;
}

void
once_body(const struct once_job *job, const char *text, struct body_sign *b)
{
	memset(b, 0, sizeof(*b));
	memcpy(b->session, job->offer.session, sizeof(b->session));
	memcpy(b->profile, job->offer.profile, sizeof(b->profile));
	memcpy(b->idv, job->offer.idv, sizeof(b->idv));
	b->class = CLASS_SIGNATURE;
	b->level = LEVEL_SCAL2;
	b->alg = job->offer.alg->number;
	b->kind = job->kind;
	b->attrs = job->attrs;
	b->seen = SEEN_DOCUMENT;
	b->name = span_str(SIGNING_REQUESTER);
	b->n = job->n;
	for (size_t i = 0; i < job->n; i++)
		b->items[i] = (struct item){ span_of(job->list[i].digest, job->offer.alg->digest_len),
			span_str(file_name(job->list[i].path)) };
	b->text = span_str(text == NULL ? "" : text);
}

json_t *
once_json(const struct once_job *job, struct span package)
{
	const struct alg *alg = job->offer.alg;
	char *sad = signing_inline_sad(package);
	json_t *hashes = json_array(), *j;

	for (size_t i = 0; i < job->n; i++) {
		char *text = base64_new(span_of(job->list[i].digest, alg->digest_len));

		json_array_append_new(hashes, json_string(text));
		free(text);
	}
	j = json_pack("{s:s,s:s,s:[{s:o,s:s,s:s,s:s,s:s,s:s}]}", "signatureQualifier",
	    job->offer.qualifier, "SAD", sad, "documentDigests", "hashes", hashes,
	    "hashAlgorithmOID", alg->hash_oid, "signAlgo", alg->oid,
	    "signature_format", job->kind == KIND_PADES ? "P" : "C",
	    "conformance_level", "AdES-B-B", "signed_envelope_property", "Detached");
	free(sad);
	return j;
}

/* The certificate that the attributes name by its hash. */
static bool
certificate_of(const struct cades_file *f, uint8_t hash[HASH_LEN], struct certificate *cert,
    struct err *e)
{
	struct certificate_cut cut;

	for (size_t i = 0; i < f->certificates_n; i++) {
		sha256(f->certificates[i], hash);
		if (span_equal(span_of(hash, HASH_LEN), f->certificate_hash))
			return certificate_cut(f->certificates[i], &cut, e) &&
			    certificate_read(&cut, cert, e);
	}
	return err_set(e, ERR_FORMAT, "the certificate that it names is not in it");
}

/* What must have been signed, rebuilt from what was approved here. */
static bool
attributes_are_ours(const struct once_job *job, size_t i, const struct cades_file *f,
    const uint8_t cert[HASH_LEN], const struct certificate *c, struct err *e)
{
	const struct alg *alg = job->offer.alg;
	struct signed_attributes set = { .kind = (uint8_t)job->kind, .attrs = job->attrs, .alg = alg,
		.digest = span_of(job->list[i].digest, alg->digest_len), .cert = cert,
		.signing_ms = f->signing_time };
	uint8_t mem[SIGNED_ATTRIBUTES_MAX], digest[DIGEST_MAX];
	struct writer w = writer_over(mem, sizeof(mem));
	struct reader r;
	struct span content;

	signed_attributes_write(&w, &set);
	r = reader_over(writer_span(&w));
	if (f->alg != alg || !writer_ok(&w) || !der_take(&r, DER_SET, &content) ||
	    !span_equal(content, f->attributes))
		return err_set(e, ERR_DENIED, "it says something else than you approved");
	alg_digest(alg, writer_span(&w), digest);
	return signature_verify(alg, c->spki, span_of(digest, alg->digest_len),
	    span_of(f->signature, alg->signature_len)) ||
	    err_set(e, ERR_DENIED, "it does not verify under the key of its certificate");
}

bool
once_take(const struct once_job *job, const json_t *answer, size_t i, struct writer *p7s,
    struct once_signature *out, struct err *e)
{
	const json_t *list = json_object_get(answer, "SignatureObject");
	const char *text = json_string_value(json_array_get(list, i));
	struct cades_file *f = malloc(sizeof(*f));
	uint8_t hash[HASH_LEN];
	struct err why = { 0 };
	bool good;

	if (f == NULL)
		bug("out of memory");
	good = json_array_size(list) == job->n && text != NULL && base64_read(span_str(text), p7s);
	if (!good)
		err_set(&why, ERR_FORMAT, "it is missing");
	good = good && cades_file_read(writer_span(p7s), f, &why) &&
	    certificate_of(f, hash, &out->cert, &why) &&
	    attributes_are_ours(job, i, f, hash, &out->cert, &why);
	if (good) {
		out->time = f->signing_time;
		memcpy(out->raw, f->signature, sizeof(out->raw));
	}
	free(f);
	return good || err_exit(e, EXIT_INVALID, "the server's signature for %.80s was thrown away: %s. "
	    "Tell the operator", file_name(job->list[i].path), why.text);
}
