/* SPDX-License-Identifier: Apache-2.0 */
/*
 * credentials/create and credentials/delete (CSC 2.2): the signer's approval is of our own
 * statement, CREATE_KEY or DESTROY_KEY, in authData; what the request says beside it decides nothing.
 */
#include "json/base64.h"
#include "ssa/api/act.h"
#include "ssa/api/activation.h"
#include "ssa/api/credential.h"
#include "ssa/api/route.h"

#define PACKAGE_MAX	(STATEMENT_MAX + EVIDENCES_BYTES_MAX + 8)

/* authData: exactly one object {"id": "approval", "value": ...}. */
static bool
approval_take(struct call *c, struct act *a)
{
	AUTO_WRITER bytes = writer_grow(PACKAGE_MAX);
	const json_t *list, *one;
	struct span id, value;
	struct package p;
	size_t n;

	if (json_list(c->json, "authData", &list, &n) != JSON_GOT) {
		call_invalid(c, "Missing (or invalid type) array parameter authData");
		return false;
	}
	if (n == 1 && (one = json_object_at(list, 0)) != NULL &&
	    json_text(one, "id", 64, &id) == JSON_GOT && span_equal(id, span_str("approval")) &&
	    json_text(one, "value", BASE64_LEN(PACKAGE_MAX), &value) == JSON_GOT &&
	    base64_read(value, &bytes) && package_read(writer_span(&bytes), &p)) {
		wr_span(&a->statement, p.statement);
		wr_span(&a->evidence, p.evidences);
		return true;
	}
	call_error(c, 400, "invalid_authentication_data", "The authentication data is invalid", "parse");
	return false;
}

static bool
approval_is_for(struct call *c, struct act *a, uint16_t purpose)
{
	const char *fault = act_fault(c, a);

	if (fault == NULL && a->purpose != purpose)
		fault = "purpose";
	if (fault != NULL)
		call_error(c, 400, "invalid_authentication_data", "The authentication data is invalid", fault);
	return fault == NULL;
}

static void
created_answer(struct call *c, const struct msg_enacted *m)
{
	struct credential_wish wish;
	struct err e = { 0 };
	AUTO(key) *k = NULL;
	struct emit out;
	bool infos = false;

	if ((k = vault_key(c->ssa->vault, m->id, &e)) == NULL) {
		call_failed(c, &e);
		return;
	}
	if (!credential_wish_read(c, &wish) || !call_flag(c, "credentialInfo", &infos))
		return;		/* read before: cannot be */
	out = call_answer(c);
	c->x->status = 201;
	emit_hex(&out, "credentialID", span_of(m->id, 16));
	if (infos)
		credential_write(c, &out, k, &wish);
	call_answered(c, &out);
}

void
handle_create(struct call *c)
{
	struct act *a = act_new(c, created_answer);
	struct credential_wish wish;
	const json_t *request;
	bool infos = false;

	if (json_member(c->json, "credentialCreationRequest", &request) != JSON_GOT) {
		call_invalid(c, "Missing (or invalid type) object parameter credentialCreationRequest");
		return;
	}
	if (!credential_wish_read(c, &wish) || !call_flag(c, "credentialInfo", &infos) ||
	    !approval_take(c, a) || !approval_is_for(c, a, PURPOSE_CREATE_KEY))
		return;
	act_ask(c);
}

static void
deleted_answer(struct call *c, const struct msg_enacted *m UNUSED)
{
	call_done(c);
}

/* The certificate is its issuer's to revoke. */
static bool
revocation_absent(struct call *c, const json_t *request)
{
	bool revoke = false;

	if (json_flag(request, "revoke", &revoke) != JSON_WRONG && !revoke)
		return true;
	call_invalid(c, "Invalid parameter revoke: ask the issuer of the certificate");
	return false;
}

void
handle_delete(struct call *c)
{
	struct act *a = act_new(c, deleted_answer);
	const json_t *request;
	AUTO(key) *k = NULL;
	struct span text;
	uint8_t id[16];

	if (json_member(c->json, "credentialDeletionRequest", &request) != JSON_GOT)
		call_invalid(c, "Missing (or invalid type) object parameter credentialDeletionRequest");
	else if (json_text(request, "credentialID", 256, &text) != JSON_GOT)
		call_invalid(c, "Missing (or invalid type) string parameter credentialID");
	else if (!hex_exact(text, id, 16))
		call_invalid(c, "Invalid parameter credentialID");
	else if ((k = call_key(c, id)) != NULL && revocation_absent(c, request) && call_client_data(c) &&
	    approval_take(c, a) && approval_is_for(c, a, PURPOSE_DESTROY_KEY)) {
		if (memcmp(a->key, id, 16) == 0)
			act_ask(c);
		else
			call_error(c, 400, "invalid_authentication_data",
			    "The authentication data is invalid", "dtbs");
	}
}
