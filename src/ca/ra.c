/* SPDX-License-Identifier: Apache-2.0 */
/* Registration authorities: whoever has the key of a certificate in DIR/ra may ask for anything. */
#include <dirent.h>
#include <errno.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <sys/stat.h>

#include "ca/file.h"
#include "ca/service.h"
#include "x509/pem.h"

#define FILE_MAX	65536
#define RA_DIR		"ra"

static bool
name_is_good(const char *name, struct err *e)
{
	size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-");

	return (n > 0 && n <= 32 && name[n] == '\0') || err_set(e, ERR_FORMAT, "--name must be 1 to 32 of "
	    "a to z, 0 to 9 and -");
}

static bool
ra_path(char out[PATH_LEN], const char *dir, const char *name, struct err *e)
{
	char file[64];

	if (!name_is_good(name, e) || !ca_path(out, dir, RA_DIR, e))
		return false;
	if (mkdir(out, 0755) != 0 && errno != EEXIST)
		return err_errno(e, ERR_BACKEND, errno, "cannot make the directory %s", out);
	snprintf(file, sizeof(file), RA_DIR "/%s.pem", name);
	return ca_path(out, dir, file, e) && ca_file_is_absent(out, e);
}

/* An anchor that may issue would let in whoever it certifies. */
static bool
is_no_ca(X509 *x, struct err *e)
{
	return X509_check_ca(x) == 0 || err_set(e, ERR_DENIED, "the certificate of a registration "
	    "authority must not be a CA's (basicConstraints CA:FALSE)");
}

bool
ra_register(const char *dir, const char *name, const char *certificate_path, struct err *e)
{
	AUTO_WRITER file = writer_grow(FILE_MAX);
	AUTO_WRITER der = writer_grow(CERTIFICATE_MAX);
	AUTO_WRITER pem = writer_grow(FILE_MAX);
	char path[PATH_LEN];
	X509 *x;
	bool ok;

	if (!ra_path(path, dir, name, e) || !ca_file_read(certificate_path, &file, e) ||
	    !pem_or_der_read(writer_span(&file), PEM_CERTIFICATE, &der, e) ||
	    (x = certificate_of(writer_span(&der), e)) == NULL)
		return false;
	ok = is_no_ca(x, e);
	X509_free(x);
	if (!ok)
		return false;
	pem_write(&pem, PEM_CERTIFICATE, writer_span(&der));
	return (writer_ok(&pem) && ca_file_write_new(path, writer_span(&pem), 0644, e)) ||
	    err_set(e, ERR_BACKEND, "cannot write %s", path);
}

bool
ra_make(struct authority *a, const char *name, const char *certificate_path, const char *key_path,
    struct err *e)
{
	char path[PATH_LEN], subject[128];
	struct service_kind kind = { .name = "ra", .subject = subject, .purpose = "1.3.6.1.5.5.7.3.28" };

	snprintf(subject, sizeof(subject), "CN=%.32s (trial RA\\, tests only),O=Propria trial CA", name);
	return ra_path(path, authority_dir(a), name, e) &&
	    service_make(a, &kind, certificate_path, key_path, e) &&
	    ra_register(authority_dir(a), name, certificate_path, e);
}

static bool
store_add(X509_STORE *store, const char *path, struct err *e)
{
	AUTO_WRITER file = writer_grow(FILE_MAX);
	AUTO_WRITER der = writer_grow(CERTIFICATE_MAX);
	X509 *x;
	bool ok;

	if (!ca_file_read(path, &file, e) ||
	    !pem_or_der_read(writer_span(&file), PEM_CERTIFICATE, &der, e) ||
	    (x = certificate_of(writer_span(&der), e)) == NULL)
		return false;
	ok = X509_STORE_add_cert(store, x) == 1;
	X509_free(x);
	return ok || err_set(e, ERR_BACKEND, "%s cannot be registered", path);
}

static bool
store_fill(X509_STORE *store, DIR *d, const char *dir, size_t *n, struct err *e)
{
	struct dirent *entry;
	char path[PATH_LEN];

	for (*n = 0; (entry = readdir(d)) != NULL;) {
		size_t len = strlen(entry->d_name);

		if (entry->d_name[0] == '.' || len < 5 || strcmp(entry->d_name + len - 4, ".pem") != 0)
			continue;
		if (!ca_path(path, dir, entry->d_name, e) || !store_add(store, path, e))
			return false;
		(*n)++;
	}
	return true;
}

X509_STORE *
ra_store(const char *dir, size_t *n, struct err *e)
{
	X509_STORE *store = X509_STORE_new();
	char path[PATH_LEN];
	DIR *d;
	bool ok;

	*n = 0;
	if (store == NULL)
		bug("no memory");
	/* Each is an anchor of its own, whoever issued it; none of them may issue. */
	X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN);
	if (!ca_path(path, dir, RA_DIR, e)) {
		X509_STORE_free(store);
		return NULL;
	}
	if ((d = opendir(path)) == NULL)
		return store;
	ok = store_fill(store, d, path, n, e);
	closedir(d);
	if (!ok)
		X509_STORE_free(store);
	return ok ? store : NULL;
}
