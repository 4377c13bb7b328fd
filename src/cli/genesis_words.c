/* SPDX-License-Identifier: Apache-2.0 */
/* A genesis in words. */
#include "cli/encode.h"
#include "cli/explain.h"
#include "cli/genesis_words.h"
#include "cli/words.h"
#include "webauthn/relying_party.h"

void
founding_statement_write(struct writer *w, struct span genesis, uint64_t time)
{
	struct statement s = { .purpose = PURPOSE_FOUND, .epoch = 1, .iat = time,
		.exp = time + FOUND_LIFE_MS };

	genesis_group(genesis, s.group);
	statement_write(w, &s);
}

static void
words_text(FILE *f, const char *label, struct span text)
{
	fprintf(f, "  %-16s ", label);
	print_clean(f, text.n == 0 ? span_str("(none)") : text);
	fputc('\n', f);
}

static void
words_officer(FILE *f, const struct genesis_officer *o)
{
	char text[HEX_MAX(HASH_LEN)];
	uint8_t print[HASH_LEN];

	sha256(o->card.spki, print);
	fprintf(f, "  %-21s ", role_name(o->card.role));
	print_clean(f, o->card.person);
	fprintf(f, "\n      id %s", hex(span_of(o->id, ID_LEN), text));
	fprintf(f, "\n      key %s\n", hex(span_of(print, sizeof(print)), text));
}

void
words_genesis(FILE *f, struct span bytes, const struct genesis *g)
{
	static const char *const assurances[] = { "none: software", "FIPS 140, as declared",
		"EN 419 221-5, as declared" };
	uint8_t group[HASH_LEN], policy[POLICY_LEN], print[HASH_LEN];
	struct writer w = writer_over(policy, sizeof(policy));
	char text[HEX_MAX(HASH_LEN)], when[TIME_TEXT];
	struct relying_party rp;

	genesis_group(bytes, group);
	policy_write(&w, &g->policy);
	fprintf(f, "Genesis of group %s\n", hex(span_of(group, sizeof(group)), text));
	fprintf(f, "  %-16s %s\n", "of", g->kind == GROUP_SAM ? "a signature activation module (propria-sam)"
	    : g->kind == GROUP_AUTH ? "an authentication module (propria-auth)" : "(unknown)");
	fprintf(f, "  %-16s %s\n", "made", time_text(g->time, when));
	fprintf(f, "Module\n");
	words_text(f, "library", g->library);
	words_text(f, "token", g->token);
	words_text(f, "serial number", g->serial);
	fprintf(f, "  %-16s %s\n", "assurance", g->assurance < COUNT(assurances)
	    ? assurances[g->assurance] : "(unknown)");
	sha256(g->log, print);
	fprintf(f, "  %-16s %s\n", "log key", hex(span_of(print, sizeof(print)), text));
	sha256(g->attest, print);
	fprintf(f, "  %-16s %s\n", "attestation key", hex(span_of(print, sizeof(print)), text));
	words_text(f, "SIC's origin", g->origin);
	words_text(f, "SSA's origin", g->service);
	if (relying_party_init(&rp, g->origin, g->service) && rp.shared)
		fprintf(f, "  WARNING: the SIC shares its host with the SSA, which could then ask for "
		    "approvals in its name\n");
	fprintf(f, "Policy\n");
	words_policy(f, policy);
	fprintf(f, "Officers: %zu, of whom %u security officers decide together\n", g->n,
	    g->policy.so_quorum);
	for (size_t i = 0; i < g->n; i++)
		words_officer(f, &g->officer[i]);
}
