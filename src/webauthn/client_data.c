/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The flat reader: one object, members in any order, none twice. Strings and booleans are looked at,
 * everything else is skipped two levels deep. Finding H18: browsers and password managers differ in
 * order and in what they add, so prefixes are not compared.
 */
#include "base/reader.h"
#include "webauthn/client_data.h"

#define DEPTH		2
#define CHALLENGE_LEN	43	/* 32 bytes in base64url */

enum kind { ABSENT, STRING, TRUE, FALSE, OTHER };

struct member {
	struct span	name, value;	/* between the quotes; value: of strings only */
	enum kind	kind;
};

struct flat {
	size_t		n;
	struct member	member[CLIENT_DATA_MEMBERS];
};

static void
space_skip(struct reader *r)
{
	struct span s;

	while (r->n > 0 && (*r->p == ' ' || *r->p == '\t' || *r->p == '\n' || *r->p == '\r'))
		(void)rd_take(r, 1, &s);
}

/* Takes this character, and white space behind it. */
static bool
sign(struct reader *r, char c)
{
	struct span s;

	if (r->n == 0 || *r->p != (uint8_t)c)
		return false;
	(void)rd_take(r, 1, &s);
	space_skip(r);
	return true;
}

static int
hex_value(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* One character of a string, its escape resolved; beyond ASCII its raw byte or, escaped, 0x100. */
static bool
character(struct reader *r, unsigned *out)
{
	static const char letters[] = "\"\\/bfnrt", meaning[] = "\"\\/\b\f\n\r\t";
	const char *p;
	unsigned value = 0;
	uint8_t c;

	if (!rd_u8(r, &c) || c < 0x20)
		return false;
	*out = c;
	if (c != '\\')
		return true;
	if (!rd_u8(r, &c) || c == 0)
		return false;
	if ((p = strchr(letters, c)) != NULL) {
		*out = (unsigned char)meaning[p - letters];
		return true;
	}
	if (c != 'u')
		return false;
	for (int i = 0; i < 4; i++) {
		int v;

		if (!rd_u8(r, &c) || (v = hex_value(c)) < 0)
			return false;
		value = value << 4 | (unsigned)v;
	}
	*out = value < 0x80 ? value : 0x100;
	return true;
}

/* What stands between the quotes, escapes and all. */
static bool
string_read(struct reader *r, struct span *out)
{
	struct reader at;
	unsigned c;

	if (r->n == 0 || *r->p != '"')
		return false;
	r->p++;
	r->n--;
	at = *r;
	while (at.n > 0 && *at.p != '"')
		if (!character(&at, &c))
			return false;
	if (at.n == 0)
		return false;
	*out = span_of(r->p, r->n - at.n);
	*r = at;
	return sign(r, '"');
}

static bool
string_is(struct span raw, struct span want)
{
	struct reader r = reader_over(raw);
	size_t i = 0;
	unsigned c;

	while (r.n > 0)
		if (!character(&r, &c) || i == want.n || c != want.p[i++])
			return false;
	return i == want.n;
}

static bool
word_skip(struct reader *r, const char *word)
{
	size_t n = strlen(word);
	struct span s;

	if (r->n < n || memcmp(r->p, word, n) != 0)
		return false;
	(void)rd_take(r, n, &s);
	space_skip(r);
	return true;
}

/* Its letters only: what number it is, nobody here asks. */
static bool
number_skip(struct reader *r)
{
	size_t n = 0;
	struct span s;

	while (r->n > 0 && strchr("+-.0123456789eE", *r->p) != NULL && *r->p != 0) {
		(void)rd_take(r, 1, &s);
		n++;
	}
	space_skip(r);
	return n > 0;
}

static bool	value_skip(struct reader *, unsigned depth);

static bool
inside_skip(struct reader *r, bool object, unsigned depth)
{
	char end = object ? '}' : ']';
	struct span name;

	if (sign(r, end))
		return true;
	do {
		if (object && (!string_read(r, &name) || !sign(r, ':')))
			return false;
		if (!value_skip(r, depth))
			return false;
	} while (sign(r, ','));
	return sign(r, end);
}

/* depth: how many levels may still be entered. */
static bool
value_skip(struct reader *r, unsigned depth)
{
	struct span s;

	if (r->n == 0)
		return false;
	switch (*r->p) {
	case '"':
		return string_read(r, &s);
	case '{':
		return depth > 0 && sign(r, '{') && inside_skip(r, true, depth - 1);
	case '[':
		return depth > 0 && sign(r, '[') && inside_skip(r, false, depth - 1);
	case 't':
		return word_skip(r, "true");
	case 'f':
		return word_skip(r, "false");
	case 'n':
		return word_skip(r, "null");
	default:
		return number_skip(r);
	}
}

static bool
member_read(struct reader *r, struct member *m)
{
	if (!string_read(r, &m->name) || memchr(m->name.p, '\\', m->name.n) != NULL || !sign(r, ':') ||
	    r->n == 0)
		return false;
	m->kind = *r->p == '"' ? STRING : *r->p == 't' ? TRUE : *r->p == 'f' ? FALSE : OTHER;
	return m->kind == STRING ? string_read(r, &m->value) : value_skip(r, DEPTH);
}

static const struct member *
member_of(const struct flat *f, struct span name)
{
	for (size_t i = 0; i < f->n; i++)
		if (span_equal(f->member[i].name, name))
			return &f->member[i];
	return NULL;
}

static bool
flat_read(struct span json, struct flat *f)
{
	struct reader r = reader_over(json);
	struct member m;

	f->n = 0;
	if (json.n > CLIENT_DATA_MAX)
		return false;
	space_skip(&r);
	if (!sign(&r, '{'))
		return false;
	if (sign(&r, '}'))
		return rd_end(&r);
	do {
		if (f->n == CLIENT_DATA_MEMBERS || !member_read(&r, &m) || member_of(f, m.name) != NULL)
			return false;
		f->member[f->n++] = m;
	} while (sign(&r, ','));
	return sign(&r, '}') && rd_end(&r);
}

static enum kind
kind_of(const struct flat *f, const char *name)
{
	const struct member *m = member_of(f, span_str(name));

	return m == NULL ? ABSENT : m->kind;
}

static bool
equals(const struct flat *f, const char *name, struct span want, struct err *e)
{
	const struct member *m = member_of(f, span_str(name));

	return (m != NULL && m->kind == STRING && string_is(m->value, want)) ||
	    err_why(e, ERR_DENIED, "auth", "client data: %s is not what it must be", name);
}

static void
base64url(const uint8_t in[32], char out[CHALLENGE_LEN])
{
	static const char alphabet[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

	for (size_t i = 0; i < CHALLENGE_LEN; i++) {
		size_t bit = 6 * i, byte = bit / 8;
		unsigned two = (unsigned)in[byte] << 8 | (byte + 1 < 32 ? in[byte + 1] : 0u);

		out[i] = alphabet[two >> (10 - bit % 8) & 63];
	}
}

static bool
flat_answers(const struct flat *f, const char *type, const uint8_t challenge[32], struct err *e)
{
	char text[CHALLENGE_LEN];

	base64url(challenge, text);
	if (!equals(f, "type", span_str(type), e) ||
	    !equals(f, "challenge", span_of(text, sizeof(text)), e))
		return false;
	if (kind_of(f, "crossOrigin") != ABSENT && kind_of(f, "crossOrigin") != FALSE)
		return err_why(e, ERR_DENIED, "auth", "client data: asked for across origins");
	return kind_of(f, "topOrigin") == ABSENT ||
	    err_why(e, ERR_DENIED, "auth", "client data: asked for inside another page");
}

bool
client_data_answers(struct span json, const char *type, const uint8_t challenge[32], struct err *e)
{
	struct flat f;

	if (!flat_read(json, &f))
		return err_why(e, ERR_DENIED, "auth", "client data: not one flat JSON object");
	return flat_answers(&f, type, challenge, e);
}

bool
client_data_binds(struct span json, const char *type, const uint8_t challenge[32],
    struct span origin, struct err *e)
{
	struct flat f;

	if (!flat_read(json, &f))
		return err_why(e, ERR_DENIED, "auth", "client data: not one flat JSON object");
	return flat_answers(&f, type, challenge, e) && equals(&f, "origin", origin, e);
}
