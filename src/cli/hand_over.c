/* SPDX-License-Identifier: Apache-2.0 */
/* What is handed over decides nothing: the page hashes what it gets and shows it only if it is what is signed. */
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/encode.h"
#include "cli/file.h"
#include "cli/hand_over.h"

#define DOCUMENT_MAX	(8u << 20)	/* docs/api.md */
#define PART_MAX	(256u << 10)

static json_t *
part_json(struct span whole, size_t at, const char *name)
{
	size_t n = whole.n - at < PART_MAX ? whole.n - at : PART_MAX;
	json_t *j = json_object();

	ssa_put_base64(j, "bytes", span_of(whole.p + at, n));
	if (name == NULL) {
		json_object_set_new(j, "size", json_integer((json_int_t)whole.n));
	} else {
		json_object_set_new(j, "document", json_string(name));
		json_object_set_new(j, "at", json_integer((json_int_t)at));
	}
	return j;
}

/* The name that the first answer gives goes with the rest. */
static bool
parts_send(struct ssa *s, struct span whole, json_t *names, struct err *e)
{
	const char *name = NULL;

	for (size_t at = 0; at < whole.n; at += PART_MAX) {
		AUTO_JSON *j = ssa_post(s, "/propria/v1/documents", part_json(whole, at, name), e);

		if (j == NULL || (name == NULL && !ssa_text(j, "document", &name, e)))
			return false;
		if (at == 0) {
			json_array_append_new(names, json_string(name));
			name = json_string_value(json_array_get(names, json_array_size(names) - 1));
		}
	}
	return true;
}

json_t *
hand_over(struct ssa *s, const struct signing_job *job, struct err *e)
{
	AUTO_JSON *names = json_array();

	for (size_t i = 0; i < job->n; i++) {
		AUTO_WRITER whole = writer_grow(DOCUMENT_MAX);

		if (!file_read(job->list[i].path, &whole, e)) {
			err_clear(e);
			err_exit(e, EXIT_USAGE, "%.80s is empty, cannot be read, or is larger than the 8 MiB that the signing "
			    "page can be shown: leave --show out", file_name(job->list[i].path));
			return NULL;
		}
		if (whole.n == 0)
			json_array_append_new(names, json_string(""));
		else if (!parts_send(s, writer_span(&whole), names, e))
			return NULL;
	}
	return json_incref(names);
}
