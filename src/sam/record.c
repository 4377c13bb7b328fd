/* SPDX-License-Identifier: Apache-2.0 */
/* Plain text of sealed records. */
#include "sam/record.h"
#include "webauthn/authenticator_data.h"

static bool
authenticator_read(struct reader *r, struct authenticator *a)
{
	return rd_bytes(r, a->id, sizeof(a->id)) && rd_u8(r, &a->type) && rd_u8(r, &a->protection) &&
	    rd_span16(r, 1, PASSKEY_SPKI_MAX, &a->spki) && rd_span8(r, 0, 64, &a->label) &&
	    rd_u64(r, &a->bound) && rd_span16(r, 0, CREDENTIAL_ID_MAX, &a->credential) &&
	    rd_u8(r, &a->flags);
}

static bool
signer_lists_read(struct reader *r, struct signer_record *s)
{
	uint8_t n;

	if (!rd_u8(r, &n) || n > AUTHENTICATORS_MAX)
		return false;
	for (s->authenticators = 0; s->authenticators < n; s->authenticators++)
		if (!authenticator_read(r, &s->authenticator[s->authenticators]))
			return false;
	if (!rd_u8(r, &n) || n > KEYS_MAX)
		return false;
	for (s->keys = 0; s->keys < n; s->keys++)
		if (!rd_bytes(r, s->key[s->keys], 16) || !rd_u8(r, &s->evidences[s->keys]) ||
		    s->evidences[s->keys] < 1 || s->evidences[s->keys] > 2)
			return false;
	return true;
}

bool
signer_record_read(struct span bytes, struct signer_record *s, struct err *e)
{
	struct reader r = reader_over(bytes);

	return (rd_u8(&r, &s->loa) && rd_span8(&r, 1, 64, &s->proofing) &&
	    rd_bytes(&r, s->evidence, sizeof(s->evidence)) && rd_span16(&r, 1, 1024, &s->name) &&
	    rd_bytes(&r, s->code, sizeof(s->code)) && rd_u64(&r, &s->enrolled) &&
	    signer_lists_read(&r, s) && rd_end(&r)) ||
	    err_why(e, ERR_DENIED, "record", "signer record");
}

void
signer_record_write(struct writer *w, const struct signer_record *s)
{
	wr_u8(w, s->loa);
	wr_span8(w, s->proofing);
	wr_bytes(w, s->evidence, sizeof(s->evidence));
	wr_span16(w, s->name);
	wr_bytes(w, s->code, sizeof(s->code));
	wr_u64(w, s->enrolled);
	wr_u8(w, (uint8_t)s->authenticators);
	for (size_t i = 0; i < s->authenticators; i++) {
		const struct authenticator *a = &s->authenticator[i];

		wr_bytes(w, a->id, sizeof(a->id));
		wr_u8(w, a->type);
		wr_u8(w, a->protection);
		wr_span16(w, a->spki);
		wr_span8(w, a->label);
		wr_u64(w, a->bound);
		wr_span16(w, a->credential);
		wr_u8(w, a->flags);
	}
	wr_u8(w, (uint8_t)s->keys);
	for (size_t i = 0; i < s->keys; i++) {
		wr_bytes(w, s->key[i], 16);
		wr_u8(w, s->evidences[i]);
	}
}

bool
key_record_read(struct span bytes, struct key_record *k, struct err *e)
{
	struct reader r = reader_over(bytes);
	uint16_t alg;

	return (rd_u16(&r, &alg) && (k->alg = alg_find(alg)) != NULL && rd_u8(&r, &k->class) &&
	    rd_u8(&r, &k->level) && rd_bytes(&r, k->profile, sizeof(k->profile)) &&
	    rd_span16(&r, k->alg->spki_len, k->alg->spki_len, &k->spki) && rd_u64(&r, &k->created) &&
	    rd_u32(&r, &k->mech) && rd_span16(&r, 1, 4096, &k->wrapped) &&
	    rd_bytes(&r, k->cert, sizeof(k->cert)) && rd_u64(&r, &k->not_before) &&
	    rd_u64(&r, &k->not_after) && rd_end(&r)) ||
	    err_why(e, ERR_DENIED, "record", "key record");
}

void
key_record_write(struct writer *w, const struct key_record *k)
{
	wr_u16(w, k->alg->number);
	wr_u8(w, k->class);
	wr_u8(w, k->level);
	wr_bytes(w, k->profile, sizeof(k->profile));
	wr_span16(w, k->spki);
	wr_u64(w, k->created);
	wr_u32(w, k->mech);
	wr_span16(w, k->wrapped);
	wr_bytes(w, k->cert, sizeof(k->cert));
	wr_u64(w, k->not_before);
	wr_u64(w, k->not_after);
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

bool
signer_has_key(const struct signer_record *s, const uint8_t id[16])
{
	return signer_key_evidences(s, id) != 0;
}
