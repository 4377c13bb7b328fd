/* SPDX-License-Identifier: Apache-2.0 */
/* Officers' acts at the authentication module: admit a person, unlock, dismiss; its grant key. */
#include "audit/entry.h"
#include "cli/commands.h"
#include "cli/encode.h"
#include "cli/file.h"
#include "cli/log_source.h"
#include "cli/officer.h"
#include "cli/officer_code.h"

const struct option_row options_officer_admit[] = {
	{ "signer", "ID", "which signer of the SAM the person is" },
	{ "sam", "HEX", "the SAM's group; the only SAM that this module knows, if not given" },
	{ "name", "TEXT", "the person's name, for officers" },
	{ "evidence", "FILE", "the proofing file; it stays here, its SHA-256 goes along" },
	OPTION_CODE_OUT,
	OPTIONS_ACT,
	{ NULL, NULL, NULL },
};

static bool
admit_read(struct call *c, struct body_admit *b, struct err *e)
{
	const char *name, *evidence, *signer;
	uint64_t size;

	if ((signer = option_needed(c, "signer", e)) == NULL || (name = option_needed(c, "name", e)) == NULL ||
	    (evidence = option_needed(c, "evidence", e)) == NULL ||
	    !officer_id_take(signer, b->signer, sizeof(b->signer), "--signer", e) ||
	    !option_hex(c, "sam", b->peer, sizeof(b->peer), e))
		return false;
	b->name = span_str(name);
	return file_hash(evidence, b->evidence, HASH_LEN, &size, e);
}

/* Keys of one SAM may overlap; two SAMs are a question. */
static bool
only_sam(const struct msg_roster *m, uint8_t group[GROUP_LEN], struct err *e)
{
	const struct roster_peer *found = NULL;

	for (size_t i = 0; i < m->peers; i++) {
		if (m->peer[i].kind != PEER_SAM)
			continue;
		if (found != NULL && memcmp(found->peer, m->peer[i].peer, GROUP_LEN) != 0)
			return err_exit(e, EXIT_USAGE, "this module knows several SAMs: say with --sam whose signer "
			    "this is");
		found = &m->peer[i];
	}
	if (found == NULL)
		return err_set(e, ERR_MISSING, "this module knows no SAM yet: its security officers install one with "
		    "propria officer add-peer");
	memcpy(group, found->peer, GROUP_LEN);
	return true;
}

static void
hand_over(struct call *c, const struct officer_act *o, const struct msg_enacted *m)
{
	char id[HEX_MAX(GROUP_LEN)];

	say(c, "Module: %s\n", hex(span_of(o->status.group, GROUP_LEN), id));
	put_text(c, "module", id);
	say(c, "Person: %s\n", hex(span_of(m->id, ID_LEN), id));
	put_text(c, "person", id);
}

bool
command_officer_admit(struct call *c, struct err *e)
{
	struct statement s = { .purpose = PURPOSE_ADMIT };
	struct msg_enacted enacted;
	char code[CODE_TEXT];
	AUTO_OFFICER o = { 0 };
	bool done = false, good;

	if (!admit_read(c, &s.admit, e) || !officer_begin(&o, c, e) ||
	    (option(c, "sam") == NULL && !only_sam(&o.roster, s.admit.peer, e)))
		return false;
	officer_code_make(o.status.group, s.admit.code, code);
	good = officer_code_keep(c, code, e);
	if (good && !officer_act(&o, c, &s, &done, &enacted, e)) {
		good = false;
		officer_code_drop(c);
	}
	if (good && done)
		hand_over(c, &o, &enacted);
	if (good)
		officer_code_tell(c, code, done);
	explicit_bzero(code, sizeof(code));
	return good;
}

#define OPTIONS_PERSON								\
	{ "reason", "TEXT", "why; it goes into the log" },			\
	OPTIONS_ACT,								\
	{ NULL, NULL, NULL }

const struct option_row options_officer_unlock[] = { OPTIONS_PERSON };
const struct option_row options_officer_dismiss[] = { OPTIONS_PERSON };
const struct option_row options_officer_new_grant_key[] = { OPTIONS_PERSON };

static bool
person_act(struct call *c, uint16_t purpose, struct err *e)
{
	struct statement s = { .purpose = purpose };
	const char *reason = option(c, "reason");
	struct msg_enacted enacted;
	struct msg_record record;
	AUTO_OFFICER o = { 0 };
	bool done;

	s.signer.reason = span_str(reason == NULL ? "" : reason);
	if (!officer_id_take(c->operand[0], s.subject, sizeof(s.subject), "the person's id", e) ||
	    !officer_begin(&o, c, e) || !sam_record(&o.sam, RECORD_PERSON, s.subject, &record, e))
		return false;
	s.signer.from = record.version;
	return officer_act(&o, c, &s, &done, &enacted, e);
}

bool
command_officer_unlock(struct call *c, struct err *e)
{
	return person_act(c, PURPOSE_UNLOCK, e);
}

bool
command_officer_dismiss(struct call *c, struct err *e)
{
	return person_act(c, PURPOSE_DISMISS, e);
}

bool
command_officer_new_grant_key(struct call *c, struct err *e)
{
	struct statement s = { .purpose = PURPOSE_NEW_GRANT_KEY };
	const char *reason = option(c, "reason");
	struct msg_enacted enacted;
	AUTO_OFFICER o = { 0 };
	bool done;

	s.reason = span_str(reason == NULL ? "" : reason);
	return officer_begin(&o, c, e) && officer_act(&o, c, &s, &done, &enacted, e);
}

const struct option_row options_officer_grant_key[] = {
	{ "out", "FILE", "where the public key goes, DER" },
	OPTION_SOCKET,
	{ NULL, NULL, NULL },
};

static bool
grant_key_seen(void *ctx, const struct entry *entry, struct span bytes UNUSED, struct err *e)
{
	struct writer *spki = ctx;
	union entry_payload p;

	if (entry->kind != ENTRY_GRANT_KEY)
		return true;
	if (!entry_payload_read(entry, &p, e))
		return false;
	writer_reset(spki);
	wr_span(spki, p.grant_key.spki);
	return writer_ok(spki);
}

/* The youngest one of the log is the one that signs. PROTOCOL.sam 9.6 */
bool
command_officer_grant_key(struct call *c, struct err *e)
{
	AUTO_WRITER spki = writer_grow(256);
	char print[HEX_MAX(HASH_LEN)];
	uint8_t digest[HASH_LEN];
	const char *out;

	if ((out = option_needed(c, "out", e)) == NULL || !log_walk_sam(c, grant_key_seen, &spki, e))
		return false;
	if (spki.n == 0)
		return err_set(e, ERR_MISSING, "this module has no grant key yet: its security officers make one with "
		    "propria officer new-grant-key");
	if (!file_write(out, 0644, writer_span(&spki), e))
		return false;
	sha256(writer_span(&spki), digest);
	say(c, "The grant key is in %s; its SHA-256 is %s.\nSecurity officers of the SAM install it with propria officer "
	    "add-peer --grant-key.\n", out, hex(span_of(digest, sizeof(digest)), print));
	put_text(c, "out", out);
	put_text(c, "sha256", hex(span_of(digest, sizeof(digest)), print));
	return true;
}
