/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the command line. */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "hsm/options.h"

enum { OPT_MODULE = 256, OPT_TOKEN, OPT_KEK, OPT_HMAC, OPT_LOG, OPT_ATTESTATION, OPT_MECHANISM,
	OPT_ALGORITHMS, OPT_CONTROL_FD, OPT_PIN_FD, OPT_SO_PIN_FD, OPT_SETUP, OPT_WIPE, OPT_REPORT,
	OPT_DECLARED };

static const struct option table[] = {
	{ "module", required_argument, NULL, OPT_MODULE },
	{ "token", required_argument, NULL, OPT_TOKEN },
	{ "kek", required_argument, NULL, OPT_KEK },
	{ "hmac", required_argument, NULL, OPT_HMAC },
	{ "log", required_argument, NULL, OPT_LOG },
	{ "attestation", required_argument, NULL, OPT_ATTESTATION },
	{ "mechanism", required_argument, NULL, OPT_MECHANISM },
	{ "algorithms", required_argument, NULL, OPT_ALGORITHMS },
	{ "control-fd", required_argument, NULL, OPT_CONTROL_FD },
	{ "pin-fd", required_argument, NULL, OPT_PIN_FD },
	{ "so-pin-fd", required_argument, NULL, OPT_SO_PIN_FD },
	{ "setup", no_argument, NULL, OPT_SETUP },
	{ "wipe", no_argument, NULL, OPT_WIPE },
	{ "report", no_argument, NULL, OPT_REPORT },
	{ "declared", no_argument, NULL, OPT_DECLARED },
	{ NULL, 0, NULL, 0 },
};

void
options_usage(void)
{
	fputs("propria-hsm --module PATH --token LABEL --kek HEX --hmac HEX --log HEX "
	      "--attestation HEX\n"
	      "            [--mechanism 0x210A] [--algorithms 1,2,16,32] [--declared]\n"
	      "            --control-fd N --pin-fd N\n"
	      "propria-hsm --setup  --module PATH --token LABEL --so-pin-fd N --pin-fd N\n"
	      "propria-hsm --wipe   --module PATH --token LABEL --so-pin-fd N --pin-fd N\n"
	      "propria-hsm --report --module PATH --token LABEL --pin-fd N [ids as above]\n"
	      "A PIN is the first line on its descriptor.\n",
	    stderr);
}

static bool
read_number(const char *text, unsigned long max, unsigned long *out, const char **end)
{
	char *stop;
	unsigned long v;

	errno = 0;
	v = strtoul(text, &stop, 0);
	if (stop == text || text[0] == '-' || errno != 0 || v > max)
		return false;
	*end = stop;
	*out = v;
	return true;
}

static bool
read_fd(const char *text, int *fd)
{
	const char *end;
	unsigned long v;

	if (!read_number(text, INT_MAX, &v, &end) || *end != '\0')
		return false;
	*fd = (int)v;
	return true;
}

static bool
read_id(const char *text, uint8_t id[OBJECT_ID_LEN])
{
	if (strlen(text) != (size_t)2 * OBJECT_ID_LEN ||
	    strspn(text, "0123456789abcdefABCDEF") != strlen(text))
		return false;
	for (size_t i = 0; i < OBJECT_ID_LEN; i++) {
		char pair[3] = { text[2 * i], text[2 * i + 1], '\0' };

		id[i] = (uint8_t)strtoul(pair, NULL, 16);
	}
	return true;
}

static bool
read_algs(const char *text, struct options *o)
{
	const char *end = text;
	unsigned long v;

	o->n_algs = 0;
	do {
		if (o->n_algs == PROBE_ALGS_MAX || !read_number(text, UINT16_MAX, &v, &end) ||
		    alg_find((uint16_t)v) == NULL)
			return false;
		o->algs[o->n_algs++] = (uint16_t)v;
		text = end + 1;
	} while (*end == ',');
	return *end == '\0';
}

static bool
read_mech(const char *text, CK_MECHANISM_TYPE *mech)
{
	const char *end;

	return read_number(text, ULONG_MAX, mech, &end) && *end == '\0' && keys_mech_is_known(*mech);
}

static bool
read_value(struct options *o, int option, const char *value)
{
	switch (option) {
	case OPT_MODULE:
		o->module = value;
		return true;
	case OPT_TOKEN:
		o->token = value;
		return true;
	case OPT_KEK:
		return read_id(value, o->keys.kek_id);
	case OPT_HMAC:
		return read_id(value, o->keys.hmac_id);
	case OPT_LOG:
		return read_id(value, o->keys.log_id);
	case OPT_ATTESTATION:
		return read_id(value, o->keys.attestation_id);
	case OPT_MECHANISM:
		return read_mech(value, &o->keys.mech);
	case OPT_ALGORITHMS:
		return read_algs(value, o);
	case OPT_CONTROL_FD:
		return read_fd(value, &o->control_fd);
	case OPT_PIN_FD:
		return read_fd(value, &o->pin_fd);
	case OPT_SO_PIN_FD:
		return read_fd(value, &o->so_pin_fd);
	case OPT_DECLARED:
		o->declared = true;
		return true;
	default:
		o->mode = option == OPT_SETUP  ? MODE_SETUP
			  : option == OPT_WIPE ? MODE_WIPE
					       : MODE_REPORT;
		return true;
	}
}

static bool
complete(const struct options *o, struct err *e)
{
	if (o->module == NULL || o->token == NULL || o->pin_fd < 0)
		return err_set(e, ERR_FORMAT, "--module, --token and --pin-fd are needed");
	if ((o->mode == MODE_SETUP || o->mode == MODE_WIPE) && o->so_pin_fd < 0)
		return err_set(
		    e, ERR_FORMAT, "--so-pin-fd is needed: the security officer makes the KEK");
	if (o->mode == MODE_WORKER && (!o->has_keys || o->control_fd < 0))
		return err_set(e, ERR_FORMAT,
		    "--kek, --hmac, --log, --attestation and --control-fd are "
		    "needed");
	return true;
}

/* getopt_long takes abbreviations; "--pin 1234" must not pass for one. */
static bool
is_exact(const char *argument)
{
	size_t n = strcspn(argument, "=");

	if (strncmp(argument, "--", 2) != 0)
		return true;
	for (size_t i = 0; table[i].name != NULL; i++)
		if (strlen(table[i].name) == n - 2 && strncmp(argument + 2, table[i].name, n - 2) == 0)
			return true;
	return false;
}

bool
options_read(int argc, char **argv, struct options *out, struct err *e)
{
	struct options o = { .control_fd = -1, .pin_fd = -1, .so_pin_fd = -1,
		.keys = { .mech = CKM_AES_KEY_WRAP_PAD } };
	unsigned ids = 0;
	int option;

	for (const struct alg *a; (a = alg_at(o.n_algs)) != NULL; )
		o.algs[o.n_algs++] = a->number;
	for (int i = 1; i < argc; i++)
		if (!is_exact(argv[i]))
			return err_set(e, ERR_FORMAT, "unknown option %.*s",
			    (int)strcspn(argv[i], "="), argv[i]);
	opterr = 0;
	while ((option = getopt_long(argc, argv, "", table, NULL)) != -1) {
		if (option == '?')
			return err_set(e, ERR_FORMAT, "unknown option, or one without its value");
		if (!read_value(&o, option, optarg))
			return err_set(e, ERR_FORMAT, "--%s: not a value for it",
			    table[option - OPT_MODULE].name);
		if (option >= OPT_KEK && option <= OPT_ATTESTATION)
			ids |= 1u << (option - OPT_KEK);
	}
	if (optind != argc)
		return err_set(e, ERR_FORMAT, "unexpected argument");
	o.has_keys = ids == 0xf;
	if (!complete(&o, e))
		return false;
	*out = o;
	return true;
}
