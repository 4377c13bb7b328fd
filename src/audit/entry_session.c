/* SPDX-License-Identifier: Apache-2.0 */
/* Entries of one-time keys, as PROTOCOL.sam 5.2 names their fields. */
#include "audit/entry_session.h"
#include "base/fields.h"

static bool
kind_fits(const void *m)
{
	return ((const struct entry_session *)m)->kind != 1;	/* DTBS/R: the key comes first, kind 0 */
}

const struct field entry_session_fields[] = {
	{ BYTES(struct entry_session, session) },
	{ BYTES(struct entry_session, key) },
	{ BYTES(struct entry_session, signer) },
	{ BYTES(struct entry_session, d) },
	{ BYTES(struct entry_session, authenticator) },
	{ BYTES(struct entry_session, evidence) },
	{ NUMBER(struct entry_session, alg) },
	{ RANGE(struct entry_session, kind, 0, 3) },
	{ BYTES(struct entry_session, profile) },
	{ BYTES(struct entry_session, idv) },
	{ BYTES(struct entry_session, spki) },
	{ BYTES(struct entry_session, requester) },
	{ NUMBER(struct entry_session, expires) },
	{ NUMBER(struct entry_session, made) },
	{ CHECKED(kind_fits) },
	{ FIELD_END },
};

const struct field entry_session_certified_fields[] = {
	{ BYTES(struct entry_session_certified, session) },
	{ BYTES(struct entry_session_certified, cert) },
	{ NUMBER(struct entry_session_certified, not_before) },
	{ NUMBER(struct entry_session_certified, not_after) },
	{ BYTES(struct entry_session_certified, anchor) },
	{ FIELD_END },
};

const struct field entry_session_ended_fields[] = {
	{ BYTES(struct entry_session_ended, session) },
	{ BYTES(struct entry_session_ended, key) },
	{ RANGE(struct entry_session_ended, why, SESSION_SIGNED, SESSION_CONNECTION) },
	{ FIELD_END },
};

void
entry_session_write(struct writer *w, const struct entry_session *m)
{
	fields_write(w, entry_session_fields, m, 0);
}

void
entry_session_certified_write(struct writer *w, const struct entry_session_certified *m)
{
	fields_write(w, entry_session_certified_fields, m, 0);
}

void
entry_session_ended_write(struct writer *w, const struct entry_session_ended *m)
{
	fields_write(w, entry_session_ended_fields, m, 0);
}
