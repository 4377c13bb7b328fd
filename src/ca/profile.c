/* SPDX-License-Identifier: Apache-2.0 */
/* Two profiles: for keys that stay, and for keys that sign once. */
#include <stdio.h>

#include "ca/profile.h"

#define DAYS		365
#define MINUTES		10
#define NOTICE		"Trial certificate for demonstrations and tests: nobody should rely on it."

struct profile {
	const char	*name;
	bool		 short_term;
};

static const struct profile profiles[] = { { "long", false }, { "short-term", true } };

static const struct {
	const char	*name;
	enum issue_qc	 bit;
} statements[] = { { "compliance", QC_COMPLIANCE }, { "sscd", QC_SSCD }, { "esign", QC_ESIGN },
	{ "eseal", QC_ESEAL } };

static bool
qc_read(const char *text, unsigned *out, struct err *e)
{
	unsigned qc = 0;

	while (text != NULL && *text != '\0') {
		size_t n = strcspn(text, ","), i = 0;

		while (i < COUNT(statements) && !span_equal(span_of(text, n), span_str(statements[i].name)))
			i++;
		if (i == COUNT(statements))
			return err_set(e, ERR_FORMAT, "--qc is a list of compliance, sscd, esign, eseal");
		qc |= statements[i].bit;
		text += n + (text[n] == ',');
	}
	*out = qc;
	return true;
}

bool
profiles_init(struct profiles *p, const struct options *o, struct err *e)
{
	*p = (struct profiles){ .days = o->days != 0 ? o->days : DAYS,
		.minutes = o->minutes != 0 ? o->minutes : MINUTES, .policy = o->policy };
	return qc_read(o->qc, &p->qc, e);
}

bool
profiles_set_url(struct profiles *p, const char *url, struct err *e)
{
	return (snprintf(p->crl, sizeof(p->crl), "%s/crl", url) < (int)sizeof(p->crl) &&
	    snprintf(p->ocsp, sizeof(p->ocsp), "%s/ocsp", url) < (int)sizeof(p->ocsp)) ||
	    err_set(e, ERR_FORMAT, "--url is too long");
}

const struct profile *
profile_find(struct span name)
{
	if (name.n == 0)
		return &profiles[0];
	for (size_t i = 0; i < COUNT(profiles); i++)
		if (span_equal(name, span_str(profiles[i].name)))
			return &profiles[i];
	return NULL;
}

const char *
profile_name(const struct profile *profile)
{
	return profile->name;
}

void
profile_apply(const struct profile *profile, const struct profiles *all, uint64_t now,
    struct issue *issue)
{
	issue->kind = ISSUE_SIGNER;
	issue->not_before = now - AUTHORITY_EARLY_MS;
	issue->not_after = now + (profile->short_term ? all->minutes * (uint64_t)60000
	    : all->days * AUTHORITY_DAY_MS - AUTHORITY_EARLY_MS);
	issue->policy = all->policy;
	issue->notice = NOTICE;
	issue->qc = all->qc;
	issue->short_term = profile->short_term;
	issue->crl = profile->short_term ? NULL : all->crl;
	issue->ocsp = profile->short_term ? NULL : all->ocsp;
}
