/* SPDX-License-Identifier: Apache-2.0 */
/* propria reconcile: the logs of a SAM and of an authentication module against each other. */
#include <stdlib.h>

#include "auditor/reconcile.h"
#include "cli/commands.h"
#include "cli/encode.h"

const struct option_row options_reconcile[] = {
	{ "sam", "DIR", "the folder with the SAM's log, or a copy of it" },
	{ "auth", "DIR", "the folder with the authentication module's log, or a copy of it" },
	{ "group", "HEX", "the group whose log the SAM's must be" },
	{ "module", "HEX", "the id of the module whose log the other must be" },
	{ NULL, NULL, NULL },
};

struct telling {
	struct call	*call;
	json_t		*findings, *unused;
};

static json_t *
entry_json(uint64_t entry)
{
	return entry == RECONCILE_NO_ENTRY ? json_null() : json_integer((json_int_t)entry);
}

static void
tell_places(struct call *c, const struct reconcile_finding *f)
{
	if (f->sam != RECONCILE_NO_ENTRY)
		say(c, "entry %llu of the SAM's log", (unsigned long long)f->sam);
	if (f->module != RECONCILE_NO_ENTRY)
		say(c, "%sentry %llu of the module's log", f->sam != RECONCILE_NO_ENTRY ? ", " : "",
		    (unsigned long long)f->module);
}

static void
tell_finding(void *ctx, const struct reconcile_finding *f)
{
	struct telling *t = ctx;
	json_t *j = json_pack("{s:s,s:o,s:o,s:s}", "what", reconcile_word(f->what), "sam",
	    entry_json(f->sam), "module", entry_json(f->module), "text", f->text);

	if (j == NULL || json_array_append_new(f->what == RECONCILE_UNUSED ? t->unused : t->findings,
	    j) != 0)
		bug("a finding that is not JSON");
	say(t->call, f->what == RECONCILE_UNUSED ? "  " : "WRONG: ");
	tell_places(t->call, f);
	say(t->call, ": %s\n", f->text);
}

static void
tell_log(struct call *c, const char *name, const char *id, const struct verify_report *r)
{
	char group[HEX_MAX(HASH_LEN)], root[HEX_MAX(HASH_LEN)], when[TIME_TEXT];
	json_t *j = json_pack("{s:s,s:I,s:s,s:I}", id, hex(span_of(r->group, HASH_LEN), group), "size",
	    (json_int_t)r->size, "root", hex(span_of(r->root, HASH_LEN), root), "signed-size",
	    (json_int_t)r->signed_size);

	put_json(c, name, j);
	say(c, "  %-6s log  %llu entries, %s %s\n", name, (unsigned long long)r->size, id, group);
	say(c, "              root %s\n", root);
	if (r->size > 0)
		say(c, "              last entry %s; signed up to %llu entries\n",
		    time_text(r->last_time, when), (unsigned long long)r->signed_size);
}

static void
tell_counts(struct call *c, const struct reconcile_report *r)
{
	const struct {
		const char	*name, *text;
		uint64_t	 n;
	} rows[] = {
		{ "keys", "keys made with this module", r->keys },
		{ "uses", "uses of keys that needed its grant", r->uses },
		{ "acts", "acts and sessions that it approved", r->acts },
		{ "others", "uses of keys of other modules, not compared", r->others },
		{ "grants", "grants for this SAM", r->grants },
		{ "used", "  of these used", r->used },
		{ "unused", "  of these not used", r->unused },
		{ "elsewhere", "grants for other SAMs, not compared", r->elsewhere },
		{ "checks", "factors checked without a grant", r->checks },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		say(c, "  %-44s %llu\n", rows[i].text, (unsigned long long)rows[i].n);
		put_number(c, rows[i].name, rows[i].n);
	}
}

static bool
options_read(struct call *c, uint8_t group[HASH_LEN], uint8_t module[HASH_LEN],
    struct reconcile_options *o, struct err *e)
{
	if (!option_hex(c, "group", group, HASH_LEN, e) || !option_hex(c, "module", module, HASH_LEN, e))
		return false;
	o->group = option(c, "group") == NULL ? NULL : group;
	o->module = option(c, "module") == NULL ? NULL : module;
	return true;
}

/* The last line says what holds, the error (on stderr) names the first bad entry. */
static void
tell_end(struct call *c, const struct reconcile_report *r, bool good)
{
	bool compared = r->read_sam && r->read_module;

	if (compared)
		tell_counts(c, r);
	tell_log(c, "auth", "module", &r->module);
	if (r->read_sam)
		tell_log(c, "sam", "group", &r->sam);
	if (good)
		say(c, "The logs agree: each use and act that needed the module's word has exactly one "
		    "grant.\n");
	else if (r->findings > 0)
		say(c, "THE LOGS DO NOT AGREE: %llu findings.\n", (unsigned long long)r->findings);
	else
		say(c, "A LOG DOES NOT HOLD, so nothing is proven.\n");
	put_json(c, "agree", json_boolean(good));
}

bool
command_reconcile(struct call *c, struct err *e)
{
	const char *sam = option_needed(c, "sam", e), *auth = option_needed(c, "auth", e);
	struct telling t = { .call = c };
	struct reconcile_options options = { .found = tell_finding, .ctx = &t };
	struct reconcile_report report;
	uint8_t group[HASH_LEN], module[HASH_LEN];
	bool good;

	if (sam == NULL || auth == NULL || !options_read(c, group, module, &options, e))
		return false;
	put_json(c, "findings", t.findings = json_array());
	put_json(c, "unused-grants", t.unused = json_array());
	say(c, "Each use of a key that was made with the module, and each act that it approved,\n"
	    "against the grants in the module's log: digest, signer, key, person, level, time.\n");
	good = reconcile(sam, auth, &options, &report, e);
	if (!good && e->code == ERR_MISSING)
		return false;
	tell_end(c, &report, good);
	return good || (e->code == ERR_BACKEND ? false : err_mark(e, EXIT_INVALID));
}
