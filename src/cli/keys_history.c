/* SPDX-License-Identifier: Apache-2.0 */
/* propria keys history: each use ever of a key and on whose word, from the server or from the log itself. */
#include <stdlib.h>

#include "cli/commands.h"
#include "cli/encode.h"
#include "cli/log_source.h"
#include "cli/session.h"

const struct option_row options_keys_history[] = {
	OPTION_HOME,
	{ "file", "DIR", "read the SAM's log in this folder, instead of asking the server" },
	{ "socket", "PATH", "read the SAM's log by its officers' socket, instead of asking the server" },
	{ NULL, NULL, NULL },
};

/* What a RESERVED entry says of the uses that it announces. */
struct word {
	uint64_t	sequence, time;
	uint8_t		d[HASH_LEN], authenticator[ID_LEN], requester[ID_LEN];
	size_t		n;
	bool		ended;			/* its OUTCOME is there */
};
struct window {
	uint8_t		d[HASH_LEN], session[ID_LEN];
};

struct history {
	struct call	*call;
	json_t		*uses;
	uint8_t		 key[ID_LEN];
	struct word	*word;
	struct window	*window;
	size_t		 words, windows, seen;
};

static void *
grown(void *list, size_t n, size_t size)
{
	void *more = list;

	if ((n & (n - 1)) == 0 && (more = realloc(list, (n == 0 ? 1 : 2 * n) * size)) == NULL)
		bug("out of memory");
	return more;
}

static void
word_keep(struct history *h, const struct entry *entry, const struct entry_reserved *r)
{
	struct word w = { .sequence = entry->sequence, .time = entry->time, .n = r->n };

	memcpy(w.d, r->d, HASH_LEN);
	memcpy(w.authenticator, r->authenticator, ID_LEN);
	memcpy(w.requester, r->requester, ID_LEN);
	h->word = grown(h->word, h->words, sizeof(w));
	h->word[h->words++] = w;
}

static void
window_keep(struct history *h, const struct entry_window *m)
{
	h->window = grown(h->window, h->windows, sizeof(*h->window));
	memcpy(h->window[h->windows].d, m->d, HASH_LEN);
	memcpy(h->window[h->windows++].session, m->session, ID_LEN);
}

/* Sequences ascend. */
static struct word *
word_find(struct history *h, uint64_t sequence)
{
	size_t from = 0, to = h->words;

	while (from < to) {
		size_t mid = from + (to - from) / 2;

		if (h->word[mid].sequence == sequence)
			return &h->word[mid];
		if (h->word[mid].sequence < sequence)
			from = mid + 1;
		else
			to = mid;
	}
	return NULL;
}

static const struct window *
window_find(const struct history *h, const uint8_t d[HASH_LEN])
{
	for (size_t i = h->windows; i-- > 0;)
		if (memcmp(h->window[i].d, d, HASH_LEN) == 0)
			return &h->window[i];
	return NULL;
}

/* "the service's word, login 00.." or "approval with 00..": the member of the JSON beside it. */
static void
word_say(struct history *h, json_t *use, const struct word *w)
{
	const struct window *window = window_find(h, w->d);
	char text[HEX_MAX(ID_LEN)];

	hex(span_of(window != NULL ? window->session : w->authenticator, ID_LEN), text);
	say(h->call, window != NULL ? "on the service's word, login %s" : "approved with %s", text);
	json_object_set_new(use, "word", json_string(window != NULL ? "service" : "signer"));
	json_object_set_new(use, window != NULL ? "session" : "authenticator", json_string(text));
	hex(span_of(w->requester, ID_LEN), text);
	json_object_set_new(use, "requester", json_string(text));
}

static void
use_say(struct history *h, uint64_t time, uint64_t place, const char *what, struct span digest, uint32_t index,
    const struct word *w)
{
	char when[TIME_TEXT], d[HEX_MAX(HASH_LEN)], text[HEX_MAX(64)];
	json_t *use = json_object();

	hex(span_of(w->d, HASH_LEN), d);
	hex(digest, text);
	say(h->call, "%s  %-8s  ", time_text(time, when), what);
	json_object_set_new(use, "time", json_integer((json_int_t)time));
	json_object_set_new(use, "place", json_integer((json_int_t)place));
	json_object_set_new(use, "d", json_string(d));
	json_object_set_new(use, "status", json_string(what));
	if (digest.n > 0) {
		json_object_set_new(use, "index", json_integer(index));
		json_object_set_new(use, "digest", json_string(text));
	}
	word_say(h, use, w);
	say(h->call, "%s%s\n", digest.n > 0 ? "\n  " : "", text);
	json_array_append_new(h->uses, use);
	h->seen++;
}

static bool
outcome_say(struct history *h, const struct entry *entry, const struct entry_outcome *m, struct err *e)
{
	static const char *const names[] = { "signed", "not made", "unknown" };
	struct reader r = reader_over(m->items);
	struct word *w = word_find(h, m->reserved);
	struct outcome_item item;

	if (w == NULL || memcmp(w->d, m->d, HASH_LEN) != 0)
		return err_exit(e, EXIT_INVALID, "entry %llu is the outcome of uses that the log never"
		    " announced", (unsigned long long)entry->sequence);
	w->ended = true;
	while (entry_outcome_item(&r, &item))
		use_say(h, entry->time, entry->sequence, item.status < COUNT(names) ? names[item.status] : "?",
		    item.digest, item.index, w);
	return true;
}

static bool
take_entry(void *ctx, const struct entry *entry, struct span bytes UNUSED, struct err *e)
{
	union entry_payload *p;
	struct history *h = ctx;
	bool good = true;

	if (entry->kind != ENTRY_RESERVED && entry->kind != ENTRY_OUTCOME && entry->kind != ENTRY_WINDOW)
		return true;
	if ((p = malloc(sizeof(*p))) == NULL)
		bug("out of memory");
	if (!entry_payload_read(entry, p, e))
		good = false;
	else if (entry->kind == ENTRY_WINDOW && memcmp(p->window.key, h->key, ID_LEN) == 0)
		window_keep(h, &p->window);
	else if (entry->kind == ENTRY_RESERVED && memcmp(p->reserved.key, h->key, ID_LEN) == 0)
		word_keep(h, entry, &p->reserved);
	else if (entry->kind == ENTRY_OUTCOME && memcmp(p->outcome.key, h->key, ID_LEN) == 0)
		good = outcome_say(h, entry, &p->outcome, e);
	free(p);
	return good;
}

/* Announced, and then nothing: under way, or the SAM died between the two. */
static void
open_ones_say(struct history *h)
{
	for (size_t i = 0; i < h->words; i++)
		if (!h->word[i].ended)
			use_say(h, h->word[i].time, h->word[i].sequence, "begun", span_of(NULL, 0), 0, &h->word[i]);
}

static bool
from_log(struct history *h, struct err *e)
{
	const char *dir = option(h->call, "file");
	bool good = dir != NULL ? log_walk_directory(dir, take_entry, h, e) : log_walk_sam(h->call, take_entry, h, e);

	if (good)
		open_ones_say(h);
	free(h->word);
	free(h->window);
	return good;
}

static const char *
text_at(const json_t *j, const char *name)
{
	const char *text = json_string_value(json_object_get(j, name));

	return text != NULL && text_is_clean(span_str(text)) ? text : "";
}

static void
answered_say(struct history *h, const json_t *use)
{
	json_int_t time = json_integer_value(json_object_get(use, "time"));
	const char *label = text_at(use, "label"), *name = text_at(json_object_get(use, "requester"), "name");
	char when[TIME_TEXT];

	say(h->call, "%s  %s, for %s\n  %s%s%s\n", time_text(time < 0 ? 0 : (uint64_t)time, when),
	    strcmp(text_at(use, "word"), "service") == 0 ? "on the service's word" : "approved by you",
	    *name == '\0' ? "yourself" : name, label, *label == '\0' ? "" : "  ", text_at(use, "digest"));
	h->seen++;
}

static bool
from_server(struct history *h, const char *key, struct err *e)
{
	AUTO_SESSION s = { 0 };
	uint64_t before = 0;

	if (!session_open(&s, h->call, e))
		return false;
	for (bool more = true; more;) {
		json_t *body = json_pack("{s:s}", "credentialID", key);
		AUTO_JSON *answer = NULL;
		const json_t *use;
		size_t i;

		if (before > 0)
			json_object_set_new(body, "before", json_integer((json_int_t)before));
		if ((answer = ssa_post(&s.ssa, "/propria/v1/history", body, e)) == NULL)
			return false;
		json_array_foreach(json_object_get(answer, "uses"), i, use)
			answered_say(h, use);
		json_array_extend(h->uses, json_object_get(answer, "uses"));
		more = json_is_true(json_object_get(answer, "more"));
		if (more && !ssa_number(answer, "before", before == 0 ? INT64_MAX : before - 1, &before, e))
			return false;
	}
	return true;
}

bool
command_keys_history(struct call *c, struct err *e)
{
	struct history h = { .call = c, .uses = json_array() };
	bool log = option(c, "file") != NULL || option(c, "socket") != NULL;

	put_json(c, "uses", h.uses);
	if (!hex_typed(c->operand[0], h.key, sizeof(h.key)))
		return err_exit(e, EXIT_USAGE, "a key's id is 32 hexadecimal digits, not %.60s", c->operand[0]);
	if (!(log ? from_log(&h, e) : from_server(&h, c->operand[0], e)))
		return false;
	say(c, "%zu %s of this key in %s.\n", h.seen, h.seen == 1 ? "use" : "uses",
	    log ? "the log" : "what the server keeps; the log itself is with the SAM (--file, --socket)");
	return true;
}
