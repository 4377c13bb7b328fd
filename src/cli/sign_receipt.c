/* SPDX-License-Identifier: Apache-2.0 */
/* The receipt of a signature that was just made, from the server, checked. */
#include <stdlib.h>
#include <time.h>

#include "cli/encode.h"
#include "cli/sign_receipt.h"

#define TRIES	3

static void
wait_a_second(void)
{
	struct timespec t = { .tv_sec = 1 };

	nanosleep(&t, NULL);
}

static json_t *
receipt_ask(struct session *s, const struct approved *approved, size_t index, struct err *e)
{
	char d[HEX_MAX(HASH_LEN)];

	return ssa_post(&s->ssa, "/propria/v1/receipt", json_pack("{s:s,s:I}", "d",
	    hex(span_of(approved->d, HASH_LEN), d), "index", (json_int_t)index), e);
}

/* The head over the new entry is signed a moment later. */
static bool
receipt_one(struct session *s, const struct approved *approved, size_t index, struct writer *bytes,
    struct receipt_facts *facts, struct err *e)
{
	AUTO_JSON *j = receipt_ask(s, approved, index, e);
	struct receipt receipt;

	writer_reset(bytes);
	for (int i = 1; i < TRIES && j == NULL; i++) {
		err_clear(e);
		wait_a_second();
		j = receipt_ask(s, approved, index, e);
	}
	return j != NULL && ssa_base64(j, "receipt", bytes, e) &&
	    ((receipt_read(writer_span(bytes), &receipt, e) &&
	    receipt_check(&receipt, s->profile.group, facts, e)) || err_mark(e, EXIT_INVALID));
}

/* The page may list the documents in another order than ours. */
static bool
stands_elsewhere(const struct receipt_facts *f, struct span dtbsr, size_t *index)
{
	const struct body_sign *b = &f->statement.sign;

	for (size_t i = 0; !span_equal(span_of(f->dtbsr, dtbsr.n), dtbsr) && i < b->n; i++)
		if (span_equal(b->items[i].digest, dtbsr)) {
			*index = i;
			return true;
		}
	return false;
}

bool
sign_receipt_get(struct session *s, const struct approved *approved, const struct signing_job *job, size_t i,
    struct span raw, struct writer *bytes, struct err *e)
{
	struct span dtbsr = span_of(job->list[i].dtbsr, job->key.alg->digest_len);
	struct receipt_facts *facts = malloc(sizeof(*facts));
	bool good;

	if (facts == NULL)
		bug("out of memory");
	good = receipt_one(s, approved, i, bytes, facts, e) && (!stands_elsewhere(facts, dtbsr, &i) ||
	    receipt_one(s, approved, i, bytes, facts, e)) &&
	    signing_receipt_fits(facts, approved->d, raw, e);
	free(facts);
	return good;
}
