/* SPDX-License-Identifier: Apache-2.0 */
/* [ca NAME]: one table of settings, and what must go together. */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmp/config.h"

enum kind { KIND_TEXT, KIND_NUMBER, KIND_FLAG };

static const struct setting {
	const char	*name;
	enum kind	 kind;
	size_t		 at, size;	/* of a number: its largest value */
	unsigned	 min;
} settings[] = {
#define TEXT(name)	{ #name, KIND_TEXT, offsetof(struct ca_config, name), \
	sizeof(((struct ca_config *)0)->name), 0 }
#define NUMBER(name, min, max)	{ #name, KIND_NUMBER, offsetof(struct ca_config, name), max, min }
#define FLAG(name)	{ #name, KIND_FLAG, offsetof(struct ca_config, name), 0, 0 }
	TEXT(method), TEXT(profile), TEXT(qualifier), TEXT(url), TEXT(request), TEXT(certificate),
	TEXT(key), TEXT(key_passphrase), TEXT(secret), TEXT(reference), TEXT(server), TEXT(trust),
	TEXT(recipient), TEXT(issuer), TEXT(tls_trust), TEXT(proxy), TEXT(ocsp), TEXT(crl),
	FLAG(implicit_confirm), FLAG(attestation), FLAG(nonce),
	NUMBER(timeout_ms, 100, 600000), NUMBER(total_seconds, 1, 86400), NUMBER(polls, 1, 100000),
	NUMBER(retries, 0, 20), NUMBER(retry_ms, 10, 60000),
};
_Static_assert(COUNT(settings) <= 64, "struct ca_config counts what it has seen in 64 bits");

static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-";

static bool
value_set(struct ca_config *c, const struct setting *s, const char *value)
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

static struct ca_config *
config_of(struct ca_list *list, const char *name, struct err *e)
{
	struct ca_config fresh = { .method = "cmp", .request = "p10cr", .implicit_confirm = true,
		.nonce = true, .timeout_ms = 10000, .total_seconds = 300, .polls = 100, .retries = 3,
		.retry_ms = 500 };

	if (strlen(name) < 1 || strlen(name) > CA_NAME_MAX || strspn(name, letters) != strlen(name)) {
		err_set(e, ERR_FORMAT, "[ca NAME]: a name has 1 to %d of a-z, 0-9 and -", CA_NAME_MAX);
		return NULL;
	}
	for (size_t i = 0; i < list->n; i++)
		if (strcmp(list->ca[i].name, name) == 0)
			return &list->ca[i];
	if (list->n == CA_LIST_MAX) {
		err_set(e, ERR_FORMAT, "[ca %s]: there are more than %d CAs", name, CA_LIST_MAX);
		return NULL;
	}
	strcpy(fresh.name, name);
	list->ca[list->n] = fresh;
	return &list->ca[list->n++];
}

bool
ca_list_set(struct ca_list *list, const char *section, const char *name, const char *value,
    struct err *e)
{
	struct ca_config *c;

	if (strncmp(section, "ca ", 3) != 0)
		return err_set(e, ERR_FORMAT, "there is no section [%s]", section);
	if ((c = config_of(list, section + 3, e)) == NULL)
		return false;
	for (size_t i = 0; i < COUNT(settings); i++) {
		if (strcmp(settings[i].name, name) != 0)
			continue;
		if (c->seen >> i & 1)
			return err_set(e, ERR_FORMAT, "[%s] %s is there twice", section, name);
		c->seen |= 1ull << i;
		return value_set(c, &settings[i], value) ||
		    err_set(e, ERR_FORMAT, "[%s] %s: this value cannot be used", section, name);
	}
	return err_set(e, ERR_FORMAT, "there is no setting [%s] %s", section, name);
}

static bool
is_url(const char *text)
{
	return strncmp(text, "http://", 7) == 0 || strncmp(text, "https://", 8) == 0;
}

static bool
is_one_of(const char *text, const char *a, const char *b, const char *c)
{
	return strcmp(text, a) == 0 || strcmp(text, b) == 0 || strcmp(text, c) == 0;
}

/* How we prove ourselves, and how the CA does. */
static bool
protection_fits(const struct ca_config *c, struct err *e)
{
	bool mac = c->secret[0] != '\0', signing = c->certificate[0] != '\0' || c->key[0] != '\0';

	if (mac == signing)
		return err_set(e, ERR_FORMAT, "[ca %s]: give certificate and key of the registration"
		    " authority, or secret and reference for a MAC, not both and not neither", c->name);
	if (signing && (c->certificate[0] == '\0' || c->key[0] == '\0'))
		return err_set(e, ERR_FORMAT, "[ca %s]: certificate and key go together", c->name);
	if (mac && c->reference[0] == '\0')
		return err_set(e, ERR_FORMAT, "[ca %s] reference is missing: the name under which the CA"
		    " knows the secret", c->name);
	if (c->server[0] != '\0' && c->trust[0] != '\0')
		return err_set(e, ERR_FORMAT, "[ca %s]: server (this certificate) or trust (whatever"
		    " leads to these roots), not both", c->name);
	return !signing || c->server[0] != '\0' || c->trust[0] != '\0' || err_set(e, ERR_FORMAT,
	    "[ca %s] server or trust is missing: by what the CA's answers are checked", c->name);
}

static bool
config_fits(const struct ca_config *c, struct err *e)
{
	bool is_cmp = strcmp(c->method, "cmp") == 0;

	if (strspn(c->profile, letters) != strlen(c->profile))
		return err_set(e, ERR_FORMAT, "[ca %s] profile has up to %d of a-z, 0-9 and -", c->name,
		    CA_PROFILE_MAX);
	if (!is_cmp && strcmp(c->method, "hand") != 0)
		return err_set(e, ERR_FORMAT, "[ca %s] method is cmp or hand", c->name);
	if ((c->ocsp[0] != '\0' && !is_url(c->ocsp)) || (c->crl[0] != '\0' && !is_url(c->crl)) ||
	    (is_cmp && !is_url(c->url)))
		return err_set(e, ERR_FORMAT, "[ca %s]: url, ocsp and crl begin with http:// or https://",
		    c->name);
	if (!is_one_of(c->request, "p10cr", "cr", "ir"))
		return err_set(e, ERR_FORMAT, "[ca %s] request is p10cr, or cr or ir where the CA believes"
		    " us that the key was proved", c->name);
	return !is_cmp || protection_fits(c, e);
}

bool
ca_list_fits(const struct ca_list *list, struct err *e)
{
	for (size_t i = 0; i < list->n; i++) {
		if (!config_fits(&list->ca[i], e))
			return false;
		for (size_t k = 0; k < i; k++)
			if (strcmp(list->ca[i].profile, list->ca[k].profile) == 0)
				return err_set(e, ERR_FORMAT, "[ca %s] and [ca %s] are for one profile: which"
				    " one should certify?", list->ca[k].name, list->ca[i].name);
	}
	return true;
}

const struct ca_config *
ca_list_find(const struct ca_list *list, const char *profile)
{
	for (size_t i = 0; i < list->n; i++)
		if (strcmp(list->ca[i].profile, profile) == 0)
			return &list->ca[i];
	return NULL;
}
