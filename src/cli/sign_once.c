/* SPDX-License-Identifier: Apache-2.0 */
/* propria sign --once: one approval of documents; key and certificate are made for it and end with it. */
#include <stdlib.h>

#include "base/clock.h"
#include "cli/encode.h"
#include "cli/file.h"
#include "cli/once.h"
#include "cli/session.h"
#include "cli/sign_once.h"
#include "cli/sign_receipt.h"
#include "cli/words.h"

static bool
offer_get(struct session *s, const struct call *c, struct once_offer *out, struct err *e)
{
	json_t *ask = json_object();
	AUTO_JSON *j = NULL;

	if (option(c, "qualifier") != NULL)
		json_object_set_new(ask, "signatureQualifier", json_string(option(c, "qualifier")));
	j = ssa_post(&s->ssa, "/propria/v1/once/challenge", ask, e);
	return j != NULL && once_offer_read(j, &s->profile, out, e);
}

static void
show(struct call *c, const struct once_job *job, const struct body_sign *b)
{
	FILE *f = c->json ? c->progress : c->out;
	char text[HEX_MAX(DIGEST_MAX)];

	fprintf(f, "You are about to sign with a key that is made for this and destroyed after it\n"
	    "  key    %s, SCAL2; its certificate comes from %s (profile %.*s)\n", job->offer.alg->name,
	    job->offer.ca, PROFILE_LEN, (const char *)job->offer.profile);
	fprintf(f, "  asked  by you, on the command line\n");
	for (size_t i = 0; i < job->n; i++) {
		fprintf(f, "  file   ");
		print_clean(f, b->items[i].label);
		fprintf(f, ", %llu bytes\n    hash of the file   %s\n",
		    (unsigned long long)job->list[i].size, hex(b->items[i].digest, text));
	}
	fprintf(f, "  as     %s%s\n", job->kind == KIND_PADES ? "a signature for a PDF (PAdES)"
	    : "a signature file (CAdES)", job->attrs == ATTRS_APPROVAL ? ", which says: I approve this"
	    : job->attrs == ATTRS_ORIGIN ? ", which says: this comes from me" : "");
	if (b->text.n > 0) {
		fprintf(f, "  text   ");
		print_clean(f, b->text);
		fputc('\n', f);
	}
	fflush(f);
}

static bool
approve(struct session *s, struct call *c, const struct once_job *job, struct approved *approved,
    struct err *e)
{
	struct statement *st = calloc(1, sizeof(*st));
	AUTO(key) *key = NULL;
	bool good;

	if (st == NULL)
		bug("out of memory");
	st->purpose = PURPOSE_SIGN_ONCE;
	once_body(job, option(c, "text"), &st->sign);
	show(c, job, &st->sign);
	good = (option_is(c, "yes") || confirm(c, "sign", e)) &&
	    (key = session_key(&s->profile, c, e)) != NULL &&
	    sic_statement(approved, st, &s->profile, &job->offer.challenge, clock_wall(), e) &&
	    sic_approve(approved, s->profile.authenticator, key, e);
	free(st);
	return good;
}

static bool
keep(struct session *s, struct call *c, const struct once_job *job, const struct approved *approved,
    const json_t *answer, size_t i, json_t *done, struct err *e)
{
	AUTO_WRITER p7s = writer_grow(CADES_FILE_MAX);
	struct once_signature made;
	char from[TIME_TEXT], until[TIME_TEXT], name[PATH_LONG];
	const char *out = option(c, "out");

	if (out == NULL && !file_beside(job->list[i].path, ".p7s", name, sizeof(name), e))
		return false;
	out = out == NULL ? name : out;
	if (!once_take(job, answer, i, &p7s, &made, e) || !file_write(out, 0644, writer_span(&p7s), e))
		return false;
	say(c, "Signed. The signature is in %s.\n", out);
	if (i == 0)
		say(c, "Its certificate is valid from %s to %s; its key is gone.\n",
		    time_text(made.cert.not_before, from), time_text(made.cert.not_after, until));
	json_array_append_new(done, json_pack("{s:s,s:s,s:I,s:I}", "file", job->list[i].path, "signature",
	    out, "not-before", (json_int_t)made.cert.not_before, "not-after",
	    (json_int_t)made.cert.not_after));
	return sign_receipt_keep(s, c, approved, span_of(job->list[i].digest, job->offer.alg->digest_len), i,
	    span_of(made.raw, job->offer.alg->signature_len), out, e);
}

static bool
sign_all(struct session *s, struct call *c, const struct once_job *job, struct err *e)
{
	AUTO_WRITER package = writer_grow(STATEMENT_MAX + EVIDENCES_BYTES_MAX + 8);
	AUTO_JSON *answer = NULL;
	AUTO_APPROVED approved;
	char d[HEX_MAX(HASH_LEN)];
	json_t *done;

	approved_init(&approved);
	if (!approve(s, c, job, &approved, e))
		return false;
	sic_package(&approved, &package);
	answer = ssa_post_again(&s->ssa, "/csc/v2/signatures/signDoc", once_json(job, writer_span(&package)), e);
	if (answer == NULL)
		return false;
	put_text(c, "approval", hex(span_of(approved.d, HASH_LEN), d));
	put_json(c, "signatures", done = json_array());
	for (size_t i = 0; i < job->n; i++)
		if (!keep(s, c, job, &approved, answer, i, done, e))
			return false;
	return true;
}

static bool
kind_of(const struct call *c, struct once_job *job, struct err *e)
{
	const char *format = option(c, "format"), *says = option(c, "commitment");

	job->kind = format != NULL && strcmp(format, "pades") == 0 ? KIND_PADES : KIND_CADES;
	if (format != NULL && job->kind == KIND_CADES && strcmp(format, "cades") != 0)
		return err_exit(e, EXIT_USAGE, "--format is cades or pades");
	if (says == NULL)
		return true;
	job->attrs = strcmp(says, "approval") == 0 ? ATTRS_APPROVAL : ATTRS_ORIGIN;
	return job->attrs == ATTRS_APPROVAL || strcmp(says, "origin") == 0 ||
	    err_exit(e, EXIT_USAGE, "--commitment is approval or origin");
}

bool
sign_once(struct call *c, struct err *e)
{
	struct once_job job = { 0 };
	AUTO_SESSION s = { 0 };
	bool good;

	if (option(c, "key") != NULL || option_is(c, "qr") || option_is(c, "one-message"))
		return err_exit(e, EXIT_USAGE, "--once makes a key of its own: --key, --qr and --one-message "
		    "are for keys that stay");
	good = kind_of(c, &job, e) && session_open(&s, c, e) && offer_get(&s, c, &job.offer, e) &&
	    once_prepare(&job, c->operand, (size_t)c->n, e) && sign_all(&s, c, &job, e);
	once_job_wipe(&job);
	return good;
}
