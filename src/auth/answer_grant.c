/* SPDX-License-Identifier: Apache-2.0 */
/*
 * FACTOR_KEY and GRANT: a person's factors for one statement of a SAM that is a peer, and the share
 * of the statement's key. The whole statement comes, so that purpose and signer are our own to see.
 * PROTOCOL.sam 9.2, 9.5; finding C10.
 */
#include <stdlib.h>

#include "auth/attempt.h"
#include "auth/grant_key.h"
#include "base/clock.h"
#include "crypto/verify.h"
#include "sam/attestation.h"
#include "sam/fail_point.h"
#include "sam/peer.h"

#define AHEAD_MS	60000
#define LIFE_MAX_MS	7200000		/* longest session of the SAM, longest statement here */

/* --- FACTOR_KEY */

static void
factor_key_tell(struct sam *sam, struct call *c)
{
	struct msg_factor_key m = { writer_span(&auth_parts(sam)->factor_key_said) };
	AUTO_WRITER w = writer_grow(1100);

	msg_factor_key_write(&w, &m);
	call_answer(sam, c, &w);
}

static void
said_free(void *p)
{
	writer_wipe(p);
	free(p);
}

static void
factor_key_is_attested(struct sam *sam, struct call *c, const struct err *failure)
{
	struct writer *said = c->work;
	struct auth_parts *parts = auth_parts(sam);

	if (failure != NULL) {
		call_refuse(sam, c, failure);
		return;
	}
	writer_wipe(&parts->factor_key_said);
	parts->factor_key_said = *said;
	*said = writer_grow(0);
	factor_key_tell(sam, c);
}

/* Once in a life the module says whose the key is. */
bool
answer_factor_key(struct sam *sam, struct call *c, struct reader *r, struct err *e)
{
	struct auth_parts *parts = auth_parts(sam);
	struct writer *said;

	if (!rd_end(r))
		return err_why(e, ERR_FORMAT, "parse", "FACTOR_KEY has no payload");
	if (parts->factor_key_said.n > 0) {
		factor_key_tell(sam, c);
		return true;
	}
	if ((said = malloc(sizeof(*said))) == NULL)
		return err_set(e, ERR_BACKEND, "no memory");
	*said = writer_grow(1024);
	c->work = said;
	c->work_free = said_free;
	attest_factor_key(sam, c, hpke_key_point(parts->factor_key), said, factor_key_is_attested);
	return true;
}

/* --- GRANT */

/* Acts that a signer approves; officers' acts are no matter of ours. */
static bool
is_of_signers(uint16_t purpose)
{
	static const uint16_t purposes[] = { PURPOSE_SIGN, PURPOSE_SIGN_ONCE, PURPOSE_BIND,
		PURPOSE_ADD_AUTHENTICATOR, PURPOSE_REMOVE_AUTHENTICATOR, PURPOSE_CREATE_KEY,
		PURPOSE_DESTROY_KEY, PURPOSE_RELEASE_KEY, PURPOSE_OPEN_SESSION };

	for (size_t i = 0; i < COUNT(purposes); i++)
		if (purposes[i] == purpose)
			return true;
	return false;
}

/* The youngest key of this SAM: several may overlap. */
static const struct peer *
peer_sam(const struct sam *sam, const uint8_t group[GROUP_LEN])
{
	const struct peer *last = NULL, *p;

	for (size_t i = 0; (p = state_peer_key(sam->state, PEER_SAM, group, i)) != NULL; i++)
		last = p;
	return last;
}

static bool
statement_is_grantable(const struct sam *sam, const struct statement *st, struct err *e)
{
	uint64_t now = clock_wall();

	if (peer_sam(sam, st->group) == NULL)
		return err_why(e, ERR_DENIED, "peer", "no peer has this group");
	if (!is_of_signers(st->purpose))
		return err_why(e, ERR_DENIED, "purpose", "no grants for purpose %04x", st->purpose);
	if (st->iat > now + AHEAD_MS || st->exp <= now || st->exp - st->iat > LIFE_MAX_MS)
		return err_why(e, ERR_DENIED, "time", "statement has expired, is of the future, or "
		    "lives too long");
	return true;
}

static bool
share_write(struct sam *sam, const struct attempt *a, uint8_t out[SHARE_SEALED_LEN], struct err *e)
{
	static const char label[] = "propria-share-v1";
	uint8_t root[32], salt[32], info[sizeof(label) - 1 + GROUP_LEN], share[SHARE_LEN];
	uint8_t seal_info[SHARE_INFO_LEN], aad[SHARE_AAD_LEN];
	const struct peer *peer = peer_sam(sam, a->peer);
	bool good;

	if (peer == NULL)
		return err_why(e, ERR_DENIED, "peer", "no peer has this group");
	memcpy(salt, a->person, ID_LEN);
	memcpy(salt + ID_LEN, a->key, ID_LEN);
	memcpy(info, label, sizeof(label) - 1);
	memcpy(info + sizeof(label) - 1, a->peer, GROUP_LEN);
	seal_share_root(sam->seal, root);
	hkdf_sha256(span_of(root, sizeof(root)), span_of(salt, sizeof(salt)), span_of(info, sizeof(info)),
	    share, sizeof(share));
	share_info(a->peer, sam->state->group, seal_info);
	share_aad(a->d, a->key, aad);
	good = hpke_seal(span_of(peer->key, peer->key_len), span_of(seal_info, sizeof(seal_info)),
	    span_of(aad, sizeof(aad)), span_of(share, sizeof(share)), out, e);
	explicit_bzero(root, sizeof(root));
	explicit_bzero(share, sizeof(share));
	return good;
}

/* All but the signature, and the order for that. */
static bool
grant_make(struct sam *sam, struct attempt *a, struct err *e)
{
	uint8_t sealed[SHARE_SEALED_LEN];
	struct grant g = { .factors = a->kinds, .time = clock_wall(),
		.level = a->kinds == (FACTOR_PIN | FACTOR_TOTP) ? 2 : 1 };

	if (peer_sam(sam, a->peer) == NULL)	/* removed while the PIN was stretched */
		return err_why(e, ERR_DENIED, "peer", "no peer has this group");
	memcpy(g.group, a->peer, GROUP_LEN);
	memcpy(g.module, sam->state->group, GROUP_LEN);
	memcpy(g.d, a->d, sizeof(g.d));
	memcpy(g.signer, a->signer, ID_LEN);
	memcpy(g.person, a->person, ID_LEN);
	if (a->has_key && !share_write(sam, a, sealed, e))
		return false;
	if (a->has_key)
		g.share = span_of(sealed, sizeof(sealed));
	grant_write(&a->grant, &g);
	return writer_ok(&a->grant) && grant_digest(writer_span(&a->grant), a->digest) &&
	    grant_key_order(sam, a->digest, &a->order, a->spki, e);
}

static void
grant_is_signed(void *owner, void *job, struct reader *answer, const struct err *failure)
{
	static struct msg_hsm_signed m;
	struct sam *sam = owner;
	struct call *c = job;
	struct attempt *a = c->work;
	AUTO_WRITER w = writer_grow(GRANT_MAX + 16);
	struct msg_granted granted = { 0 };
	struct err e = { 0 };

	if (answer == NULL || !msg_hsm_signed_read(answer, &m, &e) || m.n != 1 ||
	    m.status[0] != HSM_SIGNED || m.signature[0].n != GRANT_SIGNATURE_LEN) {
		err_why(&e, ERR_BACKEND, "backend", "grant: %s",
		    failure != NULL ? failure->text : "not signed");
		call_refuse(sam, c, &e);
		return;
	}
	memcpy(a->grant.p + a->grant.n - GRANT_SIGNATURE_LEN, m.signature[0].p, GRANT_SIGNATURE_LEN);
	granted.grant = writer_span(&a->grant);
	if (!grant_verify(granted.grant, span_of(a->spki, sizeof(a->spki)))) {
		err_why(&e, ERR_BACKEND, "backend", "the module's grant does not verify");
		call_refuse(sam, c, &e);
		return;
	}
	msg_granted_write(&w, &granted);
	call_answer(sam, c, &w);
}

static void
granted_is_durable(void *owner, void *job, const struct err *failure)
{
	struct sam *sam = owner;
	struct call *c = job;
	struct attempt *a = c->work;
	struct err e = { 0 };

	fail_point("granted");
	if (failure != NULL)
		call_refuse(sam, c, failure);
	else if (!pool_ask(sam->pool, HSM_SIGN, writer_span(&a->order), false, grant_is_signed, c, &e))
		call_refuse(sam, c, &e);
}

static void
factors_are_right(struct sam *sam, struct call *c, struct attempt *a)
{
	struct err e = { 0 };

	if (!grant_make(sam, a, &e)) {
		call_refuse(sam, c, &e);
		return;
	}
	attempt_granted(sam, a, true);
	journal_wait(sam->journal, ON_COPY, granted_is_durable, c);
}

bool
answer_grant(struct sam *sam, struct call *c, struct reader *r, struct err *e)
{
	static struct statement st;	/* large; one at a time */
	struct msg_grant m;
	struct attempt_of of = { .done = factors_are_right };
	struct attempt *a;

	if (!msg_grant_read(r, &m, e) || !statement_read(m.statement, &st, e))
		return false;
	statement_digest(m.statement, c->d);
	if (!statement_is_grantable(sam, &st, e))
		return false;
	if (auth_persons(sam)->key.position == 0)
		return err_why(e, ERR_NOT_NOW, "closed", "there is no grant key yet: NEW_GRANT_KEY");
	of.purpose = st.purpose;
	of.d = c->d;
	of.peer = st.group;
	of.signer = st.subject;
	of.sealed = m.sealed;
	of.record = m.record;
	if (!attempt_begin(sam, c, &of, e))
		return false;
	a = c->work;
	memcpy(a->peer, st.group, GROUP_LEN);
	memcpy(a->signer, st.subject, ID_LEN);
	a->has_key = st.purpose == PURPOSE_SIGN || st.purpose == PURPOSE_CREATE_KEY;
	if (st.purpose == PURPOSE_SIGN)
		memcpy(a->key, st.sign.key, ID_LEN);
	else if (st.purpose == PURPOSE_CREATE_KEY)
		statement_key(st.fresh, a->key);
	memcpy(c->key, a->key, ID_LEN);
	return true;
}
