/* SPDX-License-Identifier: Apache-2.0 */
/* The kinds of values a configuration has. */
#include <ctype.h>
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>

#include "crypto/alg.h"
#include "launch/config_value.h"

/* A whole number in the base its digits are in; nothing before or after it. */
static bool
number_read(const char *text, int base, uint64_t max, uint64_t *out)
{
	unsigned long long v;
	char *end;

	if (!isxdigit((unsigned char)text[0]))
		return false;
	errno = 0;
	v = strtoull(text, &end, base);
	if (errno != 0 || *end != '\0' || v > max)
		return false;
	*out = v;
	return true;
}

static bool
number_set(void *field, const struct config_key *k, const char *value, const char *directory UNUSED)
{
	uint64_t v;

	if (!number_read(value, 10, k->max, &v) || v < k->min)
		return false;
	*(uint32_t *)field = (uint32_t)v;
	return true;
}

static bool
number_show(const void *field, const struct config_key *k UNUSED, FILE *f)
{
	return fprintf(f, "%u", *(const uint32_t *)field) > 0;
}

static bool
hex_set(void *field, const struct config_key *k, const char *value, const char *directory UNUSED)
{
	uint64_t v;

	if (strncmp(value, "0x", 2) != 0 || !number_read(value + 2, 16, k->max, &v) || v < k->min)
		return false;
	*(uint32_t *)field = (uint32_t)v;
	return true;
}

static bool
hex_show(const void *field, const struct config_key *k UNUSED, FILE *f)
{
	uint32_t v = *(const uint32_t *)field;

	return v != 0 && fprintf(f, "0x%X", v) > 0;
}

static bool
mode_set(void *field, const struct config_key *k UNUSED, const char *value,
    const char *directory UNUSED)
{
	if (strcmp(value, "0600") != 0 && strcmp(value, "0660") != 0)
		return false;
	*(unsigned *)field = value[2] == '6' ? 0660 : 0600;
	return true;
}

static bool
mode_show(const void *field, const struct config_key *k UNUSED, FILE *f)
{
	return fprintf(f, "%04o", *(const unsigned *)field) > 0;
}

static bool
choice_set(void *field, const struct config_key *k, const char *value, const char *directory UNUSED)
{
	for (unsigned i = 0; k->words[i] != NULL; i++)
		if (strcmp(value, k->words[i]) == 0) {
			*(unsigned *)field = i;
			return true;
		}
	return false;
}

static bool
choice_show(const void *field, const struct config_key *k, FILE *f)
{
	return fputs(k->words[*(const unsigned *)field], f) >= 0;
}

static bool
text_set(void *field, const struct config_key *k, const char *value, const char *directory UNUSED)
{
	char *copy = strlen(value) <= k->max ? strdup(value) : NULL;

	if (copy == NULL)
		return false;
	free(*(char **)field);
	*(char **)field = copy;
	return true;
}

/* yours; NULL: too long or no memory */
static char *
path_from(const char *value, size_t max, const char *directory)
{
	char *path = NULL;

	if (asprintf(&path, "%s%s%s", value[0] == '/' ? "" : directory,
	    value[0] == '/' ? "" : "/", value) < 0)
		return NULL;
	if (strlen(path) > max) {
		free(path);
		return NULL;
	}
	return path;
}

static bool
path_set(void *field, const struct config_key *k, const char *value, const char *directory)
{
	char *path = path_from(value, k->max, directory);

	if (path == NULL)
		return false;
	free(*(char **)field);
	*(char **)field = path;
	return true;
}

static bool
text_show(const void *field, const struct config_key *k UNUSED, FILE *f)
{
	const char *text = *(char *const *)field;

	return text != NULL && fputs(text, f) >= 0;
}

static void
text_wipe(void *field)
{
	free(*(char **)field);
}

static bool
user_read(const char *name, uid_t *out)
{
	uint64_t v;
	struct passwd *pw;

	if (isdigit((unsigned char)name[0])) {
		if (!number_read(name, 10, UINT32_MAX - 1, &v))
			return false;
		*out = (uid_t)v;
		return true;
	}
	if ((pw = getpwnam(name)) == NULL)
		return false;
	*out = pw->pw_uid;
	return true;
}

static bool
group_set(void *field, const struct config_key *k UNUSED, const char *value,
    const char *directory UNUSED)
{
	struct group *gr;
	uint64_t v;

	if (isdigit((unsigned char)value[0])) {
		if (!number_read(value, 10, UINT32_MAX - 1, &v))
			return false;
		*(gid_t *)field = (gid_t)v;
		return true;
	}
	if ((gr = getgrnam(value)) == NULL)
		return false;
	*(gid_t *)field = gr->gr_gid;
	return true;
}

static bool
group_show(const void *field, const struct config_key *k UNUSED, FILE *f)
{
	gid_t gid = *(const gid_t *)field;

	return gid != (gid_t)-1 && fprintf(f, "%u", (unsigned)gid) > 0;
}

/* Calls each for the words between commas; an empty word is refused. */
static bool
list_each(const char *value, bool (*each)(void *list, const char *word, const void *with),
    void *list, const void *with)
{
	char *copy = strdup(value), *rest = copy, *word;
	bool ok = copy != NULL;

	while (ok && (word = strsep(&rest, ",")) != NULL) {
		char *end = word + strlen(word);

		while (isspace((unsigned char)*word))
			word++;
		while (end > word && isspace((unsigned char)end[-1]))
			*--end = '\0';
		ok = *word != '\0' && each(list, word, with);
	}
	free(copy);
	return ok;
}

static bool
users_each(void *list, const char *word, const void *with UNUSED)
{
	struct config_ids *ids = list;

	return ids->n < CONFIG_LIST_MAX && user_read(word, &ids->v[ids->n++]);
}

static bool
users_set(void *field, const struct config_key *k UNUSED, const char *value,
    const char *directory UNUSED)
{
	struct config_ids ids = {0};

	if (!list_each(value, users_each, &ids, NULL))
		return false;
	*(struct config_ids *)field = ids;
	return true;
}

static bool
users_show(const void *field, const struct config_key *k UNUSED, FILE *f)
{
	const struct config_ids *ids = field;

	for (size_t i = 0; i < ids->n; i++)
		fprintf(f, "%s%u", i == 0 ? "" : ", ", (unsigned)ids->v[i]);
	return ids->n > 0;
}

static bool
algorithms_each(void *list, const char *word, const void *with UNUSED)
{
	struct config_numbers *a = list;
	const struct alg *alg;
	uint64_t v;

	alg = number_read(word, 10, UINT16_MAX, &v) ? alg_find((uint16_t)v) : alg_by_name(word);
	if (alg == NULL || a->n == CONFIG_LIST_MAX)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (a->v[i] == alg->number)
			return false;
	a->v[a->n++] = alg->number;
	return true;
}

static bool
algorithms_set(void *field, const struct config_key *k UNUSED, const char *value,
    const char *directory UNUSED)
{
	struct config_numbers a = {0};

	if (!list_each(value, algorithms_each, &a, NULL))
		return false;
	*(struct config_numbers *)field = a;
	return true;
}

static bool
algorithms_show(const void *field, const struct config_key *k UNUSED, FILE *f)
{
	const struct config_numbers *a = field;

	for (size_t i = 0; i < a->n; i++)
		fprintf(f, "%s%u", i == 0 ? "" : ",", a->v[i]);
	return a->n > 0;
}

static void
texts_wipe(void *field)
{
	struct config_texts *t = field;

	for (size_t i = 0; i < t->n; i++)
		free(t->v[i]);
}

static bool
paths_each(void *list, const char *word, const void *with)
{
	struct config_texts *t = list;

	return t->n < CONFIG_LIST_MAX && (t->v[t->n] = path_from(word, 4000, with)) != NULL &&
	    ++t->n > 0;
}

static bool
paths_set(void *field, const struct config_key *k UNUSED, const char *value, const char *directory)
{
	struct config_texts t = {0};

	if (!list_each(value, paths_each, &t, directory)) {
		texts_wipe(&t);
		return false;
	}
	texts_wipe(field);
	*(struct config_texts *)field = t;
	return true;
}

static bool
paths_show(const void *field, const struct config_key *k UNUSED, FILE *f)
{
	const struct config_texts *t = field;

	for (size_t i = 0; i < t->n; i++)
		fprintf(f, "%s%s", i == 0 ? "" : ", ", t->v[i]);
	return t->n > 0;
}

static void
wipe_nothing(void *field UNUSED)
{
}

const struct config_kind kind_path = { path_set, text_show, text_wipe };
const struct config_kind kind_paths = { paths_set, paths_show, texts_wipe };
const struct config_kind kind_text = { text_set, text_show, text_wipe };
const struct config_kind kind_number = { number_set, number_show, wipe_nothing };
const struct config_kind kind_hex = { hex_set, hex_show, wipe_nothing };
const struct config_kind kind_mode = { mode_set, mode_show, wipe_nothing };
const struct config_kind kind_choice = { choice_set, choice_show, wipe_nothing };
const struct config_kind kind_users = { users_set, users_show, wipe_nothing };
const struct config_kind kind_group = { group_set, group_show, wipe_nothing };
const struct config_kind kind_algorithms = { algorithms_set, algorithms_show, wipe_nothing };
