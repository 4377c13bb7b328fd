/* SPDX-License-Identifier: Apache-2.0 */
/* Enrolment of passkeys. EN 419 241-1 SRA_SAP.1.3: no weaker than what it opens. */
#include "base/clock.h"
#include "sam/passkey.h"
#include "statement/evidence.h"
#include "webauthn/attestation.h"

/* The options of create name the statement to come by its nonce. */
static void
create_challenge(const uint8_t fresh[FRESH_LEN], uint8_t out[HASH_LEN])
{
	static const char tag[] = "propria-passkey-v1";	/* with its zero */
	struct span parts[] = { span_of(tag, sizeof(tag)), span_of(fresh, FRESH_LEN) };

	sha256_parts(parts, COUNT(parts), out);
}

static bool
is_under_a_root(const struct state *s, const struct leaf *leaf)
{
	for (size_t i = 0; i < s->anchors; i++) {
		const struct trust_anchor *a = &s->anchor[i];
		struct attestation_root root = { .alg = alg_find(a->alg), .spki = span_of(a->spki, a->spki_len),
			.issuer = span_of(a->issuer, a->issuer_len), .max_days = a->max_days };

		if (a->usage == ANCHOR_ATTESTATION && leaf_is_under(leaf, &root, clock_wall()))
			return true;
	}
	return false;
}

static uint8_t
protection_of(const struct state *s, const struct registration *reg)
{
	if ((reg->data.flags & FLAG_BACKUP_ELIGIBLE) != 0)
		return PROTECTION_PASSKEY_COPIED;
	if (reg->kind == ATTESTATION_CERTIFICATE && is_under_a_root(s, &reg->leaf))
		return PROTECTION_PASSKEY_ATTESTED;
	return PROTECTION_PASSKEY;
}

bool
new_authenticator(const struct state *s, const struct statement *st, struct authenticator *out,
    struct err *e)
{
	const struct body_bind *b = &st->bind;
	uint8_t challenge[HASH_LEN];
	struct registration reg;

	*out = (struct authenticator){ .type = b->type, .protection = b->protection, .spki = b->spki,
		.label = b->label };
	if (b->type == EVIDENCE_DEVICE)
		return true;
	if (b->type == EVIDENCE_MODULE) {	/* its grant is the proof; the name is the module's */
		out->credential = b->attestation;
		return true;
	}
	if (b->type != EVIDENCE_PASSKEY)	/* a provider's: its token names the person */
		return true;
	create_challenge(st->fresh, challenge);
	if (!registration_verify(b->attestation, b->client, challenge, &s->rp, &reg, e))
		return false;
	if (!span_equal(b->spki, span_of(reg.data.key.spki, reg.data.key.spki_len)))
		return err_why(e, ERR_DENIED, "auth", "passkey: the statement names another key than its "
		    "attestation");
	out->protection = protection_of(s, &reg);
	out->credential = reg.data.credential;
	out->flags = reg.data.flags;
	return true;
}

bool
passkey_is_taken(const struct state *s, struct span spki, struct err *e)
{
	uint64_t now = clock_wall();
	enum passkey_kind kind;

	if (!passkey_kind(spki, &kind) || (kind == PASSKEY_EDDSA && now >= s->policy.eddsa_until) ||
	    (kind == PASSKEY_RS256 && now >= s->policy.rs256_until))
		return err_why(e, ERR_DENIED, "level", "policy takes no passkeys of this algorithm now");
	return !s->rp.shared || s->policy.shared_sic != 0 || err_why(e, ERR_DENIED, "level",
	    "the page that asks for approval shares its host with the signing server, which policy "
	    "does not allow");
}
