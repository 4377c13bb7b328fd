/* SPDX-License-Identifier: Apache-2.0 */
/* src/der/name.c: Names as bytes and as text. */
#include "der/attribute.h"
#include "der/name.h"
#include "soft_key.h"

static bool
build(const char *text, uint8_t *mem, struct span *der)
{
	struct writer w = writer_over(mem, NAME_MAX_DER);

	if (!name_from_text(text, &w, NULL))
		return false;
	*der = writer_span(&w);
	return true;
}

/* One RDN of one attribute with any string type. */
static struct span
one(uint8_t *mem, uint8_t tag, struct span value)
{
	struct writer w = writer_over(mem, 2048);
	size_t a = der_begin(&w, DER_SEQUENCE), b = der_begin(&w, DER_SET);
	size_t c = der_begin(&w, DER_SEQUENCE);

	der_put_oid(&w, "2.5.4.3");
	der_put(&w, tag, value);
	der_end(&w, c);
	der_end(&w, b);
	der_end(&w, a);
	CHECK(writer_ok(&w));
	return writer_span(&w);
}

static bool
takes(uint8_t tag, const char *value)
{
	uint8_t mem[2048];

	return name_check(one(mem, tag, span_str(value)), NULL);
}

TEST(a_name_from_text_is_what_libcrypto_makes)
{
	uint8_t ours[NAME_MAX_DER], theirs[NAME_MAX_DER];
	X509_NAME *x = test_name("Alice Example");
	struct span der;

	CHECK(build("CN=Alice Example, C=SE", ours, &der));
	CHECK(span_equal(der, test_der_of_name(x, theirs, sizeof(theirs))));
	CHECK(name_check(der, NULL));
	X509_NAME_free(x);
}

TEST(text_comes_back_as_it_went_in)
{
	static const char *const texts[] = {
		"CN=Alice Example,C=SE",
		"organizationIdentifier=VATSE-556677889901,serialNumber=PNOSE-19800101-1234,C=SE",
		"SN=Example,givenName=Alice,CN=Alice,OU=Signing,O=Example AB,L=Lund,ST=Skane,C=SE",
		"CN=\\ Smith\\, J. \\\"X\\\" \\+\\<\\>\\;\\\\\\ ,C=SE",
		"CN=\\#1,C=SE",
		"CN=\xc3\x85sa \xe6\xbc\xa2 \xf0\x9f\x98\x80",
	};

	for (size_t i = 0; i < COUNT(texts); i++) {
		uint8_t mem[NAME_MAX_DER];
		char text[NAME_MAX_TEXT];
		struct span der;

		CHECK(build(texts[i], mem, &der) && name_check(der, NULL));
		CHECK(name_to_text(der, text, sizeof(text), NULL));
		assert_string_equal(text, texts[i]);
	}
}

TEST(short_and_hexadecimal_spellings_are_read)
{
	uint8_t a[NAME_MAX_DER], b[NAME_MAX_DER];
	struct span x, y;

	CHECK(build("cn=\\c3\\85sa ,  gn=A,c=SE", a, &x));
	CHECK(build("CN=\xc3\x85sa,givenName=A,C=SE", b, &y) && span_equal(x, y));
}

TEST(bad_texts_are_refused_with_a_reason)
{
	static const char *const bad[] = { "", "Alice", "CN=", "CN=,C=SE", "XX=1", "CN=a,", ",CN=a",
		"C=se", "C=SWE", "C=S", "CN=a+C=SE", "CN=a;C=SE", "CN=\\", "CN=\\x", "CN=\"a\"",
		"serialNumber=\xc3\x85", "CN=a\nb", "CN=\xe2\x80\xaeo", "CN=\xff",
		"CN=\xc0\x80", "CN=\xed\xa0\x80",
		"CN=12345678901234567890123456789012345678901234567890123456789012345",
		"L=1,L=2,L=3,L=4,L=5,L=6,L=7,L=8,L=9,L=0,L=1,L=2,L=3,L=4,L=5,L=6,L=7" };

	for (size_t i = 0; i < COUNT(bad); i++) {
		uint8_t mem[NAME_MAX_DER];
		struct writer w = writer_over(mem, sizeof(mem));
		struct err e = { 0 };

		CHECK(!name_from_text(bad[i], &w, &e) && e.code == ERR_FORMAT && w.n == 0);
	}
}

TEST(strings_that_can_not_be_shown_are_refused)
{
	CHECK(takes(DER_UTF8, "Alice") && takes(DER_PRINTABLE, "Alice") && takes(DER_IA5, "a@b.se"));
	CHECK(!takes(0x14, "Alice") && !takes(0x1e, "Alice") && !takes(DER_OCTET_STRING, "Alice"));
	CHECK(!takes(DER_PRINTABLE, "a@b") && !takes(DER_IA5, "\xc3\x85") && !takes(DER_UTF8, "\xc3"));
	CHECK(!takes(DER_UTF8, "") && !takes(DER_UTF8, "a\tb") && !takes(DER_UTF8, "\xe2\x80\xa8"));
	CHECK(!takes(DER_UTF8, "\xc2\x85") && !takes(DER_IA5, "\x7f"));
	CHECK(!takes(DER_UTF8, "\xf4\x90\x80\x80") && !takes(DER_UTF8, "\xe0\x80\xaf"));
	CHECK(!takes(DER_UTF8, "\xf0\x80\x80\xaf"));
}

TEST(a_name_is_bounded)
{
	uint8_t mem[2048], big[1100], whole[2048];
	struct writer w = writer_over(whole, sizeof(whole));
	size_t at = der_begin(&w, DER_SEQUENCE);
	struct span rdn;

	memset(big, 'a', sizeof(big));
	CHECK(name_check(one(mem, DER_UTF8, span_of(big, 1000)), NULL));
	CHECK(!name_check(one(mem, DER_UTF8, span_of(big, 1010)), NULL));
	CHECK(!name_check(span_of("\x30\x00", 2), NULL));
	CHECK(!name_check(span_of("", 0), NULL));
	rdn = one(mem, DER_UTF8, span_str("a"));
	for (int i = 0; i < 17; i++)
		wr_span(&w, span_of(rdn.p + 2, rdn.n - 2));
	der_end(&w, at);
	CHECK(!name_check(writer_span(&w), NULL));
}

/* CN=a+C=SE in the order of DER, and the other way round. */
TEST(an_rdn_of_several_attributes_is_sorted)
{
	static const uint8_t sorted[] = { 0x30, 0x17, 0x31, 0x15, 0x30, 0x08, 0x06, 0x03, 0x55, 0x04,
		0x03, 0x0c, 0x01, 'a', 0x30, 0x09, 0x06, 0x03, 0x55, 0x04, 0x06, 0x13, 0x02, 'S', 'E' };
	uint8_t swapped[sizeof(sorted)];
	char text[64];

	memcpy(swapped, sorted, 4);
	memcpy(swapped + 4, sorted + 14, 11);
	memcpy(swapped + 15, sorted + 4, 10);
	CHECK(name_check(span_of(sorted, sizeof(sorted)), NULL));
	CHECK(!name_check(span_of(swapped, sizeof(swapped)), NULL));
	CHECK(name_to_text(span_of(sorted, sizeof(sorted)), text, sizeof(text), NULL));
	assert_string_equal(text, "CN=a+C=SE");
}

TEST(an_unknown_attribute_is_shown_in_hexadecimal)
{
	static const uint8_t title[] = { 0x30, 0x0c, 0x31, 0x0a, 0x30, 0x08, 0x06, 0x03, 0x55, 0x04,
		0x0c, 0x0c, 0x01, 'x' };
	char text[64];

	CHECK(name_to_text(span_of(title, sizeof(title)), text, sizeof(text), NULL));
	assert_string_equal(text, "2.5.4.12=#0c0178");
	CHECK(!name_to_text(span_of(title, sizeof(title)), text, 16, NULL));
}

TEST(every_cut_is_refused_and_every_flip_survives_libcrypto)
{
	uint8_t mem[NAME_MAX_DER];
	struct span der;

	CHECK(build("serialNumber=1,CN=Alice Example,O=Example,C=SE", mem, &der));
	for (size_t cut = 0; cut < der.n; cut++)
		CHECK(!name_check(span_of(mem, cut), NULL));
	for (size_t bit = 0; bit < der.n * 8; bit++) {
		mem[bit / 8] ^= (uint8_t)(1 << bit % 8);
		if (name_check(der, NULL)) {
			const unsigned char *p = mem;
			X509_NAME *x = d2i_X509_NAME(NULL, &p, (long)der.n);

			CHECK(x != NULL && p == mem + der.n);
			X509_NAME_free(x);
		}
		mem[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_from_text_is_what_libcrypto_makes),
		cmocka_unit_test(text_comes_back_as_it_went_in),
		cmocka_unit_test(short_and_hexadecimal_spellings_are_read),
		cmocka_unit_test(bad_texts_are_refused_with_a_reason),
		cmocka_unit_test(strings_that_can_not_be_shown_are_refused),
		cmocka_unit_test(a_name_is_bounded),
		cmocka_unit_test(an_rdn_of_several_attributes_is_sorted),
		cmocka_unit_test(an_unknown_attribute_is_shown_in_hexadecimal),
		cmocka_unit_test(every_cut_is_refused_and_every_flip_survives_libcrypto),
	};

	return RUN(tests);
}
