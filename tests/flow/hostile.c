/* SPDX-License-Identifier: Apache-2.0 */
/* Judging what a hostile SSA tried. */
#include <unistd.h>

#include "crypto/verify.h"
#include "hostile.h"

void
hostile_begin(struct hostile *h, struct group *g)
{
	memset(h, 0, sizeof(*h));
	h->group = g;
	tally_read(&h->at_first, g);
}

static void
wanted(struct hostile *h, const char *reason)
{
	size_t i = 0;

	while (i < h->wanted.n && strcmp(h->wanted.reason[i].word, reason) != 0)
		i++;
	CHECK(i < TALLY_REASONS);
	if (i == h->wanted.n)
		snprintf(h->wanted.reason[h->wanted.n++].word, 24, "%s", reason);
	h->wanted.reason[i].count++;
}

void
hostile_expect(struct hostile *h, const char *row, const char *want, const char *got)
{
	bool good = want == NULL ? got[0] != '\0' && strcmp(got, "gone") != 0 : strcmp(want, got) == 0;

	if (!good) {
		print_error("%s: '%s' instead of '%s'\n", row, got, want == NULL ? "refused" : want);
		h->wrong++;
	}
	if (want != NULL && want[0] == '\0')
		return;
	h->wanted.refused++;
	if (want == NULL)
		h->any++;
	else
		wanted(h, want);
}

void
hostile_signed(struct hostile *h, const char *row, uint64_t want, uint64_t got)
{
	h->wanted.signatures += want;
	if (want == got)
		return;
	print_error("%s: %llu signatures instead of %llu\n", row, (unsigned long long)got,
	    (unsigned long long)want);
	h->wrong++;
}

static void
reasons_agree(struct hostile *h, const struct tally *now)
{
	for (size_t i = 0; i < h->wanted.n && h->any == 0; i++) {
		const char *word = h->wanted.reason[i].word;
		uint64_t got = tally_of(now, word) - tally_of(&h->at_first, word);

		if (got == h->wanted.reason[i].count)
			continue;
		print_error("the log has %llu refusals '%s', not %llu\n", (unsigned long long)got, word,
		    (unsigned long long)h->wanted.reason[i].count);
		h->wrong++;
	}
}

void
hostile_end(struct hostile *h)
{
	struct tally now = h->at_first;
	uint64_t refused = 0;

	/* Refusals over the bound are written as a summary when their second is over. */
	for (int i = 0; i < 60 && refused < h->wanted.refused; i++) {
		tally_read(&now, h->group);
		refused = now.refused - h->at_first.refused;
		if (refused < h->wanted.refused)
			usleep(50000);
	}
	tally_read(&now, h->group);
	refused = now.refused - h->at_first.refused;
	if (refused != h->wanted.refused) {
		print_error("the log has %llu refusals, not %llu\n", (unsigned long long)refused,
		    (unsigned long long)h->wanted.refused);
		h->wrong++;
	}
	reasons_agree(h, &now);
	if (now.signatures - h->at_first.signatures != h->wanted.signatures) {
		print_error("the log has %llu signatures, not %llu\n",
		    (unsigned long long)(now.signatures - h->at_first.signatures),
		    (unsigned long long)h->wanted.signatures);
		h->wrong++;
	}
	assert_int_equal(h->wrong, 0);
}

bool
is_signature_of(const struct act *a, const struct key *k, size_t i, const uint8_t sig[64])
{
	return signature_verify(alg_find(ALG_ECDSA_P256_SHA256), span_of(k->spki, sizeof(k->spki)),
	    a->st.sign.items[i].digest, span_of(sig, 64));
}

void
hostile_activate(struct hostile *h, const char *row, const char *want, struct act *a,
    const struct key *k)
{
	struct activated got;
	bool control = want != NULL && want[0] == '\0';

	hostile_expect(h, row, want, act_activate(a, h->group->ssa, &got));
	hostile_signed(h, row, control ? a->n : 0, got.signed_);
	for (size_t i = 0; control && i < got.n; i++)
		CHECK(is_signature_of(a, k, i, got.signature[i]));
}
