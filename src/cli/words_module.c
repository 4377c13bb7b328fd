/* SPDX-License-Identifier: Apache-2.0 */
/* Other modules, identity providers and persons in words. */
#include <string.h>

#include "cli/lines.h"
#include "cli/words_module.h"

const char *
peer_kind_name(unsigned kind)
{
	return kind == PEER_SAM ? "signature activation module"
	    : kind == PEER_MODULE ? "authentication module" : NULL;
}

static const char *const algs[] = { NULL, "ES256", "ES384", "RS256", "PS256", "EdDSA" };

const char *
provider_alg_name(unsigned alg)
{
	return alg < COUNT(algs) ? algs[alg] : NULL;
}

uint8_t
provider_alg_by_name(const char *name)
{
	for (unsigned i = 1; i < COUNT(algs); i++)
		if (strcmp(algs[i], name) == 0)
			return (uint8_t)i;
	return 0;
}

const char *
assurance_name(unsigned assurance)
{
	static const char *const names[] = { "none: software", "FIPS 140, as declared",
		"EN 419 221-5, as declared" };

	return assurance < COUNT(names) ? names[assurance] : NULL;
}

void
words_add_peer(FILE *f, const struct statement *s, const struct msg_roster *roster UNUSED)
{
	line_text(f, "label", s->add_peer.label);
	line(f, "what it is", peer_kind_name(s->add_peer.kind));
	line_hex(f, "its group", s->add_peer.peer, sizeof(s->add_peer.peer));
	line_key(f, "its key", s->add_peer.key);
}

void
words_remove_peer(FILE *f, const struct statement *s, const struct msg_roster *roster)
{
	line_hex(f, "peer", s->remove_peer, sizeof(s->remove_peer));
	for (size_t i = 0; roster != NULL && i < roster->peers; i++)
		if (memcmp(roster->peer[i].id, s->remove_peer, 32) == 0) {
			line_text(f, "label", roster->peer[i].label);
			line(f, "what it is", peer_kind_name(roster->peer[i].kind));
		}
}

static void
words_acr(FILE *f, struct span acr, unsigned level)
{
	char label[16];

	snprintf(label, sizeof(label), "SCAL%u by", level);
	line_text(f, label, acr);
}

/* What is not said is a fact, too: a provider that shows nothing approves nothing by itself at SCAL2. */
void
words_add_provider(FILE *f, const struct statement *s, const struct msg_roster *roster UNUSED)
{
	const struct body_add_provider *b = &s->add_provider;
	uint8_t id[32];

	provider_id(b, id);
	line_text(f, "label", b->label);
	line_text(f, "issuer", b->issuer);
	line_text(f, "client", b->client);
	line(f, "algorithm", provider_alg_name(b->alg));
	line_key(f, "its key", b->key);
	for (size_t i = 0; i < b->acrs; i++)
		words_acr(f, b->acr[i].acr, b->acr[i].level);
	if (b->transaction.n > 0)
		line_text(f, "shown, as claim", b->transaction);
	else
		line(f, "shown", "nothing: at SCAL2 another authenticator must approve, too");
	line(f, "key's assurance", assurance_name(b->assurance));
	fprintf(f, "  %-16s %u s\n", "tokens count for", b->max_age);
	line_text(f, "on what basis", b->basis.n == 0 ? span_str("(none said)") : b->basis);
	line_hex(f, "provider", id, sizeof(id));
}

void
words_remove_provider(FILE *f, const struct statement *s, const struct msg_roster *roster)
{
	line_hex(f, "provider", s->remove_provider, sizeof(s->remove_provider));
	for (size_t i = 0; roster != NULL && i < roster->providers; i++)
		if (memcmp(roster->provider[i].id, s->remove_provider, 32) == 0) {
			line_text(f, "label", roster->provider[i].label);
			line_text(f, "issuer", roster->provider[i].issuer);
			line_key(f, "its key", roster->provider[i].key);
		}
}

void
words_admit(FILE *f, const struct statement *s, const struct msg_roster *roster)
{
	line_text(f, "name", s->admit.name);
	line_hex(f, "signer", s->admit.signer, sizeof(s->admit.signer));
	line_hex(f, "of the SAM", s->admit.peer, sizeof(s->admit.peer));
	for (size_t i = 0; roster != NULL && i < roster->peers; i++)
		if (memcmp(roster->peer[i].peer, s->admit.peer, 32) == 0)
			line_text(f, "which is", roster->peer[i].label);
	line_hex(f, "proofing file", s->admit.evidence, sizeof(s->admit.evidence));
	line_hex(f, "code's key", s->admit.code, sizeof(s->admit.code));
}

void
words_factors(FILE *f, const struct statement *s, const struct msg_roster *roster UNUSED)
{
	line_number(f, "from version", s->factors.from);
	if (s->purpose == PURPOSE_SET_FACTORS)
		line_hex(f, "sealed factors", s->factors.sealed, sizeof(s->factors.sealed));
}

void
words_reason(FILE *f, const struct statement *s, const struct msg_roster *roster UNUSED)
{
	line_text(f, "reason", s->reason);
}
