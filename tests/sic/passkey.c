/* SPDX-License-Identifier: Apache-2.0 */
/* Enrolment and approval by passkey. */
#include "tests/sic/passkey.h"
#include "tests/test.h"

void
act_enrol(struct act *a, const struct soft_passkey *p, enum soft_format format,
    const struct soft_maker *maker, const char *type, const char *origin, const uint8_t fresh[40])
{
	struct writer client = writer_over(a->client, sizeof(a->client));
	struct writer object = writer_over(a->attestation, sizeof(a->attestation));
	uint8_t challenge[32];

	soft_create_challenge(fresh, challenge);
	soft_client_data(&client, type, challenge, origin, "");
	soft_attestation(&object, p, format, maker, writer_span(&client));
	CHECK(writer_ok(&client) && writer_ok(&object));
	a->st.bind.client = writer_span(&client);
	a->st.bind.attestation = writer_span(&object);
}

struct act *
act_of_enrolment(struct group *g, const struct signer *s, uint16_t purpose,
    const struct soft_passkey *p, enum soft_format format, const struct soft_maker *maker)
{
	struct act *a = act_new(g, purpose);

	memcpy(a->st.subject, s->id, ID_LEN);
	a->st.bind.from = s->version;
	a->st.bind.type = EVIDENCE_PASSKEY;
	a->st.bind.spki = soft_spki(p);
	a->st.bind.label = span_str("test passkey");
	a->signer_record = writer_span(&s->record);
	assert_string_equal(act_challenge(a), "");
	act_enrol(a, p, format, maker, "webauthn.create", SIC_ORIGIN, a->st.fresh);
	return a;
}

void
act_evidence_passkey(struct act *a, const uint8_t *id, struct span body)
{
	static const uint8_t none[ID_LEN];
	uint8_t *mine;

	CHECK(a->sigs < EVIDENCES_MAX && body.n <= sizeof(a->passkey[0]));
	mine = a->passkey[a->sigs++];
	memcpy(mine, body.p, body.n);
	CHECK(evidences_add(&a->ev, EVIDENCE_PASSKEY, id != NULL ? id : none, span_of(mine, body.n)));
}

void
act_approve_passkey(struct act *a, const uint8_t *id, struct soft_passkey *p)
{
	AUTO_WRITER w = writer_grow(4096);

	soft_get(&w, p, a->d, SIC_ORIGIN);
	act_evidence_passkey(a, id, writer_span(&w));
}

const char *
passkey_bind(struct group *g, struct signer *s, struct soft_passkey *p, enum soft_format format,
    const struct soft_maker *maker)
{
	struct act *a = act_of_enrolment(g, s, PURPOSE_BIND, p, format, maker);
	struct msg_enacted made;
	const char *reason;

	act_write(a);
	act_approve_passkey(a, NULL, p);
	act_approve_code(a, s->code);
	act_write_evidences(a);
	a->signer_record = span_of(NULL, 0);
	reason = act_enact(a, g->ssa, &made, &s->record, NULL);
	if (strcmp(reason, "") == 0) {
		memcpy(s->authenticator, made.id, ID_LEN);
		s->version = made.version;
	}
	act_free(a);
	return reason;
}

const char *
passkey_key_ready(struct group *g, struct signer *s, struct key *k, struct soft_passkey *p)
{
	struct act *a = act_of_create(g, s);
	struct msg_enacted made;
	const char *reason;

	memset(k, 0, sizeof(*k));
	k->record = writer_grow(RECORD_MAX);
	k->old_record = writer_grow(RECORD_MAX);
	act_write(a);
	act_approve_passkey(a, s->authenticator, p);
	act_write_evidences(a);
	a->signer_record = span_of(NULL, 0);
	reason = act_enact(a, g->ssa, &made, &k->record, &s->record);
	act_free(a);
	if (strcmp(reason, "") != 0)
		return reason;
	memcpy(k->id, made.id, ID_LEN);
	k->version = 1;
	s->version++;
	key_request(g, s, k);
	key_link(g, s, k);
	return "";
}

struct policy
trial_policy(void)
{
	return (struct policy){ .statement_life = 300000, .min_loa = 2, .protections = 0x7e,
		.ro_quorum = 1, .so_quorum = 2, .keys_per_signer = 8,
		.scal1_seconds = 300, .scal1_count = 100, .session_seconds = 1800 };
}

const char *
set_whole_policy(struct group *g, const struct policy *p)
{
	struct act *a = act_new(g, PURPOSE_SET_POLICY);
	struct writer w = writer_over(a->st.policy, POLICY_LEN);

	policy_write(&w, p);
	CHECK(writer_ok(&w));
	return security_does(a, 2);
}
