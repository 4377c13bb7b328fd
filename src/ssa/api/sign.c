/* SPDX-License-Identifier: Apache-2.0 */
/* The steps that authorize and signHash share. */
#include <stdlib.h>

#include "ssa/api/credential.h"
#include "ssa/api/sign.h"
#include "ssa/issue/before.h"
#include "ssa/once/first.h"

static void
sign_free(void *state)
{
	struct sign *s = state;

	key_release(s->key);
	activation_release(s->activation);
	writer_wipe(&s->bytes);
	secret_free(s->factors);
	free(s->digests);
	free(s->index);
	free(s->place);
	free(s);
}

struct sign *
sign_new(struct call *c)
{
	struct sign *s = calloc(1, sizeof(*s));

	if (s == NULL)
		bug("out of memory");
	s->bytes = writer_grow(STATEMENT_MAX + EVIDENCES_BYTES_MAX + 8);
	c->state = s;
	c->state_free = sign_free;
	return s;
}

const char *
sign_package_fault(struct call *c, struct sign *s)
{
	static const uint8_t nobody[16];
	static struct statement st;	/* large; handlers run on one thread */
	struct err ignored = { 0 };
	size_t used;

	if (!package_read(writer_span(&s->bytes), &s->package) ||
	    (s->activation = activation_of(s->package.statement, s->package.d)) == NULL ||
	    !statement_read(s->package.statement, &st, &ignored))
		return "Invalid parameter SAD";
	if (st.purpose != (s->key->once ? PURPOSE_SIGN_ONCE : PURPOSE_SIGN) ||
	    (st.sign.kind == KIND_DTBSR) == s->documents ||
	    memcmp(st.subject, c->account, 16) != 0 || memcmp(st.sign.key, s->key->row.id, 16) != 0 ||
	    st.sign.alg != s->key->row.alg || memcmp(st.group, c->ssa->group, 32) != 0 ||
	    (memcmp(st.sign.requester, c->requester, 16) != 0 &&
	    memcmp(st.sign.requester, nobody, 16) != 0))
		return "Invalid parameter SAD";
	if (s->key->once && !first_fits(c, s->key, &st.sign))
		return "Invalid parameter SAD";
	if (s->n != s->activation->n || !sign_map(s, &used))
		return "Hash is not authorized by the SAD";
	return NULL;
}

bool
sign_is_outdated(const struct call *c, const struct sign *s, const struct err *refusal)
{
	return call_is_outdated(c, refusal) || (refusal->code != ERR_NONE && !c->refreshed &&
	    (c->signer->record.n == 0 || s->key->record.n == 0));
}

void
sign_activate(struct call *c, struct sign *s, call_next *next)
{
	static struct msg_activate m;	/* large, all of it is set or under m.n */
	AUTO_WRITER w = writer_grow(FRAME_MAX);

	m.statement = s->package.statement;
	m.evidences = s->package.evidences;
	m.signer_record = c->signer->record;
	m.key_record = s->key->record;
	m.next = s->next;
	m.n = 0;
	if (!s->only_activate) {
		m.n = s->n;
		memcpy(m.index, s->index, s->n * sizeof(s->index[0]));
	}
	msg_activate_write(&w, &m);
	before_ask(c, s->key, SAM_ACTIVATE, writer_span(&w), next);
}

static int
index_order(const void *x, const void *y)
{
	const uint32_t *a = x, *b = y;

	return (*a > *b) - (*a < *b);
}

static size_t
place_in(const uint32_t *sorted, size_t n, uint32_t index)
{
	const uint32_t *at = bsearch(&index, sorted, n, sizeof(*sorted), index_order);

	return (size_t)(at - sorted);
}

bool
sign_map(struct sign *s, size_t *used)
{
	uint32_t *chosen = calloc(s->n, sizeof(*chosen));
	bool ok;

	if (chosen == NULL)
		bug("out of memory");
	ok = activation_list(s->activation, s->digests, s->n) && activation_map(s->activation, s->digests, s->n, chosen, used);
	if (ok) {
		free(s->index);
		free(s->place);
		s->index = calloc(s->n, sizeof(*s->index));
		s->place = calloc(s->n, sizeof(*s->place));
		if (s->index == NULL || s->place == NULL)
			bug("out of memory");
		memcpy(s->index, chosen, s->n * sizeof(*chosen));
		qsort(s->index, s->n, sizeof(*s->index), index_order);
		for (size_t j = 0; j < s->n; j++)
			s->place[j] = place_in(s->index, s->n, chosen[j]);
	}
	free(chosen);
	return ok;
}
