/* SPDX-License-Identifier: Apache-2.0 */
/* Options: one table of names, then what each command must and must not have. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ca/options.h"

#define DAYS_MAX	1095

enum { O_MODULE = 1, O_TOKEN, O_DIR, O_PIN_FD, O_CSR, O_OUT, O_POLICY, O_DAYS, O_ATTESTATION,
	O_ATTESTATION_KEY, O_GROUP };

static const struct option names[] = {
	{ "module", required_argument, NULL, O_MODULE },
	{ "token", required_argument, NULL, O_TOKEN },
	{ "dir", required_argument, NULL, O_DIR },
	{ "pin-fd", required_argument, NULL, O_PIN_FD },
	{ "csr", required_argument, NULL, O_CSR },
	{ "out", required_argument, NULL, O_OUT },
	{ "policy", required_argument, NULL, O_POLICY },
	{ "days", required_argument, NULL, O_DAYS },
	{ "attestation", required_argument, NULL, O_ATTESTATION },
	{ "attestation-key", required_argument, NULL, O_ATTESTATION_KEY },
	{ "group", required_argument, NULL, O_GROUP },
	{ 0 }
};

void
options_usage(void)
{
	fprintf(stderr,
	    "A CA for demonstrations and tests only: nobody should trust what it issues.\n"
	    "  propria-trial-ca init  --module PATH --token LABEL --pin-fd N --dir DIR\n"
	    "  propria-trial-ca issue --module PATH --token LABEL --pin-fd N --dir DIR\n"
	    "        --csr FILE --days N --out FILE [--policy OID]\n"
	    "        [--attestation FILE --attestation-key FILE --group HEX]\n");
}

static bool
read_number(const char *name, const char *text, unsigned min, unsigned max, unsigned *out,
    struct err *e)
{
	char *end;
	unsigned long v = strtoul(text, &end, 10);

	if (text[0] < '0' || text[0] > '9' || *end != '\0' || v < min || v > max)
		return err_set(e, ERR_FORMAT, "--%s must be a number from %u to %u", name, min, max);
	*out = (unsigned)v;
	return true;
}

static bool
set(struct options *o, int which, const char *value, struct err *e)
{
	const char **texts[] = { [O_MODULE] = &o->module, [O_TOKEN] = &o->token, [O_DIR] = &o->dir,
		[O_CSR] = &o->csr, [O_OUT] = &o->out, [O_POLICY] = &o->policy,
		[O_ATTESTATION] = &o->attestation, [O_ATTESTATION_KEY] = &o->attestation_key,
		[O_GROUP] = &o->group };
	unsigned fd;

	if (which == O_DAYS)
		return read_number("days", value, 1, DAYS_MAX, &o->days, e);
	if (which == O_PIN_FD) {
		if (!read_number("pin-fd", value, 0, 1024, &fd, e))
			return false;
		o->pin_fd = (int)fd;
		return true;
	}
	*texts[which] = value;
	return true;
}

static bool
is_complete(const struct options *o, struct err *e)
{
	bool issue = strcmp(o->command, "issue") == 0;
	int attested = (o->attestation != NULL) + (o->attestation_key != NULL) + (o->group != NULL);

	if (!issue && strcmp(o->command, "init") != 0)
		return err_set(e, ERR_FORMAT, "the command must be init or issue");
	if (o->module == NULL || o->token == NULL || o->dir == NULL || o->pin_fd < 0)
		return err_set(e, ERR_FORMAT, "--module, --token, --pin-fd and --dir are needed");
	if (issue && (o->csr == NULL || o->out == NULL || o->days == 0))
		return err_set(e, ERR_FORMAT, "issue needs --csr, --days and --out");
	if (!issue && (o->csr != NULL || o->out != NULL || o->days != 0 || o->policy != NULL))
		return err_set(e, ERR_FORMAT, "--csr, --days, --out and --policy are for issue only");
	if (attested != 0 && (attested != 3 || !issue))
		return err_set(e, ERR_FORMAT, "--attestation, --attestation-key and --group go together, "
		    "with issue");
	return true;
}

bool
options_read(int argc, char **argv, struct options *out, struct err *e)
{
	struct options o = { .pin_fd = -1 };
	int which;

	if (argc < 2)
		return err_set(e, ERR_FORMAT, "a command is needed: init or issue");
	o.command = argv[1];
	opterr = 0;
	optind = 2;
	while ((which = getopt_long(argc, argv, "", names, NULL)) != -1) {
		if (which == '?')
			return err_set(e, ERR_FORMAT, "unknown option, or one without its value");
		if (!set(&o, which, optarg, e))
			return false;
	}
	if (optind != argc)
		return err_set(e, ERR_FORMAT, "too many arguments");
	if (!is_complete(&o, e))
		return false;
	*out = o;
	return true;
}
