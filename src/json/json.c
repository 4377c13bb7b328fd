/* SPDX-License-Identifier: Apache-2.0 */
/* JSON being read: bounds first, then jansson. */
#include <jansson.h>

#include "json/json.h"

/* jansson's own limit is 2048 and cannot be set; brackets outside strings are counted here. */
static bool
depth_within(struct span text)
{
	bool in_string = false;
	size_t depth = 0;

	for (size_t i = 0; i < text.n; i++) {
		uint8_t c = text.p[i];

		if (in_string) {
			if (c == '\\')
				i++;
			else if (c == '"')
				in_string = false;
		} else if (c == '"') {
			in_string = true;
		} else if (c == '{' || c == '[') {
			if (++depth > JSON_DEPTH_MAX)
				return false;
		} else if ((c == '}' || c == ']') && depth > 0) {
			depth--;
		}
	}
	return true;
}

json_t *
json_read(struct span text, size_t max, struct err *e)
{
	json_error_t why;
	json_t *j;

	if (text.n > max) {
		err_set(e, ERR_FORMAT, "JSON over %zu bytes", max);
		return NULL;
	}
	if (!depth_within(text)) {
		err_set(e, ERR_FORMAT, "JSON nested deeper than %d", JSON_DEPTH_MAX);
		return NULL;
	}
	if ((j = json_loadb((const char *)text.p, text.n, JSON_REJECT_DUPLICATES, &why)) == NULL) {
		if (json_error_code(&why) == json_error_duplicate_key)
			err_set(e, ERR_FORMAT, "JSON names a member twice");
		else
			err_set(e, ERR_FORMAT, "no JSON at byte %d", why.position);
		return NULL;
	}
	if (!json_is_object(j)) {
		json_decref(j);
		err_set(e, ERR_FORMAT, "JSON is not an object");
		return NULL;
	}
	return j;
}

void
json_release(json_t *j)
{
	json_decref(j);
}

static const json_t *
present(const json_t *object, const char *name)
{
	const json_t *v = object == NULL ? NULL : json_object_get(object, name);

	return v == NULL || json_is_null(v) ? NULL : v;
}

static bool
text_of(const json_t *v, size_t max, struct span *text)
{
	if (!json_is_string(v) || json_string_length(v) > max)
		return false;
	*text = span_of(json_string_value(v), json_string_length(v));
	return true;
}

enum json_got
json_text(const json_t *object, const char *name, size_t max, struct span *text)
{
	const json_t *v = present(object, name);

	if (v == NULL)
		return JSON_ABSENT;
	return text_of(v, max, text) ? JSON_GOT : JSON_WRONG;
}

enum json_got
json_whole(const json_t *object, const char *name, int64_t *number)
{
	const json_t *v = present(object, name);

	if (v == NULL)
		return JSON_ABSENT;
	if (!json_is_integer(v))
		return JSON_WRONG;
	*number = json_integer_value(v);
	return JSON_GOT;
}

enum json_got
json_seconds(const json_t *object, const char *name, int64_t *seconds)
{
	const json_t *v = present(object, name);
	double d;

	if (v == NULL || json_is_integer(v))
		return json_whole(object, name, seconds);
	if (!json_is_real(v) || (d = json_real_value(v)) < 0 || d > 1e12)
		return JSON_WRONG;
	*seconds = (int64_t)d;
	return JSON_GOT;
}

enum json_got
json_flag(const json_t *object, const char *name, bool *flag)
{
	const json_t *v = present(object, name);

	if (v == NULL)
		return JSON_ABSENT;
	if (!json_is_boolean(v))
		return JSON_WRONG;
	*flag = json_is_true(v);
	return JSON_GOT;
}

enum json_got
json_member(const json_t *object, const char *name, const json_t **object_or_array)
{
	const json_t *v = present(object, name);

	if (v == NULL)
		return JSON_ABSENT;
	if (!json_is_object(v) && !json_is_array(v))
		return JSON_WRONG;
	*object_or_array = v;
	return JSON_GOT;
}

enum json_got
json_list(const json_t *object, const char *name, const json_t **array, size_t *n)
{
	const json_t *v = present(object, name);

	if (v == NULL)
		return JSON_ABSENT;
	if (!json_is_array(v))
		return JSON_WRONG;
	*array = v;
	*n = json_array_size(v);
	return JSON_GOT;
}

bool
json_text_at(const json_t *array, size_t i, size_t max, struct span *text)
{
	return text_of(json_array_get(array, i), max, text);
}

bool
json_whole_at(const json_t *array, size_t i, int64_t *number)
{
	const json_t *v = json_array_get(array, i);

	if (!json_is_integer(v))
		return false;
	*number = json_integer_value(v);
	return true;
}

const json_t *
json_object_at(const json_t *array, size_t i)
{
	const json_t *v = json_array_get(array, i);

	return json_is_object(v) ? v : NULL;
}
