/* SPDX-License-Identifier: Apache-2.0 */
/* OPEN_SESSION, the CA, SESSION_CERTIFICATE: one step after the other, each on the HTTP thread. */
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "ssa/api/route.h"
#include "ssa/once/once.h"
#include "wire/session.h"
#include "x509/cades.h"

#define KEPT_MS		(10 * 60000ull)	/* beyond the statement's life a file may be asked for again */
#define AGAIN		"This signature is being made; ask again in a moment"

static void on_opened(struct call *, struct reader *, const struct err *);
static void on_certified(struct call *, struct reader *, const struct err *);

void
once_init(struct once *o, struct call *c, call_then *done)
{
	o->c = c;
	o->done = done;
	o->bytes = writer_grow(STATEMENT_MAX + EVIDENCES_BYTES_MAX + 8);
	o->csr = writer_grow(CSR_MAX);
	o->attestation = writer_grow(ATTESTATION_MAX);
	o->files = writer_grow(USES_MAX * (size_t)CADES_FILE_MAX);
	o->signatures = writer_grow(USES_MAX * (SIGNATURE_DER_MAX + sizeof(uint32_t)));
}

/* All since the last stamp was this part's. */
static void
stamp(struct once *o, enum once_part part)
{
	uint64_t now = clock_us();

	o->took[part] += now - o->since;
	o->since = now;
}

static void
leave(struct once *o)
{
	if (o->at == NULL)
		return;
	*o->at = o->next;
	if (o->next != NULL)
		o->next->at = o->at;
	o->at = NULL;
	if (!o->counted)
		parallel_leave(o->c->ssa->parallel, o->c->account);
}

void
once_wipe(struct once *o)
{
	leave(o);
	activation_release(o->a);
	key_release(o->key);
	issue_wipe(&o->issue);
	writer_wipe(&o->bytes);
	writer_wipe(&o->csr);
	writer_wipe(&o->attestation);
	writer_wipe(&o->files);
	writer_wipe(&o->signatures);
}

/* By the caller, for this group, of a profile whose CA makes certificates of one-time keys. */
static bool
package_is_ours(struct once *o, const struct statement *st, const uint8_t profile[PROFILE_LEN])
{
	const struct call *c = o->c;
	char name[PROFILE_LEN + 1] = "";

	memcpy(name, profile, PROFILE_LEN);
	o->ca = ca_list_find(&c->ssa->config.cas, name);
	return memcmp(st->subject, c->account, 16) == 0 && memcmp(st->group, c->ssa->group, 32) == 0 &&
	    o->ca != NULL && o->ca->once[0] != '\0';
}

bool
once_opening_fits(struct once *o)
{
	static struct statement st;	/* large; handlers run on one thread */
	struct err ignored = { 0 };

	if (!package_read(writer_span(&o->bytes), &o->package) ||
	    !statement_read(o->package.statement, &st, &ignored) ||
	    st.purpose != PURPOSE_OPEN_SESSION || !package_is_ours(o, &st, st.open_session.profile))
		return false;
	memcpy(o->session, st.open_session.session, sizeof(o->session));
	o->alg = st.open_session.alg;
	return alg_by_name(o->ca->once)->number == o->alg;
}

const char *
once_package_fault(struct once *o)
{
	static const uint8_t nobody[16];
	static struct statement st;	/* large; handlers run on one thread */
	struct err ignored = { 0 };
	struct call *c = o->c;

	if (!package_read(writer_span(&o->bytes), &o->package) ||
	    !statement_read(o->package.statement, &st, &ignored) || st.purpose != PURPOSE_SIGN_ONCE ||
	    (st.sign.kind != KIND_CADES && st.sign.kind != KIND_PADES))
		return "Invalid parameter SAD";
	if (!package_is_ours(o, &st, st.sign.profile) ||
	    (memcmp(st.sign.requester, c->requester, 16) != 0 &&
	    memcmp(st.sign.requester, nobody, 16) != 0))
		return "Invalid parameter SAD";
	activation_release(o->a);
	o->a = activation_of(o->package.statement, o->package.d);
	o->kind = st.sign.kind;
	o->attrs = st.sign.attrs;
	memcpy(o->session, st.sign.session, sizeof(o->session));
	return o->a == NULL ? "Invalid parameter SAD" : NULL;
}

static bool
is_under_way(const struct once *o)
{
	for (const struct once *i = o->c->ssa->once; i != NULL; i = i->next)
		if (memcmp(i->package.d, o->package.d, HASH_LEN) == 0)
			return true;
	return false;
}

bool
once_is_answering(const struct ssa *s, const uint8_t ticket[HASH_LEN])
{
	for (const struct once *i = s->once; i != NULL; i = i->next)
		if (memcmp(i->ticket, ticket, HASH_LEN) == 0)
			return true;
	return false;
}

static bool
enter(struct once *o)
{
	struct ssa *s = o->c->ssa;

	if (!o->counted && !parallel_enter(s->parallel, o->c->account, o->c->now))
		return false;
	o->next = s->once;
	if (o->next != NULL)
		o->next->at = &o->next;
	s->once = o;
	o->at = &s->once;
	return true;
}

static void
session_open(struct call *c)
{
	struct once *o = c->state;
	struct msg_open_session m = { .statement = o->package.statement,
		.evidences = o->package.evidences, .signer_record = c->signer->record,
		.attest = o->ca->attestation };
	AUTO_WRITER w = writer_grow(FRAME_MAX);

	o->connection = sam_connection(c->ssa->sam);
	msg_open_session_write(&w, &m);
	call_ask(c, SAM_OPEN_SESSION, writer_span(&w), on_opened);
}

void
once_begin(struct once *o)
{
	struct call *c = o->c;

	if (is_under_way(o)) {
		c->x->retry_after = 1;
		call_error(c, 503, "temporarily_unavailable", AGAIN, "busy");
	} else if (!enter(o)) {
		call_busy(c, "Too many authorizations under way; use or await those");
	} else {
		o->since = clock_us();
		session_open(c);
	}
}

/* The CA gave nothing: the key goes, and the caller hears what the CA said. */
static void
on_ended(struct call *c, struct reader *r UNUSED, const struct err *refusal UNUSED)
{
	struct once *o = c->state;
	const struct err *e = &o->issue.e;
	char text[sizeof(e->text) + CA_SAID_MAX + 200];

	snprintf(text, sizeof(text), "Nothing was signed and the key is destroyed: no certificate came. %s%s%s",
	    e->text, o->issue.said[0] != '\0' ? "; it said: " : "", o->issue.said);
	log_warn("%s %s: %s", c->x->id, c->route->path, text);
	call_error(c, 502, "temporarily_unavailable", text, "ca");
}

static void
session_end(struct call *c, const struct once *o)
{
	struct msg_end_session m;
	uint8_t bytes[32];
	struct writer w = writer_over(bytes, sizeof(bytes));

	memcpy(m.session, o->session, sizeof(m.session));
	msg_end_session_write(&w, &m);
	call_ask(c, SAM_END_SESSION, writer_span(&w), on_ended);
}

static void
row_keep(struct call *c, const struct once *o)
{
	struct once_row row = { .certificate = writer_span(&o->issue.certificate),
		.chain = writer_span(&o->issue.chain), .expires = o->a->expires + KEPT_MS };

	memcpy(row.d, o->package.d, sizeof(row.d));
	memcpy(row.account, c->account, sizeof(row.account));
	c->ssa->store->ops->once_put(c->ssa->store, &row);
}

static void
on_issued(struct call *c)
{
	struct once *o = c->state;
	struct msg_session_certificate m = { .certificate = writer_span(&o->issue.certificate) };
	AUTO_WRITER w = writer_grow(FRAME_MAX);

	stamp(o, ONCE_CLIENT);
	o->took[ONCE_CA] = o->issue.waited_us;
	o->took[ONCE_CLIENT] -= o->issue.waited_us;
	if (o->issue.e.code != ERR_NONE) {
		session_end(c, o);
		return;
	}
	if (o->a != NULL)
		row_keep(c, o);
	memcpy(m.session, o->session, sizeof(m.session));
	msg_session_certificate_write(&w, &m);
	call_ask(c, SAM_SESSION_CERTIFICATE, writer_span(&w), o->a != NULL ? once_on_results : on_certified);
}

static void
issue_done(struct issue *i)
{
	call_wake(((struct once *)i)->c);
}

static void
certificate_ask(struct call *c, struct once *o, const struct msg_session_opened *m)
{
	memcpy(o->session, m->session, sizeof(o->session));
	memcpy(o->id, m->key, sizeof(o->id));
	o->expires = m->expires;
	wr_span(&o->csr, m->csr);
	wr_span(&o->attestation, m->attestation);
	stamp(o, ONCE_OPEN);
	o->issue.done = issue_done;
	o->issue.ca = o->ca;
	o->issue.csr = writer_span(&o->csr);
	o->issue.attestation = writer_span(&o->attestation);
	o->issue.deadline = clock_life() + (m->expires > c->now ? m->expires - c->now : 0);
	call_wait(c, on_issued);
	if (ca_pool_ask(c->ssa->ca_pool, &o->issue))
		return;
	err_why(&o->issue.e, ERR_BUSY, "busy", "too many certificates are waited for");
	call_wake(c);
}

static void
on_opened(struct call *c, struct reader *r, const struct err *refusal)
{
	struct once *o = c->state;
	struct msg_session_opened m;
	struct err e = { 0 };

	if (call_is_outdated(c, refusal) || (refusal->code != ERR_NONE && !c->refreshed &&
	    c->signer->record.n == 0)) {
		call_refresh(c, (const uint8_t[16]){ 0 }, session_open);
	} else if (o->a != NULL && (strcmp(refusal->reason, "replay") == 0 ||
	    strcmp(refusal->reason, "nonce") == 0)) {
		o->past = *refusal;
		once_look_back(o);
	} else if (refusal->code != ERR_NONE) {
		call_refused(c, refusal);
	} else if (!msg_session_opened_read(r, &m, &e)) {
		call_failed(c, &e);
	} else {
		approval_keep(c->ssa, &o->package, c->account);
		certificate_ask(c, o, &m);
	}
}

void
once_outcome_ask(struct call *c, const struct once *o)
{
	AUTO_WRITER w = writer_grow(FRAME_MAX);
	static struct msg_outcome m;

	memcpy(m.d, o->a->d, sizeof(m.d));
	m.n = o->a->n;
	for (size_t i = 0; i < m.n; i++)
		m.index[i] = (uint32_t)i;
	msg_outcome_write(&w, &m);
	call_ask(c, SAM_OUTCOME, writer_span(&w), once_on_results);
}

void
once_look_back(struct once *o)
{
	struct call *c = o->c;
	const struct store_ops *ops = c->ssa->store->ops;
	struct once_row row = { .expires = 0 };
	struct err e = { 0 };

	o->since = clock_us();
	if (!ops->once_get(c->ssa->store, o->a->d, &row, &e) && e.code == ERR_MISSING) {
		err_clear(&e);
		if (ops->flush(c->ssa->store, &e))
			ops->once_get(c->ssa->store, o->a->d, &row, &e);
	}
	if (e.code == ERR_NONE && memcmp(row.account, c->account, 16) == 0) {
		o->issue.certificate = writer_grow(CA_CERTIFICATE_MAX);
		o->issue.chain = writer_grow((CA_CERTIFICATE_MAX + 4) * CA_CHAIN_MAX);
		wr_span(&o->issue.certificate, row.certificate);
		wr_span(&o->issue.chain, row.chain);
		once_outcome_ask(c, o);
	} else if (e.code == ERR_NONE || e.code == ERR_MISSING) {
		if (o->past.code == ERR_NONE)
			err_why(&o->past, ERR_DENIED, "unknown", "no certificate of this approval is here");
		call_refused(c, &o->past);
	} else {
		call_failed(c, &e);
	}
}

/* Assembling verifies: a signature that does not fit its certificate becomes no file. */
static bool
file_write(struct once *o, const struct msg_results *m, size_t i, struct err *e)
{
	AUTO_WRITER attributes = writer_grow(SIGNED_ATTRIBUTES_MAX), file = writer_grow(CADES_FILE_MAX);
	struct span chain[CA_CHAIN_MAX];
	struct reader r = reader_over(writer_span(&o->issue.chain));
	const struct alg *alg = o->a->alg;
	struct cades made = { .kind = (enum signed_attributes_kind)o->kind, .attrs = o->attrs, .alg = alg,
		.document_digest = span_of(o->a->digests + i * alg->digest_len, alg->digest_len),
		.signer = writer_span(&o->issue.certificate), .chain = chain,
		.signing_time = m->signing };
	uint8_t dtbsr[DIGEST_MAX], der[SIGNATURE_DER_MAX];
	struct writer signature = writer_over(der, sizeof(der));

	while (made.chain_n < CA_CHAIN_MAX && rd_span32(&r, 1, UINT32_MAX, &chain[made.chain_n]))
		made.chain_n++;
	if (!cades_attributes(&made, &attributes, dtbsr, e) ||
	    !cades_assemble(&made, writer_span(&attributes), m->result[i].signature, &file, e))
		return false;
	wr_span32(&o->files, writer_span(&file));
	if (signature_to_der(alg, m->result[i].signature, &signature))
		wr_span32(&o->signatures, writer_span(&signature));
	return writer_ok(&o->files) || err_set(e, ERR_BACKEND, "no room for a signature's file");
}

static bool
results_fit(const struct once *o, const struct msg_results *m)
{
	if (m->n != o->a->n)
		return false;
	for (size_t i = 0; i < m->n; i++)
		if (m->result[i].index != i || m->result[i].status != USE_SIGNED ||
		    m->result[i].signature.n != o->a->alg->signature_len)
			return false;
	return true;
}

void
once_results_take(struct call *c, struct once *o, const struct msg_results *m)
{
	struct err e = { 0 };

	if (!results_fit(o, m)) {
		call_error(c, 500, "server_error", o->key != NULL ? "The module did not make every signature; "
		    "approve once more to try again" : "The module did not make every signature, and the key "
		    "is destroyed; approve once more to try again", "partial");
		return;
	}
	use_keep(c->ssa, o->package.d, NULL, m);
	for (size_t i = 0; i < m->n; i++)
		if (!file_write(o, m, i, &e)) {
			call_failed(c, &e);
			return;
		}
	o->signing = m->signing;
	stamp(o, ONCE_FILE);
	o->done(c);
}

/* After SESSION_CERTIFICATE, where the certificate comes first: the key waits for its use. */
static void
on_certified(struct call *c, struct reader *r, const struct err *refusal)
{
	static struct msg_results m;	/* large; handlers run on one thread */
	struct once *o = c->state;
	struct err e = { 0 };
	bool good = refusal->code == ERR_NONE && msg_results_read(r, &m, &e) && m.n == 0;

	o->counted = o->counted || good;	/* from now on by what waits */
	leave(o);
	stamp(o, ONCE_SIGN);
	if (refusal->code != ERR_NONE)
		call_refused(c, refusal);
	else if (good)
		o->done(c);
	else
		call_failed(c, &e);
}

/* After SESSION_CERTIFICATE or OUTCOME. */
void
once_on_results(struct call *c, struct reader *r, const struct err *refusal)
{
	static struct msg_results m;	/* large; handlers run on one thread */
	struct once *o = c->state;
	struct err e = { 0 };

	leave(o);
	stamp(o, ONCE_SIGN);
	if (refusal->code != ERR_NONE) {
		call_refused(c, o->past.code != ERR_NONE && strcmp(refusal->reason, "unknown") == 0
		    ? &o->past : refusal);
		return;
	}
	if (msg_results_read(r, &m, &e))
		once_results_take(c, o, &m);
	else
		call_failed(c, &e);
}

struct span
once_file(const struct once *o, size_t index)
{
	struct reader r = reader_over(writer_span(&o->files));
	struct span file = { 0 };

	for (size_t i = 0; i <= index; i++)
		if (!rd_span32(&r, 1, UINT32_MAX, &file))
			return span_of(NULL, 0);
	return file;
}

void
once_signed_write(const struct once *o, struct emit *m)
{
	struct reader r = reader_over(writer_span(&o->signatures));
	struct span signature;

	emit_base64(m, "certificate", writer_span(&o->issue.certificate));
	emit_number(m, "signing", o->signing);
	emit_array(m, "signatures");
	while (rd_span32(&r, 1, SIGNATURE_DER_MAX, &signature))
		emit_base64(m, NULL, signature);
	emit_array_end(m);
}

void
once_timing_tell(const struct once *o)
{
	static const char *const names[ONCE_PARTS] = { "session", "client", "ca", "sign", "file" };
	char text[200] = "";
	size_t n = 0;

	for (size_t i = 0; i < ONCE_PARTS; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%s;dur=%.3f", i == 0 ? "" : ", ",
		    names[i], (double)o->took[i] / 1000);
	exchange_set(o->c->x, "Server-Timing", "%s", text);
}
