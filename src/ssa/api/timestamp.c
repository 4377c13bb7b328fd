/* SPDX-License-Identifier: Apache-2.0 */
/* signatures/timestamp (csc-api 10.4): both versions have the same names. */
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "json/base64.h"
#include "ssa/api/route.h"

#define OWN_NONCE	16

struct stamping {
	struct stamp	 ask;		/* first */
	struct call	*c;
};

static const struct {
	const char	*oid;
	size_t		 len;
} stamp_hashes[] = { { "2.16.840.1.101.3.4.2.1", 32 }, { "2.16.840.1.101.3.4.2.2", 48 },
	{ "2.16.840.1.101.3.4.2.3", 64 } };

static void
stamping_free(void *state)
{
	struct stamping *s = state;

	stamp_wipe(&s->ask);
	free(s);
}

/* NULL, or CSC's description. */
static const char *
hash_fault(struct call *c, struct stamp *s)
{
	struct writer w = writer_over(s->digest, sizeof(s->digest));
	struct span hash, oid;
	size_t len = 0;

	if (json_text(c->json, "hash", 512, &hash) != JSON_GOT)
		return "Missing (or invalid type) string parameter hash";
	if (hash.n == 0)
		return "Empty hash parameter";
	if (json_text(c->json, "hashAlgo", 64, &oid) != JSON_GOT)
		return "Missing (or invalid type) string parameter hashAlgo";
	for (size_t i = 0; i < COUNT(stamp_hashes); i++)
		if (span_equal(oid, span_str(stamp_hashes[i].oid))) {
			s->hash_oid = stamp_hashes[i].oid;
			len = stamp_hashes[i].len;
		}
	if (len == 0)
		return "Invalid parameter hashAlgo";
	if (!hash_text_read(hash, &w))
		return "Invalid Base64 hash string parameter";
	s->digest_n = w.n;
	return w.n == len ? NULL : "Invalid digest value length";
}

/* A number in hexadecimal of either case; our own when there is none: the answer must be fresh. */
static bool
nonce_read(struct call *c, struct stamp *s)
{
	char digits[2 * STAMP_NONCE_MAX];
	struct writer w = writer_over(s->nonce, sizeof(s->nonce));
	struct span text = { 0 };
	size_t odd;

	switch (json_text(c->json, "nonce", 2 * STAMP_NONCE_MAX, &text)) {
	case JSON_WRONG:
		return false;
	case JSON_ABSENT:
		random_bytes(s->nonce, OWN_NONCE);
		s->nonce[0] |= 1;
		s->nonce_n = OWN_NONCE;
		return true;
	case JSON_GOT:
		break;
	}
	odd = text.n % 2;
	if (text.n == 0 || text.n + odd > sizeof(digits))
		return false;
	digits[0] = '0';
	for (size_t i = 0; i < text.n; i++)
		digits[odd + i] = (char)(text.p[i] >= 'A' && text.p[i] <= 'F' ? text.p[i] + 32 : text.p[i]);
	if (!hex_read(span_of(digits, odd + text.n), &w))
		return false;
	s->nonce_n = w.n;
	return true;
}

static void
on_stamped(struct stamp *s)
{
	call_wake(((struct stamping *)s)->c);
}

static void
stamp_answer(struct call *c)
{
	struct stamping *s = c->state;
	struct emit m;

	if (s->ask.e.code != ERR_NONE) {
		log_warn("%s %s: %s", c->x->id, c->route->path, s->ask.e.text);
		call_error(c, 503, "temporarily_unavailable", "The time stamp service does not answer as it"
		    " should; try again later", NULL);
		return;
	}
	m = call_answer(c);
	emit_base64(&m, "timestamp", writer_span(&s->ask.token));
	call_answered(c, &m);
}

void
handle_timestamp(struct call *c)
{
	struct stamping *s = calloc(1, sizeof(*s));
	const char *fault;

	if (s == NULL)
		bug("out of memory");
	s->c = c;
	s->ask.done = on_stamped;
	c->state = s;
	c->state_free = stamping_free;
	if ((fault = hash_fault(c, &s->ask)) != NULL) {
		call_invalid(c, fault);
		return;
	}
	if (!nonce_read(c, &s->ask)) {
		call_invalid(c, "Invalid parameter nonce");
		return;
	}
	if (!call_client_data(c))
		return;
	call_wait(c, stamp_answer);
	if (!stamper_ask(c->ssa->stamper, &s->ask)) {
		err_why(&s->ask.e, ERR_BUSY, "busy", "time stamps: too many are waiting");
		call_wake(c);
	}
}
