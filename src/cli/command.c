/* SPDX-License-Identifier: Apache-2.0 */
/* Dispatch, options, help, exit codes. */
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/encode.h"

static const struct option_row common[] = {
	{ "json", NULL, "print the result as JSON" },
	{ "help", NULL, "print this and end" },
};

static size_t
option_count(const struct command *c)
{
	size_t n = 0;

	while (c->options != NULL && c->options[n].name != NULL)
		n++;
	if (n > OPTIONS_MAX)
		bug("more options than a call has room for");
	return n;
}

static void
print_row(FILE *f, const struct option_row *o)
{
	char left[64];

	snprintf(left, sizeof(left), "--%s%s%s", o->name, o->arg == NULL ? "" : " ",
	    o->arg == NULL ? "" : o->arg);
	fprintf(f, "  %-26s %s\n", left, o->help);
}

static void
print_help(FILE *f, const struct command *c)
{
	fprintf(f, "usage: propria %s%s%s%s\n%s.\n\n", c->name,
	    option_count(c) > 0 ? " [options]" : "", c->operands[0] == '\0' ? "" : " ",
	    c->operands, c->summary);
	for (size_t i = 0; i < option_count(c); i++)
		print_row(f, &c->options[i]);
	for (size_t i = 0; i < COUNT(common); i++)
		print_row(f, &common[i]);
}

static void
print_table(FILE *f, const struct command *table)
{
	fprintf(f, "usage: propria COMMAND [options]\n"
	    "Keys on a server that only their owner can use: sign, verify, manage, watch.\n\n");
	for (; table->name != NULL; table++)
		fprintf(f, "  %-24s %s\n", table->name, table->summary);
	fprintf(f, "\npropria COMMAND --help says more; so does propria(1).\n"
	    "Exit codes: 0 done, 1 failed, 2 usage, 3 refused, 4 not valid, 5 unreachable, "
	    "6 declined.\n");
}

/* How many words of argv this row's name takes, 0 if it is another. */
static int
matches(const struct command *c, int argc, char **argv)
{
	const char *space = strchr(c->name, ' ');
	size_t first = space == NULL ? strlen(c->name) : (size_t)(space - c->name);

	if (argc < 2 || strlen(argv[1]) != first || strncmp(argv[1], c->name, first) != 0)
		return 0;
	if (space == NULL)
		return 1;
	return argc > 2 && strcmp(argv[2], space + 1) == 0 ? 2 : 0;
}

static const struct command *
find(const struct command *table, int argc, char **argv, int *words)
{
	for (; table->name != NULL; table++)
		if ((*words = matches(table, argc, argv)) > 0)
			return table;
	return NULL;
}

static bool
take(struct call *c, size_t i, const char *value, struct err *e)
{
	if (c->value[i] != NULL)
		return err_exit(e, EXIT_USAGE, "--%s is given twice", c->command->options[i].name);
	c->value[i] = value == NULL ? "" : value;
	return true;
}

enum { GIVEN_JSON = 1000, GIVEN_HELP };

static bool
parse(struct call *c, int argc, char **argv, bool *help, struct err *e)
{
	struct option longs[OPTIONS_MAX + COUNT(common) + 1] = { 0 };
	size_t n = option_count(c->command);
	int got;

	for (size_t i = 0; i < n; i++)
		longs[i] = (struct option){ c->command->options[i].name,
			c->command->options[i].arg == NULL ? no_argument : required_argument, NULL,
			(int)i + 1 };
	longs[n] = (struct option){ "json", no_argument, NULL, GIVEN_JSON };
	longs[n + 1] = (struct option){ "help", no_argument, NULL, GIVEN_HELP };
	optind = 0;
	opterr = 0;
	while ((got = getopt_long(argc, argv, ":", longs, NULL)) != -1) {
		if (got == GIVEN_JSON)
			c->json = true;
		else if (got == GIVEN_HELP)
			*help = true;
		else if (got == ':')
			return err_exit(e, EXIT_USAGE, "%s needs a value", argv[optind - 1]);
		else if (got == '?' || got < 1 || (size_t)got > n)
			return err_exit(e, EXIT_USAGE, "there is no option %.60s here",
			    argv[optind - 1]);
		else if (!take(c, (size_t)got - 1, optarg, e))
			return false;
	}
	c->n = argc - optind;
	c->operand = argv + optind;
	if (!*help && (c->n < c->command->least ||
	    (c->command->most >= 0 && c->n > c->command->most)))
		return err_exit(e, EXIT_USAGE, "expected: propria %s [options] %s", c->command->name,
		    c->command->operands);
	return true;
}

enum exit_code
command_exit(const struct err *e)
{
	if (e->code == ERR_NONE)
		return EXIT_GOOD;
	return e->cause <= -EXIT_FAILED && e->cause >= -EXIT_DECLINED
	    ? (enum exit_code)-e->cause : EXIT_FAILED;
}

static int
finish(struct call *c, const struct err *e)
{
	enum exit_code code = command_exit(e);

	if (c->json) {
		json_object_set_new(c->doc, "exit", json_integer(code));
		if (code != EXIT_GOOD)
			json_object_set_new(c->doc, "error", json_pack("{s:s,s:s,s:s}", "code",
			    err_name(e->code), "reason", e->reason, "text", e->text));
		json_dumpf(c->doc, c->out, JSON_INDENT(2) | JSON_PRESERVE_ORDER);
		fputc('\n', c->out);
	} else if (code != EXIT_GOOD) {
		fprintf(c->progress, "propria %s: %s\n", c->command->name, e->text);
	}
	if (code == EXIT_USAGE)
		fprintf(c->progress, "See: propria %s --help\n", c->command->name);
	json_decref(c->doc);
	return fflush(c->out) != 0 && code == EXIT_GOOD ? EXIT_FAILED : (int)code;
}

static int
unknown(const struct command *table, int argc, char **argv, FILE *out, FILE *progress)
{
	bool asked = argc > 1 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0);

	if (argc > 1 && !asked)
		fprintf(progress, "propria: there is no command %.40s%s%.40s\n", argv[1],
		    argc > 2 ? " " : "", argc > 2 ? argv[2] : "");
	print_table(asked ? out : progress, table);
	return asked ? EXIT_GOOD : EXIT_USAGE;
}

int
command_main(const struct command *table, int argc, char **argv, FILE *out, FILE *progress)
{
	struct call c = { .out = out, .progress = progress };
	struct err e = { 0 };
	bool help = false;
	int words = 0;

	if ((c.command = find(table, argc, argv, &words)) == NULL)
		return unknown(table, argc, argv, out, progress);
	c.doc = json_object();
	if (!parse(&c, argc - words, argv + words, &help, &e))
		return finish(&c, &e);
	if (help) {
		print_help(out, c.command);
		json_decref(c.doc);
		return EXIT_GOOD;
	}
	if (!c.command->run(&c, &e) && e.code == ERR_NONE)
		bug("a command that failed without saying why");
	return finish(&c, &e);
}

const char *
option(const struct call *c, const char *name)
{
	for (size_t i = 0; i < option_count(c->command); i++)
		if (strcmp(c->command->options[i].name, name) == 0)
			return c->value[i];
	bug("an option that is not in the table");
}

bool
option_is(const struct call *c, const char *name)
{
	return option(c, name) != NULL;
}

const char *
option_needed(const struct call *c, const char *name, struct err *e)
{
	const char *value = option(c, name);

	if (value == NULL || *value == '\0')
		err_exit(e, EXIT_USAGE, "--%s is needed", name);
	return value == NULL || *value == '\0' ? NULL : value;
}

bool
option_number(const struct call *c, const char *name, uint64_t min, uint64_t max, uint64_t *v,
    struct err *e)
{
	const char *text = option(c, name);
	uint64_t number;
	char *end;

	if (text == NULL)
		return true;
	errno = 0;
	number = strtoull(text, &end, 10);
	if (errno != 0 || *text < '0' || *text > '9' || *end != '\0' || number < min || number > max)
		return err_exit(e, EXIT_USAGE, "--%s: a number from %llu to %llu, not %.40s", name,
		    (unsigned long long)min, (unsigned long long)max, text);
	*v = number;
	return true;
}

bool
option_hex(const struct call *c, const char *name, uint8_t *out, size_t n, struct err *e)
{
	const char *text = option(c, name);

	if (text == NULL || hex_typed(text, out, n))
		return true;
	return err_exit(e, EXIT_USAGE, "--%s: %zu hexadecimal digits, not %.80s", name, 2 * n, text);
}

bool
err_exit(struct err *e, enum exit_code code, const char *fmt, ...)
{
	char text[sizeof(e->text)];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (e->code == ERR_NONE) {
		err_set(e, code == EXIT_REFUSED || code == EXIT_INVALID ? ERR_DENIED :
		    code == EXIT_UNREACHABLE ? ERR_BACKEND : ERR_FORMAT, "%s", text);
		e->cause = -(long)code;
	}
	return false;
}

bool
err_mark(struct err *e, enum exit_code code)
{
	e->cause = -(long)code;
	return false;
}
