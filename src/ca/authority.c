/* SPDX-License-Identifier: Apache-2.0 */
/* Making the trial CA, and issuing by it. */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "ca/authority.h"
#include "ca/file.h"
#include "crypto/hash.h"
#include "der/name.h"
#include "hsm/keys.h"
#include "x509/pem.h"

#define ROOT_DAYS	3650
#define ISSUING_DAYS	1825
#define ROOT_NAME	"CN=Trial root (tests only),O=Propria trial CA"
#define ISSUING_NAME	"CN=Trial issuing CA (tests only),O=Propria trial CA"
#define PEM_FILE_MAX	65536
#define OBJECTS_MAX	512

static const char *const files[] = { "root.pem", "issuing.pem", "ca.pem" };

static bool
is_of_a_group(struct token *t, CK_OBJECT_HANDLE object)
{
	char label[64];
	CK_ATTRIBUTE attr = ATTR(CKA_LABEL, label);
	size_t n = strlen(LABEL_PREFIX);
	struct err ignored = { 0 };

	return GATE(t->gate, &ignored, C_GetAttributeValue, t->session, object, &attr, 1) &&
	    attr.ulValueLen >= n && attr.ulValueLen <= sizeof(label) &&
	    memcmp(label, LABEL_PREFIX, n) == 0;
}

bool
authority_token_fits(struct token *t, struct err *e)
{
	CK_ATTRIBUTE attrs[] = { ATTR_YES(CKA_TOKEN) };
	CK_OBJECT_HANDLE found[OBJECTS_MAX];
	size_t n;

	if (!object_search(t, attrs, COUNT(attrs), found, OBJECTS_MAX, &n, e))
		return false;
	for (size_t i = 0; i < n; i++)
		if (is_of_a_group(t, found[i]))
			return err_set(e, ERR_DENIED, "token '%s' belongs to a SAM; the trial CA needs a "
			    "token of its own", token_label(t));
	return n < OBJECTS_MAX || err_set(e, ERR_DENIED, "token '%s' is full of other objects; the "
	    "trial CA needs a token of its own", token_label(t));
}

struct held_key {		/* a key of the token as issue_certificate wants it */
	struct token		*token;
	struct token_key	 key;
};

struct authority {
	char			 dir[PATH_LEN];
	struct held_key		 held;		/* the issuing key */
	struct writer		 der;
	struct certificate	 certificate;	/* lent by der */
	struct journal		*journal;
	pthread_mutex_t		 lock;
};

static bool
held_key_sign(void *self, struct span digest, uint8_t *raw, struct err *e)
{
	struct held_key *held = self;

	return token_key_sign(held->token, &held->key, digest, raw, e);
}

static struct span
held_key_spki(const struct held_key *held)
{
	return span_of(held->key.spki, held->key.alg->spki_len);
}

static bool
issue_ca(enum issue_kind kind, struct held_key *key, const char *name, struct held_key *by,
    struct writer *out, struct err *e)
{
	uint8_t subject_mem[NAME_MAX_DER], issuer_mem[NAME_MAX_DER];
	struct writer subject = writer_over(subject_mem, sizeof(subject_mem));
	struct writer issuer = writer_over(issuer_mem, sizeof(issuer_mem));
	uint64_t now = clock_wall(), days = kind == ISSUE_ROOT ? ROOT_DAYS : ISSUING_DAYS;
	struct signing signing = { by->key.alg, held_key_sign, by };
	struct issue issue = { .kind = kind, .spki = held_key_spki(key),
		.issuer_spki = held_key_spki(by), .not_before = now - AUTHORITY_EARLY_MS,
		.not_after = now - AUTHORITY_EARLY_MS + days * AUTHORITY_DAY_MS };

	if (!name_from_text(name, &subject, e) || !name_from_text(ROOT_NAME, &issuer, e))
		return false;
	issue.subject = writer_span(&subject);
	issue.issuer = writer_span(&issuer);
	return issue_certificate(out, &issue, &signing, e);
}

static bool
write_pems(const char *dir, struct span root, struct span issuing, struct err *e)
{
	for (size_t i = 0; i < COUNT(files); i++) {
		AUTO_WRITER pem = writer_grow(PEM_FILE_MAX);
		char path[PATH_LEN];

		if (i > 0)
			pem_write(&pem, PEM_CERTIFICATE, issuing);
		if (i != 1)
			pem_write(&pem, PEM_CERTIFICATE, root);
		if (!writer_ok(&pem) || !ca_path(path, dir, files[i], e) ||
		    !ca_file_write_new(path, writer_span(&pem), 0644, e))
			return err_set(e, ERR_BACKEND, "cannot write %s", files[i]);
	}
	return true;
}

static bool
dir_is_ready(const char *dir, struct err *e)
{
	char path[PATH_LEN];

	if (mkdir(dir, 0755) != 0 && errno != EEXIST)
		return err_errno(e, ERR_BACKEND, errno, "cannot make the directory %s", dir);
	for (size_t i = 0; i < COUNT(files); i++)
		if (!ca_path(path, dir, files[i], e) || !ca_file_is_absent(path, e))
			return false;
	return true;
}

bool
authority_init(struct token *t, const char *dir, struct err *e)
{
	const struct alg *alg = alg_find(ALG_ECDSA_P256_SHA256);
	struct held_key root = { .token = t }, issuing = { .token = t };
	uint8_t root_mem[CERTIFICATE_MAX], issuing_mem[CERTIFICATE_MAX];
	struct writer root_der = writer_over(root_mem, sizeof(root_mem));
	struct writer issuing_der = writer_over(issuing_mem, sizeof(issuing_mem));

	return dir_is_ready(dir, e) &&
	    token_key_make(t, alg, ROOT_LABEL, &root.key, e) &&
	    token_key_make(t, alg, ISSUING_LABEL, &issuing.key, e) &&
	    issue_ca(ISSUE_ROOT, &root, ROOT_NAME, &root, &root_der, e) &&
	    issue_ca(ISSUE_CA, &issuing, ISSUING_NAME, &root, &issuing_der, e) &&
	    write_pems(dir, writer_span(&root_der), writer_span(&issuing_der), e);
}

static bool
issuing_read(struct authority *a, struct err *e)
{
	AUTO_WRITER file = writer_grow(PEM_FILE_MAX);
	struct certificate_cut cut;
	char path[PATH_LEN];

	return ca_path(path, a->dir, "issuing.pem", e) && ca_file_read(path, &file, e) &&
	    pem_or_der_read(writer_span(&file), PEM_CERTIFICATE, &a->der, e) &&
	    certificate_cut(writer_span(&a->der), &cut, e) && certificate_read(&cut, &a->certificate, e);
}

static bool
issuing_open(struct authority *a, struct token *t, struct err *e)
{
	const struct alg *alg = alg_find(ALG_ECDSA_P256_SHA256);

	a->held.token = t;
	if (!issuing_read(a, e) || !token_key_find(t, alg, ISSUING_LABEL, &a->held.key, e) ||
	    (a->journal = journal_open(a->dir, e)) == NULL)
		return false;
	return span_equal(a->certificate.spki, held_key_spki(&a->held)) ||
	    err_set(e, ERR_DENIED, "issuing.pem is not of the issuing key on token '%s'; use the "
	    "directory and the token of the same init", token_label(t));
}

struct authority *
authority_open(struct token *t, const char *dir, struct err *e)
{
	AUTO(authority) *a = calloc(1, sizeof(*a));

	if (a == NULL)
		bug("no memory");
	pthread_mutex_init(&a->lock, NULL);
	a->der = writer_grow(CERTIFICATE_MAX);
	snprintf(a->dir, sizeof(a->dir), "%s", dir);
	return issuing_open(a, t, e) ? TAKE(a) : NULL;
}

void
authority_free(struct authority *a)
{
	if (a == NULL)
		return;
	journal_free(a->journal);
	writer_wipe(&a->der);
	pthread_mutex_destroy(&a->lock);
	free(a);
}

void
authority_enter(struct authority *a)
{
	pthread_mutex_lock(&a->lock);
}

void
authority_leave(struct authority *a)
{
	pthread_mutex_unlock(&a->lock);
}

struct journal *
authority_journal(struct authority *a)
{
	return a->journal;
}

const char *
authority_dir(const struct authority *a)
{
	return a->dir;
}

struct span
authority_der(const struct authority *a)
{
	return writer_span(&a->der);
}

const struct certificate *
authority_certificate(const struct authority *a)
{
	return &a->certificate;
}

static bool
issue_inside(struct authority *a, const struct issue *issue, struct writer *der, struct err *e)
{
	struct signing signing = { a->held.key.alg, held_key_sign, &a->held };

	if (issue->not_after > a->certificate.not_after)
		return err_set(e, ERR_DENIED, "a certificate would be valid beyond the end of the issuing CA "
		    "itself");
	return issue_certificate(der, issue, &signing, e);
}

bool
authority_issue(struct authority *a, const struct issue *wanted, const char *profile,
    struct writer *der, struct err *e)
{
	uint8_t hash[HASH_LEN], serial[ISSUE_SERIAL_LEN];
	char subject[NAME_MAX_TEXT];
	struct issue issue = *wanted;
	bool ok;

	issue_serial(serial);
	issue.serial = span_of(serial, sizeof(serial));
	issue.issuer = a->certificate.subject;
	issue.issuer_spki = a->certificate.spki;
	authority_enter(a);
	if ((ok = issue_inside(a, &issue, der, e) &&
	    name_to_text(issue.subject, subject, sizeof(subject), e)))
		sha256(writer_span(der), hash);
	authority_leave(a);
	return ok && journal_issue(a->journal, &(struct journal_line){ .serial = issue.serial,
	    .not_before = issue.not_before, .not_after = issue.not_after, .profile = profile,
	    .subject = subject, .hash = hash }, e);
}

bool
authority_crl(struct authority *a, const struct crl *wanted, struct writer *der, struct err *e)
{
	struct signing signing = { a->held.key.alg, held_key_sign, &a->held };
	struct crl crl = *wanted;
	bool ok;

	crl.issuer = a->certificate.subject;
	crl.issuer_spki = a->certificate.spki;
	authority_enter(a);
	ok = crl_write(der, &crl, &signing, e);
	authority_leave(a);
	return ok;
}
