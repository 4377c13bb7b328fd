/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON being written, straight into a writer. Commas come by themselves; a NULL name is for
 * elements of arrays. Nothing here writes null: what is absent is left out.
 */
#ifndef JSON_EMIT_H
#define JSON_EMIT_H

#include "base/span.h"
#include "base/writer.h"

struct emit {
	struct writer	*w;
	bool		 comma;
};

struct emit emit_into(struct writer *);

void	emit_object(struct emit *, const char *name);
void	emit_object_end(struct emit *);
void	emit_array(struct emit *, const char *name);
void	emit_array_end(struct emit *);
void	emit_text(struct emit *, const char *name, const char *text);
void	emit_span(struct emit *, const char *name, struct span text);	/* UTF-8 */
void	emit_number(struct emit *, const char *name, uint64_t);
void	emit_flag(struct emit *, const char *name, bool);
void	emit_base64(struct emit *, const char *name, struct span bytes);
void	emit_base64url(struct emit *, const char *name, struct span bytes);
void	emit_hex(struct emit *, const char *name, struct span bytes);
void	emit_json(struct emit *, const char *name, struct span json);	/* as json_write gave it */

#endif
