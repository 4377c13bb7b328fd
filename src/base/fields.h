/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages as tables: one row for each field in the order of the wire, read and written by one
 * pair of functions. What the reader refuses, the writer refuses, too: one encoding, one bound.
 *
 *	static const struct field msg_use_items[] = {
 *		{ NUMBER(struct msg_use, index[0]), EACH_OF(struct msg_use, index), .rises = true },
 *		{ SPAN8(struct msg_use, digest[0], 1, DIGEST_MAX), EACH_OF(struct msg_use, digest) },
 *		{ FIELD_END },
 *	};
 *	static const struct field msg_use_fields[] = {
 *		{ BYTES(struct msg_use, activation) },
 *		{ LIST32(struct msg_use, n, 1, USES_MAX, msg_use_items) },
 *		{ FIELD_END },
 *	};
 *	MESSAGE(msg_use, "USE")		defines what MESSAGE_OF(msg_use) declares: _read and _write
 */
#ifndef BASE_FIELDS_H
#define BASE_FIELDS_H

#include "base/err.h"
#include "base/reader.h"
#include "base/writer.h"

enum field_kind { FIELD_END, FIELD_NUMBER, FIELD_BYTES, FIELD_SPAN, FIELD_TEXT, FIELD_HELD,
	FIELD_LIST, FIELD_PART, FIELD_MAGIC, FIELD_CHECK };

struct field {
	enum field_kind	kind;
	uint8_t		wire;		/* bytes of the number, length or count in the message */
	uint8_t		size;		/* bytes of the number in the struct */
	bool		rises;		/* a number in a list: greater than the one before */
	uint32_t	at;		/* offset in the struct; in a list, of the first */
	uint32_t	step;		/* in a list, to the next */
	uint64_t	min, max;	/* of the number, length or count */
	union {
		const struct field	*fields;	/* of a list's item or of a part */
		const char		*magic;
		size_t			length_at;	/* of a held span: its length, a size_t */
		bool			(*holds)(const void *message);	/* what no row can say */
	};
};

#define MEMBER(t, m)	(((t *)0)->m)

#define RANGE(t, m, least, most) .kind = FIELD_NUMBER, .wire = sizeof(MEMBER(t, m)),		\
	.size = _Generic(MEMBER(t, m), uint8_t: 1, uint16_t: 2, uint32_t: 4, uint64_t: 8),	\
	.at = offsetof(t, m), .min = (least), .max = (most)
#define NUMBER(t, m)	RANGE(t, m, 0, UINT64_MAX)
/* 0 or 1 */
#define FLAG(t, m)	.kind = FIELD_NUMBER, .wire = 1, .size = 1, .max = 1,			\
	.at = _Generic(MEMBER(t, m), bool: offsetof(t, m))
/* An array of bytes, all of it. */
#define BYTES(t, m)	.kind = FIELD_BYTES, .max = sizeof(MEMBER(t, m)),			\
	.at = _Generic(&MEMBER(t, m)[0], uint8_t *: offsetof(t, m))
#define SIZED(k, t, m, type, width, least, most) .kind = (k), .wire = (width),			\
	.at = _Generic(MEMBER(t, m), type: offsetof(t, m)), .min = (least), .max = (most)
#define SPAN8(t, m, least, most)	SIZED(FIELD_SPAN, t, m, struct span, 1, least, most)
#define SPAN16(t, m, least, most)	SIZED(FIELD_SPAN, t, m, struct span, 2, least, most)
#define SPAN32(t, m, least, most)	SIZED(FIELD_SPAN, t, m, struct span, 4, least, most)
#define TEXT8(t, m, least, most)	SIZED(FIELD_TEXT, t, m, struct span, 1, least, most)
#define TEXT16(t, m, least, most)	SIZED(FIELD_TEXT, t, m, struct span, 2, least, most)
/* An array of bytes as long as another member says: copied, not lent. */
#define HELD(t, m, length, width, least) .kind = FIELD_HELD, .wire = (width),			\
	.at = _Generic(&MEMBER(t, m)[0], uint8_t *: offsetof(t, m)), .min = (least),		\
	.max = sizeof(MEMBER(t, m)), .length_at = _Generic(MEMBER(t, length), size_t: offsetof(t, length))
#define HELD8(t, m, length, least)	HELD(t, m, length, 1, least)
#define HELD16(t, m, length, least)	HELD(t, m, length, 2, least)
/* The member is the count, a size_t; the rows of an item name the arrays. NULL: the count alone. */
#define LIST(t, m, width, least, most, rows)							\
	SIZED(FIELD_LIST, t, m, size_t, width, least, most), .fields = (rows)
#define LIST8(t, m, least, most, rows)	LIST(t, m, 1, least, most, rows)
#define LIST16(t, m, least, most, rows)	LIST(t, m, 2, least, most, rows)
#define LIST32(t, m, least, most, rows)	LIST(t, m, 4, least, most, rows)
#define EACH_OF(t, array)	.step = sizeof(MEMBER(t, array[0]))
/* A struct within the struct. */
#define PART(t, m, rows) .kind = FIELD_PART, .at = offsetof(t, m), .fields = (rows)
#define MAGIC(text)	.kind = FIELD_MAGIC, .magic = (text), .max = sizeof(text) - 1
#define CHECKED(f)	.kind = FIELD_CHECK, .holds = (f)

/* What the reader stands on; bytes behind it stay. On failure the struct is undefined. */
bool	fields_read(struct reader *, const struct field *, void *) MUST_USE;
/* Row by row of the i-th item; what is out of its bounds makes the writer bad (not a lax one). */
void	fields_write(struct writer *, const struct field *, const void *, size_t i);
/* All that is there; else *e names the message and the byte. */
bool	message_read(struct reader *, const struct field *, void *, const char *name, struct err *)
	    MUST_USE;

#define MESSAGE_OF(name)									\
	bool name##_read(struct reader *, struct name *, struct err *) MUST_USE;		\
	void name##_write(struct writer *, const struct name *)
#define MESSAGE(name, title)									\
	bool name##_read(struct reader *r, struct name *m, struct err *e)			\
	{ return message_read(r, name##_fields, m, title, e); }					\
	void name##_write(struct writer *w, const struct name *m)				\
	{ fields_write(w, name##_fields, m, 0); }

#endif
