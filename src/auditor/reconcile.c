/* SPDX-License-Identifier: Apache-2.0 */
/* A SAM's log against an authentication module's. */
#include <stdarg.h>
#include <stdio.h>

#include "auditor/granted.h"
#include "auditor/reconcile.h"
#include "statement/evidence.h"
#include "statement/grant.h"

enum made_with { MADE_WITHOUT, MADE_WITH_MODULE, MADE_WITH_ANOTHER };

struct made {			/* a key of the SAM's */
	uint8_t		with;		/* enum made_with */
	uint8_t		level;
	uint8_t		person[ID_LEN];	/* in the module */
};

struct reconciler {
	const struct reconcile_options *options;
	struct reconcile_report	*report;
	struct granteds		grants;
	struct table		keys;		/* id: struct made */
	struct table		approvers;	/* id of an authenticator: person in the module */
	struct table		sessions;	/* id of a one-time key: nothing */
	struct err		first;		/* of the findings */
};

struct need {			/* what must have been granted */
	uint64_t	entry, time;
	enum entry_kind	kind;
	const uint8_t	*d, *signer;
	const uint8_t	*key;		/* zeros: none */
	const uint8_t	*person;
	uint8_t		level;
};

static const uint8_t none[HASH_LEN];

const char *
reconcile_word(enum reconcile_what what)
{
	static const char *const words[] = { "missing", "other", "weak", "late", "twice",
		"stranger", "key", "unused" };

	return words[what];
}

static void PRINTF(5, 6)
found(struct reconciler *r, enum reconcile_what what, uint64_t sam, uint64_t module, const char *fmt, ...)
{
	struct reconcile_finding f = { .what = what, .sam = sam, .module = module };
	bool in_sam = sam != RECONCILE_NO_ENTRY;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(f.text, sizeof(f.text), fmt, ap);
	va_end(ap);
	if (what != RECONCILE_UNUSED) {
		r->report->findings++;
		err_set(&r->first, ERR_DENIED, "entry %llu of the %s log: %.150s",
		    (unsigned long long)(in_sam ? sam : module), in_sam ? "SAM's" : "module's", f.text);
	}
	if (r->options->found != NULL)
		r->options->found(r->options->ctx, &f);
}

/* --- the module's log */

static bool
genesis_is_of(const union entry_payload *p, uint8_t kind, struct err *e)
{
	struct genesis g;

	return genesis_read(p->genesis.genesis, &g, e) && (g.kind == kind || err_why(e, ERR_DENIED,
	    "group", "this is the log of %s", g.kind == GROUP_SAM ? "a signature activation module" :
	    "an authentication module"));
}

static bool
visit_module(void *ctx, const struct entry *entry, const union entry_payload *p, struct err *e)
{
	struct reconciler *r = ctx;

	return (entry->kind != ENTRY_GENESIS || genesis_is_of(p, GROUP_AUTH, e)) &&
	    granteds_follow(&r->grants, entry, p, e);
}

/* --- the SAM's log */

/* Nobody has to have granted it; if somebody did, this is what came of it. */
static void
touch(struct reconciler *r, uint64_t entry, const uint8_t d[HASH_LEN], const uint8_t signer[ID_LEN])
{
	struct granted *g = granted_find(&r->grants, d);

	if (g == NULL)
		return;
	g->used = true;
	if (memcmp(g->m.peer, r->report->sam.group, HASH_LEN) != 0 ||
	    memcmp(g->m.signer, signer, ID_LEN) != 0)
		found(r, RECONCILE_OTHER, entry, g->entry, "its digest was granted for another signer");
}

static struct granted *
need_missing(struct reconciler *r, const struct need *n)
{
	bool older = n->time > r->report->module.last_time;

	found(r, RECONCILE_MISSING, n->entry, RECONCILE_NO_ENTRY, "%s, and the module granted nothing "
	    "for its digest%s", n->kind == ENTRY_RESERVED ? "a key was used" :
	    n->kind == ENTRY_SESSION ? "a session was opened" : "an act is in force",
	    older ? "; the module's log ends before it: is this copy of it older?" : "");
	return NULL;
}

/* The grant of this need, or NULL: what is wrong was told. */
static struct granted *
needed(struct reconciler *r, const struct need *n)
{
	struct granted *g = granted_find(&r->grants, n->d);
	const char *other = NULL;

	if (g == NULL)
		return need_missing(r, n);
	g->used = true;
	if (memcmp(g->m.peer, r->report->sam.group, HASH_LEN) != 0)
		other = "SAM";
	else if (memcmp(g->m.signer, n->signer, ID_LEN) != 0)
		other = "signer";
	else if (memcmp(g->m.key, n->key, ID_LEN) != 0)
		other = "key";
	else if (memcmp(g->m.person, n->person, ID_LEN) != 0)
		other = "person";
	if (other != NULL)
		found(r, RECONCILE_OTHER, n->entry, g->entry, "what the module granted for its digest is "
		    "for another %s", other);
	else if (g->m.level < n->level)
		found(r, RECONCILE_WEAK, n->entry, g->entry, "the module granted level %u, the key asks "
		    "for level %u", g->m.level, n->level);
	else if (g->time > n->time + RECONCILE_CLOCKS_MS)
		found(r, RECONCILE_LATE, n->entry, g->entry, "it was granted only afterwards");
	else
		return g;
	return NULL;
}

/* The grant as the SAM got it; its share is zeros, and the digest with it, where it had one. */
static void
compare_grant(struct reconciler *r, const struct entry *entry, const struct grant *g, struct span bytes,
    const struct granted *row)
{
	uint8_t digest[HASH_LEN];
	bool same = memcmp(g->signer, row->m.signer, ID_LEN) == 0 &&
	    memcmp(g->group, row->m.peer, HASH_LEN) == 0 && memcmp(g->d, row->m.d, HASH_LEN) == 0 &&
	    g->factors == row->m.factors && g->level == row->m.level &&
	    (g->share.n > 0 || (grant_digest(bytes, digest) &&
	    memcmp(digest, row->m.grant, HASH_LEN) == 0));

	if (!same)
		found(r, RECONCILE_OTHER, entry->sequence, row->entry,
		    "the grant among its evidences is not the one that the module made");
}

static bool
approver_add(struct reconciler *r, const struct evidence *ev, const struct grant *g, struct err *e)
{
	void *row;

	if (memcmp(ev->id, none, ID_LEN) == 0 || table_find(&r->approvers, ev->id) != NULL)
		return true;
	if ((row = table_add(&r->approvers, ev->id, e)) == NULL)
		return false;
	memcpy(row, g->person, ID_LEN);
	return true;
}

/* An act of a signer that the module approved. */
static bool
visit_grant(struct reconciler *r, const struct entry *entry, const struct entry_signer *m,
    const struct statement *st, const struct evidence *ev, struct err *e)
{
	uint8_t key[ID_LEN] = { 0 };
	struct need n = { entry->sequence, entry->time, entry->kind, m->d, m->id, key, NULL, 1 };
	const struct granted *row;
	struct grant g;

	if (!grant_read(ev->body, &g, e))
		return false;
	if (memcmp(g.module, r->report->module.group, HASH_LEN) != 0)
		return true;
	if (st->purpose == PURPOSE_CREATE_KEY) {
		statement_key(st->fresh, key);
		n.level = st->create_key.level;
	}
	n.person = g.person;
	r->report->acts++;
	if ((row = needed(r, &n)) != NULL)
		compare_grant(r, entry, &g, ev->body, row);
	return approver_add(r, ev, &g, e);
}

/* What the statement of CREATE_KEY, and who approved it, say of the key. */
static bool
made_read(struct reconciler *r, const struct entry *entry, const struct statement *st,
    const struct evidences *list, struct made *made, struct err *e)
{
	const struct body_create_key *b = &st->create_key;
	struct grant g;

	made->level = b->level;
	if (memcmp(b->with, none, ID_LEN) == 0)
		return true;
	for (size_t i = 0; i < list->n; i++) {
		if (memcmp(list->list[i].id, b->with, ID_LEN) != 0)
			continue;
		if (list->list[i].type != EVIDENCE_MODULE)
			return true;
		if (!grant_read(list->list[i].body, &g, e))
			return false;
		made->with = memcmp(g.module, r->report->module.group, HASH_LEN) == 0 ?
		    MADE_WITH_MODULE : MADE_WITH_ANOTHER;
		memcpy(made->person, g.person, ID_LEN);
		return true;
	}
	found(r, RECONCILE_KEY, entry->sequence, RECONCILE_NO_ENTRY,
	    "a key was made with an authenticator that did not approve it");
	return true;
}

static bool
visit_made(struct reconciler *r, const struct entry *entry, const struct statement *st,
    const struct evidences *list, struct err *e)
{
	struct made made = { .with = MADE_WITHOUT };
	uint8_t key[ID_LEN];
	void *row;

	if (!made_read(r, entry, st, list, &made, e))
		return false;
	statement_key(st->fresh, key);
	r->report->keys += made.with == MADE_WITH_MODULE;
	if (table_find(&r->keys, key) != NULL)
		return err_set(e, ERR_FORMAT, "the same key was made before");
	if ((row = table_add(&r->keys, key, e)) == NULL)
		return false;
	memcpy(row, &made, sizeof(made));
	return true;
}

static bool
visit_signer(struct reconciler *r, const struct entry *entry, const struct entry_signer *m, struct err *e)
{
	static struct statement st;	/* large; one at a time */
	uint64_t acts = r->report->acts;
	struct evidences list;
	uint8_t d[HASH_LEN];

	if (m->statement.n == 0)	/* FREEZE, LINK_CERTIFICATE */
		return true;
	if (!statement_read(m->statement, &st, e) || !evidences_read(m->evidences, &list, e))
		return false;
	statement_digest(m->statement, d);
	if (memcmp(d, m->d, HASH_LEN) != 0 || st.purpose != m->cause)
		return err_set(e, ERR_FORMAT, "its statement is another than its digest or cause says");
	for (size_t i = 0; i < list.n; i++)
		if (list.list[i].type == EVIDENCE_MODULE && !visit_grant(r, entry, m, &st, &list.list[i], e))
			return false;
	if (r->report->acts == acts)
		touch(r, entry->sequence, m->d, m->id);
	return st.purpose != PURPOSE_CREATE_KEY || visit_made(r, entry, &st, &list, e);
}

static bool
visit_reserved(struct reconciler *r, const struct entry *entry, const struct entry_reserved *m)
{
	const void *row = table_find(&r->keys, m->key);
	const uint8_t *person = table_find(&r->approvers, m->authenticator);
	struct made made = { .level = LEVEL_SCAL2 };	/* of a one-time key */
	struct need n = { entry->sequence, entry->time, entry->kind, m->d, m->signer, m->key, person, 0 };

	if (row != NULL)
		memcpy(&made, row, sizeof(made));
	else if (table_find(&r->sessions, m->key) == NULL)
		found(r, RECONCILE_KEY, entry->sequence, RECONCILE_NO_ENTRY,
		    "a key was used that no entry of the SAM's log makes");
	else
		n.key = none;			/* such a grant brings no share */
	n.level = made.level;
	if (made.with == MADE_WITH_MODULE)
		n.person = made.person;
	r->report->others += made.with == MADE_WITH_ANOTHER;
	if (n.person == NULL) {
		touch(r, entry->sequence, m->d, m->signer);
		return true;
	}
	r->report->uses++;
	(void)needed(r, &n);
	return true;
}

static bool
visit_session(struct reconciler *r, const struct entry *entry, const struct entry_session *m,
    struct err *e)
{
	const uint8_t *person = table_find(&r->approvers, m->authenticator);
	struct need n = { entry->sequence, entry->time, entry->kind, m->d, m->signer, none, person,
		LEVEL_SCAL2 };

	if (table_find(&r->sessions, m->key) == NULL && table_add(&r->sessions, m->key, e) == NULL)
		return false;
	if (person == NULL) {
		touch(r, entry->sequence, m->d, m->signer);
		return true;
	}
	r->report->acts++;
	(void)needed(r, &n);
	return true;
}

static bool
visit_sam(void *ctx, const struct entry *entry, const union entry_payload *p, struct err *e)
{
	struct reconciler *r = ctx;

	switch (entry->kind) {
	case ENTRY_GENESIS:
		return genesis_is_of(p, GROUP_SAM, e);
	case ENTRY_SIGNER:
		return visit_signer(r, entry, &p->signer, e);
	case ENTRY_KEY:
		if (p->key.cause != PURPOSE_CREATE_KEY)		/* SIGNER has who approved that */
			touch(r, entry->sequence, p->key.d, p->key.owner);
		return true;
	case ENTRY_RESERVED:
		return visit_reserved(r, entry, &p->reserved);
	case ENTRY_SESSION:
		return visit_session(r, entry, &p->session, e);
	default:
		return true;
	}
}

/* --- both */

static void
tell_grants(struct reconciler *r)
{
	struct reconcile_report *report = r->report;

	report->checks = r->grants.checks;
	for (size_t i = 0; i < r->grants.n; i++) {
		const struct granted *g = &r->grants.list[i], *before = granted_find(&r->grants, g->m.d);
		bool here = memcmp(g->m.peer, report->sam.group, HASH_LEN) == 0;

		report->grants += here;
		report->elsewhere += !here;
		if (before != g)
			found(r, RECONCILE_TWICE, RECONCILE_NO_ENTRY, g->entry, "its digest was granted "
			    "before, in entry %llu", (unsigned long long)before->entry);
		else if (here && g->used)
			report->used++;
		if (here && !g->admitted)
			found(r, RECONCILE_STRANGER, RECONCILE_NO_ENTRY, g->entry,
			    "a grant for somebody whom no officer admitted as this signer");
		if (before != g || !here || g->used)
			continue;
		report->unused++;
		found(r, RECONCILE_UNUSED, RECONCILE_NO_ENTRY, g->entry, "a grant that was not used");
	}
}

/* Of which log it is; *e keeps its code. */
static bool
which(struct err *e, const struct err *why, const char *log)
{
	return err_why(e, why->code, why->reason, "the %s log: %.170s", log, why->text);
}

static bool
run(struct reconciler *r, const char *sam, const char *module, struct err *e)
{
	const struct verify_options of_module = { .group = r->options->module, .visit = visit_module,
		.ctx = r };
	const struct verify_options of_sam = { .group = r->options->group, .visit = visit_sam, .ctx = r };
	struct err why = { 0 };

	if (!verify_directory(module, &of_module, &r->report->module, &why)) {
		r->report->read_module = why.code != ERR_MISSING;
		return which(e, &why, "module's");
	}
	r->report->read_module = true;
	if (!verify_directory(sam, &of_sam, &r->report->sam, &why)) {
		r->report->read_sam = why.code != ERR_MISSING;
		return which(e, &why, "SAM's");
	}
	r->report->read_sam = true;
	tell_grants(r);
	return r->report->findings == 0 || err_set(e, ERR_DENIED, "%s", r->first.text);
}

bool
reconcile(const char *sam, const char *module, const struct reconcile_options *options,
    struct reconcile_report *report, struct err *e)
{
	struct reconciler r = { .options = options, .report = report,
		.keys = table_of(ID_LEN, sizeof(struct made)), .approvers = table_of(ID_LEN, ID_LEN),
		.sessions = table_of(ID_LEN, 1) };
	bool good;

	*report = (struct reconcile_report){ .keys = 0 };
	granteds_init(&r.grants);
	good = run(&r, sam, module, e);
	granteds_wipe(&r.grants);
	table_wipe(&r.keys);
	table_wipe(&r.approvers);
	table_wipe(&r.sessions);
	return good;
}
