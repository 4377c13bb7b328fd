/* SPDX-License-Identifier: Apache-2.0 */
/* JSON being written. */
#include <stdio.h>

#include "json/base64.h"
#include "json/emit.h"

struct emit
emit_into(struct writer *w)
{
	return (struct emit){ .w = w };
}

static void
put(struct emit *m, const char *s)
{
	wr_bytes(m->w, s, strlen(s));
}

/* Everything below U+0020, quote and backslash are escaped; the rest passes as it is. */
static void
quoted(struct emit *m, struct span text)
{
	size_t from = 0;

	wr_u8(m->w, '"');
	for (size_t i = 0; i < text.n; i++) {
		uint8_t c = text.p[i];
		char escape[8];

		if (c >= 0x20 && c != '"' && c != '\\' && c != 0x7f)
			continue;
		wr_bytes(m->w, text.p + from, i - from);
		from = i + 1;
		snprintf(escape, sizeof(escape), c == '"' || c == '\\' ? "\\%c" : "\\u%04x", c);
		put(m, escape);
	}
	wr_bytes(m->w, text.p + from, text.n - from);
	wr_u8(m->w, '"');
}

static void
member(struct emit *m, const char *name)
{
	if (m->comma)
		wr_u8(m->w, ',');
	m->comma = true;
	if (name != NULL) {
		quoted(m, span_str(name));
		wr_u8(m->w, ':');
	}
}

static void
open_with(struct emit *m, const char *name, char bracket)
{
	member(m, name);
	wr_u8(m->w, (uint8_t)bracket);
	m->comma = false;
}

static void
close_with(struct emit *m, char bracket)
{
	wr_u8(m->w, (uint8_t)bracket);
	m->comma = true;
}

void
emit_object(struct emit *m, const char *name)
{
	open_with(m, name, '{');
}

void
emit_object_end(struct emit *m)
{
	close_with(m, '}');
}

void
emit_array(struct emit *m, const char *name)
{
	open_with(m, name, '[');
}

void
emit_array_end(struct emit *m)
{
	close_with(m, ']');
}

void
emit_text(struct emit *m, const char *name, const char *text)
{
	emit_span(m, name, span_str(text));
}

void
emit_span(struct emit *m, const char *name, struct span text)
{
	member(m, name);
	quoted(m, text);
}

void
emit_number(struct emit *m, const char *name, uint64_t v)
{
	char text[24];

	member(m, name);
	snprintf(text, sizeof(text), "%llu", (unsigned long long)v);
	put(m, text);
}

void
emit_flag(struct emit *m, const char *name, bool v)
{
	member(m, name);
	put(m, v ? "true" : "false");
}

void
emit_base64(struct emit *m, const char *name, struct span bytes)
{
	member(m, name);
	wr_u8(m->w, '"');
	base64_write(m->w, bytes);
	wr_u8(m->w, '"');
}

void
emit_base64url(struct emit *m, const char *name, struct span bytes)
{
	member(m, name);
	wr_u8(m->w, '"');
	base64url_write(m->w, bytes);
	wr_u8(m->w, '"');
}

void
emit_hex(struct emit *m, const char *name, struct span bytes)
{
	member(m, name);
	wr_u8(m->w, '"');
	hex_write(m->w, bytes);
	wr_u8(m->w, '"');
}

void
emit_json(struct emit *m, const char *name, struct span json)
{
	member(m, name);
	wr_span(m->w, json);
}
