/* SPDX-License-Identifier: Apache-2.0 */
/* PEM by libcrypto; certificates kept as the bytes they came as. */
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "x509/pem.h"

struct chain {
	size_t		n;
	struct writer	der[CHAIN_MAX];
};

void
chain_free(struct chain *chain)
{
	if (chain == NULL)
		return;
	for (size_t i = 0; i < chain->n; i++)
		writer_wipe(&chain->der[i]);
	free(chain);
}

size_t
chain_count(const struct chain *chain)
{
	return chain->n;
}

struct span
chain_at(const struct chain *chain, size_t i)
{
	return writer_span(&chain->der[i]);
}

/* The next PEM object with this label (NULL: any is skipped over), appended to *w. */
static bool
next_pem(BIO *bio, const char *label, struct writer *w)
{
	char *name = NULL, *header = NULL;
	unsigned char *data = NULL;
	bool found = false;
	long n = 0;

	while (!found && PEM_read_bio(bio, &name, &header, &data, &n) == 1) {
		if ((found = strcmp(name, label) == 0))
			wr_bytes(w, data, (size_t)n);
		OPENSSL_free(name);
		OPENSSL_free(header);
		OPENSSL_free(data);
		name = header = NULL;
		data = NULL;
	}
	ERR_clear_error();
	return found;
}

static bool
is_pem(struct span file)
{
	return memmem(file.p, file.n, "-----BEGIN ", 11) != NULL;
}

static bool
chain_add(struct chain *chain, struct span der, struct err *e)
{
	struct reader r = reader_over(der);
	struct span whole;

	if (chain->n == CHAIN_MAX)
		return err_set(e, ERR_FORMAT, "certificates: more than %d in one file", CHAIN_MAX);
	if (der.n > CERTIFICATE_MAX || !der_whole(&r, DER_SEQUENCE, &whole) || !rd_end(&r))
		return err_set(e, ERR_FORMAT, "certificates: number %zu is not X.509 of at most %d "
		    "bytes", chain->n + 1, CERTIFICATE_MAX);
	chain->der[chain->n] = writer_grow(CERTIFICATE_MAX);
	wr_span(&chain->der[chain->n++], der);
	return true;
}

static bool
chain_fill(struct chain *chain, struct span file, struct err *e)
{
	AUTO_WRITER one = writer_grow(CERTIFICATE_MAX);
	bool good = true;
	BIO *bio;

	if (!is_pem(file))
		return chain_add(chain, file, e);
	if (file.n > CHAIN_MAX * 4 * CERTIFICATE_MAX ||
	    (bio = BIO_new_mem_buf(file.p, (int)file.n)) == NULL)
		return err_set(e, ERR_FORMAT, "certificates: the file is too long");
	while (good && next_pem(bio, PEM_CERTIFICATE, &one)) {
		good = writer_ok(&one) ? chain_add(chain, writer_span(&one), e)
		    : err_set(e, ERR_FORMAT, "certificates: one is longer than %d bytes",
		    CERTIFICATE_MAX);
		writer_reset(&one);
	}
	BIO_free(bio);
	return good && (chain->n > 0 ||
	    err_set(e, ERR_FORMAT, "certificates: the file has no PEM block \"CERTIFICATE\""));
}

struct chain *
chain_read(struct span file, struct err *e)
{
	AUTO(chain) *chain = calloc(1, sizeof(*chain));

	if (chain == NULL) {
		err_set(e, ERR_BACKEND, "certificates: no memory");
		return NULL;
	}
	return chain_fill(chain, file, e) ? TAKE(chain) : NULL;
}

void
pem_write(struct writer *w, const char *label, struct span der)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *text;
	long n;

	if (bio == NULL || PEM_write_bio(bio, label, "", der.p, (long)der.n) <= 0 ||
	    (n = BIO_get_mem_data(bio, &text)) <= 0)
		w->bad = true;
	else
		wr_bytes(w, text, (size_t)n);
	BIO_free(bio);
}

bool
pem_or_der_read(struct span file, const char *label, struct writer *der, struct err *e)
{
	bool found;
	BIO *bio;

	if (!is_pem(file)) {
		wr_span(der, file);
		return writer_ok(der) || err_set(e, ERR_FORMAT, "%s: the file is too long", label);
	}
	if (file.n > INT32_MAX || (bio = BIO_new_mem_buf(file.p, (int)file.n)) == NULL)
		return err_set(e, ERR_FORMAT, "%s: the file is too long", label);
	found = next_pem(bio, label, der);
	BIO_free(bio);
	return (found && writer_ok(der)) ||
	    err_set(e, ERR_FORMAT, "the file has no PEM block \"%s\" of a sensible length", label);
}

void
time_to_text(uint64_t ms, char out[16])
{
	time_t t = (time_t)(ms / 1000);
	struct tm tm;

	if (gmtime_r(&t, &tm) == NULL || strftime(out, 16, "%Y%m%d%H%M%SZ", &tm) != 15)
		memcpy(out, "?", 2);
}

bool
certificate_to_text(struct span der, struct certificate_text *t, struct err *e)
{
	struct certificate_cut cut;
	struct certificate c;

	if (!certificate_cut(der, &cut, e) || !certificate_read(&cut, &c, e) ||
	    !name_to_text(c.issuer, t->issuer, sizeof(t->issuer), e) ||
	    !name_to_text(c.subject, t->subject, sizeof(t->subject), e))
		return false;
	for (size_t i = 0; i < c.serial.n; i++)
		snprintf(t->serial + 2 * i, 3, "%02x", c.serial.p[i]);
	time_to_text(c.not_before, t->not_before);
	time_to_text(c.not_after, t->not_after);
	return true;
}
