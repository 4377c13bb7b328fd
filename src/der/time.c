/* SPDX-License-Identifier: Apache-2.0 */
/* UTCTime and GeneralizedTime, with a calendar of our own: libc's depends on the time zone. */
#include <stdio.h>

#include "der/der.h"

#define DAY_S	86400

/* Days since 1970-01-01 of a proleptic Gregorian date (years counted from March). */
static int64_t
days_of(int64_t y, unsigned m, unsigned d)
{
	int64_t era, doy, yoe;

	y -= m <= 2;
	era = y / 400;
	yoe = y - era * 400;
	doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

static unsigned
days_in_month(unsigned y, unsigned m)
{
	static const uint8_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	return m == 2 && y % 4 == 0 && (y % 100 != 0 || y % 400 == 0) ? 29 : days[m - 1];
}

static bool
take_number(struct reader *r, size_t digits, unsigned min, unsigned max, unsigned *out)
{
	struct span s;
	unsigned v = 0;

	if (!rd_take(r, digits, &s))
		return false;
	for (size_t i = 0; i < digits; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		v = v * 10 + (unsigned)(s.p[i] - '0');
	}
	*out = v;
	return v >= min && v <= max;
}

static bool
take_year(struct reader *r, bool utc, unsigned *year)
{
	if (!utc)
		return take_number(r, 4, 2050, 9999, year);
	if (!take_number(r, 2, 0, 99, year))
		return false;
	*year += *year < 50 ? 2000 : 1900;
	return *year >= 1970;
}

bool
der_time(struct reader *r, uint64_t *ms)
{
	bool utc = der_is(r, DER_UTC_TIME);
	struct reader at = *r, in;
	unsigned y, mo, d, h, mi, s;
	uint8_t z;

	if (!der_enter(&at, utc ? DER_UTC_TIME : DER_GENERALIZED_TIME, &in) ||
	    !take_year(&in, utc, &y) || !take_number(&in, 2, 1, 12, &mo) ||
	    !take_number(&in, 2, 1, days_in_month(y, mo), &d) || !take_number(&in, 2, 0, 23, &h) ||
	    !take_number(&in, 2, 0, 59, &mi) || !take_number(&in, 2, 0, 59, &s) ||
	    !rd_u8(&in, &z) || z != 'Z' || !rd_end(&in))
		return false;
	*ms = (uint64_t)(days_of(y, mo, d) * DAY_S + h * 3600 + mi * 60 + s) * 1000;
	*r = at;
	return true;
}

void
der_put_time(struct writer *w, uint64_t ms)
{
	int64_t s = (int64_t)(ms / 1000), days = s / DAY_S;
	int64_t y = 1970 + days / 366;
	unsigned m = 1, at = (unsigned)(s % DAY_S);
	char text[32];
	int n;

	if (ms / 1000 > 253402300799u) {	/* 9999-12-31T23:59:59Z */
		w->bad = true;
		return;
	}
	while (days >= days_of(y + 1, 1, 1))
		y++;
	while (m < 12 && days >= days_of(y, m + 1, 1))
		m++;
	n = snprintf(text, sizeof(text), "%04d%02u%02u%02u%02u%02uZ", (int)y, m,
	    (unsigned)(days - days_of(y, m, 1)) + 1, at / 3600, at / 60 % 60, at % 60);
	if (y < 2050)
		der_put(w, DER_UTC_TIME, span_of(text + 2, (size_t)n - 2));
	else
		der_put(w, DER_GENERALIZED_TIME, span_of(text, (size_t)n));
}
