/* SPDX-License-Identifier: Apache-2.0 */
/* Which CA counts for which keys. */
#include "base/clock.h"
#include "sam/issuer.h"

_Static_assert(ANCHOR_RULES_ALL == CERTIFICATE_RULES_ALL, "statement and reader agree");

static bool
is_for(const struct trust_anchor *a, const uint8_t profile[PROFILE_LEN])
{
	return a->usage == ANCHOR_ISSUER && memcmp(a->profile, profile, PROFILE_LEN) == 0;
}

struct issuing_ca
issuer_ca(const struct trust_anchor *a)
{
	return (struct issuing_ca){ .alg = alg_find(a->alg), .spki = span_of(a->spki, a->spki_len),
		.issuer = span_of(a->issuer, a->issuer_len) };
}

bool
issuer_stands(const struct state *s, const uint8_t profile[PROFILE_LEN])
{
	for (size_t i = 0; i < s->anchors; i++)
		if (is_for(&s->anchor[i], profile))
			return true;
	return false;
}

/* Several CAs may serve a profile; the one whose signature verifies is it. */
const struct trust_anchor *
issuer_of(const struct state *s, const uint8_t profile[PROFILE_LEN], struct span der,
    struct certificate *cert, struct err *e)
{
	struct err why = { 0 };

	err_why(&why, ERR_DENIED, "cert", "no trust anchor is installed for this profile");
	for (size_t i = 0; i < s->anchors; i++) {
		struct issuing_ca ca = issuer_ca(&s->anchor[i]);

		if (!is_for(&s->anchor[i], profile))
			continue;
		err_clear(&why);
		if (certificate_open(der, &ca, cert, &why))
			return &s->anchor[i];
	}
	*e = why;
	return NULL;
}

bool
issuer_accepts(const struct trust_anchor *a, const struct certificate *cert, struct span spki,
    struct span subject, uint8_t class, struct err *e)
{
	struct certificate_rules rules = { .rules = a->rules, .class = class,
		.policy = span_of(a->policy, a->policy_len),
		.added = span_of(a->added, a->added_len) };

	return certificate_fits(cert, spki, subject, &rules, clock_wall(), a->max_days, e);
}
