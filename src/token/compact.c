/* SPDX-License-Identifier: Apache-2.0 */
/* Splitting a token. */
#include "base/base64.h"
#include "token/compact.h"

/* The letters up to the next dot, or to the end if there must be none. */
static bool
part_take(struct span *rest, bool last, struct span *part)
{
	const uint8_t *dot = rest->n == 0 ? NULL : memchr(rest->p, '.', rest->n);
	size_t n = dot == NULL ? rest->n : (size_t)(dot - rest->p);

	if ((dot == NULL) != last || n == 0)
		return false;
	*part = span_of(rest->p, n);
	*rest = span_of(rest->p + n + !last, rest->n - n - !last);
	return true;
}

static bool
bytes_of(struct span letters, uint8_t *out, size_t room, size_t *n)
{
	struct writer w = writer_over(out, room);

	if (!base64url_read(letters, &w))
		return false;
	*n = w.n;
	return true;
}

bool
compact_read(struct span token, struct compact *c, struct err *e)
{
	struct span rest = token, header, payload, signature;

	if (token.n > TOKEN_MAX || !part_take(&rest, false, &header) ||
	    !part_take(&rest, false, &payload) || !part_take(&rest, true, &signature) ||
	    !bytes_of(header, c->header, sizeof(c->header), &c->header_len) ||
	    !bytes_of(payload, c->payload, sizeof(c->payload), &c->payload_len) ||
	    !bytes_of(signature, c->signature, sizeof(c->signature), &c->signature_len))
		return err_why(e, ERR_DENIED, "idp_parse", "token: not three parts of base64url");
	c->signed_part = span_of(token.p, header.n + 1 + payload.n);
	return true;
}
