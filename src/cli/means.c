/* SPDX-License-Identifier: Apache-2.0 */
/* Gathering approvals. */
#include "cli/encode.h"
#include "cli/means.h"

#define CODE_MAX	16

struct means
means_own(const struct profile *p)
{
	struct means m = { .pin = strcmp(p->approval, APPROVAL_MODULE) == 0 };

	if (strncmp(p->approval, APPROVAL_IDP, strlen(APPROVAL_IDP)) == 0)
		m.idp = p->approval + strlen(APPROVAL_IDP);
	m.device = !m.pin && m.idp == NULL;
	return m;
}

struct means
means_chosen(const struct profile *p, const struct call *c)
{
	struct means m = { .pin = option_is(c, "pin"), .idp = option(c, "idp") };

	return m.pin || m.idp != NULL ? m : means_own(p);
}

static bool
has_device(const struct profile *p)
{
	return means_own(p).device;
}

static const json_t *
authenticator_of(const json_t *account, const uint8_t id[16])
{
	const json_t *a;
	uint8_t its[16];
	size_t i;

	json_array_foreach(json_object_get(account, "authenticators"), i, a) {
		const char *text = json_string_value(json_object_get(a, "id"));

		if (text != NULL && hex_typed(text, its, sizeof(its)) && memcmp(its, id, 16) == 0)
			return a;
	}
	return NULL;
}

static size_t
means_count(const struct means *m)
{
	return (size_t)m->device + m->pin + (m->idp != NULL);
}

static bool
with_added(struct means *m, const json_t *account, const uint8_t with[16], struct err *e)
{
	const json_t *a = authenticator_of(account, with);
	json_int_t type = json_integer_value(json_object_get(a, "type"));

	if (type == EVIDENCE_MODULE)
		m->pin = true;
	if (type == EVIDENCE_PROVIDER && m->idp == NULL)
		return err_exit(e, EXIT_USAGE, "this key is used with an identity provider's approval: name the "
		    "provider with --idp");
	return a != NULL || err_set(e, ERR_MISSING, "this signer has no such authenticator (propria authenticators "
	    "list)");
}

bool
means_complete(struct means *m, const struct profile *p, const json_t *account, uint64_t needed,
    const uint8_t *with, struct err *e)
{
	static const uint8_t zero[16];
	bool chosen_device = m->device;

	if (with != NULL && memcmp(with, zero, 16) != 0 && memcmp(with, p->authenticator, 16) != 0 &&
	    !with_added(m, account, with, e))
		return false;
	/* The key was only taken because nothing else was asked for. */
	if (chosen_device && means_count(m) > needed)
		m->device = false;
	if (!m->device && means_count(m) < needed && has_device(p))
		m->device = true;
	return means_count(m) == needed || err_exit(e, EXIT_USAGE, "this asks for %llu approvals by different "
	    "authenticators, and %zu would be given: choose with --pin and --idp", (unsigned long long)needed,
	    means_count(m));
}

uint64_t
means_strictest(const json_t *account)
{
	const json_t *key;
	uint64_t most = 1;
	size_t i;

	json_array_foreach(json_object_get(account, "keys"), i, key) {
		json_int_t n = json_integer_value(json_object_get(key, "evidences"));

		if (json_integer_value(json_object_get(key, "state")) != 5 && n > 0 && (uint64_t)n > most)
			most = (uint64_t)n;
	}
	return most;
}

bool
means_module_id(const struct profile *p, const json_t *account, uint8_t id[16], struct err *e)
{
	uint8_t module[HASH_LEN], person[16];
	const json_t *a;
	size_t i;

	if (!p->has_module)
		return err_exit(e, EXIT_USAGE, "this profile knows no authentication module: propria authenticators add "
		    "--module, or propria enrol --module");
	json_array_foreach(json_object_get(account, "authenticators"), i, a) {
		const char *m = json_string_value(json_object_get(a, "module"));
		const char *who = json_string_value(json_object_get(a, "person"));
		const char *its = json_string_value(json_object_get(a, "id"));

		if (m != NULL && who != NULL && its != NULL && hex_typed(m, module, sizeof(module)) &&
		    hex_typed(who, person, sizeof(person)) && memcmp(module, p->module, HASH_LEN) == 0 &&
		    memcmp(person, p->person, 16) == 0)
			return hex_typed(its, id, 16) || err_set(e, ERR_FORMAT, "the server's account is odd");
	}
	return err_set(e, ERR_MISSING, "the SAM does not know you with the authentication module yet: propria "
	    "authenticators add --module");
}

bool
means_issuer_id(const json_t *account, const char *issuer, uint8_t id[16], struct err *e)
{
	const json_t *a;
	size_t i;

	json_array_foreach(json_object_get(account, "authenticators"), i, a) {
		const char *its = json_string_value(json_object_get(a, "issuer"));
		const char *text = json_string_value(json_object_get(a, "id"));

		if (its != NULL && text != NULL && strcmp(its, issuer) == 0)
			return hex_typed(text, id, 16) || err_set(e, ERR_FORMAT, "the server's account is odd");
	}
	return err_set(e, ERR_MISSING, "the SAM does not know you with this provider yet: propria authenticators "
	    "add --idp");
}

bool
means_ask_factors(struct call *c, struct secret **pin, struct secret **code, struct err *e)
{
	AUTO(secret) *first = ask_secret(c, "factor-pin-fd", "PIN (empty: none): ", e);

	if (first == NULL || (*code = ask_secret(c, "factor-code-fd", "Code of the app (empty: none): ", e)) == NULL)
		return false;
	*pin = TAKE(first);
	return true;
}

static bool
by_module(struct session *s, struct call *c, const struct approved *a, struct writer *grant, struct err *e)
{
	AUTO(secret) *pin = NULL, *code = NULL;
	struct factors_given f = { 0 };
	struct module m;

	if (!module_open(&m, &s->ssa, s->profile.module, s->profile.person, e) ||
	    !means_ask_factors(c, &pin, &code, e))
		return false;
	f.pin = secret_span(pin);
	f.code = secret_span(code);
	return module_grant(&m, &s->ssa, a, &f, grant, e);
}

static bool
by_provider(struct session *s, struct call *c, const char *name, const json_t *account,
    const struct approved *a, uint8_t id[16], struct writer *token, struct err *e)
{
	char issuer[ISSUER_TEXT];

	return visit_issuer(&s->ssa, name, issuer, e) && means_issuer_id(account, issuer, id, e) &&
	    visit_provider(&s->ssa, c, name, a, token, e);
}

static bool
by_device(struct session *s, struct call *c, const struct approved *a, uint8_t sig[APPROVAL_LEN],
    struct err *e)
{
	AUTO(key) *key = session_key(&s->profile, c, e);

	return key != NULL && key_approve(key, a->d, sig, e);
}

bool
means_approve(const struct means *m, struct session *s, struct call *c, const json_t *account,
    struct approved *a, struct err *e)
{
	AUTO_WRITER grant = writer_grow(GRANT_MAX), token = writer_grow(EVIDENCE_BODY_MAX);
	struct evidences list = { 0 };
	uint8_t sig[APPROVAL_LEN], by[16];

	if (m->pin && (!means_module_id(&s->profile, account, by, e) || !by_module(s, c, a, &grant, e)))
		return false;
	if (m->pin && !evidences_add(&list, EVIDENCE_MODULE, by, writer_span(&grant)))
		bug("first approval");
	if (m->idp != NULL && !by_provider(s, c, m->idp, account, a, by, &token, e))
		return false;
	if (m->idp != NULL && !evidences_add(&list, EVIDENCE_PROVIDER, by, writer_span(&token)))
		return err_set(e, ERR_FORMAT, "two approvals of one authenticator");
	if (m->device && !by_device(s, c, a, sig, e))
		return false;
	if (m->device && !evidences_add(&list, EVIDENCE_DEVICE, s->profile.authenticator,
	    span_of(sig, sizeof(sig))))
		return err_set(e, ERR_FORMAT, "two approvals of one authenticator");
	writer_reset(&a->evidences);
	evidences_write(&a->evidences, &list);
	return writer_ok(&a->evidences) || err_set(e, ERR_BUG, "evidences");
}
