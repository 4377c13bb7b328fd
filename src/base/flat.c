/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The flat reader: RFC 8259 and no more, bounded in bytes, members, depth. Finding H18: those who
 * write JSON differ in order and in what they add, so prefixes are not compared.
 */
#include "base/flat.h"
#include "base/reader.h"
#include "base/text.h"

struct scan {
	struct reader			 r;
	const struct flat_bounds	*bounds;
	struct flat			*out;
};

static void
space_skip(struct reader *r)
{
	while (r->n > 0 && (*r->p == ' ' || *r->p == '\t' || *r->p == '\n' || *r->p == '\r')) {
		r->p++;
		r->n--;
	}
}

/* Takes this character, and white space behind it. */
static bool
sign(struct reader *r, char c)
{
	if (r->n == 0 || *r->p != (uint8_t)c)
		return false;
	r->p++;
	r->n--;
	space_skip(r);
	return true;
}

static bool
hex4(struct reader *r, unsigned *out)
{
	uint8_t c;

	*out = 0;
	for (int i = 0; i < 4; i++) {
		unsigned v;

		if (!rd_u8(r, &c))
			return false;
		if (c >= '0' && c <= '9')
			v = c - '0';
		else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
			v = (c | 0x20u) - 'a' + 10;
		else
			return false;
		*out = *out << 4 | v;
	}
	return true;
}

/* Behind "\u": a character of the first plane, or the two halves of another one. */
static bool
escaped(struct reader *r, unsigned *c)
{
	unsigned low;
	struct span s;

	if (!hex4(r, c) || (*c >= 0xdc00 && *c <= 0xdfff))
		return false;
	if (*c < 0xd800 || *c > 0xdbff)
		return true;
	if (!rd_take(r, 2, &s) || s.p[0] != '\\' || s.p[1] != 'u' || !hex4(r, &low) ||
	    low < 0xdc00 || low > 0xdfff)
		return false;
	*c = 0x10000 + ((*c - 0xd800) << 10) + (low - 0xdc00);
	return true;
}

static size_t
utf8_write(unsigned c, uint8_t out[4])
{
	size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;

	if (n == 1) {
		out[0] = (uint8_t)c;
		return 1;
	}
	for (size_t i = n - 1; i > 0; i--, c >>= 6)
		out[i] = (uint8_t)(0x80 | (c & 0x3f));
	out[0] = (uint8_t)(0xf0u << (4 - n) | c);
	return n;
}

/* The next bytes that a string means, 1..4; 0: it is malformed. */
static size_t
meant(struct reader *r, uint8_t out[4])
{
	static const char letters[] = "\"\\/bfnrt", meaning[] = "\"\\/\b\f\n\r\t";
	const char *p;
	unsigned c;

	if (!rd_u8(r, &out[0]) || out[0] < 0x20)
		return 0;
	if (out[0] != '\\')
		return 1;
	if (!rd_u8(r, &out[0]) || out[0] == 0)
		return 0;
	if (out[0] == 'u')
		return escaped(r, &c) ? utf8_write(c, out) : 0;
	if ((p = strchr(letters, out[0])) == NULL)
		return 0;
	out[0] = (uint8_t)meaning[p - letters];
	return 1;
}

/* What stands between the quotes, escapes and all. */
static bool
string_read(struct reader *r, size_t most, struct span *out)
{
	struct reader at;
	uint8_t c[4];

	if (r->n == 0 || *r->p != '"')
		return false;
	r->p++;
	r->n--;
	at = *r;
	while (at.n > 0 && *at.p != '"')
		if (meant(&at, c) == 0)
			return false;
	*out = span_of(r->p, r->n - at.n);
	*r = at;
	return out->n <= most && text_is_utf8(*out) && sign(r, '"');
}

static bool
word_read(struct reader *r, const char *word)
{
	struct span s;

	return rd_take(r, strlen(word), &s) && span_equal(s, span_str(word));
}

static size_t
digits_skip(struct reader *r)
{
	size_t n = 0;

	for (; r->n > 0 && *r->p >= '0' && *r->p <= '9'; r->p++, r->n--)
		n++;
	return n;
}

static bool
one_of(struct reader *r, const char *letters)
{
	if (r->n == 0 || *r->p == 0 || strchr(letters, *r->p) == NULL)
		return false;
	r->p++;
	r->n--;
	return true;
}

/* The grammar only: what number it is, flat_whole says of the few that count. */
static bool
number_read(struct reader *r)
{
	(void)one_of(r, "-");
	if (!one_of(r, "0") && digits_skip(r) == 0)
		return false;
	if (one_of(r, ".") && digits_skip(r) == 0)
		return false;
	if (!one_of(r, "eE"))
		return true;
	(void)one_of(r, "+-");
	return digits_skip(r) > 0;
}

static bool	value_read(struct scan *, unsigned depth, enum flat_kind *, struct span *);

static bool
is_there(const struct flat *f, unsigned object, struct span name)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->member[i].object == object && span_equal(f->member[i].name, name))
			return true;
	return false;
}

static bool
member_read(struct scan *s, unsigned object, unsigned depth)
{
	struct flat_member m = { .object = object }, *place;

	if (!string_read(&s->r, s->bounds->string, &m.name) ||
	    memchr(m.name.p, '\\', m.name.n) != NULL || !sign(&s->r, ':') ||
	    s->out->n == s->bounds->members || is_there(s->out, object, m.name))
		return false;
	place = &s->out->member[s->out->n++];	/* before what is inside it */
	*place = m;
	return value_read(s, depth, &place->kind, &place->value);
}

/* depth: how many levels may still be entered. */
static bool
object_read(struct scan *s, unsigned depth)
{
	unsigned object = s->out->objects++;

	if (!sign(&s->r, '{'))
		return false;
	if (sign(&s->r, '}'))
		return true;
	do {
		if (!member_read(s, object, depth))
			return false;
	} while (sign(&s->r, ','));
	return sign(&s->r, '}');
}

static bool
list_read(struct scan *s, unsigned depth)
{
	enum flat_kind kind;
	struct span value;

	if (!sign(&s->r, '['))
		return false;
	if (sign(&s->r, ']'))
		return true;
	do {
		if (!value_read(s, depth, &kind, &value))
			return false;
	} while (sign(&s->r, ','));
	return sign(&s->r, ']');
}

static enum flat_kind
kind_at(const struct reader *r)
{
	static const struct { char first; enum flat_kind kind; } kinds[] = {
		{ '"', FLAT_STRING }, { '{', FLAT_OBJECT }, { '[', FLAT_LIST }, { 't', FLAT_TRUE },
		{ 'f', FLAT_FALSE }, { 'n', FLAT_NULL },
	};

	for (size_t i = 0; r->n > 0 && i < COUNT(kinds); i++)
		if (*r->p == (uint8_t)kinds[i].first)
			return kinds[i].kind;
	return FLAT_NUMBER;
}

static bool
word_or_number_read(struct reader *r, enum flat_kind kind)
{
	static const char *const words[] = { [FLAT_TRUE] = "true", [FLAT_FALSE] = "false",
		[FLAT_NULL] = "null" };

	return kind == FLAT_NUMBER ? number_read(r) : word_read(r, words[kind]);
}

static bool
value_read(struct scan *s, unsigned depth, enum flat_kind *kind, struct span *value)
{
	const uint8_t *start = s->r.p;

	*kind = kind_at(&s->r);
	switch (*kind) {
	case FLAT_STRING:
		return string_read(&s->r, s->bounds->string, value);
	case FLAT_OBJECT:
		if (depth == 0 || !object_read(s, depth - 1))
			return false;
		break;
	case FLAT_LIST:
		if (depth == 0 || !list_read(s, depth - 1))
			return false;
		break;
	default:
		if (!word_or_number_read(&s->r, *kind))
			return false;
		break;
	}
	*value = span_of(start, (size_t)(s->r.p - start));
	space_skip(&s->r);
	return true;
}

bool
flat_read(struct flat *f, struct span json, const struct flat_bounds *bounds)
{
	struct scan s = { .r = reader_over(json), .bounds = bounds, .out = f };

	if (bounds->members > FLAT_MEMBERS)
		bug("flat: more members than there is room for");
	f->n = f->objects = 0;
	if (json.n > bounds->bytes)
		return false;
	space_skip(&s.r);
	return object_read(&s, bounds->depth) && rd_end(&s.r);
}

const struct flat_member *
flat_find(const struct flat *f, struct span name)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->member[i].object == 0 && span_equal(f->member[i].name, name))
			return &f->member[i];
	return NULL;
}

enum flat_kind
flat_kind_of(const struct flat *f, const char *name)
{
	const struct flat_member *m = flat_find(f, span_str(name));

	return m == NULL ? FLAT_ABSENT : m->kind;
}

bool
flat_string_is(struct span value, struct span want)
{
	struct reader r = reader_over(value);
	uint8_t c[4];
	size_t n;

	while (r.n > 0) {
		if ((n = meant(&r, c)) == 0 || n > want.n || memcmp(c, want.p, n) != 0)
			return false;
		want = span_of(want.p + n, want.n - n);
	}
	return want.n == 0;
}

bool
flat_string_copy(struct span value, uint8_t *out, size_t room, size_t *n)
{
	struct reader r = reader_over(value);
	size_t at = 0, one;
	uint8_t c[4];

	while (r.n > 0) {
		if ((one = meant(&r, c)) == 0 || one > room - at)
			return false;
		memcpy(out + at, c, one);
		at += one;
	}
	*n = at;
	return true;
}

bool
flat_whole(const struct flat_member *m, uint64_t most, uint64_t *out)
{
	uint64_t v = 0;

	if (m == NULL || m->kind != FLAT_NUMBER)
		return false;
	for (size_t i = 0; i < m->value.n; i++) {
		uint8_t c = m->value.p[i];

		if (c < '0' || c > '9' || v > (most - (c - '0')) / 10)
			return false;
		v = 10 * v + (c - '0');
	}
	*out = v;
	return true;
}

bool
flat_strings(const struct flat_member *m, struct span *out, size_t most, size_t *n)
{
	struct reader r;

	*n = 0;
	if (m == NULL || m->kind != FLAT_LIST)
		return false;
	r = reader_over(m->value);
	if (!sign(&r, '['))
		return false;
	if (sign(&r, ']'))
		return true;
	do {
		if (*n == most || !string_read(&r, SIZE_MAX, &out[(*n)++]))
			return false;
	} while (sign(&r, ','));
	return sign(&r, ']');
}
