/* SPDX-License-Identifier: Apache-2.0 */
/* propria-sam: its command line. */
#include <fcntl.h>
#include <getopt.h>
#include <stdlib.h>
#include <unistd.h>

#include "audit/flusher.h"
#include "base/log.h"
#include "launch/ceremony.h"
#include "launch/launcher.h"
#include "sam/trade.h"
#include "token/reader.h"

static const char usage[] =
    "propria-sam: the signature activation module\n"
    "\n"
    "  propria-sam [run] -c FILE [--pin-fd N]   run; stops on SIGTERM\n"
    "  propria-sam --check -c FILE              print the effective configuration\n"
    "  propria-sam init ...                     found a group: the first part of the ceremony\n"
    "  propria-sam found ...                    the second: the founders' approvals\n"
    "  propria-sam --version | --help\n"
    "\n"
    "  -c, --config FILE   configuration (INI)\n"
    "  --pin-fd N          the token's PIN is one line on this descriptor; else [module]\n"
    "                      pin_file, else the terminal is asked\n";

struct command {
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
	static const struct launcher_parts parts = { decider_run, flusher, &sam_trade,
		token_reader_run };
	struct err e = {0};
	AUTO(config) *config = config_load(c->config, &e);

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
wrong(const char *what)
{
	fprintf(stderr, "propria-sam: %s; see propria-sam --help\n", what);
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
run_main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "pin-fd", required_argument, NULL, OPTION_PIN_FD },
		{ "check", no_argument, NULL, OPTION_CHECK },
		{ "version", no_argument, NULL, OPTION_VERSION },
		{ "help", no_argument, NULL, OPTION_HELP },
		{ NULL, 0, NULL, 0 }
	};
	struct command c = { .pin_fd = -1 };
	int o;

	while ((o = getopt_long(argc, argv, "c:", options, NULL)) != -1) {
		if (o == 'c')
			c.config = optarg;
		else if (o == OPTION_CHECK)
			c.check = true;
		else if (o == OPTION_VERSION)
			return puts("propria-sam " PROPRIA_VERSION) < 0;
		else if (o == OPTION_HELP)
			return fputs(usage, stdout) < 0;
		else if (o != OPTION_PIN_FD || !descriptor_read(optarg, &c.pin_fd))
			return wrong("option not understood");
	}
	if (optind < argc)
		return wrong("one command at most, before its options");
	return c.config == NULL ? wrong("no configuration: -c FILE is missing") : run(&c);
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
main(int argc, char **argv)
{
	log_open("propria-sam");
	if (!standard_descriptors())
		return 1;
	if (argc > 1 && (strcmp(argv[1], "init") == 0 || strcmp(argv[1], "found") == 0))
		return ceremony_main(argc - 1, argv + 1, &sam_trade);
	if (argc > 1 && strcmp(argv[1], "run") == 0)
		return run_main(argc - 1, argv + 1);
	return run_main(argc, argv);
}
