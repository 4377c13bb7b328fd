/* SPDX-License-Identifier: Apache-2.0 */
/* Batches: build, take apart, check. */
#include "audit/batch.h"
#include "base/secret.h"

static const uint8_t magic[4] = { 'P', 'R', 'L', 'B' };

void
batch_previous(const struct tree *t, uint8_t out[HASH_LEN])
{
	if (t->size == 0)
		memset(out, 0, HASH_LEN);
	else
		tree_root(t, out);
}

void
batch_begin(struct batch *b, struct writer *out, struct tree *tree, struct writer *nodes)
{
	uint8_t previous[HASH_LEN];

	*b = (struct batch){ .out = out, .nodes = nodes, .tree = tree, .at = out->n,
		.first = tree->size };
	batch_previous(tree, previous);
	wr_bytes(out, magic, sizeof(magic));
	wr_u64(out, b->first);
	wr_u32(out, 0);
	wr_u32(out, 0);
	wr_bytes(out, previous, HASH_LEN);
}

void
batch_entry_begin(struct batch *b, uint64_t time, enum entry_kind kind)
{
	b->entry = b->out->n;
	b->fits = writer_ok(b->out);
	wr_u32(b->out, 0);
	entry_head_write(b->out, b->first + b->count, time, kind);
}

/* What did not fit is taken out again, whole; what was before it stays good. */
static bool
entry_fits(struct batch *b)
{
	if (writer_ok(b->out) && b->out->n - b->at - BATCH_HEAD <= BATCH_BYTES_MAX &&
	    b->out->n - b->entry - 4 <= ENTRY_MAX && b->count < BATCH_COUNT_MAX)
		return true;
	b->out->n = b->entry;
	b->out->bad = !b->fits;
	return false;
}

bool
batch_entry_end(struct batch *b, uint8_t leaf[HASH_LEN], struct err *e)
{
	uint8_t hash[HASH_LEN];
	size_t n;

	if (!entry_fits(b))
		return err_set(e, ERR_BUSY, "no room for an entry in this batch");
	n = b->out->n - b->entry - 4;
	wr_patch_u32(b->out, b->entry, (uint32_t)n);
	tree_leaf(span_of(b->out->p + b->entry + 4, n), hash);
	tree_append(b->tree, hash, b->nodes);
	b->count++;
	if (leaf != NULL)
		memcpy(leaf, hash, HASH_LEN);
	return b->nodes == NULL || writer_ok(b->nodes) ||
	    err_set(e, ERR_BUSY, "no room for the nodes of this batch");
}

bool
batch_end(struct batch *b, struct span log_key, struct err *e)
{
	uint8_t hash[HASH_LEN];
	struct span body;

	if (b->count == 0)
		return err_set(e, ERR_BUG, "a batch without entries");
	wr_patch_u32(b->out, b->at + 12, b->count);
	wr_patch_u32(b->out, b->at + 16, (uint32_t)(b->out->n - b->at - BATCH_HEAD));
	wr_u64(b->out, b->first + b->count);
	tree_root(b->tree, hash);
	wr_bytes(b->out, hash, HASH_LEN);
	if (!writer_ok(b->out))
		return err_set(e, ERR_BUSY, "no room for the end of this batch");
	body = span_of(b->out->p + b->at, b->out->n - b->at);
	hmac_sha256(log_key, &body, 1, hash);
	wr_bytes(b->out, hash, HASH_LEN);
	return writer_ok(b->out) || err_set(e, ERR_BUSY, "no room for the end of this batch");
}

static bool
read_head(struct reader *r, struct batch_view *v, size_t *bytes)
{
	struct span m, previous;
	size_t count;

	if (!rd_take(r, sizeof(magic), &m) || memcmp(m.p, magic, sizeof(magic)) != 0 ||
	    !rd_u64(r, &v->first) || !rd_count32(r, 1, BATCH_COUNT_MAX, &count) ||
	    !rd_count32(r, count * (4 + ENTRY_HEAD), BATCH_BYTES_MAX, bytes) ||
	    !rd_take(r, HASH_LEN, &previous) || v->first > UINT64_MAX - count)
		return false;
	v->count = (uint32_t)count;
	v->previous = previous.p;
	return true;
}

bool
batch_length(struct span in, size_t *length)
{
	struct reader r = reader_over(in);
	struct batch_view v;
	size_t bytes;

	if (!read_head(&r, &v, &bytes))
		return false;
	*length = BATCH_HEAD + bytes + BATCH_TRAILER;
	return true;
}

bool
batch_read(struct span in, struct batch_view *out, size_t *used, struct err *e)
{
	struct reader r = reader_over(in);
	struct span root, mac;
	struct batch_view v;
	size_t bytes;

	*used = 0;
	if (in.n < BATCH_HEAD)
		return memcmp(in.p, magic, in.n < sizeof(magic) ? in.n : sizeof(magic)) == 0 ||
		    err_set(e, ERR_FORMAT, "no batch here");
	if (!read_head(&r, &v, &bytes))
		return err_set(e, ERR_FORMAT, "no batch here");
	if (!rd_take(&r, bytes, &v.entries) || !rd_u64(&r, &v.size) ||
	    !rd_take(&r, HASH_LEN, &root) || !rd_take(&r, HASH_LEN, &mac))
		return true;
	v.root = root.p;
	v.mac = mac.p;
	*used = BATCH_HEAD + bytes + BATCH_TRAILER;
	v.whole = span_of(in.p, *used);
	*out = v;
	return true;
}

bool
batch_next(struct reader *r, struct span *entry)
{
	return rd_span32(r, ENTRY_HEAD, ENTRY_MAX, entry);
}

bool
batch_mac_holds(const struct batch_view *v, struct span log_key)
{
	struct span body = span_of(v->whole.p, v->whole.n - HASH_LEN);
	uint8_t mac[HASH_LEN];

	hmac_sha256(log_key, &body, 1, mac);
	return secret_equal(span_of(mac, HASH_LEN), span_of(v->mac, HASH_LEN));
}

/* Adds the entries to t, stopping at the first that is not in its place. */
static bool
add_entries(const struct batch_view *v, struct tree *t, struct writer *nodes, struct err *e)
{
	struct reader r = reader_over(v->entries);
	uint8_t leaf[HASH_LEN];
	struct entry entry;
	struct span bytes;

	for (uint32_t i = 0; i < v->count; i++) {
		if (!batch_next(&r, &bytes))
			return err_set(e, ERR_FORMAT, "its length is wrong");
		if (!entry_read(bytes, &entry, e))
			return false;
		if (entry.sequence != t->size)
			return err_set(e, ERR_FORMAT, "its place is %llu but it says %llu",
			    (unsigned long long)t->size, (unsigned long long)entry.sequence);
		tree_leaf(bytes, leaf);
		tree_append(t, leaf, nodes);
	}
	if (rd_end(&r))
		return true;
	t->size--;			/* the last one is named */
	return err_set(e, ERR_FORMAT, "there are bytes between it and the end of its batch");
}

static bool
check(const struct batch_view *v, struct tree *t, struct writer *nodes, struct err *e)
{
	uint8_t hash[HASH_LEN];
	uint64_t first = t->size;

	batch_previous(t, hash);
	if (v->first != first || memcmp(v->previous, hash, HASH_LEN) != 0)
		return err_set(e, ERR_FORMAT, "the batch does not follow on what is before it");
	if (!add_entries(v, t, nodes, e))
		return false;
	tree_root(t, hash);
	if (v->size == t->size && memcmp(v->root, hash, HASH_LEN) == 0)
		return nodes == NULL || writer_ok(nodes) || err_set(e, ERR_BUG, "nodes do not fit");
	t->size = first;		/* any entry of it: the first is named */
	return err_set(e, ERR_FORMAT, "the root of its batch is not the root of these entries");
}

bool
batch_check(const struct batch_view *v, struct tree *tree, struct writer *nodes, uint64_t *bad,
    struct err *e)
{
	size_t before = nodes == NULL ? 0 : nodes->n;
	struct tree t = *tree;

	if (check(v, &t, nodes, e)) {
		*tree = t;
		return true;
	}
	*bad = t.size;
	if (nodes != NULL)
		nodes->n = before;
	return false;
}
