/* SPDX-License-Identifier: Apache-2.0 */
/* Statement header and the table of bodies. */
#include "statement/body.h"
#include "statement/statement.h"

static const struct kind {
	uint16_t	purpose;
	const char	*name;
	const struct field *body;
} kinds[] = {
	{ PURPOSE_SIGN, "SIGN", body_sign },
	{ PURPOSE_SIGN_ONCE, "SIGN_ONCE", body_sign_once },
	{ PURPOSE_INVITE, "INVITE", body_invite },
	{ PURPOSE_BIND, "BIND", body_bind },
	{ PURPOSE_SUSPEND, "SUSPEND", body_signer },
	{ PURPOSE_REINSTATE, "REINSTATE", body_signer },
	{ PURPOSE_CLOSE, "CLOSE", body_signer },
	{ PURPOSE_ADD_AUTHENTICATOR, "ADD_AUTHENTICATOR", body_bind },
	{ PURPOSE_REMOVE_AUTHENTICATOR, "REMOVE_AUTHENTICATOR", body_remove_authenticator },
	{ PURPOSE_CREATE_KEY, "CREATE_KEY", body_create_key },
	{ PURPOSE_DESTROY_KEY, "DESTROY_KEY", body_key },
	{ PURPOSE_RELEASE_KEY, "RELEASE_KEY", body_key },
	{ PURPOSE_OPEN_SESSION, "OPEN_SESSION", body_open_session },
	{ PURPOSE_REVOKE_KEY, "REVOKE_KEY", body_key },
	{ PURPOSE_FOUND, "FOUND", body_found },
	{ PURPOSE_ADD_ANCHOR, "ADD_ANCHOR", body_add_anchor },
	{ PURPOSE_REMOVE_ANCHOR, "REMOVE_ANCHOR", body_remove_anchor },
	{ PURPOSE_ADD_OFFICER, "ADD_OFFICER", body_add_officer },
	{ PURPOSE_REMOVE_OFFICER, "REMOVE_OFFICER", body_remove_officer },
	{ PURPOSE_SET_POLICY, "SET_POLICY", body_policy },
	{ PURPOSE_RESUME, "RESUME", body_resume },
	{ PURPOSE_ADD_PEER, "ADD_PEER", body_add_peer },
	{ PURPOSE_REMOVE_PEER, "REMOVE_PEER", body_remove_peer },
	{ PURPOSE_ADD_PROVIDER, "ADD_PROVIDER", body_add_provider },
	{ PURPOSE_REMOVE_PROVIDER, "REMOVE_PROVIDER", body_remove_provider },
	{ PURPOSE_ADMIT, "ADMIT", body_admit },
	{ PURPOSE_SET_FACTORS, "SET_FACTORS", body_set_factors },
	{ PURPOSE_CHANGE_FACTORS, "CHANGE_FACTORS", body_change_factors },
	{ PURPOSE_UNLOCK, "UNLOCK", body_signer },
	{ PURPOSE_DISMISS, "DISMISS", body_signer },
	{ PURPOSE_NEW_GRANT_KEY, "NEW_GRANT_KEY", body_reason },
	{ PURPOSE_CHECK, "CHECK", body_check },
};

static const struct kind *
kind_of(uint16_t purpose)
{
	for (size_t i = 0; i < COUNT(kinds); i++)
		if (kinds[i].purpose == purpose)
			return &kinds[i];
	return NULL;
}

const char *
purpose_name(uint16_t purpose)
{
	const struct kind *k = kind_of(purpose);

	return k == NULL ? NULL : k->name;
}

static bool
ends_after_it_began(const void *statement)
{
	const struct statement *s = statement;

	return s->exp > s->iat;
}

static const struct field header[] = {
	{ MAGIC("PRS1") },
	{ NUMBER(struct statement, purpose) },
	{ BYTES(struct statement, group) },
	{ NUMBER(struct statement, epoch) },
	{ BYTES(struct statement, subject) },
	{ BYTES(struct statement, fresh) },
	{ NUMBER(struct statement, iat) },
	{ NUMBER(struct statement, exp) },
	{ CHECKED(ends_after_it_began) },
	{ FIELD_END },
};

bool
statement_read(struct span bytes, struct statement *s, struct err *e)
{
	struct reader r = reader_over(bytes);
	const struct kind *k;

	if (bytes.n > STATEMENT_MAX || !fields_read(&r, header, s))
		return err_why(e, ERR_FORMAT, "parse", "statement: header");
	s->body = span_of(r.p, r.n);
	if ((k = kind_of(s->purpose)) == NULL)
		return err_why(e, ERR_FORMAT, "parse", "statement: purpose %04x", s->purpose);
	return message_read(&r, k->body, s, k->name, e);
}

void
statement_body_write(struct writer *w, const struct statement *s)
{
	const struct kind *k = kind_of(s->purpose);

	if (k == NULL)
		bug("statement of no purpose");
	fields_write(w, k->body, s, 0);
}

void
statement_write(struct writer *w, const struct statement *s)
{
	fields_write(w, header, s, 0);
	statement_body_write(w, s);
	if (w->n > STATEMENT_MAX)
		w->bad = true;
}

void
statement_digest(struct span bytes, uint8_t d[HASH_LEN])
{
	static const char tag[] = "propria-statement-v1";	/* with its zero byte */
	struct span parts[] = { span_of(tag, sizeof(tag)), bytes };

	sha256_parts(parts, COUNT(parts), d);
}

static void
id_from_fresh(struct span tag, const uint8_t fresh[FRESH_LEN], uint8_t id[16])
{
	struct span parts[] = { tag, span_of(fresh, FRESH_LEN) };
	uint8_t hash[HASH_LEN];

	sha256_parts(parts, COUNT(parts), hash);
	memcpy(id, hash, 16);
}

void
statement_factors(const uint8_t fresh[FRESH_LEN], uint8_t b[HASH_LEN])
{
	static const char tag[] = "propria-set-factors-v1";
	struct span parts[] = { span_of(tag, sizeof(tag)), span_of(fresh, FRESH_LEN) };

	sha256_parts(parts, COUNT(parts), b);
}

void
statement_session(const uint8_t fresh[FRESH_LEN], uint8_t session[16])
{
	static const char tag[] = "propria-session-v1";

	id_from_fresh(span_of(tag, sizeof(tag)), fresh, session);
}

void
statement_key(const uint8_t fresh[FRESH_LEN], uint8_t key[16])
{
	static const char tag[] = "propria-key-id-v1";

	id_from_fresh(span_of(tag, sizeof(tag)), fresh, key);
}

void
peer_id(const struct body_add_peer *b, uint8_t id[32])
{
	struct span parts[] = { span_of(&b->kind, 1), span_of(b->peer, sizeof(b->peer)), b->key };

	sha256_parts(parts, COUNT(parts), id);
}
