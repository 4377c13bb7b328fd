/* SPDX-License-Identifier: Apache-2.0 */
/* The sample group. Everything follows from the names of its people and keys. */
#include "audit/genesis.h"
#include "crypto/verify.h"
#include "tests/unit/kit/samples.h"

static const struct { const char *name; uint8_t role; } officers[SAMPLE_OFFICERS] = {
	{ "ada", ROLE_SECURITY_OFFICER }, { "bob", ROLE_SECURITY_OFFICER }, { "cyd",
	    ROLE_SECURITY_OFFICER },
	{ "dag", ROLE_REGISTRATION_OFFICER }, { "eva", ROLE_REGISTRATION_OFFICER },
};

const struct fixed_key *
sample_key(const char *name)
{
	static struct { char name[16]; struct fixed_key key; } keys[32];
	char whole[48] = "propria sample key ";

	for (size_t i = 0; i < COUNT(keys); i++) {
		if (keys[i].name[0] == '\0') {
			strncat(whole, name, 15);
			fixed_key_of(whole, &keys[i].key);
			strncpy(keys[i].name, name, sizeof(keys[i].name) - 1);
		}
		if (strcmp(keys[i].name, name) == 0)
			return &keys[i].key;
	}
	bug("too many sample keys");
}

void
sample_id(const char *name, uint8_t id[16])
{
	uint8_t hash[HASH_LEN];

	sha256(span_str(name), hash);
	memcpy(id, hash, 16);
}

struct span
sample_name(void)
{
	static const uint8_t der[] = { 0x30, 0x25, 0x31, 0x0b, 0x30, 0x09, 0x06, 0x03, 0x55, 0x04, 0x06,
		0x13, 0x02, 'S', 'E', 0x31, 0x16, 0x30, 0x14, 0x06, 0x03, 0x55, 0x04, 0x03, 0x0c, 0x0d,
		'A', 'l', 'i', 'c', 'e', ' ', 'E', 'x', 'a', 'm', 'p', 'l', 'e' };

	return span_of(der, sizeof(der));
}

void
sample_code(uint8_t code[CODE_LEN])
{
	sample_id("enrolment code", code);
}

const uint8_t *
sample_code_seed(void)
{
	static uint8_t seed[32];
	uint8_t code[CODE_LEN];

	sample_code(code);
	code_seed(code, sample_group(), seed);
	return seed;
}

static void
officer_fill(struct genesis_officer *o, const char *name, uint8_t role, uint8_t proof[OFFICER_PROOF])
{
	uint8_t digest[HASH_LEN];

	sample_id(name, o->id);
	o->card.role = role;
	o->card.type = OFFICER_DEVICE;
	o->card.person = span_str(name);
	o->card.spki = fixed_spki(sample_key(name));
	officer_card_digest(&o->card, digest);
	fixed_key_sign(sample_key(name), digest, proof);
	o->card.proof = span_of(proof, OFFICER_PROOF);
}

struct span
sample_genesis(void)
{
	static uint8_t mem[GENESIS_MAX];
	static struct span bytes;
	struct writer w = writer_over(mem, sizeof(mem));
	struct genesis g = { .time = SAMPLE_TIME,
		.policy = { .statement_life = 300000, .min_loa = 2, .protections = 0x3e, .ro_quorum = 1,
			.so_quorum = 2, .keys_per_signer = 4, .session_seconds = 1800 },
		.log = fixed_spki(sample_key("log")), .attest = fixed_spki(sample_key("attestation")),
		.library = span_str("sample"), .token = span_str("token"), .serial = span_str("1"),
		.kind = GROUP_SAM, .origin = span_str(SAMPLE_ORIGIN), .service = span_str(SAMPLE_SERVICE), .n = SAMPLE_OFFICERS };
	uint8_t proof[SAMPLE_OFFICERS][OFFICER_PROOF];

	if (bytes.n > 0)
		return bytes;
	sha256(span_str("genesis"), g.random);
	sample_id("kek", g.kek);
	sample_id("hmac", g.hmac);
	for (size_t i = 0; i < g.n; i++)
		officer_fill(&g.officer[i], officers[i].name, officers[i].role, proof[i]);
	genesis_write(&w, &g);
	if (!writer_ok(&w))
		bug("sample genesis");
	return bytes = writer_span(&w);
}

const uint8_t *
sample_group(void)
{
	static uint8_t group[HASH_LEN];

	genesis_group(sample_genesis(), group);
	return group;
}

const uint16_t sample_purposes[SAMPLE_ALL] = { PURPOSE_SIGN, PURPOSE_SIGN_ONCE, PURPOSE_INVITE, PURPOSE_BIND,
	PURPOSE_SUSPEND, PURPOSE_REINSTATE, PURPOSE_CLOSE, PURPOSE_ADD_AUTHENTICATOR,
	PURPOSE_REMOVE_AUTHENTICATOR, PURPOSE_CREATE_KEY, PURPOSE_DESTROY_KEY,
	PURPOSE_RELEASE_KEY, PURPOSE_REVOKE_KEY, PURPOSE_OPEN_SESSION, PURPOSE_FOUND, PURPOSE_ADD_ANCHOR, PURPOSE_REMOVE_ANCHOR,
	PURPOSE_ADD_OFFICER, PURPOSE_REMOVE_OFFICER, PURPOSE_SET_POLICY, PURPOSE_RESUME, PURPOSE_ADD_PEER,
	PURPOSE_REMOVE_PEER, PURPOSE_ADD_PROVIDER, PURPOSE_REMOVE_PROVIDER,
	/* of an authentication module */
	PURPOSE_ADMIT, PURPOSE_SET_FACTORS, PURPOSE_CHANGE_FACTORS, PURPOSE_UNLOCK, PURPOSE_DISMISS,
	PURPOSE_NEW_GRANT_KEY, PURPOSE_CHECK };

static void
fill_sign(struct body_sign *b)
{
	static uint8_t digest[2][HASH_LEN];

	sha256(span_str("first document"), digest[0]);
	sha256(span_str("second document"), digest[1]);
	*b = (struct body_sign){ .class = CLASS_SIGNATURE, .level = 2, .alg = 1, .kind = KIND_DTBSR,
		.seen = SEEN_DOCUMENT, .name = span_str("Example bank"), .n = 2,
		.text = span_str("Loan \xc3\xa5tagande"),
		.items = { { span_of(digest[0], 32), span_str("contract.pdf") },
			{ span_of(digest[1], 32), span_str("") } } };
	sample_id("key", b->key);
	sha256(fixed_spki(sample_key("key")), b->spki);
	sample_id("requester", b->requester);
}

/* Documents, before there is a key. */
static void
fill_sign_once(struct body_sign *b, const uint8_t fresh[FRESH_LEN])
{
	fill_sign(b);
	memset(b->key, 0, sizeof(b->key));
	memset(b->spki, 0, sizeof(b->spki));
	b->kind = KIND_CADES;
	b->attrs = ATTRS_APPROVAL;
	memcpy(b->profile, "short-term", 10);
	sha256(span_str("proofing file"), b->idv);
	statement_session(fresh, b->session);
}

static void
fill_open_session(struct body_open_session *b, const uint8_t fresh[FRESH_LEN])
{
	*b = (struct body_open_session){ 1, CLASS_SIGNATURE, LEVEL_SCAL2, "short-term", { 0 }, { 0 } };
	sha256(span_str("proofing file"), b->idv);
	statement_session(fresh, b->session);
}

static void
fill_anchor(struct statement *s)
{
	static const uint8_t profile[PROFILE_LEN] = "short-term";
	struct span parts[] = { fixed_spki(sample_key("ca")), sample_name(),
		span_of(profile, sizeof(profile)) };

	if (s->purpose == PURPOSE_ADD_ANCHOR)
		s->add_anchor = (struct body_add_anchor){ 1, parts[0], parts[1], 825, span_str("Example CA"),
			ANCHOR_ISSUER, "short-term", 0xd, span_of("\x2a\x03\x04", 3),
			span_of("\x03\x55\x04\x05", 4) };
	else
		sha256_parts(parts, 3, s->remove_anchor);
}

static void
fill_policy(uint8_t out[POLICY_LEN])
{
	struct policy p = { .statement_life = 120000, .min_loa = 2, .protections = 0x1c, .ro_quorum = 2,
		.so_quorum = 2, .keys_per_signer = 2, .follower = FOLLOWER_SYNC,
		.eddsa_until = SAMPLE_TIME + 1, .rs256_until = SAMPLE_TIME + 2, .shared_sic = 1,
		.scal1_seconds = 300, .scal1_count = 100, .session_seconds = 7200 };
	struct writer w = writer_over(out, POLICY_LEN);

	policy_write(&w, &p);
}

static void
fill_invite(struct body_invite *b)
{
	b->loa = 2;
	b->proofing = span_str("passport, in person");
	sha256(span_str("proofing file"), b->evidence);
	b->name = sample_name();
	ed25519_public(sample_code_seed(), b->code);
}

struct soft_passkey *
sample_passkey(void)
{
	static struct soft_passkey p;

	if (p.spki_len == 0)
		soft_passkey_make(&p, "alice phone", PASSKEY_ES256, "approve.example");
	return &p;
}

/* What create gave for this nonce. */
static void
fill_passkey(struct body_bind *b, const uint8_t fresh[FRESH_LEN])
{
	static uint8_t mem[2][1024];
	struct writer client = writer_over(mem[0], sizeof(mem[0]));
	struct writer attestation = writer_over(mem[1], sizeof(mem[1]));
	uint8_t challenge[HASH_LEN];

	soft_create_challenge(fresh, challenge);
	soft_client_data(&client, "webauthn.create", challenge, SAMPLE_ORIGIN, "");
	sample_passkey()->count = 0;
	soft_attestation(&attestation, sample_passkey(), SOFT_NONE, NULL, writer_span(&client));
	*b = (struct body_bind){ .from = 2, .type = EVIDENCE_PASSKEY, .spki = soft_spki(sample_passkey()),
		.label = span_str("phone"), .attestation = writer_span(&attestation),
		.client = writer_span(&client) };
}

static void
fill_peer(struct statement *s)
{
	struct body_add_peer b = { .kind = PEER_MODULE, .key = fixed_spki(sample_key("grant")),
		.label = span_str("Example authentication") };

	sha256(span_str("module"), b.peer);
	if (s->purpose == PURPOSE_ADD_PEER)
		s->add_peer = b;
	else
		peer_id(&b, s->remove_peer);
}

static void
fill_provider(struct statement *s)
{
	struct body_add_provider b = { .issuer = span_str("https://id.example"),
		.client = span_str("propria-activation"), .alg = PROVIDER_ES256,
		.key = fixed_spki(sample_key("provider")), .acrs = 2,
		.acr = { { span_str("low"), 1 }, { span_str("urn:example:sign"), 2 } },
		.transaction = span_str("propria_d"), .assurance = 2, .max_age = 300,
		.basis = span_str("contract 7"), .label = span_str("Example ID") };

	if (s->purpose == PURPOSE_ADD_PROVIDER)
		s->add_provider = b;
	else
		provider_id(&b, s->remove_provider);
}

static void
fill_person(struct statement *s)
{
	if (s->purpose == PURPOSE_ADMIT) {
		s->admit = (struct body_admit){ .name = span_str("Alice Example") };
		sha256(span_str("SAM"), s->admit.peer);
		sample_id("signer", s->admit.signer);
		sha256(span_str("proofing file"), s->admit.evidence);
		sha256(span_str("code"), s->admit.code);
	} else if (s->purpose == PURPOSE_SET_FACTORS) {
		s->factors.from = 1;
		sha256(span_str("sealed factors"), s->factors.sealed);
	} else if (s->purpose == PURPOSE_CHANGE_FACTORS) {
		s->factors.from = 2;
	} else if (s->purpose == PURPOSE_UNLOCK || s->purpose == PURPOSE_DISMISS) {
		s->signer = (struct body_signer){ 2, span_str("asked by phone") };
	} else if (s->purpose == PURPOSE_NEW_GRANT_KEY) {
		s->reason = span_str("each year");
	} else if (s->purpose == PURPOSE_CHECK) {
		sample_id("session", s->check);
	}
}

static void
fill_body(struct statement *s)
{
	switch (s->purpose) {
	case PURPOSE_SIGN:
		fill_sign(&s->sign);
		return;
	case PURPOSE_SIGN_ONCE:
		fill_sign_once(&s->sign, s->fresh);
		return;
	case PURPOSE_OPEN_SESSION:
		fill_open_session(&s->open_session, s->fresh);
		return;
	case PURPOSE_INVITE:
		fill_invite(&s->invite);
		return;
	case PURPOSE_BIND:
		s->bind = (struct body_bind){ .from = 1, .type = 1, .protection = PROTECTION_FILE,
			.spki = fixed_spki(sample_key("alice")), .label = span_str("laptop") };
		return;
	case PURPOSE_ADD_AUTHENTICATOR:
		fill_passkey(&s->bind, s->fresh);
		return;
	case PURPOSE_REMOVE_AUTHENTICATOR:
		s->remove_authenticator.from = 3;
		sample_id("authenticator", s->remove_authenticator.authenticator);
		return;
	case PURPOSE_SUSPEND:
	case PURPOSE_REINSTATE:
	case PURPOSE_CLOSE:
		s->signer = (struct body_signer){ 2, span_str("asked by phone") };
		return;
	case PURPOSE_CREATE_KEY:
		s->create_key = (struct body_create_key){ 2, 1, CLASS_SIGNATURE, 2, { 0 }, 1, { 0 } };
		return;
	case PURPOSE_DESTROY_KEY:
	case PURPOSE_RELEASE_KEY:
	case PURPOSE_REVOKE_KEY:
		s->key = (struct body_key){ { 0 }, 3, span_str("") };
		sample_id("key", s->key.key);
		return;
	case PURPOSE_ADD_OFFICER:
		s->add_officer = (struct body_add_officer){ ROLE_SECURITY_OFFICER, EVIDENCE_DEVICE,
			span_str("fay"), fixed_spki(sample_key("fay")) };
		return;
	case PURPOSE_REMOVE_OFFICER:
		sample_id("cyd", s->remove_officer);
		return;
	case PURPOSE_ADD_ANCHOR:
	case PURPOSE_REMOVE_ANCHOR:
		fill_anchor(s);
		return;
	case PURPOSE_SET_POLICY:
		fill_policy(s->policy);
		return;
	case PURPOSE_RESUME:
		s->resume = (struct body_resume){ 1, 9, { 0 }, 7, { 0 } };
		sha256(span_str("anchored"), s->resume.root);
		sha256(span_str("there"), s->resume.log_root);
		return;
	case PURPOSE_ADD_PEER:
	case PURPOSE_REMOVE_PEER:
		fill_peer(s);
		return;
	case PURPOSE_ADD_PROVIDER:
	case PURPOSE_REMOVE_PROVIDER:
		fill_provider(s);
		return;
	default:			/* FOUND has none; of an authentication module: below */
		fill_person(s);
		return;
	}
}

static void
fill_fresh(struct statement *s)
{
	static const char tag[] = "propria-resume-v1";
	uint8_t mem[128];
	struct writer body = writer_over(mem, sizeof(mem));
	struct span parts[2];

	memset(s->fresh, 0, FRESH_LEN);
	if (s->purpose == PURPOSE_RESUME) {
		statement_body_write(&body, s);
		parts[0] = span_of(tag, sizeof(tag));
		parts[1] = writer_span(&body);
		sha256_parts(parts, 2, s->fresh);
	} else if (s->purpose != PURPOSE_FOUND) {
		sha256(span_str("proposal"), s->fresh);
	}
	if (s->purpose >> 8 == 1 || s->purpose == PURPOSE_BIND || s->purpose >> 8 == 3 ||
	    s->purpose == PURPOSE_ADD_AUTHENTICATOR || s->purpose == PURPOSE_REMOVE_AUTHENTICATOR ||
	    s->purpose == PURPOSE_SET_FACTORS || s->purpose == PURPOSE_CHANGE_FACTORS ||
	    s->purpose == PURPOSE_CHECK)
		memset(s->fresh + 32, 0x5a, 8);		/* a nonce has no zeros at its end */
}

void
sample_statement(uint16_t purpose, struct statement *s)
{
	bool of_signer = purpose != PURPOSE_INVITE && purpose >> 8 != 4 && purpose != PURPOSE_ADMIT &&
	    purpose != PURPOSE_NEW_GRANT_KEY;

	memset(s, 0, sizeof(*s));
	s->purpose = purpose;
	memcpy(s->group, sample_group(), HASH_LEN);
	s->epoch = 1;
	if (of_signer)
		sample_id("signer", s->subject);
	s->iat = SAMPLE_TIME + 1000;
	s->exp = SAMPLE_TIME + 61000;
	fill_fresh(s);		/* a passkey's enrolment names it */
	fill_body(s);
	fill_fresh(s);		/* RESUME's names the body */
}

void
sample_bind(uint8_t type, struct statement *s)
{
	static const char issuer[] = "https://id.example";
	static uint8_t link[MODULE_LINK_LEN];

	sample_statement(PURPOSE_BIND, s);
	sha256(span_str("module"), link);
	sample_id("person", link + 32);
	s->bind = (struct body_bind){ .from = 1, .type = type };
	s->bind.protection = type == EVIDENCE_MODULE ? PROTECTION_MODULE : PROTECTION_PROVIDER;
	s->bind.label = type == EVIDENCE_MODULE ? span_str("PIN and code") : span_str("Example ID");
	s->bind.attestation = type == EVIDENCE_MODULE ? span_of(link, sizeof(link)) : span_str(issuer);
}

void
sample_key_with(struct statement *s)
{
	sample_statement(PURPOSE_CREATE_KEY, s);
	sample_id("person's authenticator", s->create_key.with);
}

void
sample_grant(const uint8_t d[HASH_LEN], struct grant *g, bool with_share)
{
	static uint8_t share[SHARE_SEALED_LEN];
	uint8_t mem[GRANT_MAX], digest[HASH_LEN];
	struct writer w = writer_over(mem, sizeof(mem));

	*g = (struct grant){ .factors = FACTOR_PIN | FACTOR_TOTP, .level = 2, .time = SAMPLE_TIME + 2000 };
	memcpy(g->group, sample_group(), HASH_LEN);
	sha256(span_str("module"), g->module);
	memcpy(g->d, d, HASH_LEN);
	sample_id("signer", g->signer);
	sample_id("person", g->person);
	for (size_t i = 0; i < sizeof(share); i++)
		share[i] = (uint8_t)i;
	if (with_share)
		g->share = span_of(share, sizeof(share));
	grant_write(&w, g);
	if (!writer_ok(&w) || !grant_digest(writer_span(&w), digest))
		bug("sample grant");
	fixed_key_sign(sample_key("grant"), digest, g->signature);
}

void
sample_approve(struct evidences *list, const char *who, const char *id_of,
    const uint8_t d[HASH_LEN])
{
	static uint8_t sig[EVIDENCES_MAX][APPROVAL_LEN];
	uint8_t digest[HASH_LEN], id[16] = { 0 };
	uint8_t *out = sig[list->n % EVIDENCES_MAX];

	approval_digest(d, digest);
	fixed_key_sign(sample_key(who), digest, out);
	if (id_of != NULL)
		sample_id(id_of, id);
	if (!evidences_add(list, EVIDENCE_DEVICE, id, span_of(out, APPROVAL_LEN)))
		bug("sample evidences");
}

void
sample_approve_with_passkey(struct evidences *list, const char *id_of, const uint8_t d[HASH_LEN])
{
	static uint8_t mem[EVIDENCES_MAX][1024];
	struct writer w = writer_over(mem[list->n % EVIDENCES_MAX], sizeof(mem[0]));
	uint8_t id[16] = { 0 };

	sample_passkey()->count = 1;
	soft_get(&w, sample_passkey(), d, SAMPLE_ORIGIN);
	if (id_of != NULL)
		sample_id(id_of, id);
	if (!writer_ok(&w) || !evidences_add(list, EVIDENCE_PASSKEY, id, writer_span(&w)))
		bug("sample evidences");
}

void
sample_approve_with_code(struct evidences *list, const uint8_t d[HASH_LEN])
{
	static const uint8_t zero[16];
	static uint8_t sig[APPROVAL_LEN];

	code_sign(sample_code_seed(), d, sig);
	if (!evidences_add(list, EVIDENCE_CODE, zero, span_of(sig, sizeof(sig))))
		bug("sample evidences");
}

void
sample_evidences(uint16_t purpose, const uint8_t d[HASH_LEN], struct evidences *list)
{
	memset(list, 0, sizeof(*list));
	if (purpose == PURPOSE_BIND) {
		sample_approve(list, "alice", NULL, d);
		sample_approve_with_code(list, d);
	} else if (purpose == PURPOSE_ADD_AUTHENTICATOR) {
		sample_approve_with_passkey(list, NULL, d);
		sample_approve(list, "alice", "authenticator", d);
	} else if (purpose == PURPOSE_REVOKE_KEY) {
		sample_approve(list, "dag", "dag", d);
	} else if (purpose >> 8 == 1 || purpose >> 8 == 3 ||
	    purpose == PURPOSE_REMOVE_AUTHENTICATOR) {
		sample_approve(list, "alice", "authenticator", d);
	} else if (purpose >> 8 == 2) {
		sample_approve(list, "dag", "dag", d);
	} else {
		sample_approve(list, "ada", "ada", d);
		sample_approve(list, "bob", "bob", d);
		if (purpose == PURPOSE_ADD_OFFICER)
			sample_approve(list, "fay", NULL, d);
	}
}
