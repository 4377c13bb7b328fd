/* SPDX-License-Identifier: Apache-2.0 */
/* Attributes of Names: the table of known types, and which characters their strings may hold. */
#include <strings.h>

#include "der/attribute.h"

static const struct attribute_type types[] = {
	{ "CN", NULL, "2.5.4.3", DER_UTF8, 64 },
	{ "SN", "surname", "2.5.4.4", DER_UTF8, 64 },
	{ "serialNumber", NULL, "2.5.4.5", DER_PRINTABLE, 64 },
	{ "C", NULL, "2.5.4.6", DER_PRINTABLE, 2 },
	{ "L", NULL, "2.5.4.7", DER_UTF8, 128 },
	{ "ST", NULL, "2.5.4.8", DER_UTF8, 128 },
	{ "O", NULL, "2.5.4.10", DER_UTF8, 64 },
	{ "OU", NULL, "2.5.4.11", DER_UTF8, 64 },
	{ "givenName", "GN", "2.5.4.42", DER_UTF8, 64 },
	{ "organizationIdentifier", NULL, "2.5.4.97", DER_UTF8, 64 },
};

static bool
is_named(struct span name, const char *as)
{
	return as != NULL && strlen(as) == name.n &&
	    strncasecmp((const char *)name.p, as, name.n) == 0;
}

const struct attribute_type *
attribute_type_by_name(struct span name)
{
	for (size_t i = 0; i < COUNT(types); i++)
		if (is_named(name, types[i].name) || is_named(name, types[i].other))
			return &types[i];
	return NULL;
}

const struct attribute_type *
attribute_type_by_oid(struct span oid)
{
	for (size_t i = 0; i < COUNT(types); i++)
		if (oid_is(oid, types[i].oid))
			return &types[i];
	return NULL;
}

static bool
is_plain(uint32_t c)
{
	return c >= 0x20 && !(c >= 0x7f && c <= 0x9f) && !(c >= 0xd800 && c <= 0xdfff) &&
	    c != 0x61c && c != 0x200e && c != 0x200f && !(c >= 0x2028 && c <= 0x202e) &&
	    !(c >= 0x2066 && c <= 0x2069) && c <= 0x10ffff;
}

/* One code point in its shortest form. */
static bool
take_character(struct reader *r, uint32_t *out)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	uint8_t b;
	uint32_t c;
	size_t n;

	if (!rd_u8(r, &b) || (b >= 0x80 && b < 0xc2) || b > 0xf4)
		return false;
	n = b < 0x80 ? 1 : b < 0xe0 ? 2 : b < 0xf0 ? 3 : 4;
	c = n == 1 ? b : b & (0xffu >> (n + 1));
	for (size_t i = 1; i < n; i++) {
		if (!rd_u8(r, &b) || (b & 0xc0) != 0x80)
			return false;
		c = c << 6 | (b & 0x3f);
	}
	*out = c;
	return c >= least[n];
}

bool
utf8_is_plain(struct span s, size_t *characters)
{
	struct reader r = reader_over(s);
	size_t n = 0;
	uint32_t c;

	for (; !rd_end(&r); n++)
		if (!take_character(&r, &c) || !is_plain(c))
			return false;
	*characters = n;
	return true;
}

bool
printable_is_plain(struct span s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = (char)s.p[i];

		if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') &&
		    (c == '\0' || strchr(" '()+,-./:=?", c) == NULL))
			return false;
	}
	return true;
}

static bool
ia5_is_plain(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < 0x20 || s.p[i] > 0x7e)
			return false;
	return true;
}

bool
attribute_read(struct reader *r, struct attribute *a)
{
	struct reader at = *r, in;
	struct attribute got;
	size_t characters;
	uint8_t tag;

	if (!der_enter(&at, DER_SEQUENCE, &in) || !der_oid(&in, &got.oid) ||
	    !der_any(&in, &tag, &got.value, &got.whole_value) || !rd_end(&in) || got.value.n == 0)
		return false;
	if (!(tag == DER_UTF8 && utf8_is_plain(got.value, &characters)) &&
	    !(tag == DER_PRINTABLE && printable_is_plain(got.value)) &&
	    !(tag == DER_IA5 && ia5_is_plain(got.value)))
		return false;
	*r = at;
	*a = got;
	return true;
}
