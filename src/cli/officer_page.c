/* SPDX-License-Identifier: Apache-2.0 */
/* Gathering officers' approvals that were given on the Approve page. */
#include <stdlib.h>
#include <string.h>

#include "audit/genesis.h"
#include "cli/encode.h"
#include "cli/enrol.h"
#include "cli/file.h"
#include "cli/officer_page.h"
#include "cli/wait.h"
#include "cli/words.h"
#include "webauthn/assertion.h"

#define WAIT_MAX_S	3600
#define MAILBOX_MAX	16	/* approvals of one act, docs/api.md */

/* What the act lends from stays until all is done. */
struct gathered {
	struct writer	kept[MAILBOX_MAX];
	size_t		n;
};

static void
gathered_wipe(struct gathered *g)
{
	for (size_t i = 0; i < g->n; i++)
		writer_wipe(&g->kept[i]);
}

char *
officer_page_link(struct span origin, struct span statement)
{
	AUTO_WRITER w = writer_grow(2 * STATEMENT_MAX);
	char *link;

	wr_span(&w, origin);
	wr_span(&w, span_str("/approve#s="));
	base64url_write(&w, statement);
	wr_u8(&w, 0);
	if (!writer_ok(&w) || (link = strdup((const char *)w.p)) == NULL)
		bug("out of memory");
	return link;
}

/* The roster's passkey of that officer; of an officer who is new, the one that the act names. */
static struct span
passkey_of(const struct act *a, const struct msg_roster *roster, const uint8_t id[16])
{
	static const uint8_t zero[16];
	const struct body_add_officer *new = &a->statement.add_officer;
	const struct roster_officer *o;

	if (memcmp(id, zero, sizeof(zero)) == 0)
		return a->statement.purpose == PURPOSE_ADD_OFFICER && new->type == OFFICER_PASSKEY ? new->spki
		    : span_of(NULL, 0);
	o = roster_find(roster, id);
	return o != NULL && o->type == OFFICER_PASSKEY ? o->spki : span_of(NULL, 0);
}

size_t
officer_page_take(struct act *a, const struct msg_roster *roster, const struct relying_party *rp,
    struct span bytes)
{
	struct evidences list;
	struct assertion seen;
	struct err ignored = { 0 };
	size_t n = 0;

	if (!evidences_read(bytes, &list, &ignored))
		return 0;
	for (size_t i = 0; i < list.n; i++) {
		const struct evidence *ev = &list.list[i];
		struct span spki = ev->type == EVIDENCE_PASSKEY ? passkey_of(a, roster, ev->id) : span_of(NULL, 0);

		err_clear(&ignored);
		if (spki.n > 0 && assertion_verify(ev->body, a->d, spki, rp, &seen, &ignored) &&
		    evidences_add(&a->evidences, EVIDENCE_PASSKEY, ev->id, ev->body))
			n++;
	}
	return n;
}

static size_t
mailbox_take(struct act *a, const struct msg_roster *roster, const struct relying_party *rp,
    const json_t *answer, struct gathered *g)
{
	const json_t *list = json_object_get(answer, "evidences");
	size_t n = 0;

	for (size_t i = 0; i < json_array_size(list) && i < MAILBOX_MAX && g->n < MAILBOX_MAX; i++) {
		const char *text = json_string_value(json_array_get(list, i));
		struct writer *w = &g->kept[g->n];
		size_t more = 0;

		*w = writer_grow(EVIDENCES_BYTES_MAX);
		if (text != NULL && base64_read(span_str(text), w))
			more = officer_page_take(a, roster, rp, writer_span(w));
		if (more > 0)
			g->n++;
		else
			writer_wipe(w);
		n += more;
	}
	return n;
}

/* The group's own genesis, whoever gives it, says where its pages are. */
static bool
pages_of(struct ssa *s, const struct act *a, struct writer *bytes, struct span *origin,
    struct relying_party *rp, struct err *e)
{
	AUTO_JSON *j = ssa_get(s, "/propria/v1/genesis", e);
	struct genesis g;
	uint64_t life;

	if (j == NULL || !genesis_take(j, a->statement.group, bytes, &life, e) ||
	    !genesis_read(writer_span(bytes), &g, e))
		return false;
	if (g.origin.n == 0 || !relying_party_init(rp, g.origin, g.service))
		return err_exit(e, EXIT_FAILED, "this group was founded without pages, so --qr is not for it");
	*origin = g.origin;
	return true;
}

/* Said once for each that comes: whoever approved with another passkey waits for nothing else. */
static void
left_note(struct call *c, const json_t *answer, const struct gathered *g, size_t *left)
{
	size_t there = json_array_size(json_object_get(answer, "evidences"));

	if (there > g->n + *left)
		note(c, "%zu in the mailbox are not taken: no officer's passkey made them for this act, or they "
		    "are in the act already.\n", there - g->n);
	if (there > g->n)
		*left = there - g->n;
}

static bool
wait_for_all(struct ssa *s, struct call *c, struct act *a, const struct msg_roster *roster,
    const struct relying_party *rp, const char *out, struct gathered *g, struct err *e)
{
	unsigned needed = officer_quorum(roster, a->statement.purpose);
	char d[HEX_MAX(HASH_LEN)];
	time_t end = wait_seconds() + WAIT_MAX_S;
	size_t left = 0;

	hex(span_of(a->d, HASH_LEN), d);
	while (a->evidences.n < needed && !wait_is_stopped() && wait_seconds() < end) {
		AUTO_JSON *j = ssa_post(s, "/propria/v1/evidence/list", json_pack("{s:s}", "d", d), e);

		if (j == NULL && command_exit(e) != EXIT_UNREACHABLE)
			return false;
		err_clear(e);
		if (mailbox_take(a, roster, rp, j, g) == 0) {
			left_note(c, j, g, &left);
			wait_pause();
			continue;
		}
		if (!officer_act_save(out, a, e))
			return false;
		note(c, "%zu of %u approvals are in %s.\n", a->evidences.n, needed, out);
	}
	return true;
}

bool
officer_page_gather(struct call *c, struct act *a, const struct msg_roster *roster, const char *out,
    struct err *e)
{
	__attribute__((cleanup(gathered_wipe))) struct gathered g = { .n = 0 };
	AUTO_WRITER genesis = writer_grow(FILE_SMALL);
	const char *server = option_needed(c, "server", e);
	size_t before = a->evidences.n;
	struct relying_party rp;
	struct waiting waiting;
	struct span origin;
	AUTO_SSA s = { 0 };
	char *link;
	bool good;

	if (server == NULL || !ssa_open(&s, server, option(c, "cacert"), e) ||
	    !pages_of(&s, a, &genesis, &origin, &rp, e))
		return false;
	link = officer_page_link(origin, a->bytes);
	wait_begin(&waiting);
	good = wait_link(c, link, "Waiting for approvals; Ctrl-C ends it, and what came is kept.", e) &&
	    wait_for_all(&s, c, a, roster, &rp, out, &g, e);
	wait_end(&waiting);
	free(link);
	if (!good)
		return false;
	return a->evidences.n > before ||
	    err_exit(e, EXIT_DECLINED, "nobody approved on the page, so the act is as it was");
}
