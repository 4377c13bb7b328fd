/* SPDX-License-Identifier: Apache-2.0 */
/* The anchor objects. */
#include <stdio.h>

#include "hsm/anchor.h"
#include "base/reader.h"
#include "base/writer.h"
#include "hsm/keys.h"

#define LABEL_HEAD	LABEL_ANCHOR " "
#define COUNTER_LEN	8
#define STORED_MAX	(COUNTER_LEN + ANCHOR_MAX)
#define LABEL_MAX	(sizeof(LABEL_HEAD) + 2 * STORED_MAX)

static const char *const applications[ANCHORS] = { LABEL_ANCHOR, LABEL_ANCHOR " 2" };

static bool
make_one(struct token *t, size_t i, CK_OBJECT_HANDLE *made, struct err *e)
{
	CK_OBJECT_CLASS class = CKO_DATA;
	CK_ATTRIBUTE attrs[] = { ATTR(CKA_CLASS, class), ATTR_YES(CKA_TOKEN), ATTR_YES(CKA_PRIVATE),
		ATTR_YES(CKA_MODIFIABLE), ATTR_BYTES(CKA_LABEL, LABEL_ANCHOR, strlen(LABEL_ANCHOR)),
		ATTR_BYTES(CKA_APPLICATION, applications[i], strlen(applications[i])),
		ATTR_BYTES(CKA_VALUE, "", 0) };

	return GATE(t->gate, e, C_CreateObject, t->session, attrs, COUNT(attrs), made);
}

bool
anchor_make(struct token *t, struct err *e)
{
	CK_OBJECT_HANDLE made;

	for (size_t i = 0; i < ANCHORS; i++)
		if (!make_one(t, i, &made, e))
			return false;
	return true;
}

static bool
find_one(struct token *t, size_t i, CK_OBJECT_HANDLE *anchor, struct err *e)
{
	CK_OBJECT_CLASS class = CKO_DATA;
	CK_ATTRIBUTE attrs[] = { ATTR(CKA_CLASS, class),
		ATTR_BYTES(CKA_APPLICATION, applications[i], strlen(applications[i])) };

	return object_only(t, attrs, COUNT(attrs), LABEL_ANCHOR, anchor, e);
}

bool
anchor_find(struct token *t, CK_OBJECT_HANDLE anchor[ANCHORS], struct err *e)
{
	size_t there = 0;

	for (size_t i = 0; i < ANCHORS; i++) {
		struct err why = { 0 };

		anchor[i] = CK_INVALID_HANDLE;
		if (find_one(t, i, &anchor[i], &why)) {
			there++;
		} else if (why.code != ERR_MISSING || (i == ANCHORS - 1 && there == 0)) {
			*e = why;
			return false;
		}
	}
	return true;
}

static bool
damaged(struct err *e)
{
	return err_why(e, ERR_BACKEND, "backend", "the anchor on the token is none of ours");
}

static int
digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool
from_label(const char *label, size_t len, uint8_t stored[STORED_MAX], size_t *n, struct err *e)
{
	size_t head = strlen(LABEL_HEAD), bytes;

	if (len == head - 1 && memcmp(label, LABEL_HEAD, len) == 0) {
		*n = 0;
		return true;
	}
	if (len < head || memcmp(label, LABEL_HEAD, head) != 0 || (len - head) % 2 != 0)
		return damaged(e);
	bytes = (len - head) / 2;
	if (bytes > STORED_MAX)
		return damaged(e);
	for (size_t i = 0; i < bytes; i++) {
		int high = digit(label[head + 2 * i]), low = digit(label[head + 2 * i + 1]);

		if (high < 0 || low < 0)
			return damaged(e);
		stored[i] = (uint8_t)(high << 4 | low);
	}
	*n = bytes;
	return true;
}

static size_t
to_label(struct span value, char label[LABEL_MAX])
{
	size_t at = (size_t)sprintf(label, "%s", value.n > 0 ? LABEL_HEAD : LABEL_ANCHOR);

	for (size_t i = 0; i < value.n; i++)
		at += (size_t)sprintf(label + at, "%02x", value.p[i]);
	return at;
}

struct stored {
	uint64_t	counter;	/* 0: never set */
	uint8_t		bytes[STORED_MAX];
	size_t		n;
};

static bool
read_one(struct token *t, CK_OBJECT_HANDLE anchor, struct stored *s, struct err *e)
{
	bool in_label = t->gate->quirk->value_is_fixed;
	char label[LABEL_MAX];
	CK_ATTRIBUTE attr = ATTR(CKA_LABEL, label);
	struct reader r;

	if (!in_label)
		attr = (CK_ATTRIBUTE)ATTR_BYTES(CKA_VALUE, s->bytes, STORED_MAX);
	if (!GATE(t->gate, e, C_GetAttributeValue, t->session, anchor, &attr, 1))
		return false;
	if (in_label && !from_label(label, attr.ulValueLen, s->bytes, &s->n, e))
		return false;
	if (!in_label)
		s->n = attr.ulValueLen;
	if (s->n > STORED_MAX)
		return damaged(e);
	r = reader_over(span_of(s->bytes, s->n));
	s->counter = 0;
	return s->n == 0 || (rd_u64(&r, &s->counter) && s->counter > 0) || damaged(e);
}

/* Which of them was written last, and what it says; -1 when none can be read. */
static int
newest(struct token *t, CK_OBJECT_HANDLE anchor[ANCHORS], struct stored *out, struct err *e)
{
	int which = -1;

	for (int i = 0; i < ANCHORS; i++) {
		struct err why = { 0 };
		struct stored s;

		/* One that another worker was just writing, or made, when this one looked for it. */
		if ((anchor[i] == CK_INVALID_HANDLE && !find_one(t, i, &anchor[i], &why)) ||
		    !read_one(t, anchor[i], &s, &why)) {
			if (which < 0)
				*e = why;
			continue;
		}
		if (which < 0 || s.counter > out->counter) {
			*out = s;
			which = i;
		}
	}
	if (which >= 0)
		err_clear(e);
	return which;
}

bool
anchor_get(struct token *t, CK_OBJECT_HANDLE anchor[ANCHORS], uint8_t value[ANCHOR_MAX], size_t *n,
    struct err *e)
{
	struct stored s;

	if (newest(t, anchor, &s, e) < 0)
		return false;
	*n = s.n == 0 ? 0 : s.n - COUNTER_LEN;
	memcpy(value, s.bytes + COUNTER_LEN, *n);
	return true;
}

static bool
write_one(struct token *t, CK_OBJECT_HANDLE anchor, struct span stored, struct err *e)
{
	CK_ATTRIBUTE attr = ATTR_BYTES(CKA_VALUE, stored.p, stored.n);
	char label[LABEL_MAX];
	struct stored back;

	if (t->gate->quirk->value_is_fixed)
		attr = (CK_ATTRIBUTE)ATTR_BYTES(CKA_LABEL, label, to_label(stored, label));
	if (!GATE(t->gate, e, C_SetAttributeValue, t->session, anchor, &attr, 1) ||
	    !read_one(t, anchor, &back, e))
		return false;
	return span_equal(stored, span_of(back.bytes, back.n)) ||
	    err_why(e, ERR_BACKEND, "backend", "the module did not keep the anchor");
}

bool
anchor_set(struct token *t, CK_OBJECT_HANDLE anchor[ANCHORS], struct span value, struct err *e)
{
	uint8_t mem[STORED_MAX];
	struct writer w = writer_over(mem, sizeof(mem));
	struct stored last;
	size_t other;
	int which;

	if (value.n > ANCHOR_MAX)
		return err_set(e, ERR_FORMAT, "the anchor has at most %u bytes", ANCHOR_MAX);
	if ((which = newest(t, anchor, &last, e)) < 0)
		return false;
	other = which == 0 ? 1 : 0;
	if (anchor[other] == CK_INVALID_HANDLE) {
		struct err why = { 0 };

		if (!find_one(t, other, &anchor[other], &why) &&
		    (why.code != ERR_MISSING || !make_one(t, other, &anchor[other], e)))
			return err_set(e, why.code, "%s", why.text);
	}
	wr_u64(&w, last.counter + 1);
	wr_span(&w, value);
	return write_one(t, anchor[other], writer_span(&w), e);
}
