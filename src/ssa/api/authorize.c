/* SPDX-License-Identifier: Apache-2.0 */
/* credentials/authorize: the signer's approval becomes an activation, and a SAD names it. csc-api 9.3 */
#include "json/base64.h"
#include "ssa/api/credential.h"
#include "ssa/api/factors.h"
#include "ssa/api/page.h"
#include "ssa/api/route.h"
#include "ssa/api/sign.h"
#include "ssa/api/window.h"
#include "ssa/oauth/request.h"
#include "ssa/once/first.h"

static void on_activated(struct call *, struct reader *, const struct err *);

static void
activate_again(struct call *c)
{
	struct sign *s = c->state;
	struct err e = { 0 };
	struct key *k = vault_key(c->ssa->vault, s->key->row.id, &e);

	if (k != NULL) {
		key_release(s->key);
		s->key = k;
	}
	sign_activate(c, s, on_activated);
}

static void
sad_answer(struct call *c, struct activation *a)
{
	char sad[TOKEN_LETTERS + 1];
	struct emit out;

	activation_keep(c->ssa, a, c->requester, sad);
	out = call_answer(c);
	emit_text(&out, "SAD", sad);
	emit_number(&out, "expiresIn", a->expires > c->now ? (a->expires - c->now) / 1000 : 0);
	call_answered(c, &out);
	explicit_bzero(sad, sizeof(sad));
}

/* All is signed already, and the key is gone: what signHash gives is read back. */
static void
on_once_signed(struct call *c, struct reader *r, const struct err *refusal)
{
	static struct msg_results m;	/* large; handlers run on one thread */
	struct sign *s = c->state;
	struct err e = { 0 };

	if (refusal->code == ERR_NONE || strcmp(refusal->reason, "lost") == 0)
		approval_keep(c->ssa, &s->package, c->account);
	if (first_is_over(refusal))
		held_drop(c->ssa, s->key->row.id);
	if (refusal->code != ERR_NONE) {
		call_refused(c, refusal);
	} else if (msg_results_read(r, &m, &e)) {
		use_keep(c->ssa, s->activation->d, NULL, &m);
		memset(s->activation->used, true, s->activation->n);
		sad_answer(c, s->activation);
	} else {
		call_failed(c, &e);
	}
}

static void
on_activated(struct call *c, struct reader *r, const struct err *refusal)
{
	struct sign *s = c->state;
	struct msg_activated m;
	struct err e = { 0 };

	if (sign_is_outdated(c, s, refusal)) {
		call_refresh(c, s->key->row.id, activate_again);
		return;
	}
	if (refusal->code != ERR_NONE) {
		parallel_leave(c->ssa->parallel, c->account);
		call_refused(c, refusal);
		return;
	}
	if (!msg_activated_read(r, &m, &e)) {
		parallel_leave(c->ssa->parallel, c->account);
		call_failed(c, &e);
		return;
	}
	memcpy(s->activation->id, m.activation, 16);
	s->activation->expires = m.expires;
	approval_keep(c->ssa, &s->package, c->account);
	s->activation->counted = c->ssa->parallel;
	sad_answer(c, s->activation);
}

static bool
factors_refused(struct call *c, const char *reason)
{
	if (call_version(c) == 1)
		call_error(c, 400, "invalid_otp", "The OTP is invalid", reason);
	else
		call_error(c, 400, "invalid_authentication_data", "The authentication data is invalid", reason);
	return false;
}

/* v2, [{"id": "page"}]: the signer is to approve on the signing page. */
static bool
page_is_asked(const struct call *c)
{
	const json_t *list, *one;
	struct span id;
	size_t n;

	return call_version(c) == 2 && json_list(c->json, "authData", &list, &n) == JSON_GOT &&
	    n == 1 && (one = json_object_at(list, 0)) != NULL && json_text(one, "id", 64, &id) == JSON_GOT &&
	    span_equal(id, span_str("page"));
}

/* v2: exactly one object {"id": "approval", "value": ...}. v1, and some v2 clients: "OTP". */
static bool
approval_read(struct call *c, struct sign *s)
{
	const json_t *list, *one;
	struct span id, value;
	enum json_got got;
	size_t n;

	if (call_version(c) != 1 && (got = json_list(c->json, "authData", &list, &n)) != JSON_ABSENT) {
		if (got == JSON_WRONG)
			call_invalid(c, "Missing (or invalid type) array parameter authData");
		else if (n == 1 && (one = json_object_at(list, 0)) != NULL &&
		    json_text(one, "id", 64, &id) == JSON_GOT && span_equal(id, span_str("approval")) &&
		    json_text(one, "value", BASE64_LEN(s->bytes.max), &value) == JSON_GOT &&
		    base64_read(value, &s->bytes))
			return true;
		else
			factors_refused(c, "parse");
		return false;
	}
	if (json_text(c->json, "OTP", BASE64_LEN(s->bytes.max), &value) == JSON_GOT)
		return base64_read(value, &s->bytes) || factors_refused(c, "parse");
	call_invalid(c, call_version(c) == 1 ? "Missing (or invalid type) string parameter OTP" :
	    "Missing (or invalid type) array parameter authData");
	return false;
}

static bool
hashes_given(struct call *c, struct sign *s, const struct alg *alg, int64_t signatures)
{
	const json_t *list;
	const char *fault;
	size_t n;

	if (json_list(c->json, hashes_name(c), &list, &n) != JSON_GOT)
		fault = call_version(c) == 1 ? "Missing (or invalid type) array parameter hash" :
		    "Missing (or invalid type) array parameter hashes";
	else if ((fault = hash_algorithm_fault(c, alg, false)) == NULL &&
	    (fault = hashes_read(list, n, alg, &s->digests)) == NULL && (int64_t)n != signatures)
		fault = "Invalid value for parameter numSignatures";
	s->n = fault == NULL ? n : 0;
	if (fault != NULL)
		call_invalid(c, fault);
	return fault == NULL;
}

/* At SCAL1 they may come with the signing alone. csc-api 9.3 */
static bool
hashes_absent(const struct call *c)
{
	const json_t *list;
	size_t n;

	return json_list(c->json, hashes_name(c), &list, &n) == JSON_ABSENT;
}

static bool
signatures_given(struct call *c, int64_t *n)
{
	if (json_whole(c->json, "numSignatures", n) != JSON_GOT)
		call_invalid(c, "Missing (or invalid type) integer parameter numSignatures");
	else if (*n < 1)
		call_invalid(c, "Invalid value for parameter numSignatures");
	else if (*n > USES_MAX)
		call_invalid(c, "Numbers of signatures is too high");
	else
		return true;
	return false;
}

/* No key is named, but a qualifier of a CA of one-time keys. */
static const struct ca_config *
once_is_asked(const struct call *c, struct span *qualifier)
{
	const json_t *id;

	if (call_version(c) == 2 && json_member(c->json, "credentialID", &id) == JSON_ABSENT &&
	    json_text(c->json, "signatureQualifier", CA_TEXT_MAX - 1, qualifier) == JSON_GOT && qualifier->n > 0)
		return ca_list_once(&c->ssa->config.cas, *qualifier);
	return NULL;
}

/* Documents, whose key is made when the signer has approved them on the signing page. */
static void
once_authorize(struct call *c, struct sign *s, const struct ca_config *ca, struct span qualifier)
{
	const struct alg *alg = alg_by_name(ca->once);
	struct span type, format = span_of("", 0);
	uint8_t kind;
	int64_t n;

	if (!signatures_given(c, &n) || !hashes_given(c, s, alg, n) || !call_client_data(c))
		return;
	if (json_text(c->json, "hashType", 8, &type) != JSON_GOT || !request_is_sodr(type))
		call_invalid(c, "Invalid parameter hashType (a key is made for this signature: sodr, the documents' own digests)");
	else if (json_text(c->json, "signatureFormat", 8, &format) == JSON_WRONG || !request_format_read(format, &kind))
		call_invalid(c, "Invalid parameter signatureFormat");
	else if (!page_is_asked(c))
		call_invalid(c, "Invalid parameter authData (page; who has an approval sends it to signDoc as SAD)");
	else if (c->ssa->config.sic_origin[0] == '\0')
		call_invalid(c, "There is no signing page at this server");
	else
		page_authorize(c, s, alg, kind, qualifier);
}

/* What the hashes are of; DTBS/R when nothing is said. A key's documents are for signDoc. */
static bool
type_given(struct call *c, struct sign *s)
{
	struct span type;
	enum json_got got = json_text(c->json, "hashType", 8, &type);

	s->documents = got == JSON_GOT && request_is_sodr(type);
	if (got != JSON_WRONG && !(s->documents && s->key->once))
		return true;
	call_invalid(c, s->documents ? "Invalid parameter hashType (this credential signs DTBS/R)" :
	    "Invalid parameter hashType");
	return false;
}

/* PIN and OTP open what they are for, and that opens without them in no other way on our word. */
static bool
factors_fit(struct call *c, const struct sign *s)
{
	bool open = factors_open(c, s->key);

	if (s->factors != NULL && s->key->row.level != LEVEL_SCAL1)
		call_error(c, 400, "invalid_request", "PIN and OTP open keys of SCAL1 only: this one is of SCAL2, and takes"
		    " its signer's own approval", "level");
	else if (s->factors != NULL && !open)
		call_invalid(c, "PIN and OTP are not offered for this credential");
	else if (s->factors == NULL && open && window_is_asked(c, s))
		call_invalid(c, call_version(c) == 1 ? "Missing (or invalid type) string parameter PIN or OTP" :
		    "Missing (or invalid type) array parameter authData");
	else
		return true;
	return false;
}

void
handle_authorize(struct call *c)
{
	struct sign *s = sign_new(c);
	const struct ca_config *ca;
	const struct held *held;
	struct span qualifier;
	const char *fault;
	bool window;
	int64_t n;

	s->only_activate = true;
	if ((ca = once_is_asked(c, &qualifier)) != NULL) {
		once_authorize(c, s, ca, qualifier);
		return;
	}
	if (!factors_take(c, s) || (s->key = credential_find(c, &held)) == NULL || !type_given(c, s) || !signatures_given(c, &n))
		return;
	if (!factors_fit(c, s))
		return;
	window = s->factors != NULL || window_is_asked(c, s);
	if ((!(window && hashes_absent(c)) && !hashes_given(c, s, s->key->alg, n)) || !call_client_data(c))
		return;
	if (s->key->row.state == KEY_DESTROYED) {	/* other states may have changed: the SAM knows */
		call_invalid(c, "The credential identified by credentialID is disabled");
		return;
	}
	if (window) {
		(s->factors != NULL ? factors_authorize : window_authorize)(c, s, (size_t)n);
		return;
	}
	if (page_is_asked(c)) {
		if (held != NULL || s->documents)
			call_invalid(c, "Invalid parameter authData (this is not approved on the signing page)");
		else if (c->ssa->config.sic_origin[0] != '\0')
			page_authorize(c, s, s->key->alg, 0, span_of("", 0));
		else
			call_invalid(c, "There is no signing page at this server");
		return;
	}
	if (!approval_read(c, s))
		return;
	if ((fault = sign_package_fault(c, s)) != NULL)
		factors_refused(c, strstr(fault, "Hash") != NULL ? "dtbs" : "parse");
	else if (s->key->once)		/* under way since it was opened */
		first_sign(c, s, on_once_signed);
	else if (!parallel_enter(c->ssa->parallel, c->account, c->now))
		call_busy(c, "Too many authorizations under way; use or await those");
	else
		sign_activate(c, s, on_activated);
}
