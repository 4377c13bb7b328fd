/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates of any algorithm by their names, to put them in order; nothing is verified here. */
#include "cmp/session.h"

bool
plain_names_read(struct span certificate, struct plain_names *out)
{
	struct reader all = reader_over(certificate), in, tbs;
	struct span number, other;
	struct plain_names c;

	if (!der_enter(&all, DER_SEQUENCE, &in) || !rd_end(&all) || !der_enter(&in, DER_SEQUENCE, &tbs) ||
	    (der_is(&tbs, DER_EXPLICIT(0)) && !der_take(&tbs, DER_EXPLICIT(0), &number)) ||
	    !der_take(&tbs, DER_INTEGER, &number) || !der_take(&tbs, DER_SEQUENCE, &other) ||
	    !der_whole(&tbs, DER_SEQUENCE, &c.issuer) || !der_take(&tbs, DER_SEQUENCE, &other) ||
	    !der_whole(&tbs, DER_SEQUENCE, &c.subject) || !der_whole(&tbs, DER_SEQUENCE, &c.spki))
		return false;
	*out = c;
	return true;
}

/* The one other certificate in the list with this name. ambiguous: there are two, of two keys or dates. */
static bool
issuer_find(struct span list, struct span below, struct span name, struct span *found, bool *ambiguous)
{
	struct reader r = reader_over(list);
	struct span one, first = { 0 };
	struct plain_names c;

	while (der_whole(&r, DER_SEQUENCE, &one)) {
		if (!plain_names_read(one, &c) || !span_equal(c.subject, name) || span_equal(one, below) ||
		    span_equal(one, first))
			continue;
		*ambiguous = *ambiguous || first.n > 0;
		first = one;
	}
	*found = first;
	return first.n > 0;
}

bool
plain_chain_find(const struct granted *got, struct span chain[CA_CHAIN_MAX], size_t *n)
{
	struct span below = got->certificate, next;
	bool ambiguous = false;
	struct plain_names c;

	for (*n = 0; *n < CA_CHAIN_MAX; chain[(*n)++] = below = next) {
		if (!plain_names_read(below, &c))
			return false;
		if (!issuer_find(got->extra, below, c.issuer, &next, &ambiguous) && !ambiguous &&
		    !issuer_find(got->roots, below, c.issuer, &next, &ambiguous))
			break;
		if (ambiguous || next.n > CA_CERTIFICATE_MAX)
			return false;
	}
	return true;
}
