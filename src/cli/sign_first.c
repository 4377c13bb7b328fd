/* SPDX-License-Identifier: Apache-2.0 */
/*
 * propria sign --once --certificate-first: one approval makes key and certificate; the signed
 * attributes are made here with it, and a second approval is of their hash. PROTOCOL.sam 4.11.
 */
#include <stdlib.h>

#include "base/clock.h"
#include "cli/certificate.h"
#include "cli/encode.h"
#include "cli/file.h"
#include "cli/once.h"
#include "cli/session.h"
#include "cli/sign_once.h"
#include "cli/sign_receipt.h"
#include "cli/signing.h"

struct first {
	struct once_offer	 offer;		/* of the session, then of the key's use */
	struct key		*approver;	/* approves twice, its passphrase is asked for once */
	struct chain		*chain;
	struct certificate	 cert;
	struct signing_job	 job;
};

static void
first_wipe(struct first *f)
{
	signing_job_wipe(&f->job);
	key_free(f->approver);
	chain_free(f->chain);
}

static bool
offer_get(struct session *s, const struct call *c, struct once_offer *out, struct err *e)
{
	json_t *ask = json_pack("{s:b}", "certificateFirst", 1);
	AUTO_JSON *j = NULL;

	if (option(c, "qualifier") != NULL)
		json_object_set_new(ask, "signatureQualifier", json_string(option(c, "qualifier")));
	j = ssa_post(&s->ssa, "/propria/v1/once/challenge", ask, e);
	return j != NULL && once_offer_read(j, &s->profile, out, e);
}

/* Shows, with the time that is left for it, asks, approves. */
static bool
approve(struct session *s, struct call *c, struct first *f, struct statement *st, const char *word,
    struct approved *approved, struct err *e)
{
	return sic_statement(approved, st, &s->profile, &f->offer.challenge, clock_wall(), e) &&
	    session_ask(c, st, word, e) &&
	    (f->approver != NULL || (f->approver = session_key(&s->profile, c, e)) != NULL) &&
	    sic_approve(approved, s->profile.authenticator, f->approver, e);
}

static bool
chain_take(const json_t *credential, struct chain **chain, struct err *e)
{
	const json_t *list = json_object_get(json_object_get(credential, "cert"), "certificates"), *one;
	AUTO_WRITER der = writer_grow(FILE_SMALL), pem = writer_grow(FILE_SMALL);
	size_t i;

	json_array_foreach(list, i, one) {
		writer_reset(&der);
		if (!json_is_string(one) || !base64_read(span_str(json_string_value(one)), &der))
			return err_exit(e, EXIT_UNREACHABLE, "the server's certificates are not base64");
		pem_write(&pem, PEM_CERTIFICATE, writer_span(&der));
	}
	return (*chain = chain_read(writer_span(&pem), e)) != NULL;
}

/* The key is whatever the certificate says: nothing else is known of it, and nothing else is needed. */
static bool
credential_take(struct first *f, const json_t *credential, struct err *e)
{
	struct known_key *key = &f->job.key;
	struct certificate_cut cut;

	if (!ssa_hex(credential, "credentialID", key->id, sizeof(key->id), e) ||
	    !chain_take(credential, &f->chain, e) ||
	    !certificate_cut(chain_at(f->chain, 0), &cut, e) || !certificate_read(&cut, &f->cert, e))
		return false;
	key->alg = f->offer.alg;
	key->class = CLASS_SIGNATURE;
	key->level = LEVEL_SCAL2;
	if (f->cert.spki.n != key->alg->spki_len)
		return err_exit(e, EXIT_INVALID, "the certificate is of a key of another kind; nothing was signed");
	memcpy(key->spki, f->cert.spki.p, f->cert.spki.n);
	f->job.chain = f->chain;
	return true;
}

static bool
session_make(struct session *s, struct call *c, struct first *f, struct err *e)
{
	struct statement *st = calloc(1, sizeof(*st));
	AUTO_WRITER package = writer_grow(STATEMENT_MAX + EVIDENCES_BYTES_MAX + 8);
	AUTO_JSON *credential = NULL;
	AUTO_APPROVED approved;
	struct body_open_session *b;
	char *text;
	bool good;

	if (st == NULL)
		bug("out of memory");
	b = &st->open_session;
	st->purpose = PURPOSE_OPEN_SESSION;
	*b = (struct body_open_session){ .alg = f->offer.alg->number, .class = CLASS_SIGNATURE,
		.level = LEVEL_SCAL2 };
	memcpy(b->profile, f->offer.profile, sizeof(b->profile));
	memcpy(b->idv, f->offer.idv, sizeof(b->idv));
	memcpy(b->session, f->offer.session, sizeof(b->session));
	approved_init(&approved);
	good = approve(s, c, f, st, "certify", &approved, e);
	free(st);
	if (!good)
		return false;
	sic_package(&approved, &package);
	text = base64_new(writer_span(&package));
	credential = ssa_post_again(&s->ssa, "/csc/v2/credentials/create", json_pack(
	    "{s:{},s:b,s:s,s:[{s:s,s:s}]}", "credentialCreationRequest", "credentialInfo", 1,
	    "certificates", "chain", "authData", "id", "approval", "value", text), e);
	free(text);
	return credential != NULL && credential_take(f, credential, e);
}

/* A session that nothing will be signed in; it would end by itself. */
static void
session_drop(struct session *s, const struct first *f)
{
	char id[HEX_MAX(16)];
	struct err ignored = { 0 };

	json_decref(ssa_post(&s->ssa, "/csc/v2/credentials/delete", json_pack("{s:{s:s}}",
	    "credentialDeletionRequest", "credentialID", hex(span_of(f->job.key.id, 16), id)), &ignored));
}

static bool
use_offer_get(struct session *s, struct first *f, struct err *e)
{
	struct once_offer again;
	char id[HEX_MAX(16)];
	AUTO_JSON *j = ssa_post(&s->ssa, "/propria/v1/once/challenge", json_pack("{s:s}", "credentialID",
	    hex(span_of(f->job.key.id, 16), id)), e);

	if (j == NULL || !once_offer_again(j, &s->profile, &f->offer, &again, e))
		return false;
	f->offer = again;
	return true;
}

/* The inline SAD of the second approval; yours. */
static char *
use_approve(struct session *s, struct call *c, struct first *f, struct approved *approved, struct err *e)
{
	AUTO_WRITER package = writer_grow(STATEMENT_MAX + EVIDENCES_BYTES_MAX + 8);
	struct statement *st = calloc(1, sizeof(*st));
	bool good;

	if (st == NULL)
		bug("out of memory");
	st->purpose = PURPOSE_SIGN_ONCE;
	signing_body(&f->job, option(c, "text"), &st->sign);
	memcpy(st->sign.session, f->offer.session, sizeof(st->sign.session));
	memcpy(st->sign.profile, f->offer.profile, sizeof(st->sign.profile));
	memcpy(st->sign.idv, f->offer.idv, sizeof(st->sign.idv));
	good = approve(s, c, f, st, "sign", approved, e);
	free(st);
	if (!good)
		return NULL;
	sic_package(approved, &package);
	return signing_inline_sad(writer_span(&package));
}

static bool
keep(struct session *s, struct call *c, const struct first *f, const struct approved *approved,
    const json_t *answer, size_t i, json_t *done, struct err *e)
{
	const struct alg *alg = f->job.key.alg;
	AUTO_WRITER p7s = writer_grow(CADES_FILE_MAX);
	const char *out = option(c, "out"), *path = f->job.list[i].path;
	char name[PATH_LONG];
	uint8_t raw[SIGNATURE_MAX];

	if (out == NULL && !file_beside(path, ".p7s", name, sizeof(name), e))
		return false;
	out = out == NULL ? name : out;
	if (!signing_take(&f->job, answer, i, &p7s, raw, e) || !file_write(out, 0644, writer_span(&p7s), e))
		return false;
	say(c, "Signed. The signature is in %s.\n", out);
	json_array_append_new(done, json_pack("{s:s,s:s,s:I,s:I}", "file", path, "signature", out,
	    "not-before", (json_int_t)f->cert.not_before, "not-after", (json_int_t)f->cert.not_after));
	return sign_receipt_keep(s, c, approved, span_of(f->job.list[i].dtbsr, alg->digest_len), i,
	    span_of(raw, alg->signature_len), out, e);
}

static bool
sign_all(struct session *s, struct call *c, struct first *f, struct err *e)
{
	AUTO_JSON *answer = NULL;
	AUTO_APPROVED approved;
	char d[HEX_MAX(HASH_LEN)], *sad = NULL;
	json_t *done;

	approved_init(&approved);
	if (!signing_prepare(&f->job, c->operand, (size_t)c->n, clock_wall(), e) ||
	    !use_offer_get(s, f, e) || (sad = use_approve(s, c, f, &approved, e)) == NULL) {
		session_drop(s, f);
		return false;
	}
	answer = ssa_post_again(&s->ssa, "/csc/v2/signatures/signHash", signing_hash_json(&f->job, sad), e);
	free(sad);
	if (answer == NULL)
		return false;
	put_text(c, "approval", hex(span_of(approved.d, HASH_LEN), d));
	put_json(c, "signatures", done = json_array());
	for (size_t i = 0; i < f->job.n; i++)
		if (!keep(s, c, f, &approved, answer, i, done, e))
			return false;
	return true;
}

bool
sign_first(struct call *c, struct err *e)
{
	struct first f = { .approver = NULL };
	AUTO_SESSION s = { 0 };
	char from[TIME_TEXT], until[TIME_TEXT];
	bool good;

	if (option(c, "key") != NULL || option_is(c, "qr") || option_is(c, "one-message"))
		return err_exit(e, EXIT_USAGE, "--once makes a key of its own: --key, --qr and --one-message "
		    "are for keys that stay");
	good = session_open(&s, c, e) && offer_get(&s, c, &f.offer, e) && session_make(&s, c, &f, e);
	if (good) {
		say(c, "The certificate is here, from %s; it is valid from %s to %s.\n", f.offer.ca,
		    time_text(f.cert.not_before, from), time_text(f.cert.not_after, until));
		good = sign_all(&s, c, &f, e);
	}
	first_wipe(&f);
	return good;
}
