/* SPDX-License-Identifier: Apache-2.0 */
/* The signer's approval of a one-time key's use: cheap checks first, then record and evidence. */
#include <stdlib.h>

#include "sam/check.h"
#include "sam/once.h"

/* An approval of documents must outlive the CA's answer, but never the session. */
static uint64_t
longest_life(const struct policy *p)
{
	uint64_t session = 1000 * (uint64_t)p->session_seconds;

	return session > p->statement_life ? session : p->statement_life;
}

bool
once_request_read(struct sam *sam, struct call *c, struct once_request *q, struct span statement,
    struct span evidences, struct err *e)
{
	if (!statement_read(statement, &q->st, e))
		return false;
	statement_digest(statement, q->d);
	memcpy(c->signer, q->st.subject, ID_LEN);
	memcpy(c->d, q->d, sizeof(c->d));
	if (q->st.purpose != PURPOSE_SIGN_ONCE && q->st.purpose != PURPOSE_OPEN_SESSION)
		return err_why(e, ERR_DENIED, "purpose", "not a statement of a one-time key");
	q->evidences = evidences;
	if (!evidences_read(evidences, &q->ev, e))
		return false;
	if (sam->state->policy.session_seconds == 0)
		return err_why(e, ERR_DENIED, "kind", "the policy offers no one-time keys");
	if (!statement_is_for_us(sam, &q->st, longest_life(&sam->state->policy), e) ||
	    !statement_nonce_holds(sam, &q->st, e))
		return false;
	return !nonces_is_spent(sam->nonces, q->st.fresh) ||
	    err_why(e, ERR_DENIED, "replay", "nonce is spent");
}

bool
once_is_approved(struct sam *sam, struct once_request *q, struct span record, const uint8_t idv[32],
    struct opened_signer *s, struct err *e)
{
	if (!open_signer(sam, q->st.subject, record, s, e))
		return false;
	if (s->row->state != SIGNER_BOUND && s->row->state != SIGNER_ACTIVE)
		return err_why(e, ERR_DENIED, "state", "signer is in state %u", s->row->state);
	if (memcmp(idv, s->record.evidence, 32) != 0)
		return err_why(e, ERR_DENIED, "owner", "the identity proofing is not this signer's");
	return approvals_hold(rule_find(sam->setup->trade, q->st.purpose), sam->state, &s->record,
	    &q->st, q->d, &q->ev, sam->tokens, &q->approved, e);
}

void
once_approval_take(struct once *o, const struct once_request *q)
{
	const struct body_sign *b = &q->st.sign;
	struct once_approval *a = &o->approval;
	bool signs = q->st.purpose == PURPOSE_SIGN_ONCE;
	size_t len = o->alg->digest_len;

	memcpy(a->d, q->d, sizeof(a->d));
	sha256(q->evidences, a->evidence);
	memcpy(a->authenticator, q->ev.list[0].id, ID_LEN);
	a->exp = q->st.exp;
	if (!signs)
		return;
	memcpy(a->requester, b->requester, ID_LEN);
	a->seen = b->seen;
	a->n = b->n;
	if ((a->digests = calloc(a->n, len)) == NULL)
		bug("no memory for approved digests");
	for (size_t i = 0; i < a->n; i++)
		memcpy(a->digests + i * len, b->items[i].digest.p, len);
}
