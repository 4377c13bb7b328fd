/* SPDX-License-Identifier: Apache-2.0 */
/* Officers' acts at an authentication module: admit, unlock, dismiss, another grant key. */
#include <unistd.h>

#include "base/clock.h"
#include "cli/commands.h"
#include "cli/encode.h"
#include "cli/file.h"
#include "cli/log_source.h"
#include "cli/officer.h"
#include "crypto/verify.h"

const struct option_row options_officer_admit[] = {
	{ "peer", "HEX", "the SAM's group id, if several are known here" },
	{ "signer", "ID", "the person's signer id at that SAM" },
	{ "name", "NAME", "who it is, at most 128 bytes" },
	{ "evidence", "FILE", "the proofing file; it stays here, its SHA-256 goes along" },
	{ "code-out", "FILE", "write the enrolment code here (mode 0600), do not print it" },
	OPTIONS_ACT,
	{ NULL, NULL, NULL },
};

static bool
peer_choose(struct call *c, const struct msg_roster *m, uint8_t peer[32], struct err *e)
{
	const struct roster_peer *found = NULL;

	if (option(c, "peer") != NULL)
		return option_hex(c, "peer", peer, 32, e);
	for (size_t i = 0; i < m->peers; i++) {
		if (m->peer[i].kind != PEER_SAM ||
		    (found != NULL && memcmp(found->peer, m->peer[i].peer, 32) == 0))
			continue;
		if (found != NULL)
			return err_exit(e, EXIT_USAGE, "several SAMs are known here: say which with --peer");
		found = &m->peer[i];
	}
	if (found == NULL)
		return err_set(e, ERR_NOT_NOW, "this module knows no SAM yet: propria officer add-peer");
	memcpy(peer, found->peer, 32);
	return true;
}

static bool
admit_read(struct call *c, struct body_admit *b, struct err *e)
{
	const char *name, *evidence;
	uint64_t size;

	if ((name = option_needed(c, "name", e)) == NULL || option_needed(c, "signer", e) == NULL ||
	    (evidence = option_needed(c, "evidence", e)) == NULL ||
	    !option_hex(c, "signer", b->signer, sizeof(b->signer), e))
		return false;
	b->name = span_str(name);
	return file_hash(evidence, b->evidence, HASH_LEN, &size, e);
}

bool
command_officer_admit(struct call *c, struct err *e)
{
	struct statement s = { .purpose = PURPOSE_ADMIT };
	AUTO_OFFICER o = { 0 };

	return admit_read(c, &s.admit, e) && officer_begin(&o, c, e) &&
	    peer_choose(c, &o.roster, s.admit.peer, e) &&
	    officer_let_in(c, &o, &s, s.admit.code, "person", e);
}

#define OPTIONS_PERSON								\
	{ "reason", "TEXT", "why; it goes into the log" },			\
	OPTIONS_ACT,								\
	{ NULL, NULL, NULL }

const struct option_row options_officer_unlock[] = { OPTIONS_PERSON };
const struct option_row options_officer_dismiss[] = { OPTIONS_PERSON };

bool
command_officer_unlock(struct call *c, struct err *e)
{
	return officer_act_on(c, PURPOSE_UNLOCK, RECORD_PERSON, "the person\'s id", e);
}

bool
command_officer_dismiss(struct call *c, struct err *e)
{
	return officer_act_on(c, PURPOSE_DISMISS, RECORD_PERSON, "the person\'s id", e);
}

const struct option_row options_officer_new_grant_key[] = { OPTIONS_PERSON };

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
	OPTION_SOCKET,
	{ "out", "FILE", "write the key here, DER, for propria officer add-peer at the SAM" },
	{ NULL, NULL, NULL },
};

struct grant_key {
	uint8_t	spki[256];
	size_t	n;
};

/* The last one in the log is the one in force. */
static bool
grant_key_find(void *ctx, const struct entry *entry, struct span bytes UNUSED, struct err *e)
{
	struct grant_key *k = ctx;
	union entry_payload *p;

	if (entry->kind != ENTRY_GRANT_KEY)
		return true;
	if ((p = malloc(sizeof(*p))) == NULL)
		bug("out of memory");
	if (entry_payload_read(entry, p, e) && p->grant_key.spki.n <= sizeof(k->spki)) {
		memcpy(k->spki, p->grant_key.spki.p, p->grant_key.spki.n);
		k->n = p->grant_key.spki.n;
	}
	free(p);
	return e->code == ERR_NONE;
}

bool
command_officer_grant_key(struct call *c, struct err *e)
{
	char print[HEX_MAX(HASH_LEN)];
	struct grant_key k = { .n = 0 };
	uint8_t digest[HASH_LEN];
	const char *out;

	if ((out = option_needed(c, "out", e)) == NULL || !log_walk_sam(c, grant_key_find, &k, e))
		return false;
	if (k.n == 0)
		return err_set(e, ERR_NOT_NOW, "this module has no grant key yet: propria officer new-grant-key");
	if (!file_write(out, 0644, span_of(k.spki, k.n), e))
		return false;
	sha256(span_of(k.spki, k.n), digest);
	say(c, "The grant key in force is in %s.\n  SHA-256  %s\nCompare it when propria officer add-peer shows it.\n",
	    out, hex(span_of(digest, sizeof(digest)), print));
	put_text(c, "file", out);
	put_text(c, "key", print);
	return true;
}
