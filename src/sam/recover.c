/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the log back. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "audit/flusher.h"
#include "audit/scan.h"
#include "audit/tree_file.h"
#include "base/clock.h"
#include "sam/recover.h"
#include "sam/start.h"

#define SNAPSHOT_MAX (UINT64_C(8) << 30)

#define TRAILER_LEN	72		/* of a batch: size, root, MAC. PROTOCOL.sam 5.1 */

struct recovery {
	struct sam	*sam;
	uint64_t	 node;		/* of the tree file where the next batch's nodes lie */
	uint64_t	 from;		/* entries that the snapshot had; 0: none was used */
	bool		 met, agrees;	/* a batch ends where the anchor says; with the anchor's root */
};

static void
meet_anchor(struct recovery *r, const struct tree *tree)
{
	uint8_t root[HASH_LEN];

	if (tree->size != r->sam->anchor.size)
		return;
	tree_root(tree, root);
	r->agrees = memcmp(root, r->sam->anchor.root, HASH_LEN) == 0;
	r->met = true;
}

/* Good batch by good batch: fold its entries, compare the tree file. */
static bool
on_batch(void *ctx, const struct batch_view *b, uint64_t offset, const struct tree *after,
    struct span nodes, struct err *e)
{
	struct recovery *r = ctx;
	struct reader entries = reader_over(b->entries);
	struct span bytes;

	while (batch_next(&entries, &bytes)) {
		struct entry entry;

		if (!entry_read(bytes, &entry, e) || !fold_apply(r->sam->state, &entry, bytes,
		    offset + (uint64_t)(bytes.p - 4 - b->whole.p), e))
			return false;
	}
	if (!tree_file_same(r->sam->setup->tree_fd, r->node, nodes))
		r->sam->mend_tree = true;
	r->node += nodes.n / HASH_LEN;
	r->sam->tree = *after;
	r->sam->log_end = offset + b->whole.n;
	meet_anchor(r, after);
	return true;
}

/* Of the last batch before log_end: it has size, root and MAC. */
static bool
trailer_at(int log_fd, uint64_t log_end, uint8_t trailer[TRAILER_LEN], struct err *e)
{
	size_t got;

	if (log_end < TRAILER_LEN || !scan_read_at(log_fd, log_end - TRAILER_LEN, trailer,
	    TRAILER_LEN, &got, e) || got != TRAILER_LEN)
		return err_set(e, ERR_FORMAT, "snapshot: the log does not reach so far");
	return true;
}

/* Inside a snapshot: log end, trailer of the last batch, then the state. A log that was cut behind
 * our back ends in zeros, as a whole one does. Anything odd: the log is read from its start. */
static bool
snapshot_use(struct sam *sam, struct span plain, struct err *e)
{
	struct reader r = reader_over(plain);
	uint8_t want[TRAILER_LEN], there[TRAILER_LEN], root[HASH_LEN];
	uint64_t log_end;
	struct tree tree;
	struct state *s;

	if (!rd_u64(&r, &log_end) || !rd_bytes(&r, want, sizeof(want)) ||
	    (s = state_read(sam->setup->trade, span_of(r.p, r.n), e)) == NULL)
		return err_set(e, ERR_FORMAT, "snapshot: malformed");
	if (!trailer_at(sam->setup->log_fd, log_end, there, e) ||
	    !tree_load(&tree, s->entries, tree_file_source(&sam->setup->tree_fd), e)) {
		state_free(s);
		return false;
	}
	tree_root(&tree, root);
	if (memcmp(there, want, sizeof(want)) != 0 || memcmp(root, want + 8, HASH_LEN) != 0) {
		state_free(s);
		return err_set(e, ERR_FORMAT, "snapshot: log or tree file is another one");
	}
	state_free(sam->state);
	sam->state = s;
	sam->tree = tree;
	sam->log_end = log_end;
	return true;
}

static bool
snapshot_load(struct sam *sam, struct err *e)
{
	AUTO_WRITER sealed = writer_grow(SIZE_MAX / 2), plain = writer_grow(SIZE_MAX / 2);
	struct stat st;
	size_t got;

	if (sam->setup->snapshot_fd < 0 || fstat(sam->setup->snapshot_fd, &st) != 0 || st.st_size == 0 ||
	    (uint64_t)st.st_size > SNAPSHOT_MAX)
		return err_set(e, ERR_MISSING, "no snapshot");
	wr_zero(&sealed, (size_t)st.st_size);
	if (!writer_ok(&sealed) ||
	    !scan_read_at(sam->setup->snapshot_fd, 0, sealed.p, sealed.n, &got, e) || got != sealed.n)
		return err_set(e, ERR_BACKEND, "snapshot cannot be read");
	return seal_snapshot_open(sam->seal, writer_span(&sealed), &plain, e) &&
	    snapshot_use(sam, writer_span(&plain), e);
}

bool
snapshot_save(struct sam *sam, struct err *e)
{
	AUTO_WRITER plain = writer_grow(SIZE_MAX / 2), sealed = writer_grow(SIZE_MAX / 2);
	uint8_t root[HASH_LEN], trailer[TRAILER_LEN], salt[SEAL_SALT_LEN];

	if (journal_durable(sam->journal, root) != sam->state->entries)
		return err_set(e, ERR_NOT_NOW, "snapshot: the log is not all on disk");
	if (!trailer_at(sam->setup->log_fd, journal_durable_end(sam->journal), trailer, e))
		return false;
	wr_u64(&plain, journal_durable_end(sam->journal));
	wr_bytes(&plain, trailer, sizeof(trailer));
	state_write(&plain, sam->state);
	sam_random(sam, salt, sizeof(salt));
	if (!writer_ok(&plain))
		return err_set(e, ERR_BACKEND, "no memory for a snapshot");
	seal_snapshot(sam->seal, salt, writer_span(&plain), &sealed);
	return writer_ok(&sealed) && journal_snapshot(sam->journal, writer_span(&sealed), e);
}

static bool
scan(struct recovery *r, struct scan_end *end, struct err *e)
{
	struct sam *sam = r->sam;
	struct scan_visitor visitor = { .batch = on_batch, .ctx = r };
	struct tree tree = sam->tree;
	uint8_t key[32];
	bool good;

	r->node = tree_nodes(sam->tree.size);
	seal_log_key(sam->seal, key);
	good = scan_log(sam->setup->log_fd, sam->log_end, &tree, span_of(key, sizeof(key)), &visitor,
	    end, e);
	explicit_bzero(key, sizeof(key));
	return good;
}

static bool
read_log(struct recovery *r, bool use_snapshot, struct err *e)
{
	struct sam *sam = r->sam;
	struct scan_end end;
	struct err why = { 0 };

	*r = (struct recovery){ .sam = sam };
	sam->mend_tree = false;
	sam->log_end = 0;
	tree_init(&sam->tree);
	state_free(sam->state);
	if ((sam->state = state_new(sam->setup->trade, e)) == NULL)
		return false;
	if (use_snapshot && snapshot_load(sam, &why)) {
		r->from = sam->state->entries;
		log_info("snapshot: %llu entries", (unsigned long long)r->from);
	} else if (use_snapshot && why.code != ERR_MISSING) {
		log_warn("%s; reading the whole log", why.text);
	}
	meet_anchor(r, &sam->tree);
	if (!scan(r, &end, e))
		return false;
	if (end.how == SCAN_DAMAGED)
		return err_set(e, ERR_FORMAT, "the log is damaged at entry %llu: %s",
		    (unsigned long long)end.sequence, end.why);
	if (end.how == SCAN_TORN)
		log_warn("the last batch was not written to its end and is dropped: %s", end.why);
	return true;
}

/* An anchor names what was durable, so a batch ends there; older than the snapshot: by the tree. */
static enum anchor_says
compare(const struct recovery *r)
{
	const struct sam *sam = r->sam;
	enum anchor_says says;

	if (sam->tree.size < sam->anchor.size || sam->state->epoch < sam->anchor.epoch)
		return ANCHOR_BEHIND;
	if (r->met)
		return r->agrees ? ANCHOR_AHEAD : ANCHOR_DIFFERENT;
	if (r->from > sam->anchor.size && anchor_compare(&sam->anchor, sam->state->group, &sam->tree,
	    tree_file_source(&sam->setup->tree_fd), &says, NULL))
		return says;
	return ANCHOR_DIFFERENT;
}

/* The tree file is remade from the log where it is not what the log makes it. */
static bool
mend_batch(void *ctx, const struct batch_view *b UNUSED, uint64_t offset UNUSED,
    const struct tree *after UNUSED, struct span nodes, struct err *e)
{
	struct recovery *r = ctx;

	if (!tree_file_same(r->sam->setup->tree_fd, r->node, nodes) &&
	    !journal_mend_tree(r->sam->journal, r->node * HASH_LEN, nodes, e))
		return false;
	r->node += nodes.n / HASH_LEN;
	return true;
}

static bool
mend_tree(struct sam *sam, struct err *e)
{
	struct recovery r = { .sam = sam };
	struct scan_visitor visitor = { .batch = mend_batch, .ctx = &r };
	struct scan_end end;
	struct tree tree;

	log_warn("the tree file is not what the log makes it: mending it");
	tree_init(&tree);
	return scan_log(sam->setup->log_fd, 0, &tree, span_of(NULL, 0), &visitor, &end, e);
}

bool
start_journal(struct sam *sam, struct err *e)
{
	struct journal_setup setup = { .flusher = sam->setup->flusher, .log_fd = sam->setup->log_fd,
		.tree_fd = sam->setup->tree_fd, .state = sam->state, .tree = sam->tree,
		.log_end = sam->log_end, .owner = sam };

	seal_log_key(sam->seal, setup.log_key);
	sam->journal = journal_new(&setup, e);
	explicit_bzero(setup.log_key, sizeof(setup.log_key));
	if (sam->journal == NULL || !journal_truncate(sam->journal, e))
		return false;
	return !sam->mend_tree || mend_tree(sam, e);
}

/* The log's disk was put back, or this is an old copy. Nothing is written to it before the officers
 * have said which head counts. */
static void
stay_behind(struct sam *sam, const char *how)
{
	char root[2 * HASH_LEN + 1];

	for (size_t i = 0; i < HASH_LEN; i++)
		snprintf(root + 2 * i, 3, "%02x", sam->anchor.root[i]);
	sam->behind = true;
	sam_close(sam, "the log of %llu entries is %s its anchor (epoch %u, size %llu, root %s): put the "
	    "right log back, or have officers RESUME", (unsigned long long)sam->tree.size, how,
	    sam->anchor.epoch, (unsigned long long)sam->anchor.size, root);
}

bool
recover(struct sam *sam, struct err *e)
{
	struct recovery r = { .sam = sam };
	enum anchor_says says = ANCHOR_DIFFERENT;
	struct err why = { 0 };
	bool good = read_log(&r, true, &why);

	if (good)
		says = compare(&r);
	/* What a snapshot cannot explain is not for a snapshot to judge. */
	if (r.from > 0 && (!good || says == ANCHOR_BEHIND || says == ANCHOR_DIFFERENT)) {
		log_warn("the snapshot does not go with log and anchor; reading the whole log");
		why = (struct err){ 0 };
		if ((good = read_log(&r, false, &why)))
			says = compare(&r);
	}
	if (!good) {
		*e = why;
		return false;
	}
	if (says == ANCHOR_BEHIND || says == ANCHOR_DIFFERENT) {
		stay_behind(sam, says == ANCHOR_BEHIND ? "behind" : "another than");
		return true;
	}
	if (!start_journal(sam, e))
		return false;
	start_life(sam);
	return true;
}
