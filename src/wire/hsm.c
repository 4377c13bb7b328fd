/* SPDX-License-Identifier: Apache-2.0 */
/* Messages between the SAM and its module workers, line by line after PROTOCOL.sam 7. */
#include "wire/hsm.h"

/* Ascending, so that one set has one encoding. */
static const struct field hello_algs[] = {
	{ NUMBER(struct msg_hsm_hello, algs[0]), EACH_OF(struct msg_hsm_hello, algs), .rises = true },
	{ FIELD_END },
};
static const struct field msg_hsm_hello_fields[] = {
	{ SPAN8(struct msg_hsm_hello, library, 0, UINT8_MAX) },
	{ SPAN8(struct msg_hsm_hello, token, 0, UINT8_MAX) },
	{ SPAN8(struct msg_hsm_hello, serial, 0, UINT8_MAX) },
	{ NUMBER(struct msg_hsm_hello, mech) },
	{ RANGE(struct msg_hsm_hello, flags, 0, HSM_FLAGS_ALL) },
	{ LIST8(struct msg_hsm_hello, n_algs, 0, HSM_ALGS_MAX, hello_algs) },
	{ SPAN16(struct msg_hsm_hello, log, 1, HSM_SPKI_MAX) },
	{ SPAN16(struct msg_hsm_hello, attestation, 1, HSM_SPKI_MAX) },
	{ FIELD_END },
};
MESSAGE(msg_hsm_hello, "HSM_HELLO answer")

static const struct field msg_hsm_sign_head_fields[] = {
	{ RANGE(struct msg_hsm_sign_head, key, HSM_KEY_LOG, HSM_KEY_ATTESTATION) },
	{ BYTES(struct msg_hsm_sign_head, digest) },
	{ FIELD_END },
};
MESSAGE(msg_hsm_sign_head, "HSM_SIGN_HEAD")

static const struct field msg_hsm_generated_fields[] = {
	{ SPAN16(struct msg_hsm_generated, spki, 1, HSM_SPKI_MAX) },
	{ NUMBER(struct msg_hsm_generated, mech) },
	{ SPAN16(struct msg_hsm_generated, wrapped, 1, HSM_WRAPPED_MAX) },
	{ FIELD_END },
};
MESSAGE(msg_hsm_generated, "HSM_GENERATE answer")

static const struct field sign_digest[] = {
	{ SPAN8(struct msg_hsm_sign, digest[0], 1, HSM_DIGEST_MAX),
	    EACH_OF(struct msg_hsm_sign, digest) },
	{ FIELD_END },
};
static const struct field msg_hsm_sign_fields[] = {
	{ NUMBER(struct msg_hsm_sign, alg) },
	{ SPAN16(struct msg_hsm_sign, spki, 1, HSM_SPKI_MAX) },
	{ NUMBER(struct msg_hsm_sign, mech) },
	{ SPAN16(struct msg_hsm_sign, wrapped, 1, HSM_WRAPPED_MAX) },
	{ LIST16(struct msg_hsm_sign, n, 1, HSM_DIGESTS_MAX, sign_digest) },
	{ FIELD_END },
};
MESSAGE(msg_hsm_sign, "HSM_SIGN")

/* What failed has no signature, and nothing else has none. */
static bool
signed_or_failed(const void *message)
{
	const struct msg_hsm_signed *m = message;

	for (size_t i = 0; i < m->n; i++)
		if ((m->signature[i].n == 0) != (m->status[i] == HSM_FAILED))
			return false;
	return true;
}

static const struct field signed_item[] = {
	{ RANGE(struct msg_hsm_signed, status[0], 0, HSM_FAILED),
	    EACH_OF(struct msg_hsm_signed, status) },
	{ SPAN16(struct msg_hsm_signed, signature[0], 0, HSM_SIGNATURE_MAX),
	    EACH_OF(struct msg_hsm_signed, signature) },
	{ FIELD_END },
};
static const struct field msg_hsm_signed_fields[] = {
	{ LIST16(struct msg_hsm_signed, n, 1, HSM_DIGESTS_MAX, signed_item) },
	{ CHECKED(signed_or_failed) },
	{ FIELD_END },
};
MESSAGE(msg_hsm_signed, "HSM_SIGN answer")

static const struct field stock_items[] = {
	{ NUMBER(struct msg_hsm_stock, alg[0]), EACH_OF(struct msg_hsm_stock, alg), .rises = true },
	{ RANGE(struct msg_hsm_stock, mark[0], 0, HSM_STOCK_MAX), EACH_OF(struct msg_hsm_stock, mark) },
	{ FIELD_END },
};
static const struct field msg_hsm_stock_fields[] = {
	{ NUMBER(struct msg_hsm_stock, age) },
	{ LIST8(struct msg_hsm_stock, n, 0, HSM_STOCKS_MAX, stock_items) },
	{ FIELD_END },
};
MESSAGE(msg_hsm_stock, "HSM_STOCK")

static const struct field stocked_items[] = {
	{ NUMBER(struct msg_hsm_stocked, alg[0]), EACH_OF(struct msg_hsm_stocked, alg), .rises = true },
	{ RANGE(struct msg_hsm_stocked, have[0], 0, HSM_STOCK_MAX),
	    EACH_OF(struct msg_hsm_stocked, have) },
	{ FIELD_END },
};
static const struct field msg_hsm_stocked_fields[] = {
	{ LIST8(struct msg_hsm_stocked, n, 0, HSM_STOCKS_MAX, stocked_items) },
	{ FIELD_END },
};
MESSAGE(msg_hsm_stocked, "HSM_STOCK answer")

static const struct field msg_hsm_take_fields[] = {
	{ NUMBER(struct msg_hsm_take, alg) },
	{ BYTES(struct msg_hsm_take, id) },
	{ FLAG(struct msg_hsm_take, wait) },
	{ FIELD_END },
};
MESSAGE(msg_hsm_take, "HSM_TAKE")

static const struct field msg_hsm_taken_fields[] = {
	{ SPAN16(struct msg_hsm_taken, spki, 1, HSM_SPKI_MAX) },
	{ NUMBER(struct msg_hsm_taken, made) },
	{ FIELD_END },
};
MESSAGE(msg_hsm_taken, "HSM_TAKE answer")

static const struct field once_digest[] = {
	{ SPAN8(struct msg_hsm_once, digest[0], 1, HSM_DIGEST_MAX),
	    EACH_OF(struct msg_hsm_once, digest) },
	{ FIELD_END },
};
static const struct field msg_hsm_once_fields[] = {
	{ BYTES(struct msg_hsm_once, id) },
	{ SPAN16(struct msg_hsm_once, spki, 1, HSM_SPKI_MAX) },
	{ FLAG(struct msg_hsm_once, last) },
	{ LIST16(struct msg_hsm_once, n, 1, HSM_DIGESTS_MAX, once_digest) },
	{ FIELD_END },
};
MESSAGE(msg_hsm_once, "HSM_ONCE")

static bool
malformed(struct err *e, const char *message)
{
	return err_why(e, ERR_FORMAT, "parse", "%s: malformed", message);
}

bool
msg_hsm_empty_read(struct reader *r, struct err *e)
{
	return rd_end(r) || malformed(e, "empty HSM message");
}

/* Messages that are one value. What their reader would refuse makes the writer bad. */
#define ONE_SPAN(name, most, title)							\
	bool name##_read(struct reader *r, struct span *s, struct err *e)		\
	{ return (rd_span16(r, 0, most, s) && rd_end(r)) || malformed(e, title); }	\
	void name##_write(struct writer *w, struct span s)				\
	{ w->bad |= s.n > (most); wr_span16(w, s); }
#define ONE_BYTES(name, size, title)							\
	bool name##_read(struct reader *r, uint8_t p[size], struct err *e)		\
	{ return (r->n == (size) && rd_bytes(r, p, size)) || malformed(e, title); }	\
	void name##_write(struct writer *w, const uint8_t p[size])			\
	{ wr_bytes(w, p, size); }
#define ONE_U16(name, fits, title)							\
	bool name##_read(struct reader *r, uint16_t *n, struct err *e)			\
	{ return (rd_u16(r, n) && fits(*n) && rd_end(r)) || malformed(e, title); }	\
	void name##_write(struct writer *w, uint16_t n)					\
	{ w->bad |= !fits(n); wr_u16(w, n); }
#define ANY(n)		true
#define RANDOM(n)	((n) <= HSM_RANDOM_MAX)

ONE_SPAN(msg_hsm_hmac, UINT16_MAX, "HSM_HMAC")
ONE_BYTES(msg_hsm_mac, HSM_MAC_LEN, "HSM_HMAC answer")
ONE_BYTES(msg_hsm_head_signed, HSM_HEAD_SIG_LEN, "HSM_SIGN_HEAD answer")
ONE_U16(msg_hsm_generate, ANY, "HSM_GENERATE")
ONE_U16(msg_hsm_random, RANDOM, "HSM_RANDOM")
ONE_SPAN(msg_hsm_randomness, HSM_RANDOM_MAX, "HSM_RANDOM answer")
ONE_SPAN(msg_hsm_anchor, HSM_ANCHOR_MAX, "HSM_ANCHOR")
ONE_BYTES(msg_hsm_drop, ID_LEN, "HSM_DROP")
ONE_SPAN(msg_hsm_stretch, HSM_STRETCH_MAX, "HSM_STRETCH")
ONE_BYTES(msg_hsm_stretched, HSM_STRETCHED_LEN, "HSM_STRETCH answer")
