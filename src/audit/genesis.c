/* SPDX-License-Identifier: Apache-2.0 */
/* Genesis bytes: read, write, verify. */
#include "audit/genesis.h"
#include "base/text.h"
#include "crypto/alg.h"
#include "webauthn/relying_party.h"

#define PROTECTIONS_KNOWN	0x03fe	/* file, card, TPM, phone, passkeys, module, provider */

bool
policy_read(struct reader *r, struct policy *out, struct err *e)
{
	struct reader at = *r;
	struct policy m;
	uint16_t zero;

	if (!rd_u32(&at, &m.statement_life) || !rd_u8(&at, &m.min_loa) ||
	    !rd_u16(&at, &m.protections) || !rd_u8(&at, &m.ro_quorum) ||
	    !rd_u8(&at, &m.so_quorum) || !rd_u8(&at, &m.keys_per_signer) ||
	    !rd_u8(&at, &m.follower) || !rd_u16(&at, &zero) || zero != 0 ||
	    !rd_u64(&at, &m.eddsa_until) || !rd_u64(&at, &m.rs256_until) ||
	    !rd_u8(&at, &m.shared_sic) || !rd_u32(&at, &m.scal1_seconds) ||
	    !rd_u32(&at, &m.scal1_count) || !rd_u32(&at, &m.session_seconds))
		return err_set(e, ERR_FORMAT, "policy: malformed");
	if (m.statement_life == 0 || m.min_loa < 1 || m.min_loa > 3 ||
	    (m.protections & ~PROTECTIONS_KNOWN) != 0 || m.keys_per_signer < 1 ||
	    m.keys_per_signer > 32 || m.follower > FOLLOWER_SYNC || m.shared_sic > 1 ||
	    m.scal1_seconds > SCAL1_SECONDS_MAX || m.scal1_count > SCAL1_COUNT_MAX ||
	    m.session_seconds > SESSION_SECONDS_MAX)
		return err_set(e, ERR_FORMAT, "policy: a value out of its range");
	/* Dual control is not for sale, and a statement carries eight approvals at most. */
	if (m.ro_quorum < 1 || m.so_quorum < 2 || m.ro_quorum > QUORUM_MAX ||
	    m.so_quorum > QUORUM_MAX)
		return err_set(e, ERR_FORMAT, "policy: a quorum out of its range");
	*r = at;
	*out = m;
	return true;
}

void
policy_write(struct writer *w, const struct policy *m)
{
	wr_u32(w, m->statement_life);
	wr_u8(w, m->min_loa);
	wr_u16(w, m->protections);
	wr_u8(w, m->ro_quorum);
	wr_u8(w, m->so_quorum);
	wr_u8(w, m->keys_per_signer);
	wr_u8(w, m->follower);
	wr_u16(w, 0);
	wr_u64(w, m->eddsa_until);
	wr_u64(w, m->rs256_until);
	wr_u8(w, m->shared_sic);
	wr_u32(w, m->scal1_seconds);
	wr_u32(w, m->scal1_count);
	wr_u32(w, m->session_seconds);
}

static bool
read_module(struct reader *r, struct genesis *m, struct err *e)
{
	struct relying_party rp;
	struct span point;

	if (!rd_bytes(r, m->kek, ID_LEN) || !rd_bytes(r, m->hmac, ID_LEN) ||
	    !rd_span16(r, 1, SPKI_MAX, &m->log) || !spki_open(KEY_P256, m->log, &point) ||
	    !rd_span16(r, 1, SPKI_MAX, &m->attest) || !spki_open(KEY_P256, m->attest, &point))
		return err_set(e, ERR_FORMAT, "genesis: module keys");
	if (!rd_span8(r, 0, UINT8_MAX, &m->library) || !text_is_clean(m->library) ||
	    !rd_span8(r, 0, UINT8_MAX, &m->token) || !text_is_clean(m->token) ||
	    !rd_span8(r, 0, UINT8_MAX, &m->serial) || !text_is_clean(m->serial) ||
	    !rd_u8(r, &m->assurance) || m->assurance > 2)
		return err_set(e, ERR_FORMAT, "genesis: module names or assurance");
	if (!rd_span8(r, 0, ORIGIN_MAX, &m->origin) || !rd_span8(r, 0, ORIGIN_MAX, &m->service) ||
	    !relying_party_init(&rp, m->origin, m->service))
		return err_set(e, ERR_FORMAT, "genesis: origin and service are two web origins such as "
		    "https://approve.example, or both empty");
	return true;
}

static bool
officers_differ(const struct genesis *m, size_t i, struct err *e)
{
	const struct genesis_officer *a = &m->officer[i];

	for (size_t j = 0; j < i; j++) {
		const struct genesis_officer *b = &m->officer[j];

		if (memcmp(a->id, b->id, ID_LEN) == 0 || span_equal(a->card.spki, b->card.spki) ||
		    span_equal(a->card.person, b->card.person))
			return err_set(e, ERR_FORMAT,
			    "genesis: officers %zu and %zu are one id, key or person", j, i);
	}
	return true;
}

static bool
read_officers(struct reader *r, struct genesis *m, struct err *e)
{
	unsigned security = 0;
	uint8_t n;

	if (!rd_u8(r, &n) || n < GENESIS_OFFICERS_MIN || n > GENESIS_OFFICERS_MAX)
		return err_set(e, ERR_FORMAT, "genesis: number of officers");
	m->n = n;
	for (size_t i = 0; i < m->n; i++) {
		if (!rd_bytes(r, m->officer[i].id, ID_LEN))
			return err_set(e, ERR_FORMAT, "genesis: officer %zu", i);
		if (!officer_read(r, &m->officer[i].card, e) || !officers_differ(m, i, e))
			return false;
		if (m->officer[i].card.type != OFFICER_DEVICE)
			return err_set(e, ERR_FORMAT, "genesis: officer %zu is no device key; passkeys "
			    "come later, when the pages stand", i);
		security += m->officer[i].card.role == ROLE_SECURITY_OFFICER;
	}
	return security > m->policy.so_quorum || err_set(e, ERR_FORMAT, "genesis: %u security "
	    "officers are too few for a quorum of %u: one lost key would end the group", security,
	    m->policy.so_quorum);
}

bool
genesis_read(struct span bytes, struct genesis *out, struct err *e)
{
	struct reader r = reader_over(bytes);
	struct genesis m = { 0 };
	struct span magic;

	if (bytes.n > GENESIS_MAX || !rd_take(&r, 4, &magic) || memcmp(magic.p, "PRG1", 4) != 0 ||
	    !rd_u64(&r, &m.time) || !rd_bytes(&r, m.random, sizeof(m.random)) ||
	    !rd_u8(&r, &m.kind) || m.kind < GROUP_SAM || m.kind > GROUP_AUTH)
		return err_set(e, ERR_FORMAT, "genesis: head");
	if (!policy_read(&r, &m.policy, e) || !read_module(&r, &m, e) || !read_officers(&r, &m, e))
		return false;
	if (!rd_end(&r))
		return err_set(e, ERR_FORMAT, "genesis: trailing bytes");
	*out = m;
	return true;
}

void
genesis_write(struct writer *w, const struct genesis *m)
{
	wr_bytes(w, "PRG1", 4);
	wr_u64(w, m->time);
	wr_bytes(w, m->random, sizeof(m->random));
	wr_u8(w, m->kind);
	policy_write(w, &m->policy);
	wr_bytes(w, m->kek, ID_LEN);
	wr_bytes(w, m->hmac, ID_LEN);
	wr_span16(w, m->log);
	wr_span16(w, m->attest);
	wr_span8(w, m->library);
	wr_span8(w, m->token);
	wr_span8(w, m->serial);
	wr_u8(w, m->assurance);
	wr_span8(w, m->origin);
	wr_span8(w, m->service);
	wr_u8(w, (uint8_t)m->n);
	for (size_t i = 0; i < m->n; i++) {
		wr_bytes(w, m->officer[i].id, ID_LEN);
		officer_write(w, &m->officer[i].card);
	}
}

bool
genesis_verify(const struct genesis *m, struct err *e)
{
	if (!spki_check(KEY_P256, m->log, e) || !spki_check(KEY_P256, m->attest, e))
		return false;
	for (size_t i = 0; i < m->n; i++)
		if (!officer_proof_holds(&m->officer[i].card, e))
			return false;
	return true;
}

void
genesis_group(struct span bytes, uint8_t group[HASH_LEN])
{
	sha256(bytes, group);
}

void
genesis_key_id(struct span spki, uint8_t id[ID_LEN])
{
	uint8_t hash[HASH_LEN];

	sha256(spki, hash);
	memcpy(id, hash, ID_LEN);
}
