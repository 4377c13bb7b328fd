/* SPDX-License-Identifier: Apache-2.0 */
/* Approvals of documents with keys that do not exist yet, and the files that come back. */
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "cli/encode.h"
#include "cli/once.h"
#include "once.h"

#define LIFE_MS		120000
#define ROOM		8192

void
once_ask(struct writer *w, const struct request_site *site, const struct job *j)
{
	char body[128];

	snprintf(body, sizeof(body), "{\"signatureQualifier\":\"%s\"}", j->what->qualifier);
	request_post(w, site, j, "/propria/v1/once/challenge", span_str(body));
}

static bool
text_copy(struct span from, const char *name, char *out, size_t room)
{
	struct span text;

	if (!text_after(from, name, &text) || text.n >= room)
		return false;
	memcpy(out, text.p, text.n);
	out[text.n] = '\0';
	return true;
}

static bool
offer_read(struct span offer, struct statement *s, struct err *e)
{
	struct writer fresh = writer_over(s->fresh, sizeof(s->fresh));
	struct body_sign *b = &s->sign;
	char text[128], profile[PROFILE_LEN + 1];
	const char *epoch = memmem(offer.p, offer.n, "\"epoch\":", 8);

	if (epoch == NULL || !text_copy(offer, "\"fresh\":", text, sizeof(text)) ||
	    !base64url_read(span_str(text), &fresh) ||
	    !text_copy(offer, "\"profile\":", profile, sizeof(profile)) ||
	    !text_copy(offer, "\"idv\":", text, sizeof(text)) || !hex_typed(text, b->idv, sizeof(b->idv)))
		return err_set(e, ERR_FORMAT, "no offer: %.*s", (int)offer.n, (const char *)offer.p);
	s->epoch = (uint32_t)strtoul(epoch + 8, NULL, 10);
	memcpy(b->profile, profile, strlen(profile));
	statement_session(s->fresh, b->session);
	return true;
}

static bool
statement_make(const struct job *j, struct span offer, const uint8_t digest[32], struct writer *w,
    struct err *e)
{
	static struct statement s;	/* large; one request is built at a time */
	struct body_sign *b = &s.sign;

	memset(b, 0, sizeof(*b));
	s.purpose = PURPOSE_SIGN_ONCE;
	memcpy(s.group, j->signer->profile.group, sizeof(s.group));
	memcpy(s.subject, j->signer->profile.signer, sizeof(s.subject));
	s.iat = clock_wall();
	s.exp = s.iat + LIFE_MS;
	if (!offer_read(offer, &s, e))
		return false;
	b->class = CLASS_SIGNATURE;
	b->level = LEVEL_SCAL2;
	b->alg = j->what->alg;
	b->kind = KIND_CADES;
	b->seen = SEEN_DOCUMENT;
	b->name = span_str(BENCH_CLIENT);
	b->n = 1;
	b->items[0] = (struct item){ span_of(digest, 32), span_str("trial.pdf") };
	statement_write(w, &s);
	return writer_ok(w) || err_set(e, ERR_BUG, "statement");
}

static void
body_write(struct writer *w, const struct job *j, struct span package, struct span digest)
{
	const struct alg *alg = alg_find(j->what->alg);
	char text[ROOM];

	wr_span(w, span_str("{\"signatureQualifier\":\""));
	wr_span(w, span_str(j->what->qualifier));
	wr_span(w, span_str("\",\"documentDigests\":[{\"hashes\":[\""));
	wr_bytes(w, text, base64_text(digest, text));
	snprintf(text, sizeof(text), "\"],\"hashAlgorithmOID\":\"%s\",\"signAlgo\":\"%s\",\"signature_format\":"
	    "\"C\",\"conformance_level\":\"AdES-B-B\",\"signed_envelope_property\":\"Detached\"}],\"SAD\":"
	    "\"PRS1.", alg->hash_oid, alg->oid);
	wr_span(w, span_str(text));
	wr_bytes(w, text, base64url_text(package, text));
	wr_span(w, span_str("\"}"));
}

bool
once_request_sign(struct writer *w, const struct request_site *site, const struct job *j,
    struct span offer, struct err *e)
{
	uint8_t statement_room[2048], evidence_room[256], package_room[4096], body_room[ROOM], digest[32];
	struct writer statement = writer_over(statement_room, sizeof(statement_room));
	struct writer evidences = writer_over(evidence_room, sizeof(evidence_room));
	struct writer package = writer_over(package_room, sizeof(package_room));
	struct writer body = writer_over(body_room, sizeof(body_room));

	job_digest(j, 0, digest);
	if (!statement_make(j, offer, digest, &statement, e) ||
	    !job_approve(j, writer_span(&statement), &evidences, e))
		return false;
	wr_span32(&package, writer_span(&statement));
	wr_span32(&package, writer_span(&evidences));
	body_write(&body, j, writer_span(&package), span_of(digest, 32));
	request_post(w, site, j, "/csc/v2/signatures/signDoc", writer_span(&body));
	return (writer_ok(&package) && writer_ok(&body) && writer_ok(w)) ||
	    err_set(e, ERR_BUG, "a request does not fit");
}

bool
once_holds(const struct job *j, struct span answer, bool verify, struct err *e)
{
	struct once_document document = { .path = "trial.pdf" };
	struct once_job job = { .kind = KIND_CADES, .list = &document, .n = 1,
		.offer.alg = alg_find(j->what->alg) };
	AUTO_WRITER file = writer_grow(CADES_FILE_MAX);
	struct once_signature made;
	struct span text;
	json_t *json;
	bool good;

	if (!text_after(answer, "\"SignatureObject\":", &text) || text.n < 500)
		return err_set(e, ERR_FORMAT, "no signature: %.*s", (int)answer.n, (const char *)answer.p);
	if (!verify)
		return true;
	job_digest(j, 0, document.digest);
	json = json_loadb((const char *)answer.p, answer.n, 0, NULL);
	good = once_take(&job, json, 0, &file, &made, e);
	json_decref(json);
	return good;
}

void
once_steps(struct span head, double us[STEPS])
{
	static const struct {
		const char	*name;
		enum step	 step;
	} names[] = { { "session;dur=", STEP_SESSION }, { "client;dur=", STEP_CLIENT },
		{ "ca;dur=", STEP_CA }, { "sign;dur=", STEP_SIGN }, { "file;dur=", STEP_FILE } };
	const uint8_t *at = memmem(head.p, head.n, "Server-Timing:", 14), *found;

	for (size_t i = 0; i < COUNT(names) && at != NULL; i++) {
		found = memmem(at, (size_t)(head.p + head.n - at), names[i].name, strlen(names[i].name));
		if (found != NULL)
			us[names[i].step] = 1000 * strtod((const char *)found + strlen(names[i].name), NULL);
	}
}
