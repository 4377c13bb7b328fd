/* SPDX-License-Identifier: Apache-2.0 */
/* Keys, certificates and secrets of a CA's section, from their files into OpenSSL's context. */
#include <errno.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/secret.h"
#include "cmp/session.h"
#include "der/name.h"

#define FILE_MAX	65536

/* A line of a file that others cannot read: a passphrase, a MAC's secret. */
static struct secret *
secret_line(const struct ca *ca, const char *what, const char *path, struct err *e)
{
	struct secret *s = NULL;
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &st) != 0)
		err_errno(e, ERR_BACKEND, errno, "[ca %s] %s %.80s cannot be read", ca->config.name, what,
		    path);
	else if ((st.st_mode & 007) != 0)
		err_set(e, ERR_DENIED, "[ca %s] %s %.80s can be read by everybody: chmod 600", ca->config.name,
		    what, path);
	else if ((s = secret_read_fd(fd, 1024, e)) != NULL && secret_span(s).n == 0) {
		secret_free(s);
		s = NULL;
		err_set(e, ERR_FORMAT, "[ca %s] %s %.80s is empty", ca->config.name, what, path);
	}
	if (fd >= 0)
		close(fd);
	return s;
}

static STACK_OF(X509) *
certificates_read(const struct ca *ca, const char *what, const char *path, struct err *e)
{
	STACK_OF(X509) *all = sk_X509_new_null();
	BIO *file = BIO_new_file(path, "r");
	X509 *one;

	while (file != NULL && all != NULL && sk_X509_num(all) < 32 &&
	    (one = PEM_read_bio_X509(file, NULL, NULL, NULL)) != NULL)
		sk_X509_push(all, one);
	BIO_free(file);
	ERR_clear_error();
	if (all != NULL && sk_X509_num(all) > 0)
		return all;
	sk_X509_free(all);
	err_set(e, ERR_FORMAT, "[ca %s] %s %.90s: no certificate in PEM can be read from it",
	    ca->config.name, what, path);
	return NULL;
}

static int
on_passphrase(char *out, int size, int writing UNUSED, void *arg)
{
	struct span p = arg == NULL ? span_of(NULL, 0) : secret_span(arg);

	if (p.n == 0 || p.n > (size_t)size)
		return -1;
	memcpy(out, p.p, p.n);
	return (int)p.n;
}

static EVP_PKEY *
key_read(const struct ca *ca, struct err *e)
{
	const struct ca_config *c = &ca->config;
	bool locked = c->key_passphrase[0] != '\0';
	AUTO(secret) *pass = locked ? secret_line(ca, "key_passphrase", c->key_passphrase, e) : NULL;
	struct stat st;
	BIO *file;
	EVP_PKEY *key;

	if (locked && pass == NULL)
		return NULL;
	if (stat(c->key, &st) == 0 && (st.st_mode & 007) != 0) {
		err_set(e, ERR_DENIED, "[ca %s] key %.90s can be read by everybody: chmod 600", c->name,
		    c->key);
		return NULL;
	}
	file = BIO_new_file(c->key, "r");
	key = file == NULL ? NULL : PEM_read_bio_PrivateKey(file, NULL, on_passphrase, pass);
	BIO_free(file);
	ERR_clear_error();
	if (key == NULL)
		err_set(e, ERR_FORMAT, "[ca %s] key %.80s is no private key in PEM that %s opens", c->name,
		    c->key, locked ? "key_passphrase" : "nobody's passphrase");
	return key;
}

/* Our certificate first in its file, then what leads to its root. */
static bool
signer_load(struct ca *ca, struct err *e)
{
	EVP_PKEY *key = key_read(ca, e);
	STACK_OF(X509) *own = key == NULL ? NULL :
	    certificates_read(ca, "certificate", ca->config.certificate, e);
	bool ok = own != NULL;

	if (ok && X509_check_private_key(sk_X509_value(own, 0), key) != 1)
		ok = err_set(e, ERR_FORMAT, "[ca %s]: the first certificate in %.80s is not the key's",
		    ca->config.name, ca->config.certificate);
	ok = ok && ((OSSL_CMP_CTX_set1_pkey(ca->cmp, key) == 1 &&
	    OSSL_CMP_CTX_set1_cert(ca->cmp, sk_X509_value(own, 0)) == 1 &&
	    OSSL_CMP_CTX_set1_untrusted(ca->cmp, own) == 1) || err_set(e, ERR_BACKEND,
	    "[ca %s]: OpenSSL does not take certificate or key", ca->config.name));
	sk_X509_pop_free(own, X509_free);
	if (ok)
		ca->key = TAKE(key);
	EVP_PKEY_free(key);
	return ok;
}

static bool
secret_load(struct ca *ca, struct err *e)
{
	AUTO(secret) *s = secret_line(ca, "secret", ca->config.secret, e);
	const char *reference = ca->config.reference;

	return s != NULL && ((OSSL_CMP_CTX_set1_secretValue(ca->cmp, secret_span(s).p,
	    (int)secret_span(s).n) == 1 && OSSL_CMP_CTX_set1_referenceValue(ca->cmp,
	    (const unsigned char *)reference, (int)strlen(reference)) == 1) ||
	    err_set(e, ERR_BACKEND, "[ca %s]: OpenSSL does not take the secret", ca->config.name));
}

static bool
roots_load(struct ca *ca, STACK_OF(X509) *roots)
{
	X509_STORE *store = X509_STORE_new();
	bool ok = store != NULL;

	for (int i = 0; ok && i < sk_X509_num(roots); i++)
		ok = X509_STORE_add_cert(store, sk_X509_value(roots, i)) == 1;
	/* An issuing CA may be installed as trust by itself. */
	ok = ok && X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN) == 1 &&
	    OSSL_CMP_CTX_set0_trustedStore(ca->cmp, store) == 1;
	if (!ok)
		X509_STORE_free(store);
	return ok;
}

static bool
trust_load(struct ca *ca, struct err *e)
{
	bool pinned = ca->config.server[0] != '\0';
	const char *path = pinned ? ca->config.server : ca->config.trust;
	STACK_OF(X509) *certs;
	bool ok;

	if (*path == '\0')
		return true;		/* the MAC's secret is the trust */
	if ((certs = certificates_read(ca, pinned ? "server" : "trust", path, e)) == NULL)
		return false;
	if (pinned)
		ca->server = sk_X509_shift(certs);
	ok = pinned ? OSSL_CMP_CTX_set1_srvCert(ca->cmp, ca->server) == 1 : roots_load(ca, certs);
	sk_X509_pop_free(certs, X509_free);
	return ok || err_set(e, ERR_BACKEND, "[ca %s]: OpenSSL does not take %.80s", ca->config.name, path);
}

static bool
name_load(struct ca *ca, const char *what, const char *text,
    int (*set)(OSSL_CMP_CTX *, const X509_NAME *), struct err *e)
{
	uint8_t der[NAME_MAX_DER];
	struct writer w = writer_over(der, sizeof(der));
	const uint8_t *at = der;
	X509_NAME *name;
	bool ok;

	if (*text == '\0')
		return true;
	name = name_from_text(text, &w, e) ? d2i_X509_NAME(NULL, &at, (long)w.n) : NULL;
	ok = name != NULL && set(ca->cmp, name) == 1;
	X509_NAME_free(name);
	if (ok)
		return true;
	err_clear(e);
	return err_set(e, ERR_FORMAT, "[ca %s] %s is no name such as CN=Issuing CA,O=Example,C=SE",
	    ca->config.name, what);
}

bool
credentials_load(struct ca *ca, struct err *e)
{
	const struct ca_config *c = &ca->config;

	return (c->secret[0] != '\0' ? secret_load(ca, e) : signer_load(ca, e)) && trust_load(ca, e) &&
	    name_load(ca, "recipient", c->recipient, OSSL_CMP_CTX_set1_recipient, e) &&
	    name_load(ca, "issuer", c->issuer, OSSL_CMP_CTX_set1_issuer, e);
}
