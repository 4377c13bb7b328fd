/* SPDX-License-Identifier: Apache-2.0 */
/*
 * DER, the one encoding of X.690, in bounds: single-byte tags, definite minimal lengths under
 * 16 MiB. Nothing recurses: the depth of what is read is the depth of the code that reads it.
 * A der_ reader returns false without moving the reader or touching its output.
 */
#ifndef DER_DER_H
#define DER_DER_H

#include "base/reader.h"
#include "base/writer.h"

enum der_tag {
	DER_BOOLEAN = 0x01, DER_INTEGER = 0x02, DER_BIT_STRING = 0x03, DER_OCTET_STRING = 0x04,
	DER_NULL = 0x05, DER_OID = 0x06, DER_UTF8 = 0x0c, DER_PRINTABLE = 0x13, DER_IA5 = 0x16,
	DER_UTC_TIME = 0x17, DER_GENERALIZED_TIME = 0x18, DER_SEQUENCE = 0x30, DER_SET = 0x31
};
#define DER_CONTEXT(n)	(0x80 | (n))	/* [n] IMPLICIT over a primitive type */
#define DER_EXPLICIT(n)	(0xa0 | (n))	/* [n] EXPLICIT, or IMPLICIT over SEQUENCE or SET */
#define DER_OID_MAX	32		/* bytes of the longest object identifier we handle */
#define DER_DOTTED_MAX	192		/* characters of its dotted text, with the final zero */

bool	der_is(const struct reader *, uint8_t tag);			/* the next one has this tag */
bool	der_any(struct reader *, uint8_t *tag, struct span *content, struct span *whole);
bool	der_take(struct reader *, uint8_t tag, struct span *content);	/* lent */
bool	der_whole(struct reader *, uint8_t tag, struct span *whole);	/* lent, with tag and length */
bool	der_enter(struct reader *, uint8_t tag, struct reader *inside);
/* Not negative, minimal, at most max bytes; lends it without the sign byte (zero is one byte). */
bool	der_unsigned(struct reader *, size_t max, struct span *);
bool	der_small(struct reader *, uint32_t *);
bool	der_flag(struct reader *, bool *);	/* BOOLEAN DEFAULT FALSE: absent, or TRUE */
bool	der_oid(struct reader *, struct span *);	/* its content, each arc minimal */
bool	der_bits(struct reader *, struct span *);	/* BIT STRING without unused bits */
bool	der_named_bits(struct reader *, uint16_t *);	/* bit i of the list is 1 << i; at most 16 */
bool	der_null(struct reader *);
/* RFC 5280 4.1.2.5: UTCTime through 2049, GeneralizedTime from 2050, in seconds, Z; from 1970. */
bool	der_time(struct reader *, uint64_t *ms);

/* der_begin ... der_end nest; der_end moves what is inside if its length needs more bytes. */
size_t	der_begin(struct writer *, uint8_t tag);
void	der_end(struct writer *, size_t begun);
void	der_put(struct writer *, uint8_t tag, struct span content);
void	der_put_unsigned(struct writer *, struct span big_endian);
void	der_put_small(struct writer *, uint32_t);
void	der_put_true(struct writer *);
void	der_put_null(struct writer *);
void	der_put_oid(struct writer *, const char *dotted);	/* malformed: the writer goes bad */
void	der_put_bits(struct writer *, struct span);
void	der_put_named_bits(struct writer *, uint16_t);
void	der_put_time(struct writer *, uint64_t ms);		/* as der_time reads it; until 9999 */
/* SET OF: the elements in ascending order of their encodings; sorts the array given. */
void	der_put_set_of(struct writer *, uint8_t tag, struct span *elements, size_t n);

bool	oid_to_text(struct span oid, char out[DER_DOTTED_MAX]);
bool	oid_is(struct span oid, const char *dotted);

#endif
