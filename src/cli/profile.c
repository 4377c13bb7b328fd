/* SPDX-License-Identifier: Apache-2.0 */
/* Profiles as a JSON file in the signer's folder. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "cli/command.h"
#include "cli/encode.h"
#include "cli/file.h"
#include "cli/key.h"
#include "cli/profile.h"

#define PROFILE_FILE	"profile.json"

void
profile_wipe(struct profile *p)
{
	free(p->server);
	free(p->cacert);
	free(p->approval);
	free(p->login);
	json_decref(p->keys);
	*p = (struct profile){ 0 };
}

static bool
make_folder(const char *dir, struct err *e)
{
	char path[PATH_LONG];

	snprintf(path, sizeof(path), "%s", dir);
	for (char *p = path + 1; *p != '\0'; p++)
		if (*p == '/') {
			*p = '\0';
			if (mkdir(path, 0700) != 0 && errno != EEXIST)
				return err_errno(e, ERR_BACKEND, errno, "%.100s", path);
			*p = '/';
		}
	return mkdir(path, 0700) == 0 || errno == EEXIST ||
	    err_errno(e, ERR_BACKEND, errno, "%.100s cannot be made", path);
}

bool
profile_folder(const struct profile *p, struct err *e)
{
	return make_folder(p->dir, e);
}

bool
profile_place(struct profile *p, const char *home, struct err *e)
{
	const char *data = getenv("XDG_DATA_HOME"), *user = getenv("HOME");
	int n;

	if (home != NULL && *home != '\0')
		n = snprintf(p->dir, sizeof(p->dir), "%s", home);
	else if (data != NULL && data[0] == '/')
		n = snprintf(p->dir, sizeof(p->dir), "%s/propria", data);
	else if (user != NULL && user[0] == '/')
		n = snprintf(p->dir, sizeof(p->dir), "%s/.local/share/propria", user);
	else
		return err_exit(e, EXIT_USAGE, "--home is needed, as HOME is not set");
	return n < PATH_LONG - 64 || err_exit(e, EXIT_USAGE, "--home: the path is too long");
}

void
profile_path(const struct profile *p, const char *name, char out[PATH_LONG])
{
	if (strchr(name, '/') != NULL || key_is_on_token(name))
		snprintf(out, PATH_LONG, "%s", name);
	else
		snprintf(out, PATH_LONG, "%.4000s/%.90s", p->dir, name);
}

static char *
text_of(const json_t *j, const char *name)
{
	const char *text = json_string_value(json_object_get(j, name));

	return text == NULL ? NULL : strdup(text);
}

static bool
id_of(const json_t *j, const char *name, uint8_t *out, size_t n)
{
	const char *text = json_string_value(json_object_get(j, name));

	return text != NULL && hex_typed(text, out, n);
}

bool
profile_read(struct profile *p, struct span bytes, struct err *e)
{
	json_t *j = json_loadb((const char *)bytes.p, bytes.n, JSON_REJECT_DUPLICATES, NULL);
	json_int_t life = json_integer_value(json_object_get(j, "statement-life"));

	p->server = text_of(j, "server");
	p->cacert = text_of(j, "cacert");
	p->approval = text_of(j, "approval-key");
	p->login = text_of(j, "login-key");
	p->keys = json_incref(json_object_get(j, "keys"));
	p->life = life > 0 ? (uint64_t)life : 0;
	p->has_module = id_of(j, "module", p->module, sizeof(p->module)) &&
	    id_of(j, "person", p->person, sizeof(p->person));
	if (p->server == NULL || p->approval == NULL || p->login == NULL || !json_is_object(p->keys) ||
	    !id_of(j, "group", p->group, sizeof(p->group)) ||
	    !id_of(j, "signer", p->signer, sizeof(p->signer)) ||
	    !id_of(j, "authenticator", p->authenticator, sizeof(p->authenticator))) {
		json_decref(j);
		return err_set(e, ERR_FORMAT, "the signer's profile is damaged; restore %s from a "
		    "copy, or enrol again", PROFILE_FILE);
	}
	json_decref(j);
	return true;
}

bool
profile_load(struct profile *p, const char *home, struct err *e)
{
	AUTO_WRITER bytes = writer_grow(FILE_SMALL);
	char path[PATH_LONG];

	if (!profile_place(p, home, e))
		return false;
	profile_path(p, PROFILE_FILE, path);
	if (!file_exists(path))
		return err_set(e, ERR_MISSING, "there is no profile in %.100s: run propria enrol first, "
		    "or name another folder with --home", p->dir);
	return file_read(path, &bytes, e) && profile_read(p, writer_span(&bytes), e);
}

void
profile_write(const struct profile *p, struct writer *w)
{
	char group[HEX_MAX(HASH_LEN)], signer[HEX_MAX(16)], authenticator[HEX_MAX(16)], *text;
	json_t *j = json_pack("{s:s,s:s*,s:s,s:s,s:s,s:s,s:s,s:I,s:O}", "server", p->server, "cacert",
	    p->cacert, "group", hex(span_of(p->group, HASH_LEN), group), "signer",
	    hex(span_of(p->signer, 16), signer), "authenticator",
	    hex(span_of(p->authenticator, 16), authenticator), "approval-key", p->approval,
	    "login-key", p->login, "statement-life", (json_int_t)p->life, "keys", p->keys);

	if (j != NULL && p->has_module) {
		json_object_set_new(j, "module", json_string(hex(span_of(p->module, HASH_LEN), group)));
		json_object_set_new(j, "person", json_string(hex(span_of(p->person, 16), signer)));
	}
	if (j == NULL || (text = json_dumps(j, JSON_INDENT(2) | JSON_PRESERVE_ORDER)) == NULL)
		bug("a profile that is not JSON");
	json_decref(j);
	wr_span(w, span_str(text));
	wr_u8(w, '\n');
	free(text);
}

bool
profile_save(const struct profile *p, struct err *e)
{
	AUTO_WRITER w = writer_grow(FILE_SMALL);
	char path[PATH_LONG];

	profile_write(p, &w);
	profile_path(p, PROFILE_FILE, path);
	return make_folder(p->dir, e) && file_write(path, 0600, writer_span(&w), e);
}

static const char *
only_key(const struct profile *p, struct err *e)
{
	if (json_object_size(p->keys) == 1)
		return json_object_iter_key(json_object_iter(p->keys));
	err_exit(e, EXIT_USAGE, "%zu signing keys are known here: say which with its id, as propria keys "
	    "list shows it", json_object_size(p->keys));
	return NULL;
}

static bool
key_take(const json_t *j, struct known_key *k)
{
	const char *alg = json_string_value(json_object_get(j, "algorithm"));
	const char *spki = json_string_value(json_object_get(j, "spki"));
	struct writer w = writer_over(k->spki, sizeof(k->spki));

	k->class = (uint8_t)json_integer_value(json_object_get(j, "class"));
	k->level = (uint8_t)json_integer_value(json_object_get(j, "level"));
	return alg != NULL && (k->alg = alg_by_name(alg)) != NULL && spki != NULL &&
	    base64_read(span_str(spki), &w) && w.n == k->alg->spki_len;
}

bool
profile_key(const struct profile *p, const char *id, struct known_key *k, struct err *e)
{
	const json_t *j;

	if (id == NULL && (id = only_key(p, e)) == NULL)
		return false;
	if (!hex_typed(id, k->id, sizeof(k->id)))
		return err_exit(e, EXIT_USAGE, "a key's id is 32 hexadecimal digits, not %.60s", id);
	if ((j = json_object_get(p->keys, id)) == NULL)
		return err_set(e, ERR_MISSING, "key %.32s is not known on this machine: run propria keys "
		    "request for it, which checks that it is yours", id);
	return key_take(j, k) || err_set(e, ERR_FORMAT, "the profile's entry of key %.32s is damaged",
	    id);
}

void
profile_key_set(struct profile *p, const struct known_key *k)
{
	char id[HEX_MAX(16)], *spki = base64_new(span_of(k->spki, k->alg->spki_len));

	json_object_set_new(p->keys, hex(span_of(k->id, 16), id), json_pack("{s:s,s:i,s:i,s:s}",
	    "algorithm", k->alg->name, "class", k->class, "level", k->level, "spki", spki));
	free(spki);
}

void
profile_certificate_path(const struct profile *p, const uint8_t id[16], char out[PATH_LONG])
{
	char name[HEX_MAX(16) + 4];

	hex(span_of(id, 16), name);
	memcpy(name + 32, ".pem", 5);
	profile_path(p, name, out);
}
