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

static bool
is_within(size_t n, size_t least, size_t most)
{
	return n >= least && n <= most;
}

/* A device has a key, a passkey shows what it is; of those who vouch for a person there is a name. */
static bool
authenticator_fits(const void *statement)
{
	static const struct { uint8_t type, least, most; uint16_t key[2], attestation[2], client[2]; } forms[] = {
		/* type			protection				key */
		{ EVIDENCE_DEVICE,	PROTECTION_FILE, PROTECTION_PHONE,	{ P256_SPKI_LEN, P256_SPKI_LEN },
		    { 0, 0 }, { 0, 0 } },
		{ EVIDENCE_PASSKEY,	0, 0,					{ 1, AUTHENTICATOR_SPKI_MAX },
		    { 1, PASSKEY_ATTESTATION_MAX }, { 1, PASSKEY_CLIENT_MAX } },
		{ EVIDENCE_MODULE,	PROTECTION_MODULE, PROTECTION_MODULE,	{ 0, 0 },
		    { MODULE_LINK_LEN, MODULE_LINK_LEN }, { 0, 0 } },
		{ EVIDENCE_PROVIDER,	PROTECTION_PROVIDER, PROTECTION_PROVIDER, { 0, 0 },
		    { 1, ISSUER_MAX }, { 0, 0 } },
	};
	const struct body_bind *b = &((const struct statement *)statement)->bind;

	for (size_t i = 0; i < COUNT(forms); i++)
		if (forms[i].type == b->type)
			return is_within(b->protection, forms[i].least, forms[i].most) &&
			    is_within(b->spki.n, forms[i].key[0], forms[i].key[1]) &&
			    is_within(b->attestation.n, forms[i].attestation[0], forms[i].attestation[1]) &&
			    is_within(b->client.n, forms[i].client[0], forms[i].client[1]) &&
			    (b->type != EVIDENCE_PROVIDER || text_is_clean(b->attestation));
	return false;
}

const struct field body_bind[] = {
	{ NUMBER(S, bind.from) },
	{ NUMBER(S, bind.type) },
	{ NUMBER(S, bind.protection) },
	{ SPAN16(S, bind.spki, 0, AUTHENTICATOR_SPKI_MAX) },
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

/* Letters a-z, digits, hyphens, then zero bytes; not empty. */
bool
profile_is_named(const uint8_t p[PROFILE_LEN])
{
	size_t n = 0;

	while (n < PROFILE_LEN && ((p[n] >= 'a' && p[n] <= 'z') || (p[n] >= '0' && p[n] <= '9') ||
	    p[n] == '-'))
		n++;
	for (size_t i = n; i < PROFILE_LEN; i++)
		if (p[i] != 0)
			return false;
	return n > 0;
}

bool
profile_is_none(const uint8_t p[PROFILE_LEN])
{
	static const uint8_t zero[PROFILE_LEN];

	return memcmp(p, zero, PROFILE_LEN) == 0;
}

static bool
created_with_profile(const void *statement)
{
	const uint8_t *p = ((const struct statement *)statement)->create_key.profile;

	return profile_is_none(p) || profile_is_named(p);
}

const struct field body_create_key[] = {
	{ NUMBER(S, create_key.from) },
	{ NUMBER(S, create_key.alg) },
	{ RANGE(S, create_key.class, CLASS_SIGNATURE, CLASS_SEAL) },
	{ RANGE(S, create_key.level, 1, 2) },
	{ BYTES(S, create_key.profile) },
	{ RANGE(S, create_key.evidences, 1, 2) },
	{ BYTES(S, create_key.with) },
	{ CHECKED(created_with_profile) },
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

/* The content of an object identifier: each arc minimal and ended. */
static bool
is_oid(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == 0x80 && (i == 0 || (s.p[i - 1] & 0x80) == 0))
			return false;
	return s.n > 0 && (s.p[s.n - 1] & 0x80) == 0;
}

static bool
anchor_fits(const void *statement)
{
	const struct body_add_anchor *b = &((const struct statement *)statement)->add_anchor;
	struct reader r = reader_over(b->added);
	struct span oid;

	if (b->usage == ANCHOR_ATTESTATION)
		return profile_is_none(b->profile) && b->rules == 0 && b->policy.n == 0 && b->added.n == 0;
	while (!rd_end(&r))
		if (!rd_span8(&r, 1, UINT8_MAX, &oid) || !is_oid(oid))
			return false;
	return (profile_is_none(b->profile) || profile_is_named(b->profile)) &&
	    (b->policy.n == 0 || is_oid(b->policy));
}

const struct field body_add_anchor[] = {
	{ NUMBER(S, add_anchor.alg) },
	{ SPAN16(S, add_anchor.spki, 1, 1024) },
	{ SPAN16(S, add_anchor.issuer, 1, 1024) },
	{ RANGE(S, add_anchor.max_days, 1, UINT32_MAX) },
	{ TEXT8(S, add_anchor.label, 1, 64) },
	{ RANGE(S, add_anchor.usage, ANCHOR_ISSUER, ANCHOR_ATTESTATION) },
	{ BYTES(S, add_anchor.profile) },
	{ RANGE(S, add_anchor.rules, 0, ANCHOR_RULES_ALL) },
	{ SPAN8(S, add_anchor.policy, 0, 32) },
	{ SPAN8(S, add_anchor.added, 0, 64) },
	{ CHECKED(anchor_fits) },
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

static bool
peer_fits(const void *statement)
{
	const struct body_add_peer *b = &((const struct statement *)statement)->add_peer;

	return b->key.n == (b->kind == PEER_SAM ? TRANSPORT_KEY_LEN : P256_SPKI_LEN);
}

const struct field body_add_peer[] = {
	{ RANGE(S, add_peer.kind, PEER_SAM, PEER_MODULE) },
	{ BYTES(S, add_peer.peer) },
	{ SPAN16(S, add_peer.key, 1, PEER_KEY_MAX) },
	{ TEXT8(S, add_peer.label, 1, PEER_LABEL_MAX) },
	{ CHECKED(peer_fits) },
	{ FIELD_END },
};

const struct field body_remove_peer[] = {
	{ BYTES(S, remove_peer) },
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
