/* SPDX-License-Identifier: Apache-2.0 */
/* Enrolment, keys and signing as honest people do them. */
#include "base/clock.h"
#include "crypto/verify.h"
#include "der/csr.h"
#include "der/name.h"
#include "tests/sic/ca.h"
#include "tests/sic/people.h"
#include "tests/test.h"
#include "wire/certificate.h"

static void
keep(struct writer *now, struct writer *before)
{
	if (before->max == 0)
		*before = writer_grow(RECORD_MAX);
	if (now->max == 0)
		*now = writer_grow(RECORD_MAX);
	writer_reset(before);
	wr_span(before, writer_span(now));
}

struct act *
act_of_invite(struct group *g, const struct signer *s)
{
	struct act *a = act_new(g, PURPOSE_INVITE);
	struct body_invite *b = &a->st.invite;
	uint8_t seed[32];

	b->loa = 2;
	b->proofing = span_str("passport, in person");
	random_bytes(b->evidence, sizeof(b->evidence));
	b->name = span_of(s->name, s->name_len);
	code_seed(s->code, g->id, seed);
	ed25519_public(seed, b->code);
	return a;
}

void
signer_invite(struct group *g, struct signer *s, const char *name)
{
	struct writer w = writer_over(s->name, sizeof(s->name));
	struct msg_enacted made;
	struct err e = { 0 };
	struct act *a;

	memset(s, 0, sizeof(*s));
	w = writer_over(s->name, sizeof(s->name));
	CHECK(name_from_text(name, &w, &e));
	s->name_len = w.n;
	random_bytes(s->code, sizeof(s->code));
	device_make(&s->device);
	keep(&s->record, &s->old_record);
	a = act_of_invite(g, s);
	assert_string_equal(act_propose(a), "");
	act_write(a);
	act_approve_by(a, &g->ro);
	assert_string_equal(act_enact(a, g->officers, &made, &s->record, NULL), "");
	memcpy(s->id, made.id, ID_LEN);
	s->version = made.version;
	act_free(a);
}

struct act *
act_of_bind(struct group *g, const struct signer *s, const struct device *device)
{
	struct act *a = act_new(g, PURPOSE_BIND);

	memcpy(a->st.subject, s->id, ID_LEN);
	a->st.bind.from = s->version;
	a->st.bind.type = EVIDENCE_DEVICE;
	a->st.bind.protection = PROTECTION_FILE;
	a->st.bind.spki = device_spki(device);
	a->st.bind.label = span_str("test device");
	a->signer_record = writer_span(&s->record);
	assert_string_equal(act_challenge(a), "");
	return a;
}

void
signer_bind(struct group *g, struct signer *s)
{
	struct act *a = act_of_bind(g, s, &s->device);
	struct msg_enacted made;

	act_write(a);
	act_approve(a, NULL, &s->device);
	act_approve_code(a, s->code);
	act_write_evidences(a);
	keep(&s->record, &s->old_record);
	assert_string_equal(act_enact(a, g->ssa, &made, &s->record, NULL), "");
	memcpy(s->authenticator, made.id, ID_LEN);
	s->version = made.version;
	act_free(a);
}

struct act *
act_of_signer(struct group *g, const struct signer *s, uint16_t purpose)
{
	struct act *a = act_new(g, purpose);

	memcpy(a->st.subject, s->id, ID_LEN);
	a->st.signer.from = s->version;
	a->st.signer.reason = span_str("a test");
	return a;
}

struct act *
act_of_create(struct group *g, const struct signer *s)
{
	struct act *a = act_new(g, PURPOSE_CREATE_KEY);

	memcpy(a->st.subject, s->id, ID_LEN);
	a->st.create_key.from = s->version;
	a->st.create_key.alg = ALG_ECDSA_P256_SHA256;
	a->st.create_key.class = CLASS_SIGNATURE;
	a->st.create_key.level = 2;
	a->st.create_key.evidences = 1;
	a->signer_record = writer_span(&s->record);
	assert_string_equal(act_challenge(a), "");
	return a;
}

void
key_create(struct group *g, struct signer *s, struct key *k)
{
	key_create_at(g, s, k, LEVEL_SCAL2);
}

void
key_create_at(struct group *g, struct signer *s, struct key *k, uint8_t level)
{
	struct act *a = act_of_create(g, s);
	struct msg_enacted made;

	memset(k, 0, sizeof(*k));
	keep(&k->record, &k->old_record);
	a->st.create_key.level = level;
	act_write(a);
	act_approve_signer(a, s);
	act_write_evidences(a);
	keep(&s->record, &s->old_record);
	a->signer_record = writer_span(&s->old_record);
	assert_string_equal(act_enact(a, g->ssa, &made, &k->record, &s->record), "");
	memcpy(k->id, made.id, ID_LEN);
	k->version = 1;
	s->version++;
	act_free(a);
}

void
key_request(struct group *g, const struct signer *s, struct key *k)
{
	AUTO_WRITER w = writer_grow(65536), answer = writer_grow(65536);
	struct msg_request_certificate m = { .signer_record = writer_span(&s->record),
		.key_record = writer_span(&k->record) };
	struct msg_certificate_request got;
	struct err e = { 0 };
	struct reader r;
	struct csr csr;

	memcpy(m.key, k->id, ID_LEN);
	msg_request_certificate_write(&w, &m);
	assert_string_equal(ask(g->ssa, SAM_REQUEST_CERTIFICATE, writer_span(&w), &answer), "");
	r = reader_over(writer_span(&answer));
	CHECK(msg_certificate_request_read(&r, &got, &e) && csr_open(got.csr, &csr, &e));
	CHECK(csr.spki.n == DEVICE_SPKI && span_equal(csr.subject, span_of(s->name, s->name_len)));
	memcpy(k->spki, csr.spki.p, DEVICE_SPKI);
}

void
key_link(struct group *g, const struct signer *s, struct key *k)
{
	struct wish wish = wish_for(g, s, k);

	assert_string_equal(link_certificate(g, k, ca_issue(&wish, k)), "");
}

void
key_ready(struct group *g, struct signer *s, struct key *k)
{
	key_create(g, s, k);
	key_request(g, s, k);
	key_link(g, s, k);
}

void
signer_ready(struct group *g, struct signer *s, struct key *k, const char *name)
{
	signer_invite(g, s, name);
	signer_bind(g, s);
	key_ready(g, s, k);
}

void
signer_forget(struct signer *s)
{
	device_free(&s->device);
	writer_wipe(&s->record);
	writer_wipe(&s->old_record);
}

void
key_forget(struct key *k)
{
	writer_wipe(&k->record);
	writer_wipe(&k->old_record);
	writer_wipe(&k->certificate);
}

struct act *
act_of_key(struct group *g, const struct signer *s, const struct key *k, uint16_t purpose)
{
	struct act *a = act_new(g, purpose);

	memcpy(a->st.subject, s->id, ID_LEN);
	memcpy(a->st.key.key, k->id, ID_LEN);
	a->st.key.from = k->version;
	a->st.key.reason = span_str("a test");
	a->signer_record = writer_span(&s->record);
	assert_string_equal(act_challenge(a), "");
	return a;
}

struct act *
act_of_sign(struct group *g, const struct signer *s, const struct key *k, size_t n)
{
	struct act *a = act_new(g, PURPOSE_SIGN);
	struct body_sign *b = &a->st.sign;

	CHECK(n <= ACT_DIGESTS);
	memcpy(a->st.subject, s->id, ID_LEN);
	memcpy(b->key, k->id, ID_LEN);
	sha256(span_of(k->spki, sizeof(k->spki)), b->spki);
	b->class = CLASS_SIGNATURE;
	b->level = 2;
	b->alg = ALG_ECDSA_P256_SHA256;
	b->kind = KIND_DTBSR;
	b->seen = SEEN_DOCUMENT;
	b->name = span_str("a test");
	b->n = n;
	for (size_t i = 0; i < n; i++) {
		random_bytes(a->digest[i], 32);
		b->items[i] = (struct item){ span_of(a->digest[i], 32), span_str("contract.pdf") };
	}
	a->n = n;
	for (size_t i = 0; i < n; i++)
		a->index[i] = (uint32_t)i;
	a->signer_record = writer_span(&s->record);
	a->key_record = writer_span(&k->record);
	assert_string_equal(act_challenge(a), "");
	return a;
}

void
act_approve_signer(struct act *a, const struct signer *s)
{
	act_approve(a, s->authenticator, &s->device);
}

struct act *
act_of_sign_approved(struct group *g, const struct signer *s, const struct key *k, size_t n)
{
	struct act *a = act_of_sign(g, s, k, n);

	act_write(a);
	act_approve_signer(a, s);
	return a;
}

const char *
officer_does(struct group *g, const struct signer *s, uint16_t purpose)
{
	struct act *a = act_of_signer(g, s, purpose);
	const char *reason = act_propose(a);

	if (strcmp(reason, "") == 0) {
		act_write(a);
		act_approve_by(a, &g->ro);
		reason = act_enact(a, g->officers, NULL, NULL, NULL);
	}
	act_free(a);
	return reason;
}

const char *
security_does(struct act *a, size_t n)
{
	const char *reason = act_propose(a);

	if (strcmp(reason, "") == 0) {
		act_write(a);
		for (size_t i = 0; i < n; i++)
			act_approve_by(a, &a->group->so[i]);
		reason = act_enact(a, a->group->officers, NULL, NULL, NULL);
	}
	act_free(a);
	return reason;
}

const char *
freeze(struct group *g, uint8_t type, const uint8_t id[ID_LEN])
{
	struct msg_object m = { .type = type };
	uint8_t mem[32];
	struct writer w = writer_over(mem, sizeof(mem));

	memcpy(m.id, id, ID_LEN);
	msg_object_write(&w, &m);
	return ask(g->ssa, SAM_FREEZE, writer_span(&w), NULL);
}

uint8_t
state_of(struct group *g, uint8_t type, const uint8_t id[ID_LEN])
{
	AUTO_WRITER answer = writer_grow(65536);
	struct msg_object m = { .type = type };
	struct msg_record got;
	uint8_t mem[32];
	struct writer w = writer_over(mem, sizeof(mem));
	struct err e = { 0 };
	struct reader r;

	memcpy(m.id, id, ID_LEN);
	msg_object_write(&w, &m);
	assert_string_equal(ask(g->officers, SAM_RECORD, writer_span(&w), &answer), "");
	r = reader_over(writer_span(&answer));
	CHECK(msg_record_read(&r, &got, &e));
	return got.state;
}

const char *
set_policy(struct group *g, uint32_t life_ms, uint16_t protections, uint8_t so_quorum)
{
	struct act *a = act_new(g, PURPOSE_SET_POLICY);
	struct writer w = writer_over(a->st.policy, POLICY_LEN);

	wr_u32(&w, life_ms);
	wr_u8(&w, 2);
	wr_u16(&w, protections);
	wr_u8(&w, 1);
	wr_u8(&w, so_quorum);
	wr_u8(&w, 8);
	wr_u8(&w, 0);
	wr_u16(&w, 0);
	wr_u64(&w, 0);
	wr_u64(&w, 0);
	wr_u8(&w, 0);
	wr_u32(&w, 300);
	wr_u32(&w, 100);
	wr_u32(&w, 1800);
	return security_does(a, 2);
}
