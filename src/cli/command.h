/* SPDX-License-Identifier: Apache-2.0 */
/* A subcommand as a row of a table: parsing, help and exit codes come from the row alone. */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include <jansson.h>
#include <stdint.h>
#include <stdio.h>

#include "base/err.h"
#include "base/span.h"

enum exit_code {
	EXIT_GOOD,		/* done */
	EXIT_FAILED,		/* something here went wrong: a file, a key, a module */
	EXIT_USAGE,		/* the command line is wrong; nothing was tried */
	EXIT_REFUSED,		/* the SAM or the server said no */
	EXIT_INVALID,		/* a signature, receipt or log that does not hold */
	EXIT_UNREACHABLE,	/* nobody answered */
	EXIT_DECLINED		/* you said no */
};

struct option_row {
	const char	*name;		/* "socket"; NULL ends the table */
	const char	*arg;		/* "PATH"; NULL: a switch */
	const char	*help;
};

#define OPTIONS_MAX 24

struct call;
struct command {
	const char	*name;		/* "sign", "officer invite" */
	const char	*operands;	/* as in the synopsis */
	int		 least, most;	/* how many operands; most < 0: any number */
	const char	*summary;
	const struct option_row *options;
	bool		(*run)(struct call *, struct err *);
};

struct call {
	const struct command *command;
	const char	*value[OPTIONS_MAX];	/* in the order of the option rows */
	int		 n;
	char		**operand;
	bool		 json;
	json_t		*doc;			/* what --json prints at the end */
	FILE		*out, *progress;	/* stdout, stderr */
};

/* Finds the row, parses, runs, prints, answers the exit code. Table ends with a nameless row. */
int		 command_main(const struct command *table, int argc, char **argv, FILE *out,
		    FILE *progress);
enum exit_code	 command_exit(const struct err *);

/* The option's value, "" for a switch that is there, NULL if not given. Unknown name: a bug. */
const char	*option(const struct call *, const char *name);
bool		 option_is(const struct call *, const char *name);
/* Outputs untouched if the option was not given. */
bool		 option_number(const struct call *, const char *name, uint64_t min, uint64_t max,
		    uint64_t *, struct err *) MUST_USE;
bool		 option_hex(const struct call *, const char *name, uint8_t *, size_t n, struct err *)
		    MUST_USE;
const char	*option_needed(const struct call *, const char *name, struct err *) MUST_USE;

/* Text for people; silent with --json. */
void		 say(struct call *, const char *fmt, ...) PRINTF(2, 3);
/* Progress and warnings, on stderr. */
void		 note(struct call *, const char *fmt, ...) PRINTF(2, 3);
/* Members of what --json prints. */
void		 put_text(struct call *, const char *key, const char *);
void		 put_span(struct call *, const char *key, struct span text);
void		 put_number(struct call *, const char *key, uint64_t);
void		 put_hex(struct call *, const char *key, struct span);
void		 put_json(struct call *, const char *key, json_t *);	/* takes it */
/* Says what is to be done and waits for that very word on the terminal. */
bool		 confirm(struct call *, const char *word, struct err *) MUST_USE;

/* An error that decides the exit code. Returns false. */
bool		 err_exit(struct err *, enum exit_code, const char *fmt, ...) PRINTF(3, 4);
/* Marks an error that is there already: local bytes that did not hold, or a peer's no. */
bool		 err_mark(struct err *, enum exit_code);

#endif
