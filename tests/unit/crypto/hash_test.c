/* SPDX-License-Identifier: Apache-2.0 */
/* Hashes, MACs, derivation and sealing against published vectors. */
#include "crypto/hash.h"
#include "tests/unit/kit/hex.h"

static bool
is(const uint8_t *got, const char *want)
{
	struct hex h = hex(want);

	return memcmp(got, h.p, h.n) == 0;
}

TEST(sha_256_and_384_of_fips_180)
{
	uint8_t out[48];
	struct span parts[] = { span_str("a"), span_str(""), span_str("bc") };

	sha256(span_str("abc"), out);
	CHECK(is(out, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
	sha256_parts(parts, 3, out);
	CHECK(is(out, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
	sha256(span_of(NULL, 0), out);
	CHECK(is(out, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
	sha256(span_str("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"), out);
	CHECK(is(out, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"));
	sha384(span_str("abc"), out);
	CHECK(is(out, "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
	    "8086072ba1e7cc2358baeca134c825a7"));
}

TEST(hmac_of_rfc_4231)
{
	static const struct { const char *key, *data, *want; } v[] = {
		{ "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "4869205468657265",
		    "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7" },
		{ "4a656665", "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
		    "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843" },
		{ "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "dddddddddddddddddddddddddddddddddddddddd"
		    "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd",
		    "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe" },
		{ "0102030405060708090a0b0c0d0e0f10111213141516171819", "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd"
		    "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd",
		    "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b" },
	};
	struct span parts[3];
	uint8_t out[HASH_LEN];

	for (size_t i = 0; i < COUNT(v); i++) {
		struct hex key = hex(v[i].key), data = hex(v[i].data);

		parts[0] = span_of(data.p, 1);
		parts[1] = span_of(data.p + 1, 2);
		parts[2] = span_of(data.p + 3, data.n - 3);
		hmac_sha256(HEX_SPAN(key), parts, 3, out);
		CHECK(is(out, v[i].want));
	}
}

TEST(hmac_of_a_key_longer_than_a_block)
{
	uint8_t key[131], out[HASH_LEN];
	struct span what = span_str("Test Using Larger Than Block-Size Key - Hash Key First");

	memset(key, 0xaa, sizeof(key));
	hmac_sha256(span_of(key, sizeof(key)), &what, 1, out);
	CHECK(is(out, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"));
}

TEST(hkdf_of_rfc_5869)
{
	static const struct { const char *ikm, *salt, *info, *okm; } v[] = {
		{ "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "000102030405060708090a0b0c",
		    "f0f1f2f3f4f5f6f7f8f9", "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf"
		    "34007208d5b887185865" },
		{ "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b"
		    "2c2d2e2f303132333435363738393a3b3c3d3e3f404142434445464748494a4b4c4d4e4f",
		    "606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f808182838485868788898a8b"
		    "8c8d8e8f909192939495969798999a9b9c9d9e9fa0a1a2a3a4a5a6a7a8a9aaabacadaeaf",
		    "b0b1b2b3b4b5b6b7b8b9babbbcbdbebfc0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadb"
		    "dcdddedfe0e1e2e3e4e5e6e7e8e9eaebecedeeeff0f1f2f3f4f5f6f7f8f9fafbfcfdfeff",
		    "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c6"
		    "5e590e09da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87" },
		{ "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "", "",
		    "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8" },
	};
	uint8_t out[128];

	for (size_t i = 0; i < COUNT(v); i++) {
		struct hex ikm = hex(v[i].ikm), salt = hex(v[i].salt), info = hex(v[i].info),
		    okm = hex(v[i].okm);

		hkdf_sha256(HEX_SPAN(ikm), HEX_SPAN(salt), HEX_SPAN(info), out, okm.n);
		CHECK(memcmp(out, okm.p, okm.n) == 0);
	}
}

static const struct gcm { const char *key, *nonce, *aad, *in, *out, *tag; } gcms[] = {
	/* NIST GCM specification, test cases 13 to 16 */
	{ "0000000000000000000000000000000000000000000000000000000000000000", "000000000000000000000000",
	    "", "", "", "530f8afbc74536b9a963b4f1c4cb738b" },
	{ "0000000000000000000000000000000000000000000000000000000000000000", "000000000000000000000000",
	    "", "00000000000000000000000000000000", "cea7403d4d606b6e074ec5d3baf39d18",
	    "d0d1c8a799996bf0265b98b5d48ab919" },
	{ "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308", "cafebabefacedbaddecaf888",
	    "", "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
	    "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255",
	    "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
	    "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad",
	    "b094dac5d93471bdec1a502270e3cc6c" },
	{ "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308", "cafebabefacedbaddecaf888",
	    "feedfacedeadbeeffeedfacedeadbeefabaddad2",
	    "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
	    "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
	    "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
	    "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662",
	    "76fc6ece0f4e1768cddf8853bb2d551b" },
};

TEST(aes_256_gcm_of_nist)
{
	for (size_t i = 0; i < COUNT(gcms); i++) {
		struct hex key = hex(gcms[i].key), nonce = hex(gcms[i].nonce), aad = hex(gcms[i].aad),
		    in = hex(gcms[i].in), want = hex(gcms[i].out), tag = hex(gcms[i].tag);
		uint8_t out[64], got[AEAD_TAG_LEN], back[64];

		aead_seal(key.p, nonce.p, HEX_SPAN(aad), HEX_SPAN(in), out, got);
		CHECK(memcmp(out, want.p, want.n) == 0 && memcmp(got, tag.p, tag.n) == 0);
		CHECK(aead_open(key.p, nonce.p, HEX_SPAN(aad), HEX_SPAN(want), tag.p, back));
		CHECK(memcmp(back, in.p, in.n) == 0);
	}
}

static bool
opens(struct hex *const part[5], uint8_t *back)
{
	return aead_open(part[0]->p, part[1]->p, HEX_SPAN(*part[2]), HEX_SPAN(*part[3]), part[4]->p, back);
}

TEST(a_box_with_any_bit_turned_does_not_open_and_gives_zeros)
{
	struct hex key = hex(gcms[3].key), nonce = hex(gcms[3].nonce), aad = hex(gcms[3].aad),
	    box = hex(gcms[3].out), tag = hex(gcms[3].tag);
	struct hex *const part[5] = { &key, &nonce, &aad, &box, &tag };
	uint8_t back[64];

	for (size_t i = 0; i < 5; i++)
		for (size_t bit = 0; bit < 8 * part[i]->n; bit++) {
			part[i]->p[bit / 8] ^= (uint8_t)(1 << bit % 8);
			memset(back, 0x77, sizeof(back));
			CHECK(!opens(part, back));
			for (size_t k = 0; k < box.n; k++)
				CHECK(back[k] == 0);
			CHECK(back[box.n] == 0x77);
			part[i]->p[bit / 8] ^= (uint8_t)(1 << bit % 8);
		}
	CHECK(opens(part, back));
}

TEST(a_shorter_box_does_not_open)
{
	struct hex key = hex(gcms[3].key), nonce = hex(gcms[3].nonce), aad = hex(gcms[3].aad),
	    box = hex(gcms[3].out), tag = hex(gcms[3].tag);
	struct hex *const part[5] = { &key, &nonce, &aad, &box, &tag };
	uint8_t back[64];

	for (box.n = 0; box.n < 60; box.n++)
		CHECK(!opens(part, back));
	for (aad.n = 0; aad.n < 20; aad.n++)
		CHECK(!opens(part, back));
}

TEST(starting_twice_is_fine)
{
	struct err e = { 0 };

	CHECK(crypto_start(&e) && e.code == ERR_NONE);
}

static int
start(void **state UNUSED)
{
	struct err e = { 0 };

	return crypto_start(&e) ? 0 : -1;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sha_256_and_384_of_fips_180),
		cmocka_unit_test(hmac_of_rfc_4231),
		cmocka_unit_test(hmac_of_a_key_longer_than_a_block),
		cmocka_unit_test(hkdf_of_rfc_5869),
		cmocka_unit_test(aes_256_gcm_of_nist),
		cmocka_unit_test(a_box_with_any_bit_turned_does_not_open_and_gives_zeros),
		cmocka_unit_test(a_shorter_box_does_not_open),
		cmocka_unit_test(starting_twice_is_fine),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
