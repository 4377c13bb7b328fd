/* SPDX-License-Identifier: Apache-2.0 */
/* Checks of a statement's header. */
#include "base/clock.h"
#include "sam/check.h"

#define AHEAD_MS 60000	/* an SIC's clock may be ahead of ours by this */

bool
statement_is_for_us(const struct sam *sam, const struct statement *st, uint64_t most, struct err *e)
{
	uint64_t now = clock_wall();

	if (memcmp(st->group, sam->state->group, GROUP_LEN) != 0)
		return err_why(e, ERR_DENIED, "group", "statement for another group");
	if (st->epoch != sam->state->epoch)
		return err_why(e, ERR_DENIED, "epoch", "statement of epoch %u, this is %u", st->epoch,
		    sam->state->epoch);
	if (st->exp <= st->iat || st->exp - st->iat > most)
		return err_why(e, ERR_DENIED, "time", "statement would live too long");
	if (now >= st->exp)
		return err_why(e, ERR_DENIED, "time", "statement has expired");
	if (st->iat > now + AHEAD_MS)
		return err_why(e, ERR_DENIED, "time", "statement is of the future");
	return true;
}

bool
statement_nonce_holds(const struct sam *sam, const struct statement *st, struct err *e)
{
	struct nonce_scope scope = { .group = sam->state->group, .epoch = sam->state->epoch,
		.subject = st->subject, .purpose = st->purpose };

	return nonces_check(sam->nonces, &scope, clock_life(), st->fresh, e);
}

bool
statement_proposal_holds(const struct sam *sam, const struct statement *st, struct err *e)
{
	static const uint8_t zero[FRESH_LEN - PROPOSAL_LEN];
	const struct proposal *p = state_proposal(sam->state, st->fresh);
	uint8_t body[HASH_LEN];

	sha256(st->body, body);
	if (p == NULL || memcmp(st->fresh + PROPOSAL_LEN, zero, sizeof(zero)) != 0)
		return err_why(e, ERR_DENIED, "proposal", "no such open proposal");
	if (p->purpose != st->purpose || memcmp(p->subject, st->subject, ID_LEN) != 0 ||
	    memcmp(p->body, body, sizeof(body)) != 0)
		return err_why(e, ERR_DENIED, "proposal", "the proposal was for another act");
	if (clock_wall() >= p->expires || st->exp > p->expires)
		return err_why(e, ERR_DENIED, "proposal", "the proposal has expired");
	return true;
}
