/* SPDX-License-Identifier: Apache-2.0 */
/* What the CA says of a key's certificate, kept with its time; and a key stopped when it is revoked. */
#include "base/clock.h"
#include "base/log.h"
#include "json/base64.h"
#include "ssa/api/credential.h"
#include "ssa/issue/office.h"
#include "wire/enact.h"

bool
freeze(struct issuer *i, const uint8_t key[16], struct err *e)
{
	AUTO_WRITER answer = writer_grow(FRAME_MAX);
	struct msg_object of = { .type = RECORD_KEY };
	struct holding h;
	char text[33];
	uint8_t bytes[32];
	struct writer w = writer_over(bytes, sizeof(bytes));
	bool stopped;

	if (!holding_take(i, key, &h, e))
		return false;
	stopped = h.key->row.state == KEY_SUSPENDED || h.key->row.state == KEY_DESTROYED;
	holding_release(i, &h);
	if (stopped)
		return true;
	memcpy(of.id, key, 16);
	msg_object_write(&w, &of);
	if (!sam_wait(i, SAM_FREEZE, writer_span(&w), &answer, e))
		return false;
	records_refresh(i, key);
	hex_text(key, 16, text);
	log_warn("key %s is frozen: its certificate is revoked or on hold", text);
	return true;
}

static bool
row_keep(struct issuer *i, const uint8_t key[16], const struct ca_status *s, struct err *e)
{
	const struct store_ops *ops = i->ssa->store->ops;
	struct status_row row = { 0 };
	struct err none = { 0 };
	bool ok;

	http_lock(i->http);
	if (!ops->status_get(i->ssa->store, key, &row, &none))
		row = (struct status_row){ .standing = CA_UNKNOWN };
	memcpy(row.key, key, 16);
	row.tried = clock_wall();
	if (s != NULL) {
		row.standing = (uint8_t)s->standing;
		row.checked = row.tried;
		row.this_update = s->this_update;
		row.next_update = s->next_update;
		row.revoked_at = s->revoked_at;
	}
	ok = ops->status_put(i->ssa->store, &row, e);
	http_unlock(i->http);
	return ok;
}

/* Its issuer's certificate is the first of its chain. */
static bool
status_fetch(struct office *o, const struct holding *h, uint64_t max_age_ms, struct ca_status *s,
    struct err *e)
{
	struct reader chain = reader_over(h->key->row.chain);
	struct span issuer;

	if (!rd_span32(&chain, 1, CA_CERTIFICATE_MAX, &issuer))
		return err_why(e, ERR_MISSING, "no-status", "CA %s: the certificate was linked without its"
		    " issuer's, so its status cannot be checked", o->config->name);
	return ca_status(o->ca, h->key->row.certificate, issuer, max_age_ms, s, e);
}

bool
status_look(struct office *o, const uint8_t key[16], uint64_t max_age_ms, struct err *e)
{
	struct holding h;
	struct ca_status s;
	bool ok;

	if (!holding_take(o->issuer, key, &h, e))
		return false;
	ok = status_fetch(o, &h, max_age_ms, &s, e);
	holding_release(o->issuer, &h);
	if (!row_keep(o->issuer, key, ok ? &s : NULL, e) || !ok)
		return false;
	if (s.standing != CA_REVOKED && s.standing != CA_HELD)
		return true;
	if (!freeze(o->issuer, key, e))
		return false;
	if (s.standing == CA_REVOKED)
		destroy_revoked(o, key, &s);
	return true;
}
