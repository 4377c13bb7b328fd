/* SPDX-License-Identifier: Apache-2.0 */
/* account: what the SAM says about the caller and each key now, and with it fresh records. */
#include <stdlib.h>

#include "der/certificate.h"
#include "der/name.h"
#include "ssa/api/credential.h"
#include "ssa/api/route.h"
#include "ssa/issue/view.h"
#include "ssa/module.h"
#include "wire/status.h"

#define KEYS_MAX	64

struct listing {
	size_t		n, next;
	uint32_t	epoch;
	uint8_t		id[KEYS_MAX][16];
};

static bool
key_noted(void *arg, const struct key_row *k)
{
	struct listing *l = arg;

	memcpy(l->id[l->n++], k->id, 16);
	return l->n < KEYS_MAX;
}

static void
key_write(struct call *c, struct emit *m, const struct key *k)
{
	emit_object(m, NULL);
	emit_hex(m, "credentialID", span_of(k->row.id, 16));
	emit_number(m, "version", k->row.version);
	emit_number(m, "state", k->row.state);
	emit_text(m, "algorithm", k->alg->name);
	emit_number(m, "class", k->row.class);
	emit_number(m, "level", k->row.level);
	if (k->row.profile[0] != 0)
		emit_span(m, "profile", span_of(k->row.profile, strnlen((const char *)k->row.profile, 16)));
	if (k->row.spki.n > 0)
		emit_base64(m, "spki", k->row.spki);
	if (k->row.certificate.n > 0)
		emit_base64(m, "certificate", k->row.certificate);
	if (k->row.certificate.n > 0)
		emit_text(m, "certificateStatus", view_cert_status(c->ssa, k, c->now));
	view_write(c->ssa, k, c->now, m);
	emit_number(m, "evidences", k->row.evidences);
	module_with_write(m, &k->row);
	emit_object_end(m);
}

/* The subject of the youngest key's certificate: what the person is called there. */
static void
name_write(struct call *c, struct emit *m)
{
	struct listing *l = c->state;

	for (size_t i = l->n; i-- > 0;) {
		struct err e = { 0 };
		AUTO(key) *k = vault_key(c->ssa->vault, l->id[i], &e);
		struct certificate_cut cut;
		struct certificate cert;
		char text[NAME_MAX_TEXT];

		if (k != NULL && k->row.certificate.n > 0 &&
		    certificate_cut(k->row.certificate, &cut, &e) && certificate_read(&cut, &cert, &e) &&
		    name_check(cert.subject, &e) && name_to_text(cert.subject, text, sizeof(text), &e)) {
			emit_text(m, "name", text);
			return;
		}
	}
}

static bool
authenticator_write(void *arg, const struct authenticator_row *a)
{
	const struct ways *w = arg;
	struct emit *m = w->m;

	emit_object(m, NULL);
	emit_hex(m, "id", span_of(a->id, 16));
	emit_number(m, "type", a->type);
	if (a->protection != 0)
		emit_number(m, "protection", a->protection);
	emit_span(m, "label", a->label);
	module_way_write(w, a);
	emit_number(m, "bound", a->bound);
	emit_object_end(m);
	return true;
}

static void
account_write(struct call *c)
{
	struct listing *l = c->state;
	struct emit m = call_answer(c);
	struct ways ways = { c->ssa, &m };
	struct err failed = { 0 };

	emit_hex(&m, "signer", span_of(c->account, 16));
	emit_number(&m, "version", c->signer->version);
	emit_number(&m, "state", c->signer->state);
	emit_hex(&m, "group", span_of(c->ssa->group, HASH_LEN));
	emit_number(&m, "epoch", l->epoch);
	name_write(c, &m);
	emit_array(&m, "authenticators");
	if (!c->ssa->store->ops->authenticators_of(c->ssa->store, c->account, authenticator_write, &ways,
	    &failed)) {
		call_failed(c, &failed);
		return;
	}
	emit_array_end(&m);
	emit_array(&m, "keys");
	for (size_t i = 0; i < l->n; i++) {
		struct err e = { 0 };
		AUTO(key) *k = vault_key(c->ssa->vault, l->id[i], &e);

		if (k != NULL)
			key_write(c, &m, k);
	}
	emit_array_end(&m);
	call_answered(c, &m);
}

static void
next_key(struct call *c)
{
	struct listing *l = c->state;

	if (l->next < l->n)
		call_refresh(c, l->id[l->next++], next_key);
	else
		account_write(c);
}

static void
on_status(struct call *c, struct reader *r, const struct err *refusal)
{
	struct listing *l = c->state;
	struct msg_status m;
	struct err e = { 0 };

	if (refusal->code != ERR_NONE) {
		call_refused(c, refusal);
		return;
	}
	if (!msg_status_read(r, &m, &e)) {
		call_failed(c, &e);
		return;
	}
	l->epoch = m.epoch;
	if (l->n == 0)
		call_refresh(c, NULL, account_write);
	else
		next_key(c);
}

void
handle_account(struct call *c)
{
	struct listing *l = calloc(1, sizeof(*l));
	struct err e = { 0 };

	if (l == NULL)
		bug("out of memory");
	c->state = l;
	c->state_free = free;
	if (c->ssa->store->ops->keys_of(c->ssa->store, c->account, key_noted, l, &e))
		call_ask(c, SAM_STATUS, span_of("", 0), on_status);
	else
		call_failed(c, &e);
}
