/* SPDX-License-Identifier: Apache-2.0 */
/* credentials/list and credentials/info. */
#include <stdio.h>
#include <time.h>

#include "der/certificate.h"
#include "der/name.h"
#include "ssa/api/credential.h"
#include "ssa/api/route.h"

#define LIST_MAX	64

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

/* The DNs always: clients parse them whenever there is a `cert` (csc-api 9.2). */
static void
cert_write(struct emit *m, const struct key *k, const struct credential_wish *wish, uint64_t now)
{
	struct certificate cert;

	emit_object(m, "cert");
	if (certificate_of(k, &cert)) {
		emit_text(m, "status", cert.not_after < now ? "expired" : "valid");
		certificates_write(m, k, wish);
		name_write(m, "issuerDN", cert.issuer);
		emit_hex(m, "serialNumber", cert.serial);
		name_write(m, "subjectDN", cert.subject);
		time_write(m, "validFrom", cert.not_before);
		time_write(m, "validTo", cert.not_after);
	}
	emit_object_end(m);
}

static void
auth_write(struct emit *m)
{
	emit_object(m, "auth");
	emit_text(m, "mode", "explicit");
	emit_text(m, "expression", "approval");
	emit_array(m, "objects");
	emit_object(m, NULL);
	emit_text(m, "type", "ChallengeResponse");
	emit_text(m, "id", "approval");
	emit_text(m, "label", "Approval by your own key");
	emit_object_end(m);
	emit_array_end(m);
	emit_object_end(m);
}

void
credential_write(struct emit *m, const struct key *k, const struct credential_wish *wish,
    const struct config *config, uint64_t now)
{
	emit_object(m, "key");
	emit_text(m, "status", credential_is_enabled(k, now) ? "enabled" : "disabled");
	emit_array(m, "algo");
	emit_text(m, NULL, k->alg->oid);
	emit_array_end(m);
	emit_number(m, "len", k->alg->bits);
	if (k->alg->curve_oid != NULL)
		emit_text(m, "curve", k->alg->curve_oid);
	emit_object_end(m);
	cert_write(m, k, wish, now);
	auth_write(m);
	emit_text(m, "SCAL", k->row.level == 2 ? "2" : "1");
	emit_number(m, "multisign", 1000);
	emit_text(m, "lang", config->lang);
}

bool
credential_wish_read(struct call *c, struct credential_wish *wish)
{
	struct span text;
	bool flag;

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
	if (json_flag(c->json, "certInfo", &flag) == JSON_WRONG) {
		call_invalid(c, "Invalid parameter certInfo");
		return false;
	}
	return call_client_data(c);
}

void
handle_credential(struct call *c)
{
	struct credential_wish wish;
	AUTO(key) *k = call_credential(c);
	struct emit m;

	if (k == NULL || !credential_wish_read(c, &wish))
		return;
	m = call_answer(c);
	credential_write(&m, k, &wish, &c->ssa->config, c->now);
	call_answered(c, &m);
}

struct ids {
	size_t	n;
	uint8_t	id[LIST_MAX][16];
};

static bool
id_seen(void *arg, const struct key_row *k)
{
	struct ids *ids = arg;

	if (k->state != KEY_DESTROYED && k->certificate.n > 0)
		memcpy(ids->id[ids->n++], k->id, 16);
	return ids->n < LIST_MAX;
}

static bool
list_one(struct call *c, struct ids *ids, size_t *i, bool only_valid, struct key **key)
{
	struct err e = { 0 };

	while (*i < ids->n) {
		struct key *k = vault_key(c->ssa->vault, ids->id[(*i)++], &e);

		if (k != NULL && (!only_valid || credential_is_enabled(k, c->now))) {
			*key = k;
			return true;
		}
		key_release(k);
	}
	return false;
}

static void
list_write(struct call *c, struct ids *ids, const struct credential_wish *wish, bool infos,
    bool only_valid)
{
	struct emit m = call_answer(c);
	struct key *k;

	emit_array(&m, "credentialIDs");
	for (size_t i = 0; list_one(c, ids, &i, only_valid, &k); key_release(k))
		emit_hex(&m, NULL, span_of(k->row.id, 16));
	emit_array_end(&m);
	if (infos) {
		emit_array(&m, "credentialInfos");
		for (size_t i = 0; list_one(c, ids, &i, only_valid, &k); key_release(k)) {
			emit_object(&m, NULL);
			emit_hex(&m, "credentialID", span_of(k->row.id, 16));
			credential_write(&m, k, wish, &c->ssa->config, c->now);
			emit_object_end(&m);
		}
		emit_array_end(&m);
	}
	if (only_valid)
		emit_flag(&m, "onlyValid", true);
	call_answered(c, &m);
}

void
handle_list(struct call *c)
{
	struct credential_wish wish;
	bool infos = false, only_valid = false;
	struct ids ids = { 0 };
	struct err e = { 0 };

	if (!credential_wish_read(c, &wish))
		return;
	if (json_flag(c->json, "credentialInfo", &infos) == JSON_WRONG)
		call_invalid(c, "Invalid parameter credentialInfo");
	else if (json_flag(c->json, "onlyValid", &only_valid) == JSON_WRONG)
		call_invalid(c, "Invalid parameter onlyValid");
	else if (!c->ssa->store->ops->keys_of(c->ssa->store, c->account, id_seen, &ids, &e))
		call_failed(c, &e);
	else
		list_write(c, &ids, &wish, infos, only_valid);
}
