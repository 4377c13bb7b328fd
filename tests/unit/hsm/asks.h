/* SPDX-License-Identifier: Apache-2.0 */
/* Requests to a worker, as the SAM would put them. */
#ifndef TESTS_HSM_ASKS_H
#define TESTS_HSM_ASKS_H

#include "crypto/alg.h"
#include "crypto/verify.h"
#include "modules/rig.h"

#define ASK_MAX		(HSM_ANSWER_MAX + 16)

struct asked_key {
	const struct alg *alg;
	uint8_t		 spki[HSM_SPKI_MAX], wrapped[HSM_WRAPPED_MAX];
	size_t		 n_wrapped;
	uint32_t	 mech;
};

static inline bool
ask_generate(int fd, uint16_t alg, struct asked_key *k, struct err *e)
{
	AUTO_WRITER q = writer_grow(64), a = writer_grow(ASK_MAX);
	struct msg_hsm_generated m;
	struct reader r;

	msg_hsm_generate_write(&q, alg);
	if (!frame_ask(fd, HSM_GENERATE, writer_span(&q), &a, e))
		return false;
	r = reader_over(writer_span(&a));
	if (!msg_hsm_generated_read(&r, &m, e))
		return false;
	k->alg = alg_find(alg);
	memcpy(k->spki, m.spki.p, m.spki.n);
	memcpy(k->wrapped, m.wrapped.p, m.wrapped.n);
	k->n_wrapped = m.wrapped.n;
	k->mech = m.mech;
	return m.spki.n == k->alg->spki_len;
}

/* Digest i is 32 or 48 bytes of value i + 1. Signatures are lent from *answer. */
static inline bool
ask_sign(int fd, const struct asked_key *k, size_t n, struct writer *answer,
    struct msg_hsm_signed *done, struct err *e)
{
	static uint8_t digests[HSM_DIGESTS_MAX][48];
	static struct msg_hsm_sign m;
	AUTO_WRITER q = writer_grow(HSM_REQUEST_MAX);
	struct reader r;

	m = (struct msg_hsm_sign){ .alg = k->alg->number, .spki = span_of(k->spki, k->alg->spki_len),
		.mech = k->mech, .wrapped = span_of(k->wrapped, k->n_wrapped), .n = n };
	for (size_t i = 0; i < n; i++) {
		memset(digests[i], (int)(i + 1), sizeof(digests[i]));
		m.digest[i] = span_of(digests[i], k->alg->digest_len);
	}
	msg_hsm_sign_write(&q, &m);
	if (!writer_ok(&q) || !frame_ask(fd, HSM_SIGN, writer_span(&q), answer, e))
		return false;
	r = reader_over(writer_span(answer));
	return msg_hsm_signed_read(&r, done, e);
}

static inline bool
asked_verifies(const struct asked_key *k, const struct msg_hsm_signed *done, size_t i)
{
	uint8_t digest[48];

	memset(digest, (int)(i + 1), sizeof(digest));
	return done->status[i] == HSM_SIGNED &&
	       signature_verify(k->alg, span_of(k->spki, k->alg->spki_len),
		   span_of(digest, k->alg->digest_len), done->signature[i]);
}

/* Keys under ids of one byte. */
static inline bool
ask_take(int fd, uint16_t alg, uint8_t id, bool wait, struct asked_key *k, struct err *e)
{
	AUTO_WRITER q = writer_grow(64), a = writer_grow(ASK_MAX);
	struct msg_hsm_taken m;
	struct reader r;

	err_clear(e);
	msg_hsm_take_write(&q, &(struct msg_hsm_take){ .alg = alg, .id = { id }, .wait = wait });
	if (!frame_ask(fd, HSM_TAKE, writer_span(&q), &a, e))
		return false;
	r = reader_over(writer_span(&a));
	if (!msg_hsm_taken_read(&r, &m, e))
		return false;
	k->alg = alg_find(alg);
	memcpy(k->spki, m.spki.p, m.spki.n);
	return m.spki.n == k->alg->spki_len;
}

static inline bool
ask_once(int fd, const struct asked_key *k, uint8_t id, bool last, size_t n, struct writer *answer,
    struct msg_hsm_signed *done, struct err *e)
{
	static uint8_t digests[HSM_DIGESTS_MAX][48];
	static struct msg_hsm_once m;
	AUTO_WRITER q = writer_grow(HSM_REQUEST_MAX);
	struct reader r;

	err_clear(e);
	m = (struct msg_hsm_once){ .id = { id }, .spki = span_of(k->spki, k->alg->spki_len),
		.last = last, .n = n };
	for (size_t i = 0; i < n; i++) {
		memset(digests[i], (int)(i + 1), sizeof(digests[i]));
		m.digest[i] = span_of(digests[i], k->alg->digest_len);
	}
	msg_hsm_once_write(&q, &m);
	if (!writer_ok(&q) || !frame_ask(fd, HSM_ONCE, writer_span(&q), answer, e))
		return false;
	r = reader_over(writer_span(answer));
	return msg_hsm_signed_read(&r, done, e);
}

static inline bool
ask_drop(int fd, uint8_t id, struct err *e)
{
	uint8_t whole[ID_LEN] = { id };
	AUTO_WRITER q = writer_grow(64), a = writer_grow(64);

	msg_hsm_drop_write(&q, whole);
	return frame_ask(fd, HSM_DROP, writer_span(&q), &a, e) && a.n == 0;
}

static inline bool
ask_stock(int fd, uint16_t alg, uint16_t mark, uint16_t *have, struct err *e)
{
	AUTO_WRITER q = writer_grow(64), a = writer_grow(64);
	struct msg_hsm_stocked m;
	struct reader r;

	err_clear(e);
	msg_hsm_stock_write(&q, &(struct msg_hsm_stock){ .age = 600, .n = 1, .alg = { alg },
	    .mark = { mark } });
	if (!frame_ask(fd, HSM_STOCK, writer_span(&q), &a, e))
		return false;
	r = reader_over(writer_span(&a));
	if (!msg_hsm_stocked_read(&r, &m, e) || m.n != 1)
		return false;
	*have = m.have[0];
	return true;
}

static inline bool
ask_hello(int fd, struct writer *answer, struct msg_hsm_hello *m, struct err *e)
{
	struct reader r;

	if (!frame_ask(fd, HSM_HELLO, span_of("", 0), answer, e))
		return false;
	r = reader_over(writer_span(answer));
	return msg_hsm_hello_read(&r, m, e);
}

static inline bool
ask_hmac(int fd, const char *data, uint8_t mac[HSM_MAC_LEN], struct err *e)
{
	AUTO_WRITER q = writer_grow(1024), a = writer_grow(64);
	struct reader r;

	msg_hsm_hmac_write(&q, span_str(data));
	if (!frame_ask(fd, HSM_HMAC, writer_span(&q), &a, e))
		return false;
	r = reader_over(writer_span(&a));
	return msg_hsm_mac_read(&r, mac, e);
}

static inline bool
ask_stretch(int fd, struct span input, uint8_t out[HSM_STRETCHED_LEN], struct err *e)
{
	AUTO_WRITER q = writer_grow(1024), a = writer_grow(64);
	struct reader r;

	msg_hsm_stretch_write(&q, input);
	if (!frame_ask(fd, HSM_STRETCH, writer_span(&q), &a, e))
		return false;
	r = reader_over(writer_span(&a));
	return msg_hsm_stretched_read(&r, out, e);
}

static inline bool
ask_anchor_set(int fd, struct span value, struct err *e)
{
	AUTO_WRITER q = writer_grow(1024), a = writer_grow(64);
	struct reader r;

	msg_hsm_anchor_write(&q, value);
	if (!frame_ask(fd, HSM_ANCHOR_SET, writer_span(&q), &a, e))
		return false;
	r = reader_over(writer_span(&a));
	return msg_hsm_empty_read(&r, e);
}

/* The anchor's bytes are lent from *answer. */
static inline bool
ask_anchor_get(int fd, struct writer *answer, struct span *value, struct err *e)
{
	struct reader r;

	if (!frame_ask(fd, HSM_ANCHOR_GET, span_of("", 0), answer, e))
		return false;
	r = reader_over(writer_span(answer));
	return msg_hsm_anchor_read(&r, value, e);
}

#endif
