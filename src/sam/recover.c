/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the log back. */
#include <stdlib.h>
#include <sys/stat.h>

#include "audit/flusher.h"
#include "audit/scan.h"
#include "audit/tree_file.h"
#include "base/clock.h"
#include "sam/recover.h"
#include "sam/start.h"

#define SNAPSHOT_MAX (UINT64_C(8) << 30)

struct recovery {
	struct sam	*sam;
	uint64_t	 node;		/* of the tree file where the next batch's nodes lie */
};

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
	return true;
}

/* The batch that ends there says this size and root: the log has what the snapshot was made of. */
static bool
log_agrees(const struct sam *sam, uint64_t log_end, uint64_t size, const uint8_t root[HASH_LEN])
{
	uint8_t trailer[BATCH_TRAILER], wanted[8 + HASH_LEN];
	struct writer w = writer_over(wanted, sizeof(wanted));
	size_t got;

	wr_u64(&w, size);
	wr_bytes(&w, root, HASH_LEN);
	return log_end >= sizeof(trailer) && scan_read_at(sam->setup->log_fd,
	    log_end - sizeof(trailer), trailer, sizeof(trailer), &got, NULL) &&
	    got == sizeof(trailer) && memcmp(trailer, wanted, sizeof(wanted)) == 0;
}

/* Inside a snapshot: log end, root, then the state. Anything odd: the log is read from its start. */
static bool
snapshot_use(struct sam *sam, struct span plain, struct err *e)
{
	struct reader r = reader_over(plain);
	uint8_t root[HASH_LEN], now[HASH_LEN];
	uint64_t log_end;
	struct tree tree;
	struct state *s;

	if (!rd_u64(&r, &log_end) || !rd_bytes(&r, root, sizeof(root)) ||
	    (s = state_read(span_of(r.p, r.n), e)) == NULL)
		return err_set(e, ERR_FORMAT, "snapshot: malformed");
	if (!tree_load(&tree, s->entries, tree_file_source(&sam->setup->tree_fd), e)) {
		state_free(s);
		return false;
	}
	tree_root(&tree, now);
	if (memcmp(now, root, HASH_LEN) != 0) {
		state_free(s);
		return err_set(e, ERR_FORMAT, "snapshot: the tree file is another one");
	}
	if (!log_agrees(sam, log_end, s->entries, root)) {
		state_free(s);
		return err_set(e, ERR_FORMAT, "snapshot: the log does not have what it was made of");
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
	uint8_t root[HASH_LEN], salt[SEAL_SALT_LEN];

	if (journal_durable(sam->journal, root) != sam->state->entries)
		return err_set(e, ERR_NOT_NOW, "snapshot: the log is not all on disk");
	wr_u64(&plain, journal_durable_end(sam->journal));
	wr_bytes(&plain, root, sizeof(root));
	state_write(&plain, sam->state);
	sam_random(sam, salt, sizeof(salt));
	if (!writer_ok(&plain))
		return err_set(e, ERR_BACKEND, "no memory for a snapshot");
	seal_snapshot(sam->seal, salt, writer_span(&plain), &sealed);
	return writer_ok(&sealed) && journal_snapshot(sam->journal, writer_span(&sealed), e);
}

static bool
read_log(struct sam *sam, struct err *e)
{
	struct recovery r = { .sam = sam };
	struct scan_visitor visitor = { .batch = on_batch, .ctx = &r };
	struct scan_end end;
	struct tree tree;
	uint8_t key[32];
	struct err why = { 0 };
	bool good;

	if (snapshot_load(sam, &why))
		log_info("snapshot: %llu entries", (unsigned long long)sam->state->entries);
	else if (why.code != ERR_MISSING)
		log_warn("%s; reading the whole log", why.text);
	r.node = tree_nodes(sam->tree.size);
	tree = sam->tree;
	seal_log_key(sam->seal, key);
	good = scan_log(sam->setup->log_fd, sam->log_end, &tree, span_of(key, sizeof(key)), &visitor,
	    &end, e);
	explicit_bzero(key, sizeof(key));
	if (!good)
		return false;
	if (end.how == SCAN_DAMAGED)
		return err_set(e, ERR_FORMAT, "the log is damaged at entry %llu: %s",
		    (unsigned long long)end.sequence, end.why);
	if (end.how == SCAN_TORN)
		log_warn("the last batch was not written to its end and is dropped: %s", end.why);
	return true;
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

/* Behind: the log's disk was put back, or this is an old copy. Nothing is written to it before the
 * officers have said which head counts. */
static void
stay_behind(struct sam *sam, const char *how)
{
	sam->behind = true;
	sam_close(sam, "the log is %s its anchor: it has %llu entries, the token knows of %llu; put the "
	    "right log back, or have officers RESUME", how, (unsigned long long)sam->tree.size,
	    (unsigned long long)sam->anchor.size);
}

bool
recover(struct sam *sam, struct err *e)
{
	enum anchor_says says;

	if ((sam->state = state_new(e)) == NULL)
		return false;
	tree_init(&sam->tree);
	if (!read_log(sam, e))
		return false;
	if (sam->tree.size < sam->anchor.size || sam->state->epoch < sam->anchor.epoch) {
		stay_behind(sam, "behind");
		return true;
	}
	if (!start_journal(sam, e) || !anchor_compare(&sam->anchor, sam->state->group, &sam->tree,
	    journal_tree(sam->journal), &says, e))
		return false;
	if (says == ANCHOR_BEHIND || says == ANCHOR_DIFFERENT) {
		journal_free(sam->journal);
		sam->journal = NULL;
		return err_set(e, ERR_DENIED, "the log is another one than its anchor names");
	}
	start_life(sam);
	return true;
}
