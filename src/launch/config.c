/* SPDX-License-Identifier: Apache-2.0 */
/* The SAM's configuration: one table of keys, read by libinih, checked strictly. */
#include <ctype.h>
#include <errno.h>
#include <ini.h>
#include <libgen.h>
#include <limits.h>
#include <pwd.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "crypto/alg.h"
#include "launch/config_value.h"
#include "wire/hsm.h"

#define FIELD(f)	offsetof(struct config, f)
#define SOCKET_MAX	(sizeof(((struct sockaddr_un *)0)->sun_path) - 1)
#define PATH_LEN_MAX	4000
#define ONETIME_MAX	(WORKERS_MAX * HSM_STOCK_MAX)

static const char *const when_empty[] = { "wait", "refuse", NULL };
static const char *const no_or_yes[] = { "no", "yes", NULL };

static const struct config_key keys[] = {
	{ "sam", "state", &kind_path, FIELD(state), .required = true, .max = PATH_LEN_MAX,
	    .allowed = "a directory of this user alone" },
	{ "sam", "ssa_socket", &kind_path, FIELD(ssa_socket), .required = true, .max = SOCKET_MAX,
	    .allowed = "a path of at most 107 bytes" },
	{ "sam", "officer_socket", &kind_path, FIELD(officer_socket), .required = true,
	    .max = SOCKET_MAX, .allowed = "a path of at most 107 bytes" },
	{ "sam", "ssa_uids", &kind_users, FIELD(ssa_uids), .may_be_empty = true,
	    .allowed = "up to 16 user names or numbers, with commas" },
	{ "sam", "officer_uids", &kind_users, FIELD(officer_uids), .may_be_empty = true,
	    .allowed = "up to 16 user names or numbers, with commas" },
	{ "sam", "socket_mode", &kind_mode, FIELD(socket_mode), "0660", .allowed = "0600 or 0660" },
	{ "sam", "ssa_group", &kind_group, FIELD(ssa_group), .allowed = "a group name or number" },
	{ "sam", "officer_group", &kind_group, FIELD(officer_group),
	    .allowed = "a group name or number" },
	{ "sam", "user", &kind_text, FIELD(user), .max = 32, .allowed = "a user name" },
	{ "sam", "providers", &kind_choice, FIELD(providers), "yes", .words = no_or_yes,
	    .allowed = "yes or no" },

	{ "module", "library", &kind_path, FIELD(library), .required = true, .max = PATH_LEN_MAX,
	    .allowed = "the path of a PKCS#11 library" },
	{ "module", "token", &kind_text, FIELD(token), .required = true, .max = 32,
	    .allowed = "a token label of at most 32 bytes" },
	{ "module", "mechanism", &kind_hex, FIELD(mechanism), .min = 1, .max = UINT32_MAX,
	    .allowed = "the number of a wrapping mechanism, such as 0x210A" },
	{ "module", "algorithms", &kind_algorithms, FIELD(algorithms), "1,2,16",
	    .allowed = "numbers or names of PROTOCOL.sam 0.1, with commas, each once" },
	{ "module", "workers", &kind_number, FIELD(workers), "1", .min = 1, .max = WORKERS_MAX,
	    .allowed = "1 to 64" },
	{ "module", "deadline_ms", &kind_number, FIELD(deadline_ms), "10000", .min = 100,
	    .max = 600000, .allowed = "100 to 600000" },
	{ "module", "onetime_p256", &kind_number, FIELD(onetime_p256), "0", .max = ONETIME_MAX,
	    .allowed = "0 to 16384, and at most 256 for each worker" },
	{ "module", "onetime_p384", &kind_number, FIELD(onetime_p384), "0", .max = ONETIME_MAX,
	    .allowed = "0 to 16384, and at most 256 for each worker" },
	{ "module", "onetime_rsa3072", &kind_number, FIELD(onetime_rsa3072), "0", .max = ONETIME_MAX,
	    .allowed = "0 to 16384, and at most 256 for each worker" },
	{ "module", "onetime_age", &kind_number, FIELD(onetime_age), "86400", .min = 60,
	    .max = 31 * 86400, .allowed = "seconds, 60 to 2678400" },
	{ "module", "onetime_empty", &kind_choice, FIELD(onetime_empty), "wait",
	    .words = when_empty, .allowed = "wait or refuse" },
	{ "module", "pin_file", &kind_path, FIELD(pin_file), .max = PATH_LEN_MAX,
	    .allowed = "a path" },
	{ "module", "worker_program", &kind_path, FIELD(worker_program), .max = PATH_LEN_MAX,
	    .allowed = "a path" },
	{ "module", "paths", &kind_paths, FIELD(paths), .allowed = "up to 16 paths, with commas" },

	{ "limits", "activations", &kind_number, FIELD(activations), "10000", .min = 1,
	    .max = 1000000, .allowed = "1 to 1000000" },
	{ "limits", "nonces", &kind_number, FIELD(nonces), "1000000", .min = 1000, .max = 16000000,
	    .allowed = "1000 to 16000000" },
};

struct parse {
	FILE		*f;
	const char	*file;
	struct config	*config;
	struct err	*e;
	int		 line;
	bool		 seen[COUNT(keys)];
};

/* The table says "sam" for whatever the module's own section is called. */
static const char *
section_of(const struct config *c, const struct config_key *k)
{
	return strcmp(k->section, "sam") == 0 ? c->section : k->section;
}

static void *
field_of(struct config *c, const struct config_key *k)
{
	return (char *)c + k->offset;
}

/* "sam.ini:7: [module] workers: ...": the end of a long path is what tells files apart. */
static bool
complain(const struct parse *p, const char *section, const char *name, const char *what,
    const char *allowed)
{
	size_t n = strlen(p->file);
	char where[24] = "";

	if (p->line > 0)
		snprintf(where, sizeof(where), ":%d", p->line);
	return err_set(p->e, ERR_FORMAT, "%s%s%s: [%.20s] %.40s%s%s%s%s", n > 50 ? "..." : "",
	    p->file + (n > 50 ? n - 50 : 0), where, section, name, *name == '\0' ? "" : ": ",
	    what, *allowed == '\0' ? "" : "; allowed: ", allowed);
}

static bool
complain_unknown(const struct parse *p, const char *section, const char *name)
{
	char allowed[160] = "";
	bool known = false;
	size_t n = 0;

	if (strcmp(section, "module") == 0)
		n = (size_t)snprintf(allowed, sizeof(allowed), "env.NAME ");
	for (size_t i = 0; i < COUNT(keys); i++)
		if (strcmp(section, section_of(p->config, &keys[i])) == 0 && n < sizeof(allowed)) {
			n += (size_t)snprintf(allowed + n, sizeof(allowed) - n, "%s%s",
			    known ? " " : "", keys[i].name);
			known = true;
		}
	if (!known)
		return complain(p, section, "", "unknown section",
		    strcmp(p->config->section, "sam") == 0 ? "[sam] [module] [limits]"
		    : "[auth-module] [module] [limits]");
	return complain(p, section, name, "unknown key", allowed);
}

static bool
name_is_variable(const char *name)
{
	if (!isalpha((unsigned char)name[0]) && name[0] != '_')
		return false;
	while (isalnum((unsigned char)*name) || *name == '_')
		name++;
	return *name == '\0';
}

static bool
environment_add(struct parse *p, const char *name, const char *value)
{
	struct config_texts *t = &p->config->environment;
	const char *variable = name + 4;
	size_t n = strlen(variable);
	char *both = NULL;

	if (!name_is_variable(variable))
		return complain(p, "module", name, "not the name of a variable",
		    "letters, digits, _");
	for (size_t i = 0; i < t->n; i++)
		if (strncmp(t->v[i], variable, n) == 0 && t->v[i][n] == '=')
			return complain(p, "module", name, "given twice", "once");
	if (t->n == CONFIG_LIST_MAX)
		return complain(p, "module", name, "too many variables", "16");
	if (asprintf(&both, "%s=%s", variable, value) < 0)
		return err_set(p->e, ERR_BACKEND, "no memory for the configuration");
	t->v[t->n++] = both;
	return true;
}

static bool
key_set(struct parse *p, size_t i, const char *value)
{
	const struct config_key *k = &keys[i];

	if (p->seen[i])
		return complain(p, section_of(p->config, k), k->name, "given twice", "once");
	p->seen[i] = true;
	if (*value == '\0' && k->may_be_empty)
		return true;
	if (*value == '\0')
		return complain(p, section_of(p->config, k), k->name, "has no value", k->allowed);
	return k->kind->set(field_of(p->config, k), k, value, p->config->directory) ||
	    complain(p, section_of(p->config, k), k->name, "not a value for this", k->allowed);
}

/* libinih's handler: 1 is fine, 0 is an error; the first error stays in p->e. */
static int
on_key(void *user, const char *section, const char *name, const char *value)
{
	struct parse *p = user;

	for (size_t i = 0; i < COUNT(keys); i++)
		if (strcmp(section, section_of(p->config, &keys[i])) == 0 && strcmp(name, keys[i].name) == 0)
			return key_set(p, i, value);
	if (strcmp(section, "module") == 0 && strncmp(name, "env.", 4) == 0)
		return *value == '\0' ? complain(p, section, name, "has no value", "any text") :
		    environment_add(p, name, value);
	return complain_unknown(p, section, name);
}

/* A section without keys never reaches the handler, so its name is looked at here. */
static void
check_section(struct parse *p, const char *line)
{
	char name[24] = "";

	if (sscanf(line, " [%23[^]\n]", name) != 1)
		return;
	for (size_t i = 0; i < COUNT(keys); i++)
		if (strcmp(name, section_of(p->config, &keys[i])) == 0)
			return;
	complain_unknown(p, name, "");
}

/* libinih's reader: counts lines, so that messages can name them. */
static char *
next_line(char *line, int size, void *user)
{
	struct parse *p = user;
	size_t n;

	if (p->e->code != ERR_NONE || fgets(line, size, p->f) == NULL)
		return NULL;
	p->line++;
	n = strlen(line);
	if (n + 1 >= (size_t)size && line[n - 1] != '\n') {
		complain(p, "", "", "line too long", "about 190 characters");
		return NULL;
	}
	check_section(p, line);
	return line;
}

static bool
file_is_trustworthy(FILE *f, const char *file, struct err *e)
{
	struct stat st;

	if (fstat(fileno(f), &st) != 0 || !S_ISREG(st.st_mode))
		return err_set(e, ERR_BACKEND, "configuration %.100s is not a plain file", file);
	if ((st.st_mode & 022) != 0 || (st.st_uid != 0 && st.st_uid != geteuid()))
		return err_set(e, ERR_DENIED, "configuration %.80s can be changed by others: it "
		    "must belong to root or to you, and be writable by nobody else (chmod go-w)", file);
	return true;
}

static bool
directory_set(struct config *c, const char *file, struct err *e)
{
	char copy[PATH_MAX];

	if (strlen(file) >= sizeof(copy))
		return err_set(e, ERR_FORMAT, "the configuration's path is too long");
	strcpy(copy, file);
	c->directory = realpath(dirname(copy), NULL);
	return c->directory != NULL ||
	    err_errno(e, ERR_BACKEND, errno, "the configuration's directory");
}

/* Beside this program, as in the build; or where it is installed. */
static bool
worker_program_default(struct config *c, struct err *e)
{
	char self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (c->worker_program != NULL)
		return true;
	if (n < 0)
		return err_set(e, ERR_BACKEND, "[module] worker_program: set it, as this program's "
		    "own place is not known");
	self[n] = '\0';
	dirname(self);
	if (asprintf(&c->worker_program, "%s/propria-hsm", self) > 0 &&
	    access(c->worker_program, X_OK) == 0)
		return true;
	free(c->worker_program);
	return asprintf(&c->worker_program, "%s/../libexec/propria/propria-hsm", self) > 0 ||
	    err_set(e, ERR_BACKEND, "no memory for the configuration");
}

static bool
marks_fit(const struct parse *p)
{
	const struct config *c = p->config;
	const struct { const char *name; uint32_t mark; enum key_kind kind; } marks[] = {
		{ "onetime_p256", c->onetime_p256, KEY_P256 },
		{ "onetime_p384", c->onetime_p384, KEY_P384 },
		{ "onetime_rsa3072", c->onetime_rsa3072, KEY_RSA3072 },
	};

	for (size_t i = 0; i < COUNT(marks); i++) {
		bool offered = marks[i].mark == 0;

		if (marks[i].mark > HSM_STOCK_MAX * c->workers)
			return complain(p, "module", marks[i].name, "is too many for the workers",
			    "256 for each");
		for (size_t k = 0; k < c->algorithms.n; k++)
			offered |= alg_find(c->algorithms.v[k])->kind == marks[i].kind;
		if (!offered)
			return complain(p, "module", marks[i].name, "is not in algorithms", "0");
	}
	return true;
}

static bool
finish(struct parse *p)
{
	struct config *c = p->config;
	struct passwd *pw = NULL;
	uid_t own = geteuid();

	p->line = 0;
	for (size_t i = 0; i < COUNT(keys); i++) {
		if (p->seen[i])
			continue;
		if (keys[i].required)
			return complain(p, section_of(c, &keys[i]), keys[i].name, "is missing",
			    keys[i].allowed);
		if (keys[i].fallback != NULL && !key_set(p, i, keys[i].fallback))
			return false;
	}
	if (c->user != NULL && (pw = getpwnam(c->user)) == NULL)
		return complain(p, c->section, "user", "no such user on this machine", "a user name");
	else if (c->user != NULL)
		own = pw->pw_uid;
	if (c->ssa_uids.n == 0)
		c->ssa_uids = (struct config_ids){ .v = { own }, .n = 1 };
	if (c->officer_uids.n == 0)
		c->officer_uids = (struct config_ids){ .v = { own }, .n = 1 };
	if (!marks_fit(p))
		return false;
	if (strcmp(c->ssa_socket, c->officer_socket) == 0)
		return complain(p, c->section, "officer_socket", "is the SSA's", "a path of its own");
	return worker_program_default(c, p->e);
}

static bool
file_read(struct parse *p)
{
	int rc = ini_parse_stream(next_line, p, on_key, p);

	if (p->e->code != ERR_NONE)
		return false;
	if (rc != 0) {
		p->line = rc > 0 ? rc : 0;
		return complain(p, "", "", "not a line of a configuration",
		    "[section], key = value, ; comment");
	}
	return finish(p);
}

struct config *
config_load_section(const char *section, const char *file, struct err *e)
{
	AUTO(config) *c = calloc(1, sizeof(*c));
	struct err first = {0};
	struct parse p = { .file = file, .config = c, .e = &first };
	bool ok;

	if (c == NULL || (p.f = fopen(file, "re")) == NULL) {
		err_errno(e, ERR_MISSING, errno, "configuration %.100s", file);
		return NULL;
	}
	c->section = section;
	c->ssa_group = c->officer_group = (gid_t)-1;
	ok = file_is_trustworthy(p.f, file, &first) && directory_set(c, file, &first) &&
	    file_read(&p);
	fclose(p.f);
	if (!ok) {
		err_set(e, first.code, "%s", first.text);
		return NULL;
	}
	return TAKE(c);
}

struct config *
config_load(const char *file, struct err *e)
{
	return config_load_section("sam", file, e);
}

void
config_free(struct config *c)
{
	if (c == NULL)
		return;
	for (size_t i = 0; i < COUNT(keys); i++)
		keys[i].kind->wipe(field_of(c, &keys[i]));
	for (size_t i = 0; i < c->environment.n; i++)
		free(c->environment.v[i]);
	free(c->directory);
	free(c);
}

static void
key_print(const struct config *c, const struct config_key *k, FILE *f)
{
	char *text = NULL;
	size_t n;
	FILE *value = open_memstream(&text, &n);

	if (value == NULL)
		return;
	if (k->kind->show((const char *)c + k->offset, k, value) && fflush(value) == 0)
		fprintf(f, "%s = %s\n", k->name, text);
	fclose(value);
	free(text);
}

void
config_print(const struct config *c, FILE *f)
{
	const char *section = "";

	for (size_t i = 0; i < COUNT(keys); i++) {
		if (strcmp(section, section_of(c, &keys[i])) != 0) {
			section = section_of(c, &keys[i]);
			fprintf(f, "%s[%s]\n", i == 0 ? "" : "\n", section);
		}
		key_print(c, &keys[i], f);
		if (strcmp(keys[i].name, "paths") == 0)
			for (size_t j = 0; j < c->environment.n; j++)
				fprintf(f, "env.%.*s = %s\n",
				    (int)strcspn(c->environment.v[j], "="), c->environment.v[j],
				    strchr(c->environment.v[j], '=') + 1);
	}
}

bool
config_state_path(const struct config *c, const char *name, char *out, struct err *e)
{
	return snprintf(out, PATH_MAX, "%s/%s", c->state, name) < PATH_MAX ||
	    err_set(e, ERR_FORMAT, "the state directory's path is too long");
}
