/* SPDX-License-Identifier: Apache-2.0 */
/* The one reader and the one writer of all tables of fields. */
#include "base/fields.h"
#include "base/text.h"

static uint64_t
number_at(const void *p, size_t size)
{
	switch (size) {
	case 1:
		return *(const uint8_t *)p;
	case 2:
		return *(const uint16_t *)p;
	case 4:
		return *(const uint32_t *)p;
	default:
		return *(const uint64_t *)p;
	}
}

static void
number_set(void *p, size_t size, uint64_t v)
{
	switch (size) {
	case 1:
		*(uint8_t *)p = (uint8_t)v;
		return;
	case 2:
		*(uint16_t *)p = (uint16_t)v;
		return;
	case 4:
		*(uint32_t *)p = (uint32_t)v;
		return;
	default:
		*(uint64_t *)p = v;
	}
}

/* A value that may stand where the row's member is: `at`, the i-th of its list. */
static bool
fits(const struct field *f, uint64_t v, const uint8_t *at, size_t i)
{
	return v >= f->min && v <= f->max &&
	    (!f->rises || i == 0 || v > number_at(at - f->step, f->size));
}

/* As rd_number and wr_number, inline: lists have a thousand items. */
static inline bool
take(struct reader *r, size_t n, uint64_t *v)
{
	if (n > r->n)
		return false;
	*v = 0;
	for (const uint8_t *end = r->p + n; r->p < end; r->p++)
		*v = *v << 8 | *r->p;
	r->n -= n;
	return true;
}

static inline void
put(struct writer *w, size_t n, uint64_t v)
{
	if (w->bad || n > w->cap - w->n) {
		wr_number(w, n, v);
		return;
	}
	w->n += n;
	for (uint8_t *p = w->p + w->n; n > 0; n--, v >>= 8)
		*--p = (uint8_t)v;
}

static bool items_read(struct reader *, const struct field *, uint8_t *m, size_t i);

static bool
list_read(struct reader *r, const struct field *rows, uint8_t *m, size_t n)
{
	for (size_t i = 0; rows != NULL && i < n; i++)
		if (!items_read(r, rows, m, i))
			return false;
	return true;
}

static bool
magic_read(struct reader *r, const struct field *f)
{
	struct span s;

	return rd_take(r, f->max, &s) && memcmp(s.p, f->magic, f->max) == 0;
}

/* One row of the i-th item of the struct at m. */
static inline bool
field_read(struct reader *r, const struct field *f, uint8_t *m, size_t i)
{
	uint8_t *at = m + f->at + i * f->step;
	uint64_t v = 0;

	if (f->wire > 0 && (!take(r, f->wire, &v) || !fits(f, v, at, i)))
		return false;
	switch (f->kind) {
	case FIELD_NUMBER:
		number_set(at, f->size, v);
		return true;
	case FIELD_BYTES:
		return rd_bytes(r, at, f->max);
	case FIELD_SPAN:
		return rd_take(r, v, (struct span *)(void *)at);
	case FIELD_TEXT:
		return rd_take(r, v, (struct span *)(void *)at) &&
		    text_is_clean(*(const struct span *)(void *)at);
	case FIELD_HELD:
		*(size_t *)(void *)(m + f->length_at + i * f->step) = v;
		return rd_bytes(r, at, v);
	case FIELD_LIST:
		*(size_t *)(void *)at = v;
		return list_read(r, f->fields, m, v);
	case FIELD_PART:
		return items_read(r, f->fields, at, 0);
	case FIELD_MAGIC:
		return magic_read(r, f);
	case FIELD_CHECK:
		return f->holds(m);
	case FIELD_END:
		break;
	}
	bug("a field of no kind");
}

static bool
items_read(struct reader *r, const struct field *f, uint8_t *m, size_t i)
{
	for (; f->kind != FIELD_END; f++)
		if (!field_read(r, f, m, i))
			return false;
	return true;
}

bool
fields_read(struct reader *r, const struct field *f, void *m)
{
	return items_read(r, f, m, 0);
}

bool
message_read(struct reader *r, const struct field *f, void *m, const char *name, struct err *e)
{
	size_t n = r->n;

	return (items_read(r, f, m, 0) && rd_end(r)) ||
	    err_why(e, ERR_FORMAT, "parse", "%s: malformed at byte %zu", name, n - r->n);
}

static bool items_write(struct writer *, const struct field *, const uint8_t *m, size_t i);

static bool
list_write(struct writer *w, const struct field *rows, const uint8_t *m, size_t n)
{
	for (size_t i = 0; rows != NULL && i < n; i++)
		if (!items_write(w, rows, m, i))
			return false;
	return true;
}

static bool
span_write(struct writer *w, const struct field *f, struct span s)
{
	if ((s.n < f->min || s.n > f->max || (f->kind == FIELD_TEXT && !text_is_clean(s))) && !w->lax)
		return false;
	put(w, f->wire, s.n);
	wr_span(w, s);
	return true;
}

static inline bool
number_write(struct writer *w, const struct field *f, uint64_t v, const uint8_t *at, size_t i)
{
	if (!fits(f, v, at, i) && !w->lax)
		return false;
	put(w, f->wire, v);
	return true;
}

/* As field_read. False: out of its bounds. */
static inline bool
field_write(struct writer *w, const struct field *f, const uint8_t *m, size_t i)
{
	const uint8_t *at = m + f->at + i * f->step;

	switch (f->kind) {
	case FIELD_NUMBER:
		return number_write(w, f, number_at(at, f->size), at, i);
	case FIELD_BYTES:
		wr_bytes(w, at, f->max);
		return true;
	case FIELD_SPAN:
	case FIELD_TEXT:
		return span_write(w, f, *(const struct span *)(const void *)at);
	case FIELD_HELD:
		return span_write(w, f, span_of(at, *(const size_t *)(const void *)(m + f->length_at +
		    i * f->step)));
	case FIELD_LIST:
		return number_write(w, f, *(const size_t *)(const void *)at, at, 0) &&
		    list_write(w, f->fields, m, *(const size_t *)(const void *)at);
	case FIELD_PART:
		return items_write(w, f->fields, at, 0);
	case FIELD_MAGIC:
		wr_bytes(w, f->magic, f->max);
		return true;
	case FIELD_CHECK:
		return f->holds(m) || w->lax;
	case FIELD_END:
		break;
	}
	bug("a field of no kind");
}

static bool
items_write(struct writer *w, const struct field *f, const uint8_t *m, size_t i)
{
	for (; f->kind != FIELD_END; f++)
		if (!field_write(w, f, m, i))
			return false;
	return true;
}

void
fields_write(struct writer *w, const struct field *f, const void *m, size_t i)
{
	if (!items_write(w, f, m, i))
		w->bad = true;
}
