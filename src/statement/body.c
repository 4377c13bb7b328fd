/* SPDX-License-Identifier: Apache-2.0 */
/* The bodies of all statements but SIGN. PROTOCOL.sam 1.3 */
#include "statement/body.h"
#include "statement/evidence.h"

#define P256_SPKI_LEN	91

#define S	struct statement

const struct field body_invite[] = {
	{ RANGE(S, invite.loa, 1, 3) },
	{ TEXT8(S, invite.proofing, 1, 64) },
	{ BYTES(S, invite.evidence) },
	{ SPAN16(S, invite.name, 1, 1024) },
	{ BYTES(S, invite.code) },
	{ FIELD_END },
};

/* A device key is P-256; a passkey's encoding is the SAM's to check. */
static bool
key_fits(uint8_t type, struct span spki)
{
	return type == EVIDENCE_DEVICE ? spki.n == P256_SPKI_LEN
	    : type == EVIDENCE_PASSKEY && spki.n <= AUTHENTICATOR_SPKI_MAX;
}

/* What a passkey shows of itself, and nothing of the kind from a device key. */
static bool
authenticator_fits(const void *statement)
{
	const struct body_bind *b = &((const struct statement *)statement)->bind;

	if (b->type == EVIDENCE_PASSKEY ? b->protection != 0 || b->attestation.n == 0 || b->client.n == 0
	    : b->protection < PROTECTION_FILE || b->protection > PROTECTION_PHONE ||
	    b->attestation.n > 0 || b->client.n > 0)
		return false;
	return key_fits(b->type, b->spki);
}

const struct field body_bind[] = {
	{ NUMBER(S, bind.from) },
	{ NUMBER(S, bind.type) },
	{ NUMBER(S, bind.protection) },
	{ SPAN16(S, bind.spki, 1, AUTHENTICATOR_SPKI_MAX) },
	{ TEXT8(S, bind.label, 0, 64) },
	{ SPAN16(S, bind.attestation, 0, PASSKEY_ATTESTATION_MAX) },
	{ SPAN16(S, bind.client, 0, PASSKEY_CLIENT_MAX) },
	{ CHECKED(authenticator_fits) },
	{ FIELD_END },
};

const struct field body_remove_authenticator[] = {
	{ NUMBER(S, remove_authenticator.from) },
	{ BYTES(S, remove_authenticator.authenticator) },
	{ FIELD_END },
};

const struct field body_signer[] = {
	{ NUMBER(S, signer.from) },
	{ TEXT8(S, signer.reason, 0, 200) },
	{ FIELD_END },
};

/* One-time profiles are not offered yet. */
static bool
has_no_profile(const void *statement)
{
	static const uint8_t zero[16];

	return memcmp(((const struct statement *)statement)->create_key.profile, zero, 16) == 0;
}

const struct field body_create_key[] = {
	{ NUMBER(S, create_key.from) },
	{ NUMBER(S, create_key.alg) },
	{ RANGE(S, create_key.class, CLASS_SIGNATURE, CLASS_SEAL) },
	{ RANGE(S, create_key.level, 1, 2) },
	{ BYTES(S, create_key.profile) },
	{ RANGE(S, create_key.evidences, 1, 2) },
	{ CHECKED(has_no_profile) },
	{ FIELD_END },
};

const struct field body_key[] = {
	{ BYTES(S, key.key) },
	{ NUMBER(S, key.from) },
	{ TEXT8(S, key.reason, 0, 200) },
	{ FIELD_END },
};

const struct field body_found[] = {
	{ FIELD_END },
};

const struct field body_add_anchor[] = {
	{ NUMBER(S, add_anchor.alg) },
	{ SPAN16(S, add_anchor.spki, 1, 1024) },
	{ SPAN16(S, add_anchor.issuer, 1, 1024) },
	{ RANGE(S, add_anchor.max_days, 1, UINT32_MAX) },
	{ TEXT8(S, add_anchor.label, 1, 64) },
	{ RANGE(S, add_anchor.usage, ANCHOR_ISSUER, ANCHOR_ATTESTATION) },
	{ FIELD_END },
};

const struct field body_remove_anchor[] = {
	{ BYTES(S, remove_anchor) },
	{ FIELD_END },
};

static bool
officer_fits(const void *statement)
{
	const struct body_add_officer *b = &((const struct statement *)statement)->add_officer;

	return key_fits(b->type, b->spki);
}

const struct field body_add_officer[] = {
	{ RANGE(S, add_officer.role, 1, 5) },
	{ NUMBER(S, add_officer.type) },
	{ TEXT8(S, add_officer.person, 1, 64) },
	{ SPAN16(S, add_officer.spki, 1, AUTHENTICATOR_SPKI_MAX) },
	{ CHECKED(officer_fits) },
	{ FIELD_END },
};

const struct field body_remove_officer[] = {
	{ BYTES(S, remove_officer) },
	{ FIELD_END },
};

const struct field body_policy[] = {
	{ BYTES(S, policy) },
	{ FIELD_END },
};

const struct field body_resume[] = {
	{ NUMBER(S, resume.epoch) },
	{ NUMBER(S, resume.size) },
	{ BYTES(S, resume.root) },
	{ NUMBER(S, resume.log_size) },
	{ BYTES(S, resume.log_root) },
	{ FIELD_END },
};
