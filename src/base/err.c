/* SPDX-License-Identifier: Apache-2.0 */
/* Errors: first failure wins, text is for our own log. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"

static void
fill(struct err *e, enum err_code code, const char *reason, const char *fmt, va_list ap)
{
	if (e == NULL || e->code != ERR_NONE)
		return;
	e->code = code;
	snprintf(e->reason, sizeof(e->reason), "%s", reason);
	vsnprintf(e->text, sizeof(e->text), fmt, ap);
}

bool
err_set(struct err *e, enum err_code code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fill(e, code, "", fmt, ap);
	va_end(ap);
	return false;
}

bool
err_why(struct err *e, enum err_code code, const char *reason, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fill(e, code, reason, fmt, ap);
	va_end(ap);
	return false;
}

bool
err_errno(struct err *e, enum err_code code, int cause, const char *fmt, ...)
{
	bool first = e != NULL && e->code == ERR_NONE;
	va_list ap;

	va_start(ap, fmt);
	fill(e, code, "", fmt, ap);
	va_end(ap);
	if (first) {
		size_t n = strlen(e->text);

		e->cause = cause;
		snprintf(e->text + n, sizeof(e->text) - n, ": %s", strerror(cause));
	}
	return false;
}

const char *
err_name(enum err_code code)
{
	static const char *const names[] = { "none", "format", "denied", "state", "missing",
		"busy", "backend", "bug" };

	return (size_t)code < COUNT(names) ? names[code] : "unknown";
}

void
err_clear(struct err *e)
{
	memset(e, 0, sizeof(*e));
}

void
bug(const char *what)
{
	fprintf(stderr, "bug: %s\n", what);
	abort();
}
