/* SPDX-License-Identifier: Apache-2.0 */
/*
 * signatures/signHash (csc-api 10.1). Nothing is signed twice: what the SAM says it has signed
 * already is read back from its log, for the account that the statement names.
 */
#include "der/signature.h"
#include "json/base64.h"
#include "ssa/api/credential.h"
#include "ssa/api/route.h"
#include "ssa/api/sign.h"
#include "ssa/issue/before.h"
#include "ssa/api/window.h"
#include "ssa/once/first.h"

#define INLINE		"PRS1."
#define PARTIAL		"Not every signature was made; ask /propria/v1/outcome which ones were"

static void on_results(struct call *, struct reader *, const struct err *);
static void on_activated(struct call *, struct reader *, const struct err *);

static bool
results_fit(const struct sign *s, const struct msg_results *m)
{
	if (m->n != s->n)
		return false;
	for (size_t i = 0; i < s->n; i++)
		if (m->result[i].index != s->index[i] || (m->result[i].status == USE_SIGNED &&
		    m->result[i].signature.n != s->key->alg->signature_len))
			return false;
	return true;
}

static size_t
count_of(const struct msg_results *m, enum use_status status)
{
	size_t n = 0;

	for (size_t i = 0; i < m->n; i++)
		n += m->result[i].status == status;
	return n;
}

/* next: a nonce for the caller's next approval; NULL: none. */
static void
signatures_write(struct call *c, const struct sign *s, const struct msg_results *m,
    const struct msg_challenged *next)
{
	struct emit out = call_answer(c);
	struct err e = { 0 };
	bool ok = true;

	emit_array(&out, "signatures");
	for (size_t j = 0; j < s->n && ok; j++) {
		uint8_t der[SIGNATURE_DER_MAX];
		struct writer w = writer_over(der, sizeof(der));

		ok = signature_to_der(s->key->alg, m->result[s->place[j]].signature, &w);
		emit_base64(&out, NULL, writer_span(&w));
	}
	emit_array_end(&out);
	if (next != NULL)
		challenge_emit(&out, "nextChallenge", next);
	if (ok) {
		call_answered(c, &out);
		return;
	}
	err_set(&e, ERR_BACKEND, "the SAM gave a signature of another shape");
	call_failed(c, &e);
}

static void
look_back(struct call *c, struct sign *s)
{
	AUTO_WRITER w = writer_grow(FRAME_MAX);
	struct msg_outcome m = { .n = s->n };

	s->looked_back = true;
	memcpy(m.d, s->activation->d, sizeof(m.d));
	memcpy(m.index, s->index, s->n * sizeof(s->index[0]));
	msg_outcome_write(&w, &m);
	call_ask(c, SAM_OUTCOME, writer_span(&w), on_results);
}

static void
used_set(struct sign *s, bool used)
{
	for (size_t i = 0; i < s->n; i++)
		s->activation->used[s->index[i]] = used;
}

static void
use_ask(struct call *c, struct sign *s)
{
	AUTO_WRITER w = writer_grow(FRAME_MAX);
	size_t len = s->key->alg->digest_len;
	struct msg_use m = { .n = s->n };

	memcpy(m.activation, s->activation->id, sizeof(m.activation));
	for (size_t i = 0; i < s->n; i++) {
		m.index[i] = s->index[i];
		m.digest[i] = span_of(s->activation->digests + s->index[i] * len, len);
	}
	msg_use_write(&w, &m);
	used_set(s, true);
	before_ask(c, s->key, SAM_USE, writer_span(&w), on_results);
}

static bool
all_used(const struct activation *a)
{
	for (size_t i = 0; i < a->n; i++)
		if (!a->used[i])
			return false;
	return true;
}

static void
results_answer(struct call *c, struct sign *s, const struct msg_results *m,
    const struct msg_challenged *next)
{
	struct err e = { 0 };

	if (!results_fit(s, m)) {
		err_set(&e, ERR_BACKEND, "the SAM answered for other indexes");
		call_failed(c, &e);
		return;
	}
	if (s->past.code != ERR_NONE && count_of(m, USE_SPENT) == m->n) {
		call_refused(c, &s->past);
		return;
	}
	if (s->looked_back && s->bytes.n == 0 && count_of(m, USE_SPENT) == m->n) {
		use_ask(c, s);		/* the first attempt never reached the SAM */
		return;
	}
	if (!s->looked_back || m->n == 1)	/* OUTCOME names one entry, its indexes may have several */
		use_keep(c->ssa, s->activation->d, s->activation, m);
	if (all_used(s->activation))
		activation_uncount(s->activation);
	if (count_of(m, USE_SIGNED) == m->n)
		signatures_write(c, s, m, next);
	else
		call_error(c, 500, "server_error", PARTIAL, "partial");
}

/* After USE or OUTCOME. */
static void
on_results(struct call *c, struct reader *r, const struct err *refusal)
{
	static struct msg_results m;	/* large; handlers run on one thread */
	struct sign *s = c->state;
	struct err e = { 0 };

	if (refusal->code != ERR_NONE && !s->looked_back && strcmp(refusal->reason, "replay") == 0) {
		look_back(c, s);
		return;
	}
	if (refusal->code != ERR_NONE) {
		if (!s->looked_back && strcmp(refusal->reason, "lost") != 0)
			used_set(s, false);
		call_refused(c, s->past.code != ERR_NONE && strcmp(refusal->reason, "unknown") == 0
		    ? &s->past : refusal);
		return;
	}
	if (msg_results_read(r, &m, &e))
		results_answer(c, s, &m, NULL);
	else
		call_failed(c, &e);
}

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

/* The approval is kept whenever the SAM may have used it: receipts and `outcome` need it. */
static void
on_activated(struct call *c, struct reader *r, const struct err *refusal)
{
	static struct msg_activated m;
	struct sign *s = c->state;
	struct err e = { 0 };
	/* A nonce of the SAM's last life: what it signed then is in its log. */
	bool past = strcmp(refusal->reason, "nonce") == 0;
	bool replay = strcmp(refusal->reason, "replay") == 0;

	if (sign_is_outdated(c, s, refusal)) {
		call_refresh(c, s->key->row.id, activate_again);
		return;
	}
	if (refusal->code == ERR_NONE || replay || strcmp(refusal->reason, "lost") == 0)
		approval_keep(c->ssa, &s->package, c->account);
	if (past)
		s->past = *refusal;
	if (replay || past)
		look_back(c, s);
	else if (refusal->code != ERR_NONE)
		call_refused(c, refusal);
	else if (msg_activated_read(r, &m, &e))
		results_answer(c, s, &m.results, m.has_next ? &m.next : NULL);
	else
		call_failed(c, &e);
}

/* After SESSION_SIGN: there is no second one of this key. */
static void
on_once_signed(struct call *c, struct reader *r, const struct err *refusal)
{
	static struct msg_results m;	/* large; handlers run on one thread */
	struct sign *s = c->state;
	struct err e = { 0 };
	bool replay = strcmp(refusal->reason, "replay") == 0;

	if (refusal->code == ERR_NONE || replay || strcmp(refusal->reason, "lost") == 0)
		approval_keep(c->ssa, &s->package, c->account);
	if (first_is_over(refusal))
		held_drop(c->ssa, s->key->row.id);
	if (replay || strcmp(refusal->reason, "nonce") == 0) {
		s->past = *refusal;
		look_back(c, s);
	} else if (strcmp(refusal->reason, "session") == 0 && s->key->row.certificate.n == 0) {
		call_invalid(c, "Invalid parameter credentialID");
	} else if (refusal->code != ERR_NONE) {
		call_refused(c, refusal);
	} else if (msg_results_read(r, &m, &e)) {
		results_answer(c, s, &m, NULL);
	} else {
		call_failed(c, &e);
	}
}

static const char *
parameters_fault(struct call *c, struct sign *s)
{
	struct span sign_oid, params = { 0 }, mode;
	enum json_got has_params = json_text(c->json, "signAlgoParams", 1024, &params);
	enum json_got has_mode = json_text(c->json, "operationMode", 8, &mode);
	const json_t *list;
	const char *fault;
	bool needed;
	size_t n;

	if (json_list(c->json, hashes_name(c), &list, &n) != JSON_GOT)
		return "Missing (or invalid type) array parameter hash";
	if (n == 0)
		return "Empty hash array";
	if (json_text(c->json, "signAlgo", 64, &sign_oid) != JSON_GOT)
		return "Missing (or invalid type) string parameter signAlgo";
	if ((fault = sign_algorithm_fault(s->key->alg, sign_oid, has_params, params, &needed)) != NULL ||
	    (fault = hash_algorithm_fault(c, s->key->alg, needed)) != NULL)
		return fault;
	if (json_flag(c->json, "nextChallenge", &s->next) == JSON_WRONG)
		return "Invalid type boolean parameter nextChallenge";
	if (call_version(c) != 1 && (has_mode == JSON_WRONG ||
	    (has_mode == JSON_GOT && !span_equal(mode, span_str("S")))))
		return "Invalid parameter operationMode";
	if ((fault = hashes_read(list, n, s->key->alg, &s->digests)) != NULL)
		return fault;
	s->n = n;
	return NULL;
}

static void
sign_with_package(struct call *c, struct sign *s, struct span sad)
{
	const char *fault;

	sad = span_of(sad.p + strlen(INLINE), sad.n - strlen(INLINE));
	if (!base64url_read(sad, &s->bytes))
		call_invalid(c, "Invalid parameter SAD");
	else if ((fault = sign_package_fault(c, s)) != NULL)
		call_error(c, 400, "invalid_request", fault, strstr(fault, "Hash") != NULL ? "dtbs" : NULL);
	else if (s->key->once)
		first_sign(c, s, on_once_signed);
	else
		sign_activate(c, s, on_activated);
}

static void
sign_with_handle(struct call *c, struct sign *s, struct span sad)
{
	uint8_t session[16];
	size_t used;

	window_session(c->bearer, session);
	s->activation = activation_find(c->ssa, sad, c->account, c->requester);
	if (s->activation == NULL || s->activation->kind != KIND_DTBSR || memcmp(s->activation->key, s->key->row.id, 16) != 0 ||
	    (s->activation->window && !s->activation->entrusted &&
	    memcmp(s->activation->session, session, 16) != 0))
		call_invalid(c, "Invalid parameter SAD");
	else if (!sign_map(s, &used) || (used > 0 && used < s->n))
		call_error(c, 400, "invalid_request", "Hash is not authorized by the SAD", "dtbs");
	else if (used > 0)
		look_back(c, s);
	else if (s->activation->expires <= c->now)
		call_error(c, 400, "invalid_request", "SAD expired", "time");
	else
		use_ask(c, s);
}

/* A token of scope credential is the SAD itself; "SAD" beside it may repeat it. csc-api 10.1 */
static bool
sad_given(struct call *c, struct span *sad)
{
	if (c->scope != SCOPE_CREDENTIAL)
		return call_text(c, "SAD", BASE64_LEN(STATEMENT_MAX + EVIDENCES_BYTES_MAX + 8) + 8, sad);
	switch (json_text(c->json, "SAD", TOKEN_LETTERS, sad)) {
	case JSON_GOT:
		if (sad->n == 0 || span_equal(*sad, c->bearer))
			break;
		/* fall through */
	case JSON_WRONG:
		call_invalid(c, "Invalid parameter SAD");
		return false;
	case JSON_ABSENT:
		break;
	}
	*sad = c->bearer;
	return true;
}

/*
 * A key that stays; or a one-time key, whose use is to come, or was: then its approval names it, and
 * what it signed is read back.
 */
static struct key *
key_find(struct call *c)
{
	const struct held *held;
	struct err e = { 0 };
	struct span sad;
	uint8_t id[16];
	struct key *k;

	if (!call_id(c, "credentialID", id))
		return NULL;
	if (call_version(c) == 1 || c->scope == SCOPE_CREDENTIAL)
		return call_key(c, id);
	if ((held = held_find(c->ssa, c->account, id)) != NULL)
		return key_hold(held->key);
	if ((k = call_own_key(c, id, &e)) == NULL &&
	    json_text(c->json, "SAD", BASE64_LEN(STATEMENT_MAX + EVIDENCES_BYTES_MAX + 8) + 8, &sad) == JSON_GOT)
		k = first_past(c, id, sad);
	return k != NULL ? k : call_key(c, id);
}

void
handle_sign_hash(struct call *c)
{
	struct sign *s = sign_new(c);
	const char *fault;
	struct span sad;

	if ((s->key = key_find(c)) == NULL || !sad_given(c, &sad))
		return;
	if ((fault = parameters_fault(c, s)) != NULL)
		call_invalid(c, fault);
	else if (s->key->not_after != 0 && s->key->not_after < c->now)
		call_invalid(c, "Signing certificate is expired");
	else if (!call_client_data(c))
		return;
	else if (sad.n > strlen(INLINE) && memcmp(sad.p, INLINE, strlen(INLINE)) == 0)
		sign_with_package(c, s, sad);
	else
		sign_with_handle(c, s, sad);
}
