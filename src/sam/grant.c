/* SPDX-License-Identifier: Apache-2.0 */
/* Grants: the signature over all of it first, then whether it says what the statement needs. */
#include "base/clock.h"
#include "sam/grant.h"
#include "sam/peer.h"

#define AWAY_MS		120000	/* a module's clock from ours; a grant's age, too */
#define BEFORE_MS	60000	/* a module's clock from the SIC's, which wrote iat */

/* Under any key that the officers have installed for this module. */
static bool
is_signed_by(const struct state *s, const uint8_t module[GROUP_LEN], struct span grant, struct err *e)
{
	const struct peer *p;

	if (state_peer_key(s, PEER_MODULE, module, 0) == NULL)
		return err_why(e, ERR_DENIED, "peer", "the authentication module is no peer of this group");
	for (size_t i = 0; (p = state_peer_key(s, PEER_MODULE, module, i)) != NULL; i++)
		if (grant_verify(grant, span_of(p->key, p->key_len)))
			return true;
	return err_why(e, ERR_DENIED, "auth", "grant: its signature does not verify");
}

static bool
is_for(const struct grant *g, const struct state *s, const struct statement *st,
    const uint8_t d[HASH_LEN], struct span link, struct err *e)
{
	if (memcmp(g->group, s->group, GROUP_LEN) != 0)
		return err_why(e, ERR_DENIED, "group", "grant for another group");
	if (memcmp(g->module, link.p, GROUP_LEN) != 0 ||
	    memcmp(g->person, link.p + GROUP_LEN, ID_LEN) != 0)
		return err_why(e, ERR_DENIED, "auth", "grant of another person, or by another module");
	if (memcmp(g->signer, st->subject, ID_LEN) != 0)
		return err_why(e, ERR_DENIED, "auth", "grant for another signer");
	return memcmp(g->d, d, HASH_LEN) == 0 ||
	    err_why(e, ERR_DENIED, "auth", "grant for another statement");
}

static bool
is_of_now(const struct grant *g, const struct statement *st, struct err *e)
{
	uint64_t now = clock_wall();

	if (now > g->time ? now - g->time > AWAY_MS : g->time - now > AWAY_MS)
		return err_why(e, ERR_DENIED, "time", "grant is not of these two minutes");
	return g->time >= st->iat || st->iat - g->time <= BEFORE_MS ||
	    err_why(e, ERR_DENIED, "time", "grant from before the statement");
}

bool
grant_approves(const struct state *s, const struct statement *st, const uint8_t d[HASH_LEN],
    struct span link, struct span evidence, uint8_t level, struct grant *out, struct err *e)
{
	struct err form = { 0 };

	if (link.n != MODULE_LINK_LEN)
		return err_set(e, ERR_BUG, "an authentication module's link of %zu bytes", link.n);
	if (!is_signed_by(s, link.p, evidence, e))
		return false;
	if (!grant_read(evidence, out, &form))
		return err_why(e, ERR_DENIED, "auth", "%s", form.text);
	if (!is_for(out, s, st, d, link, e) || !is_of_now(out, st, e))
		return false;
	return out->level >= level ||
	    err_why(e, ERR_DENIED, "level", "one factor is not enough for SCAL2");
}
