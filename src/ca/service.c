/* SPDX-License-Identifier: Apache-2.0 */
/* Software keys of the trial CA's services: P-256, PKCS #8 in PEM. */
#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "ca/file.h"
#include "ca/service.h"
#include "der/name.h"
#include "x509/pem.h"

#define SERVICE_DAYS	730
#define FILE_MAX	65536

const struct service_kind
service_cmp = { "cmp", "CN=Trial CMP server (tests only),O=Propria trial CA", "1.3.6.1.5.5.7.3.27",
	false },
service_ocsp = { "ocsp", "CN=Trial OCSP responder (tests only),O=Propria trial CA",
	"1.3.6.1.5.5.7.3.9", true },
service_tsa = { "tsa", "CN=Trial time stamps (tests only),O=Propria trial CA", "1.3.6.1.5.5.7.3.8",
	false };

X509 *
certificate_of(struct span der, struct err *e)
{
	const unsigned char *p = der.p;
	X509 *x = d2i_X509(NULL, &p, (long)der.n);

	if (x == NULL)
		err_set(e, ERR_FORMAT, "not a certificate");
	return x;
}

static bool
write_key(EVP_PKEY *key, const char *path, struct err *e)
{
	BIO *bio = BIO_new(BIO_s_secmem());
	char *text;
	long n;
	bool ok;

	ok = bio != NULL && PEM_write_bio_PKCS8PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL) == 1 &&
	    (n = BIO_get_mem_data(bio, &text)) > 0 &&
	    ca_file_write_new(path, span_of(text, (size_t)n), 0600, e);
	BIO_free(bio);
	return ok || err_set(e, ERR_BACKEND, "cannot write %s", path);
}

/* Its certificate, as DER. */
static bool
certify(struct authority *a, const struct service_kind *kind, EVP_PKEY *key, struct writer *der,
    struct err *e)
{
	uint8_t subject_mem[NAME_MAX_DER];
	struct writer subject = writer_over(subject_mem, sizeof(subject_mem));
	uint64_t from = clock_wall() - AUTHORITY_EARLY_MS, end = from + SERVICE_DAYS * AUTHORITY_DAY_MS;
	uint64_t last = authority_certificate(a)->not_after;
	struct issue issue = { .kind = ISSUE_SERVICE, .not_before = from,
		.not_after = end < last ? end : last, .purpose = kind->purpose, .no_check = kind->no_check };
	unsigned char *spki = NULL;
	int n = i2d_PUBKEY(key, &spki);
	bool ok;

	if (n <= 0)
		return err_set(e, ERR_BACKEND, "a new key cannot be written");
	issue.spki = span_of(spki, (size_t)n);
	ok = name_from_text(kind->subject, &subject, e) &&
	    (issue.subject = writer_span(&subject), authority_issue(a, &issue, kind->name, der, e));
	OPENSSL_free(spki);
	return ok;
}

static bool
write_certificate(struct span der, const char *path, struct err *e)
{
	AUTO_WRITER pem = writer_grow(FILE_MAX);

	pem_write(&pem, PEM_CERTIFICATE, der);
	return (writer_ok(&pem) && ca_file_write_new(path, writer_span(&pem), 0644, e)) ||
	    err_set(e, ERR_BACKEND, "cannot write %s", path);
}

/* The key first: a certificate without its key would be of no use. */
bool
service_make(struct authority *a, const struct service_kind *kind, const char *certificate_path,
    const char *key_path, struct err *e)
{
	AUTO_WRITER der = writer_grow(CERTIFICATE_MAX);
	EVP_PKEY *key = NULL;
	bool ok;

	if (!ca_file_is_absent(certificate_path, e) || !ca_file_is_absent(key_path, e))
		return false;
	if ((key = EVP_EC_gen("P-256")) == NULL)
		return err_set(e, ERR_BACKEND, "no key could be made");
	ok = certify(a, kind, key, &der, e) && write_key(key, key_path, e) &&
	    write_certificate(writer_span(&der), certificate_path, e);
	EVP_PKEY_free(key);
	return ok;
}

static bool
load(const char *certificate_path, const char *key_path, struct service *out, struct err *e)
{
	AUTO_WRITER file = writer_grow(FILE_MAX);
	AUTO_WRITER der = writer_grow(CERTIFICATE_MAX);
	struct service s = { 0 };
	BIO *bio;

	if (!ca_file_read(certificate_path, &file, e) ||
	    !pem_or_der_read(writer_span(&file), PEM_CERTIFICATE, &der, e) ||
	    (s.certificate = certificate_of(writer_span(&der), e)) == NULL)
		return false;
	if ((bio = BIO_new_file(key_path, "r")) != NULL)
		s.key = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
	BIO_free(bio);
	if (s.key == NULL || X509_check_private_key(s.certificate, s.key) != 1) {
		service_wipe(&s);
		return err_set(e, ERR_FORMAT, "%s is not the key of %s", key_path, certificate_path);
	}
	*out = s;
	return true;
}

bool
service_open(struct authority *a, const struct service_kind *kind, struct service *out,
    struct err *e)
{
	char certificate[PATH_LEN], key[PATH_LEN], name[64];
	struct err ignored = { 0 };

	snprintf(name, sizeof(name), "%s.pem", kind->name);
	if (!ca_path(certificate, authority_dir(a), name, e))
		return false;
	snprintf(name, sizeof(name), "%s.key", kind->name);
	if (!ca_path(key, authority_dir(a), name, e))
		return false;
	/* A life that ended between the two files left a key without a certificate. */
	if (ca_file_is_absent(certificate, &ignored)) {
		unlink(key);
		if (!service_make(a, kind, certificate, key, e))
			return false;
	}
	return load(certificate, key, out, e);
}

void
service_wipe(struct service *s)
{
	X509_free(s->certificate);
	EVP_PKEY_free(s->key);
	*s = (struct service){ 0 };
}
