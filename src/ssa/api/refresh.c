/* SPDX-License-Identifier: Apache-2.0 */
/* Sealed records that the store lost or never had: the SAM gives its current ones back. */
#include "base/log.h"
#include "ssa/api/credential.h"
#include "ssa/issue/issuer.h"
#include "wire/enact.h"

static const uint8_t no_key[16];

bool
call_is_outdated(const struct call *c, const struct err *e)
{
	return !c->refreshed && (strcmp(e->reason, "version") == 0 || strcmp(e->reason, "record") == 0);
}

static void
record_ask(struct call *c, uint8_t type, const uint8_t id[16], call_next *next)
{
	uint8_t bytes[32];
	struct writer w = writer_over(bytes, sizeof(bytes));
	struct msg_object m = { .type = type };

	memcpy(m.id, id, ID_LEN);
	msg_object_write(&w, &m);
	call_ask(c, SAM_RECORD, writer_span(&w), next);
}

static bool
key_kept(struct call *c, const struct msg_record *m, struct err *e)
{
	AUTO(key) *k = vault_key(c->ssa->vault, c->refresh_key, e);
	struct key_row row;

	if (k == NULL)
		return false;
	if (k->row.state == m->state && k->row.version == m->version &&
	    (m->record.n == 0 || span_equal(m->record, k->record)))
		return true;		/* most often: nothing to write */
	row = k->row;
	row.state = m->state;
	row.version = m->version;
	/* Destroyed by an officer, or by proof: its certificate is of no key any more. */
	return vault_key_put(c->ssa->vault, &row, &m->record, m->record.n > 0, e) &&
	    (row.state != KEY_DESTROYED || k->row.state == KEY_DESTROYED ||
	    issuer_revoke(c->ssa, &k->row, e));
}

static void
on_key(struct call *c, struct reader *r, const struct err *refusal)
{
	struct err e = { 0 };
	struct msg_record m;

	if (refusal->code == ERR_NONE && (!msg_record_read(r, &m, &e) || !key_kept(c, &m, &e)))
		log_warn("record not kept: %s", e.text);
	c->refresh_then(c);
}

static void
signer_again(struct call *c)
{
	struct err e = { 0 };
	struct signer *s = vault_signer(c->ssa->vault, c->account, &e);

	if (s == NULL)
		return;		/* the old one still serves */
	signer_release(c->signer);
	c->signer = s;
}

static bool
signer_kept(struct call *c, const struct msg_record *m, struct err *e)
{
	const struct signer *s = c->signer;

	if (s->state == m->state && s->version == m->version &&
	    (m->record.n == 0 || span_equal(m->record, s->record)))
		return true;
	return vault_signer_state(c->ssa->vault, c->account, m->state, m->version, m->record, e);
}

static void
on_signer(struct call *c, struct reader *r, const struct err *refusal)
{
	struct err e = { 0 };
	struct msg_record m;

	if (refusal->code == ERR_NONE && (!msg_record_read(r, &m, &e) || !signer_kept(c, &m, &e)))
		log_warn("record not kept: %s", e.text);
	signer_again(c);
	if (memcmp(c->refresh_key, no_key, 16) == 0)
		c->refresh_then(c);
	else
		record_ask(c, RECORD_KEY, c->refresh_key, on_key);
}

void
call_refresh(struct call *c, const uint8_t key[16], call_then *then)
{
	c->refreshed = true;
	c->refresh_then = then;
	memcpy(c->refresh_key, key == NULL ? no_key : key, 16);
	record_ask(c, RECORD_SIGNER, c->account, on_signer);
}
