/* SPDX-License-Identifier: Apache-2.0 */
/*
 * credentials/create with an approval of OPEN_SESSION, and credentials/delete of what it made: a
 * one-time key whose certificate is there before anybody says what it is to sign.
 */
#include <stdlib.h>

#include "ssa/once/first.h"
#include "ssa/once/once.h"

struct creation {
	struct once	 once;
	struct credential_wish wish;
	bool		 infos;
};

static void
creation_free(void *state)
{
	struct creation *a = state;

	once_wipe(&a->once);
	free(a);
}

void
first_view_write(const struct held *h, struct emit *m)
{
	emit_object(m, "propria");
	emit_flag(m, "once", true);
	emit_number(m, "expires", h->expires);
	emit_hex(m, "session", span_of(h->session, sizeof(h->session)));
	emit_text(m, "profile", h->ca->profile);
	emit_text(m, "signatureQualifier", h->ca->qualifier);
	emit_object_end(m);
}

static void
created_answer(struct call *c, const struct creation *a, const struct held *h)
{
	struct emit out = call_answer(c);

	c->x->status = 201;
	emit_hex(&out, "credentialID", span_of(h->key->row.id, 16));
	if (a->infos)
		credential_write(c, &out, h->key, &a->wish);
	first_view_write(h, &out);
	if (a->once.took[ONCE_OPEN] > 0)
		once_timing_tell(&a->once);
	call_answered(c, &out);
}

static void
on_created(struct call *c)
{
	struct creation *a = c->state;
	const struct once *o = &a->once;
	struct held from = { .ca = o->ca, .expires = o->expires, .connection = o->connection };
	struct key_row row = { .alg = o->alg, .class = CLASS_SIGNATURE, .level = LEVEL_SCAL2,
		.state = KEY_ACTIVE, .evidences = 1, .created = c->now, .spki = span_of("", 0),
		.certificate = writer_span(&o->issue.certificate),
		.chain = writer_span(&o->issue.chain) };

	memcpy(from.session, o->session, sizeof(from.session));
	memcpy(from.d, o->package.d, sizeof(from.d));
	memcpy(row.id, o->id, sizeof(row.id));
	memcpy(row.owner, c->account, sizeof(row.owner));
	memcpy(row.profile, o->ca->profile, strlen(o->ca->profile));
	created_answer(c, a, held_add(c->ssa, &from, &row));
}

bool
first_is_opening(struct span package)
{
	static struct statement st;	/* large; handlers run on one thread */
	struct err ignored = { 0 };
	struct package p;

	return package_read(package, &p) && statement_read(p.statement, &st, &ignored) &&
	    st.purpose == PURPOSE_OPEN_SESSION;
}

void
first_create(struct call *c, struct span package, const struct credential_wish *wish, bool infos)
{
	struct creation *a = calloc(1, sizeof(*a));
	const struct held *h;

	if (a == NULL)
		bug("out of memory");
	once_init(&a->once, c, on_created);
	a->wish = *wish;
	a->infos = infos;
	c->state = a;
	c->state_free = creation_free;
	wr_span(&a->once.bytes, package);
	if (!once_opening_fits(&a->once))
		call_error(c, 400, "invalid_authentication_data", "The authentication data is invalid",
		    "parse");
	else if ((h = held_opened_by(c->ssa, c->account, a->once.package.d)) != NULL)
		created_answer(c, a, h);
	else
		once_begin(&a->once);
}

static void
on_ended(struct call *c, struct reader *r UNUSED, const struct err *refusal)
{
	const struct key *k = c->state;

	if (refusal->code != ERR_NONE) {
		call_refused(c, refusal);
		return;
	}
	held_drop(c->ssa, k->row.id);
	call_done(c);
}

static void
key_free(void *k)
{
	key_release(k);
}

void
first_delete(struct call *c, const struct held *h)
{
	struct msg_end_session m;
	uint8_t bytes[32];
	struct writer w = writer_over(bytes, sizeof(bytes));

	c->state = key_hold(h->key);
	c->state_free = key_free;
	memcpy(m.session, h->session, sizeof(m.session));
	msg_end_session_write(&w, &m);
	call_ask(c, SAM_END_SESSION, writer_span(&w), on_ended);
}
