/* SPDX-License-Identifier: Apache-2.0 */
/* Officers' cards. PROTOCOL.sam 6 */
#include "audit/officer.h"
#include "base/text.h"
#include "crypto/alg.h"
#include "crypto/verify.h"
#include "webauthn/assertion.h"
#include "webauthn/passkey.h"

static bool
key_read(struct reader *r, struct officer_card *m)
{
	enum passkey_kind kind;
	struct span point;

	if (!rd_span16(r, 1, OFFICER_SPKI_MAX, &m->spki))
		return false;
	if (m->type == OFFICER_DEVICE)
		return spki_open(KEY_P256, m->spki, &point) &&
		    rd_span16(r, OFFICER_PROOF, OFFICER_PROOF, &m->proof);
	return passkey_kind(m->spki, &kind) && rd_span16(r, 1, OFFICER_PROOF_MAX, &m->proof);
}

bool
officer_read(struct reader *r, struct officer_card *out, struct err *e)
{
	struct reader at = *r;
	struct officer_card m;

	if (!rd_u8(&at, &m.role) || m.role < ROLE_SECURITY_OFFICER ||
	    m.role > ROLE_REGISTRATION_OFFICER)
		return err_set(e, ERR_FORMAT, "officer: role");
	if (!rd_u8(&at, &m.type) || (m.type != OFFICER_DEVICE && m.type != OFFICER_PASSKEY))
		return err_set(e, ERR_FORMAT, "officer: type");
	if (!rd_span8(&at, 1, OFFICER_PERSON_MAX, &m.person) || !text_is_clean(m.person))
		return err_set(e, ERR_FORMAT, "officer: person");
	if (!key_read(&at, &m))
		return err_set(e, ERR_FORMAT, "officer: key or proof");
	*r = at;
	*out = m;
	return true;
}

static void
write_claims(struct writer *w, const struct officer_card *m)
{
	wr_u8(w, m->role);
	wr_u8(w, m->type);
	wr_span8(w, m->person);
	wr_span16(w, m->spki);
}

void
officer_write(struct writer *w, const struct officer_card *m)
{
	write_claims(w, m);
	wr_span16(w, m->proof);
}

bool
officer_card_read(struct span bytes, struct officer_card *out, struct err *e)
{
	struct reader r = reader_over(bytes);
	struct officer_card m;
	struct span magic;

	if (!rd_take(&r, 4, &magic) || memcmp(magic.p, "PRO1", 4) != 0)
		return err_set(e, ERR_FORMAT, "this is not an officer's card");
	if (!officer_read(&r, &m, e))
		return false;
	if (!rd_end(&r))
		return err_set(e, ERR_FORMAT, "officer's card: trailing bytes");
	*out = m;
	return true;
}

void
officer_card_write(struct writer *w, const struct officer_card *m)
{
	wr_bytes(w, "PRO1", 4);
	officer_write(w, m);
}

void
officer_card_digest(const struct officer_card *m, uint8_t out[HASH_LEN])
{
	static const char domain[] = "propria-officer-v1";	/* with its zero */
	uint8_t mem[sizeof(domain) + 128 + OFFICER_SPKI_MAX];
	struct writer w = writer_over(mem, sizeof(mem));

	wr_bytes(&w, domain, sizeof(domain));
	write_claims(&w, m);
	if (!writer_ok(&w))
		bug("officer's card too long");
	sha256(writer_span(&w), out);
}

bool
officer_proof_holds(const struct officer_card *m, struct err *e)
{
	uint8_t digest[HASH_LEN];

	officer_card_digest(m, digest);
	if (m->type == OFFICER_PASSKEY)
		return assertion_answers(m->proof, digest, m->spki, e);
	if (!spki_check(KEY_P256, m->spki, e))
		return false;
	return signature_verify(alg_find(ALG_ECDSA_P256_SHA256), m->spki,
	    span_of(digest, HASH_LEN), m->proof) ||
	    err_why(e, ERR_DENIED, "auth", "%.*s did not prove to have the private key",
	    (int)m->person.n, (const char *)m->person.p);
}
