/* SPDX-License-Identifier: Apache-2.0 */
/* src/der: reader, writer, object identifiers, times. */
#include <openssl/asn1.h>
#include <openssl/objects.h>

#include "der/der.h"
#include "tests/test.h"

#define BYTES(...)	\
	span_of((const uint8_t[]){ __VA_ARGS__ }, sizeof((const uint8_t[]){ __VA_ARGS__ }))

static bool
any_of(struct span bytes)
{
	struct reader r = reader_over(bytes);
	struct span content, whole;
	uint8_t tag;

	return der_any(&r, &tag, &content, &whole) && rd_end(&r);
}

static bool
unsigned_of(struct span bytes, struct span *v)
{
	struct reader r = reader_over(bytes);

	return der_unsigned(&r, 20, v) && rd_end(&r);
}

TEST(a_length_has_one_encoding)
{
	uint8_t long_one[4 + 256] = { 0x04, 0x82, 0x01, 0x00 };

	CHECK(any_of(BYTES(0x04, 0x01, 0xaa)));
	CHECK(any_of(span_of(long_one, sizeof(long_one))));
	CHECK(!any_of(BYTES(0x04, 0x81, 0x01, 0xaa)));		/* not minimal */
	CHECK(!any_of(BYTES(0x04, 0x82, 0x00, 0x01, 0xaa)));
	CHECK(!any_of(BYTES(0x30, 0x80, 0x00, 0x00)));		/* indefinite */
	CHECK(!any_of(BYTES(0x04, 0x02, 0xaa)));		/* cut */
	CHECK(!any_of(BYTES(0x04, 0x84, 0x00, 0x00, 0x00, 0x01, 0xaa)));
	CHECK(!any_of(BYTES(0x1f, 0x01, 0xaa)));		/* tag of two bytes */
	CHECK(!any_of(BYTES(0x00, 0x00)));			/* end of contents */
	long_one[1] = 0x82, long_one[2] = 0, long_one[3] = 0xff;
	CHECK(!any_of(span_of(long_one, 4 + 0xff)));
}

TEST(a_reader_stands_still_when_it_refuses)
{
	struct reader r = reader_over(BYTES(0x02, 0x01, 0xff)), before = r;
	struct span v = { 0 };

	CHECK(!der_unsigned(&r, 20, &v) && r.p == before.p && r.n == before.n && v.p == NULL);
	CHECK(!der_oid(&r, &v) && !der_bits(&r, &v) && !der_take(&r, DER_OID, &v) && r.n == before.n);
}

TEST(an_integer_is_minimal_and_not_negative)
{
	struct span v;
	uint32_t small;
	struct reader r;

	CHECK(unsigned_of(BYTES(0x02, 0x01, 0x00), &v) && v.n == 1);
	CHECK(unsigned_of(BYTES(0x02, 0x02, 0x00, 0x80), &v) && v.n == 1 && v.p[0] == 0x80);
	CHECK(!unsigned_of(BYTES(0x02, 0x02, 0x00, 0x7f), &v));
	CHECK(!unsigned_of(BYTES(0x02, 0x01, 0x80), &v));
	CHECK(!unsigned_of(BYTES(0x02, 0x00), &v));
	r = reader_over(BYTES(0x02, 0x05, 0x01, 0, 0, 0, 0));
	CHECK(!der_small(&r, &small));
	r = reader_over(BYTES(0x02, 0x05, 0x00, 0xff, 0xff, 0xff, 0xff));
	CHECK(der_small(&r, &small) && small == UINT32_MAX);
}

TEST(a_default_false_is_never_written_out)
{
	struct reader absent = reader_over(BYTES(0x04, 0x00)), yes = reader_over(BYTES(0x01, 0x01, 0xff)),
	    no = reader_over(BYTES(0x01, 0x01, 0x00)), ber = reader_over(BYTES(0x01, 0x01, 0x01));
	bool flag = true;

	CHECK(der_flag(&absent, &flag) && !flag && absent.n == 2);
	CHECK(der_flag(&yes, &flag) && flag);
	CHECK(!der_flag(&no, &flag) && !der_flag(&ber, &flag));
}

TEST(bit_strings_have_no_stray_bits)
{
	struct reader good = reader_over(BYTES(0x03, 0x02, 0x06, 0xc0)),
	    stray = reader_over(BYTES(0x03, 0x02, 0x06, 0xc1)),
	    trailing = reader_over(BYTES(0x03, 0x02, 0x05, 0xc0)),
	    nine = reader_over(BYTES(0x03, 0x03, 0x07, 0x00, 0x80)),
	    empty = reader_over(BYTES(0x03, 0x01, 0x01));
	struct span s;
	uint16_t bits;

	CHECK(!der_bits(&good, &s));
	CHECK(der_named_bits(&good, &bits) && bits == 3);
	CHECK(!der_named_bits(&stray, &bits) && !der_named_bits(&trailing, &bits));
	CHECK(der_named_bits(&nine, &bits) && bits == 1 << 8);
	CHECK(!der_named_bits(&empty, &bits));
}

TEST(named_bits_are_written_as_they_are_read)
{
	for (unsigned bits = 0; bits < 0x10000; bits++) {
		uint8_t mem[8];
		struct writer w = writer_over(mem, sizeof(mem));
		struct reader r;
		uint16_t got = 0;

		der_put_named_bits(&w, (uint16_t)bits);
		r = reader_over(writer_span(&w));
		CHECK(writer_ok(&w) && der_named_bits(&r, &got) && rd_end(&r) && got == bits);
	}
}

TEST(lengths_are_patched_at_every_size)
{
	static const size_t sizes[] = { 0, 1, 127, 128, 255, 256, 65535, 65536, 70000 };
	static uint8_t body[70000];

	for (size_t i = 0; i < COUNT(sizes); i++) {
		AUTO_WRITER w = writer_grow(80000);
		struct reader r, in;
		struct span s;
		size_t outer = der_begin(&w, DER_SEQUENCE);

		der_put(&w, DER_OCTET_STRING, span_of(body, sizes[i]));
		der_put_null(&w);
		der_end(&w, outer);
		CHECK(writer_ok(&w));
		r = reader_over(writer_span(&w));
		CHECK(der_enter(&r, DER_SEQUENCE, &in) && rd_end(&r));
		CHECK(der_take(&in, DER_OCTET_STRING, &s) && s.n == sizes[i] && der_null(&in) && rd_end(&in));
	}
}

TEST(a_full_writer_stays_bad)
{
	for (size_t room = 0; room < 200 + 6; room++) {
		uint8_t mem[256], body[200] = { 0 };
		struct writer w = writer_over(mem, room);
		size_t at = der_begin(&w, DER_SEQUENCE);

		der_put(&w, DER_OCTET_STRING, span_of(body, sizeof(body)));
		der_end(&w, at);
		CHECK(!writer_ok(&w));
	}
}

TEST(object_identifiers_agree_with_libcrypto)
{
	static const char *const good[] = { "1.2.840.10045.4.3.2", "2.5.4.97",
		"0.9.2342.19200300.100.1.25", "2.999.1", "1.3.6.1.4.1.99999.281474976710655" };
	static const char *const bad[] = { "", "1", "3.1", "1.40", "1.2.", "1..2", "1.02.3", "1.2.x",
		".1.2", "1.2.99999999999999999999" };

	for (size_t i = 0; i < COUNT(good); i++) {
		uint8_t mem[64];
		char text[DER_DOTTED_MAX];
		struct writer w = writer_over(mem, sizeof(mem));
		struct reader r;
		struct span oid = { 0 };
		ASN1_OBJECT *o = OBJ_txt2obj(good[i], 1);

		der_put_oid(&w, good[i]);
		r = reader_over(writer_span(&w));
		CHECK(writer_ok(&w) && der_oid(&r, &oid) && o != NULL);
		CHECK(span_equal(oid, span_of(OBJ_get0_data(o), OBJ_length(o))));
		CHECK(oid_to_text(oid, text) && strcmp(text, good[i]) == 0 && oid_is(oid, good[i]));
		CHECK(!oid_is(oid, "1.2.3"));
		ASN1_OBJECT_free(o);
	}
	for (size_t i = 0; i < COUNT(bad); i++) {
		uint8_t mem[64];
		struct writer w = writer_over(mem, sizeof(mem));

		der_put_oid(&w, bad[i]);
		CHECK(!writer_ok(&w));
	}
}

TEST(an_object_identifier_with_padded_arcs_is_refused)
{
	struct reader padded = reader_over(BYTES(0x06, 0x03, 0x55, 0x80, 0x04)),
	    open = reader_over(BYTES(0x06, 0x02, 0x55, 0x84)), none = reader_over(BYTES(0x06, 0x00));
	struct span oid;

	CHECK(!der_oid(&padded, &oid) && !der_oid(&open, &oid) && !der_oid(&none, &oid));
}

TEST(times_agree_with_libcrypto)
{
	static const int64_t seconds[] = { 0, 1, 951782400 /* 2000-02-29 */, 951868799, 1790000000,
		2524607999 /* last of 2049 */, 2524608000, 4107542400 /* 2100-03-01 */, 4107542399,
		253402300799 };

	for (size_t i = 0; i < COUNT(seconds); i++) {
		uint8_t mem[32];
		struct writer w = writer_over(mem, sizeof(mem));
		ASN1_TIME *t = ASN1_TIME_set(NULL, (time_t)seconds[i]);
		struct reader r;
		struct span s;
		uint64_t ms = 0;

		der_put_time(&w, (uint64_t)seconds[i] * 1000);
		r = reader_over(writer_span(&w));
		CHECK(writer_ok(&w) && der_time(&r, &ms) && rd_end(&r));
		CHECK(ms == (uint64_t)seconds[i] * 1000);
		r = reader_over(writer_span(&w));
		CHECK(der_take(&r, (uint8_t)t->type, &s));
		CHECK(span_equal(s, span_of(t->data, (size_t)t->length)));
		ASN1_TIME_free(t);
	}
}

TEST(a_time_after_9999_is_not_written)
{
	uint8_t mem[32];
	struct writer w = writer_over(mem, sizeof(mem));

	der_put_time(&w, 253402300800000);
	CHECK(!writer_ok(&w));
}

TEST(malformed_times_are_refused)
{
	static const struct {
		uint8_t		 tag;
		const char	*text;
	} bad[] = {
		{ 0x17, "2609100800Z" }, { 0x17, "260910080000" }, { 0x17, "260910080000+0000" },
		{ 0x17, "261310080000Z" }, { 0x17, "260010080000Z" }, { 0x17, "260230080000Z" },
		{ 0x17, "250229080000Z" }, { 0x17, "260910240000Z" }, { 0x17, "260910086000Z" },
		{ 0x17, "260910080060Z" }, { 0x17, "26091008000xZ" }, { 0x17, "690101000000Z" },
		{ 0x17, "20260910080000Z" }, { 0x18, "20260910080000Z" }, { 0x18, "20600910080000.5Z" },
		{ 0x18, "206009100800Z" }, { 0x18, "260910080000Z" }, { 0x17, "" }, { 0x18, "" },
		{ 0x17, "260910080000ZZ" }, { 0x16, "260910080000Z" }, { 0x18, "21000229000000Z" },
	};

	for (size_t i = 0; i < COUNT(bad); i++) {
		uint8_t mem[40];
		struct writer w = writer_over(mem, sizeof(mem));
		struct reader r;
		uint64_t ms = 7;

		der_put(&w, bad[i].tag, span_str(bad[i].text));
		r = reader_over(writer_span(&w));
		CHECK(!der_time(&r, &ms) && ms == 7);
	}
}

TEST(a_set_is_sorted_by_its_encodings)
{
	struct span e[] = { BYTES(0x04, 0x01, 0x02), BYTES(0x02, 0x01, 0x01), BYTES(0x04, 0x01, 0x01) };
	uint8_t mem[32];
	struct writer w = writer_over(mem, sizeof(mem));

	der_put_set_of(&w, DER_SET, e, COUNT(e));
	CHECK(span_equal(writer_span(&w),
	    BYTES(0x31, 0x09, 0x02, 0x01, 0x01, 0x04, 0x01, 0x01, 0x04, 0x01, 0x02)));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_length_has_one_encoding),
		cmocka_unit_test(a_reader_stands_still_when_it_refuses),
		cmocka_unit_test(an_integer_is_minimal_and_not_negative),
		cmocka_unit_test(a_default_false_is_never_written_out),
		cmocka_unit_test(bit_strings_have_no_stray_bits),
		cmocka_unit_test(named_bits_are_written_as_they_are_read),
		cmocka_unit_test(lengths_are_patched_at_every_size),
		cmocka_unit_test(a_full_writer_stays_bad),
		cmocka_unit_test(object_identifiers_agree_with_libcrypto),
		cmocka_unit_test(an_object_identifier_with_padded_arcs_is_refused),
		cmocka_unit_test(times_agree_with_libcrypto),
		cmocka_unit_test(a_time_after_9999_is_not_written),
		cmocka_unit_test(malformed_times_are_refused),
		cmocka_unit_test(a_set_is_sorted_by_its_encodings),
	};

	return RUN(tests);
}
