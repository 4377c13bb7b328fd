/* SPDX-License-Identifier: Apache-2.0 */
/* Test certificates and the openssl command line, which is the oracle of this folder. */
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "der/name.h"
#include "pki.h"

static void
issue(enum issue_kind kind, struct soft_key *key, const char *name, struct soft_key *by,
    const char *by_name, uint64_t from, uint64_t to, struct test_certificate *out)
{
	uint8_t subject_mem[NAME_MAX_DER], issuer_mem[NAME_MAX_DER];
	struct writer subject = writer_over(subject_mem, NAME_MAX_DER);
	struct writer issuer = writer_over(issuer_mem, NAME_MAX_DER);
	struct writer w = writer_over(out->mem, sizeof(out->mem));
	struct signing signing = { by->alg, soft_key_sign, by };
	struct issue i = { .kind = kind, .spki = key->spki, .issuer_spki = by->spki,
		.not_before = from, .not_after = to, .policy = "1.3.6.1.4.1.99999.1" };

	CHECK(name_from_text(name, &subject, NULL) && name_from_text(by_name, &issuer, NULL));
	i.subject = writer_span(&subject);
	i.issuer = writer_span(&issuer);
	CHECK(issue_certificate(&w, &i, &signing, NULL));
	out->der = writer_span(&w);
}

struct pki *
pki_new(uint16_t alg)
{
	struct pki *p = calloc(1, sizeof(*p));
	uint64_t from, to;

	CHECK(p != NULL);
	p->now = clock_wall() / 1000 * 1000;
	from = p->now - DAY_MS;
	to = p->now + 89 * DAY_MS;
	p->root_key = soft_key(ALG_ECDSA_P384_SHA384);
	p->ca_key = soft_key_other(ALG_ECDSA_P256_SHA256);
	p->signer_key = soft_key(alg);
	issue(ISSUE_ROOT, p->root_key, "CN=Root,C=SE", p->root_key, "CN=Root,C=SE", from, to, &p->root);
	issue(ISSUE_CA, p->ca_key, "CN=Issuing,C=SE", p->root_key, "CN=Root,C=SE", from, to, &p->ca);
	pki_issue(p, p->signer_key, "CN=Alice Example,C=SE", from, to, &p->signer);
	return p;
}

void
pki_issue(struct pki *p, struct soft_key *key, const char *name, uint64_t from, uint64_t to,
    struct test_certificate *out)
{
	issue(ISSUE_SIGNER, key, name, p->ca_key, "CN=Issuing,C=SE", from, to, out);
}

struct chain *
pki_anchors(struct span der)
{
	struct chain *chain = chain_read(der, NULL);

	CHECK(chain != NULL);
	return chain;
}

void
scratch_open(struct scratch *s)
{
	snprintf(s->path, sizeof(s->path), "/tmp/propria-test-XXXXXX");
	CHECK(mkdtemp(s->path) != NULL);
}

static int
run(const struct scratch *s, const char *command)
{
	char line[1024];
	int status;

	CHECK((size_t)snprintf(line, sizeof(line), "cd '%s' && %s", s->path, command) < sizeof(line));
	status = system(line);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void
scratch_close(struct scratch *s)
{
	CHECK(run(s, "rm -rf \"$PWD\"") == 0);
}

void
scratch_write(const struct scratch *s, const char *name, struct span bytes)
{
	char path[160];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", s->path, name);
	CHECK((f = fopen(path, "wb")) != NULL);
	CHECK(fwrite(bytes.p, 1, bytes.n, f) == bytes.n && fclose(f) == 0);
}

void
scratch_pem(const struct scratch *s, const char *name, struct span der)
{
	AUTO_WRITER w = writer_grow(65536);

	pem_write(&w, PEM_CERTIFICATE, der);
	CHECK(writer_ok(&w));
	scratch_write(s, name, writer_span(&w));
}

int
scratch_openssl(const struct scratch *s, const char *args)
{
	char line[800];

	CHECK((size_t)snprintf(line, sizeof(line), "openssl %s >out 2>&1", args) < sizeof(line));
	return run(s, line);
}
