/* SPDX-License-Identifier: Apache-2.0 */
/* Messages between the SAM and its module workers, line by line after PROTOCOL.sam 7. */
#include "wire/hsm.h"

static bool
malformed(struct err *e, const char *message)
{
	return err_why(e, ERR_FORMAT, "parse", "%s: malformed", message);
}

/* A message of ours that breaks its own bounds is refused by its reader: the writer says so first. */
static void
must_fit(struct writer *w, bool fits)
{
	if (!fits)
		w->bad = true;
}

bool
msg_hsm_empty_read(struct reader *r, struct err *e)
{
	return rd_end(r) || malformed(e, "empty HSM message");
}

/* Ascending, so that one set has one encoding. */
static bool
algs_read(struct reader *r, struct msg_hsm_hello *m)
{
	uint8_t n;

	if (!rd_u8(r, &n) || n > HSM_ALGS_MAX)
		return false;
	for (size_t i = 0; i < n; i++)
		if (!rd_u16(r, &m->algs[i]) || (i > 0 && m->algs[i] <= m->algs[i - 1]))
			return false;
	m->n_algs = n;
	return true;
}

bool
msg_hsm_hello_read(struct reader *r, struct msg_hsm_hello *m, struct err *e)
{
	if (!rd_span8(r, 0, UINT8_MAX, &m->library) ||
	    !rd_span8(r, 0, UINT8_MAX, &m->token) ||
	    !rd_span8(r, 0, UINT8_MAX, &m->serial) ||
	    !rd_u32(r, &m->mech) ||
	    !rd_u32(r, &m->flags) || (m->flags & ~HSM_FLAGS_ALL) != 0 ||
	    !algs_read(r, m) ||
	    !rd_span16(r, 1, HSM_SPKI_MAX, &m->log) ||
	    !rd_span16(r, 1, HSM_SPKI_MAX, &m->attestation))
		return malformed(e, "HSM_HELLO answer");
	return rd_end(r) || malformed(e, "HSM_HELLO answer");
}

void
msg_hsm_hello_write(struct writer *w, const struct msg_hsm_hello *m)
{
	must_fit(w, m->n_algs <= HSM_ALGS_MAX);
	wr_span8(w, m->library);
	wr_span8(w, m->token);
	wr_span8(w, m->serial);
	wr_u32(w, m->mech);
	wr_u32(w, m->flags);
	wr_u8(w, (uint8_t)m->n_algs);
	for (size_t i = 0; i < m->n_algs && i < HSM_ALGS_MAX; i++)
		wr_u16(w, m->algs[i]);
	wr_span16(w, m->log);
	wr_span16(w, m->attestation);
}

bool
msg_hsm_hmac_read(struct reader *r, struct span *data, struct err *e)
{
	return (rd_span16(r, 0, UINT16_MAX, data) && rd_end(r)) || malformed(e, "HSM_HMAC");
}

void
msg_hsm_hmac_write(struct writer *w, struct span data)
{
	wr_span16(w, data);
}

bool
msg_hsm_mac_read(struct reader *r, uint8_t mac[HSM_MAC_LEN], struct err *e)
{
	return (r->n == HSM_MAC_LEN && rd_bytes(r, mac, HSM_MAC_LEN)) ||
	       malformed(e, "HSM_HMAC answer");
}

void
msg_hsm_mac_write(struct writer *w, const uint8_t mac[HSM_MAC_LEN])
{
	wr_bytes(w, mac, HSM_MAC_LEN);
}

bool
msg_hsm_sign_head_read(struct reader *r, struct msg_hsm_sign_head *m, struct err *e)
{
	if (!rd_u8(r, &m->key) || (m->key != HSM_KEY_LOG && m->key != HSM_KEY_ATTESTATION) ||
	    !rd_bytes(r, m->digest, sizeof(m->digest)))
		return malformed(e, "HSM_SIGN_HEAD");
	return rd_end(r) || malformed(e, "HSM_SIGN_HEAD");
}

void
msg_hsm_sign_head_write(struct writer *w, const struct msg_hsm_sign_head *m)
{
	wr_u8(w, m->key);
	wr_bytes(w, m->digest, sizeof(m->digest));
}

bool
msg_hsm_head_signed_read(struct reader *r, uint8_t sig[HSM_HEAD_SIG_LEN], struct err *e)
{
	return (r->n == HSM_HEAD_SIG_LEN && rd_bytes(r, sig, HSM_HEAD_SIG_LEN)) ||
	    malformed(e, "HSM_SIGN_HEAD answer");
}

void
msg_hsm_head_signed_write(struct writer *w, const uint8_t sig[HSM_HEAD_SIG_LEN])
{
	wr_bytes(w, sig, HSM_HEAD_SIG_LEN);
}

bool
msg_hsm_generate_read(struct reader *r, uint16_t *alg, struct err *e)
{
	return (r->n == 2 && rd_u16(r, alg)) || malformed(e, "HSM_GENERATE");
}

void
msg_hsm_generate_write(struct writer *w, uint16_t alg)
{
	wr_u16(w, alg);
}

bool
msg_hsm_generated_read(struct reader *r, struct msg_hsm_generated *m, struct err *e)
{
	if (!rd_span16(r, 1, HSM_SPKI_MAX, &m->spki) ||
	    !rd_u32(r, &m->mech) ||
	    !rd_span16(r, 1, HSM_WRAPPED_MAX, &m->wrapped))
		return malformed(e, "HSM_GENERATE answer");
	return rd_end(r) || malformed(e, "HSM_GENERATE answer");
}

void
msg_hsm_generated_write(struct writer *w, const struct msg_hsm_generated *m)
{
	must_fit(w, m->spki.n <= HSM_SPKI_MAX && m->wrapped.n <= HSM_WRAPPED_MAX);
	wr_span16(w, m->spki);
	wr_u32(w, m->mech);
	wr_span16(w, m->wrapped);
}

bool
msg_hsm_sign_read(struct reader *r, struct msg_hsm_sign *m, struct err *e)
{
	if (!rd_u16(r, &m->alg) ||
	    !rd_span16(r, 1, HSM_SPKI_MAX, &m->spki) ||
	    !rd_u32(r, &m->mech) ||
	    !rd_span16(r, 1, HSM_WRAPPED_MAX, &m->wrapped) ||
	    !rd_count16(r, 1, HSM_DIGESTS_MAX, &m->n))
		return malformed(e, "HSM_SIGN");
	for (size_t i = 0; i < m->n; i++)
		if (!rd_span8(r, 1, HSM_DIGEST_MAX, &m->digest[i]))
			return malformed(e, "HSM_SIGN: digests");
	return rd_end(r) || malformed(e, "HSM_SIGN: trailing bytes");
}

void
msg_hsm_sign_write(struct writer *w, const struct msg_hsm_sign *m)
{
	must_fit(w, m->spki.n <= HSM_SPKI_MAX && m->wrapped.n <= HSM_WRAPPED_MAX &&
	    m->n >= 1 && m->n <= HSM_DIGESTS_MAX);
	wr_u16(w, m->alg);
	wr_span16(w, m->spki);
	wr_u32(w, m->mech);
	wr_span16(w, m->wrapped);
	wr_u16(w, (uint16_t)m->n);
	for (size_t i = 0; i < m->n && i < HSM_DIGESTS_MAX; i++) {
		must_fit(w, m->digest[i].n <= HSM_DIGEST_MAX);
		wr_span8(w, m->digest[i]);
	}
}

bool
msg_hsm_signed_read(struct reader *r, struct msg_hsm_signed *m, struct err *e)
{
	if (!rd_count16(r, 1, HSM_DIGESTS_MAX, &m->n))
		return malformed(e, "HSM_SIGN answer");
	for (size_t i = 0; i < m->n; i++)
		if (!rd_u8(r, &m->status[i]) || m->status[i] > HSM_FAILED ||
		    !rd_span16(r, 0, HSM_SIGNATURE_MAX, &m->signature[i]) ||
		    (m->signature[i].n == 0) != (m->status[i] == HSM_FAILED))
			return malformed(e, "HSM_SIGN answer: signatures");
	return rd_end(r) || malformed(e, "HSM_SIGN answer: trailing bytes");
}

void
msg_hsm_signed_write(struct writer *w, const struct msg_hsm_signed *m)
{
	must_fit(w, m->n >= 1 && m->n <= HSM_DIGESTS_MAX);
	wr_u16(w, (uint16_t)m->n);
	for (size_t i = 0; i < m->n && i < HSM_DIGESTS_MAX; i++) {
		must_fit(w, (m->signature[i].n == 0) == (m->status[i] == HSM_FAILED) &&
		    m->signature[i].n <= HSM_SIGNATURE_MAX);
		wr_u8(w, m->status[i]);
		wr_span16(w, m->signature[i]);
	}
}

bool
msg_hsm_random_read(struct reader *r, uint16_t *n, struct err *e)
{
	uint16_t asked;

	if (r->n != 2 || !rd_u16(r, &asked) || asked > HSM_RANDOM_MAX)
		return malformed(e, "HSM_RANDOM");
	*n = asked;
	return true;
}

void
msg_hsm_random_write(struct writer *w, uint16_t n)
{
	must_fit(w, n <= HSM_RANDOM_MAX);
	wr_u16(w, n);
}

bool
msg_hsm_randomness_read(struct reader *r, struct span *bytes, struct err *e)
{
	return (rd_span16(r, 0, HSM_RANDOM_MAX, bytes) && rd_end(r)) ||
	       malformed(e, "HSM_RANDOM answer");
}

void
msg_hsm_randomness_write(struct writer *w, struct span bytes)
{
	must_fit(w, bytes.n <= HSM_RANDOM_MAX);
	wr_span16(w, bytes);
}

bool
msg_hsm_anchor_read(struct reader *r, struct span *value, struct err *e)
{
	return (rd_span16(r, 0, HSM_ANCHOR_MAX, value) && rd_end(r)) || malformed(e, "HSM_ANCHOR");
}

void
msg_hsm_anchor_write(struct writer *w, struct span value)
{
	must_fit(w, value.n <= HSM_ANCHOR_MAX);
	wr_span16(w, value);
}
