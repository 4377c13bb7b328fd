/* SPDX-License-Identifier: Apache-2.0 */
/* Sessions of one-time keys. */
#include "base/clock.h"
#include "base/secret.h"
#include "crypto/alg.h"
#include "der/csr.h"
#include "der/name.h"
#include "tests/sic/once.h"
#include "tests/test.h"
#include "wire/session.h"

const char *
once_challenge(struct act *a)
{
	AUTO_WRITER answer = writer_grow(256), w = writer_grow(128);
	struct msg_session_challenge m = { .purpose = a->st.purpose };
	struct msg_session_challenged got;
	bool open = a->st.purpose == PURPOSE_OPEN_SESSION;
	struct err e = { 0 };
	struct reader r;
	const char *reason;

	memcpy(m.signer, a->st.subject, ID_LEN);
	msg_session_challenge_write(&w, &m);
	reason = ask(a->group->ssa, SAM_SESSION_CHALLENGE, writer_span(&w), &answer);
	if (strcmp(reason, "") != 0)
		return reason;
	r = reader_over(writer_span(&answer));
	CHECK(msg_session_challenged_read(&r, &got, &e) && got.seconds > 0);
	memcpy(a->st.fresh, got.fresh, FRESH_LEN);
	memcpy(open ? a->st.open_session.session : a->st.sign.session, got.session, 16);
	memcpy(open ? a->st.open_session.idv : a->st.sign.idv, got.idv, 32);
	return reason;
}

static struct act *
act_of(struct group *g, const struct signer *s, uint16_t purpose)
{
	struct act *a = act_new(g, purpose);

	memcpy(a->st.subject, s->id, ID_LEN);
	a->signer_record = writer_span(&s->record);
	return a;
}

static void
fill(struct act *a, uint8_t kind, size_t n)
{
	struct body_sign *b = &a->st.sign;

	CHECK(n <= ACT_DIGESTS);
	b->class = CLASS_SIGNATURE;
	b->level = LEVEL_SCAL2;
	b->alg = ALG_ECDSA_P256_SHA256;
	b->kind = kind;
	b->seen = SEEN_DOCUMENT;
	b->name = span_str("a test");
	memcpy(b->profile, ONCE_PROFILE, strlen(ONCE_PROFILE));
	b->n = n;
	for (size_t i = 0; i < n; i++) {
		random_bytes(a->digest[i], 32);
		b->items[i] = (struct item){ span_of(a->digest[i], 32), span_str("contract.pdf") };
	}
}

struct act *
act_of_once(struct group *g, const struct signer *s, uint8_t kind, size_t n)
{
	struct act *a = act_of(g, s, PURPOSE_SIGN_ONCE);

	fill(a, kind, n);
	assert_string_equal(once_challenge(a), "");
	return a;
}

struct act *
act_of_session(struct group *g, const struct signer *s)
{
	struct act *a = act_of(g, s, PURPOSE_OPEN_SESSION);

	a->st.open_session = (struct body_open_session){ ALG_ECDSA_P256_SHA256, CLASS_SIGNATURE,
		LEVEL_SCAL2, ONCE_PROFILE, { 0 }, { 0 } };
	assert_string_equal(once_challenge(a), "");
	return a;
}

struct act *
act_of_session_sign(struct group *g, const struct signer *s, const struct once_session *o, size_t n)
{
	struct act *a = act_of_once(g, s, KIND_DTBSR, n);

	memcpy(a->st.sign.key, o->key.id, ID_LEN);
	sha256(span_of(o->key.spki, sizeof(o->key.spki)), a->st.sign.spki);
	memcpy(a->st.sign.session, o->id, ID_LEN);
	return a;
}

struct act *
once_approve(struct act *a, const struct signer *s)
{
	act_write(a);
	act_approve_signer(a, s);
	return a;
}

const char *
once_open(struct act *a, int fd, struct once_session *o)
{
	AUTO_WRITER w = writer_grow(FRAME_MAX), answer = writer_grow(8192);
	struct msg_open_session m = { .attest = true };
	struct msg_session_opened got;
	struct csr csr;
	struct err e = { 0 };
	struct reader r;
	const char *reason;

	if (a->evidences.n == 0)
		act_write_evidences(a);
	m.statement = writer_span(&a->statement);
	m.evidences = writer_span(&a->evidences);
	m.signer_record = a->signer_record;
	msg_open_session_write(&w, &m);
	memset(o, 0, sizeof(*o));
	reason = ask(fd, SAM_OPEN_SESSION, writer_span(&w), &answer);
	if (strcmp(reason, "") != 0)
		return reason;
	r = reader_over(writer_span(&answer));
	CHECK(msg_session_opened_read(&r, &got, &e) && csr_open(got.csr, &csr, &e));
	memcpy(o->id, got.session, ID_LEN);
	memcpy(o->key.id, got.key, ID_LEN);
	memcpy(o->key.spki, csr.spki.p, sizeof(o->key.spki));
	o->expires = got.expires;
	o->csr = writer_grow(CSR_MAX);
	o->attestation = writer_grow(1024);
	wr_span(&o->csr, got.csr);
	wr_span(&o->attestation, got.attestation);
	return reason;
}

const char *
once_certify(int fd, const struct once_session *o, struct span certificate, struct activated *out)
{
	AUTO_WRITER w = writer_grow(16384);
	struct msg_session_certificate m = { .certificate = certificate };

	memcpy(m.session, o->id, ID_LEN);
	msg_session_certificate_write(&w, &m);
	return ask_results(fd, SAM_SESSION_CERTIFICATE, writer_span(&w), out);
}

const char *
once_sign(struct act *a, int fd, struct activated *out)
{
	AUTO_WRITER w = writer_grow(FRAME_MAX);
	struct msg_session_sign m;

	if (a->evidences.n == 0)
		act_write_evidences(a);
	m.statement = writer_span(&a->statement);
	m.evidences = writer_span(&a->evidences);
	m.signer_record = a->signer_record;
	msg_session_sign_write(&w, &m);
	return ask_results(fd, SAM_SESSION_SIGN, writer_span(&w), out);
}

const char *
once_end(int fd, const uint8_t session[ID_LEN])
{
	AUTO_WRITER answer = writer_grow(64);

	return ask(fd, SAM_END_SESSION, span_of(session, ID_LEN), &answer);
}

void
once_forget(struct once_session *o)
{
	key_forget(&o->key);
	writer_wipe(&o->csr);
	writer_wipe(&o->attestation);
}

const char *
once_ca_install(struct group *g, const struct ca *ca, const char *profile)
{
	struct act *a = act_new(g, PURPOSE_ADD_ANCHOR);

	a->st.add_anchor = (struct body_add_anchor){ .alg = ALG_ECDSA_P256_SHA256,
		.spki = device_spki(&ca->device), .issuer = span_of(ca->name, ca->name_len),
		.max_days = 400, .label = span_str("test CA"), .usage = ANCHOR_ISSUER };
	memcpy(a->st.add_anchor.profile, profile, strlen(profile));
	return security_does(a, 2);
}

void
once_anchor_id(const struct ca *ca, const char *profile, uint8_t id[32])
{
	uint8_t padded[PROFILE_LEN] = { 0 };
	struct span parts[] = { device_spki(&ca->device), span_of(ca->name, ca->name_len),
		span_of(padded, sizeof(padded)) };

	memcpy(padded, profile, strlen(profile));
	sha256_parts(parts, COUNT(parts), id);
}

void
once_ca(struct group *g, struct ca *ca, const char *name, const char *profile)
{
	ca_make(ca, name);
	assert_string_equal(once_ca_install(g, ca, profile), "");
}

struct wish
once_wish(const struct ca *ca, const struct signer *s, const struct once_session *o)
{
	uint64_t now = clock_wall() / 1000 * 1000;

	return (struct wish){ .signed_by = &ca->device, .issue = { .kind = ISSUE_SIGNER,
		.subject = span_of(s->name, s->name_len),
		.spki = span_of(o->key.spki, sizeof(o->key.spki)),
		.issuer = span_of(ca->name, ca->name_len), .issuer_spki = device_spki(&ca->device),
		.not_before = now, .not_after = now + 600000 } };
}
