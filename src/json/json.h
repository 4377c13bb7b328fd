/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON being read: jansson within bounds. Duplicate members are refused, depth and size are
 * limited, `null` means absent everywhere. The getters lend from the document.
 */
#ifndef JSON_JSON_H
#define JSON_JSON_H

#include "base/err.h"
#include "base/span.h"

#define JSON_DEPTH_MAX	16

struct json_t;		/* jansson's */
typedef struct json_t json_t;

/* What a member turned out to be: a wrong type is not absence, and callers answer differently. */
enum json_got { JSON_ABSENT, JSON_GOT, JSON_WRONG };

/* The whole text must be one object. Yours; release with json_release. */
json_t	*json_read(struct span text, size_t max, struct err *) MUST_USE;
void	 json_release(json_t *);
static inline void
json_release_auto(json_t **j)
{
	json_release(*j);
}
#define AUTO_JSON __attribute__((cleanup(json_release_auto))) json_t

enum json_got json_text(const json_t *object, const char *name, size_t max, struct span *text);
enum json_got json_whole(const json_t *object, const char *name, int64_t *number);
/* A whole number or one with a fraction, which is dropped: for the times of a JWT. */
enum json_got json_seconds(const json_t *object, const char *name, int64_t *seconds);
enum json_got json_flag(const json_t *object, const char *name, bool *flag);
enum json_got json_member(const json_t *object, const char *name, const json_t **object_or_array);
enum json_got json_list(const json_t *object, const char *name, const json_t **array, size_t *n);
/* Elements of an array; false if it is not of that type (or text over max). */
bool	json_text_at(const json_t *array, size_t i, size_t max, struct span *text);
bool	json_whole_at(const json_t *array, size_t i, int64_t *number);
const json_t *json_object_at(const json_t *array, size_t i);	/* NULL if it is not an object */

#endif
