/* SPDX-License-Identifier: Apache-2.0 */
/* Names: checked as DER, rendered as RFC 4514 text, built from such text. */
#include <stdio.h>

#include "der/attribute.h"
#include "der/name.h"

#define ATTRIBUTES_MAX	4	/* in one RDN */

/* The attributes of one RDN, in ascending order of their encodings (X.690 11.6). */
static bool
rdn_read(struct reader *r, struct attribute *out, size_t *n)
{
	struct reader at = *r, in;
	struct span previous = { 0 };
	size_t count = 0;

	if (!der_enter(&at, DER_SET, &in) || rd_end(&in))
		return false;
	while (!rd_end(&in)) {
		struct reader before = in;
		struct span whole;

		if (count == ATTRIBUTES_MAX || !attribute_read(&in, &out[count++]))
			return false;
		whole = span_of(before.p, before.n - in.n);
		if (previous.n > 0) {
			size_t common = previous.n < whole.n ? previous.n : whole.n;
			int d = memcmp(previous.p, whole.p, common);

			if (d > 0 || (d == 0 && previous.n >= whole.n))
				return false;
		}
		previous = whole;
	}
	*r = at;
	*n = count;
	return true;
}

/* Lends each RDN; false when the bytes are no Name of ours. */
static bool
rdns_read(struct span der, struct span rdns[NAME_MAX_RDNS], size_t *n)
{
	struct reader all = reader_over(der), in;
	struct attribute a[ATTRIBUTES_MAX];
	size_t count = 0, attributes;

	if (der.n > NAME_MAX_DER || !der_enter(&all, DER_SEQUENCE, &in) || !rd_end(&all) ||
	    rd_end(&in))
		return false;
	for (; !rd_end(&in); count++) {
		struct reader before = in;

		if (count == NAME_MAX_RDNS || !rdn_read(&in, a, &attributes))
			return false;
		rdns[count] = span_of(before.p, before.n - in.n);
	}
	*n = count;
	return true;
}

bool
name_check(struct span der, struct err *e)
{
	struct span rdns[NAME_MAX_RDNS];
	size_t n;

	return rdns_read(der, rdns, &n) || err_set(e, ERR_FORMAT,
	    "name: not a DER Name of at most %d bytes, %d parts, plain strings",
	    NAME_MAX_DER, NAME_MAX_RDNS);
}

static bool
type_is_listed(struct span type, struct span list)
{
	struct reader r = reader_over(list);
	struct span oid;

	while (rd_span8(&r, 1, UINT8_MAX, &oid))
		if (span_equal(oid, type))
			return true;
	return false;
}

/* How often a type stands in the Name. */
static size_t
type_count(const struct span *rdns, size_t n, struct span type)
{
	struct attribute a[ATTRIBUTES_MAX];
	size_t count = 0, attributes = 0;

	for (size_t i = 0; i < n; i++) {
		struct reader r = reader_over(rdns[i]);

		if (!rdn_read(&r, a, &attributes))
			continue;
		for (size_t k = 0; k < attributes; k++)
			count += span_equal(a[k].oid, type);
	}
	return count;
}

static bool
rdn_is_added(struct span rdn, const struct span *rdns, size_t n, struct span added)
{
	struct reader r = reader_over(rdn);
	struct attribute a[ATTRIBUTES_MAX];
	size_t attributes = 0;

	return rdn_read(&r, a, &attributes) && attributes == 1 && type_is_listed(a[0].oid, added) &&
	    type_count(rdns, n, a[0].oid) == 1;
}

bool
name_extends(struct span der, struct span base, struct span added)
{
	struct span rdns[NAME_MAX_RDNS], wanted[NAME_MAX_RDNS];
	size_t n, n_wanted, next = 0;

	if (span_equal(der, base))
		return true;
	if (!rdns_read(der, rdns, &n) || !rdns_read(base, wanted, &n_wanted))
		return false;
	for (size_t i = 0; i < n; i++)
		if (next < n_wanted && span_equal(rdns[i], wanted[next]))
			next++;
		else if (!rdn_is_added(rdns[i], rdns, n, added))
			return false;
	return next == n_wanted;
}

static void
put_text(struct writer *w, const char *s)
{
	wr_span(w, span_str(s));
}

static void
put_hex(struct writer *w, struct span s)
{
	char hex[3];

	wr_u8(w, '#');
	for (size_t i = 0; i < s.n; i++) {
		snprintf(hex, sizeof(hex), "%02x", s.p[i]);
		put_text(w, hex);
	}
}

/* RFC 4514 2.4: what must be escaped, and nothing else. */
static void
put_escaped(struct writer *w, struct span s)
{
	for (size_t i = 0; i < s.n; i++) {
		bool first = i == 0, last = i == s.n - 1;
		char c = (char)s.p[i];

		if (strchr("\"+,;<>\\", c) != NULL || (first && c == '#') ||
		    ((first || last) && c == ' '))
			wr_u8(w, '\\');
		wr_u8(w, s.p[i]);
	}
}

static void
put_attribute(struct writer *w, const struct attribute *a)
{
	const struct attribute_type *type = attribute_type_by_oid(a->oid);
	char dotted[DER_DOTTED_MAX];

	if (type != NULL) {
		put_text(w, type->name);
		wr_u8(w, '=');
		put_escaped(w, a->value);
		return;
	}
	if (!oid_to_text(a->oid, dotted)) {
		w->bad = true;
		return;
	}
	put_text(w, dotted);
	wr_u8(w, '=');
	put_hex(w, a->whole_value);
}

bool
name_to_text(struct span der, char *out, size_t size, struct err *e)
{
	struct attribute a[ATTRIBUTES_MAX];
	struct writer w = writer_over(out, size);
	struct span rdns[NAME_MAX_RDNS];
	size_t n, attributes = 0;

	if (!rdns_read(der, rdns, &n))
		return name_check(der, e);
	for (size_t i = n; i-- > 0;) {
		struct reader r = reader_over(rdns[i]);

		if (!rdn_read(&r, a, &attributes))
			return false;
		for (size_t k = 0; k < attributes; k++) {
			put_attribute(&w, &a[k]);
			if (k + 1 < attributes)
				wr_u8(&w, '+');
		}
		if (i > 0)
			wr_u8(&w, ',');
	}
	wr_u8(&w, 0);
	return writer_ok(&w) || err_set(e, ERR_FORMAT, "name: its text is too long");
}

static int
hex_digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10
	    : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* One value up to an unescaped comma or the end, escapes undone, spaces at both ends left out. */
static bool
take_value(const char **p, struct writer *w)
{
	size_t keep;

	while (**p == ' ')
		(*p)++;
	keep = w->n;
	for (; **p != '\0' && **p != ','; (*p)++) {
		if (strchr("\"+;<>", **p) != NULL)
			return false;
		if (**p != '\\') {
			wr_u8(w, (uint8_t)**p);
			keep = **p == ' ' ? keep : w->n;
			continue;
		}
		(*p)++;
		if (**p != '\0' && hex_digit((*p)[0]) >= 0 && hex_digit((*p)[1]) >= 0) {
			wr_u8(w, (uint8_t)(hex_digit((*p)[0]) << 4 | hex_digit((*p)[1])));
			(*p)++;
		} else if (**p != '\0' && strchr(" \"#+,;<=>\\", **p) != NULL) {
			wr_u8(w, (uint8_t)**p);
		} else {
			return false;
		}
		keep = w->n;
	}
	if (writer_ok(w))
		w->n = keep;
	return writer_ok(w) && w->n > 0;
}

static bool
value_suits(const struct attribute_type *type, struct span value)
{
	size_t characters;

	if (!utf8_is_plain(value, &characters) || characters > type->max)
		return false;
	if (type->tag == DER_PRINTABLE && !printable_is_plain(value))
		return false;
	return strcmp(type->name, "C") != 0 || (value.n == 2 && value.p[0] >= 'A' &&
	    value.p[0] <= 'Z' && value.p[1] >= 'A' && value.p[1] <= 'Z');
}

static bool
rdn_from_text(const char **p, struct writer *w, struct err *e)
{
	const struct attribute_type *type;
	struct writer value;
	size_t n, set, sequence;
	uint8_t mem[256];

	while (**p == ' ')
		(*p)++;
	n = strcspn(*p, "=,");
	if ((*p)[n] != '=' || (type = attribute_type_by_name(span_of(*p, n))) == NULL)
		return err_set(e, ERR_FORMAT, "name: '%.*s' is not one of CN, O, OU, C, L, ST, GN, SN, "
		    "serialNumber, organizationIdentifier", n < 40 ? (int)n : 40, *p);
	*p += n + 1;
	value = writer_over(mem, sizeof(mem));
	if (!take_value(p, &value) || !value_suits(type, writer_span(&value)))
		return err_set(e, ERR_FORMAT, "name: the value of %s is empty, too long (over %zu "
		    "characters), or holds characters that cannot stand there", type->name, type->max);
	set = der_begin(w, DER_SET);
	sequence = der_begin(w, DER_SEQUENCE);
	der_put_oid(w, type->oid);
	der_put(w, type->tag, writer_span(&value));
	der_end(w, sequence);
	der_end(w, set);
	return true;
}

bool
name_from_text(const char *text, struct writer *w, struct err *e)
{
	size_t ends[NAME_MAX_RDNS + 1] = { 0 }, n = 0, at;
	uint8_t mem[NAME_MAX_DER];
	struct writer rdns = writer_over(mem, sizeof(mem));
	const char *p = text;

	do {
		if (n == NAME_MAX_RDNS)
			return err_set(e, ERR_FORMAT, "name: more than %d parts", NAME_MAX_RDNS);
		if (!rdn_from_text(&p, &rdns, e))
			return false;
		ends[++n] = rdns.n;
	} while (*p++ == ',');
	if (!writer_ok(&rdns) || rdns.n > NAME_MAX_DER - 4)
		return err_set(e, ERR_FORMAT, "name: longer than %d bytes", NAME_MAX_DER);
	at = der_begin(w, DER_SEQUENCE);
	for (; n > 0; n--)
		wr_span(w, span_of(mem + ends[n - 1], ends[n] - ends[n - 1]));
	der_end(w, at);
	return writer_ok(w) || err_set(e, ERR_BUG, "name: no room");
}
