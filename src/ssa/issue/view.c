/* SPDX-License-Identifier: Apache-2.0 */
/* Certification and status of a key, for credentials/info and the account. */
#include "cmp/ca.h"
#include "ssa/api/credential.h"
#include "ssa/issue/view.h"

#define SOON_MS		((uint64_t)30 * 86400 * 1000)

static bool
status_of(struct ssa *s, const struct key *k, struct status_row *row)
{
	struct err e = { 0 };

	return k->row.certificate.n > 0 && s->store->ops->status_get(s->store, k->row.id, row, &e) &&
	    row->checked != 0;
}

const char *
view_cert_status(struct ssa *s, const struct key *k, uint64_t now)
{
	struct status_row row;

	if (status_of(s, k, &row) && row.standing == CA_REVOKED)
		return "revoked";
	if (k->not_after != 0 && k->not_after < now)
		return "expired";
	return status_of(s, k, &row) && row.standing == CA_HELD ? "suspended" : "valid";
}

bool
view_ends_soon(const struct key *k, uint64_t now)
{
	return k->not_after != 0 && k->not_after >= now && k->not_after - now < SOON_MS;
}

static void
certification_write(struct ssa *s, const struct key *k, struct emit *m)
{
	struct task_row t;
	struct err e = { 0 };

	if (k->row.certificate.n > 0 ||
	    !s->store->ops->task_get(s->store, k->row.id, TASK_CERTIFY, &t, &e))
		return;
	emit_text(m, "certification", t.state == TASK_FAILED ? "failed" : "waiting");
	if (t.why.n > 0)
		emit_span(m, "certificationWhy", t.why);
}

void
view_write(struct ssa *s, const struct key *k, uint64_t now, struct emit *m)
{
	struct status_row row;

	certification_write(s, k, m);
	if (k->row.certificate.n == 0)
		return;
	if (status_of(s, k, &row))
		emit_number(m, "statusAge", now > row.checked ? (now - row.checked) / 1000 : 0);
	if (view_ends_soon(k, now))
		emit_number(m, "expiresIn", (k->not_after - now) / 1000);
}
