/* SPDX-License-Identifier: Apache-2.0 */
/* Registration officers' acts: invite, suspend, reinstate, close. */
#include <unistd.h>

#include "base/clock.h"
#include "cli/commands.h"
#include "cli/encode.h"
#include "cli/explain.h"
#include "cli/file.h"
#include "cli/officer.h"
#include "crypto/verify.h"
#include "der/name.h"

const struct option_row options_officer_invite[] = {
	{ "name", "NAME", "the person's name in certificates, like \"CN=Alice Example,C=SE\"" },
	{ "loa", "LEVEL", "assurance of the identity: low, substantial or high" },
	{ "proofing", "TEXT", "how the identity was proved" },
	{ "evidence", "FILE", "the proofing file; it stays here, its SHA-256 goes along" },
	{ "code-out", "FILE", "write the enrolment code here (mode 0600), do not print it" },
	OPTIONS_ACT,
	{ NULL, NULL, NULL },
};

static bool
invite_read(struct call *c, struct statement *s, struct writer *name, struct err *e)
{
	const char *text, *loa, *proofing, *evidence;
	uint64_t size;

	if ((text = option_needed(c, "name", e)) == NULL || (loa = option_needed(c, "loa", e)) == NULL ||
	    (proofing = option_needed(c, "proofing", e)) == NULL ||
	    (evidence = option_needed(c, "evidence", e)) == NULL)
		return false;
	if ((s->invite.loa = (uint8_t)loa_by_name(loa)) == 0)
		return err_exit(e, EXIT_USAGE, "--loa: low, substantial or high, not %.40s", loa);
	if (!name_from_text(text, name, e))
		return err_mark(e, EXIT_USAGE);
	s->invite.name = writer_span(name);
	s->invite.proofing = span_str(proofing);
	return file_hash(evidence, s->invite.evidence, HASH_LEN, &size, e);
}

/* The SAM sees the public key of the code alone. */
static void
code_make(const uint8_t group[GROUP_LEN], uint8_t public_key[32], char text[CODE_LETTERS + 6])
{
	uint8_t code[CODE_LEN], seed[32];

	random_bytes(code, sizeof(code));
	code_seed(code, group, seed);
	ed25519_public(seed, public_key);
	code_to_text(code, text);
	explicit_bzero(code, sizeof(code));
	explicit_bzero(seed, sizeof(seed));
}

static bool
code_keep(struct call *c, const char *code, struct err *e)
{
	const char *path = option(c, "code-out");

	return path == NULL || file_write_new(path, 0600, span_str(code), e);
}

static void
code_tell(struct call *c, const char *code, bool done)
{
	const char *path = option(c, "code-out");

	if (path == NULL) {
		say(c, "Enrolment code: %s\n", code);
		put_text(c, "code", code);
	} else {
		say(c, "The enrolment code is in %s.\n", path);
		put_text(c, "code-file", path);
	}
	say(c, "Hand it to this person in another way than through the server%s.\n",
	    done ? "" : ", once the invitation is in force");
}

bool
officer_let_in(struct call *c, struct officer_act *o, struct statement *s, uint8_t public_key[32],
    const char *word, struct err *e)
{
	char code[CODE_LETTERS + 6], id[HEX_MAX(ID_LEN)];
	struct msg_enacted enacted;
	bool done = false, good;

	code_make(o->status.group, public_key, code);
	good = code_keep(c, code, e);
	if (good && !officer_act(o, c, s, &done, &enacted, e)) {
		good = false;
		if (option(c, "code-out") != NULL)
			unlink(option(c, "code-out"));
	}
	if (good && done) {
		say(c, "%c%s: %s\n", word[0] - 'a' + 'A', word + 1, hex(span_of(enacted.id, ID_LEN), id));
		put_text(c, word, id);
	}
	if (good)
		code_tell(c, code, done);
	explicit_bzero(code, sizeof(code));
	return good;
}

bool
command_officer_invite(struct call *c, struct err *e)
{
	struct statement s = { .purpose = PURPOSE_INVITE };
	AUTO_WRITER name = writer_grow(NAME_MAX_DER);
	AUTO_OFFICER o = { 0 };

	return invite_read(c, &s, &name, e) && officer_begin(&o, c, e) &&
	    officer_let_in(c, &o, &s, s.invite.code, "signer", e);
}

#define OPTIONS_SIGNER								\
	{ "reason", "TEXT", "why; it goes into the log" },			\
	OPTIONS_ACT,								\
	{ NULL, NULL, NULL }

const struct option_row options_officer_suspend[] = { OPTIONS_SIGNER };
const struct option_row options_officer_reinstate[] = { OPTIONS_SIGNER };
const struct option_row options_officer_close[] = { OPTIONS_SIGNER };
const struct option_row options_officer_revoke_key[] = { OPTIONS_SIGNER };

bool
officer_act_on(struct call *c, uint16_t purpose, uint8_t type, const char *what, struct err *e)
{
	struct statement s = { .purpose = purpose };
	const char *reason = option(c, "reason");
	struct msg_enacted enacted;
	struct msg_record record;
	AUTO_OFFICER o = { 0 };
	bool done;

	s.signer.reason = span_str(reason == NULL ? "" : reason);
	if (!officer_id_take(c->operand[0], s.subject, sizeof(s.subject), what, e) ||
	    !officer_begin(&o, c, e) || !sam_record(&o.sam, type, s.subject, &record, e))
		return false;
	s.signer.from = record.version;
	return officer_act(&o, c, &s, &done, &enacted, e);
}

bool
command_officer_suspend(struct call *c, struct err *e)
{
	return officer_act_on(c, PURPOSE_SUSPEND, RECORD_SIGNER, "the signer\'s id", e);
}

bool
command_officer_reinstate(struct call *c, struct err *e)
{
	return officer_act_on(c, PURPOSE_REINSTATE, RECORD_SIGNER, "the signer\'s id", e);
}

bool
command_officer_close(struct call *c, struct err *e)
{
	return officer_act_on(c, PURPOSE_CLOSE, RECORD_SIGNER, "the signer\'s id", e);
}

bool
command_officer_revoke_key(struct call *c, struct err *e)
{
	struct statement s = { .purpose = PURPOSE_REVOKE_KEY };
	const char *reason = option(c, "reason");
	struct msg_enacted enacted;
	struct msg_record record;
	AUTO_OFFICER o = { 0 };
	bool done;

	s.key.reason = span_str(reason == NULL ? "" : reason);
	if (!officer_id_take(c->operand[0], s.subject, sizeof(s.subject), "the signer's id", e) ||
	    !officer_id_take(c->operand[1], s.key.key, sizeof(s.key.key), "the key's id", e) ||
	    !officer_begin(&o, c, e) || !sam_record(&o.sam, RECORD_KEY, s.key.key, &record, e))
		return false;
	s.key.from = record.version;
	return officer_act(&o, c, &s, &done, &enacted, e);
}
