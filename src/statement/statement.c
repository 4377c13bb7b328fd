/* SPDX-License-Identifier: Apache-2.0 */
/* Statement header and the table of bodies. */
#include "statement/body.h"
#include "statement/statement.h"

static const struct kind {
	uint16_t	purpose;
	const char	*name;
	bool		(*read)(struct reader *, struct statement *);
	void		(*write)(struct writer *, const struct statement *);
} kinds[] = {
	{ PURPOSE_SIGN, "SIGN", body_sign_read, body_sign_write },
	{ PURPOSE_INVITE, "INVITE", body_invite_read, body_invite_write },
	{ PURPOSE_BIND, "BIND", body_bind_read, body_bind_write },
	{ PURPOSE_SUSPEND, "SUSPEND", body_signer_read, body_signer_write },
	{ PURPOSE_REINSTATE, "REINSTATE", body_signer_read, body_signer_write },
	{ PURPOSE_CLOSE, "CLOSE", body_signer_read, body_signer_write },
	{ PURPOSE_ADD_AUTHENTICATOR, "ADD_AUTHENTICATOR", body_bind_read, body_bind_write },
	{ PURPOSE_REMOVE_AUTHENTICATOR, "REMOVE_AUTHENTICATOR", body_remove_authenticator_read,
	    body_remove_authenticator_write },
	{ PURPOSE_CREATE_KEY, "CREATE_KEY", body_create_key_read, body_create_key_write },
	{ PURPOSE_DESTROY_KEY, "DESTROY_KEY", body_key_read, body_key_write },
	{ PURPOSE_RELEASE_KEY, "RELEASE_KEY", body_key_read, body_key_write },
	{ PURPOSE_FOUND, "FOUND", body_found_read, body_found_write },
	{ PURPOSE_ADD_ANCHOR, "ADD_ANCHOR", body_add_anchor_read, body_add_anchor_write },
	{ PURPOSE_REMOVE_ANCHOR, "REMOVE_ANCHOR", body_remove_anchor_read, body_remove_anchor_write },
	{ PURPOSE_ADD_OFFICER, "ADD_OFFICER", body_add_officer_read, body_add_officer_write },
	{ PURPOSE_REMOVE_OFFICER, "REMOVE_OFFICER", body_remove_officer_read, body_remove_officer_write },
	{ PURPOSE_SET_POLICY, "SET_POLICY", body_policy_read, body_policy_write },
	{ PURPOSE_RESUME, "RESUME", body_resume_read, body_resume_write },
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

bool
statement_read(struct span bytes, struct statement *s, struct err *e)
{
	struct reader r = reader_over(bytes);
	const struct kind *k;
	uint8_t magic[4];

	if (bytes.n > STATEMENT_MAX || !rd_bytes(&r, magic, sizeof(magic)) ||
	    memcmp(magic, "PRS1", 4) != 0 || !rd_u16(&r, &s->purpose) ||
	    !rd_bytes(&r, s->group, sizeof(s->group)) || !rd_u32(&r, &s->epoch) ||
	    !rd_bytes(&r, s->subject, sizeof(s->subject)) ||
	    !rd_bytes(&r, s->fresh, sizeof(s->fresh)) || !rd_u64(&r, &s->iat) ||
	    !rd_u64(&r, &s->exp) || s->exp <= s->iat)
		return err_why(e, ERR_FORMAT, "parse", "statement: header");
	s->body = span_of(r.p, r.n);
	if ((k = kind_of(s->purpose)) == NULL)
		return err_why(e, ERR_FORMAT, "parse", "statement: purpose %04x", s->purpose);
	if (!k->read(&r, s) || !rd_end(&r))
		return err_why(e, ERR_FORMAT, "parse", "statement: body of %s", k->name);
	return true;
}

void
statement_body_write(struct writer *w, const struct statement *s)
{
	const struct kind *k = kind_of(s->purpose);

	if (k == NULL)
		bug("statement of no purpose");
	k->write(w, s);
}

void
statement_write(struct writer *w, const struct statement *s)
{
	wr_bytes(w, "PRS1", 4);
	wr_u16(w, s->purpose);
	wr_bytes(w, s->group, sizeof(s->group));
	wr_u32(w, s->epoch);
	wr_bytes(w, s->subject, sizeof(s->subject));
	wr_bytes(w, s->fresh, sizeof(s->fresh));
	wr_u64(w, s->iat);
	wr_u64(w, s->exp);
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
