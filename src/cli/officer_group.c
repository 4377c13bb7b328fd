/* SPDX-License-Identifier: Apache-2.0 */
/* Security officers' acts: trusted CAs, officers, policy. */
#include "audit/officer.h"
#include "cli/commands.h"
#include "cli/file.h"
#include "cli/officer.h"
#include "cli/policy.h"
#include "der/attribute.h"
#include "x509/pem.h"
#include "webauthn/leaf.h"

const struct option_row options_officer_add_anchor[] = {
	{ "label", "TEXT", "a name for this CA, at most 64 bytes" },
	{ "max-days", "N", "longest validity of its certificates that is accepted (1100)" },
	{ "algorithm", "NAME", "with which the CA signs; needed for RSA keys" },
	{ "profile", "NAME", "the profile of the keys that it certifies (keys without one)" },
	{ "qc-compliance", NULL, "its certificates must say that they are qualified" },
	{ "qc-sscd", NULL, "... that their key is in a qualified device" },
	{ "qc-type", NULL, "... that they are for signatures or seals, as the key is" },
	{ "short-term", NULL, "... that they are short-term, with their validity assured" },
	{ "policy", "OID", "certificate policy that they must name" },
	{ "may-add", "LIST", "attributes it may add to the enrolled name: serialNumber,..." },
	{ "attestation", NULL, "a maker's CA, directly above its authenticators' certificates" },
	OPTIONS_ACT,
	{ NULL, NULL, NULL },
};

/* An EC key has one algorithm here; for RSA somebody must say which. */
static const struct alg *
alg_of_ca(struct call *c, struct span spki, struct err *e)
{
	const char *name = option(c, "algorithm");
	enum key_kind kind;
	const struct alg *alg;

	if (!spki_kind(spki, &kind)) {
		err_set(e, ERR_FORMAT, "the CA's key is of a kind that is not supported: P-256, P-384 "
		    "and RSA with 3072 bits are");
		return NULL;
	}
	if (name == NULL && kind != KEY_RSA3072)
		return alg_find(kind == KEY_P256 ? ALG_ECDSA_P256_SHA256 : ALG_ECDSA_P384_SHA384);
	alg = name == NULL ? NULL : alg_by_name(name);
	if (alg == NULL || alg->kind != kind) {
		err_exit(e, EXIT_USAGE, "--algorithm: say with which algorithm this CA signs, such as "
		    "rsa3072-pkcs1-sha256");
		return NULL;
	}
	return alg;
}

static bool
ca_read(struct call *c, struct span der, struct body_add_anchor *b, struct err *e)
{
	struct certificate_cut cut;
	struct certificate cert;
	const struct alg *alg;
	uint64_t days = 1100;

	if (!certificate_cut(der, &cut, e) || !certificate_read(&cut, &cert, e))
		return false;
	if (!cert.is_ca)
		return err_set(e, ERR_DENIED, "%.80s is no CA's certificate: only a CA can be trusted "
		    "to say who somebody is", c->operand[0]);
	if (span_equal(cert.issuer, cert.subject) &&
	    !certificate_is_signed_by(&cut, cut.alg, cert.spki))
		return err_set(e, ERR_DENIED, "%.80s is damaged: its own signature does not verify",
		    c->operand[0]);
	if (!option_number(c, "max-days", 1, 36500, &days, e) ||
	    (alg = alg_of_ca(c, cert.spki, e)) == NULL)
		return false;
	b->alg = alg->number;
	b->spki = cert.spki;
	b->issuer = cert.subject;
	b->max_days = (uint32_t)days;
	return true;
}

/* RSA roots of makers are often too small for signers' certificates, and do for this. */
static bool
maker_read(struct call *c, struct span der, struct body_add_anchor *b, struct err *e)
{
	static const uint16_t algs[] = { ALG_ECDSA_P256_SHA256, ALG_ECDSA_P384_SHA384,
		ALG_RSA3072_PKCS1_SHA256 };
	uint64_t days = 36500;
	struct leaf ca;

	if (!option_number(c, "max-days", 1, 36500, &days, e))
		return false;
	if (!leaf_read(der, &ca) || !ca.is_ca)
		return err_set(e, ERR_FORMAT, "%.80s is no CA's certificate that can be read",
		    c->operand[0]);
	b->spki = ca.spki;
	b->issuer = ca.subject;
	b->max_days = (uint32_t)days;
	b->usage = ANCHOR_ATTESTATION;
	for (size_t i = 0; i < COUNT(algs); i++)
		if (attestation_root_fits(alg_find(algs[i]), ca.spki)) {
			b->alg = algs[i];
			return true;
		}
	return err_set(e, ERR_FORMAT, "the CA's key is of a kind that is not supported: P-256, P-384 "
	    "and RSA from 2048 bits are");
}

static bool
profile_read(struct call *c, struct body_add_anchor *b, struct err *e)
{
	const char *name = option(c, "profile");
	size_t n = name == NULL ? 0 : strlen(name);

	if (name == NULL)
		return true;
	if (n <= PROFILE_LEN)
		memcpy(b->profile, name, n);
	return (n <= PROFILE_LEN && profile_is_named(b->profile)) || err_exit(e, EXIT_USAGE,
	    "--profile: 1 to %d of a-z, 0-9 and \"-\"", PROFILE_LEN);
}

/* The content of an OBJECT IDENTIFIER. */
static bool
oid_write(struct writer *w, const char *dotted)
{
	uint8_t mem[DER_OID_MAX + 8];
	struct writer whole = writer_over(mem, sizeof(mem));
	struct reader r;
	struct span oid;

	der_put_oid(&whole, dotted);
	r = reader_over(writer_span(&whole));
	if (!writer_ok(&whole) || !der_oid(&r, &oid))
		return false;
	wr_span(w, oid);
	return true;
}

/* What the officers want of this CA beside its key; `rules` keeps the bytes. */
struct rules {
	uint8_t	policy[40], added[80];
};

static bool
policy_read(struct call *c, struct rules *rules, struct body_add_anchor *b, struct err *e)
{
	struct writer w = writer_over(rules->policy, 32);
	const char *dotted = option(c, "policy");

	if (dotted != NULL && (!oid_write(&w, dotted) || !writer_ok(&w)))
		return err_exit(e, EXIT_USAGE, "--policy: an object identifier such as 0.4.0.194112.1.2");
	b->policy = writer_span(&w);
	return true;
}

static bool
added_read(struct call *c, struct rules *rules, struct body_add_anchor *b, struct err *e)
{
	struct writer w = writer_over(rules->added, 64);
	const char *at = option(c, "may-add");

	while (at != NULL && *at != '\0') {
		size_t n = strcspn(at, ",");
		const struct attribute_type *type = attribute_type_by_name(span_of(at, n));
		uint8_t mem[DER_OID_MAX];
		struct writer oid = writer_over(mem, sizeof(mem));

		if (type == NULL || !oid_write(&oid, type->oid))
			return err_exit(e, EXIT_USAGE, "--may-add: names of attributes with commas, such "
			    "as serialNumber,organizationIdentifier");
		wr_span8(&w, writer_span(&oid));
		at += n + (at[n] == ',');
	}
	b->added = writer_span(&w);
	return writer_ok(&w) || err_exit(e, EXIT_USAGE, "--may-add: too many attributes");
}

static bool
rules_read(struct call *c, struct rules *rules, struct body_add_anchor *b, struct err *e)
{
	static const struct { const char *option; uint16_t rule; } flags[] = {
		{ "qc-compliance", RULE_QC_COMPLIANCE }, { "qc-sscd", RULE_QC_SSCD },
		{ "qc-type", RULE_QC_TYPE }, { "short-term", RULE_SHORT_TERM },
	};

	for (size_t i = 0; i < COUNT(flags); i++)
		b->rules |= option_is(c, flags[i].option) ? flags[i].rule : 0;
	return profile_read(c, b, e) && policy_read(c, rules, b, e) && added_read(c, rules, b, e);
}

static bool
anchor_read(struct call *c, struct span der, struct rules *rules, struct body_add_anchor *b,
    struct err *e)
{
	b->usage = ANCHOR_ISSUER;
	if (!option_is(c, "attestation"))
		return ca_read(c, der, b, e) && rules_read(c, rules, b, e);
	if (!maker_read(c, der, b, e) || !rules_read(c, rules, b, e))
		return false;
	return (profile_is_none(b->profile) && b->rules == 0 && b->policy.n == 0 && b->added.n == 0) ||
	    err_exit(e, EXIT_USAGE, "--attestation: a maker's CA issues no signers' certificates, so "
	    "profile and rules are not for it");
}

bool
command_officer_add_anchor(struct call *c, struct err *e)
{
	struct statement s = { .purpose = PURPOSE_ADD_ANCHOR };
	struct msg_enacted enacted;
	AUTO_OFFICER o = { 0 };
	AUTO_WRITER file = writer_grow(FILE_SMALL);
	AUTO(chain) *chain = NULL;
	struct rules rules;
	const char *label;
	bool done;

	if ((label = option_needed(c, "label", e)) == NULL || !file_read(c->operand[0], &file, e) ||
	    (chain = chain_read(writer_span(&file), e)) == NULL ||
	    !anchor_read(c, chain_at(chain, 0), &rules, &s.add_anchor, e) || !officer_begin(&o, c, e))
		return false;
	s.add_anchor.label = span_str(label);
	return officer_act(&o, c, &s, &done, &enacted, e);
}

const struct option_row options_officer_remove_anchor[] = { OPTIONS_ACT, { NULL, NULL, NULL } };
const struct option_row options_officer_add_officer[] = { OPTIONS_ACT, { NULL, NULL, NULL } };
const struct option_row options_officer_remove_officer[] = { OPTIONS_ACT, { NULL, NULL, NULL } };

bool
command_officer_remove_anchor(struct call *c, struct err *e)
{
	struct statement s = { .purpose = PURPOSE_REMOVE_ANCHOR };
	struct msg_enacted enacted;
	AUTO_OFFICER o = { 0 };
	bool done;

	return officer_id_take(c->operand[0], s.remove_anchor, sizeof(s.remove_anchor),
	    "the anchor's id, as propria officer roster shows it", e) && officer_begin(&o, c, e) &&
	    officer_act(&o, c, &s, &done, &enacted, e);
}

bool
command_officer_add_officer(struct call *c, struct err *e)
{
	struct statement s = { .purpose = PURPOSE_ADD_OFFICER };
	AUTO_WRITER bytes = writer_grow(OFFICER_CARD_MAX);
	struct msg_enacted enacted;
	struct officer_card card;
	AUTO_OFFICER o = { 0 };
	bool done;

	if (!file_read(c->operand[0], &bytes, e) ||
	    !officer_card_read(writer_span(&bytes), &card, e) || !officer_proof_holds(&card, e) ||
	    !officer_begin(&o, c, e))
		return false;
	s.add_officer.role = card.role;
	s.add_officer.type = card.type;
	s.add_officer.person = card.person;
	s.add_officer.spki = card.spki;
	return officer_act(&o, c, &s, &done, &enacted, e);
}

bool
command_officer_remove_officer(struct call *c, struct err *e)
{
	struct statement s = { .purpose = PURPOSE_REMOVE_OFFICER };
	struct msg_enacted enacted;
	AUTO_OFFICER o = { 0 };
	bool done;

	return officer_id_take(c->operand[0], s.remove_officer, sizeof(s.remove_officer),
	    "the officer's id, as propria officer roster shows it", e) && officer_begin(&o, c, e) &&
	    officer_act(&o, c, &s, &done, &enacted, e);
}

const struct option_row options_officer_policy[] = {
	OPTIONS_POLICY,
	OPTIONS_ACT,
	{ NULL, NULL, NULL },
};

bool
command_officer_policy(struct call *c, struct err *e)
{
	struct statement s = { .purpose = PURPOSE_SET_POLICY };
	struct msg_enacted enacted;
	AUTO_OFFICER o = { 0 };
	bool done;

	return officer_begin(&o, c, e) && policy_from_options(c, o.roster.policy, s.policy, e) &&
	    officer_act(&o, c, &s, &done, &enacted, e);
}
