/* SPDX-License-Identifier: Apache-2.0 */
/* Making, approving and sending acts. */
#include "base/clock.h"
#include "tests/sic/act.h"
#include "tests/test.h"

#define LIFE_MS	60000

struct act *
act_new(struct group *g, uint16_t purpose)
{
	struct act *a = calloc(1, sizeof(*a));

	CHECK(a != NULL);
	a->group = g;
	a->st.purpose = purpose;
	memcpy(a->st.group, g->id, GROUP_LEN);
	a->st.epoch = g->epoch;
	a->st.iat = clock_wall();
	a->st.exp = a->st.iat + LIFE_MS;
	a->statement = writer_grow(STATEMENT_MAX + 1024);
	a->evidences = writer_grow(EVIDENCES_BYTES_MAX + 1024);
	a->statement.lax = a->evidences.lax = true;
	return a;
}

void
act_free(struct act *a)
{
	writer_wipe(&a->statement);
	writer_wipe(&a->evidences);
	free(a);
}

const char *
act_propose(struct act *a)
{
	AUTO_WRITER body = writer_grow(STATEMENT_MAX), answer = writer_grow(256);
	struct msg_propose m = { .purpose = a->st.purpose, .expires = a->st.exp };
	struct msg_proposed made;
	uint8_t mem[128];
	struct writer w = writer_over(mem, sizeof(mem));
	struct err e = { 0 };
	struct reader r;
	const char *reason;

	statement_body_write(&body, &a->st);
	sha256(writer_span(&body), m.body);
	memcpy(m.subject, a->st.subject, ID_LEN);
	msg_propose_write(&w, &m);
	reason = ask(a->group->officers, SAM_PROPOSE, writer_span(&w), &answer);
	if (strcmp(reason, "") != 0)
		return reason;
	r = reader_over(writer_span(&answer));
	CHECK(msg_proposed_read(&r, &made, &e));
	memset(a->st.fresh, 0, FRESH_LEN);
	memcpy(a->st.fresh, made.id, sizeof(made.id));
	return reason;
}

const char *
act_challenge(struct act *a)
{
	AUTO_WRITER answer = writer_grow(256);
	struct msg_challenge m = { .purpose = a->st.purpose };
	struct msg_challenged got;
	uint8_t mem[64];
	struct writer w = writer_over(mem, sizeof(mem));
	struct err e = { 0 };
	struct reader r;
	const char *reason;

	memcpy(m.signer, a->st.subject, ID_LEN);
	msg_challenge_write(&w, &m);
	reason = ask(a->group->ssa, SAM_CHALLENGE, writer_span(&w), &answer);
	if (strcmp(reason, "") != 0)
		return reason;
	r = reader_over(writer_span(&answer));
	CHECK(msg_challenged_read(&r, &got, &e));
	memcpy(a->st.fresh, got.fresh, FRESH_LEN);
	return reason;
}

void
act_write(struct act *a)
{
	writer_reset(&a->statement);
	writer_reset(&a->evidences);
	a->ev.n = 0;
	a->sigs = 0;
	statement_write(&a->statement, &a->st);
	CHECK(writer_ok(&a->statement));
	statement_digest(writer_span(&a->statement), a->d);
}

void
act_evidence(struct act *a, uint8_t type, const uint8_t *id, const uint8_t sig[APPROVAL_LEN])
{
	static const uint8_t none[ID_LEN];
	uint8_t *mine;

	CHECK(a->sigs < EVIDENCES_MAX);
	mine = a->sig[a->sigs++];
	memcpy(mine, sig, APPROVAL_LEN);
	CHECK(evidences_add(&a->ev, type, id != NULL ? id : none, span_of(mine, APPROVAL_LEN)));
}

void
act_approve(struct act *a, const uint8_t *id, const struct device *device)
{
	uint8_t sig[APPROVAL_LEN];

	device_approve(device, a->d, sig);
	act_evidence(a, EVIDENCE_DEVICE, id, sig);
}

void
act_approve_by(struct act *a, const struct officer_hand *o)
{
	act_approve(a, o->id, &o->device);
}

void
act_approve_code(struct act *a, const uint8_t code[CODE_LEN])
{
	uint8_t seed[32], sig[APPROVAL_LEN];

	code_seed(code, a->group->id, seed);
	code_sign(seed, a->d, sig);
	act_evidence(a, EVIDENCE_CODE, NULL, sig);
}

void
act_write_evidences(struct act *a)
{
	writer_reset(&a->evidences);
	evidences_write(&a->evidences, &a->ev);
	CHECK(writer_ok(&a->evidences));
}

const char *
act_enact(struct act *a, int fd, struct msg_enacted *made, struct writer *first,
    struct writer *second)
{
	AUTO_WRITER w = writer_grow(FRAME_MAX), answer = writer_grow(FRAME_MAX);
	struct writer *out[] = { first, second };
	struct msg_enact m;
	struct msg_enacted got;
	struct err e = { 0 };
	struct reader r;
	const char *reason;

	if (a->evidences.n == 0)
		act_write_evidences(a);
	m = (struct msg_enact){ writer_span(&a->statement), writer_span(&a->evidences),
		a->signer_record, a->key_record };
	msg_enact_write(&w, &m);
	reason = ask(fd, SAM_ENACT, writer_span(&w), &answer);
	if (strcmp(reason, "") != 0)
		return reason;
	r = reader_over(writer_span(&answer));
	CHECK(msg_enacted_read(&r, &got, &e));
	for (size_t i = 0; i < got.n; i++)
		if (out[i] != NULL) {
			writer_reset(out[i]);
			wr_span(out[i], got.record[i]);
		}
	if (made != NULL) {
		*made = got;
		made->record[0] = made->record[1] = span_of(NULL, 0);
	}
	return reason;
}

static void
take_results(const struct msg_results *m, struct activated *out)
{
	CHECK(m->n <= ACT_DIGESTS);
	out->n = m->n;
	out->place = m->place;
	out->signing = m->signing;
	for (size_t i = 0; i < m->n; i++) {
		out->status[i] = m->result[i].status;
		CHECK((m->result[i].signature.n == 64) == (m->result[i].status == USE_SIGNED));
		if (m->result[i].signature.n == 0)
			continue;
		memcpy(out->signature[i], m->result[i].signature.p, 64);
		out->signed_++;
	}
}

const char *
act_activate(struct act *a, int fd, struct activated *out)
{
	AUTO_WRITER w = writer_grow(FRAME_MAX), answer = writer_grow(FRAME_MAX);
	struct msg_activate *m = calloc(1, sizeof(*m));
	struct msg_activated *got = calloc(1, sizeof(*got));
	struct err e = { 0 };
	struct reader r;
	const char *reason;

	if (a->evidences.n == 0)
		act_write_evidences(a);
	m->statement = writer_span(&a->statement);
	m->evidences = writer_span(&a->evidences);
	m->signer_record = a->signer_record;
	m->key_record = a->key_record;
	m->n = a->n;
	memcpy(m->index, a->index, sizeof(a->index));
	msg_activate_write(&w, m);
	memset(out, 0, sizeof(*out));
	reason = ask(fd, SAM_ACTIVATE, writer_span(&w), &answer);
	if (strcmp(reason, "") == 0) {
		r = reader_over(writer_span(&answer));
		CHECK(msg_activated_read(&r, got, &e));
		memcpy(out->id, got->activation, ID_LEN);
		take_results(&got->results, out);
	}
	free(m);
	free(got);
	return reason;
}

/* The answer of USE and of OUTCOME. */
const char *
ask_results(int fd, uint8_t type, struct span payload, struct activated *out)
{
	static struct msg_results got;
	AUTO_WRITER answer = writer_grow(FRAME_MAX);
	struct err e = { 0 };
	struct reader r;
	const char *reason = ask(fd, type, payload, &answer);

	memset(out, 0, sizeof(*out));
	if (strcmp(reason, "") != 0)
		return reason;
	r = reader_over(writer_span(&answer));
	CHECK(msg_results_read(&r, &got, &e));
	take_results(&got, out);
	return reason;
}

const char *
act_use(struct act *a, int fd, const uint8_t activation[ID_LEN], const uint32_t *index, size_t n,
    const struct span *digests, struct activated *out)
{
	static struct msg_use m;
	AUTO_WRITER w = writer_grow(FRAME_MAX);

	memcpy(m.activation, activation, ID_LEN);
	m.n = n;
	for (size_t i = 0; i < n; i++) {
		m.index[i] = index[i];
		m.digest[i] = digests != NULL ? digests[i] : a->st.sign.items[index[i]].digest;
	}
	msg_use_write(&w, &m);
	return ask_results(fd, SAM_USE, writer_span(&w), out);
}

const char *
act_outcome(struct act *a, int fd, const uint32_t *index, size_t n, struct activated *out)
{
	static struct msg_outcome m;
	AUTO_WRITER w = writer_grow(FRAME_MAX);

	memcpy(m.d, a->d, sizeof(m.d));
	m.n = n;
	memcpy(m.index, index, n * sizeof(*index));
	msg_outcome_write(&w, &m);
	return ask_results(fd, SAM_OUTCOME, writer_span(&w), out);
}
