/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The CA's own proof that a certificate is revoked, handed to the SAM, which destroys the key by it.
 * What the SAM refuses stays frozen, is in the log, and counts as failed for whoever runs this.
 */
#include "base/clock.h"
#include "base/log.h"
#include "json/base64.h"
#include "ssa/api/credential.h"
#include "ssa/issue/office.h"
#include "wire/certificate.h"

_Static_assert(CA_PROOF_MAX == PROOF_BYTES_MAX, "what the CA's client takes fits the SAM");
_Static_assert((int)CA_PROOF_CRL == PROOF_CRL && (int)CA_PROOF_OCSP == PROOF_OCSP, "same numbers");

/* Without the key's record: the SAM takes its current one, whatever the store has. */
static bool
tell(struct issuer *i, const struct key *k, const struct ca_status *s, struct err *e)
{
	AUTO_WRITER w = writer_grow(FRAME_MAX), answer = writer_grow(FRAME_MAX);
	struct msg_revoked m = { .certificate = k->row.certificate, .what = (uint8_t)s->what,
		.proof = s->proof };
	struct msg_revoked_key got;
	struct reader r;

	memcpy(m.key, k->row.id, 16);
	msg_revoked_write(&w, &m);
	if (!sam_wait(i, SAM_REVOKED, writer_span(&w), &answer, e))
		return false;
	r = reader_over(writer_span(&answer));
	return msg_revoked_key_read(&r, &got, e);
}

/* A no of the SAM's is kept where the doctor counts it, until the next look. */
static void
outcome_keep(struct issuer *i, const uint8_t key[16], const struct err *why)
{
	const struct store_ops *ops = i->ssa->store->ops;
	struct task_row row = { .kind = TASK_STOP, .state = TASK_FAILED, .due = clock_wall(),
		.ca = span_of("", 0), .data = span_of("", 0), .why = span_str(why->text) };
	struct err e = { 0 };
	bool ok;

	memcpy(row.key, key, 16);
	http_lock(i->http);
	ok = why->code == ERR_NONE ? ops->task_drop(i->ssa->store, key, TASK_STOP, &e) :
	    ops->task_put(i->ssa->store, &row, &e);
	http_unlock(i->http);
	if (!ok)
		log_error("%s", e.text);
}

void
destroy_revoked(struct office *o, const uint8_t key[16], const struct ca_status *s)
{
	const char *proof = s->what == CA_PROOF_CRL ? "CRL" : "OCSP answer";
	struct err why = { 0 };
	struct holding h;
	char text[33];

	hex_text(key, 16, text);
	if (holding_take(o->issuer, key, &h, &why)) {
		(void)(h.key->row.state == KEY_DESTROYED || tell(o->issuer, h.key, s, &why));
		holding_release(o->issuer, &h);
	}
	if (why.code == ERR_NONE || why.code == ERR_DENIED) {
		records_refresh(o->issuer, key);
		outcome_keep(o->issuer, key, &why);
	}
	if (why.code == ERR_NONE)
		log_warn("key %s is destroyed: CA %s revoked its certificate (%s)", text,
		    o->config->name, proof);
	else
		log_warn("key %s stays frozen; its certificate is revoked, but the SAM did not take"
		    " the %s of CA %s: %s", text, proof, o->config->name, why.text);
}
