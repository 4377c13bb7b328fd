/* SPDX-License-Identifier: Apache-2.0 */
/* Policies from options. */
#include <time.h>

#include "audit/genesis.h"
#include "cli/explain.h"
#include "cli/policy.h"

static bool
protections_read(const char *list, uint16_t *bits, struct err *e)
{
	static const char *const words[] = { "file", "token", "tpm", "phone", "passkey", "attested",
		"copied", "module", "provider" };
	uint16_t out = 0;

	while (*list != '\0') {
		size_t n = strcspn(list, ","), i = 0;

		while (i < COUNT(words) && (strlen(words[i]) != n || strncmp(words[i], list, n) != 0))
			i++;
		if (i == COUNT(words))
			return err_exit(e, EXIT_USAGE, "--protections: a list of file, token, tpm, "
			    "phone, passkey, attested, copied, module, provider, not %.40s", list);
		out |= (uint16_t)(1u << (i + 1));
		list += n + (list[n] == ',');
	}
	*bits = out;
	return true;
}

static bool
follower_read(const char *word, uint8_t *out, struct err *e)
{
	static const char *const words[] = { "none", "async", "sync" };

	for (uint8_t i = 0; i < COUNT(words); i++)
		if (strcmp(words[i], word) == 0) {
			*out = i;
			return true;
		}
	return err_exit(e, EXIT_USAGE, "--follower: none, async or sync, not %.40s", word);
}

/* The end of that day, UTC. */
static bool
until_read(const char *name, const char *text, uint64_t *out, struct err *e)
{
	struct tm day = { 0 };
	const char *rest;

	if (strcmp(text, "never") == 0) {
		*out = 0;
		return true;
	}
	rest = strptime(text, "%Y-%m-%d", &day);
	if (rest == NULL || *rest != '\0' || day.tm_year < 70)
		return err_exit(e, EXIT_USAGE, "--%s: a day such as 2027-12-31, or never, not %.40s", name,
		    text);
	*out = ((uint64_t)timegm(&day) + 86400) * 1000;
	return true;
}

static bool
passkeys_take(const struct call *c, struct policy *p, struct err *e)
{
	const char *eddsa = option(c, "eddsa-until"), *rs256 = option(c, "rsa-until");
	const char *shared = option(c, "shared-sic");

	if (shared != NULL && strcmp(shared, "yes") != 0 && strcmp(shared, "no") != 0)
		return err_exit(e, EXIT_USAGE, "--shared-sic: yes or no, not %.40s", shared);
	if (shared != NULL)
		p->shared_sic = strcmp(shared, "yes") == 0;
	return (eddsa == NULL || until_read("eddsa-until", eddsa, &p->eddsa_until, e)) &&
	    (rs256 == NULL || until_read("rsa-until", rs256, &p->rs256_until, e));
}

static bool
words_take(const struct call *c, struct policy *p, struct err *e)
{
	const char *loa = option(c, "min-loa"), *list = option(c, "protections");
	const char *follower = option(c, "follower");

	if (loa != NULL && (p->min_loa = (uint8_t)loa_by_name(loa)) == 0)
		return err_exit(e, EXIT_USAGE, "--min-loa: low, substantial or high, not %.40s", loa);
	return passkeys_take(c, p, e) && (list == NULL || protections_read(list, &p->protections, e)) &&
	    (follower == NULL || follower_read(follower, &p->follower, e));
}

bool
policy_from_options(const struct call *c, const uint8_t now[POLICY_LEN], uint8_t out[POLICY_LEN],
    struct err *e)
{
	struct reader r = reader_over(span_of(now, POLICY_LEN));
	struct writer w = writer_over(out, POLICY_LEN);
	uint64_t life, ro, so, keys, seconds, count, session;
	struct policy p;

	if (!policy_read(&r, &p, e))
		return false;
	life = p.statement_life / 1000;
	ro = p.ro_quorum;
	so = p.so_quorum;
	keys = p.keys_per_signer;
	seconds = p.scal1_seconds;
	count = p.scal1_count;
	session = p.session_seconds;
	if (!option_number(c, "statement-life", 1, 3600, &life, e) ||
	    !option_number(c, "ro-quorum", 1, QUORUM_MAX, &ro, e) ||
	    !option_number(c, "so-quorum", 2, QUORUM_MAX, &so, e) ||
	    !option_number(c, "scal1-seconds", 0, SCAL1_SECONDS_MAX, &seconds, e) ||
	    !option_number(c, "scal1-count", 0, SCAL1_COUNT_MAX, &count, e) ||
	    !option_number(c, "session-seconds", 0, SESSION_SECONDS_MAX, &session, e) ||
	    !option_number(c, "keys", 1, 32, &keys, e) || !words_take(c, &p, e))
		return false;
	if (option(c, "statement-life") != NULL)
		p.statement_life = (uint32_t)life * 1000;
	p.ro_quorum = (uint8_t)ro;
	p.so_quorum = (uint8_t)so;
	p.keys_per_signer = (uint8_t)keys;
	p.scal1_seconds = (uint32_t)seconds;
	p.scal1_count = (uint32_t)count;
	p.session_seconds = (uint32_t)session;
	policy_write(&w, &p);
	return true;
}
