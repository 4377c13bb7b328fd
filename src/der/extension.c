/* SPDX-License-Identifier: Apache-2.0 */
/* Extensions (RFC 5280 4.2): a table of those we know; critical and not judged means refused. */
#include "der/extension.h"

static bool
read_key_usage(struct reader *r, struct certificate *c)
{
	return der_named_bits(r, &c->key_usage) && c->key_usage != 0 && rd_end(r);
}

static bool
read_basic_constraints(struct reader *r, struct certificate *c)
{
	uint32_t path_length;
	struct reader in;

	return der_enter(r, DER_SEQUENCE, &in) && rd_end(r) && der_flag(&in, &c->is_ca) &&
	    (rd_end(&in) || (c->is_ca && der_small(&in, &path_length) && rd_end(&in)));
}

static bool
read_subject_key_id(struct reader *r, struct certificate *c)
{
	return der_take(r, DER_OCTET_STRING, &c->subject_key_id) && c->subject_key_id.n > 0 &&
	    rd_end(r);
}

static bool
read_authority_key_id(struct reader *r, struct certificate *c)
{
	struct span content, whole;
	struct reader in;
	uint8_t tag;

	if (!der_enter(r, DER_SEQUENCE, &in) || !rd_end(r))
		return false;
	if (der_is(&in, DER_CONTEXT(0)) && !der_take(&in, DER_CONTEXT(0), &c->authority_key_id))
		return false;
	while (!rd_end(&in))
		if (!der_any(&in, &tag, &content, &whole))
			return false;
	return true;
}

/* SEQUENCE OF SEQUENCE { OBJECT IDENTIFIER, what belongs to it } */
static bool
read_list(struct reader *r, struct span *content)
{
	struct span oid, value, whole;
	struct reader in, item;
	uint8_t tag;

	if (!der_take(r, DER_SEQUENCE, content) || !rd_end(r))
		return false;
	in = reader_over(*content);
	while (!rd_end(&in)) {
		if (!der_enter(&in, DER_SEQUENCE, &item) || !der_oid(&item, &oid))
			return false;
		while (!rd_end(&item))
			if (!der_any(&item, &tag, &value, &whole))
				return false;
	}
	return true;
}

static bool
read_policies(struct reader *r, struct certificate *c)
{
	return read_list(r, &c->policies) && c->policies.n > 0;
}

static bool
read_qc_statements(struct reader *r, struct certificate *c)
{
	return read_list(r, &c->qc_statements);
}

static bool
read_extended_usage(struct reader *r, struct certificate *c)
{
	struct span content, oid;
	struct reader in;

	if (!der_take(r, DER_SEQUENCE, &content) || !rd_end(r) || content.n == 0)
		return false;
	in = reader_over(content);
	while (!rd_end(&in))
		if (!der_oid(&in, &oid))
			return false;
	c->extended_usage = content;
	return true;
}

static bool
read_short_term(struct reader *r, struct certificate *c UNUSED)
{
	return der_null(r) && rd_end(r);
}

static const struct known {
	const char	*oid;
	enum extension	 bit;
	bool		 may_be_critical;	/* we judge it, or it cannot narrow what we judge */
	bool		 (*read)(struct reader *, struct certificate *);
} known[] = {
	{ "2.5.29.15", EXT_KEY_USAGE, true, read_key_usage },
	{ "2.5.29.19", EXT_BASIC_CONSTRAINTS, true, read_basic_constraints },
	{ "2.5.29.32", EXT_POLICIES, true, read_policies },
	{ "2.5.29.14", EXT_SUBJECT_KEY_ID, false, read_subject_key_id },
	{ "2.5.29.35", EXT_AUTHORITY_KEY_ID, false, read_authority_key_id },
	{ "2.5.29.37", EXT_EXTENDED_USAGE, true, read_extended_usage },
	{ "2.5.29.31", EXT_CRL_POINTS, false, NULL },
	{ "1.3.6.1.5.5.7.1.1", EXT_AUTHORITY_INFO, false, NULL },
	{ "1.3.6.1.5.5.7.1.3", EXT_QC_STATEMENTS, false, read_qc_statements },
	{ "2.5.29.17", EXT_ALT_NAME, false, NULL },
	{ "0.4.0.194121.2.1", EXT_SHORT_TERM, false, read_short_term },
};

bool
der_list_has(struct span list, struct span oid)
{
	struct reader in = reader_over(list), item;
	struct span found;

	while (der_enter(&in, DER_SEQUENCE, &item) && der_oid(&item, &found))
		if (span_equal(found, oid))
			return true;
	return false;
}

bool
der_list_find(struct span list, const char *dotted, struct reader *rest)
{
	struct reader in = reader_over(list), item;
	struct span found;

	while (der_enter(&in, DER_SEQUENCE, &item) && der_oid(&item, &found))
		if (oid_is(found, dotted)) {
			*rest = item;
			return true;
		}
	return false;
}

static const struct known *
known_find(struct span oid)
{
	for (size_t i = 0; i < COUNT(known); i++)
		if (oid_is(oid, known[i].oid))
			return &known[i];
	return NULL;
}

static bool
one_read(struct reader *r, struct span *oid, struct certificate *c, struct err *e)
{
	const struct known *k;
	struct reader in, value;
	bool critical;

	if (!der_enter(r, DER_SEQUENCE, &in) || !der_oid(&in, oid) || !der_flag(&in, &critical) ||
	    !der_enter(&in, DER_OCTET_STRING, &value) || !rd_end(&in))
		return err_why(e, ERR_FORMAT, "cert", "certificate: malformed extension");
	k = known_find(*oid);
	if (critical && (k == NULL || !k->may_be_critical))
		return err_why(e, ERR_DENIED, "cert", "certificate: a critical extension that is not "
		    "judged here");
	if (k == NULL)
		return true;
	c->seen |= k->bit;
	c->only_for_usage |= critical && k->bit == EXT_EXTENDED_USAGE;
	return k->read == NULL || k->read(&value, c) ||
	    err_why(e, ERR_FORMAT, "cert", "certificate: malformed extension %s", k->oid);
}

bool
extensions_read(struct reader *r, struct certificate *c, struct err *e)
{
	struct span oids[CERTIFICATE_EXTENSIONS];
	struct reader tagged, list;
	size_t n = 0;

	if (!der_enter(r, DER_EXPLICIT(3), &tagged) || !der_enter(&tagged, DER_SEQUENCE, &list) ||
	    !rd_end(&tagged) || rd_end(&list))
		return err_why(e, ERR_FORMAT, "cert", "certificate: no extensions, or unknown fields");
	for (; !rd_end(&list); n++) {
		if (n == CERTIFICATE_EXTENSIONS)
			return err_why(e, ERR_FORMAT, "cert", "certificate: too many extensions");
		if (!one_read(&list, &oids[n], c, e))
			return false;
		for (size_t i = 0; i < n; i++)
			if (span_equal(oids[i], oids[n]))
				return err_why(e, ERR_FORMAT, "cert", "certificate: an extension "
				    "stands twice");
	}
	return true;
}
