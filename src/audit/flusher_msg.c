/* SPDX-License-Identifier: Apache-2.0 */
/* Frames between decider and flusher, both directions in one file. */
#include "audit/flusher_msg.h"

static size_t
begin(struct writer *w, enum flush_type type)
{
	size_t at = w->n;

	wr_u32(w, 0);
	wr_u8(w, (uint8_t)type);
	return at;
}

static void
end(struct writer *w, size_t at)
{
	wr_patch_u32(w, at, (uint32_t)(w->n - at - 4));
}

void
flush_append_write(struct writer *w, uint64_t log_at, struct span batch, uint64_t tree_at,
    struct span nodes)
{
	size_t at = begin(w, FLUSH_APPEND);

	wr_u64(w, log_at);
	wr_u64(w, tree_at);
	wr_span32(w, batch);
	wr_span32(w, nodes);
	end(w, at);
}

void
flush_truncate_write(struct writer *w, uint64_t log_at, uint64_t tree_at)
{
	size_t at = begin(w, FLUSH_TRUNCATE);

	wr_u64(w, log_at);
	wr_u64(w, tree_at);
	end(w, at);
}

void
flush_snapshot_write(struct writer *w, bool first, bool last, struct span bytes)
{
	size_t at = begin(w, FLUSH_SNAPSHOT);

	wr_u8(w, (uint8_t)((first ? SNAPSHOT_FIRST : 0) | (last ? SNAPSHOT_LAST : 0)));
	wr_span32(w, bytes);
	end(w, at);
}

void
flush_room_write(struct writer *w)
{
	end(w, begin(w, FLUSH_ROOM));
}

void
flush_tree_write(struct writer *w, uint64_t tree_at, struct span nodes)
{
	size_t at = begin(w, FLUSH_TREE);

	wr_u64(w, tree_at);
	wr_span32(w, nodes);
	end(w, at);
}

void
flush_answer_write(struct writer *w, const struct flush_answer *a)
{
	size_t at = begin(w, a->done ? FLUSH_DONE : FLUSH_FAILED);

	wr_u8(w, (uint8_t)a->request);
	if (a->done) {
		wr_u64(w, a->log_end);
		wr_u64(w, a->tree_end);
		wr_u64(w, a->room);
	} else {
		wr_u32(w, (uint32_t)a->cause);
	}
	end(w, at);
}

/* One frame's type and payload; *used stays 0 when it is not all there. */
static bool
read_frame(struct span in, size_t max, uint8_t *type, struct reader *payload, size_t *used,
    struct err *e)
{
	struct reader r = reader_over(in);
	struct span body;
	uint32_t length;

	*used = 0;
	if (!rd_u32(&r, &length))
		return true;
	if (length < 1 || length > max)
		return err_set(e, ERR_FORMAT, "flusher: frame of %u bytes", length);
	if (!rd_take(&r, length, &body))
		return true;
	*payload = reader_over(body);
	*used = 4 + (size_t)length;
	return rd_u8(payload, type);
}

static bool
read_fields(struct reader *r, struct flush_request *q)
{
	switch (q->type) {
	case FLUSH_APPEND:
		return rd_u64(r, &q->log_at) && rd_u64(r, &q->tree_at) &&
		    rd_span32(r, 1, BATCH_MAX, &q->log) &&
		    rd_span32(r, 0, BATCH_NODES_MAX, &q->tree);
	case FLUSH_TRUNCATE:
		return rd_u64(r, &q->log_at) && rd_u64(r, &q->tree_at);
	case FLUSH_SNAPSHOT:
		return rd_u8(r, &q->part) && q->part <= (SNAPSHOT_FIRST | SNAPSHOT_LAST) &&
		    rd_span32(r, 0, FLUSH_PIECE, &q->log);
	case FLUSH_ROOM:
		return true;
	case FLUSH_TREE:
		return rd_u64(r, &q->tree_at) && rd_span32(r, 0, BATCH_NODES_MAX, &q->tree);
	default:
		return false;
	}
}

bool
flush_request_read(struct span in, struct flush_request *out, size_t *used, struct err *e)
{
	struct flush_request q = { 0 };
	struct reader r;
	size_t n;

	*used = 0;
	if (!read_frame(in, FLUSH_FRAME_MAX, &q.type, &r, &n, e))
		return false;
	if (n == 0)
		return true;
	if (!read_fields(&r, &q) || !rd_end(&r))
		return err_set(e, ERR_FORMAT, "flusher: malformed request of type %u", q.type);
	*out = q;
	*used = n;
	return true;
}

bool
flush_answer_read(struct span in, struct flush_answer *out, size_t *used, struct err *e)
{
	struct flush_answer a = { 0 };
	uint8_t type, request;
	struct reader r;
	uint32_t cause = 0;
	size_t n;
	bool ok;

	*used = 0;
	if (!read_frame(in, 64, &type, &r, &n, e))
		return false;
	if (n == 0)
		return true;
	ok = rd_u8(&r, &request);
	if (ok && type == FLUSH_DONE)
		ok = rd_u64(&r, &a.log_end) && rd_u64(&r, &a.tree_end) && rd_u64(&r, &a.room);
	else
		ok = ok && type == FLUSH_FAILED && rd_u32(&r, &cause);
	if (!ok || !rd_end(&r) || request < FLUSH_APPEND || request > FLUSH_TREE)
		return err_set(e, ERR_FORMAT, "flusher: malformed answer");
	a.done = type == FLUSH_DONE;
	a.request = (enum flush_type)request;
	a.cause = (int)cause;
	*out = a;
	*used = n;
	return true;
}
