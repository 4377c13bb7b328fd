/* SPDX-License-Identifier: Apache-2.0 */
/* Key files: PKCS#8 in PEM, encrypted with PBES2 (scrypt, AES-256-CBC), as openssl pkcs8 does. */
#include <errno.h>
#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>
#include <sys/stat.h>

#include "cli/file.h"
#include "cli/key_file.h"
#include "crypto/verify.h"
#include "der/signature.h"

#define PASSPHRASE_MIN	8
#define SCRYPT_N	16384	/* with r = 8: 16 MiB, what OpenSSL allows without being asked */
#define SCRYPT_P	4
#define KEY_FILE_MAX	16384

static bool
encrypted_pem(BIO *out, PKCS8_PRIV_KEY_INFO *info, struct span passphrase)
{
	X509_ALGOR *pbe = PKCS5_pbe2_set_scrypt(EVP_aes_256_cbc(), NULL, 16, NULL, SCRYPT_N, 8,
	    SCRYPT_P);
	X509_SIG *box = pbe == NULL ? NULL
	    : PKCS8_set0_pbe((const char *)passphrase.p, (int)passphrase.n, info, pbe);
	bool good;

	if (box == NULL) {
		X509_ALGOR_free(pbe);
		return false;
	}
	good = PEM_write_bio_PKCS8(out, box) == 1;
	X509_SIG_free(box);
	return good;
}

static bool
pem_of(EVP_PKEY *key, struct span passphrase, BIO *out)
{
	PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8(key);
	bool good = info != NULL && (passphrase.n > 0 ? encrypted_pem(out, info, passphrase)
	    : PEM_write_bio_PKCS8_PRIV_KEY_INFO(out, info) == 1);

	PKCS8_PRIV_KEY_INFO_free(info);
	return good;
}

static bool
make(const char *path, struct span passphrase, struct err *e)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	BIO *out = BIO_new(BIO_s_secmem());
	const uint8_t *p;
	char *bytes = NULL;
	long n;
	bool good;

	if (key == NULL || out == NULL || !pem_of(key, passphrase, out) ||
	    (n = BIO_get_mem_data(out, &bytes)) <= 0) {
		good = err_set(e, ERR_BACKEND, "libcrypto could not make a key");
	} else {
		p = (const uint8_t *)bytes;
		good = file_write_new(path, 0600, span_of(p, (size_t)n), e);
	}
	BIO_free(out);
	EVP_PKEY_free(key);
	ERR_clear_error();
	return good;
}

bool
key_make_file(const char *path, struct span passphrase, struct err *e)
{
	if (passphrase.n < PASSPHRASE_MIN || passphrase.n > KEY_PASS_MAX)
		return err_set(e, ERR_FORMAT, "a passphrase has at least 8 characters: whoever finds the key "
		    "file can try passphrases as fast as a computer does");
	return make(path, passphrase, e);
}

bool
key_make_login(const char *path, struct err *e)
{
	return make(path, span_of(NULL, 0), e);
}

static bool
mode_is_private(const char *path, struct err *e)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return err_errno(e, ERR_MISSING, errno, "key file %.100s", path);
	return (st.st_mode & 077) == 0 || err_set(e, ERR_DENIED, "others may read the key file "
	    "%.60s; if nobody did, run chmod 600 on it, else make a new key", path);
}

bool
key_needs_passphrase(const char *path, bool *needs, struct err *e)
{
	AUTO_WRITER pem = writer_grow(KEY_FILE_MAX);

	if (!file_read(path, &pem, e))
		return false;
	*needs = memmem(pem.p, pem.n, "-----BEGIN ENCRYPTED PRIVATE KEY-----", 37) != NULL;
	return true;
}

struct asked {
	struct span	passphrase;
};

static int
give_passphrase(char *buf, int size, int writing UNUSED, void *arg)
{
	const struct asked *a = arg;

	if (size < 0 || a->passphrase.n > (size_t)size || a->passphrase.n == 0)
		return -1;
	memcpy(buf, a->passphrase.p, a->passphrase.n);
	return (int)a->passphrase.n;
}

EVP_PKEY *
key_file_open(const char *path, struct span passphrase, struct err *e)
{
	AUTO_WRITER pem = writer_grow(KEY_FILE_MAX);
	struct asked asked = { passphrase };
	EVP_PKEY *key;
	BIO *in;

	if (!mode_is_private(path, e) || !file_read(path, &pem, e))
		return NULL;
	if ((in = BIO_new_mem_buf(pem.p, (int)pem.n)) == NULL)
		bug("out of memory");
	key = PEM_read_bio_PrivateKey(in, NULL, give_passphrase, &asked);
	BIO_free(in);
	ERR_clear_error();
	if (key == NULL)
		err_set(e, ERR_DENIED, "%.80s does not open: the passphrase is wrong, or it is no "
		    "PKCS#8 key file", path);
	return key;
}

bool
key_file_spki(EVP_PKEY *key, uint8_t spki[KEY_SPKI_LEN], struct err *e)
{
	uint8_t point[65];
	size_t n = 0;

	if (EVP_PKEY_get_octet_string_param(key, "encoded-pub-key", point, sizeof(point), &n) != 1 ||
	    n != sizeof(point) || point[0] != 4 ||
	    !point_on_curve(KEY_P256, span_of(point, sizeof(point)))) {
		ERR_clear_error();
		return err_set(e, ERR_FORMAT, "this key is none on the curve P-256, and no other kind "
		    "can approve");
	}
	spki_from_point(KEY_P256, span_of(point, sizeof(point)), spki);
	return true;
}

bool
key_file_sign(EVP_PKEY *key, const uint8_t digest[HASH_LEN], uint8_t sig[APPROVAL_LEN],
    struct err *e)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
	uint8_t der[80], raw[SIGNATURE_MAX];
	size_t n = sizeof(der);
	bool good;

	good = ctx != NULL && EVP_PKEY_sign_init(ctx) == 1 &&
	    EVP_PKEY_sign(ctx, der, &n, digest, HASH_LEN) == 1 &&
	    signature_from_der(alg_find(ALG_ECDSA_P256_SHA256), span_of(der, n), raw);
	EVP_PKEY_CTX_free(ctx);
	ERR_clear_error();
	if (!good)
		return err_set(e, ERR_BACKEND, "libcrypto could not sign with this key");
	memcpy(sig, raw, APPROVAL_LEN);
	return true;
}
