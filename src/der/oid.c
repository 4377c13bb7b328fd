/* SPDX-License-Identifier: Apache-2.0 */
/* Object identifiers between dotted text and DER. */
#include <stdio.h>

#include "der/der.h"

static void
put_arc(struct writer *w, uint64_t v)
{
	int shift = 63;

	while (shift > 0 && v >> shift == 0)
		shift -= 7;
	for (; shift >= 0; shift -= 7)
		wr_u8(w, (uint8_t)((v >> shift & 0x7f) | (shift > 0 ? 0x80 : 0)));
}

/* One decimal number without leading zeros, at most 2^48; moves past it. */
static bool
take_arc(const char **p, uint64_t *out)
{
	uint64_t v = 0;

	if (**p < '0' || **p > '9' || (**p == '0' && (*p)[1] >= '0' && (*p)[1] <= '9'))
		return false;
	for (; **p >= '0' && **p <= '9'; (*p)++)
		if ((v = v * 10 + (uint64_t)(**p - '0')) > (uint64_t)1 << 48)
			return false;
	*out = v;
	return true;
}

void
der_put_oid(struct writer *w, const char *dotted)
{
	size_t at = der_begin(w, DER_OID);
	const char *p = dotted;
	uint64_t a, b;

	if (!take_arc(&p, &a) || *p++ != '.' || !take_arc(&p, &b) || a > 2 || (a < 2 && b > 39)) {
		w->bad = true;
		return;
	}
	put_arc(w, a * 40 + b);
	while (*p == '.' && (p++, take_arc(&p, &a)))
		put_arc(w, a);
	if (*p != '\0' || p[-1] == '.' || w->n - at > DER_OID_MAX)
		w->bad = true;
	der_end(w, at);
}

bool
oid_is(struct span oid, const char *dotted)
{
	uint8_t mem[DER_OID_MAX + 8];
	struct writer w = writer_over(mem, sizeof(mem));

	der_put_oid(&w, dotted);
	return writer_ok(&w) && span_equal(oid, span_of(mem + 2, w.n - 2));
}

bool
oid_to_text(struct span oid, char out[DER_DOTTED_MAX])
{
	char text[DER_DOTTED_MAX];
	size_t n = 0;
	uint64_t v = 0;

	if (oid.n == 0 || (oid.p[oid.n - 1] & 0x80) != 0)
		return false;
	for (size_t i = 0; i < oid.n; i++) {
		if (v >> 56 != 0)
			return false;
		v = v << 7 | (oid.p[i] & 0x7f);
		if ((oid.p[i] & 0x80) != 0)
			continue;
		if (n == 0) {
			uint64_t first = v < 80 ? v / 40 : 2;

			n += (size_t)snprintf(text, sizeof(text), "%llu.%llu",
			    (unsigned long long)first, (unsigned long long)(v - first * 40));
		} else {
			n += (size_t)snprintf(text + n, sizeof(text) - n, ".%llu",
			    (unsigned long long)v);
		}
		if (n >= sizeof(text))
			return false;
		v = 0;
	}
	memcpy(out, text, n + 1);
	return true;
}
