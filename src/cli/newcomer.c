/* SPDX-License-Identifier: Apache-2.0 */
/* New authenticators that are no keys. */
#include "cli/newcomer.h"

static const uint8_t zero[16];

bool
newcomer_is_asked(const struct call *c)
{
	return option_is(c, "module") || option_is(c, "idp");
}

static bool
module_named(struct newcomer *n, struct ssa *s, struct call *c, struct err *e)
{
	uint8_t id[HASH_LEN], person[16];

	if (option_needed(c, "person", e) == NULL || !option_hex(c, "module", id, sizeof(id), e) ||
	    !option_hex(c, "person", person, sizeof(person), e) ||
	    !module_open(&n->module, s, id, person, e))
		return false;
	memcpy(n->link, id, sizeof(id));
	memcpy(n->link + sizeof(id), person, sizeof(person));
	return true;
}

bool
newcomer_open(struct newcomer *n, struct ssa *s, struct call *c, struct err *e)
{
	n->is_module = option_is(c, "module");
	n->idp = option(c, "idp");
	if (n->is_module && n->idp != NULL)
		return err_exit(e, EXIT_USAGE, "--module and --idp: one at a time");
	n->body = writer_grow(EVIDENCE_BODY_MAX);
	return n->is_module ? module_named(n, s, c, e) : visit_issuer(s, n->idp, n->issuer, e);
}

void
newcomer_close(struct newcomer *n)
{
	if (n->body.max > 0)
		writer_wipe(&n->body);
}

void
newcomer_body(const struct newcomer *n, const char *label, struct body_bind *b)
{
	*b = (struct body_bind){ .from = b->from, .label = span_str(label),
		.type = n->is_module ? EVIDENCE_MODULE : EVIDENCE_PROVIDER,
		.protection = n->is_module ? PROTECTION_MODULE : PROTECTION_PROVIDER,
		.attestation = n->is_module ? span_of(n->link, sizeof(n->link)) : span_str(n->issuer) };
}

static bool
by_module(struct newcomer *n, struct ssa *s, struct call *c, const struct approved *a, struct err *e)
{
	AUTO(secret) *pin = NULL, *code = NULL;
	struct factors_given f = { 0 };

	if (!means_ask_factors(c, &pin, &code, e))
		return false;
	f.pin = secret_span(pin);
	f.code = secret_span(code);
	return module_grant(&n->module, s, a, &f, &n->body, e);
}

bool
newcomer_approve(struct newcomer *n, struct ssa *s, struct call *c, const struct approved *a,
    struct evidences *list, struct err *e)
{
	writer_reset(&n->body);
	if (!(n->is_module ? by_module(n, s, c, a, e) : visit_provider(s, c, n->idp, a, &n->body, e)))
		return false;
	return evidences_add(list, n->is_module ? EVIDENCE_MODULE : EVIDENCE_PROVIDER, zero,
	    writer_span(&n->body)) || err_set(e, ERR_BUG, "evidences");
}
