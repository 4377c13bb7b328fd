/* SPDX-License-Identifier: Apache-2.0 */
/*
 * REVOKED: the CA says that it revoked the certificate of a key, and the key is destroyed. The SSA
 * only carries the word; it counts by its signature. PROTOCOL.sam 4.12; EN 419 241-1 SRC_SKS.1.2
 */
#include "base/clock.h"
#include "der/ocsp.h"
#include "sam/enact.h"
#include "sam/issuer.h"
#include "sam/request.h"
#include "wire/certificate.h"

_Static_assert(PROOF_BYTES_MAX == REVOCATION_MAX, "wire and readers agree");

/* Its certificate, under an anchor of its profile, and the proof under the same one. */
static bool
is_revoked(struct sam *sam, const struct msg_revoked *m, const struct key_record *k, struct err *e)
{
	const struct trust_anchor *a;
	struct certificate cert;
	struct issuing_ca ca;
	uint8_t hash[HASH_LEN];

	sha256(m->certificate, hash);
	if (memcmp(hash, k->cert, HASH_LEN) != 0)
		return err_why(e, ERR_DENIED, "cert", "the certificate is not this key's");
	if ((a = issuer_of(sam->state, k->profile, m->certificate, &cert, e)) == NULL)
		return false;
	ca = issuer_ca(a);
	return m->what == PROOF_CRL ? crl_revokes(m->proof, &ca, cert.serial, e) :
	    ocsp_revokes(m->proof, &ca, cert.serial, clock_wall(), e);
}

bool
answer_revoked(struct sam *sam, struct call *c, struct reader *r, struct err *e)
{
	struct key_change change = { .state = KEY_DESTROYED, .cause = KEY_CAUSE_REVOKED };
	struct writer w = writer_grow(64);
	struct msg_revoked_key answer;
	AUTO_KEY k = { .row = NULL };
	struct msg_revoked m;

	if (!msg_revoked_read(r, &m, e))
		return false;
	memcpy(c->key, m.key, ID_LEN);
	if (!open_key(sam, m.key, m.key_record, &k, e))
		return false;
	memcpy(c->signer, k.owner, ID_LEN);
	if (k.row->state == KEY_DESTROYED)
		return err_why(e, ERR_DENIED, "state", "the key is destroyed already");
	if (!is_revoked(sam, &m, &k.record, e))
		return false;
	change.id = m.key;
	change.owner = k.owner;
	change.version = k.row->version;
	log_key(sam, &change);
	answer = (struct msg_revoked_key){ journal_last(sam->journal), change.version };
	msg_revoked_key_write(&w, &answer);
	call_answer_when(sam, c, ANCHORED, w);
	return true;
}
