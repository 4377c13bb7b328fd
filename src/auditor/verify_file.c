/* SPDX-License-Identifier: Apache-2.0 */
/* Verification of a whole log, entry by entry. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "auditor/spent.h"
#include "audit/tree_file.h"
#include "auditor/tries.h"
#include "auditor/verify_file.h"
#include "auditor/windows.h"
#include "audit/open_sessions.h"
#include "crypto/alg.h"

struct verifier {
	const struct verify_options *options;
	struct verify_report	*report;
	int			nodes;		/* temporary tree file: roots at earlier sizes */
	struct spent		spent;
	struct windows		windows;
	struct open_sessions	sessions;
	struct tries		tries;
	uint8_t			kind;		/* enum group_kind */
	uint8_t			log_spki[SPKI_MAX];
	size_t			log_spki_len;
	struct head		last;
	bool			clock_alarm;	/* the entry before was one */
	uint64_t		batch_size, batch_end;	/* of the batch being looked at */
	uint8_t			batch_root[HASH_LEN];
};

static bool
check_genesis(struct verifier *v, const struct entry *entry, const union entry_payload *p,
    struct err *e)
{
	const uint8_t *want = v->options->group;
	struct genesis g;

	if (entry->sequence != 0)
		return err_set(e, ERR_FORMAT, "a second genesis");
	if (!genesis_read(p->genesis.genesis, &g, e) || !genesis_verify(&g, e))
		return false;
	genesis_group(p->genesis.genesis, v->report->group);
	memcpy(v->log_spki, g.log.p, g.log.n);
	v->log_spki_len = g.log.n;
	v->kind = g.kind;
	return want == NULL || memcmp(want, v->report->group, HASH_LEN) == 0 ||
	    err_why(e, ERR_DENIED, "group", "this is the log of another group");
}

static bool
check_head(struct verifier *v, const struct entry *entry, const union entry_payload *p,
    struct err *e)
{
	const struct head *h = &p->head;
	uint8_t root[HASH_LEN];
	struct tree then;

	if (h->size == 0 || h->size > entry->sequence || h->size < v->last.size ||
	    h->epoch < v->last.epoch)
		return err_set(e, ERR_FORMAT, "a head of %llu entries in epoch %u cannot be here",
		    (unsigned long long)h->size, h->epoch);
	if (!head_verify(h, v->report->group, span_of(v->log_spki, v->log_spki_len), e) ||
	    !tree_load(&then, h->size, tree_file_source(&v->nodes), e))
		return false;
	tree_root(&then, root);
	if (memcmp(root, h->root, HASH_LEN) != 0)
		return err_set(e, ERR_FORMAT, "the signed root of %llu entries is another",
		    (unsigned long long)h->size);
	v->last = *h;
	v->report->signed_size = h->size;
	return true;
}

static bool
check_reserved(struct verifier *v, const struct entry *entry, const union entry_payload *p,
    struct err *e)
{
	return windows_reserved(&v->windows, &p->reserved, e) &&
	    spent_reserved(&v->spent, entry->sequence, &p->reserved, e);
}

static bool
check_signer(struct verifier *v, const struct entry *entry UNUSED, const union entry_payload *p,
    struct err *e)
{
	return windows_signer(&v->windows, &p->signer, e);
}

static bool
check_key(struct verifier *v, const struct entry *entry UNUSED, const union entry_payload *p,
    struct err *e)
{
	return windows_key(&v->windows, &p->key, e);
}

static bool
check_window(struct verifier *v, const struct entry *entry UNUSED, const union entry_payload *p,
    struct err *e)
{
	return windows_opened(&v->windows, &p->window, e);
}

static bool
check_outcome(struct verifier *v, const struct entry *entry UNUSED, const union entry_payload *p,
    struct err *e)
{
	struct reader r = reader_over(p->outcome.items);
	struct outcome_item it;

	if (!spent_outcome(&v->spent, &p->outcome, e))
		return false;
	while (entry_outcome_item(&r, &it))
		v->report->signatures += it.status == OUTCOME_SIGNED;
	return true;
}

static bool (*const checks[ENTRY_KINDS])(struct verifier *, const struct entry *,
    const union entry_payload *, struct err *) = {
	[ENTRY_GENESIS] = check_genesis,
	[ENTRY_HEAD_SIGNED] = check_head,
	[ENTRY_SIGNER] = check_signer,
	[ENTRY_KEY] = check_key,
	[ENTRY_WINDOW] = check_window,
	[ENTRY_RESERVED] = check_reserved,
	[ENTRY_OUTCOME] = check_outcome,
};

static bool
check_time(struct verifier *v, const struct entry *entry, const union entry_payload *p,
    struct err *e)
{
	bool alarm = entry->kind == ENTRY_ALARM && span_equal(p->alarm.what, span_str("clock"));
	bool may_go_back = alarm || v->clock_alarm;

	v->clock_alarm = alarm;
	if (entry->sequence == 0)
		v->report->first_time = entry->time;
	if (entry->time < v->report->last_time && !may_go_back)
		return err_set(e, ERR_FORMAT, "its time is before that of the entry before it");
	v->report->last_time = entry->time;
	return true;
}

/* One-time keys: each use in its open and certified session, one of each, and every session ended. */
static bool
check_sessions(struct verifier *v, const struct entry *entry, const union entry_payload *p,
    struct err *e)
{
	const char *why = open_sessions_follow(&v->sessions, entry, p);

	return why == NULL || err_set(e, ERR_FORMAT, "%s", why);
}

/* What only one kind of module writes. */
static bool
check_trade(const struct verifier *v, const struct entry *entry, struct err *e)
{
	bool of_sam = entry->kind == ENTRY_SIGNER || entry->kind == ENTRY_KEY ||
	    entry->kind == ENTRY_RESERVED || entry->kind == ENTRY_OUTCOME ||
	    (entry->kind >= ENTRY_WINDOW && entry->kind <= ENTRY_SESSION_ENDED);

	return (v->kind == GROUP_SAM ? entry->kind < ENTRY_TRY : !of_sam) ||
	    entry->kind == ENTRY_GENESIS || err_set(e, ERR_FORMAT, "not an entry of this kind of module");
}

static bool
check_entry(struct verifier *v, const struct entry *entry, struct err *e)
{
	union entry_payload p;

	if (entry->sequence == 0 && entry->kind != ENTRY_GENESIS)
		return err_set(e, ERR_FORMAT, "the log does not begin with a genesis");
	return entry_payload_read(entry, &p, e) && check_time(v, entry, &p, e) &&
	    check_sessions(v, entry, &p, e) && check_trade(v, entry, e) &&
	    tries_follow(&v->tries, entry, &p, e) &&
	    (checks[entry->kind] == NULL || checks[entry->kind](v, entry, &p, e)) &&
	    (v->options->visit == NULL || v->options->visit(v->options->ctx, entry, &p, e));
}

static void
batch_is_good(struct verifier *v)
{
	v->report->batches++;
	v->report->bytes = v->batch_end;
	v->report->size = v->batch_size;
	memcpy(v->report->root, v->batch_root, HASH_LEN);
}

static bool
on_entry(void *ctx, const struct entry *entry, struct span bytes UNUSED, struct err *e)
{
	struct verifier *v = ctx;
	struct err why = { 0 };

	if (check_entry(v, entry, &why)) {
		v->report->entries[entry->kind]++;
		if (entry->sequence + 1 == v->batch_size)
			batch_is_good(v);
		return true;
	}
	v->report->end.how = SCAN_DAMAGED;
	v->report->end.sequence = entry->sequence;
	snprintf(v->report->end.why, sizeof(v->report->end.why), "%.150s", why.text);
	return err_why(e, why.code, why.reason, "entry %llu (%s): %.150s",
	    (unsigned long long)entry->sequence, entry_kind_name(entry->kind), why.text);
}

static bool
on_batch(void *ctx, const struct batch_view *b, uint64_t offset, const struct tree *after,
    struct span nodes, struct err *e)
{
	struct verifier *v = ctx;

	v->batch_size = b->size;
	v->batch_end = offset + b->whole.n;
	tree_root(after, v->batch_root);
	return tree_file_write(v->nodes, tree_nodes(b->first), nodes, e);
}

static bool
run(struct verifier *v, int fd, struct err *e)
{
	struct scan_visitor visitor = { .batch = on_batch, .entry = on_entry, .ctx = v };
	struct scan_end end;
	struct tree tree;

	tree_init(&tree);
	if (!scan_log(fd, 0, &tree, v->options->log_key, &visitor, &end, e))
		return false;
	v->report->end = end;
	if (end.how != SCAN_CLEAN)
		return err_set(e, ERR_FORMAT, "the log is %s from entry %llu, offset %llu on: %.120s",
		    end.how == SCAN_TORN ? "unfinished" : "damaged",
		    (unsigned long long)end.sequence, (unsigned long long)end.offset, end.why);
	return tree.size > 0 || err_set(e, ERR_FORMAT, "the log is empty");
}

bool
verify_file(int fd_log, const struct verify_options *options, struct verify_report *report,
    struct err *e)
{
	static struct verifier v;	/* large, and one log is read at a time */
	FILE *nodes = tmpfile();
	bool ok;

	memset(report, 0, sizeof(*report));
	v = (struct verifier){ .options = options, .report = report };
	if (nodes == NULL)
		return err_errno(e, ERR_BACKEND, errno, "no temporary file");
	v.nodes = fileno(nodes);
	spent_init(&v.spent);
	windows_init(&v.windows);
	tries_init(&v.tries);
	ok = run(&v, fd_log, e);
	spent_wipe(&v.spent);
	windows_wipe(&v.windows);
	tries_wipe(&v.tries);
	fclose(nodes);
	return ok;
}

bool
verify_directory(const char *path, const struct verify_options *options,
    struct verify_report *report, struct err *e)
{
	int dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int fd = dir < 0 ? -1 : openat(dir, "log", O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	int cause = errno;
	bool ok;

	if (dir >= 0)
		close(dir);
	memset(report, 0, sizeof(*report));
	if (fd < 0)
		return err_errno(e, ERR_MISSING, cause, "no log in %.100s", path);
	ok = verify_file(fd, options, report, e);
	close(fd);
	return ok;
}
