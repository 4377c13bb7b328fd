/* SPDX-License-Identifier: Apache-2.0 */
/* What a command prints: text for people, or members of one JSON object. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/encode.h"

void
say(struct call *c, const char *fmt, ...)
{
	va_list ap;

	if (c->json)
		return;
	va_start(ap, fmt);
	vfprintf(c->out, fmt, ap);
	va_end(ap);
}

void
note(struct call *c, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vfprintf(c->progress, fmt, ap);
	va_end(ap);
}

void
put_json(struct call *c, const char *key, json_t *value)
{
	if (value == NULL || json_object_set_new(c->doc, key, value) != 0)
		bug("a result that is not JSON");
}

void
put_text(struct call *c, const char *key, const char *text)
{
	put_json(c, key, json_string(text));
}

void
put_span(struct call *c, const char *key, struct span text)
{
	json_t *value = json_stringn((const char *)text.p, text.n);

	put_json(c, key, value == NULL ? json_string("(not text)") : value);
}

void
put_number(struct call *c, const char *key, uint64_t v)
{
	put_json(c, key, json_integer((json_int_t)v));
}

void
put_hex(struct call *c, const char *key, struct span bytes)
{
	char *text = hex_new(bytes);

	put_text(c, key, text);
	free(text);
}

bool
confirm(struct call *c, const char *word, struct err *e)
{
	char line[64] = "";
	FILE *tty = fopen("/dev/tty", "r+");

	if (tty == NULL)
		return err_exit(e, EXIT_DECLINED, "there is no terminal to ask on, so nothing was "
		    "done; look at what is shown and repeat with --yes");
	fflush(c->out);
	fprintf(tty, "Type %s to go on: ", word);
	fflush(tty);
	if (fgets(line, sizeof(line), tty) != NULL)
		line[strcspn(line, "\n")] = '\0';
	fclose(tty);
	return strcmp(line, word) == 0 ||
	    err_exit(e, EXIT_DECLINED, "you did not type %s, so nothing was done", word);
}
