/* SPDX-License-Identifier: Apache-2.0 */
/* Bounded writer: one room check for every write, failure sticks. */
#include <stdlib.h>

#include "base/writer.h"

struct writer
writer_over(void *mem, size_t size)
{
	return (struct writer){ .p = mem, .cap = size, .max = size };
}

struct writer
writer_grow(size_t max)
{
	return (struct writer){ .max = max, .grows = true };
}

void
writer_wipe(struct writer *w)
{
	if (w->p != NULL)
		explicit_bzero(w->p, w->grows ? w->cap : w->n);
	if (w->grows)
		free(w->p);
	*w = (struct writer){ .max = w->max, .grows = w->grows, .p = w->grows ? NULL : w->p,
		.cap = w->grows ? 0 : w->cap };
}

void
writer_reset(struct writer *w)
{
	w->n = 0;
	w->bad = false;
}

bool
writer_ok(const struct writer *w)
{
	return !w->bad;
}

struct span
writer_span(const struct writer *w)
{
	return span_of(w->p, w->n);
}

/* Grows by copying, so that what may be secret never stays behind in freed memory. */
static bool
grow(struct writer *w, size_t need)
{
	size_t cap = w->cap < 256 ? 256 : w->cap;
	uint8_t *p;

	while (cap < need)
		cap *= 2;
	if (cap > w->max)
		cap = w->max;
	if ((p = malloc(cap)) == NULL)
		return false;
	if (w->p != NULL) {
		memcpy(p, w->p, w->n);
		explicit_bzero(w->p, w->cap);
		free(w->p);
	}
	w->p = p;
	w->cap = cap;
	return true;
}

static uint8_t *
room(struct writer *w, size_t n)
{
	uint8_t *at;

	if (w->bad || n > w->max - w->n ||
	    (n > w->cap - w->n && (!w->grows || !grow(w, w->n + n)))) {
		w->bad = true;
		return NULL;
	}
	at = w->p + w->n;
	w->n += n;
	return at;
}

void
wr_number(struct writer *w, size_t n, uint64_t v)
{
	uint8_t *at = room(w, n);

	for (size_t i = 0; at != NULL && i < n; i++)
		at[i] = (uint8_t)(v >> 8 * (n - 1 - i));
}

void
wr_u8(struct writer *w, uint8_t v)
{
	wr_number(w, 1, v);
}

void
wr_u16(struct writer *w, uint16_t v)
{
	wr_number(w, 2, v);
}

void
wr_u32(struct writer *w, uint32_t v)
{
	wr_number(w, 4, v);
}

void
wr_u64(struct writer *w, uint64_t v)
{
	wr_number(w, 8, v);
}

void
wr_bytes(struct writer *w, const void *p, size_t n)
{
	uint8_t *at;

	if (n > 0 && (at = room(w, n)) != NULL)
		memcpy(at, p, n);
}

void
wr_span(struct writer *w, struct span s)
{
	wr_bytes(w, s.p, s.n);
}

static void
wr_sized(struct writer *w, size_t width, size_t max, struct span s)
{
	if (s.n > max) {
		w->bad = true;
		return;
	}
	wr_number(w, width, s.n);
	wr_span(w, s);
}

void
wr_span8(struct writer *w, struct span s)
{
	wr_sized(w, 1, UINT8_MAX, s);
}

void
wr_span16(struct writer *w, struct span s)
{
	wr_sized(w, 2, UINT16_MAX, s);
}

void
wr_span32(struct writer *w, struct span s)
{
	wr_sized(w, 4, UINT32_MAX, s);
}

void
wr_zero(struct writer *w, size_t n)
{
	uint8_t *at = room(w, n);

	if (at != NULL && n > 0)
		memset(at, 0, n);
}

void
wr_patch_u32(struct writer *w, size_t at, uint32_t v)
{
	if (w->bad || w->n < 4 || at > w->n - 4)
		return;
	for (size_t i = 0; i < 4; i++)
		w->p[at + i] = (uint8_t)(v >> 8 * (3 - i));
}
