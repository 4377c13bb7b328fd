/* SPDX-License-Identifier: Apache-2.0 */
/* The bodies of all statements but SIGN. PROTOCOL.sam 1.3 */
#include "statement/body.h"
#include "statement/evidence.h"

#define P256_SPKI_LEN 91

static bool
text_read(struct reader *r, size_t min, size_t max, struct span *out)
{
	return rd_span8(r, min, max, out) && text_is_clean(*out);
}

bool
body_invite_read(struct reader *r, struct statement *s)
{
	struct body_invite *b = &s->invite;

	return rd_u8(r, &b->loa) && b->loa >= 1 && b->loa <= 3 &&
	    text_read(r, 1, 64, &b->proofing) && rd_bytes(r, b->evidence, sizeof(b->evidence)) &&
	    rd_span16(r, 1, 1024, &b->name) && rd_bytes(r, b->code, sizeof(b->code));
}

void
body_invite_write(struct writer *w, const struct statement *s)
{
	wr_u8(w, s->invite.loa);
	wr_span8(w, s->invite.proofing);
	wr_bytes(w, s->invite.evidence, sizeof(s->invite.evidence));
	wr_span16(w, s->invite.name);
	wr_bytes(w, s->invite.code, sizeof(s->invite.code));
}

/* A device key is P-256; a passkey's encoding is the SAM's to check. */
static bool
key_read(struct reader *r, uint8_t type, struct span *spki)
{
	if (type == EVIDENCE_DEVICE)
		return rd_span16(r, P256_SPKI_LEN, P256_SPKI_LEN, spki);
	return type == EVIDENCE_PASSKEY && rd_span16(r, 1, AUTHENTICATOR_SPKI_MAX, spki);
}

bool
body_bind_read(struct reader *r, struct statement *s)
{
	struct body_bind *b = &s->bind;
	bool passkey;

	if (!rd_u32(r, &b->from) || !rd_u8(r, &b->type) || !rd_u8(r, &b->protection))
		return false;
	passkey = b->type == EVIDENCE_PASSKEY;
	if (passkey ? b->protection != 0
	    : b->protection < PROTECTION_FILE || b->protection > PROTECTION_PHONE)
		return false;
	return key_read(r, b->type, &b->spki) && text_read(r, 0, 64, &b->label) &&
	    rd_span16(r, passkey, passkey ? PASSKEY_ATTESTATION_MAX : 0, &b->attestation) &&
	    rd_span16(r, passkey, passkey ? PASSKEY_CLIENT_MAX : 0, &b->client);
}

void
body_bind_write(struct writer *w, const struct statement *s)
{
	wr_u32(w, s->bind.from);
	wr_u8(w, s->bind.type);
	wr_u8(w, s->bind.protection);
	wr_span16(w, s->bind.spki);
	wr_span8(w, s->bind.label);
	wr_span16(w, s->bind.attestation);
	wr_span16(w, s->bind.client);
}

bool
body_remove_authenticator_read(struct reader *r, struct statement *s)
{
	struct body_remove_authenticator *b = &s->remove_authenticator;

	return rd_u32(r, &b->from) && rd_bytes(r, b->authenticator, sizeof(b->authenticator));
}

void
body_remove_authenticator_write(struct writer *w, const struct statement *s)
{
	const struct body_remove_authenticator *b = &s->remove_authenticator;

	wr_u32(w, b->from);
	wr_bytes(w, b->authenticator, sizeof(b->authenticator));
}

bool
body_signer_read(struct reader *r, struct statement *s)
{
	return rd_u32(r, &s->signer.from) && text_read(r, 0, 200, &s->signer.reason);
}

void
body_signer_write(struct writer *w, const struct statement *s)
{
	wr_u32(w, s->signer.from);
	wr_span8(w, s->signer.reason);
}

bool
body_create_key_read(struct reader *r, struct statement *s)
{
	struct body_create_key *b = &s->create_key;
	static const uint8_t zero[16];

	return rd_u32(r, &b->from) && rd_u16(r, &b->alg) && rd_u8(r, &b->class) &&
	    (b->class == CLASS_SIGNATURE || b->class == CLASS_SEAL) && rd_u8(r, &b->level) &&
	    (b->level == 1 || b->level == 2) && rd_bytes(r, b->profile, sizeof(b->profile)) &&
	    memcmp(b->profile, zero, sizeof(zero)) == 0 && rd_u8(r, &b->evidences) &&
	    (b->evidences == 1 || b->evidences == 2);
}

void
body_create_key_write(struct writer *w, const struct statement *s)
{
	wr_u32(w, s->create_key.from);
	wr_u16(w, s->create_key.alg);
	wr_u8(w, s->create_key.class);
	wr_u8(w, s->create_key.level);
	wr_bytes(w, s->create_key.profile, sizeof(s->create_key.profile));
	wr_u8(w, s->create_key.evidences);
}

bool
body_key_read(struct reader *r, struct statement *s)
{
	return rd_bytes(r, s->key.key, sizeof(s->key.key)) && rd_u32(r, &s->key.from) &&
	    text_read(r, 0, 200, &s->key.reason);
}

void
body_key_write(struct writer *w, const struct statement *s)
{
	wr_bytes(w, s->key.key, sizeof(s->key.key));
	wr_u32(w, s->key.from);
	wr_span8(w, s->key.reason);
}

bool
body_found_read(struct reader *r UNUSED, struct statement *s UNUSED)
{
	return true;
}

void
body_found_write(struct writer *w UNUSED, const struct statement *s UNUSED)
{
}

bool
body_add_anchor_read(struct reader *r, struct statement *s)
{
	struct body_add_anchor *b = &s->add_anchor;

	return rd_u16(r, &b->alg) && rd_span16(r, 1, 1024, &b->spki) &&
	    rd_span16(r, 1, 1024, &b->issuer) && rd_u32(r, &b->max_days) && b->max_days > 0 &&
	    text_read(r, 1, 64, &b->label) && rd_u8(r, &b->usage) &&
	    (b->usage == ANCHOR_ISSUER || b->usage == ANCHOR_ATTESTATION);
}

void
body_add_anchor_write(struct writer *w, const struct statement *s)
{
	wr_u16(w, s->add_anchor.alg);
	wr_span16(w, s->add_anchor.spki);
	wr_span16(w, s->add_anchor.issuer);
	wr_u32(w, s->add_anchor.max_days);
	wr_span8(w, s->add_anchor.label);
	wr_u8(w, s->add_anchor.usage);
}

bool
body_remove_anchor_read(struct reader *r, struct statement *s)
{
	return rd_bytes(r, s->remove_anchor, sizeof(s->remove_anchor));
}

void
body_remove_anchor_write(struct writer *w, const struct statement *s)
{
	wr_bytes(w, s->remove_anchor, sizeof(s->remove_anchor));
}

bool
body_add_officer_read(struct reader *r, struct statement *s)
{
	struct body_add_officer *b = &s->add_officer;

	return rd_u8(r, &b->role) && b->role >= 1 && b->role <= 5 && rd_u8(r, &b->type) &&
	    text_read(r, 1, 64, &b->person) && key_read(r, b->type, &b->spki);
}

void
body_add_officer_write(struct writer *w, const struct statement *s)
{
	wr_u8(w, s->add_officer.role);
	wr_u8(w, s->add_officer.type);
	wr_span8(w, s->add_officer.person);
	wr_span16(w, s->add_officer.spki);
}

bool
body_remove_officer_read(struct reader *r, struct statement *s)
{
	return rd_bytes(r, s->remove_officer, sizeof(s->remove_officer));
}

void
body_remove_officer_write(struct writer *w, const struct statement *s)
{
	wr_bytes(w, s->remove_officer, sizeof(s->remove_officer));
}

bool
body_policy_read(struct reader *r, struct statement *s)
{
	return rd_bytes(r, s->policy, sizeof(s->policy));
}

void
body_policy_write(struct writer *w, const struct statement *s)
{
	wr_bytes(w, s->policy, sizeof(s->policy));
}

bool
body_resume_read(struct reader *r, struct statement *s)
{
	struct body_resume *b = &s->resume;

	return rd_u32(r, &b->epoch) && rd_u64(r, &b->size) && rd_bytes(r, b->root, sizeof(b->root)) &&
	    rd_u64(r, &b->log_size) && rd_bytes(r, b->log_root, sizeof(b->log_root));
}

void
body_resume_write(struct writer *w, const struct statement *s)
{
	wr_u32(w, s->resume.epoch);
	wr_u64(w, s->resume.size);
	wr_bytes(w, s->resume.root, sizeof(s->resume.root));
	wr_u64(w, s->resume.log_size);
	wr_bytes(w, s->resume.log_root, sizeof(s->resume.log_root));
}
