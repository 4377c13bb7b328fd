/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SESSION_CERTIFICATE: the certificate of a one-time key, from the CA of the profile that the signer
 * approved, or none; then what was approved is signed at once. Finding C14.
 */
#include "base/clock.h"
#include "sam/fail_point.h"
#include "sam/issuer.h"
#include "sam/once.h"
#include "sam/request.h"
#include "sam/use.h"
#include "wire/session.h"

bool
once_profile_stands(const struct state *s, const uint8_t profile[16])
{
	return issuer_stands(s, profile);
}

bool
once_certificate_fits(struct sam *sam, struct once *o, struct span der, struct err *e)
{
	struct certificate cert;
	const struct trust_anchor *a = issuer_of(sam->state, o->profile, der, &cert, e);
	uint64_t now = clock_wall();

	if (a == NULL)
		return false;
	if (!issuer_accepts(a, &cert, span_of(o->spki, o->alg->spki_len), writer_span(&o->name),
	    CLASS_SIGNATURE, e))
		return false;
	/* Its validity begins at a whole second, and the signing time is one. */
	if (now < cert.not_before || now >= cert.not_after)
		return err_why(e, ERR_DENIED, "cert", "certificate is not in its validity");
	memcpy(o->anchor, a->id, sizeof(o->anchor));
	sha256(der, o->cert);
	o->not_before = cert.not_before;
	o->not_after = cert.not_after;
	return true;
}

static void
certified_log(struct sam *sam, const struct once *o)
{
	struct entry_session_certified entry = { .not_before = o->not_before,
		.not_after = o->not_after };

	memcpy(entry.session, o->session, ID_LEN);
	memcpy(entry.cert, o->cert, sizeof(entry.cert));
	memcpy(entry.anchor, o->anchor, sizeof(entry.anchor));
	entry_session_certified_write(journal_begin(sam->journal, ENTRY_SESSION_CERTIFIED), &entry);
	journal_end(sam->journal);
}

static void
certificate_is_durable(void *owner, void *job, const struct err *failure)
{
	static struct msg_results none;
	struct sam *sam = owner;
	struct call *c = job;
	struct once *o = c->work;
	uint8_t mem[64];
	struct writer w = writer_over(mem, sizeof(mem));
	struct err e = { 0 };

	if (failure != NULL || !once_goes_on(sam, o, &e)) {
		once_stop(sam, c, o, failure != NULL ? SESSION_FAILED : once_why(&e),
		    failure != NULL ? failure : &e);
		return;
	}
	fail_point("session-certified");
	o->step = ONCE_CERTIFIED;
	o->busy = false;
	msg_results_write(&w, &none);
	call_answer(sam, c, &w);
}

bool
answer_session_certificate(struct sam *sam, struct call *c, struct reader *r, struct err *e)
{
	struct msg_session_certificate m;
	struct once *o;

	if (!msg_session_certificate_read(r, &m, e) ||
	    (o = once_find(sam->onces, m.session, ONCE_WAITING, e)) == NULL)
		return false;
	memcpy(c->signer, o->signer, ID_LEN);
	memcpy(c->key, o->key, ID_LEN);
	memcpy(c->d, o->approval.d, sizeof(c->d));
	if (!use_has_room(sam, e))
		return false;
	if (!once_still_holds(sam, o, e)) {
		once_end_unheld(sam, o, e);
		return false;
	}
	if (!once_certificate_fits(sam, o, m.certificate, e)) {
		once_end(sam, o, SESSION_REFUSED);
		return false;
	}
	once_lend(c, o);
	certified_log(sam, o);
	if (o->kind != 0)
		once_sign(sam, c, o);
	else
		journal_wait(sam->journal, ON_DISK, certificate_is_durable, c);
	return true;
}
