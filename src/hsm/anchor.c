/* SPDX-License-Identifier: Apache-2.0 */
/* The anchor object. */
#include <stdio.h>

#include "hsm/anchor.h"
#include "hsm/keys.h"

#define LABEL_HEAD	LABEL_ANCHOR " "
#define LABEL_MAX	(sizeof(LABEL_HEAD) + 2 * ANCHOR_MAX)

bool
anchor_make(struct token *t, struct err *e)
{
	CK_OBJECT_CLASS class = CKO_DATA;
	CK_OBJECT_HANDLE made;
	CK_ATTRIBUTE attrs[] = { ATTR(CKA_CLASS, class), ATTR_YES(CKA_TOKEN), ATTR_YES(CKA_PRIVATE),
		ATTR_YES(CKA_MODIFIABLE), ATTR_BYTES(CKA_LABEL, LABEL_ANCHOR, strlen(LABEL_ANCHOR)),
		ATTR_BYTES(CKA_APPLICATION, LABEL_ANCHOR, strlen(LABEL_ANCHOR)),
		ATTR_BYTES(CKA_VALUE, "", 0) };

	return GATE(t->gate, e, C_CreateObject, t->session, attrs, COUNT(attrs), &made);
}

bool
anchor_find(struct token *t, CK_OBJECT_HANDLE *anchor, struct err *e)
{
	CK_OBJECT_CLASS class = CKO_DATA;
	CK_ATTRIBUTE attrs[] = { ATTR(CKA_CLASS, class),
		ATTR_BYTES(CKA_APPLICATION, LABEL_ANCHOR, strlen(LABEL_ANCHOR)) };

	return object_only(t, attrs, COUNT(attrs), LABEL_ANCHOR, anchor, e);
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
from_label(const char *label, size_t len, uint8_t value[ANCHOR_MAX], size_t *n, struct err *e)
{
	size_t head = strlen(LABEL_HEAD), bytes;

	if (len == head - 1 && memcmp(label, LABEL_HEAD, len) == 0) {
		*n = 0;
		return true;
	}
	if (len < head || memcmp(label, LABEL_HEAD, head) != 0 || (len - head) % 2 != 0)
		return damaged(e);
	bytes = (len - head) / 2;
	for (size_t i = 0; i < bytes; i++) {
		int high = digit(label[head + 2 * i]), low = digit(label[head + 2 * i + 1]);

		if (high < 0 || low < 0)
			return damaged(e);
		value[i] = (uint8_t)(high << 4 | low);
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

bool
anchor_get(struct token *t, CK_OBJECT_HANDLE anchor, uint8_t value[ANCHOR_MAX], size_t *n,
    struct err *e)
{
	bool in_label = t->gate->quirk->value_is_fixed;
	char label[LABEL_MAX];
	CK_ATTRIBUTE attr = ATTR(CKA_LABEL, label);

	if (!in_label)
		attr = (CK_ATTRIBUTE)ATTR_BYTES(CKA_VALUE, value, ANCHOR_MAX);
	if (!GATE(t->gate, e, C_GetAttributeValue, t->session, anchor, &attr, 1))
		return false;
	if (in_label)
		return from_label(label, attr.ulValueLen, value, n, e);
	if (attr.ulValueLen > ANCHOR_MAX)
		return damaged(e);
	*n = attr.ulValueLen;
	return true;
}

bool
anchor_set(struct token *t, CK_OBJECT_HANDLE anchor, struct span value, struct err *e)
{
	CK_ATTRIBUTE attr = ATTR_BYTES(CKA_VALUE, value.p, value.n);
	char label[LABEL_MAX];
	uint8_t back[ANCHOR_MAX];
	size_t n;

	if (value.n > ANCHOR_MAX)
		return err_set(e, ERR_FORMAT, "the anchor has at most %u bytes", ANCHOR_MAX);
	if (t->gate->quirk->value_is_fixed)
		attr = (CK_ATTRIBUTE)ATTR_BYTES(CKA_LABEL, label, to_label(value, label));
	if (!GATE(t->gate, e, C_SetAttributeValue, t->session, anchor, &attr, 1) ||
	    !anchor_get(t, anchor, back, &n, e))
		return false;
	return span_equal(value, span_of(back, n)) ||
	    err_why(e, ERR_BACKEND, "backend", "the module did not keep the anchor");
}
