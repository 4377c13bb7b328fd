/* SPDX-License-Identifier: Apache-2.0 */
/* A module's command line: the trade says which. */
#include <fcntl.h>
#include <getopt.h>
#include <stdlib.h>
#include <unistd.h>

#include "audit/flusher.h"
#include "base/log.h"
#include "launch/ceremony.h"
#include "launch/launcher.h"
#include "launch/program.h"
#include "sam/trade.h"

static const char usage[] =
    "%1$s: %2$s\n"
    "\n"
    "  %1$s [run] -c FILE [--pin-fd N]   run; stops on SIGTERM\n"
    "  %1$s --check -c FILE              print the effective configuration\n"
    "  %1$s init ...                     found a group: the first part of the ceremony\n"
    "  %1$s found ...                    the second: the founders' approvals\n"
    "  %1$s --version | --help\n"
    "\n"
    "  -c, --config FILE   configuration (INI)\n"
    "  --pin-fd N          the token's PIN is one line on this descriptor; else [module]\n"
    "                      pin_file, else the terminal is asked\n";

struct command {
	const struct trade *trade;
	int		(*reader)(int fd);
	const char	*config;
	int		 pin_fd;
	bool		 check;
};

static int
flusher(int control, int log_fd, int tree_fd, int dir_fd)
{
	struct flusher_fds fds = { .control = control, .log = log_fd, .tree = tree_fd,
		.dir = dir_fd };
	struct err e = {0};

	if (flusher_run(&fds, &e))
		return 0;
	log_error("%s", e.text);
	return 1;
}

static int
run(const struct command *c)
{
	const struct launcher_parts parts = { decider_run, flusher, c->trade, c->reader };
	struct err e = {0};
	AUTO(config) *config = config_load_section(c->trade->section, c->config, &e);

	if (config == NULL) {
		log_error("%s", e.text);
		return 1;
	}
	if (c->check) {
		config_print(config, stdout);
		return fflush(stdout) == 0 ? 0 : 1;
	}
	return launcher_run(config, c->pin_fd, &parts);
}

static int
wrong(const struct trade *trade, const char *what)
{
	fprintf(stderr, "%1$s: %2$s; see %1$s --help\n", trade->name, what);
	return 2;
}

static bool
descriptor_read(const char *text, int *out)
{
	char *end;
	long v = strtol(text, &end, 10);

	if (*text == '\0' || *end != '\0' || v < 0 || v > 1000000)
		return false;
	*out = (int)v;
	return true;
}

enum { OPTION_PIN_FD = 256, OPTION_CHECK, OPTION_VERSION, OPTION_HELP };

static int
run_main(int argc, char **argv, const struct trade *trade, int (*reader)(int fd))
{
	static const struct option options[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "pin-fd", required_argument, NULL, OPTION_PIN_FD },
		{ "check", no_argument, NULL, OPTION_CHECK },
		{ "version", no_argument, NULL, OPTION_VERSION },
		{ "help", no_argument, NULL, OPTION_HELP },
		{ NULL, 0, NULL, 0 }
	};
	struct command c = { .trade = trade, .reader = reader, .pin_fd = -1 };
	int o;

	while ((o = getopt_long(argc, argv, "c:", options, NULL)) != -1) {
		if (o == 'c')
			c.config = optarg;
		else if (o == OPTION_CHECK)
			c.check = true;
		else if (o == OPTION_VERSION)
			return printf("%s " PROPRIA_VERSION "\n", trade->name) < 0;
		else if (o == OPTION_HELP)
			return printf(usage, trade->name, trade->title) < 0;
		else if (o != OPTION_PIN_FD || !descriptor_read(optarg, &c.pin_fd))
			return wrong(trade, "option not understood");
	}
	if (optind < argc)
		return wrong(trade, "one command at most, before its options");
	return c.config == NULL ? wrong(trade, "no configuration: -c FILE is missing") : run(&c);
}

/* 0, 1 and 2 are never something else than what they are for. */
static bool
standard_descriptors(void)
{
	int fd;

	while ((fd = open("/dev/null", O_RDWR)) >= 0 && fd <= STDERR_FILENO)
		;
	if (fd > STDERR_FILENO)
		close(fd);
	return fd > STDERR_FILENO;
}

int
program_main(int argc, char **argv, const struct trade *trade, int (*reader)(int fd))
{
	log_open(trade->name);
	if (!standard_descriptors())
		return 1;
	if (argc > 1 && (strcmp(argv[1], "init") == 0 || strcmp(argv[1], "found") == 0))
		return ceremony_main(argc - 1, argv + 1, trade);
	if (argc > 1 && strcmp(argv[1], "run") == 0)
		return run_main(argc - 1, argv + 1, trade, reader);
	return run_main(argc, argv, trade, reader);
}
