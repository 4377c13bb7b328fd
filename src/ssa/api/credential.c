/* SPDX-License-Identifier: Apache-2.0 */
/* credentials/info: a key as both versions of CSC describe it. */
#include <stdio.h>
#include <time.h>

#include "der/certificate.h"
#include "der/name.h"
#include "ssa/api/activation.h"
#include "ssa/api/credential.h"
#include "ssa/api/factors.h"
#include "ssa/api/route.h"
#include "ssa/issue/view.h"
#include "ssa/once/first.h"
#include "wire/activate.h"

static bool
certificate_of(const struct key *k, struct certificate *cert)
{
	struct certificate_cut cut;
	struct err e = { 0 };

	return k->row.certificate.n > 0 && certificate_cut(k->row.certificate, &cut, &e) &&
	    certificate_read(&cut, cert, &e);
}

bool
credential_is_enabled(const struct key *k, uint64_t now)
{
	return k->row.state == KEY_ACTIVE && (k->not_after == 0 || k->not_after >= now);
}

static void
time_write(struct emit *m, const char *name, uint64_t ms)
{
	time_t s = (time_t)(ms / 1000);
	char text[32];
	struct tm t;

	gmtime_r(&s, &t);
	strftime(text, sizeof(text), "%Y%m%d%H%M%SZ", &t);
	emit_text(m, name, text);
}

static void
name_write(struct emit *m, const char *member, struct span name)
{
	char text[NAME_MAX_TEXT];
	struct err e = { 0 };

	if (name_check(name, &e) && name_to_text(name, text, sizeof(text), &e))
		emit_text(m, member, text);
}

static void
certificates_write(struct emit *m, const struct key *k, const struct credential_wish *wish)
{
	struct reader r = reader_over(k->row.chain);
	struct span one;

	if (k->row.certificate.n == 0 || !(wish->single || wish->chain))
		return;
	emit_array(m, "certificates");
	emit_base64(m, NULL, k->row.certificate);
	while (wish->chain && rd_span32(&r, 1, UINT32_MAX, &one))
		emit_base64(m, NULL, one);
	emit_array_end(m);
}

/* In v2 the DNs always: clients parse them whenever there is a `cert` (csc-api 9.2). */
static void
cert_write(const struct call *c, struct emit *m, const struct key *k,
    const struct credential_wish *wish)
{
	bool info = call_version(c) != 1 || wish->cert_info;
	struct certificate cert;

	emit_object(m, "cert");
	if (certificate_of(k, &cert)) {
		emit_text(m, "status", view_cert_status(c->ssa, k, c->now));
		if (call_version(c) != 1)
			view_write(c->ssa, k, c->now, m);
		certificates_write(m, k, wish);
	}
	if (info && certificate_of(k, &cert)) {
		name_write(m, "issuerDN", cert.issuer);
		emit_hex(m, "serialNumber", cert.serial);
		name_write(m, "subjectDN", cert.subject);
		time_write(m, "validFrom", cert.not_before);
		time_write(m, "validTo", cert.not_after);
	}
	emit_object_end(m);
}

static void
auth_object_write(struct emit *m, const char *type, const char *id, const char *label)
{
	emit_object(m, NULL);
	emit_text(m, "type", type);
	emit_text(m, "id", id);
	emit_text(m, "label", label);
	emit_object_end(m);
}

/* A SCAL1 key takes no approval: its signer's login and our word open it. */
static const char *
auth_mode(const struct call *c, const struct key *k)
{
	const char *mode = c->ssa->config.auth_mode;

	return k->row.level != 2 && strcmp(mode, "explicit") == 0 && !factors_open(c, k) ? "implicit" : mode;
}

/* What the authentication module checks for us, as configured. csc-api 5.5 */
static void
factors_write(const struct config *config, struct emit *m)
{
	bool pin = factors_want_pin(config), otp = factors_want_otp(config);

	emit_text(m, "expression", pin && otp ? "PIN AND OTP" : pin ? "PIN" : "OTP");
	emit_array(m, "objects");
	if (pin)
		auth_object_write(m, "Password", "PIN", "PIN");
	if (otp) {
		emit_object(m, NULL);
		emit_text(m, "type", "Password");
		emit_text(m, "id", "OTP");
		emit_text(m, "format", "N");
		emit_text(m, "generator", "totp");
		emit_text(m, "label", "Code of the app");
		emit_object_end(m);
	}
	emit_array_end(m);
}

static void
factors_write_v1(const struct config *config, struct emit *m)
{
	emit_object(m, "PIN");
	emit_text(m, "presence", factors_want_pin(config) ? "true" : "false");
	if (factors_want_pin(config)) {
		emit_text(m, "format", "A");
		emit_text(m, "label", "PIN");
	}
	emit_object_end(m);
	emit_object(m, "OTP");
	emit_text(m, "presence", factors_want_otp(config) ? "true" : "false");
	if (factors_want_otp(config)) {
		emit_text(m, "type", "offline");
		emit_text(m, "ID", "totp");
		emit_text(m, "format", "N");
		emit_text(m, "label", "Code of the app");
	}
	emit_object_end(m);
}

/* csc-api 5.5. Objects regardless of authInfo, and an empty list rather than none: clients need it. */
static void
auth_write(const struct call *c, struct emit *m, const struct key *k)
{
	const struct config *config = &c->ssa->config;
	bool explicit = strcmp(auth_mode(c, k), "explicit") == 0;
	bool page = config->sic_origin[0] != '\0' && !k->once;

	emit_object(m, "auth");
	emit_text(m, "mode", auth_mode(c, k));
	if (explicit && factors_open(c, k)) {
		factors_write(config, m);
		emit_object_end(m);
		return;
	}
	if (explicit)
		emit_text(m, "expression", page ? "approval XOR page" : "approval");
	emit_array(m, "objects");
	if (explicit)
		auth_object_write(m, "ChallengeResponse", "approval", "Approval by your own key");
	if (explicit && page)
		auth_object_write(m, "ChallengeResponseOOB", "page", "Approval on the signing page");
	emit_array_end(m);
	emit_object_end(m);
}

/* csc-api 5.4: the approval takes the place of an OTP that the signer's own tool makes. */
static void
auth_write_v1(const struct call *c, struct emit *m, const struct key *k,
    const struct credential_wish *wish)
{
	const char *mode = auth_mode(c, k);

	emit_text(m, "authMode", mode);
	if (strcmp(mode, "explicit") != 0 || !wish->auth_info)
		return;
	if (factors_open(c, k)) {
		factors_write_v1(&c->ssa->config, m);
		return;
	}
	emit_object(m, "PIN");
	emit_text(m, "presence", "false");
	emit_object_end(m);
	emit_object(m, "OTP");
	emit_text(m, "presence", "true");
	emit_text(m, "type", "offline");
	emit_text(m, "ID", "approval");
	emit_text(m, "format", "A");
	emit_text(m, "label", "Approval by your own key");
	emit_object_end(m);
}

/* For RSA the key type's OID too: v1 clients name the hash apart (csc-api 9.2). */
static void
key_write(const struct call *c, struct emit *m, const struct key *k)
{
	const char *type = k->alg->curve_oid == NULL ? algorithm_type_oid(k->alg) : NULL;

	emit_object(m, "key");
	emit_text(m, "status", credential_is_enabled(k, c->now) ? "enabled" : "disabled");
	emit_array(m, "algo");
	emit_text(m, NULL, k->alg->oid);
	if (type != NULL)
		emit_text(m, NULL, type);
	emit_array_end(m);
	emit_number(m, "len", k->alg->bits);
	if (k->alg->curve_oid != NULL)
		emit_text(m, "curve", k->alg->curve_oid);
	emit_object_end(m);
}

void
credential_write(const struct call *c, struct emit *m, const struct key *k,
    const struct credential_wish *wish)
{
	key_write(c, m, k);
	cert_write(c, m, k, wish);
	if (call_version(c) == 1)
		auth_write_v1(c, m, k, wish);
	else
		auth_write(c, m, k);
	emit_text(m, "SCAL", k->row.level == 2 ? "2" : "1");
	emit_number(m, "multisign", k->row.level == 2 ? USES_MAX : c->ssa->config.scal1_count);
	emit_text(m, "lang", c->ssa->config.lang);
}

bool
credential_wish_read(struct call *c, struct credential_wish *wish)
{
	struct span text;

	*wish = (struct credential_wish){ .single = true };
	if (json_text(c->json, "userID", 512, &text) != JSON_ABSENT) {
		call_invalid(c, "userID parameter MUST be null");
		return false;
	}
	switch (json_text(c->json, "certificates", 16, &text)) {
	case JSON_ABSENT:
		break;
	case JSON_GOT:
		wish->single = span_equal(text, span_str("single"));
		wish->chain = span_equal(text, span_str("chain"));
		if (wish->single || wish->chain || span_equal(text, span_str("none")))
			break;
		/* fall through */
	case JSON_WRONG:
		call_invalid(c, "Invalid parameter certificates");
		return false;
	}
	return call_flag(c, "certInfo", &wish->cert_info) && call_flag(c, "authInfo", &wish->auth_info) &&
	    call_client_data(c);
}

/* A token of scope credential shows its own credential and no other. */
static bool
is_covered(struct call *c, const struct key *k)
{
	AUTO(activation) *a = c->scope != SCOPE_CREDENTIAL ? NULL :
	    activation_find(c->ssa, c->bearer, c->account, c->requester);

	if (c->scope != SCOPE_CREDENTIAL || (a != NULL && memcmp(a->key, k->row.id, 16) == 0))
		return true;
	call_invalid(c, "Invalid parameter credentialID");
	return false;
}

struct key *
credential_find(struct call *c, const struct held **held)
{
	uint8_t id[16];

	*held = NULL;
	if (!call_id(c, "credentialID", id))
		return NULL;
	if (call_version(c) != 1 && (*held = held_find(c->ssa, c->account, id)) != NULL)
		return key_hold((*held)->key);
	return call_key(c, id);
}

void
handle_credential(struct call *c)
{
	const struct held *held;
	struct credential_wish wish;
	AUTO(key) *k = credential_find(c, &held);
	struct emit m;

	if (k == NULL || !is_covered(c, k) || !credential_wish_read(c, &wish))
		return;
	m = call_answer(c);
	credential_write(c, &m, k, &wish);
	if (held != NULL)
		first_view_write(held, &m);
	call_answered(c, &m);
}
