/* SPDX-License-Identifier: Apache-2.0 */
/* Entries of an authentication module, as PROTOCOL.sam 5.2 names their fields. */
#include "audit/entry_person.h"
#include "base/fields.h"

#define P256_SPKI	91
#define WRITER(entry)								\
	void entry##_write(struct writer *w, const struct entry *m)		\
	{ fields_write(w, entry##_fields, m, 0); }

const struct field entry_try_fields[] = {
	{ BYTES(struct entry_try, person) },
	{ BYTES(struct entry_try, d) },
	{ BYTES(struct entry_try, enc) },
	{ NUMBER(struct entry_try, purpose) },
	{ FIELD_END },
};
WRITER(entry_try)

const struct field entry_tried_fields[] = {
	{ BYTES(struct entry_tried, person) },
	{ BYTES(struct entry_tried, d) },
	{ RANGE(struct entry_tried, what, TRIED_CODE, TRIED_FORM) },
	{ FIELD_END },
};
WRITER(entry_tried)

/* Two factors are level 2; what is no grant has no peer, signer, key, or grant. */
static bool
granted_fits(const void *message)
{
	static const uint8_t zero[HASH_LEN];
	const struct entry_granted *m = message;
	bool checked = memcmp(m->peer, zero, HASH_LEN) == 0;

	return (m->level == 2) == (m->factors == 3) &&
	    (memcmp(m->grant, zero, HASH_LEN) == 0) == checked &&
	    (memcmp(m->signer, zero, ID_LEN) == 0) == checked &&
	    (!checked || memcmp(m->key, zero, ID_LEN) == 0);
}

const struct field entry_granted_fields[] = {
	{ BYTES(struct entry_granted, person) },
	{ BYTES(struct entry_granted, d) },
	{ BYTES(struct entry_granted, peer) },
	{ BYTES(struct entry_granted, signer) },
	{ BYTES(struct entry_granted, key) },
	{ RANGE(struct entry_granted, factors, 1, 3) },
	{ RANGE(struct entry_granted, level, 1, 2) },
	{ NUMBER(struct entry_granted, time) },
	{ NUMBER(struct entry_granted, step) },
	{ BYTES(struct entry_granted, grant) },
	{ NUMBER(struct entry_granted, uses) },
	{ CHECKED(granted_fits) },
	{ FIELD_END },
};
WRITER(entry_granted)

static bool
state_fits(const void *message)
{
	return ((const struct entry_person *)message)->state != 3;	/* a number that nobody has */
}

const struct field entry_person_fields[] = {
	{ BYTES(struct entry_person, id) },
	{ NUMBER(struct entry_person, version) },
	{ RANGE(struct entry_person, state, PERSON_ADMITTED, PERSON_CLOSED) },
	{ NUMBER(struct entry_person, cause) },
	{ BYTES(struct entry_person, d) },
	{ SPAN32(struct entry_person, statement, 1, LOG_STATEMENT_MAX) },
	{ SPAN32(struct entry_person, evidences, 0, LOG_EVIDENCES_MAX) },
	{ SPAN32(struct entry_person, record, 0, LOG_RECORD_MAX) },
	{ CHECKED(state_fits) },
	{ FIELD_END },
};
WRITER(entry_person)

const struct field entry_grant_key_fields[] = {
	{ SPAN16(struct entry_grant_key, spki, P256_SPKI, P256_SPKI) },
	{ SPAN32(struct entry_grant_key, record, 1, LOG_RECORD_MAX) },
	{ BYTES(struct entry_grant_key, d) },
	{ FIELD_END },
};
WRITER(entry_grant_key)
