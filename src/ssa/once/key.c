/* SPDX-License-Identifier: Apache-2.0 */
/* signDoc with a key that stays: ACTIVATE and use in one step, then files as with a one-time key. */
#include "base/clock.h"
#include "ssa/issue/before.h"
#include "ssa/once/once.h"

const char *
once_key_fault(struct once *o)
{
	static const uint8_t nobody[16];
	static struct statement st;	/* large; handlers run on one thread */
	struct err ignored = { 0 };
	struct call *c = o->c;

	if (!package_read(writer_span(&o->bytes), &o->package) ||
	    !statement_read(o->package.statement, &st, &ignored) || st.purpose != PURPOSE_SIGN ||
	    (st.sign.kind != KIND_CADES && st.sign.kind != KIND_PADES) ||
	    memcmp(st.subject, c->account, 16) != 0 || memcmp(st.group, c->ssa->group, 32) != 0 ||
	    memcmp(st.sign.key, o->key->row.id, 16) != 0 || st.sign.alg != o->key->row.alg ||
	    (memcmp(st.sign.requester, c->requester, 16) != 0 &&
	    memcmp(st.sign.requester, nobody, 16) != 0))
		return "Invalid parameter SAD";
	if (o->a == NULL)
		o->a = activation_of(o->package.statement, o->package.d);
	o->kind = st.sign.kind;
	o->attrs = st.sign.attrs;
	return NULL;
}

static void key_activate(struct call *);

static void
key_activate_again(struct call *c)
{
	struct once *o = c->state;
	struct err e = { 0 };
	struct key *k = vault_key(c->ssa->vault, o->key->row.id, &e);

	if (k != NULL) {
		key_release(o->key);
		o->key = k;
	}
	key_activate(c);
}

static void
on_key_activated(struct call *c, struct reader *r, const struct err *refusal)
{
	static struct msg_activated m;	/* large; handlers run on one thread */
	struct once *o = c->state;
	struct err e = { 0 };
	bool replay = strcmp(refusal->reason, "replay") == 0;

	if (call_is_outdated(c, refusal) || (refusal->code != ERR_NONE && !c->refreshed &&
	    (c->signer->record.n == 0 || o->key->record.n == 0))) {
		call_refresh(c, o->key->row.id, key_activate_again);
		return;
	}
	if (refusal->code == ERR_NONE || replay || strcmp(refusal->reason, "lost") == 0)
		approval_keep(c->ssa, &o->package, c->account);
	if (replay || strcmp(refusal->reason, "nonce") == 0) {
		o->past = *refusal;
		once_outcome_ask(c, o);
	} else if (refusal->code != ERR_NONE) {
		call_refused(c, refusal);
	} else if (msg_activated_read(r, &m, &e)) {
		once_results_take(c, o, &m.results);
	} else {
		call_failed(c, &e);
	}
}

static void
key_activate(struct call *c)
{
	static struct msg_activate m;	/* large, all of it is set or under m.n */
	AUTO_WRITER w = writer_grow(FRAME_MAX);
	struct once *o = c->state;

	m.statement = o->package.statement;
	m.evidences = o->package.evidences;
	m.signer_record = c->signer->record;
	m.key_record = o->key->record;
	m.next = false;
	m.n = o->a->n;
	for (size_t i = 0; i < m.n; i++)
		m.index[i] = (uint32_t)i;
	msg_activate_write(&w, &m);
	before_ask(c, o->key, SAM_ACTIVATE, writer_span(&w), on_key_activated);
}

/* After USE: what was used before is read back. */
static void
on_key_used(struct call *c, struct reader *r, const struct err *refusal)
{
	struct once *o = c->state;

	if (strcmp(refusal->reason, "replay") == 0) {
		o->past = *refusal;
		once_outcome_ask(c, o);
	} else {
		once_on_results(c, r, refusal);
	}
}

static void
key_use(struct call *c, struct once *o)
{
	AUTO_WRITER w = writer_grow(FRAME_MAX);
	static struct msg_use m;	/* large; handlers run on one thread */
	size_t len = o->a->alg->digest_len;

	m.n = o->a->n;
	memcpy(m.activation, o->a->id, sizeof(m.activation));
	for (size_t i = 0; i < m.n; i++) {
		m.index[i] = (uint32_t)i;
		m.digest[i] = span_of(o->a->digests + i * len, len);
	}
	memset(o->a->used, true, m.n);
	activation_uncount(o->a);
	msg_use_write(&w, &m);
	before_ask(c, o->key, SAM_USE, writer_span(&w), on_key_used);
}

void
once_use_key(struct once *o, bool used)
{
	o->since = clock_us();
	o->issue.certificate = writer_grow(CA_CERTIFICATE_MAX);
	o->issue.chain = writer_grow((CA_CERTIFICATE_MAX + 4) * CA_CHAIN_MAX);
	wr_span(&o->issue.certificate, o->key->row.certificate);
	wr_span(&o->issue.chain, o->key->row.chain);
	if (!used)
		key_activate(o->c);
	else if (o->a->used[0])
		once_outcome_ask(o->c, o);
	else
		key_use(o->c, o);
}
