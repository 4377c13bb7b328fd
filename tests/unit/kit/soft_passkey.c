/* SPDX-License-Identifier: Apache-2.0 */
/* The software authenticator. */
#include <openssl/rsa.h>
#include <stdio.h>

#include "base/err.h"
#include "crypto/hash.h"
#include "crypto/verify.h"
#include "der/signature.h"
#include "tests/unit/kit/soft_passkey.h"
#include "webauthn/authenticator_data.h"

static void
must(bool ok)
{
	if (!ok)
		bug("soft passkey");
}

void
cbor_put(struct writer *w, unsigned major, uint64_t v)
{
	unsigned m = major << 5;

	if (v < 24) {
		wr_u8(w, (uint8_t)(m | v));
	} else if (v < 0x100) {
		wr_u8(w, (uint8_t)(m | 24));
		wr_u8(w, (uint8_t)v);
	} else if (v < 0x10000) {
		wr_u8(w, (uint8_t)(m | 25));
		wr_u16(w, (uint16_t)v);
	} else if (v < UINT64_C(0x100000000)) {
		wr_u8(w, (uint8_t)(m | 26));
		wr_u32(w, (uint32_t)v);
	} else {
		wr_u8(w, (uint8_t)(m | 27));
		wr_u64(w, v);
	}
}

static void
cbor_put_int(struct writer *w, int64_t v)
{
	if (v >= 0)
		cbor_put(w, 0, (uint64_t)v);
	else
		cbor_put(w, 1, (uint64_t)(-1 - v));
}

void
cbor_put_text(struct writer *w, const char *s)
{
	cbor_put(w, 3, strlen(s));
	wr_span(w, span_str(s));
}

void
cbor_put_bytes(struct writer *w, struct span s)
{
	cbor_put(w, 2, s.n);
	wr_span(w, s);
}

static void
rsa_make(struct soft_passkey *p)
{
	BIGNUM *n = NULL, *e = NULL;
	uint8_t modulus[256], exponent[3];

	p->rsa = EVP_RSA_gen(2048);
	must(p->rsa != NULL && EVP_PKEY_get_bn_param(p->rsa, "n", &n) == 1 &&
	    EVP_PKEY_get_bn_param(p->rsa, "e", &e) == 1);
	must(BN_bn2binpad(n, modulus, 256) == 256 && BN_bn2binpad(e, exponent, 3) == 3);
	p->spki_len = passkey_spki_rsa(span_of(modulus, 256), span_of(exponent, 3), p->spki);
	BN_free(n);
	BN_free(e);
}

void
soft_passkey_make(struct soft_passkey *p, const char *name, enum passkey_kind kind,
    const char *rp_id)
{
	uint8_t public[32];

	*p = (struct soft_passkey){ .kind = kind, .rp_id = rp_id,
		.flags = FLAG_USER_PRESENT | FLAG_USER_VERIFIED };
	sha256(span_str(name), p->credential);
	memcpy(p->aaguid, "soft authenticat", sizeof(p->aaguid));
	if (kind == PASSKEY_ES256) {
		fixed_key_of(name, &p->key);
		memcpy(p->spki, p->key.spki, FIXED_SPKI);
		p->spki_len = FIXED_SPKI;
	} else if (kind == PASSKEY_EDDSA) {
		sha256(span_str(name), p->seed);
		ed25519_public(p->seed, public);
		p->spki_len = passkey_spki_ed25519(public, p->spki);
	} else {
		rsa_make(p);
	}
}

void
soft_passkey_free(struct soft_passkey *p)
{
	EVP_PKEY_free(p->rsa);
	p->rsa = NULL;
}

void
soft_base64url(const uint8_t in[32], char out[44])
{
	static const char alphabet[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	unsigned bits = 0, n = 0, at = 0;

	for (int i = 0; i < 32; i++) {
		bits = bits << 8 | in[i];
		for (n += 8; n >= 6; n -= 6)
			out[at++] = alphabet[bits >> (n - 6) & 63];
	}
	out[at++] = alphabet[bits << (6 - n) & 63];
	out[at] = '\0';
}

void
soft_client_data(struct writer *w, const char *type, const uint8_t challenge[32],
    const char *origin, const char *more)
{
	char text[44], json[2048];
	int n;

	soft_base64url(challenge, text);
	n = snprintf(json, sizeof(json), "{\"type\":\"%s\",\"challenge\":\"%s\",\"origin\":\"%s\","
	    "\"crossOrigin\":false%s}", type, text, origin, more);
	must(n > 0 && (size_t)n < sizeof(json));
	wr_bytes(w, json, (size_t)n);
}

void
soft_create_challenge(const uint8_t fresh[40], uint8_t out[32])
{
	static const char tag[] = "propria-passkey-v1";
	struct span parts[] = { span_of(tag, sizeof(tag)), span_of(fresh, 40) };

	sha256_parts(parts, 2, out);
}

void
soft_cose_key(struct writer *w, const struct soft_passkey *p)
{
	struct span n, e;

	cbor_put(w, 5, p->kind == PASSKEY_ES256 ? 5 : 4);
	cbor_put_int(w, 1);
	if (p->kind == PASSKEY_RS256) {
		must(passkey_rsa_open(soft_spki(p), &n, &e));
		cbor_put_int(w, 3);
		cbor_put_int(w, 3);
		cbor_put_int(w, COSE_RS256);
		cbor_put_int(w, -1);
		cbor_put_bytes(w, n);
		cbor_put_int(w, -2);
		cbor_put_bytes(w, e);
		return;
	}
	cbor_put_int(w, p->kind == PASSKEY_ES256 ? 2 : 1);
	cbor_put_int(w, 3);
	cbor_put_int(w, p->kind == PASSKEY_ES256 ? COSE_ES256 : COSE_EDDSA);
	cbor_put_int(w, -1);
	cbor_put_int(w, p->kind == PASSKEY_ES256 ? 1 : 6);
	cbor_put_int(w, -2);
	cbor_put_bytes(w, span_of(p->spki + (p->kind == PASSKEY_ES256 ? 27 : 12), 32));
	if (p->kind == PASSKEY_ES256) {
		cbor_put_int(w, -3);
		cbor_put_bytes(w, span_of(p->spki + 59, 32));
	}
}

void
soft_authenticator_data(struct writer *w, const struct soft_passkey *p, bool attested)
{
	uint8_t hash[HASH_LEN];

	sha256(span_str(p->rp_id), hash);
	wr_bytes(w, hash, sizeof(hash));
	wr_u8(w, (uint8_t)(p->flags | (attested ? FLAG_ATTESTED : 0) |
	    (p->extensions ? FLAG_EXTENSIONS : 0)));
	wr_u32(w, p->count);
	if (attested) {
		wr_bytes(w, p->aaguid, sizeof(p->aaguid));
		wr_span16(w, span_of(p->credential, sizeof(p->credential)));
		soft_cose_key(w, p);
	}
	if (p->extensions) {
		cbor_put(w, 5, 2);
		cbor_put_text(w, "credProtect");
		cbor_put_int(w, 2);
		cbor_put_text(w, "hmac-secret");
		wr_u8(w, 0xf5);
	}
}

static void
es256_sign(const struct fixed_key *key, struct span message, struct writer *sig)
{
	uint8_t digest[HASH_LEN], raw[64];

	sha256(message, digest);
	fixed_key_sign(key, digest, raw);
	must(signature_to_der(alg_find(ALG_ECDSA_P256_SHA256), span_of(raw, sizeof(raw)), sig));
}

static void
rs256_sign(EVP_PKEY *key, struct span message, struct writer *sig)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	uint8_t out[256];
	size_t n = sizeof(out);

	must(ctx != NULL && EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, key) == 1 &&
	    EVP_DigestSign(ctx, out, &n, message.p, message.n) == 1);
	wr_bytes(sig, out, n);
	EVP_MD_CTX_free(ctx);
}

void
soft_sign(const struct soft_passkey *p, struct span message, struct writer *sig)
{
	uint8_t out[64];

	if (p->kind == PASSKEY_ES256) {
		es256_sign(&p->key, message, sig);
	} else if (p->kind == PASSKEY_EDDSA) {
		ed25519_sign(p->seed, message, out);
		wr_bytes(sig, out, sizeof(out));
	} else {
		rs256_sign(p->rsa, message, sig);
	}
}

static void
signed_message(struct writer *w, struct span data, struct span client)
{
	uint8_t hash[HASH_LEN];

	sha256(client, hash);
	wr_span(w, data);
	wr_bytes(w, hash, sizeof(hash));
}

void
soft_assertion(struct writer *w, const struct soft_passkey *p, struct span data, struct span client)
{
	AUTO_WRITER message = writer_grow(8192), sig = writer_grow(1024);

	signed_message(&message, data, client);
	soft_sign(p, writer_span(&message), &sig);
	wr_span16(w, data);
	wr_span16(w, client);
	wr_span16(w, writer_span(&sig));
}

void
soft_get(struct writer *w, struct soft_passkey *p, const uint8_t challenge[32], const char *origin)
{
	AUTO_WRITER data = writer_grow(1024), client = writer_grow(2048);

	p->count++;
	soft_authenticator_data(&data, p, false);
	soft_client_data(&client, "webauthn.get", challenge, origin, "");
	soft_assertion(w, p, writer_span(&data), writer_span(&client));
}

void
soft_maker_make(struct soft_maker *m, const char *name, uint64_t now_ms)
{
	char ca[64];

	snprintf(ca, sizeof(ca), "%s CA", name);
	*m = (struct soft_maker){ .not_before = now_ms - now_ms % 1000 - 86400000,
		.not_after = now_ms - now_ms % 1000 + UINT64_C(86400000) * 100 };
	fixed_key_of(ca, &m->ca);
	fixed_key_of(name, &m->leaf);
}

struct span
soft_maker_name(void)
{
	/* CN=Maker CA */
	static const uint8_t name[] = { 0x30, 0x13, 0x31, 0x11, 0x30, 0x0f, 0x06, 0x03, 0x55, 0x04,
		0x03, 0x0c, 0x08, 'M', 'a', 'k', 'e', 'r', ' ', 'C', 'A' };

	return span_of(name, sizeof(name));
}

static void
leaf_extensions(struct writer *w, const struct soft_maker *m, const uint8_t aaguid[16])
{
	AUTO_WRITER value = writer_grow(64), basic = writer_grow(64);
	size_t outer, list, ext, inner;

	der_put(&value, DER_OCTET_STRING, span_of(aaguid, 16));
	inner = der_begin(&basic, DER_SEQUENCE);
	if (m->is_ca)
		der_put_true(&basic);
	der_end(&basic, inner);
	outer = der_begin(w, DER_EXPLICIT(3));
	list = der_begin(w, DER_SEQUENCE);
	ext = der_begin(w, DER_SEQUENCE);
	der_put_oid(w, "1.3.6.1.4.1.45724.1.1.4");
	der_put(w, DER_OCTET_STRING, writer_span(&value));
	der_end(w, ext);
	ext = der_begin(w, DER_SEQUENCE);
	der_put_oid(w, "2.5.29.19");
	der_put_true(w);
	der_put(w, DER_OCTET_STRING, writer_span(&basic));
	der_end(w, ext);
	der_end(w, list);
	der_end(w, outer);
}

static void
leaf_tbs(struct writer *w, const struct soft_maker *m, const uint8_t aaguid[16])
{
	size_t tbs = der_begin(w, DER_SEQUENCE), at = der_begin(w, DER_EXPLICIT(0));

	der_put_small(w, 2);
	der_end(w, at);
	der_put_small(w, 7);
	algorithm_write(w, alg_find(ALG_ECDSA_P256_SHA256));
	wr_span(w, soft_maker_name());
	at = der_begin(w, DER_SEQUENCE);
	der_put_time(w, m->not_before);
	der_put_time(w, m->not_after);
	der_end(w, at);
	at = der_begin(w, DER_SEQUENCE);	/* an empty subject, as TPMs have */
	der_end(w, at);
	wr_span(w, fixed_spki(&m->leaf));
	leaf_extensions(w, m, aaguid);
	der_end(w, tbs);
}

void
soft_maker_leaf(struct writer *w, const struct soft_maker *m, const uint8_t aaguid[16])
{
	AUTO_WRITER tbs = writer_grow(4096), sig = writer_grow(128);
	size_t all;

	leaf_tbs(&tbs, m, aaguid);
	es256_sign(&m->ca, writer_span(&tbs), &sig);
	all = der_begin(w, DER_SEQUENCE);
	wr_span(w, writer_span(&tbs));
	algorithm_write(w, alg_find(ALG_ECDSA_P256_SHA256));
	der_put_bits(w, writer_span(&sig));
	der_end(w, all);
}

static void
x5c_put(struct writer *w, const struct soft_maker *m, const struct soft_passkey *p)
{
	AUTO_WRITER leaf = writer_grow(4096);

	soft_maker_leaf(&leaf, m, p->aaguid);
	cbor_put_text(w, "x5c");
	cbor_put(w, 4, 1);
	cbor_put_bytes(w, writer_span(&leaf));
}

static void
tpm_public(struct writer *w, const struct soft_passkey *p)
{
	must(p->kind == PASSKEY_ES256);
	wr_u16(w, 0x0023);
	wr_u16(w, 0x000b);
	wr_u32(w, 0x00060472);
	wr_u16(w, 0);
	wr_u16(w, 0x0010);
	wr_u16(w, 0x0010);
	wr_u16(w, 0x0003);
	wr_u16(w, 0x0010);
	wr_span16(w, span_of(p->spki + 27, 32));
	wr_span16(w, span_of(p->spki + 59, 32));
}

static void
tpm_attest(struct writer *w, struct span public, struct span message)
{
	uint8_t hash[HASH_LEN], name[HASH_LEN];

	sha256(message, hash);
	sha256(public, name);
	wr_u32(w, 0xff544347);
	wr_u16(w, 0x8017);
	wr_u16(w, 0);
	wr_span16(w, span_of(hash, sizeof(hash)));
	wr_zero(w, 17);
	wr_u64(w, 1);
	wr_u16(w, 2 + HASH_LEN);
	wr_u16(w, 0x000b);
	wr_bytes(w, name, sizeof(name));
	wr_u16(w, 0);
}

static void
tpm_statement(struct writer *w, const struct soft_passkey *p, const struct soft_maker *m,
    struct span message)
{
	AUTO_WRITER public = writer_grow(1024), info = writer_grow(1024), sig = writer_grow(128);

	tpm_public(&public, p);
	tpm_attest(&info, writer_span(&public), message);
	es256_sign(&m->leaf, writer_span(&info), &sig);
	cbor_put(w, 5, 6);
	cbor_put_text(w, "alg");
	cbor_put_int(w, COSE_ES256);
	cbor_put_text(w, "sig");
	cbor_put_bytes(w, writer_span(&sig));
	cbor_put_text(w, "ver");
	cbor_put_text(w, "2.0");
	x5c_put(w, m, p);
	cbor_put_text(w, "pubArea");
	cbor_put_bytes(w, writer_span(&public));
	cbor_put_text(w, "certInfo");
	cbor_put_bytes(w, writer_span(&info));
}

static void
packed_statement(struct writer *w, const struct soft_passkey *p, const struct soft_maker *m,
    struct span message)
{
	static const int64_t algs[] = { [PASSKEY_ES256] = COSE_ES256, [PASSKEY_EDDSA] = COSE_EDDSA,
		[PASSKEY_RS256] = COSE_RS256 };
	AUTO_WRITER sig = writer_grow(1024);

	if (m == NULL)
		soft_sign(p, message, &sig);
	else
		es256_sign(&m->leaf, message, &sig);
	cbor_put(w, 5, m == NULL ? 2 : 3);
	cbor_put_text(w, "alg");
	cbor_put_int(w, m == NULL ? algs[p->kind] : COSE_ES256);
	cbor_put_text(w, "sig");
	cbor_put_bytes(w, writer_span(&sig));
	if (m != NULL)
		x5c_put(w, m, p);
}

void
soft_attestation(struct writer *w, const struct soft_passkey *p, enum soft_format format,
    const struct soft_maker *m, struct span client)
{
	static const char *const names[] = { "none", "packed", "packed", "tpm" };
	AUTO_WRITER data = writer_grow(4096), message = writer_grow(8192);

	soft_authenticator_data(&data, p, true);
	signed_message(&message, writer_span(&data), client);
	cbor_put(w, 5, 3);
	cbor_put_text(w, "fmt");
	cbor_put_text(w, names[format]);
	cbor_put_text(w, "attStmt");
	if (format == SOFT_NONE)
		cbor_put(w, 5, 0);
	else if (format == SOFT_TPM)
		tpm_statement(w, p, m, writer_span(&message));
	else
		packed_statement(w, p, format == SOFT_SELF ? NULL : m, writer_span(&message));
	cbor_put_text(w, "authData");
	cbor_put_bytes(w, writer_span(&data));
}
