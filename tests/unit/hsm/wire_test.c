/* SPDX-License-Identifier: Apache-2.0 */
/* Worker messages: what was written is read again, and nothing has a second encoding. */
#include "test.h"
#include "wire/hsm.h"

#define MESSAGE_MAX	(HSM_ANSWER_MAX + 64)

static uint8_t bytes[512] = { 1, 2, 3, 4, 5, 6, 7, 8, 9 };

/* Reads a payload as one kind of message and, if that is one, writes it again. */
typedef bool again_fn(struct reader *, struct writer *, struct err *);

static bool
again_hello(struct reader *r, struct writer *w, struct err *e)
{
	struct msg_hsm_hello m;

	if (!msg_hsm_hello_read(r, &m, e))
		return false;
	msg_hsm_hello_write(w, &m);
	return true;
}

static bool
again_hmac(struct reader *r, struct writer *w, struct err *e)
{
	struct span data;

	if (!msg_hsm_hmac_read(r, &data, e))
		return false;
	msg_hsm_hmac_write(w, data);
	return true;
}

static bool
again_mac(struct reader *r, struct writer *w, struct err *e)
{
	uint8_t mac[HSM_MAC_LEN];

	if (!msg_hsm_mac_read(r, mac, e))
		return false;
	msg_hsm_mac_write(w, mac);
	return true;
}

static bool
again_sign_head(struct reader *r, struct writer *w, struct err *e)
{
	struct msg_hsm_sign_head m;

	if (!msg_hsm_sign_head_read(r, &m, e))
		return false;
	msg_hsm_sign_head_write(w, &m);
	return true;
}

static bool
again_head_signed(struct reader *r, struct writer *w, struct err *e)
{
	uint8_t sig[HSM_HEAD_SIG_LEN];

	if (!msg_hsm_head_signed_read(r, sig, e))
		return false;
	msg_hsm_head_signed_write(w, sig);
	return true;
}

static bool
again_generate(struct reader *r, struct writer *w, struct err *e)
{
	uint16_t alg;

	if (!msg_hsm_generate_read(r, &alg, e))
		return false;
	msg_hsm_generate_write(w, alg);
	return true;
}

static bool
again_generated(struct reader *r, struct writer *w, struct err *e)
{
	struct msg_hsm_generated m;

	if (!msg_hsm_generated_read(r, &m, e))
		return false;
	msg_hsm_generated_write(w, &m);
	return true;
}

static struct msg_hsm_sign sign;
static struct msg_hsm_signed done;

static bool
again_sign(struct reader *r, struct writer *w, struct err *e)
{
	if (!msg_hsm_sign_read(r, &sign, e))
		return false;
	msg_hsm_sign_write(w, &sign);
	return true;
}

static bool
again_signed(struct reader *r, struct writer *w, struct err *e)
{
	if (!msg_hsm_signed_read(r, &done, e))
		return false;
	msg_hsm_signed_write(w, &done);
	return true;
}

#define AGAIN(name)							\
	static bool							\
	again_##name(struct reader *r, struct writer *w, struct err *e)	\
	{								\
		static struct msg_hsm_##name m;				\
									\
		if (!msg_hsm_##name##_read(r, &m, e))			\
			return false;					\
		msg_hsm_##name##_write(w, &m);				\
		return true;						\
	}

AGAIN(stock)
AGAIN(stocked)
AGAIN(take)
AGAIN(taken)
AGAIN(once)

static bool
again_drop(struct reader *r, struct writer *w, struct err *e)
{
	uint8_t id[ID_LEN];

	if (!msg_hsm_drop_read(r, id, e))
		return false;
	msg_hsm_drop_write(w, id);
	return true;
}

static bool
again_stretch(struct reader *r, struct writer *w, struct err *e)
{
	struct span s;

	if (!msg_hsm_stretch_read(r, &s, e))
		return false;
	msg_hsm_stretch_write(w, s);
	return true;
}

static bool
again_stretched(struct reader *r, struct writer *w, struct err *e)
{
	uint8_t out[HSM_STRETCHED_LEN];

	if (!msg_hsm_stretched_read(r, out, e))
		return false;
	msg_hsm_stretched_write(w, out);
	return true;
}

static bool
again_random(struct reader *r, struct writer *w, struct err *e)
{
	uint16_t n;

	if (!msg_hsm_random_read(r, &n, e))
		return false;
	msg_hsm_random_write(w, n);
	return true;
}

static bool
again_randomness(struct reader *r, struct writer *w, struct err *e)
{
	struct span s;

	if (!msg_hsm_randomness_read(r, &s, e))
		return false;
	msg_hsm_randomness_write(w, s);
	return true;
}

static bool
again_anchor(struct reader *r, struct writer *w, struct err *e)
{
	struct span s;

	if (!msg_hsm_anchor_read(r, &s, e))
		return false;
	msg_hsm_anchor_write(w, s);
	return true;
}

/* Accepted bytes are the only encoding of what was read from them. */
static bool
is_canonical_or_refused(again_fn *again, struct span in, bool *accepted)
{
	AUTO_WRITER w = writer_grow(MESSAGE_MAX);
	struct reader r = reader_over(in);
	struct err e = {0};

	*accepted = again(&r, &w, &e);
	if (!*accepted)
		return e.code == ERR_FORMAT;
	return writer_ok(&w) && span_equal(writer_span(&w), in);
}

static void
withstands(again_fn *again, struct writer *good)
{
	size_t n = good->n;
	bool accepted;

	CHECK(writer_ok(good));
	CHECK(is_canonical_or_refused(again, writer_span(good), &accepted) && accepted);
	for (size_t cut = 0; cut < n; cut++)
		CHECK(is_canonical_or_refused(again, span_of(good->p, cut), &accepted) && !accepted);
	for (size_t bit = 0; bit < 8 * n; bit++) {
		good->p[bit / 8] ^= (uint8_t)(1 << bit % 8);
		CHECK(is_canonical_or_refused(again, span_of(good->p, n), &accepted));
		good->p[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	wr_u8(good, 0);
	CHECK(is_canonical_or_refused(again, writer_span(good), &accepted) && !accepted);
}

static void
hello_fill(struct msg_hsm_hello *m)
{
	*m = (struct msg_hsm_hello){ .library = span_str("library"), .token = span_str("token"),
		.serial = span_str("1"), .mech = 0x210a, .flags = 0x0f, .n_algs = 3,
		.algs = { 1, 2, 32 }, .log = span_of(bytes, 91), .attestation = span_of(bytes, 91) };
}

TEST(hello_has_one_encoding)
{
	AUTO_WRITER w = writer_grow(4096);
	struct msg_hsm_hello m;

	hello_fill(&m);
	msg_hsm_hello_write(&w, &m);
	withstands(again_hello, &w);
}

TEST(hello_with_unordered_or_doubled_algorithms_is_refused)
{
	static const uint16_t wrong[][2] = { { 2, 1 }, { 2, 2 } };
	struct msg_hsm_hello m;

	for (size_t i = 0; i < COUNT(wrong); i++) {
		AUTO_WRITER w = writer_grow(4096);
		bool accepted;

		hello_fill(&m);
		m.n_algs = 2;
		memcpy(m.algs, wrong[i], sizeof(wrong[i]));
		msg_hsm_hello_write(&w, &m);
		CHECK(is_canonical_or_refused(again_hello, writer_span(&w), &accepted) && !accepted);
	}
}

TEST(hello_with_an_unknown_flag_is_refused)
{
	AUTO_WRITER w = writer_grow(4096);
	struct msg_hsm_hello m;
	bool accepted;

	hello_fill(&m);
	m.flags |= 0x20;
	msg_hsm_hello_write(&w, &m);
	CHECK(is_canonical_or_refused(again_hello, writer_span(&w), &accepted) && !accepted);
}

TEST(small_messages_have_one_encoding)
{
	static const struct msg_hsm_sign_head head = { .key = HSM_KEY_LOG, .digest = { 9 } };
	AUTO_WRITER hmac = writer_grow(512), mac = writer_grow(512), sign_head = writer_grow(512);
	AUTO_WRITER head_signed = writer_grow(512), generate = writer_grow(512);
	AUTO_WRITER stretch = writer_grow(1024), stretched = writer_grow(512);
	AUTO_WRITER random = writer_grow(512), randomness = writer_grow(512), anchor = writer_grow(512);

	msg_hsm_hmac_write(&hmac, span_of(bytes, 49));
	withstands(again_hmac, &hmac);
	msg_hsm_mac_write(&mac, bytes);
	withstands(again_mac, &mac);
	msg_hsm_sign_head_write(&sign_head, &head);
	withstands(again_sign_head, &sign_head);
	msg_hsm_head_signed_write(&head_signed, bytes);
	withstands(again_head_signed, &head_signed);
	msg_hsm_generate_write(&generate, 16);
	withstands(again_generate, &generate);
	msg_hsm_random_write(&random, 32);
	withstands(again_random, &random);
	msg_hsm_stretch_write(&stretch, span_of(bytes, HSM_STRETCH_MAX));
	withstands(again_stretch, &stretch);
	msg_hsm_stretched_write(&stretched, bytes);
	withstands(again_stretched, &stretched);
	msg_hsm_randomness_write(&randomness, span_of(bytes, 32));
	withstands(again_randomness, &randomness);
	msg_hsm_anchor_write(&anchor, span_of(bytes, 80));
	withstands(again_anchor, &anchor);
}

TEST(generated_has_one_encoding)
{
	static const struct msg_hsm_generated m = { .spki = { bytes, 91 }, .mech = 0x210b,
		.wrapped = { bytes, 152 } };
	AUTO_WRITER w = writer_grow(1024);

	msg_hsm_generated_write(&w, &m);
	withstands(again_generated, &w);
}

static void
sign_fill(size_t n)
{
	memset(&sign, 0, sizeof(sign));
	sign = (struct msg_hsm_sign){ .alg = 1, .spki = span_of(bytes, 91), .mech = 0x210a,
		.wrapped = span_of(bytes, 152), .n = n };
	for (size_t i = 0; i < n; i++)
		sign.digest[i] = span_of(bytes + i % 64, 32);
}

TEST(sign_has_one_encoding)
{
	AUTO_WRITER w = writer_grow(1024);

	sign_fill(3);
	msg_hsm_sign_write(&w, &sign);
	withstands(again_sign, &w);
}

TEST(sign_takes_a_thousand_digests_and_not_one_more)
{
	AUTO_WRITER w = writer_grow(MESSAGE_MAX);
	bool accepted;

	sign_fill(HSM_DIGESTS_MAX);
	sign.spki = span_of(bytes, HSM_SPKI_MAX);
	msg_hsm_sign_write(&w, &sign);
	CHECK(writer_ok(&w) && w.n <= HSM_REQUEST_MAX);
	CHECK(is_canonical_or_refused(again_sign, writer_span(&w), &accepted) && accepted);
	writer_reset(&w);
	sign.n = HSM_DIGESTS_MAX + 1;
	msg_hsm_sign_write(&w, &sign);
	CHECK(!writer_ok(&w));
}

TEST(sign_without_digests_is_refused)
{
	AUTO_WRITER w = writer_grow(1024);
	bool accepted;

	sign_fill(1);
	msg_hsm_sign_write(&w, &sign);
	w.p[w.n - 34] = 0;	/* the count's low byte */
	w.n -= 33;
	CHECK(is_canonical_or_refused(again_sign, writer_span(&w), &accepted) && !accepted);
}

TEST(signed_has_one_encoding)
{
	AUTO_WRITER w = writer_grow(1024);

	memset(&done, 0, sizeof(done));
	done.n = 2;
	done.signature[0] = span_of(bytes, 64);
	done.status[1] = HSM_FAILED;
	msg_hsm_signed_write(&w, &done);
	withstands(again_signed, &w);
}

TEST(a_failed_signature_carries_no_bytes)
{
	AUTO_WRITER w = writer_grow(1024);

	memset(&done, 0, sizeof(done));
	done.n = 1;
	done.status[0] = HSM_FAILED;
	done.signature[0] = span_of(bytes, 64);
	msg_hsm_signed_write(&w, &done);
	CHECK(!writer_ok(&w));
}

TEST(the_largest_answer_fits_its_bound)
{
	AUTO_WRITER w = writer_grow(MESSAGE_MAX);
	bool accepted;

	memset(&done, 0, sizeof(done));
	done.n = HSM_DIGESTS_MAX;
	for (size_t i = 0; i < done.n; i++)
		done.signature[i] = span_of(bytes, HSM_SIGNATURE_MAX);
	msg_hsm_signed_write(&w, &done);
	CHECK(writer_ok(&w) && w.n <= HSM_ANSWER_MAX);
	CHECK(is_canonical_or_refused(again_signed, writer_span(&w), &accepted) && accepted);
}

TEST(messages_about_one_time_keys_have_one_encoding)
{
	static const struct msg_hsm_stock stock = { .age = 86400, .n = 2, .alg = { 1, 16 },
		.mark = { 32, HSM_STOCK_MAX } };
	static const struct msg_hsm_stocked stocked = { .n = 2, .alg = { 1, 16 }, .have = { 3, 0 } };
	static const struct msg_hsm_take take = { .alg = 1, .id = { 7 }, .wait = true };
	static const struct msg_hsm_taken taken = { .spki = { bytes, 91 }, .made = 1764000000000 };
	static struct msg_hsm_once once = { .id = { 7 }, .spki = { bytes, 91 }, .last = true, .n = 2,
		.digest = { { bytes, 32 }, { bytes + 9, 32 } } };
	AUTO_WRITER a = writer_grow(512), b = writer_grow(512), c = writer_grow(512);
	AUTO_WRITER d = writer_grow(512), f = writer_grow(512), g = writer_grow(512);

	msg_hsm_stock_write(&a, &stock);
	withstands(again_stock, &a);
	msg_hsm_stocked_write(&b, &stocked);
	withstands(again_stocked, &b);
	msg_hsm_take_write(&c, &take);
	withstands(again_take, &c);
	msg_hsm_taken_write(&d, &taken);
	withstands(again_taken, &d);
	msg_hsm_once_write(&f, &once);
	withstands(again_once, &f);
	msg_hsm_drop_write(&g, bytes);
	withstands(again_drop, &g);
}

TEST(a_mark_over_the_bound_is_refused)
{
	static const struct msg_hsm_stock high = { .n = 1, .alg = { 1 }, .mark = { HSM_STOCK_MAX + 1 } };
	static const struct msg_hsm_stock twice = { .n = 2, .alg = { 1, 1 }, .mark = { 1, 1 } };
	AUTO_WRITER w = writer_grow(512), v = writer_grow(512);
	bool accepted;

	msg_hsm_stock_write(&w, &high);
	CHECK(!writer_ok(&w));
	msg_hsm_stock_write(&v, &twice);
	CHECK(is_canonical_or_refused(again_stock, writer_span(&v), &accepted) && !accepted);
}

TEST(an_empty_message_is_empty)
{
	struct reader none = reader_over(span_of(bytes, 0)), some = reader_over(span_of(bytes, 1));
	struct err e = {0};

	CHECK(msg_hsm_empty_read(&none, &e));
	CHECK(!msg_hsm_empty_read(&some, &e) && e.code == ERR_FORMAT);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(hello_has_one_encoding),
		cmocka_unit_test(hello_with_unordered_or_doubled_algorithms_is_refused),
		cmocka_unit_test(hello_with_an_unknown_flag_is_refused),
		cmocka_unit_test(small_messages_have_one_encoding),
		cmocka_unit_test(generated_has_one_encoding),
		cmocka_unit_test(sign_has_one_encoding),
		cmocka_unit_test(sign_takes_a_thousand_digests_and_not_one_more),
		cmocka_unit_test(sign_without_digests_is_refused),
		cmocka_unit_test(signed_has_one_encoding),
		cmocka_unit_test(a_failed_signature_carries_no_bytes),
		cmocka_unit_test(the_largest_answer_fits_its_bound),
		cmocka_unit_test(messages_about_one_time_keys_have_one_encoding),
		cmocka_unit_test(a_mark_over_the_bound_is_refused),
		cmocka_unit_test(an_empty_message_is_empty),
	};

	return RUN(tests);
}
