/* SPDX-License-Identifier: Apache-2.0 */
/*
 * credentials/create and credentials/delete (CSC 2.2): the signer's approval is of our own
 * statement, CREATE_KEY, OPEN_SESSION or DESTROY_KEY, in authData; what the request says beside it
 * decides nothing. A one-time key ends on its owner's word alone.
 */
#include "json/base64.h"
#include "ssa/api/act.h"
#include "ssa/api/activation.h"
#include "ssa/api/credential.h"
#include "ssa/api/route.h"
#include "ssa/once/first.h"

#define PACKAGE_MAX	(STATEMENT_MAX + EVIDENCES_BYTES_MAX + 8)

/* authData: exactly one object {"id": "approval", "value": ...}. */
static bool
approval_take(struct call *c, struct writer *bytes)
{
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
	    base64_read(value, bytes) && package_read(writer_span(bytes), &p))
		return true;
	call_error(c, 400, "invalid_authentication_data", "The authentication data is invalid", "parse");
	return false;
}

static bool
approval_is_for(struct call *c, struct act *a, struct span package, uint16_t purpose)
{
	const char *fault;
	struct package p;

	if (!package_read(package, &p))
		bug("a package that was read before");
	wr_span(&a->statement, p.statement);
	wr_span(&a->evidence, p.evidences);
	fault = act_fault(c, a);
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
	AUTO_WRITER package = writer_grow(PACKAGE_MAX);
	struct credential_wish wish;
	const json_t *request;
	bool infos = false;

	if (json_member(c->json, "credentialCreationRequest", &request) != JSON_GOT) {
		call_invalid(c, "Missing (or invalid type) object parameter credentialCreationRequest");
		return;
	}
	if (!credential_wish_read(c, &wish) || !call_flag(c, "credentialInfo", &infos) ||
	    !approval_take(c, &package))
		return;
	if (first_is_opening(writer_span(&package)))
		first_create(c, writer_span(&package), &wish, infos);
	else if (approval_is_for(c, act_new(c, created_answer), writer_span(&package), PURPOSE_CREATE_KEY))
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

static void
key_delete(struct call *c, const uint8_t id[16])
{
	AUTO_WRITER package = writer_grow(PACKAGE_MAX);
	struct act *a = act_new(c, deleted_answer);
	AUTO(key) *k = call_key(c, id);

	if (k == NULL || !approval_take(c, &package) ||
	    !approval_is_for(c, a, writer_span(&package), PURPOSE_DESTROY_KEY))
		return;
	if (memcmp(a->key, id, 16) == 0)
		act_ask(c);
	else
		call_error(c, 400, "invalid_authentication_data", "The authentication data is invalid",
		    "dtbs");
}

void
handle_delete(struct call *c)
{
	const struct held *h;
	const json_t *request;
	struct span text;
	uint8_t id[16];

	if (json_member(c->json, "credentialDeletionRequest", &request) != JSON_GOT)
		call_invalid(c, "Missing (or invalid type) object parameter credentialDeletionRequest");
	else if (json_text(request, "credentialID", 256, &text) != JSON_GOT)
		call_invalid(c, "Missing (or invalid type) string parameter credentialID");
	else if (!hex_exact(text, id, 16))
		call_invalid(c, "Invalid parameter credentialID");
	else if (!revocation_absent(c, request) || !call_client_data(c))
		return;
	else if ((h = held_find(c->ssa, c->account, id)) != NULL)
		first_delete(c, h);
	else
		key_delete(c, id);
}
