/* SPDX-License-Identifier: Apache-2.0 */
/* status and genesis: what anyone may know. The SAM is asked twice a second at most. */
#include "ssa/api/route.h"
#include "wire/status.h"

#define STATUS_LIFE_MS	500

/* Was the last batch written, and can the database be read? A missing account is a good answer. */
static bool
store_is_well(struct store *store)
{
	static const uint8_t nobody[16];
	struct account a;
	struct err e = { 0 };

	if (!store->ops->flush(store, &e))
		return false;
	if (store->ops->account_get(store, nobody, &a, &e))
		return true;
	return e.code == ERR_MISSING;
}

/* Signatures without a key of one's own: by which CAs. */
static void
once_write(struct emit *out, const struct ca_list *cas)
{
	if (ca_list_once(cas, span_of("", 0)) == NULL)
		return;
	emit_array(out, "once");
	for (size_t i = 0; i < cas->n; i++)
		if (cas->ca[i].once[0] != '\0') {
			emit_object(out, NULL);
			emit_text(out, "qualifier", cas->ca[i].qualifier);
			emit_text(out, "ca", cas->ca[i].name);
			emit_text(out, "profile", cas->ca[i].profile);
			emit_text(out, "algorithm", cas->ca[i].once);
			emit_object_end(out);
		}
	emit_array_end(out);
}

/* How many certifications and revocations wait for their CA, and how many for a person. */
static void
certificates_write(struct store *store, struct emit *m)
{
	uint64_t waiting, failed;
	struct err e = { 0 };

	if (!store->ops->tasks_count(store, TASK_WAITING, &waiting, &e) ||
	    !store->ops->tasks_count(store, TASK_FAILED, &failed, &e))
		return;
	emit_object(m, "certificates");
	emit_number(m, "waiting", waiting);
	emit_number(m, "failed", failed);
	emit_object_end(m);
}

static void
status_write(struct call *c, const struct msg_status *m, const char *sam)
{
	struct ssa *s = c->ssa;
	struct emit out;

	writer_reset(&s->status);
	out = emit_into(&s->status);
	emit_object(&out, NULL);
	emit_text(&out, "sam", sam);
	if (m != NULL)
		emit_span(&out, "why", m->why);
	emit_hex(&out, "group", span_of(s->group, HASH_LEN));
	if (m != NULL) {
		emit_number(&out, "epoch", m->epoch);
		emit_number(&out, "size", m->size);
		emit_span(&out, "version", m->version);
	}
	if (s->config.scal1_count > 0) {	/* what we ask for; the officers' policy may allow less */
		emit_object(&out, "scal1");
		emit_number(&out, "seconds", s->config.scal1_seconds);
		emit_number(&out, "signatures", s->config.scal1_count);
		emit_object_end(&out);
	}
	once_write(&out, &s->config.cas);
	certificates_write(s->store, &out);
	emit_text(&out, "store", store_is_well(s->store) ? "ok" : "not writable");
	emit_object_end(&out);
	s->status_at = c->now;
}

static void
status_answer(struct call *c)
{
	writer_reset(&c->x->answer);
	wr_span(&c->x->answer, writer_span(&c->ssa->status));
	c->x->status = 200;
}

static void
on_status(struct call *c, struct reader *r, const struct err *refusal)
{
	static const char *const names[] = { "starting", "open", "closed" };
	struct msg_status m;
	struct err e = { 0 };

	if (refusal->code != ERR_NONE || !msg_status_read(r, &m, &e) || m.state >= COUNT(names))
		status_write(c, NULL, "unreachable");
	else if (memcmp(m.group, c->ssa->group, HASH_LEN) != 0)
		status_write(c, NULL, "of another group");
	else
		status_write(c, &m, names[m.state]);
	status_answer(c);
}

void
handle_status(struct call *c)
{
	if (c->now - c->ssa->status_at < STATUS_LIFE_MS)
		status_answer(c);
	else
		call_ask(c, SAM_STATUS, span_of("", 0), on_status);
}

void
handle_genesis(struct call *c)
{
	struct emit m = call_answer(c);

	emit_base64(&m, "genesis", writer_span(&c->ssa->genesis));
	call_answered(c, &m);
}
