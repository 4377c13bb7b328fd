/* SPDX-License-Identifier: Apache-2.0 */
/* Evidence: its list, and the one verifier. */
#include "base/fields.h"
#include "crypto/verify.h"
#include "statement/evidence.h"

static const char approval_tag[] = "propria-approval-v1";	/* with its zero byte, like all tags */
static const char code_tag[] = "propria-code-v1";

static int
order(const struct evidence *a, const struct evidence *b)
{
	int c = memcmp(a->id, b->id, sizeof(a->id));

	return c != 0 ? c : (int)a->type - (int)b->type;
}

static bool
in_order(const void *message)
{
	const struct evidences *m = message;

	for (size_t i = 1; i < m->n; i++)
		if (order(&m->list[i - 1], &m->list[i]) >= 0)
			return false;
	return true;
}

static const struct field evidence[] = {
	{ NUMBER(struct evidences, list[0].type), EACH_OF(struct evidences, list) },
	{ BYTES(struct evidences, list[0].id), EACH_OF(struct evidences, list) },
	{ SPAN16(struct evidences, list[0].body, 0, EVIDENCE_BODY_MAX), EACH_OF(struct evidences, list) },
	{ FIELD_END },
};
static const struct field fields[] = {
	{ LIST8(struct evidences, n, 1, EVIDENCES_MAX, evidence) },
	{ CHECKED(in_order) },
	{ FIELD_END },
};

bool
evidences_read(struct span bytes, struct evidences *list, struct err *e)
{
	struct reader r = reader_over(bytes);

	return message_read(&r, fields, list, "evidence", e);
}

void
evidences_write(struct writer *w, const struct evidences *list)
{
	fields_write(w, fields, list, 0);
}

bool
evidences_add(struct evidences *list, uint8_t type, const uint8_t id[16], struct span body)
{
	struct evidence new = { .type = type, .body = body };
	size_t at = 0;

	memcpy(new.id, id, sizeof(new.id));
	while (at < list->n && order(&list->list[at], &new) < 0)
		at++;
	if (list->n == EVIDENCES_MAX || (at < list->n && order(&list->list[at], &new) == 0))
		return false;
	memmove(&list->list[at + 1], &list->list[at], (list->n - at) * sizeof(new));
	list->list[at] = new;
	list->n++;
	return true;
}

void
approval_digest(const uint8_t d[HASH_LEN], uint8_t digest[HASH_LEN])
{
	struct span parts[] = { span_of(approval_tag, sizeof(approval_tag)), span_of(d, HASH_LEN) };

	sha256_parts(parts, COUNT(parts), digest);
}

static bool
device_verify(const struct evidence *ev, const uint8_t d[HASH_LEN], struct span spki)
{
	uint8_t digest[HASH_LEN];

	approval_digest(d, digest);
	return signature_verify(alg_find(ALG_ECDSA_P256_SHA256), spki,
	    span_of(digest, sizeof(digest)), ev->body);
}

static bool
code_verify(const struct evidence *ev, const uint8_t d[HASH_LEN], struct span key)
{
	uint8_t message[sizeof(code_tag) + HASH_LEN];

	memcpy(message, code_tag, sizeof(code_tag));
	memcpy(message + sizeof(code_tag), d, HASH_LEN);
	return key.n == ED25519_LEN && ev->body.n == APPROVAL_LEN &&
	    ed25519_verify(key.p, span_of(message, sizeof(message)), ev->body);
}

bool
evidence_verify(const struct evidence *ev, const uint8_t d[HASH_LEN], struct span key)
{
	switch (ev->type) {
	case EVIDENCE_DEVICE:
		return device_verify(ev, d, key);
	case EVIDENCE_CODE:
		return code_verify(ev, d, key);
	default:
		return false;
	}
}

void
code_sign(const uint8_t seed[32], const uint8_t d[HASH_LEN], uint8_t sig[APPROVAL_LEN])
{
	uint8_t message[sizeof(code_tag) + HASH_LEN];

	memcpy(message, code_tag, sizeof(code_tag));
	memcpy(message + sizeof(code_tag), d, HASH_LEN);
	ed25519_sign(seed, span_of(message, sizeof(message)), sig);
}
