/* SPDX-License-Identifier: Apache-2.0 */
/* Issuing and linking. */
#include "base/clock.h"
#include "der/name.h"
#include "tests/sic/ca.h"
#include "tests/test.h"
#include "wire/certificate.h"

#define DAY	((uint64_t)86400000)

void
ca_make(struct ca *ca, const char *name)
{
	struct writer w = writer_over(ca->name, sizeof(ca->name));
	struct err e = { 0 };

	device_make(&ca->device);
	CHECK(name_from_text(name, &w, &e));
	ca->name_len = w.n;
}

const char *
ca_install(struct group *g, const struct ca *ca)
{
	struct act *a = act_new(g, PURPOSE_ADD_ANCHOR);

	a->st.add_anchor = (struct body_add_anchor){ .alg = ALG_ECDSA_P256_SHA256,
		.spki = device_spki(&ca->device), .issuer = span_of(ca->name, ca->name_len),
		.max_days = 400, .label = span_str("test CA"), .usage = ANCHOR_ISSUER };
	return security_does(a, 2);
}

void
ca_of_group(struct group *g)
{
	ca_make(&g->ca, "CN=Test issuing CA,C=SE");
	assert_string_equal(ca_install(g, &g->ca), "");
}

struct wish
wish_for(const struct group *g, const struct signer *s, const struct key *k)
{
	uint64_t now = clock_wall();

	return (struct wish){ .signed_by = &g->ca.device, .issue = { .kind = ISSUE_SIGNER,
		.subject = span_of(s->name, s->name_len), .spki = span_of(k->spki, sizeof(k->spki)),
		.issuer = span_of(g->ca.name, g->ca.name_len),
		.issuer_spki = device_spki(&g->ca.device),
		.not_before = now - 60000, .not_after = now + 365 * DAY } };
}

static bool
sign(void *self, struct span digest, uint8_t *raw, struct err *e UNUSED)
{
	device_sign(self, digest.p, raw);
	return true;
}

struct span
ca_issue(const struct wish *wish, struct key *k)
{
	struct device signer = *wish->signed_by;
	struct signing signing = { alg_find(ALG_ECDSA_P256_SHA256), sign, &signer };
	struct err e = { 0 };

	if (k->certificate.max == 0)
		k->certificate = writer_grow(CERTIFICATE_MAX);
	writer_reset(&k->certificate);
	if (!issue_certificate(&k->certificate, &wish->issue, &signing, &e))
		fail_msg("%s", e.text);
	return writer_span(&k->certificate);
}

const char *
link_certificate(struct group *g, struct key *k, struct span certificate)
{
	AUTO_WRITER w = writer_grow(65536), answer = writer_grow(65536);
	struct msg_link_certificate m = { .key_record = writer_span(&k->record),
		.certificate = certificate };
	struct msg_certificate_linked got;
	struct err e = { 0 };
	struct reader r;
	const char *reason;

	memcpy(m.key, k->id, ID_LEN);
	msg_link_certificate_write(&w, &m);
	reason = ask(g->ssa, SAM_LINK_CERTIFICATE, writer_span(&w), &answer);
	if (strcmp(reason, "") != 0)
		return reason;
	r = reader_over(writer_span(&answer));
	CHECK(msg_certificate_linked_read(&r, &got, &e));
	writer_reset(&k->old_record);
	wr_span(&k->old_record, writer_span(&k->record));
	writer_reset(&k->record);
	wr_span(&k->record, got.key_record);
	k->version = got.version;
	return reason;
}
