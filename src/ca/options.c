/* SPDX-License-Identifier: Apache-2.0 */
/* Options: one table of names and of the commands that have them; then what must go together. */
#include <getopt.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ca/options.h"

#define DAYS_MAX	1095
#define OPTIONS_MAX	40

enum { INIT = 1 << COMMAND_INIT, ISSUE = 1 << COMMAND_ISSUE, SERVE = 1 << COMMAND_SERVE,
	RA = 1 << COMMAND_RA, REVOKE = 1 << COMMAND_REVOKE, TOKEN = INIT | ISSUE | SERVE | RA };

static const char *const commands[] = { [COMMAND_INIT] = "init", [COMMAND_ISSUE] = "issue",
	[COMMAND_SERVE] = "serve", [COMMAND_RA] = "ra", [COMMAND_REVOKE] = "revoke" };

static const struct row {
	const char	*name;
	unsigned	 of;		/* the commands that take it */
	unsigned	 needed;	/* those that do not go without */
	size_t		 at;		/* in struct options */
	unsigned	 min, max;	/* of a number; max 0: a text */
} rows[] = {
#define TEXT(field)	offsetof(struct options, field), 0, 0
#define NUMBER(field)	offsetof(struct options, field)
	{ "module", TOKEN, INIT | ISSUE | SERVE, TEXT(module) },
	{ "token", TOKEN, INIT | ISSUE | SERVE, TEXT(token) },
	{ "pin-fd", TOKEN, 0, NUMBER(pin_fd), 0, 1024 },
	{ "dir", TOKEN | REVOKE, TOKEN | REVOKE, TEXT(dir) },
	{ "csr", ISSUE, ISSUE, TEXT(csr) },
	{ "out", ISSUE | RA, ISSUE, TEXT(out) },
	{ "days", ISSUE | SERVE, ISSUE, NUMBER(days), 1, DAYS_MAX },
	{ "policy", ISSUE | SERVE, 0, TEXT(policy) },
	{ "attestation", ISSUE, 0, TEXT(attestation) },
	{ "attestation-key", ISSUE | SERVE, 0, TEXT(attestation_key) },
	{ "group", ISSUE | SERVE, 0, TEXT(group) },
	{ "address", SERVE, 0, TEXT(address) },
	{ "port", SERVE, SERVE, NUMBER(port), 0, 65535 },
	{ "url", SERVE, 0, TEXT(url) },
	{ "url-file", SERVE, 0, TEXT(url_file) },
	{ "secret", SERVE, 0, TEXT(secret) },
	{ "reference", SERVE, 0, TEXT(reference) },
	{ "minutes", SERVE, 0, NUMBER(minutes), 1, 1440 },
	{ "qc", SERVE, 0, TEXT(qc) },
	{ "poll", SERVE, 0, NUMBER(poll), 1, 3600 },
	{ "name", RA, RA, TEXT(name) },
	{ "key", RA, 0, TEXT(key) },
	{ "certificate", RA, 0, TEXT(certificate) },
	{ "reason", REVOKE, 0, NUMBER(reason), 0, 10 },
#undef TEXT
#undef NUMBER
};
_Static_assert(COUNT(rows) < OPTIONS_MAX, "room for the names");

void
options_usage(void)
{
	fprintf(stderr,
	    "A CA for demonstrations and tests only: nobody should trust what it issues.\n"
	    "  propria-trial-ca init   TOKEN\n"
	    "  propria-trial-ca issue  TOKEN --csr FILE --days N --out FILE [--policy OID]\n"
	    "        [--attestation FILE --attestation-key FILE --group HEX]\n"
	    "  propria-trial-ca serve  TOKEN --port N [--address IP] [--url URL] [--url-file FILE]\n"
	    "        [--secret FILE [--reference TEXT]] [--days N] [--minutes N] [--policy OID]\n"
	    "        [--qc compliance,sscd,esign,eseal] [--poll SECONDS]\n"
	    "        [--attestation-key FILE --group HEX]\n"
	    "  propria-trial-ca ra     TOKEN --name NAME --out FILE --key FILE\n"
	    "  propria-trial-ca ra     --dir DIR --name NAME --certificate FILE\n"
	    "  propria-trial-ca revoke --dir DIR [--reason N] SERIAL\n"
	    "where TOKEN is --module PATH --token LABEL --pin-fd N --dir DIR\n");
}

static bool
read_number(const struct row *row, const char *text, unsigned *out, struct err *e)
{
	char *end;
	unsigned long v = strtoul(text, &end, 10);

	if (text[0] < '0' || text[0] > '9' || *end != '\0' || v < row->min || v > row->max)
		return err_set(e, ERR_FORMAT, "--%s must be a number from %u to %u", row->name, row->min,
		    row->max);
	*out = (unsigned)v;
	return true;
}

static bool
set(struct options *o, const struct row *row, const char *value, struct err *e)
{
	void *at = (char *)o + row->at;

	if ((row->of & 1u << o->command) == 0)
		return err_set(e, ERR_FORMAT, "%s has no --%s", commands[o->command], row->name);
	if (row->max > 0)
		return read_number(row, value, at, e);
	memcpy(at, &value, sizeof(value));
	return true;
}

static bool
command_read(const char *word, enum command *out, struct err *e)
{
	for (size_t i = 0; i < COUNT(commands); i++)
		if (strcmp(word, commands[i]) == 0) {
			*out = (enum command)i;
			return true;
		}
	return err_set(e, ERR_FORMAT, "the command must be init, issue, serve, ra or revoke");
}

static bool
fits_together(const struct options *o, struct err *e)
{
	bool attests = o->attestation_key != NULL;

	if (attests != (o->group != NULL) || (o->attestation != NULL && !attests))
		return err_set(e, ERR_FORMAT, "an attestation is judged by --attestation-key and --group");
	if (o->command == COMMAND_ISSUE && attests && o->attestation == NULL)
		return err_set(e, ERR_FORMAT, "issue needs --attestation beside --attestation-key");
	if (o->reference != NULL && o->secret == NULL)
		return err_set(e, ERR_FORMAT, "--reference names a --secret");
	if (o->command == COMMAND_RA && (o->certificate == NULL) != (o->key != NULL && o->out != NULL))
		return err_set(e, ERR_FORMAT, "ra needs --out and --key, or --certificate alone");
	if (o->command == COMMAND_RA && o->certificate == NULL && (o->module == NULL || o->token == NULL))
		return err_set(e, ERR_FORMAT, "ra --key needs --module and --token");
	if (o->command != COMMAND_REVOKE && o->certificate == NULL && !o->has_pin)
		return err_set(e, ERR_FORMAT, "--pin-fd is needed");
	return true;
}

static bool
is_complete(const struct options *o, const bool *seen, struct err *e)
{
	for (size_t i = 0; i < COUNT(rows); i++)
		if ((rows[i].needed & 1u << o->command) != 0 && !seen[i])
			return err_set(e, ERR_FORMAT, "%s needs --%s", commands[o->command], rows[i].name);
	return fits_together(o, e);
}

static bool
arguments_read(int argc, char **argv, struct options *o, bool *seen, struct err *e)
{
	struct option names[OPTIONS_MAX] = { 0 };
	int which;

	for (size_t i = 0; i < COUNT(rows); i++)
		names[i] = (struct option){ rows[i].name, required_argument, NULL, (int)i + 1 };
	opterr = 0;
	optind = 2;
	while ((which = getopt_long(argc, argv, "", names, NULL)) != -1) {
		if (which == '?')
			return err_set(e, ERR_FORMAT, "unknown option, or one without its value");
		if (!set(o, &rows[which - 1], optarg, e))
			return false;
		seen[which - 1] = true;
		o->has_pin = o->has_pin || strcmp(rows[which - 1].name, "pin-fd") == 0;
	}
	return true;
}

bool
options_read(int argc, char **argv, struct options *out, struct err *e)
{
	struct options o = { 0 };
	bool seen[COUNT(rows)] = { false };

	if (argc < 2)
		return err_set(e, ERR_FORMAT, "a command is needed: init, issue, serve, ra or revoke");
	if (!command_read(argv[1], &o.command, e) || !arguments_read(argc, argv, &o, seen, e))
		return false;
	if (o.command == COMMAND_REVOKE && optind < argc)
		o.serial = argv[optind++];
	if (optind != argc || (o.command == COMMAND_REVOKE && o.serial == NULL))
		return err_set(e, ERR_FORMAT, "too many arguments, or no serial number to revoke");
	if (!is_complete(&o, seen, e))
		return false;
	*out = o;
	return true;
}
