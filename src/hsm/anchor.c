/* SPDX-License-Identifier: Apache-2.0 */
/* The anchor object. */
#include "hsm/anchor.h"

bool
anchor_get(struct keys *k, uint8_t value[ANCHOR_MAX], size_t *n, struct err *e)
{
	CK_ATTRIBUTE attr = ATTR_BYTES(CKA_VALUE, value, ANCHOR_MAX);

	if (!GATE(k->token->gate, e, C_GetAttributeValue, k->token->session, k->anchor, &attr, 1))
		return false;
	if (attr.ulValueLen > ANCHOR_MAX)
		return err_why(e, ERR_BACKEND, "backend", "the anchor is longer than any of ours");
	*n = attr.ulValueLen;
	return true;
}

bool
anchor_set(struct keys *k, struct span value, struct err *e)
{
	CK_ATTRIBUTE attr = ATTR_BYTES(CKA_VALUE, value.p, value.n);
	uint8_t back[ANCHOR_MAX];
	size_t n;

	if (!GATE(k->token->gate, e, C_SetAttributeValue, k->token->session, k->anchor, &attr, 1) ||
	    !anchor_get(k, back, &n, e))
		return false;
	return span_equal(value, span_of(back, n)) ||
	    err_why(e, ERR_BACKEND, "backend", "the module did not keep the anchor");
}
