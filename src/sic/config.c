/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration: one table of keys over inih, then what they must be together. */
#include <arpa/inet.h>
#include <errno.h>
#include <ini.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/span.h"
#include "base/text.h"
#include "sic/config.h"
#include "sic/origin.h"

enum kind { KIND_TEXT, KIND_NUMBER, KIND_FLAG, KIND_LISTEN };

static const struct setting {
	const char	*section, *name;
	enum kind	 kind;
	size_t		 at, size;	/* of a number: its largest value */
	bool		 needed;
} settings[] = {
#define TEXT(s, n, member, must) \
	{ s, n, KIND_TEXT, offsetof(struct config, member), sizeof(((struct config *)0)->member), must }
	{ "http", "listen", KIND_LISTEN, 0, 0, false },
	{ "http", "plain", KIND_FLAG, offsetof(struct config, plain), 0, false },
	TEXT("http", "certificate", certificate, false),
	TEXT("http", "key", key, false),
	TEXT("http", "endpoint_file", endpoint_file, false),
	{ "http", "connections", KIND_NUMBER, offsetof(struct config, connections), 100000, false },
	{ "http", "idle_seconds", KIND_NUMBER, offsetof(struct config, idle_s), 3600, false },
	TEXT("sic", "group", group, true),
	TEXT("sic", "module", module, false),
	TEXT("sic", "origin", origin, true),
	TEXT("sic", "ssa", ssa, true),
	TEXT("sic", "name", name, true),
	TEXT("sic", "directory", directory, true),
	TEXT("sic", "user", user, false),
};

struct reading {
	struct config	*config;
	const char	*path;
	bool		 seen[COUNT(settings)];
	struct err	*e;
};

static bool
number_read(const char *value, unsigned long max, unsigned *out)
{
	unsigned long v;
	char *end;

	errno = 0;
	v = strtoul(value, &end, 10);
	if (*value < '0' || *value > '9' || *end != '\0' || errno != 0 || v > max)
		return false;
	*out = (unsigned)v;
	return true;
}

bool
listen_read(struct config *c, const char *text)
{
	const char *colon = strrchr(text, ':');
	size_t n = colon == NULL ? 0 : (size_t)(colon - text);
	char address[sizeof(c->address)];
	unsigned char bytes[16];
	bool six = n > 2 && text[0] == '[' && text[n - 1] == ']';
	unsigned port;

	if (n == 0 || n >= sizeof(address))
		return false;
	snprintf(address, sizeof(address), "%.*s", (int)(six ? n - 2 : n), six ? text + 1 : text);
	if (inet_pton(six ? AF_INET6 : AF_INET, address, bytes) != 1 ||
	    !number_read(colon + 1, 65535, &port))
		return false;
	strcpy(c->address, address);
	c->port = port;
	return true;
}

bool
address_is_loopback(const char *address)
{
	return strcmp(address, "127.0.0.1") == 0 || strcmp(address, "::1") == 0;
}

static bool
value_set(struct config *c, const struct setting *s, const char *value)
{
	char *at = (char *)c + s->at;

	switch (s->kind) {
	case KIND_LISTEN:
		return listen_read(c, value);
	case KIND_NUMBER:
		return number_read(value, s->size, (unsigned *)(void *)at);
	case KIND_FLAG:
		*(bool *)at = strcmp(value, "yes") == 0;
		return strcmp(value, "yes") == 0 || strcmp(value, "no") == 0;
	case KIND_TEXT:
		break;
	}
	if (*value == '\0' || strlen(value) >= s->size)
		return false;
	strcpy(at, value);
	return true;
}

static int
on_setting(void *arg, const char *section, const char *name, const char *value)
{
	struct reading *r = arg;

	for (size_t i = 0; i < COUNT(settings); i++) {
		const struct setting *s = &settings[i];

		if (strcmp(section, s->section) != 0 || strcmp(name, s->name) != 0)
			continue;
		if (r->seen[i])
			return err_set(r->e, ERR_FORMAT, "%s: [%s] %s is there twice", r->path, section, name);
		r->seen[i] = true;
		return value_set(r->config, s, value) || err_set(r->e, ERR_FORMAT,
		    "%s: [%s] %s: this value cannot be used", r->path, section, name);
	}
	return err_set(r->e, ERR_FORMAT, "%s: there is no setting [%s] %s", r->path, section, name);
}

static bool
transport_check(const struct config *c, const char *path, struct err *e)
{
	bool tls = c->certificate[0] != '\0' && c->key[0] != '\0';

	if (c->plain && !address_is_loopback(c->address))
		return err_set(e, ERR_FORMAT, "%s: [http] plain: HTTP without TLS is for 127.0.0.1 and ::1"
		    " only, not for %s", path, c->address);
	if (c->plain && (c->certificate[0] != '\0' || c->key[0] != '\0'))
		return err_set(e, ERR_FORMAT, "%s: [http] plain needs no certificate and no key", path);
	if (!c->plain && !tls)
		return err_set(e, ERR_FORMAT, "%s: [http] certificate and key are missing", path);
	return true;
}

static bool
group_is_one(const char *group)
{
	return strlen(group) == 64 && strspn(group, "0123456789abcdef") == 64;
}

static bool
pages_check(const struct config *c, const char *path, struct err *e)
{
	if (!group_is_one(c->group))
		return err_set(e, ERR_FORMAT, "%s: [sic] group is the group id: 64 digits, 0-9 and a-f",
		    path);
	if (c->module[0] != '\0' && !group_is_one(c->module))
		return err_set(e, ERR_FORMAT, "%s: [sic] module is the id of the authentication module: 64"
		    " digits, 0-9 and a-f", path);
	if (strcmp(c->module, c->group) == 0)
		return err_set(e, ERR_FORMAT, "%s: [sic] module is the group itself: it is the id of the"
		    " authentication module, as its own ceremony printed it", path);
	if (!origin_is_one(c->origin) || !origin_is_one(c->ssa))
		return err_set(e, ERR_FORMAT, "%s: [sic] origin and ssa are like https://host.example,"
		    " with http for localhost only, and nothing after the host or port", path);
	if (strcmp(c->origin, c->ssa) == 0)
		return err_set(e, ERR_FORMAT, "%s: [sic] origin and ssa are two servers; they may share"
		    " a host, then on two ports", path);
	return text_is_clean(span_str(c->name)) ||
	    err_set(e, ERR_FORMAT, "%s: [sic] name has control characters, or is not UTF-8", path);
}

bool
config_read(struct config *out, const char *path, struct err *e)
{
	struct config c = { .address = "127.0.0.1", .port = 8444, .connections = 1024, .idle_s = 30 };
	struct reading r = { .config = &c, .path = path, .e = e };
	int line = ini_parse(path, on_setting, &r);

	if (line == -1)
		return err_errno(e, ERR_BACKEND, errno, "%s cannot be read", path);
	if (line != 0)
		return err_set(e, ERR_FORMAT, "%s: line %d is no setting", path, line);
	for (size_t i = 0; i < COUNT(settings); i++)
		if (settings[i].needed && !r.seen[i])
			return err_set(e, ERR_FORMAT, "%s: [%s] %s is missing", path, settings[i].section,
			    settings[i].name);
	if (c.connections < 1 || c.idle_s < 1)
		return err_set(e, ERR_FORMAT, "%s: a limit is too small to work with", path);
	if (!transport_check(&c, path, e) || !pages_check(&c, path, e))
		return false;
	c.shared = origin_is_shared(c.origin, c.ssa);
	*out = c;
	return true;
}

bool
config_json(const struct config *c, char *out, size_t size, size_t *n)
{
	char name[2 * TEXT_MAX], module[80] = "";
	size_t at = 0;
	int got;

	for (const char *p = c->name; *p != '\0'; p++) {	/* clean text: two characters to escape */
		if (*p == '"' || *p == '\\')
			name[at++] = '\\';
		name[at++] = *p;
	}
	name[at] = '\0';
	if (c->module[0] != '\0')
		snprintf(module, sizeof(module), "\"module\":\"%s\",", c->module);
	got = snprintf(out, size, "{\"group\":\"%s\",%s\"ssa\":\"%s\",\"name\":\"%s\",\"shared\":%s}\n",
	    c->group, module, c->ssa, name, c->shared ? "true" : "false");
	if (got < 0 || (size_t)got >= size)
		return false;
	*n = (size_t)got;
	return true;
}
