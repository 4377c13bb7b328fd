/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How well a new authenticator keeps its key, for people to see: what the SAM finds (PROTOCOL.sam
 * 2.2), as far as it can be found without the officers' attestation roots.
 */
#include "ssa/api/act.h"
#include "statement/evidence.h"
#include "webauthn/attestation.h"

#define NOT_KNOWN	0

static void
create_challenge(const uint8_t fresh[FRESH_LEN], uint8_t out[HASH_LEN])
{
	static const char tag[] = "propria-passkey-v1";	/* with its zero */
	const struct span parts[] = { span_of(tag, sizeof(tag)), span_of(fresh, FRESH_LEN) };

	sha256_parts(parts, COUNT(parts), out);
}

uint8_t
protection_seen(const struct call *c, const struct statement *s)
{
	const char *origin = c->ssa->config.sic_origin, *service = c->ssa->base[c->x->plain].url;
	struct relying_party rp;
	struct registration reg;
	uint8_t challenge[HASH_LEN];
	struct err ignored = { 0 };

	if (s->bind.type != EVIDENCE_PASSKEY)
		return s->bind.protection;
	create_challenge(s->fresh, challenge);
	if (*origin == '\0' || !relying_party_init(&rp, span_str(origin), span_str(service)) ||
	    !registration_verify(s->bind.attestation, s->bind.client, challenge, &rp, &reg, &ignored))
		return NOT_KNOWN;	/* then the SAM refuses it, if it is not our configuration that is wrong */
	if ((reg.data.flags & FLAG_BACKUP_ELIGIBLE) != 0)
		return PROTECTION_PASSKEY_COPIED;
	return reg.kind == ATTESTATION_CERTIFICATE ? NOT_KNOWN : PROTECTION_PASSKEY;
}
