/* SPDX-License-Identifier: Apache-2.0 */
/* propria log show and log verify. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "auditor/entry_text.h"
#include "auditor/verify_file.h"
#include "cli/commands.h"
#include "cli/encode.h"
#include "cli/log_source.h"

const struct option_row options_log_show[] = {
	OPTION_SOCKET,
	{ "file", "DIR", "read the log in this folder, not the SAM's" },
	{ "last", "N", "the last N entries only" },
	{ "key", "ID", "entries about this key only" },
	{ "signer", "ID", "entries about this signer only" },
	{ NULL, NULL, NULL },
};

struct show {
	struct call	*call;
	bool		 by_key, by_signer;
	uint8_t		 key[16], signer[16];
	uint64_t	 last, seen;		/* last 0: all */
	json_t		**ring;			/* of the last */
	json_t		*list;
};

static bool
is_about(const struct entry *entry, const uint8_t *key, const uint8_t *signer)
{
	union entry_payload *p = malloc(sizeof(*p));
	struct err ignored = { 0 };
	const uint8_t *k = NULL, *s = NULL;
	bool good;

	if (p == NULL)
		bug("out of memory");
	if (entry_payload_read(entry, p, &ignored)) {
		k = entry->kind == ENTRY_KEY ? p->key.id : entry->kind == ENTRY_RESERVED ? p->reserved.key
		    : entry->kind == ENTRY_OUTCOME ? p->outcome.key
		    : entry->kind == ENTRY_WINDOW ? p->window.key
		    : entry->kind == ENTRY_REFUSED ? p->refused.key : NULL;
		s = entry->kind == ENTRY_SIGNER ? p->signer.id : entry->kind == ENTRY_KEY ? p->key.owner
		    : entry->kind == ENTRY_RESERVED ? p->reserved.signer
		    : entry->kind == ENTRY_WINDOW ? p->window.signer
		    : entry->kind == ENTRY_REFUSED ? p->refused.signer : NULL;
	}
	good = (key == NULL || (k != NULL && memcmp(k, key, 16) == 0)) &&
	    (signer == NULL || (s != NULL && memcmp(s, signer, 16) == 0));
	free(p);
	return good;
}

static void
print_entry(struct show *show, json_t *j)
{
	say(show->call, "%s\n", json_string_value(json_object_get(j, "text")));
	json_array_append(show->list, j);
}

static bool
take_entry(void *ctx, const struct entry *entry, struct span bytes UNUSED, struct err *e)
{
	struct show *show = ctx;
	char line[ENTRY_LINE];
	json_t *j;

	if (!is_about(entry, show->by_key ? show->key : NULL, show->by_signer ? show->signer : NULL))
		return true;
	if (!entry_text(entry, line, sizeof(line), e))
		return false;
	j = json_pack("{s:I,s:I,s:s,s:s}", "sequence", (json_int_t)entry->sequence, "time",
	    (json_int_t)entry->time, "kind", entry_kind_name(entry->kind), "text", line);
	if (j == NULL)
		bug("an entry that is not text");
	if (show->last == 0) {
		print_entry(show, j);
		json_decref(j);
	} else {
		json_decref(show->ring[show->seen % show->last]);
		show->ring[show->seen % show->last] = j;
	}
	show->seen++;
	return true;
}

static void
print_ring(struct show *show)
{
	uint64_t n = show->seen < show->last ? show->seen : show->last;

	for (uint64_t i = show->seen - n; i < show->seen; i++)
		print_entry(show, show->ring[i % show->last]);
	for (uint64_t i = 0; i < show->last; i++)
		json_decref(show->ring[i]);
	free(show->ring);
}

static bool
show_options(struct show *show, struct call *c, struct err *e)
{
	show->by_key = option(c, "key") != NULL;
	show->by_signer = option(c, "signer") != NULL;
	if (!option_number(c, "last", 1, 1000000, &show->last, e) ||
	    !option_hex(c, "key", show->key, sizeof(show->key), e) ||
	    !option_hex(c, "signer", show->signer, sizeof(show->signer), e))
		return false;
	if (show->last > 0 && (show->ring = calloc(show->last, sizeof(*show->ring))) == NULL)
		bug("out of memory");
	return true;
}

bool
command_log_show(struct call *c, struct err *e)
{
	struct show show = { .call = c, .list = json_array() };
	const char *dir = option(c, "file");
	bool good;

	put_json(c, "entries", show.list);
	if (!show_options(&show, c, e))
		return false;
	good = dir != NULL ? log_walk_directory(dir, take_entry, &show, e)
	    : log_walk_sam(c, take_entry, &show, e);
	if (show.last > 0)
		print_ring(&show);
	return good;
}

const struct option_row options_log_verify[] = {
	{ "group", "HEX", "the group whose log it must be" },
	{ NULL, NULL, NULL },
};

static void
report_print(struct call *c, const struct verify_report *r)
{
	char text[HEX_MAX(HASH_LEN)], when[TIME_TEXT];

	say(c, "  group       %s\n", hex(span_of(r->group, HASH_LEN), text));
	put_text(c, "group", text);
	say(c, "  entries     %llu in %llu batches, %llu bytes\n", (unsigned long long)r->size,
	    (unsigned long long)r->batches, (unsigned long long)r->bytes);
	say(c, "  root        %s\n", hex(span_of(r->root, HASH_LEN), text));
	put_text(c, "root", text);
	say(c, "  signatures  %llu\n", (unsigned long long)r->signatures);
	if (r->size > 0)
		say(c, "  last entry  %s\n", time_text(r->last_time, when));
	say(c, "  the last signed head covers %llu entries; what is behind it could be cut without a "
	    "trace here\n", (unsigned long long)r->signed_size);
	put_number(c, "size", r->size);
	put_number(c, "signed-size", r->signed_size);
	put_number(c, "signatures", r->signatures);
	put_number(c, "batches", r->batches);
	put_number(c, "bytes", r->bytes);
}

bool
command_log_verify(struct call *c, struct err *e)
{
	struct verify_report report = { 0 };
	struct verify_options options = { 0 };
	uint8_t group[HASH_LEN];
	bool good;

	if (!option_hex(c, "group", group, sizeof(group), e))
		return false;
	options.group = option(c, "group") == NULL ? NULL : group;
	good = verify_directory(c->operand[0], &options, &report, e);
	if (!good && e->code == ERR_MISSING)
		return false;
	say(c, good ? "The log holds.\n" : "THE LOG DOES NOT HOLD. Good up to here:\n");
	report_print(c, &report);
	put_json(c, "torn", json_boolean(report.end.how == SCAN_TORN));
	return good || err_mark(e, EXIT_INVALID);
}
