/* SPDX-License-Identifier: Apache-2.0 */
/* Making the trial CA, and issuing by it. */
#include <errno.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "ca/authority.h"
#include "ca/file.h"
#include "hsm/keys.h"
#include "x509/pem.h"

#define DAY_MS		((uint64_t)86400000)
#define ROOT_DAYS	3650
#define ISSUING_DAYS	1825
#define EARLY_MS	60000	/* for clocks a little behind */
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
		.issuer_spki = held_key_spki(by), .not_before = now - EARLY_MS,
		.not_after = now - EARLY_MS + days * DAY_MS };

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
		    !ca_file_write_new(path, writer_span(&pem), e))
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

/* The issuing certificate of the directory; its bytes stay in *mem. */
static bool
issuing_read(const char *dir, struct writer *mem, struct certificate *c, struct err *e)
{
	AUTO_WRITER file = writer_grow(PEM_FILE_MAX);
	struct certificate_cut cut;
	char path[PATH_LEN];

	return ca_path(path, dir, "issuing.pem", e) && ca_file_read(path, &file, e) &&
	    pem_or_der_read(writer_span(&file), PEM_CERTIFICATE, mem, e) &&
	    certificate_cut(writer_span(mem), &cut, e) && certificate_read(&cut, c, e);
}

bool
authority_issue(struct token *t, const char *dir, struct span subject, struct span spki,
    unsigned days, const char *policy, struct writer *der, struct err *e)
{
	AUTO_WRITER issuing_der = writer_grow(CERTIFICATE_MAX);
	struct held_key held = { .token = t };
	struct signing signing = { alg_find(ALG_ECDSA_P256_SHA256), held_key_sign, &held };
	uint64_t from = clock_wall() - EARLY_MS;
	struct issue issue = { .kind = ISSUE_SIGNER, .subject = subject, .spki = spki,
		.not_before = from, .not_after = from + days * DAY_MS, .policy = policy };
	struct certificate issuing;

	if (!issuing_read(dir, &issuing_der, &issuing, e) ||
	    !token_key_find(t, signing.alg, ISSUING_LABEL, &held.key, e))
		return false;
	if (!span_equal(issuing.spki, held_key_spki(&held)))
		return err_set(e, ERR_DENIED, "issuing.pem is not of the issuing key on token '%s'; use the "
		    "directory and the token of the same init", token_label(t));
	if (issue.not_after > issuing.not_after)
		return err_set(e, ERR_DENIED, "--days %u goes beyond the end of the issuing CA itself", days);
	issue.issuer = issuing.subject;
	issue.issuer_spki = issuing.spki;
	return issue_certificate(der, &issue, &signing, e);
}
