/* SPDX-License-Identifier: Apache-2.0 */
/* Plain text of sealed records. */
#include "base/fields.h"
#include "sam/record.h"
#include "webauthn/authenticator_data.h"

#define EACH_AUTHENTICATOR	EACH_OF(struct signer_record, authenticator)

static const struct field authenticators[] = {
	{ BYTES(struct signer_record, authenticator[0].id), EACH_AUTHENTICATOR },
	{ NUMBER(struct signer_record, authenticator[0].type), EACH_AUTHENTICATOR },
	{ NUMBER(struct signer_record, authenticator[0].protection), EACH_AUTHENTICATOR },
	{ SPAN16(struct signer_record, authenticator[0].spki, 0, PASSKEY_SPKI_MAX), EACH_AUTHENTICATOR },
	{ SPAN8(struct signer_record, authenticator[0].label, 0, 64), EACH_AUTHENTICATOR },
	{ NUMBER(struct signer_record, authenticator[0].bound), EACH_AUTHENTICATOR },
	{ SPAN16(struct signer_record, authenticator[0].credential, 0, CREDENTIAL_ID_MAX),
	    EACH_AUTHENTICATOR },
	{ NUMBER(struct signer_record, authenticator[0].flags), EACH_AUTHENTICATOR },
	{ FIELD_END },
};
static const struct field keys[] = {
	{ BYTES(struct signer_record, key[0]), EACH_OF(struct signer_record, key) },
	{ RANGE(struct signer_record, evidences[0], 1, 2), EACH_OF(struct signer_record, evidences) },
	{ BYTES(struct signer_record, with[0]), EACH_OF(struct signer_record, with) },
	{ FIELD_END },
};
static const struct field signer_fields[] = {
	{ NUMBER(struct signer_record, loa) },
	{ SPAN8(struct signer_record, proofing, 1, 64) },
	{ BYTES(struct signer_record, evidence) },
	{ SPAN16(struct signer_record, name, 1, 1024) },
	{ BYTES(struct signer_record, code) },
	{ NUMBER(struct signer_record, enrolled) },
	{ LIST8(struct signer_record, authenticators, 0, AUTHENTICATORS_MAX, authenticators) },
	{ LIST8(struct signer_record, keys, 0, KEYS_MAX, keys) },
	{ FIELD_END },
};

/* Behind the algorithm's number. */
static const struct field key_fields[] = {
	{ NUMBER(struct key_record, class) },
	{ NUMBER(struct key_record, level) },
	{ BYTES(struct key_record, profile) },
	{ SPAN16(struct key_record, spki, 1, SPKI_MAX) },
	{ NUMBER(struct key_record, created) },
	{ NUMBER(struct key_record, mech) },
	{ SPAN16(struct key_record, wrapped, 1, 4096) },
	{ BYTES(struct key_record, cert) },
	{ NUMBER(struct key_record, not_before) },
	{ NUMBER(struct key_record, not_after) },
	{ BYTES(struct key_record, with) },
	{ SPAN16(struct key_record, csr, 0, RECORD_CSR_MAX) },
	{ FIELD_END },
};

bool
signer_record_read(struct span bytes, struct signer_record *s, struct err *e)
{
	struct reader r = reader_over(bytes);

	return (fields_read(&r, signer_fields, s) && rd_end(&r)) ||
	    err_why(e, ERR_DENIED, "record", "signer record");
}

void
signer_record_write(struct writer *w, const struct signer_record *s)
{
	fields_write(w, signer_fields, s, 0);
}

bool
key_record_read(struct span bytes, struct key_record *k, struct err *e)
{
	struct reader r = reader_over(bytes);
	uint16_t alg;

	return (rd_u16(&r, &alg) && (k->alg = alg_find(alg)) != NULL &&
	    fields_read(&r, key_fields, k) && k->spki.n == k->alg->spki_len && rd_end(&r)) ||
	    err_why(e, ERR_DENIED, "record", "key record");
}

void
key_record_write(struct writer *w, const struct key_record *k)
{
	wr_u16(w, k->alg->number);
	fields_write(w, key_fields, k, 0);
}

const struct authenticator *
signer_authenticator(const struct signer_record *s, const uint8_t id[16])
{
	for (size_t i = 0; i < s->authenticators; i++)
		if (memcmp(s->authenticator[i].id, id, 16) == 0)
			return &s->authenticator[i];
	return NULL;
}

uint8_t
signer_key_evidences(const struct signer_record *s, const uint8_t id[16])
{
	for (size_t i = 0; i < s->keys; i++)
		if (memcmp(s->key[i], id, 16) == 0)
			return s->evidences[i];
	return 0;
}

const uint8_t *
signer_key_with(const struct signer_record *s, const uint8_t id[16])
{
	for (size_t i = 0; i < s->keys; i++)
		if (memcmp(s->key[i], id, 16) == 0)
			return s->with[i];
	return NULL;
}

bool
signer_has_key(const struct signer_record *s, const uint8_t id[16])
{
	return signer_key_evidences(s, id) != 0;
}
