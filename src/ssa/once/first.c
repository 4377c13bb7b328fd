/* SPDX-License-Identifier: Apache-2.0 */
/* The one use of a key whose certificate came first: SESSION_SIGN, and what is left of it afterwards. */
#include "json/base64.h"
#include "ssa/once/first.h"
#include "wire/session.h"

#define INLINE		"PRS1."

bool
first_fits(const struct call *c, const struct key *k, const struct body_sign *b)
{
	const struct held *h = held_find(c->ssa, c->account, k->row.id);

	return h == NULL || memcmp(h->session, b->session, sizeof(h->session)) == 0;
}

/* Without a record: the SAM takes its own. One that is old would end the session. */
void
first_sign(struct call *c, struct sign *s, call_next *next)
{
	struct msg_session_sign m = { .statement = s->package.statement,
		.evidences = s->package.evidences, .signer_record = span_of("", 0) };
	AUTO_WRITER w = writer_grow(FRAME_MAX);

	msg_session_sign_write(&w, &m);
	call_ask(c, SAM_SESSION_SIGN, writer_span(&w), next);
}

/* What is refused before the SAM looks at the session, and what did not reach it. */
bool
first_is_over(const struct err *refusal)
{
	static const char *const before[] = { "parse", "group", "epoch", "time", "busy", "room", "closed",
		"unreachable", "lost" };

	for (size_t i = 0; i < COUNT(before); i++)
		if (strcmp(refusal->reason, before[i]) == 0)
			return false;
	return true;
}

static struct key *
past_key(const struct call *c, const uint8_t id[16], const struct activation *a)
{
	struct key_row row = { .alg = a->alg->number, .class = CLASS_SIGNATURE, .level = LEVEL_SCAL2,
		.state = KEY_DESTROYED, .spki = span_of("", 0), .certificate = span_of("", 0),
		.chain = span_of("", 0) };

	if (!a->once || a->kind != KIND_DTBSR || memcmp(a->key, id, 16) != 0 ||
	    memcmp(a->account, c->account, 16) != 0)
		return NULL;
	memcpy(row.id, id, sizeof(row.id));
	memcpy(row.owner, c->account, sizeof(row.owner));
	return vault_key_alone(&row);
}

struct key *
first_past(const struct call *c, const uint8_t id[16], struct span sad)
{
	AUTO_WRITER bytes = writer_grow(STATEMENT_MAX + EVIDENCES_BYTES_MAX + 8);
	AUTO(activation) *a = NULL;
	size_t n = strlen(INLINE);
	struct package p;

	if (sad.n > n && memcmp(sad.p, INLINE, n) == 0) {
		if (base64url_read(span_of(sad.p + n, sad.n - n), &bytes) && package_read(writer_span(&bytes), &p))
			a = activation_of(p.statement, p.d);
	} else {
		a = activation_find(c->ssa, sad, c->account, c->requester);
	}
	return a != NULL ? past_key(c, id, a) : NULL;
}
