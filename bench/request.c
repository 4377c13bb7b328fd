/* SPDX-License-Identifier: Apache-2.0 */
/* Requests as a lean client makes them: the statement and its approval are real each time. */
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "cli/encode.h"
#include "crypto/verify.h"
#include "der/signature.h"
#include "request.h"
#include "statement/evidence.h"

#define LIFE_MS		60000
#define TEXT_MAX	65536

const struct known_key *
job_key(const struct job *j)
{
	return j->what->alg == ALG_ECDSA_P256_SHA256 ? &j->signer->p256 : &j->signer->rsa;
}

void
job_digest(const struct job *j, size_t i, uint8_t out[32])
{
	memcpy(out, j->seed, 32);
	out[30] = (uint8_t)(i >> 8);
	out[31] = (uint8_t)i;
}

void
request_post(struct writer *w, const struct request_site *site, const struct job *j, const char *path,
    struct span body)
{
	char head[2048];
	int n = snprintf(head, sizeof(head), "POST %s HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\n"
	    "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n", path, site->host,
	    j->signer->token, body.n);

	wr_bytes(w, head, (size_t)n);
	wr_span(w, body);
}

void
request_challenge(struct writer *w, const struct request_site *site, const struct job *j)
{
	char id[HEX_MAX(16)], body[128];

	snprintf(body, sizeof(body), "{\"credentialID\":\"%s\",\"authObjectID\":\"approval\"}",
	    hex(span_of(job_key(j)->id, 16), id));
	request_post(w, site, j, "/csc/v2/credentials/getChallenge", span_str(body));
}

bool
text_after(struct span answer, const char *name, struct span *text)
{
	const uint8_t *at = memmem(answer.p, answer.n, name, strlen(name)), *end = answer.p + answer.n;
	const uint8_t *from, *to;

	if (at == NULL || (from = memchr(at + strlen(name), '"', (size_t)(end - at) - strlen(name))) == NULL ||
	    (to = memchr(from + 1, '"', (size_t)(end - from) - 1)) == NULL)
		return false;
	*text = span_of(from + 1, (size_t)(to - from) - 1);
	return true;
}

bool
challenge_take(struct span answer, const char *name, struct held_challenge *c)
{
	struct span text;

	c->since = clock_us();
	c->there = text_after(answer, name, &text) && text.n < sizeof(c->text);
	if (c->there) {
		memcpy(c->text, text.p, text.n);
		c->text[text.n] = '\0';
	}
	return c->there;
}

static bool
challenge_read(const struct held_challenge *c, struct statement *s, struct err *e)
{
	uint8_t bytes[64];
	struct writer w = writer_over(bytes, sizeof(bytes));
	struct reader r;
	uint64_t now;

	if (!base64url_read(span_str(c->text), &w))
		return err_set(e, ERR_FORMAT, "the challenge is not base64url");
	r = reader_over(writer_span(&w));
	return (rd_bytes(&r, s->fresh, FRESH_LEN) && rd_u32(&r, &s->epoch) && rd_u64(&r, &now) &&
	    rd_end(&r)) || err_set(e, ERR_FORMAT, "the challenge has a wrong length");
}

void
job_statement(struct statement *s, const struct job *j, uint8_t digests[][32])
{
	const struct known_key *k = job_key(j);
	struct body_sign *b = &s->sign;

	s->purpose = PURPOSE_SIGN;
	memcpy(s->group, j->signer->profile.group, sizeof(s->group));
	memcpy(s->subject, j->signer->profile.signer, sizeof(s->subject));
	s->iat = clock_wall();
	s->exp = s->iat + LIFE_MS;
	memcpy(b->key, k->id, sizeof(b->key));
	sha256(span_of(k->spki, k->alg->spki_len), b->spki);
	b->class = k->class;
	b->level = k->level;
	b->alg = k->alg->number;
	b->kind = KIND_DTBSR;
	b->seen = SEEN_DOCUMENT;
	b->name = span_str(BENCH_CLIENT);
	b->n = j->what->digests;
	for (size_t i = 0; i < b->n; i++) {
		job_digest(j, i, digests[i]);
		b->items[i] = (struct item){ span_of(digests[i], 32), span_str("trial.pdf") };
	}
}

bool
job_approve(const struct job *j, struct span statement, struct writer *evidences, struct err *e)
{
	uint8_t d[HASH_LEN], digest[HASH_LEN], der[80], raw[SIGNATURE_MAX];
	struct evidences list = { 0 };
	size_t n = sizeof(der);

	statement_digest(statement, d);
	approval_digest(d, digest);
	if (EVP_PKEY_sign(j->signer->approve, der, &n, digest, sizeof(digest)) != 1 ||
	    !signature_from_der(alg_find(ALG_ECDSA_P256_SHA256), span_of(der, n), raw) ||
	    !evidences_add(&list, EVIDENCE_DEVICE, j->signer->profile.authenticator,
	    span_of(raw, APPROVAL_LEN)))
		return err_set(e, ERR_BACKEND, "an approval could not be made");
	evidences_write(evidences, &list);
	return writer_ok(evidences) || err_set(e, ERR_BUG, "evidences");
}

size_t
base64_text(struct span in, char *out)
{
	return (size_t)EVP_EncodeBlock((unsigned char *)out, in.p, (int)in.n);
}

size_t
base64url_text(struct span in, char *out)
{
	size_t n = base64_text(in, out);

	while (n > 0 && out[n - 1] == '=')
		n--;
	for (size_t i = 0; i < n; i++)
		out[i] = out[i] == '+' ? '-' : out[i] == '/' ? '_' : out[i];
	return n;
}

static void
sign_body(struct writer *w, const struct job *j, struct span package, uint8_t digests[][32])
{
	const struct known_key *k = job_key(j);
	static char text[TEXT_MAX];
	char id[HEX_MAX(16)];
	int n = snprintf(text, sizeof(text), "{\"credentialID\":\"%s\",\"hashAlgorithmOID\":\"%s\","
	    "\"signAlgo\":\"%s\",\"hashes\":[", hex(span_of(k->id, 16), id), k->alg->hash_oid, k->alg->oid);

	wr_bytes(w, text, (size_t)n);
	for (size_t i = 0; i < j->what->digests; i++) {
		wr_span(w, span_str(i == 0 ? "\"" : ",\""));
		wr_bytes(w, text, base64_text(span_of(digests[i], 32), text));
		wr_u8(w, '"');
	}
	wr_span(w, span_str("],\"SAD\":\"PRS1."));
	wr_bytes(w, text, base64url_text(package, text));
	wr_span(w, span_str("\",\"nextChallenge\":true}"));
}

bool
request_sign(struct writer *w, const struct request_site *site, const struct job *j,
    const struct held_challenge *challenge, struct err *e)
{
	static struct statement s;	/* large; one request is built at a time */
	static uint8_t digests[ITEMS_MAX][32], package_room[TEXT_MAX / 2], statement_room[TEXT_MAX / 2],
	    body_room[TEXT_MAX];
	uint8_t evidence_room[256];
	struct writer package = writer_over(package_room, sizeof(package_room));
	struct writer statement = writer_over(statement_room, sizeof(statement_room));
	struct writer evidences = writer_over(evidence_room, sizeof(evidence_room));
	struct writer body = writer_over(body_room, sizeof(body_room));

	if (!challenge_read(challenge, &s, e))
		return false;
	job_statement(&s, j, digests);
	statement_write(&statement, &s);
	if (!writer_ok(&statement) || !job_approve(j, writer_span(&statement), &evidences, e))
		return err_set(e, ERR_BUG, "statement");
	wr_span32(&package, writer_span(&statement));
	wr_span32(&package, writer_span(&evidences));
	sign_body(&body, j, writer_span(&package), digests);
	request_post(w, site, j, "/csc/v2/signatures/signHash", writer_span(&body));
	return (writer_ok(&package) && writer_ok(&body) && writer_ok(w)) ||
	    err_set(e, ERR_BUG, "a request does not fit");
}

static bool
signature_holds(const struct job *j, size_t i, struct span text, struct err *e)
{
	uint8_t der[SIGNATURE_MAX + 16], raw[SIGNATURE_MAX], digest[32];
	struct writer w = writer_over(der, sizeof(der));
	const struct known_key *k = job_key(j);
	char copy[1024];

	if (text.n >= sizeof(copy))
		return err_set(e, ERR_FORMAT, "a signature is too long");
	memcpy(copy, text.p, text.n);
	copy[text.n] = '\0';
	job_digest(j, i, digest);
	return (base64_read(span_str(copy), &w) && signature_from_der(k->alg, writer_span(&w), raw) &&
	    signature_verify(k->alg, span_of(k->spki, k->alg->spki_len), span_of(digest, 32),
	    span_of(raw, k->alg->signature_len))) ||
	    err_set(e, ERR_DENIED, "signature %zu of an answer does not verify", i);
}

bool
answer_holds(const struct job *j, struct span answer, bool verify, struct err *e)
{
	struct span text, rest;
	size_t n = 0;

	if (!text_after(answer, "\"signatures\":", &text))
		return err_set(e, ERR_FORMAT, "no signatures: %.*s", (int)answer.n, (const char *)answer.p);
	for (;;) {
		bool at_end = n == 0 || n + 1 == j->what->digests;

		if (verify && at_end && !signature_holds(j, n, text, e))
			return false;
		n++;
		rest = span_of(text.p + text.n + 1, (size_t)(answer.p + answer.n - text.p) - text.n - 1);
		if (rest.n == 0 || rest.p[0] != ',' || !text_after(rest, ",", &text))
			break;
	}
	return n == j->what->digests || err_set(e, ERR_FORMAT, "%zu signatures in place of %zu", n,
	    j->what->digests);
}
