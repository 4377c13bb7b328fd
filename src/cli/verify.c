/* SPDX-License-Identifier: Apache-2.0 */
/* propria verify and receipt show: all of it offline. */
#include <stdlib.h>

#include "base/clock.h"
#include "cli/commands.h"
#include "cli/encode.h"
#include "cli/explain.h"
#include "cli/file.h"
#include "cli/verify.h"
#include "x509/cades_file.h"
#include "x509/cades_verify.h"

#define DOCUMENT_MAX	(1024u * 1024 * 1024)

const struct option_row options_verify[] = {
	{ "ca", "FILE", "the CAs that you trust for signers, PEM" },
	{ "receipt", "FILE", "the receipt of this signature" },
	{ "group", "HEX", "the group that you trust for receipts" },
	{ "at-signing-time", NULL, "judge certificates at the time that the signer claims" },
	{ NULL, NULL, NULL },
};

struct receipt_facts *
facts_open(const char *path, const uint8_t *group, struct writer *bytes, struct err *e)
{
	struct receipt_facts *facts = malloc(sizeof(*facts));
	struct receipt receipt;

	if (facts == NULL)
		bug("out of memory");
	if (!file_read(path, bytes, e)) {
		free(facts);
		return NULL;
	}
	if (!receipt_read(writer_span(bytes), &receipt, e) ||
	    !receipt_check(&receipt, group, facts, e)) {
		err_mark(e, EXIT_INVALID);
		e->reason[0] = '\0';
		free(facts);
		return NULL;
	}
	return facts;
}

static bool
is_of_documents_once(const struct statement *st)
{
	return st->purpose == PURPOSE_SIGN_ONCE && st->sign.kind != KIND_DTBSR;
}

bool
facts_fit(const struct receipt_facts *f, const struct alg *alg, struct span dtbsr, struct span spki,
    struct span raw, struct err *e)
{
	uint8_t print[HASH_LEN];

	sha256(spki, print);
	if (!span_equal(span_of(f->dtbsr, alg->digest_len), dtbsr))
		return err_exit(e, EXIT_INVALID, "the approval in the receipt named another document");
	/* Of a one-time key the approval has none: its certificate is in what was signed. */
	if (f->statement.sign.alg != alg->number ||
	    (!is_of_documents_once(&f->statement) && memcmp(f->statement.sign.spki, print, sizeof(print)) != 0))
		return err_exit(e, EXIT_INVALID, "the approval in the receipt named another key than the "
		    "certificate's");
	return span_equal(f->signature, raw) ||
	    err_exit(e, EXIT_INVALID, "the receipt is of another signature over the same document");
}

static void
approvals_print(struct call *c, const struct receipt_facts *f)
{
	json_t *list = json_array();
	char text[HEX_MAX(16)];

	for (size_t i = 0; i < f->approvals; i++) {
		say(c, "%s%s", i == 0 ? "  approved      by authenticator " : "            and by authenticator ",
		    hex(span_of(f->attested[i].authenticator, 16), text));
		say(c, " (%s%s)\n", protection_name(f->attested[i].protection),
		    f->attested[i].spki.n == 0 ? "; on the SAM's word" : "");
		json_array_append_new(list, json_string(text));
		if (i == 0)
			put_text(c, "authenticator", text);
	}
	put_json(c, "authenticators", list);
}

void
facts_print(struct call *c, const struct receipt_facts *f)
{
	const struct body_sign *b = &f->statement.sign;
	char text[HEX_MAX(DIGEST_MAX)], when[TIME_TEXT];

	approvals_print(c, f);
	say(c, "                of signer %s, identity assurance %s\n",
	    hex(span_of(f->statement.subject, 16), text), loa_name(f->attested[0].loa));
	put_text(c, "signer", text);
	say(c, "                SCAL%u, class %s; the document was %s\n", b->level, class_name(b->class),
	    b->seen == SEEN_DOCUMENT ? "hashed by the signer's own software"
	    : "seen by its name only");
	if (b->level == LEVEL_SCAL1)
		say(c, "                approved all the same; the service can use this key without that\n");
	say(c, "  named         %s\n", hex(f->item.digest, text));
	put_text(c, "digest", text);
	if (!c->json) {
		fprintf(c->out, "                as \"");
		print_clean(c->out, f->item.label);
		fprintf(c->out, "\"\n");
	}
	say(c, "  signed        %s, log entry %llu of group\n                %s\n",
	    time_text(f->time, when), (unsigned long long)f->sequence,
	    hex(span_of(f->group, HASH_LEN), text));
	put_text(c, "group", text);
	put_text(c, "loa", loa_name(f->attested[0].loa) == NULL ? "?" : loa_name(f->attested[0].loa));
	put_number(c, "scal", b->level);
	put_number(c, "hash_bound", 1);		/* by an approval, whatever the level */
	put_number(c, "time", f->time);
	put_number(c, "sequence", f->sequence);
	put_number(c, "seen", b->seen);
}

static bool
receipt_against(const struct receipt_facts *f, struct span file,
    const struct cades_result *result, struct err *e)
{
	struct cades_file *parts = malloc(sizeof(*parts));
	struct certificate_cut cut;
	struct certificate cert;
	bool good;

	if (parts == NULL)
		bug("out of memory");
	good = cades_file_read(file, parts, e) && certificate_cut(result->signer, &cut, e) &&
	    certificate_read(&cut, &cert, e) && facts_fit(f, result->alg,
	    span_of(result->dtbsr, result->alg->digest_len), cert.spki,
	    span_of(parts->signature, parts->alg->signature_len), e);
	free(parts);
	return good || err_mark(e, EXIT_INVALID);
}

static uint64_t
judged_at(const struct call *c, const struct receipt_facts *f)
{
	return option_is(c, "at-signing-time") ? CADES_AT_SIGNING_TIME
	    : f != NULL ? f->time : clock_wall();
}

static bool
signature_check(struct call *c, const struct chain *anchors, const struct receipt_facts *f,
    struct err *e)
{
	AUTO_WRITER document = writer_grow(DOCUMENT_MAX), file = writer_grow(CADES_FILE_MAX);
	struct cades_result result;
	char when[TIME_TEXT];

	if (!file_read(c->operand[0], &document, e) || !file_read(c->operand[1], &file, e))
		return false;
	if (!cades_verify(writer_span(&file), writer_span(&document), anchors, judged_at(c, f), &result,
	    e))
		return err_mark(e, EXIT_INVALID);
	if (f != NULL && !receipt_against(f, writer_span(&file), &result, e))
		return false;
	say(c, "VALID. %s is signed.\n  by            %s\n  claimed time  %s\n  algorithm     %s\n",
	    file_name(c->operand[0]), result.subject,
	    result.signing_time == 0 ? "none" : time_text(result.signing_time, when), result.alg->name);
	put_text(c, "subject", result.subject);
	if (result.signing_time != 0)
		put_number(c, "signing-time", result.signing_time);
	put_text(c, "algorithm", result.alg->name);
	if (!result.closed)
		say(c, "  note          it has signed attributes beyond those that Propria makes\n");
	if (f != NULL)
		facts_print(c, f);
	return true;
}

bool
command_verify(struct call *c, struct err *e)
{
	AUTO_WRITER ca = writer_grow(FILE_SMALL), receipt = writer_grow(RECEIPT_MAX);
	struct receipt_facts *facts = NULL;
	AUTO(chain) *anchors = NULL;
	uint8_t group[HASH_LEN];
	const char *path;
	bool good;

	if ((path = option_needed(c, "ca", e)) == NULL || !option_hex(c, "group", group, HASH_LEN, e))
		return false;
	if ((option(c, "receipt") == NULL) != (option(c, "group") == NULL))
		return err_exit(e, EXIT_USAGE, "--receipt and --group go together: a receipt proves "
		    "something about a group that you know");
	if (!file_read(path, &ca, e) || (anchors = chain_read(writer_span(&ca), e)) == NULL)
		return false;
	if (option(c, "receipt") != NULL &&
	    (facts = facts_open(option(c, "receipt"), group, &receipt, e)) == NULL)
		return false;
	good = signature_check(c, anchors, facts, e);
	free(facts);
	return good;
}

const struct option_row options_receipt_show[] = {
	{ "group", "HEX", "the group that you trust" },
	{ NULL, NULL, NULL },
};

bool
command_receipt_show(struct call *c, struct err *e)
{
	AUTO_WRITER bytes = writer_grow(RECEIPT_MAX);
	bool pinned = option(c, "group") != NULL;
	struct receipt_facts *facts;
	uint8_t group[HASH_LEN];

	if (!option_hex(c, "group", group, sizeof(group), e) ||
	    (facts = facts_open(c->operand[0], pinned ? group : NULL, &bytes, e)) == NULL)
		return false;
	say(c, pinned ? "The receipt holds, for the group that you named.\n"
	    : "The receipt agrees with itself. Give --group to know that it is of a group you trust.\n");
	facts_print(c, facts);
	put_json(c, "pinned", json_boolean(pinned));
	free(facts);
	return true;
}
