/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration: one table of keys over inih. */
#include <errno.h>
#include <ini.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ssa/config.h"

enum kind { KIND_TEXT, KIND_NUMBER, KIND_FLAG };

static const struct setting {
	const char	*section, *name;
	enum kind	 kind;
	size_t		 at, size;	/* of a number: its largest value */
	bool		 needed;
} settings[] = {
#define TEXT(s, n, member, must) \
	{ s, n, KIND_TEXT, offsetof(struct config, member), sizeof(((struct config *)0)->member), must }
#define NUMBER(s, n, member, max) { s, n, KIND_NUMBER, offsetof(struct config, member), max, false }
	TEXT("listen", "address", address, false),
	NUMBER("listen", "port", port, 65535),
	TEXT("listen", "endpoint_file", endpoint_file, false),
	TEXT("listen", "base_url", base_url, false),
	TEXT("listen", "certificate", certificate, true),
	TEXT("listen", "key", key, true),
	TEXT("http", "plain", plain, false),
	TEXT("http", "host", plain_host, false),
	TEXT("http", "endpoint_file", plain_endpoint_file, false),
	TEXT("sam", "socket", socket, true),
	TEXT("sam", "genesis", genesis, true),
	NUMBER("sam", "deadline_ms", deadline_ms, 600000),
	TEXT("auth", "socket", auth_socket, false),
	TEXT("auth", "genesis", auth_genesis, false),
	TEXT("auth", "name", auth_name, false),
	TEXT("store", "path", store, true),
	TEXT("info", "name", name, false),
	TEXT("info", "region", region, false),
	TEXT("info", "logo", logo, false),
	TEXT("info", "description", description, false),
	TEXT("info", "specs", specs, false),
	TEXT("info", "lang", lang, false),
	TEXT("info", "specs_v1", specs_v1, false),
	TEXT("sic", "origin", sic_origin, false),
	TEXT("csc", "auth_mode", auth_mode, false),
	TEXT("csc", "scal1_factors", scal1_factors, false),
	NUMBER("csc", "scal1_seconds", scal1_seconds, 86400),
	NUMBER("once", "threads", once_threads, 64),
	NUMBER("csc", "scal1_signatures", scal1_count, 1000),
	{ "csc", "basic", KIND_FLAG, offsetof(struct config, basic), 0, false },
	TEXT("timestamp", "url", timestamp_url, false),
	TEXT("timestamp", "ca", timestamp_ca, false),
	NUMBER("timestamp", "timeout_ms", timestamp_ms, 60000),
	NUMBER("status", "interval_seconds", status_interval_s, 2592000),
	NUMBER("status", "before_signing_seconds", status_before_s, 2592000),
	NUMBER("limits", "connections", connections, 100000),
	NUMBER("limits", "connections_per_peer", connections_per_peer, 100000),
	NUMBER("limits", "idle_seconds", idle_s, 3600),
	NUMBER("limits", "anonymous_per_second", anonymous, 1000000),
	NUMBER("limits", "anonymous_per_peer_per_second", anonymous_per_peer, 1000000),
	NUMBER("limits", "account_per_second", per_account, 1000000),
	NUMBER("limits", "authorizations_per_account", authorizations, 1000000),
	NUMBER("limits", "login_tries_per_name", tries_by_name, 1000),
	NUMBER("limits", "login_tries_per_peer", tries_by_address, 100000),
	NUMBER("limits", "documents_mib", documents_mib, 4096),
	NUMBER("limits", "cached", cached, 10000000),
	{ "limits", "log_requests", KIND_FLAG, offsetof(struct config, log_requests), 0, false },
};

struct reading {
	struct config	*config;
	const char	*path;
	bool		 seen[COUNT(settings)];
	struct err	*e;
};

static bool
number_set(struct config *c, const struct setting *s, const char *value)
{
	unsigned long v;
	char *end;

	errno = 0;
	v = strtoul(value, &end, 10);
	if (*value < '0' || *value > '9' || *end != '\0' || errno != 0 || v > s->size)
		return false;
	*(unsigned *)(void *)((char *)c + s->at) = (unsigned)v;
	return true;
}

static bool
value_set(struct config *c, const struct setting *s, const char *value)
{
	if (s->kind == KIND_NUMBER)
		return number_set(c, s, value);
	if (s->kind == KIND_FLAG) {
		*(bool *)((char *)c + s->at) = strcmp(value, "yes") == 0;
		return strcmp(value, "yes") == 0 || strcmp(value, "no") == 0;
	}
	if (strlen(value) >= s->size)
		return false;
	strcpy((char *)c + s->at, value);
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
	if (strncmp(section, "ca ", 3) == 0)
		return ca_list_set(&r->config->cas, section, name, value, r->e);
	if (strncmp(section, "idp ", 4) == 0)
		return idp_list_set(&r->config->idps, section, name, value, r->e);
	return err_set(r->e, ERR_FORMAT, "%s: there is no setting [%s] %s", r->path, section, name);
}

/* scheme://host[:port], as browsers write an origin: nothing behind it, no capitals. */
static bool
is_origin(const char *text)
{
	const char *host = strstr(text, "://");
	size_t scheme = host == NULL ? 0 : (size_t)(host - text);

	if ((scheme != 5 || strncmp(text, "https", 5) != 0) && (scheme != 4 || strncmp(text, "http", 4) != 0))
		return false;
	host += 3;
	return *host != '\0' && *host != ':' &&
	    strspn(host, "abcdefghijklmnopqrstuvwxyz0123456789-.:[]") == strlen(host);
}

static bool
values_fit(const struct config *c, const char *path, struct err *e)
{
	if (c->deadline_ms < 100 || c->cached < 16 || c->connections < 1 || c->authorizations < 1 ||
	    c->scal1_seconds < 1 || c->once_threads < 1)
		return err_set(e, ERR_FORMAT, "%s: a limit is too small to work with", path);
	if ((c->auth_socket[0] == '\0') != (c->auth_genesis[0] == '\0'))
		return err_set(e, ERR_FORMAT, "%s: [auth] needs both socket and genesis, or is left out", path);
	if (c->sic_origin[0] != '\0' && !is_origin(c->sic_origin))
		return err_set(e, ERR_FORMAT, "%s: [sic] origin is no origin: https://HOST[:PORT], in small"
		    " letters, nothing behind it", path);
	if (strcmp(c->auth_mode, "explicit") != 0 && strcmp(c->auth_mode, "oauth2code") != 0)
		return err_set(e, ERR_FORMAT, "%s: [csc] auth_mode is explicit or oauth2code", path);
	if (strcmp(c->scal1_factors, "none") != 0 && strcmp(c->scal1_factors, "pin") != 0 &&
	    strcmp(c->scal1_factors, "otp") != 0 && strcmp(c->scal1_factors, "both") != 0)
		return err_set(e, ERR_FORMAT, "%s: [csc] scal1_factors is none, pin, otp or both", path);
	if (strcmp(c->scal1_factors, "none") != 0 && c->auth_socket[0] == '\0')
		return err_set(e, ERR_FORMAT, "%s: [csc] scal1_factors needs the module of [auth]", path);
	if (c->timestamp_url[0] != '\0' && strncmp(c->timestamp_url, "http://", 7) != 0 &&
	    strncmp(c->timestamp_url, "https://", 8) != 0)
		return err_set(e, ERR_FORMAT, "%s: [timestamp] url begins with http:// or https://", path);
	return ca_list_fits(&c->cas, e) && idp_list_fits(&c->idps, e);
}

bool
config_read(struct config *out, const char *path, struct err *e)
{
	struct config c = { .address = "127.0.0.1", .port = 8443, .deadline_ms = 30000,
		.auth_name = "PIN and code", .scal1_factors = "none",
		.name = "Propria", .region = "EU", .description = "Server signing", .specs = "2.2.0.0",
		.lang = "en", .plain_host = "sign.localhost", .logo = "https://localhost/logo.png",
		.specs_v1 = "1.0.4.0", .auth_mode = "explicit", .scal1_seconds = 300, .once_threads = 4, .scal1_count = 100, .timestamp_ms = 10000, .status_interval_s = 3600,
		.connections = 1024, .idle_s = 60, .anonymous = 500, .anonymous_per_peer = 50,
		.per_account = 2000, .authorizations = 64, .documents_mib = 64,
		.tries_by_name = 10, .tries_by_address = 50, .cached = 65536, .log_requests = true };
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
	if (!values_fit(&c, path, e))
		return false;
	*out = c;
	return true;
}
