/* SPDX-License-Identifier: Apache-2.0 */
/* The algorithm table and the fixed frames of public keys. */
#include "crypto/alg.h"
#include "crypto/verify.h"

static const struct alg algs[] = {
	{ ALG_ECDSA_P256_SHA256, "ecdsa-p256-sha256", KEY_P256, 32, 64, 91, 256,
	    "1.2.840.10045.4.3.2", "2.16.840.1.101.3.4.2.1", "1.2.840.10045.3.1.7" },
	{ ALG_ECDSA_P384_SHA384, "ecdsa-p384-sha384", KEY_P384, 48, 96, 120, 384,
	    "1.2.840.10045.4.3.3", "2.16.840.1.101.3.4.2.2", "1.3.132.0.34" },
	{ ALG_RSA3072_PKCS1_SHA256, "rsa3072-pkcs1-sha256", KEY_RSA3072, 32, 384, 422, 3072,
	    "1.2.840.113549.1.1.11", "2.16.840.1.101.3.4.2.1", NULL },
	{ ALG_RSA3072_PSS_SHA256, "rsa3072-pss-sha256", KEY_RSA3072, 32, 384, 422, 3072,
	    "1.2.840.113549.1.1.10", "2.16.840.1.101.3.4.2.1", NULL },
};

/* SEQUENCE { SEQUENCE { id-ecPublicKey, curve }, BIT STRING (no unused bits) */
static const uint8_t head_p256[] = { 0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d,
	0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00 };
static const uint8_t head_p384[] = { 0x30, 0x76, 0x30, 0x10, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d,
	0x02, 0x01, 0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22, 0x03, 0x62, 0x00 };
/* ... { rsaEncryption, NULL }, BIT STRING, SEQUENCE { INTEGER (leading zero), then e */
static const uint8_t head_rsa3072[] = { 0x30, 0x82, 0x01, 0xa2, 0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86,
	0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00, 0x03, 0x82, 0x01, 0x8f, 0x00, 0x30,
	0x82, 0x01, 0x8a, 0x02, 0x82, 0x01, 0x81, 0x00 };
static const uint8_t tail_rsa[] = { 0x02, 0x03, 0x01, 0x00, 0x01 };

static const struct frame {
	struct span	head;
	size_t		material;
	struct span	tail;
} frames[] = {
	[KEY_P256] = { { head_p256, sizeof(head_p256) }, 65, { tail_rsa, 0 } },
	[KEY_P384] = { { head_p384, sizeof(head_p384) }, 97, { tail_rsa, 0 } },
	[KEY_RSA3072] = { { head_rsa3072, sizeof(head_rsa3072) }, 384, { tail_rsa, sizeof(tail_rsa) } },
};

const struct alg *
alg_find(uint16_t number)
{
	for (size_t i = 0; i < COUNT(algs); i++)
		if (algs[i].number == number)
			return &algs[i];
	return NULL;
}

const struct alg *
alg_by_name(const char *name)
{
	for (size_t i = 0; i < COUNT(algs); i++)
		if (strcmp(algs[i].name, name) == 0)
			return &algs[i];
	return NULL;
}

const struct alg *
alg_at(size_t i)
{
	return i < COUNT(algs) ? &algs[i] : NULL;
}

static void
frame_write(enum key_kind kind, struct span material, uint8_t *out)
{
	const struct frame *f = &frames[kind];

	if (material.n != f->material)
		bug("public key material of the wrong length");
	memcpy(out, f->head.p, f->head.n);
	memcpy(out + f->head.n, material.p, material.n);
	memcpy(out + f->head.n + material.n, f->tail.p, f->tail.n);
}

void
spki_from_point(enum key_kind kind, struct span point, uint8_t *out)
{
	frame_write(kind, point, out);
}

void
spki_from_modulus(struct span n, uint8_t *out)
{
	frame_write(KEY_RSA3072, n, out);
}

bool
spki_open(enum key_kind kind, struct span spki, struct span *material)
{
	const struct frame *f = &frames[kind];

	if (spki.n != f->head.n + f->material + f->tail.n ||
	    memcmp(spki.p, f->head.p, f->head.n) != 0 ||
	    memcmp(spki.p + f->head.n + f->material, f->tail.p, f->tail.n) != 0)
		return false;
	*material = span_of(spki.p + f->head.n, f->material);
	return true;
}

bool
spki_kind(struct span spki, enum key_kind *kind)
{
	struct span material;

	for (size_t i = 0; i < COUNT(frames); i++)
		if (spki_open((enum key_kind)i, spki, &material)) {
			*kind = (enum key_kind)i;
			return true;
		}
	return false;
}

bool
spki_check(enum key_kind kind, struct span spki, struct err *e)
{
	struct span m;

	if (!spki_open(kind, spki, &m))
		return err_set(e, ERR_FORMAT, "public key: not the expected kind or encoding");
	if (kind == KEY_RSA3072) {
		if ((m.p[0] & 0x80) == 0 || (m.p[m.n - 1] & 1) == 0)
			return err_set(e, ERR_FORMAT, "public key: modulus of the wrong size");
		return true;
	}
	if (m.p[0] != 0x04 || !point_on_curve(kind, m))
		return err_set(e, ERR_FORMAT, "public key: point is not on the curve");
	return true;
}
