/* SPDX-License-Identifier: Apache-2.0 */
/* Statements in words: a table of purposes, each with its lines. */
#include "cli/encode.h"
#include "cli/explain.h"
#include "cli/lines.h"
#include "cli/words.h"
#include "cli/words_module.h"
#include "crypto/alg.h"
#include "der/certificate.h"
#include "der/name.h"
#include "statement/evidence.h"

static void
line_name(FILE *f, const char *label, struct span der)
{
	char text[NAME_MAX_TEXT];
	struct err ignored = { 0 };

	line(f, label, name_check(der, &ignored) && name_to_text(der, text, sizeof(text), &ignored)
	    ? text : "(not a readable name: do not approve this)");
}

static void
line_alg(FILE *f, const char *label, uint16_t number)
{
	const struct alg *alg = alg_find(number);

	line(f, label, alg == NULL ? NULL : alg->name);
}

const struct roster_officer *
roster_find(const struct msg_roster *roster, const uint8_t id[16])
{
	for (size_t i = 0; roster != NULL && i < roster->officers; i++)
		if (memcmp(roster->officer[i].id, id, ID_LEN) == 0)
			return &roster->officer[i];
	return NULL;
}

const struct roster_officer *
roster_by_key(const struct msg_roster *roster, struct span spki)
{
	for (size_t i = 0; roster != NULL && i < roster->officers; i++)
		if (span_equal(roster->officer[i].spki, spki))
			return &roster->officer[i];
	return NULL;
}

static void
line_profile(FILE *f, const uint8_t profile[PROFILE_LEN])
{
	line_text(f, "one-time key of", span_of(profile, strnlen((const char *)profile, PROFILE_LEN)));
}

static void
words_sign(FILE *f, const struct statement *s, const struct msg_roster *roster UNUSED)
{
	static const char *const kinds[] = { NULL, "what is hashed elsewhere: nobody can tell of which "
	    "document", "CAdES: the hash of each document", "PAdES: the hash of each document" };
	const struct body_sign *b = &s->sign;

	if (s->purpose == PURPOSE_SIGN_ONCE)
		line_profile(f, b->profile);
	if (s->purpose == PURPOSE_SIGN || b->kind == KIND_DTBSR)
		line_hex(f, "key", b->key, sizeof(b->key));
	line(f, "class", class_name(b->class));
	line_number(f, "SCAL", b->level);
	line_alg(f, "algorithm", b->alg);
	line(f, "form", b->kind < COUNT(kinds) ? kinds[b->kind] : NULL);
	if (b->attrs != 0)
		line(f, "it says", b->attrs == ATTRS_APPROVAL ? "that you approve the document"
		    : b->attrs == ATTRS_ORIGIN ? "that you made, approved and sent the document" : NULL);
	line_text(f, "who asks", b->name);
	line(f, "hashed by", b->seen == SEEN_DOCUMENT ? "this program, from the documents"
	    : "somebody else: only names were seen");
	for (size_t i = 0; i < b->n; i++) {
		line_text(f, "document", b->items[i].label);
		line_hex(f, "to be signed", b->items[i].digest.p, b->items[i].digest.n);
	}
	if (b->text.n > 0)
		line_text(f, "text", b->text);
}

static void
words_open_session(FILE *f, const struct statement *s, const struct msg_roster *roster UNUSED)
{
	line_profile(f, s->open_session.profile);
	line(f, "class", class_name(s->open_session.class));
	line_number(f, "SCAL", s->open_session.level);
	line_alg(f, "algorithm", s->open_session.alg);
}

static void
words_invite(FILE *f, const struct statement *s, const struct msg_roster *roster UNUSED)
{
	line_name(f, "name", s->invite.name);
	line(f, "assurance", loa_name(s->invite.loa));
	line_text(f, "proofing", s->invite.proofing);
	line_hex(f, "proofing file", s->invite.evidence, sizeof(s->invite.evidence));
	line_hex(f, "code's key", s->invite.code, sizeof(s->invite.code));
}

static void
words_bind(FILE *f, const struct statement *s, const struct msg_roster *roster UNUSED)
{
	const struct body_bind *b = &s->bind;

	line_text(f, "authenticator", b->label);
	line(f, "kept in", b->type == EVIDENCE_PASSKEY ? "a passkey; how, the SAM finds out"
	    : protection_name(b->protection));
	if (b->spki.n > 0)
		line_key(f, "key", b->spki);
	if (b->type == EVIDENCE_PROVIDER)
		line_text(f, "issuer", b->attestation);
	if (b->type == EVIDENCE_MODULE) {
		line_hex(f, "module", b->attestation.p, 32);
		line_hex(f, "person there", b->attestation.p + 32, 16);
	}
}

static void
words_remove_authenticator(FILE *f, const struct statement *s,
    const struct msg_roster *roster UNUSED)
{
	line_hex(f, "authenticator", s->remove_authenticator.authenticator, ID_LEN);
	line_number(f, "from version", s->remove_authenticator.from);
}

static void
words_signer(FILE *f, const struct statement *s, const struct msg_roster *roster UNUSED)
{
	line_number(f, "from version", s->signer.from);
	line_text(f, "reason", s->signer.reason);
}

static void
words_create_key(FILE *f, const struct statement *s, const struct msg_roster *roster UNUSED)
{
	line_alg(f, "algorithm", s->create_key.alg);
	line(f, "class", class_name(s->create_key.class));
	line_number(f, "SCAL", s->create_key.level);
	line_number(f, "approvals a use", s->create_key.evidences);
	if (!profile_is_none(s->create_key.profile))
		line_text(f, "profile", span_of(s->create_key.profile,
		    strnlen((const char *)s->create_key.profile, PROFILE_LEN)));
	if (!profile_is_none(s->create_key.with))	/* as long as a profile, and as zero */
		line_hex(f, "never without", s->create_key.with, sizeof(s->create_key.with));
}

static void
words_key(FILE *f, const struct statement *s, const struct msg_roster *roster UNUSED)
{
	line_hex(f, "key", s->key.key, sizeof(s->key.key));
	line_number(f, "from version", s->key.from);
	line_text(f, "reason", s->key.reason);
}

static void
words_found(FILE *f, const struct statement *s UNUSED, const struct msg_roster *roster UNUSED)
{
	line(f, "genesis", "as shown by propria ceremony show");
}

static void
line_oid(FILE *f, const char *label, struct span oid)
{
	char dotted[DER_DOTTED_MAX];

	line(f, label, oid_to_text(oid, dotted) ? dotted : "not an object identifier");
}

/* Every fact that the statement has: what is not asked for is said, too. */
static void
words_anchor_rules(FILE *f, const struct body_add_anchor *b)
{
	static const struct { uint16_t bit; const char *text; } rules[] = {
		{ RULE_QC_COMPLIANCE, "says that it is qualified" },
		{ RULE_QC_SSCD, "says that its key is in a qualified device" },
		{ RULE_QC_TYPE, "is of the type for the key's class" },
		{ RULE_SHORT_TERM, "is short-term, with its validity assured" },
	};
	struct reader added = reader_over(b->added);
	struct span oid;

	if (profile_is_none(b->profile))
		line(f, "keys", "without a profile");
	else
		line_text(f, "keys of profile", span_of(b->profile,
		    strnlen((const char *)b->profile, PROFILE_LEN)));
	for (size_t i = 0; i < COUNT(rules); i++)
		if ((b->rules & rules[i].bit) != 0)
			line(f, "only if it", rules[i].text);
	if (b->policy.n > 0)
		line_oid(f, "under policy", b->policy);
	while (rd_span8(&added, 1, UINT8_MAX, &oid))
		line_oid(f, "may add to the name", oid);
}

static void
words_add_anchor(FILE *f, const struct statement *s, const struct msg_roster *roster UNUSED)
{
	line_text(f, "label", s->add_anchor.label);
	line_name(f, "issuer", s->add_anchor.issuer);
	line_alg(f, "signs with", s->add_anchor.alg);
	line_key(f, "key", s->add_anchor.spki);
	line_number(f, "longest validity", s->add_anchor.max_days);
	line(f, "for", s->add_anchor.usage == ANCHOR_ATTESTATION ? "makers' attestations of authenticators"
	    : "signers' certificates");
	if (s->add_anchor.usage == ANCHOR_ISSUER)
		words_anchor_rules(f, &s->add_anchor);
}

static void
words_remove_anchor(FILE *f, const struct statement *s, const struct msg_roster *roster)
{
	line_hex(f, "anchor", s->remove_anchor, sizeof(s->remove_anchor));
	for (size_t i = 0; roster != NULL && i < roster->anchors; i++)
		if (memcmp(roster->anchor[i].id, s->remove_anchor, 32) == 0)
			line_text(f, "label", roster->anchor[i].label);
}

static void
words_add_officer(FILE *f, const struct statement *s, const struct msg_roster *roster UNUSED)
{
	line_text(f, "person", s->add_officer.person);
	line(f, "role", role_name(s->add_officer.role));
	line(f, "approves with", s->add_officer.type == EVIDENCE_PASSKEY ? "passkey" : "device key");
	line_key(f, "key", s->add_officer.spki);
}

static void
words_remove_officer(FILE *f, const struct statement *s, const struct msg_roster *roster)
{
	const struct roster_officer *o = roster_find(roster, s->remove_officer);

	line_hex(f, "officer", s->remove_officer, sizeof(s->remove_officer));
	if (o != NULL) {
		line_text(f, "person", o->person);
		line(f, "role", role_name(o->role));
	}
}

static void
words_set_policy(FILE *f, const struct statement *s, const struct msg_roster *roster)
{
	words_policy(f, s->policy);
	if (roster != NULL) {
		fprintf(f, "  in place of:\n");
		words_policy(f, roster->policy);
	}
}

static void
words_resume(FILE *f, const struct statement *s, const struct msg_roster *roster UNUSED)
{
	const struct body_resume *b = &s->resume;

	line_number(f, "anchor's epoch", b->epoch);
	line_number(f, "anchor's size", b->size);
	line_hex(f, "anchor's root", b->root, sizeof(b->root));
	line_number(f, "log's size", b->log_size);
	line_hex(f, "log's root", b->log_root, sizeof(b->log_root));
	if (b->log_size < b->size)
		fprintf(f, "  WARNING: the log is %llu entries shorter than the anchor says. What they "
		    "recorded is lost:\n  destroyed keys and removed officers among them live again.\n",
		    (unsigned long long)(b->size - b->log_size));
}

static const struct {
	uint16_t	purpose;
	const char	*title;
	void		(*words)(FILE *, const struct statement *, const struct msg_roster *);
} table[] = {
	{ PURPOSE_SIGN, "sign", words_sign },
	{ PURPOSE_SIGN_ONCE, "sign with a key made for this", words_sign },
	{ PURPOSE_INVITE, "invite a signer", words_invite },
	{ PURPOSE_BIND, "bind an authenticator to a signer", words_bind },
	{ PURPOSE_SUSPEND, "suspend a signer", words_signer },
	{ PURPOSE_REINSTATE, "reinstate a suspended signer", words_signer },
	{ PURPOSE_CLOSE, "close a signer for ever; all keys are destroyed", words_signer },
	{ PURPOSE_ADD_AUTHENTICATOR, "add an authenticator to a signer's", words_bind },
	{ PURPOSE_REMOVE_AUTHENTICATOR, "remove one of a signer's authenticators",
	    words_remove_authenticator },
	{ PURPOSE_CREATE_KEY, "create a signing key", words_create_key },
	{ PURPOSE_DESTROY_KEY, "destroy a signing key for ever", words_key },
	{ PURPOSE_RELEASE_KEY, "release a frozen signing key", words_key },
	{ PURPOSE_REVOKE_KEY, "destroy a revoked signing key for ever", words_key },
	{ PURPOSE_OPEN_SESSION, "make a key for one signature, which you approve later",
	    words_open_session },
	{ PURPOSE_FOUND, "found a group", words_found },
	{ PURPOSE_ADD_ANCHOR, "trust a certification authority", words_add_anchor },
	{ PURPOSE_REMOVE_ANCHOR, "stop trusting a certification authority", words_remove_anchor },
	{ PURPOSE_ADD_OFFICER, "add an officer", words_add_officer },
	{ PURPOSE_REMOVE_OFFICER, "remove an officer", words_remove_officer },
	{ PURPOSE_SET_POLICY, "change the policy", words_set_policy },
	{ PURPOSE_RESUME, "resume on the log that is there, in a new epoch", words_resume },
	{ PURPOSE_ADD_PEER, "trust another module", words_add_peer },
	{ PURPOSE_REMOVE_PEER, "stop trusting another module", words_remove_peer },
	{ PURPOSE_ADD_PROVIDER, "trust a key of an identity provider", words_add_provider },
	{ PURPOSE_REMOVE_PROVIDER, "stop trusting a key of an identity provider", words_remove_provider },
	{ PURPOSE_ADMIT, "admit a person to the authentication module", words_admit },
	{ PURPOSE_SET_FACTORS, "set PIN and one-time codes", words_factors },
	{ PURPOSE_CHANGE_FACTORS, "change PIN or one-time codes", words_factors },
	{ PURPOSE_UNLOCK, "unlock a person's factors", words_signer },
	{ PURPOSE_DISMISS, "dismiss a person; keys made with the person's factors never open again",
	    words_signer },
	{ PURPOSE_NEW_GRANT_KEY, "make another grant key, in force at once", words_reason },
};

void
words_policy(FILE *f, const uint8_t policy[POLICY_LEN])
{
	static const char *const followers[] = { "none", "asynchronous", "synchronous" };
	char until[TIME_TEXT];
	struct reader r = reader_over(span_of(policy, POLICY_LEN));
	uint8_t min_loa, ro, so, keys, follower, shared;
	uint16_t protections, zero;
	uint64_t eddsa, rs256;
	uint32_t life, seconds, count, session;

	if (!rd_u32(&r, &life) || !rd_u8(&r, &min_loa) || !rd_u16(&r, &protections) ||
	    !rd_u8(&r, &ro) || !rd_u8(&r, &so) || !rd_u8(&r, &keys) || !rd_u8(&r, &follower) ||
	    !rd_u16(&r, &zero) || !rd_u64(&r, &eddsa) || !rd_u64(&r, &rs256) || !rd_u8(&r, &shared) ||
	    !rd_u32(&r, &seconds) || !rd_u32(&r, &count) ||
	    !rd_u32(&r, &session))
		bug("policy");
	fprintf(f, "  %-16s %u s\n", "approvals live", life / 1000);
	line(f, "least assurance", loa_name(min_loa));
	for (unsigned i = 1; i < 16; i++)
		if (protections >> i & 1)
			line(f, "may approve", protection_name(i));
	fprintf(f, "  %-16s %u registration officer%s\n", "to invite", ro, ro == 1 ? "" : "s");
	fprintf(f, "  %-16s %u security officer%s\n", "to decide", so, so == 1 ? "" : "s");
	line_number(f, "keys a signer", keys);
	line(f, "log follower", follower < COUNT(followers) ? followers[follower] : NULL);
	line(f, "EdDSA passkeys", eddsa == 0 ? "never" : time_text(eddsa, until));
	line(f, "RSA passkeys", rs256 == 0 ? "never" : time_text(rs256, until));
	if (seconds == 0 || count == 0)
		line(f, "SCAL1 keys", "never on the SSA's word");
	else
		fprintf(f, "  %-16s on the SSA's word for %u s, %u signatures at most\n", "SCAL1 keys",
		    seconds, count);
	if (session == 0)
		line(f, "one-time keys", "none");
	else
		fprintf(f, "  %-16s for %u s at most\n", "one-time keys", session);
	if (shared != 0)
		fprintf(f, "  passkeys approve although the SIC shares its host with the SSA\n");
}

static bool
has_subject(const struct statement *s)
{
	for (size_t i = 0; i < sizeof(s->subject); i++)
		if (s->subject[i] != 0)
			return true;
	return false;
}

void
words_statement(FILE *f, const struct statement *s, const struct msg_roster *roster)
{
	char until[TIME_TEXT];

	for (size_t i = 0; i < COUNT(table); i++)
		if (table[i].purpose == s->purpose) {
			fprintf(f, "%s: %s\n", purpose_name(s->purpose), table[i].title);
			if (has_subject(s))
				line_hex(f, s->purpose >= PURPOSE_ADMIT ? "person" : "signer", s->subject,
				    sizeof(s->subject));
			table[i].words(f, s, roster);
		}
	line_hex(f, "group", s->group, sizeof(s->group));
	line_number(f, "epoch", s->epoch);
	line(f, "valid until", time_text(s->exp, until));
}
