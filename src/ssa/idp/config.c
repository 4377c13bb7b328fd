/* SPDX-License-Identifier: Apache-2.0 */
/* [idp NAME]: one table of settings, and what must go together. */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include "ssa/idp/config.h"
#include "ssa/oauth/uri.h"

#define LETTERS	"abcdefghijklmnopqrstuvwxyz0123456789-"

enum kind { KIND_TEXT, KIND_NUMBER, KIND_FLAG };

static const struct setting {
	const char	*name;
	enum kind	 kind;
	size_t		 at, size;	/* of a number: its largest value */
	unsigned	 min;
} settings[] = {
#define TEXT(name)	{ #name, KIND_TEXT, offsetof(struct idp_config, name), \
	sizeof(((struct idp_config *)0)->name), 0 }
	TEXT(issuer), TEXT(text), TEXT(client_id), TEXT(secret_file), TEXT(key_file), TEXT(par), TEXT(scope),
	TEXT(acr_values), TEXT(ca_file), TEXT(proxy), TEXT(login_client_id), TEXT(login_secret_file), TEXT(login_key_file),
	{ "transaction", KIND_FLAG, offsetof(struct idp_config, transaction), 0, 0 },
	{ "timeout_ms", KIND_NUMBER, offsetof(struct idp_config, timeout_ms), 60000, 100 },
};
_Static_assert(COUNT(settings) <= 32, "struct idp_config counts what it has seen in 32 bits");

static bool
value_set(struct idp_config *c, const struct setting *s, const char *value)
{
	char *at = (char *)c + s->at, *end;
	unsigned long v;

	if (s->kind == KIND_FLAG) {
		*(bool *)(void *)at = strcmp(value, "yes") == 0;
		return strcmp(value, "yes") == 0 || strcmp(value, "no") == 0;
	}
	if (s->kind == KIND_TEXT) {
		if (strlen(value) >= s->size)
			return false;
		strcpy(at, value);
		return true;
	}
	errno = 0;
	v = strtoul(value, &end, 10);
	if (*value < '0' || *value > '9' || *end != '\0' || errno != 0 || v < s->min || v > s->size)
		return false;
	*(unsigned *)(void *)at = (unsigned)v;
	return true;
}

static struct idp_config *
config_of(struct idp_list *list, const char *name, struct err *e)
{
	struct idp_config fresh = { .par = "auto", .scope = "openid", .timeout_ms = 10000 };

	if (strlen(name) < 1 || strlen(name) > IDP_NAME_MAX || strspn(name, LETTERS) != strlen(name)) {
		err_set(e, ERR_FORMAT, "[idp NAME]: a name has 1 to %d of a-z, 0-9 and -", IDP_NAME_MAX);
		return NULL;
	}
	for (size_t i = 0; i < list->n; i++)
		if (strcmp(list->idp[i].name, name) == 0)
			return &list->idp[i];
	if (list->n == IDP_LIST_MAX) {
		err_set(e, ERR_FORMAT, "[idp %s]: there are more than %d providers", name, IDP_LIST_MAX);
		return NULL;
	}
	strcpy(fresh.name, name);
	list->idp[list->n] = fresh;
	return &list->idp[list->n++];
}

bool
idp_list_set(struct idp_list *list, const char *section, const char *name, const char *value, struct err *e)
{
	struct idp_config *c;

	if (strncmp(section, "idp ", 4) != 0)
		return err_set(e, ERR_FORMAT, "there is no section [%s]", section);
	if ((c = config_of(list, section + 4, e)) == NULL)
		return false;
	for (size_t i = 0; i < COUNT(settings); i++) {
		if (strcmp(settings[i].name, name) != 0)
			continue;
		if (c->seen >> i & 1)
			return err_set(e, ERR_FORMAT, "[%s] %s is there twice", section, name);
		c->seen |= 1u << i;
		return value_set(c, &settings[i], value) ||
		    err_set(e, ERR_FORMAT, "[%s] %s: this value cannot be used", section, name);
	}
	return err_set(e, ERR_FORMAT, "there is no setting [%s] %s", section, name);
}

bool
idp_url_fits(struct span url)
{
	return url.n < IDP_TEXT_MAX && uri_may_redirect(url);
}

/* With one way of proving who we are, not two and not none. */
static bool
client_fits(const struct idp_config *c, const char *client, const char *secret, const char *key,
    const char *prefix, struct err *e)
{
	if (*client == '\0')
		return (*secret == '\0' && *key == '\0') || err_set(e, ERR_FORMAT,
		    "[idp %s] %sclient_id is missing, whose secret or key is there", c->name, prefix);
	return (*secret == '\0') != (*key == '\0') || err_set(e, ERR_FORMAT, "[idp %s]: for %sclient_id give"
	    " %ssecret_file or %skey_file, one of them", c->name, prefix, prefix, prefix);
}

static bool
has_word(const char *words, const char *word)
{
	size_t n = strlen(word);

	for (const char *at = words; (at = strstr(at, word)) != NULL; at += n)
		if ((at == words || at[-1] == ' ') && (at[n] == ' ' || at[n] == '\0'))
			return true;
	return false;
}

static bool
config_fits(const struct idp_config *c, struct err *e)
{
	if (!idp_url_fits(span_str(c->issuer)) || strchr(c->issuer, '?') != NULL)
		return err_set(e, ERR_FORMAT, "[idp %s] issuer is the provider's issuer, exactly as it names itself:"
		    " https://HOST[/PATH]", c->name);
	if (strcmp(c->par, "auto") != 0 && strcmp(c->par, "no") != 0)
		return err_set(e, ERR_FORMAT, "[idp %s] par is auto or no", c->name);
	if (!has_word(c->scope, "openid"))
		return err_set(e, ERR_FORMAT, "[idp %s] scope must have the word openid: without it there is no ID"
		    " token", c->name);
	if (c->client_id[0] == '\0' && c->login_client_id[0] == '\0')
		return err_set(e, ERR_FORMAT, "[idp %s] client_id is missing: under what name the provider knows"
		    " us", c->name);
	if (strcmp(c->client_id, c->login_client_id) == 0)
		return err_set(e, ERR_FORMAT, "[idp %s]: login_client_id is the client of approvals. Register two"
		    " clients: else whoever logs in has approved", c->name);
	return client_fits(c, c->client_id, c->secret_file, c->key_file, "", e) &&
	    client_fits(c, c->login_client_id, c->login_secret_file, c->login_key_file, "login_", e);
}

/* A login's token must never be one of an approval, whichever section it comes from. */
static bool
pair_fits(const struct idp_config *a, const struct idp_config *b, struct err *e)
{
	if (strcmp(a->issuer, b->issuer) != 0)
		return true;
	return (a->client_id[0] == '\0' || strcmp(a->client_id, b->login_client_id) != 0) ||
	    err_set(e, ERR_FORMAT, "[idp %s] login_client_id is the client of approvals of [idp %s]", b->name,
	    a->name);
}

bool
idp_list_fits(const struct idp_list *list, struct err *e)
{
	for (size_t i = 0; i < list->n; i++) {
		if (!config_fits(&list->idp[i], e))
			return false;
		for (size_t k = 0; k < list->n; k++)
			if (!pair_fits(&list->idp[i], &list->idp[k], e))
				return false;
	}
	return true;
}

bool
idp_list_logs_in(const struct idp_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		if (list->idp[i].login_client_id[0] != '\0')
			return true;
	return false;
}
