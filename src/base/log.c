/* SPDX-License-Identifier: Apache-2.0 */
/* Operational messages: time, program, level, text; one write per line. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"

static const char *name = "propria";

void
log_open(const char *program)
{
	name = program;
}

static void
line(const char *level, const char *fmt, va_list ap)
{
	uint64_t now = clock_wall();
	time_t s = (time_t)(now / 1000);
	struct tm t;
	char text[512];
	int n;

	gmtime_r(&s, &t);
	n = snprintf(text, sizeof(text), "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ %s %s: ",
	    t.tm_year + 1900, t.tm_mon + 1, t.tm_mday, t.tm_hour, t.tm_min, t.tm_sec,
	    (int)(now % 1000), name, level);
	n += vsnprintf(text + n, sizeof(text) - (size_t)n, fmt, ap);
	if (n > (int)sizeof(text) - 2)
		n = (int)sizeof(text) - 2;
	text[n++] = '\n';
	if (write(STDERR_FILENO, text, (size_t)n) < 0)
		return;	/* nowhere to complain */
}

void
log_info(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	line("info", fmt, ap);
	va_end(ap);
}

void
log_warn(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	line("warning", fmt, ap);
	va_end(ap);
}

void
log_error(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	line("error", fmt, ap);
	va_end(ap);
}
