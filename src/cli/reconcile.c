/* SPDX-License-Identifier: Apache-2.0 */
/* A SAM's log against its authentication module's. */
#include <stdlib.h>

#include "auditor/verify_file.h"
#include "cli/commands.h"
#include "cli/encode.h"
#include "cli/log_source.h"
#include "cli/reconcile.h"
#include "statement/evidence.h"

/* Values of tables lie anywhere: bytes alone. */
struct made {			/* a key that was made with a module */
	uint8_t	level;
};
struct use {
	uint8_t		signer[ID_LEN], key[ID_LEN];
	uint8_t		level;
	bool		seen;
};
struct granted {
	bool	twice;
};

void
reconcile_init(struct reconcile *r, const uint8_t group[HASH_LEN])
{
	*r = (struct reconcile){ .keys = table_of(ID_LEN, sizeof(struct made)),
		.uses = table_of(HASH_LEN, sizeof(struct use)),
		.grants = table_of(HASH_LEN, sizeof(struct granted)),
		.acts = table_of(HASH_LEN, 1) };
	memcpy(r->group, group, HASH_LEN);
}

void
reconcile_wipe(struct reconcile *r)
{
	table_wipe(&r->keys);
	table_wipe(&r->uses);
	table_wipe(&r->grants);
	table_wipe(&r->acts);
}

static void
tell(const struct reconcile *r, const char *what, const uint8_t d[HASH_LEN])
{
	if (r->found != NULL)
		r->found(r->ctx, what, d);
}

static bool
use_add(struct reconcile *r, const uint8_t d[HASH_LEN], const uint8_t signer[ID_LEN],
    const uint8_t key[ID_LEN], uint8_t level, struct err *e)
{
	struct use *u = table_find(&r->uses, d);

	if (u != NULL)		/* one approval, used in parts */
		return true;
	if ((u = table_add(&r->uses, d, e)) == NULL)
		return false;
	memcpy(u->signer, signer, ID_LEN);
	memcpy(u->key, key, ID_LEN);
	u->level = level;
	r->activations++;
	return true;
}

/* The authenticator that each use needs approved its birth: by its evidence we know of what type it is. */
static bool
is_with_module(const struct body_create_key *b, struct span evidences)
{
	struct err ignored = { 0 };
	struct evidences list;

	if (!evidences_read(evidences, &list, &ignored))
		return false;
	for (size_t i = 0; i < list.n; i++)
		if (list.list[i].type == EVIDENCE_MODULE && memcmp(list.list[i].id, b->with, 16) == 0)
			return true;
	return false;
}

static bool
key_made(struct reconcile *r, const struct entry_signer *m, struct err *e)
{
	struct statement *s = calloc(1, sizeof(*s));
	struct made *made;
	uint8_t id[ID_LEN];
	bool good = true;

	if (s == NULL)
		bug("out of memory");
	if (statement_read(m->statement, s, e) && is_with_module(&s->create_key, m->evidences)) {
		statement_key(s->fresh, id);
		if ((made = table_find(&r->keys, id)) == NULL)
			made = table_add(&r->keys, id, e);
		good = made != NULL && use_add(r, m->d, m->id, id, s->create_key.level, e);
		if (made != NULL)
			made->level = s->create_key.level;
	} else {
		good = e->code == ERR_NONE;
	}
	free(s);
	return good;
}

static bool
act_add(struct reconcile *r, const uint8_t d[HASH_LEN], struct err *e)
{
	return table_find(&r->acts, d) != NULL || table_add(&r->acts, d, e) != NULL;
}

bool
reconcile_sam(struct reconcile *r, const struct entry *entry, const union entry_payload *p, struct err *e)
{
	const struct made *made;

	if ((entry->kind == ENTRY_SIGNER && !act_add(r, p->signer.d, e)) ||
	    (entry->kind == ENTRY_KEY && !act_add(r, p->key.d, e)) ||
	    (entry->kind == ENTRY_RESERVED && !act_add(r, p->reserved.d, e)))
		return false;
	if (entry->kind == ENTRY_SIGNER && p->signer.cause == PURPOSE_CREATE_KEY && p->signer.statement.n > 0)
		return key_made(r, &p->signer, e);
	if (entry->kind != ENTRY_RESERVED || (made = table_find(&r->keys, p->reserved.key)) == NULL)
		return true;
	return use_add(r, p->reserved.d, p->reserved.signer, p->reserved.key, made->level, e);
}

static bool
is_of(const struct entry_granted *m, const struct use *u)
{
	return memcmp(m->signer, u->signer, ID_LEN) == 0 && memcmp(m->key, u->key, ID_LEN) == 0 &&
	    m->level >= u->level;
}

bool
reconcile_auth(struct reconcile *r, const struct entry *entry, const union entry_payload *p, struct err *e)
{
	static const uint8_t nobody[HASH_LEN];
	const struct entry_granted *m = &p->granted;
	struct granted *g;
	struct use *u;

	if (entry->kind != ENTRY_GRANTED || memcmp(m->peer, nobody, HASH_LEN) == 0)
		return true;
	if (memcmp(m->peer, r->group, HASH_LEN) != 0) {
		r->other++;
		return true;
	}
	r->granted++;
	if ((g = table_find(&r->grants, m->d)) != NULL) {
		r->twice += !g->twice;
		g->twice = true;
		tell(r, "granted twice", m->d);
		return true;
	}
	if (table_add(&r->grants, m->d, e) == NULL)
		return false;
	if ((u = table_find(&r->uses, m->d)) == NULL) {
		if (table_find(&r->acts, m->d) == NULL) {
			r->unused++;
			tell(r, "granted, and never used there", m->d);
		}
	} else if (!is_of(m, u)) {
		r->differing++;
		tell(r, "granted for another signer or key, or at a lower level", m->d);
	} else {
		u->seen = true;
	}
	return true;
}

static void
missing_tell(struct reconcile *r)
{
	for (size_t i = 0; i < r->uses.cap; i++) {
		const uint8_t *d = table_at(&r->uses, i);
		const struct use *u = d == NULL ? NULL : table_find(&r->uses, d);

		if (u != NULL && !u->seen) {
			r->missing++;
			tell(r, "used without a grant", d);
		}
	}
}

bool
reconcile_end(struct reconcile *r, struct err *e)
{
	missing_tell(r);
	return (r->missing == 0 && r->twice == 0 && r->differing == 0) ||
	    err_set(e, ERR_DENIED, "the logs do not agree: %llu uses without a grant, %llu statements granted twice, "
	    "%llu grants for something else", (unsigned long long)r->missing, (unsigned long long)r->twice,
	    (unsigned long long)r->differing);
}

const struct option_row options_reconcile[] = {
	{ "sam", "DIR", "a copy of the SAM's log" },
	{ "auth", "DIR", "a copy of the authentication module's log, not older" },
	{ "group", "HEX", "the SAM's group, if it is known" },
	{ "module", "HEX", "the authentication module's, if it is known" },
	{ NULL, NULL, NULL },
};

struct walk {
	struct reconcile	*r;
	bool			(*take)(struct reconcile *, const struct entry *, const union entry_payload *,
				    struct err *);
};

static bool
visit(void *ctx, const struct entry *entry, struct span bytes UNUSED, struct err *e)
{
	const struct walk *w = ctx;
	union entry_payload *p = malloc(sizeof(*p));
	bool good;

	if (p == NULL)
		bug("out of memory");
	good = entry_payload_read(entry, p, e) && w->take(w->r, entry, p, e);
	free(p);
	return good;
}

struct findings {
	struct call	*call;
	json_t		*list;
};

static void
found(void *ctx, const char *what, const uint8_t d[HASH_LEN])
{
	struct findings *f = ctx;
	char text[HEX_MAX(HASH_LEN)];

	say(f->call, "  %s  %s\n", hex(span_of(d, HASH_LEN), text), what);
	json_array_append_new(f->list, json_pack("{s:s,s:s}", "approval", text, "found", what));
}

static bool
verified(struct call *c, const char *which, const char *pin, struct verify_report *report, struct err *e)
{
	struct verify_options options = { 0 };
	uint8_t group[HASH_LEN];

	if (option_needed(c, which, e) == NULL || !option_hex(c, pin, group, sizeof(group), e))
		return false;
	options.group = option(c, pin) == NULL ? NULL : group;
	if (verify_directory(option(c, which), &options, report, e))
		return true;
	return e->code == ERR_MISSING ? false : err_mark(e, EXIT_INVALID);
}

static void
sum_print(struct call *c, const struct reconcile *r)
{
	say(c, "%llu approvals of keys made with the module, %llu grants, of which %llu were not used there; %llu for "
	    "other SAMs.\n", (unsigned long long)r->activations, (unsigned long long)r->granted,
	    (unsigned long long)r->unused, (unsigned long long)r->other);
	put_number(c, "activations", r->activations);
	put_number(c, "grants", r->granted);
	put_number(c, "unused", r->unused);
	put_number(c, "other", r->other);
	put_number(c, "missing", r->missing);
	put_number(c, "twice", r->twice);
	put_number(c, "differing", r->differing);
}

bool
command_reconcile(struct call *c, struct err *e)
{
	struct verify_report sam = { 0 }, auth = { 0 };
	struct findings findings = { .call = c };
	struct reconcile r;
	bool good;

	if (!verified(c, "sam", "group", &sam, e) || !verified(c, "auth", "module", &auth, e))
		return false;
	findings.list = json_array();
	put_json(c, "findings", findings.list);
	reconcile_init(&r, sam.group);
	r.found = found;
	r.ctx = &findings;
	good = log_walk_directory(option(c, "sam"), visit, &(struct walk){ &r, reconcile_sam }, e) &&
	    log_walk_directory(option(c, "auth"), visit, &(struct walk){ &r, reconcile_auth }, e);
	if (good && !reconcile_end(&r, e))
		good = err_mark(e, EXIT_INVALID);
	sum_print(c, &r);
	say(c, good ? "The logs agree.\n" : "THE LOGS DO NOT AGREE.\n");
	reconcile_wipe(&r);
	return good;
}
