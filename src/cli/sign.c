/* SPDX-License-Identifier: Apache-2.0 */
/* propria sign: one approval over a list of documents, which stay on this machine. */
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "cli/certificate.h"
#include "cli/commands.h"
#include "cli/encode.h"
#include "cli/file.h"
#include "cli/means.h"
#include "cli/page.h"
#include "cli/session.h"
#include "cli/sign_once.h"
#include "cli/sign_receipt.h"
#include "cli/words.h"

const struct option_row options_sign[] = {
	{ "key", "ID", "the signing key, if there are several" },
	{ "out", "FILE", "where the signature goes (FILE.p7s)" },
	{ "receipt", "FILE", "where the receipt goes" },
	{ "receipts", NULL, "keep a receipt beside each signature (FILE.p7s.receipt)" },
	{ "text", "TEXT", "a description; it is part of the approval" },
	{ "once", NULL, "with a key that is made for this, certified, used and destroyed" },
	{ "certificate-first", NULL, "with --once: two approvals, the second of a hash that the certificate is part of" },
	{ "qualifier", "NAME", "with --once: the kind of signature, if the server offers several" },
	{ "format", "FORMAT", "with --once: cades (a signature file) or pades (to put into a PDF)" },
	{ "commitment", "WORD", "with --once: approval or origin, said of the document" },
	{ "one-message", NULL, "send approval and hashes in one message" },
	{ "qr", NULL, "let the passkey on your phone approve, by a QR code" },
	{ "no-qr", NULL, "with --qr or --idp: show the link alone" },
	{ "show", NULL, "with --qr: hand the documents over, so that the signing page shows them" },
	OPTIONS_MEANS,
	{ "yes", NULL, "do not ask: approve what is named here" },
	OPTION_HOME,
	OPTIONS_KEY_SECRETS,
	{ NULL, NULL, NULL },
};

#define TRIES	3

static void
wait_a_second(void)
{
	struct timespec t = { .tv_sec = 1 };

	nanosleep(&t, NULL);
}

static void
show(struct call *c, const struct signing_job *job, const struct body_sign *b)
{
	FILE *f = c->json ? c->progress : c->out;
	char text[HEX_MAX(DIGEST_MAX)];
	struct certificate_text certificate;
	struct err ignored = { 0 };

	fprintf(f, "You are about to sign with key %s (%s, SCAL%u)\n", hex(span_of(job->key.id, 16), text),
	    job->key.alg->name, job->key.level);
	if (certificate_to_text(chain_at(job->chain, 0), &certificate, &ignored))
		fprintf(f, "  as     %s\n", certificate.subject);
	fprintf(f, "  asked  by you, on the command line\n");
	if (job->key.level == LEVEL_SCAL1)
		fprintf(f, "  SCAL1  the service authorises this, not your device: no approval of yours stands\n"
		    "         behind the signature, and there is no receipt of one\n");
	for (size_t i = 0; i < job->n; i++) {
		const struct document *d = &job->list[i];

		fprintf(f, "  file   ");
		print_clean(f, b->items[i].label);
		fprintf(f, ", %llu bytes\n", (unsigned long long)d->size);
		fprintf(f, "    hash of the file   %s\n",
		    hex(span_of(d->digest, job->key.alg->digest_len), text));
		fprintf(f, "    hash to be signed  %s\n",
		    hex(span_of(d->dtbsr, job->key.alg->digest_len), text));
	}
	if (b->text.n > 0) {
		fprintf(f, "  text   ");
		print_clean(f, b->text);
		fputc('\n', f);
	}
	fflush(c->out);
}

static bool
challenge_get(struct session *s, const struct signing_job *job, struct challenge *out,
    struct err *e)
{
	char id[HEX_MAX(16)];
	AUTO_JSON *j = ssa_post(&s->ssa, "/csc/v2/credentials/getChallenge", json_pack("{s:s,s:s}",
	    "credentialID", hex(span_of(job->key.id, 16), id), "authObjectID", "approval"), e);
	const char *text;

	return j != NULL && ssa_text(j, "challenge", &text, e) && sic_challenge_read(text, out, e);
}

/* How many approve the key's uses, and which of them always, is the server's word: if it lies, the SAM refuses. */
static bool
means_of_key(struct session *s, struct call *c, const struct signing_job *job, const json_t *account,
    struct means *means, struct err *e)
{
	const json_t *key = session_account_key(account, job->key.id);
	const char *text = json_string_value(json_object_get(key, "with"));
	json_int_t needed = json_integer_value(json_object_get(key, "evidences"));
	uint8_t with[16] = { 0 };

	if (text != NULL && !hex_typed(text, with, sizeof(with)))
		return err_set(e, ERR_FORMAT, "the server's account is odd");
	*means = means_chosen(&s->profile, c);
	return means_complete(means, &s->profile, account, needed > 0 ? (uint64_t)needed : 1, with, e);
}

/* Builds, shows, asks, approves. What is asked for is what the statement says. */
static bool
approve(struct session *s, struct call *c, const struct signing_job *job, struct approved *approved,
    struct err *e)
{
	struct statement *st = calloc(1, sizeof(*st));
	AUTO_JSON *account = session_account(s, e);
	struct challenge challenge;
	struct means means;
	bool good;

	if (st == NULL)
		bug("out of memory");
	st->purpose = PURPOSE_SIGN;
	signing_body(job, option(c, "text"), &st->sign);
	show(c, job, &st->sign);
	good = account != NULL && means_of_key(s, c, job, account, &means, e) &&
	    (option_is(c, "yes") || confirm(c, "sign", e)) && challenge_get(s, job, &challenge, e) &&
	    sic_statement(approved, st, &s->profile, &challenge, clock_wall(), e) &&
	    means_approve(&means, s, c, account, approved, e);
	free(st);
	return good;
}

/* Shows; who approves sees it again on the page, in a statement that the page makes. */
static char *
approve_elsewhere(struct session *s, struct call *c, const struct signing_job *job,
    struct approved *approved, struct err *e)
{
	struct body_sign *b = calloc(1, sizeof(*b));

	if (b == NULL)
		bug("out of memory");
	signing_body(job, option(c, "text"), b);
	show(c, job, b);
	free(b);
	return page_approve(s, c, job, approved->d, e);
}

static char *
authorize(struct session *s, const struct signing_job *job, struct span package, struct err *e)
{
	AUTO_JSON *j = ssa_post(&s->ssa, "/csc/v2/credentials/authorize",
	    signing_authorize_json(job, package), e);
	const char *sad;
	char *copy;

	if (j == NULL || !ssa_text(j, "SAD", &sad, e))
		return NULL;
	if ((copy = strdup(sad)) == NULL)
		bug("out of memory");
	return copy;
}

/* On the service's word that this is you: SCAL1. */
static char *
authorize_by_service(struct session *s, struct call *c, const struct signing_job *job,
    struct err *e)
{
	struct body_sign *b = calloc(1, sizeof(*b));
	bool good;

	if (b == NULL)
		bug("out of memory");
	signing_body(job, option(c, "text"), b);
	show(c, job, b);
	good = option_is(c, "yes") || confirm(c, "sign", e);
	free(b);
	return good ? authorize(s, job, span_of(NULL, 0), e) : NULL;
}

/* A repeated signHash is answered from the SAM's log; nothing is signed twice. */
static json_t *
sign_hash(struct session *s, struct call *c, const struct signing_job *job, const char *sad,
    struct err *e)
{
	json_t *answer = NULL;

	for (int i = 0; i < TRIES && answer == NULL; i++) {
		if (i > 0) {
			note(c, "%s; asking again\n", e->text);
			err_clear(e);
			wait_a_second();
		}
		answer = ssa_post(&s->ssa, "/csc/v2/signatures/signHash", signing_hash_json(job, sad), e);
		if (answer == NULL && command_exit(e) != EXIT_UNREACHABLE)
			return NULL;
	}
	return answer;
}

/* Yours; an approval by this machine's key, or on the page. */
static char *
sad_get(struct session *s, struct call *c, const struct signing_job *job, struct approved *approved,
    struct err *e)
{
	AUTO_WRITER package = writer_grow(STATEMENT_MAX + EVIDENCES_BYTES_MAX + 8);

	if (option_is(c, "qr"))
		return approve_elsewhere(s, c, job, approved, e);
	if (!approve(s, c, job, approved, e))
		return NULL;
	sic_package(approved, &package);
	return option_is(c, "one-message") ? signing_inline_sad(writer_span(&package))
	    : authorize(s, job, writer_span(&package), e);
}

static json_t *
signatures(struct session *s, struct call *c, const struct signing_job *job,
    struct approved *approved, struct err *e)
{
	char *sad = sad_get(s, c, job, approved, e);
	json_t *answer = NULL;

	if (sad != NULL)
		answer = sign_hash(s, c, job, sad, e);
	free(sad);
	return answer;
}

static bool
keep(struct session *s, struct call *c, const struct signing_job *job,
    const struct approved *approved, const json_t *answer, size_t i, json_t *done, struct err *e)
{
	AUTO_WRITER p7s = writer_grow(CADES_FILE_MAX);
	const char *out = option(c, "out");
	uint8_t raw[SIGNATURE_MAX];
	char name[PATH_LONG];

	if (out == NULL && !file_beside(job->list[i].path, ".p7s", name, sizeof(name), e))
		return false;
	out = out == NULL ? name : out;
	if (!signing_take(job, answer, i, &p7s, raw, e) ||
	    !file_write(out, 0644, writer_span(&p7s), e))
		return false;
	say(c, "Signed. The signature is in %s.\n", out);
	json_array_append_new(done, json_pack("{s:s,s:s}", "file", job->list[i].path, "signature", out));
	return approved == NULL || sign_receipt_keep(s, c, approved,
	    span_of(job->list[i].dtbsr, job->key.alg->digest_len), i,
	    span_of(raw, job->key.alg->signature_len), out, e);
}

static bool
sign_all(struct session *s, struct call *c, const struct signing_job *job, struct err *e)
{
	AUTO_JSON *answer = NULL;
	AUTO_APPROVED approved;
	char d[HEX_MAX(HASH_LEN)];
	json_t *done;

	approved_init(&approved);
	if ((answer = signatures(s, c, job, &approved, e)) == NULL)
		return false;
	put_text(c, "approval", hex(span_of(approved.d, HASH_LEN), d));
	put_json(c, "signatures", done = json_array());
	for (size_t i = 0; i < job->n; i++)
		if (!keep(s, c, job, &approved, answer, i, done, e))
			return false;
	return true;
}

static bool
sign_all_by_service(struct session *s, struct call *c, const struct signing_job *job, struct err *e)
{
	AUTO_JSON *answer = NULL;
	json_t *done;
	char *sad;

	if (option(c, "receipt") != NULL || option_is(c, "receipts") || option_is(c, "one-message") ||
	    option_is(c, "qr"))
		return err_exit(e, EXIT_USAGE, "--receipt, --receipts, --one-message and --qr are for approvals; a "
		    "SCAL1 key signs without one");
	if ((sad = authorize_by_service(s, c, job, e)) == NULL)
		return false;
	answer = sign_hash(s, c, job, sad, e);
	free(sad);
	if (answer == NULL)
		return false;
	put_number(c, "scal", LEVEL_SCAL1);
	put_number(c, "hash_bound", 0);
	put_json(c, "signatures", done = json_array());
	for (size_t i = 0; i < job->n; i++)
		if (!keep(s, c, job, NULL, answer, i, done, e))
			return false;
	return true;
}

static bool
options_agree(const struct call *c, struct err *e)
{
	if (option_is(c, "qr") && option_is(c, "one-message"))
		return err_exit(e, EXIT_USAGE, "--one-message is for approvals by this machine's key, not with "
		    "--qr");
	if (!option_is(c, "once") && (option(c, "qualifier") != NULL || option(c, "format") != NULL ||
	    option(c, "commitment") != NULL))
		return err_exit(e, EXIT_USAGE, "--qualifier, --format and --commitment go with --once");
	if (option_is(c, "certificate-first") && (!option_is(c, "once") || option(c, "format") != NULL ||
	    option(c, "commitment") != NULL))
		return err_exit(e, EXIT_USAGE, "--certificate-first goes with --once, and makes CAdES without more");
	if (option_is(c, "no-qr") && !option_is(c, "qr") && option(c, "idp") == NULL)
		return err_exit(e, EXIT_USAGE, "--no-qr goes with --qr and --idp");
	if ((option_is(c, "pin") || option(c, "idp") != NULL) && (option_is(c, "qr") || option_is(c, "once")))
		return err_exit(e, EXIT_USAGE, "--pin and --idp are for approvals from here of a key that stays, not "
		    "with --qr or --once");
	if (option_is(c, "show") && !option_is(c, "qr"))
		return err_exit(e, EXIT_USAGE, "--show goes with --qr: else this program shows what is approved");
	return c->n == 1 || (option(c, "out") == NULL && option(c, "receipt") == NULL) ||
	    err_exit(e, EXIT_USAGE, "--out and --receipt are for one file; with several, signatures and "
	    "--receipts go beside each");
}

bool
command_sign(struct call *c, struct err *e)
{
	AUTO_WRITER pem = writer_grow(FILE_SMALL);
	AUTO(chain) *chain = NULL;
	struct signing_job job = { 0 };
	AUTO_SESSION s = { 0 };
	struct certificate cert;
	char path[PATH_LONG];
	bool good;

	if (!options_agree(c, e))
		return false;
	if (option_is(c, "once"))
		return option_is(c, "certificate-first") ? sign_first(c, e) : sign_once(c, e);
	if (!session_open(&s, c, e) ||
	    !profile_key(&s.profile, option(c, "key"), &job.key, e))
		return false;
	profile_certificate_path(&s.profile, job.key.id, path);
	if (!file_exists(path))
		return err_set(e, ERR_NOT_NOW, "no certificate of this key is here: propria keys link puts it there");
	if (!file_read(path, &pem, e) || (chain = chain_read(writer_span(&pem), e)) == NULL ||
	    !certificate_is_of(chain_at(chain, 0), &job.key, &cert, e))
		return false;
	job.chain = chain;
	good = signing_prepare(&job, c->operand, (size_t)c->n, clock_wall(), e) &&
	    (job.key.level == LEVEL_SCAL1 ? sign_all_by_service : sign_all)(&s, c, &job, e);
	signing_job_wipe(&job);
	return good;
}
