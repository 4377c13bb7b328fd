/* SPDX-License-Identifier: Apache-2.0 */
/* Sealed factors: their one form, and what they are bound to. */
#include "auth/factors.h"
#include "base/fields.h"
#include "base/text.h"

static const char tag[] = "propria-factor-v1";	/* without its zero byte */

static bool
forms_fit(const void *message)
{
	const struct factors *m = message;

	return (m->pin.n == 0 || m->pin.n >= PIN_LEAST) && (m->new_pin.n == 0 || m->new_pin.n >= PIN_LEAST) &&
	    (m->code.n == 0 || m->code.n >= 6) && (m->new_seed.n == 0 || m->new_seed.n >= SEED_MIN);
}

static const struct field fields[] = {
	{ MAGIC("PRF1") },
	{ BYTES(struct factors, d) },
	{ BYTES(struct factors, person) },
	{ TEXT8(struct factors, pin, 0, PIN_MOST) },
	{ TEXT8(struct factors, code, 0, 8) },
	{ TEXT8(struct factors, new_pin, 0, PIN_MOST) },
	{ SPAN8(struct factors, new_seed, 0, SEED_MAX) },
	{ CHECKED(forms_fit) },
	{ FIELD_END },
};

bool
factors_read(struct span plain, struct factors *m, struct err *e)
{
	struct reader r = reader_over(plain);
	uint8_t rest = 0;

	if (plain.n != FACTORS_LEN || !fields_read(&r, fields, m))
		return err_why(e, ERR_FORMAT, "parse", "factors: malformed");
	for (size_t i = 0; i < r.n; i++)
		rest |= r.p[i];
	return rest == 0 || err_why(e, ERR_FORMAT, "parse", "factors: not zeros at their end");
}

void
factors_write(struct writer *w, const struct factors *m)
{
	size_t at = w->n;

	fields_write(w, fields, m, 0);
	wr_zero(w, FACTORS_LEN - (w->n - at));
}

void
factors_info(const uint8_t module[32], uint8_t info[FACTORS_INFO_LEN])
{
	memcpy(info, tag, sizeof(tag) - 1);
	memcpy(info + sizeof(tag) - 1, module, 32);
}

bool
factors_open(const struct hpke_key *key, const uint8_t module[32], const uint8_t bound[32],
    struct span sealed, uint8_t *plain, struct factors *m, struct err *e)
{
	uint8_t info[FACTORS_INFO_LEN];

	if (sealed.n != SEALED_FACTORS_LEN)
		return err_why(e, ERR_FORMAT, "parse", "sealed factors are %d bytes", SEALED_FACTORS_LEN);
	factors_info(module, info);
	if (!hpke_open(key, span_of(info, sizeof(info)), span_of(bound, 32), sealed, plain, e) ||
	    !factors_read(span_of(plain, FACTORS_LEN), m, e))
		return false;
	return memcmp(m->d, bound, 32) == 0 ||
	    err_why(e, ERR_DENIED, "auth", "factors for another statement");
}
