/* SPDX-License-Identifier: Apache-2.0 */
/* INI by libinih. */
#include <ini.h>
#include <stdio.h>
#include <string.h>

#include "cli/sam_ini.h"

struct reading {
	struct ini	*ini;
	const char	*file;
};

static void
path_take(const struct reading *r, char *out, size_t size, const char *value)
{
	const char *slash = strrchr(r->file, '/');

	if (value[0] == '/' || slash == NULL)
		snprintf(out, size, "%s", value);
	else
		snprintf(out, size, "%.*s/%s", (int)(slash - r->file), r->file, value);
}

static int
take(void *ctx, const char *section, const char *name, const char *value)
{
	struct reading *r = ctx;
	struct ini *ini = r->ini;

	if (strcmp(section, "sam") == 0 && strcmp(name, "state") == 0)
		path_take(r, ini->state, sizeof(ini->state), value);
	else if (strcmp(section, "sam") == 0 && strcmp(name, "officer_socket") == 0)
		path_take(r, ini->officer_socket, sizeof(ini->officer_socket), value);
	else if (strcmp(section, "module") == 0 && strcmp(name, "library") == 0)
		path_take(r, ini->library, sizeof(ini->library), value);
	else if (strcmp(section, "module") == 0 && strcmp(name, "token") == 0)
		snprintf(ini->token, sizeof(ini->token), "%s", value);
	else if (strcmp(section, "module") == 0 && strncmp(name, "env.", 4) == 0 &&
	    ini->n < INI_ENVIRONMENT) {
		snprintf(ini->environment[ini->n].name, sizeof(ini->environment[0].name), "%s", name + 4);
		snprintf(ini->environment[ini->n].value, sizeof(ini->environment[0].value), "%s", value);
		ini->n++;
	}
	return 1;
}

bool
ini_load(const char *path, struct ini *out, struct err *e)
{
	struct ini ini = { 0 };
	struct reading r = { &ini, path };
	int line = ini_parse(path, take, &r);

	if (line != 0)
		return err_set(e, line < 0 ? ERR_MISSING : ERR_FORMAT, line < 0 ? "%.100s cannot be opened"
		    : "%.100s: line %d cannot be read", path, line);
	*out = ini;
	return true;
}
