/* SPDX-License-Identifier: Apache-2.0 */
/* An officers' act: propose, show, approve, put in force or hand on. */
#include <stdlib.h>

#include "base/clock.h"
#include "cli/encode.h"
#include "cli/file.h"
#include "cli/officer.h"
#include "cli/words.h"

#define DAY_MS		(24ull * 3600 * 1000)

/* The answer's bytes are kept, because the next question overwrites them. */
static bool
keep(struct writer *kept, const struct writer *answer)
{
	*kept = writer_grow(FRAME_MAX);
	wr_span(kept, writer_span(answer));
	return writer_ok(kept);
}

bool
officer_begin(struct officer_act *o, struct call *c, struct err *e)
{
	struct reader r;

	if (!sam_open(&o->sam, c, e) || !sam_status(&o->sam, &o->status, e))
		return false;
	if (!keep(&o->status_bytes, &o->sam.answer) || !sam_roster(&o->sam, &o->roster, e) ||
	    !keep(&o->roster_bytes, &o->sam.answer))
		return err_set(e, ERR_BACKEND, "out of memory");
	r = reader_over(writer_span(&o->status_bytes));
	if (!msg_status_read(&r, &o->status, e))
		return false;
	r = reader_over(writer_span(&o->roster_bytes));
	return msg_roster_read(&r, &o->roster, e);
}

void
officer_end(struct officer_act *o)
{
	sam_close(&o->sam);
	if (o->roster_bytes.max > 0)
		writer_wipe(&o->roster_bytes);
	if (o->status_bytes.max > 0)
		writer_wipe(&o->status_bytes);
}

bool
officer_id_take(const char *text, uint8_t *id, size_t n, const char *what, struct err *e)
{
	return hex_typed(text, id, n) ||
	    err_exit(e, EXIT_USAGE, "%s: %zu hexadecimal digits, not %.80s", what, 2 * n, text);
}

unsigned
officer_quorum(const struct msg_roster *roster, uint16_t purpose)
{
	if (purpose == PURPOSE_INVITE || purpose == PURPOSE_ADMIT)
		return roster->policy[7];
	if ((purpose >= PURPOSE_SUSPEND && purpose <= PURPOSE_CLOSE) || purpose == PURPOSE_DISMISS ||
	    purpose == PURPOSE_REVOKE_KEY)
		return 1;
	return roster->policy[8] + (purpose == PURPOSE_ADD_OFFICER ? 1u : 0u);
}

void
officer_words(struct call *c, const struct statement *s, const struct msg_roster *roster)
{
	char *text = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&text, &n);

	if (f == NULL)
		bug("out of memory");
	words_statement(f, s, roster);
	fclose(f);
	say(c, "%s", text);
	if (c->json)
		note(c, "%s", text);
	put_span(c, "words", span_of(text, n));
	free(text);
}

static bool
introduces(const struct statement *s, struct span spki)
{
	return s->purpose == PURPOSE_ADD_OFFICER && span_equal(s->add_officer.spki, spki);
}

bool
officer_approve(struct act *a, const struct msg_roster *roster, const uint8_t *officer_id,
    struct key *key, uint8_t sig[APPROVAL_LEN], struct err *e)
{
	static const uint8_t zero[16];
	const struct roster_officer *o = roster_by_key(roster, key_spki(key));
	const uint8_t *id = introduces(&a->statement, key_spki(key)) ? zero
	    : o != NULL ? o->id : officer_id;

	if (id == NULL)
		return err_set(e, ERR_DENIED, roster == NULL ? "without the SAM's roster your officer "
		    "id is not known: give --socket, or --officer with the id"
		    : "this key is no officer's of this group. Use the key of your card, or look at "
		    "propria officer roster");
	if (!key_approve(key, a->d, sig, e))
		return false;
	return evidences_add(&a->evidences, EVIDENCE_DEVICE, id, span_of(sig, APPROVAL_LEN)) ||
	    err_set(e, ERR_DENIED, "this officer has approved the act already, or it has %d approvals "
	    "and takes no more", EVIDENCES_MAX);
}

bool
officer_act_save(const char *path, const struct act *a, struct err *e)
{
	AUTO_WRITER w = writer_grow(ACT_MAX);

	act_write(&w, a);
	return writer_ok(&w) ? file_write(path, 0644, writer_span(&w), e)
	    : err_set(e, ERR_FORMAT, "the act is too large for a file");
}

void
officer_enacted(struct call *c, const struct msg_enacted *m)
{
	char id[HEX_MAX(ID_LEN)];

	say(c, "In force. Log entry %llu, id %s.\n", (unsigned long long)m->sequence,
	    hex(span_of(m->id, ID_LEN), id));
	put_number(c, "sequence", m->sequence);
	put_text(c, "id", id);
	put_number(c, "version", m->version);
}

/* RESUME is not proposed: a closed SAM takes no proposals. */
static bool
propose(struct officer_act *o, struct call *c, struct statement *s, struct writer *w, struct err *e)
{
	struct msg_propose ask = { .purpose = s->purpose };
	struct msg_proposed answer = { 0 };
	uint64_t days = 7, now = clock_wall();

	if (!option_number(c, "days", 1, 30, &days, e))
		return false;
	ask.expires = now + days * DAY_MS - (days == 30 ? 60000 : 0);
	memcpy(ask.subject, s->subject, ID_LEN);
	act_body_digest(s, ask.body);
	if (s->purpose != PURPOSE_RESUME && !sam_propose(&o->sam, &ask, &answer, e))
		return false;
	act_statement_write(w, s, o->status.group, o->status.epoch, answer.id, now, ask.expires);
	return writer_ok(w) || err_exit(e, EXIT_USAGE, "the act is larger than a statement can be");
}

static bool
approve_first(struct act *a, struct officer_act *o, struct call *c, uint8_t sig[APPROVAL_LEN],
    struct err *e)
{
	AUTO(key) *key = NULL;

	if (option(c, "key") == NULL)
		return true;
	return (option_is(c, "yes") || confirm(c, "approve", e)) &&
	    (key = ask_key(c, option(c, "key"), e)) != NULL &&
	    officer_approve(a, &o->roster, NULL, key, sig, e);
}

static bool
enact(struct officer_act *o, struct call *c, const struct act *a, struct msg_enacted *enacted,
    struct err *e)
{
	AUTO_WRITER evidences = writer_grow(EVIDENCES_BYTES_MAX);

	evidences_write(&evidences, &a->evidences);
	if (!sam_enact(&o->sam, a->bytes, writer_span(&evidences), enacted, e))
		return false;
	officer_enacted(c, enacted);
	return true;
}

static bool
hand_on(struct call *c, const struct act *a, unsigned needed, struct err *e)
{
	const char *path = option(c, "act");

	if (path == NULL)
		return err_exit(e, EXIT_USAGE, "%zu of %u approvals are there; name a file with --act, "
		    "so that others can approve", a->evidences.n, needed);
	if (!officer_act_save(path, a, e))
		return false;
	say(c, "%zu of %u approvals. The act is in %s: others run propria officer approve on it, then "
	    "anyone runs propria officer enact.\n", a->evidences.n, needed, path);
	put_text(c, "act", path);
	put_number(c, "approvals", a->evidences.n);
	put_number(c, "needed", needed);
	return true;
}

bool
officer_act(struct officer_act *o, struct call *c, struct statement *s, bool *done,
    struct msg_enacted *enacted, struct err *e)
{
	unsigned needed = officer_quorum(&o->roster, s->purpose);
	AUTO_WRITER bytes = writer_grow(STATEMENT_MAX);
	uint8_t sig[APPROVAL_LEN];
	struct act a = { 0 };

	*done = false;
	if (option(c, "act") == NULL && (option(c, "key") == NULL || needed > 1))
		return err_exit(e, EXIT_USAGE, "%u approvals are needed: name a file with --act, so "
		    "that others can approve%s", needed, needed == 1 ? ", or approve with --key" : "");
	if (!propose(o, c, s, &bytes, e))
		return false;
	a.bytes = writer_span(&bytes);
	statement_digest(a.bytes, a.d);
	if (!statement_read(a.bytes, &a.statement, e))
		return err_exit(e, EXIT_USAGE, "what you gave makes no act: a text is too long, or "
		    "has characters that cannot be shown");
	officer_words(c, &a.statement, &o->roster);
	if (!approve_first(&a, o, c, sig, e))
		return false;
	if (a.evidences.n < needed || option(c, "key") == NULL)
		return hand_on(c, &a, needed, e);
	*done = true;
	return enact(o, c, &a, enacted, e);
}
