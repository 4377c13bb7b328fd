/* SPDX-License-Identifier: Apache-2.0 */
/* CHALLENGE: a nonce of this life for an act of a signer. EN 419 241-1 SRA_SAP.2.4 */
#include "base/clock.h"
#include "sam/approval.h"
#include "sam/request.h"
#include "sam/use.h"

bool
challenge_make(struct sam *sam, const uint8_t signer[ID_LEN], uint16_t purpose,
    struct msg_challenged *m, struct err *e)
{
	struct nonce_scope scope = { .group = sam->state->group, .epoch = sam->state->epoch,
		.subject = signer, .purpose = purpose };

	m->epoch = sam->state->epoch;
	m->now = clock_wall();
	return nonces_issue(sam->nonces, &scope, clock_life(), m->fresh, e);
}

bool
answer_challenge(struct sam *sam, struct call *c, struct reader *r, struct err *e)
{
	const struct rule *rule;
	struct msg_challenge m;
	struct msg_challenged answer;
	uint8_t mem[64];
	struct writer w = writer_over(mem, sizeof(mem));

	if (!msg_challenge_read(r, &m, e))
		return false;
	memcpy(c->signer, m.signer, ID_LEN);
	if ((rule = rule_find(sam->setup->trade, m.purpose)) == NULL || rule->fresh != FRESH_NONCE)
		return err_why(e, ERR_DENIED, "purpose", "no nonces for purpose %04x", m.purpose);
	if (!challenge_make(sam, m.signer, m.purpose, &answer, e))
		return false;
	msg_challenged_write(&w, &answer);
	call_answer(sam, c, &w);
	return true;
}
