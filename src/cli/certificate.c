/* SPDX-License-Identifier: Apache-2.0 */
/* propria keys request and link: from a key to its one certificate. */
#include "audit/genesis.h"
#include "cli/certificate.h"
#include "cli/commands.h"
#include "cli/encode.h"
#include "cli/file.h"
#include "cli/receipt.h"
#include "cli/session.h"
#include "der/csr.h"

const struct option_row options_keys_request[] = {
	{ "out", "FILE", "where the certificate request goes (PKCS #10, DER)" },
	{ "attestation", "FILE", "where the module's attestation of the key goes" },
	OPTION_HOME,
	{ NULL, NULL, NULL },
};

static bool
attested_is_mine(const struct profile *p, const uint8_t id[16], const struct attested_key *a,
    struct err *e)
{
	return (memcmp(a->group, p->group, HASH_LEN) == 0 && memcmp(a->key, id, 16) == 0 &&
	    memcmp(a->signer, p->signer, 16) == 0) ||
	    err_exit(e, EXIT_INVALID, "the attestation is of another key, signer or group: the server "
	    "gave you what is not yours. Do not use it, and tell the operator");
}

bool
request_check(const struct profile *p, struct span attest_spki, const uint8_t id[16],
    struct span csr_bytes, struct span attestation, struct known_key *key,
    char subject[NAME_MAX_TEXT], struct err *e)
{
	uint8_t print[HASH_LEN];
	struct attested_key a;
	struct csr csr;

	if (!attestation_key_read(attestation, attest_spki, &a, e) || !attested_is_mine(p, id, &a, e) ||
	    !csr_open(csr_bytes, &csr, e))
		return e->cause != 0 ? false : err_mark(e, EXIT_INVALID);
	sha256(csr.spki, print);
	if (memcmp(print, a.spki, sizeof(print)) != 0 || csr.alg->number != a.alg)
		return err_exit(e, EXIT_INVALID, "the request is for another public key than the module "
		    "attests. Do not use it, and tell the operator");
	memcpy(key->id, id, sizeof(key->id));
	key->alg = csr.alg;
	key->class = a.class;
	key->level = a.level;
	memcpy(key->spki, csr.spki.p, csr.spki.n);
	return name_to_text(csr.subject, subject, NAME_MAX_TEXT, e);
}

static bool
request(struct session *s, const uint8_t id[16], struct writer *csr, struct writer *attestation,
    struct err *e)
{
	char text[HEX_MAX(16)];
	AUTO_JSON *j = ssa_post(&s->ssa, "/propria/v1/keys/request", json_pack("{s:s}", "credentialID",
	    hex(span_of(id, 16), text)), e);

	return j != NULL && ssa_base64(j, "csr", csr, e) &&
	    ssa_base64(j, "attestation", attestation, e);
}

static bool
request_and_check(struct session *s, const uint8_t id[16], struct writer *csr,
    struct writer *attestation, char subject[NAME_MAX_TEXT], struct err *e)
{
	AUTO_WRITER genesis = writer_grow(GENESIS_MAX);
	struct known_key key;
	struct genesis g;

	if (!session_genesis(&s->profile, &genesis, &g, e) || !request(s, id, csr, attestation, e) ||
	    !request_check(&s->profile, g.attest, id, writer_span(csr), writer_span(attestation), &key,
	    subject, e))
		return false;
	profile_key_set(&s->profile, &key);
	return profile_save(&s->profile, e);
}

static bool
id_of_operand(struct call *c, uint8_t id[16], struct err *e)
{
	return hex_typed(c->operand[0], id, 16) ||
	    err_exit(e, EXIT_USAGE, "a key's id is 32 hexadecimal digits, not %.60s", c->operand[0]);
}

bool
command_keys_request(struct call *c, struct err *e)
{
	AUTO_WRITER csr = writer_grow(FILE_SMALL), attestation = writer_grow(FILE_SMALL);
	const char *out, *attestation_out = option(c, "attestation");
	char subject[NAME_MAX_TEXT];
	AUTO_SESSION s = { 0 };
	uint8_t id[16];

	if ((out = option_needed(c, "out", e)) == NULL || !id_of_operand(c, id, e) ||
	    !session_open(&s, c, e) || !request_and_check(&s, id, &csr, &attestation, subject, e) ||
	    !file_write(out, 0644, writer_span(&csr), e) || (attestation_out != NULL &&
	    !file_write(attestation_out, 0644, writer_span(&attestation), e)))
		return false;
	say(c, "Request for %s in %s. The module attests that the key is yours.\n", subject, out);
	put_text(c, "subject", subject);
	put_text(c, "csr", out);
	return true;
}

const struct option_row options_keys_link[] = {
	{ "certificate", "FILE", "the certificate that the CA issued, PEM or DER; none: the one that the"
	    " service got by itself" },
	{ "chain", "FILE", "certificates of the CAs above, PEM" },
	OPTION_HOME,
	{ NULL, NULL, NULL },
};

bool
certificate_is_of(struct span der, const struct known_key *k, struct certificate *cert,
    struct err *e)
{
	struct certificate_cut cut;

	if (!certificate_cut(der, &cut, e) || !certificate_read(&cut, cert, e))
		return false;
	return span_equal(cert->spki, span_of(k->spki, k->alg->spki_len)) ||
	    err_exit(e, EXIT_INVALID, "this certificate is for another public key; look whether the CA "
	    "mixed up two requests");
}

static struct chain *
chain_open(const char *path, struct writer *file, struct err *e)
{
	return file_read(path, file, e) ? chain_read(writer_span(file), e) : NULL;
}

static json_t *
link_body(const char *id, struct span der, const struct chain *chain)
{
	json_t *body = json_pack("{s:s}", "credentialID", id), *list = json_array();

	ssa_put_base64(body, "certificate", der);
	for (size_t i = 0; chain != NULL && i < chain_count(chain); i++) {
		json_t *one = json_object();

		ssa_put_base64(one, "x", chain_at(chain, i));
		json_array_append(list, json_object_get(one, "x"));
		json_decref(one);
	}
	json_object_set_new(body, "chain", list);
	return body;
}

static bool
certificate_keep(const struct profile *p, const uint8_t id[16], struct span der,
    const struct chain *chain, struct err *e)
{
	AUTO_WRITER pem = writer_grow(FILE_SMALL);
	char path[PATH_LONG];

	pem_write(&pem, PEM_CERTIFICATE, der);
	for (size_t i = 0; chain != NULL && i < chain_count(chain); i++)
		if (!span_equal(chain_at(chain, i), der))
			pem_write(&pem, PEM_CERTIFICATE, chain_at(chain, i));
	profile_certificate_path(p, id, path);
	return file_write(path, 0644, writer_span(&pem), e);
}

static bool
link_given(struct call *c, struct session *s, struct err *e)
{
	AUTO_WRITER file = writer_grow(FILE_SMALL), above = writer_grow(FILE_SMALL);
	AUTO(chain) *own = chain_open(option(c, "certificate"), &file, e), *chain = NULL;
	AUTO_JSON *answer = NULL;
	struct certificate cert;
	struct known_key key;

	if (own == NULL || (option(c, "chain") != NULL &&
	    (chain = chain_open(option(c, "chain"), &above, e)) == NULL) || !session_open(s, c, e) ||
	    !profile_key(&s->profile, c->operand[0], &key, e) ||
	    !certificate_is_of(chain_at(own, 0), &key, &cert, e))
		return false;
	answer = ssa_post(&s->ssa, "/propria/v1/keys/certificate", link_body(c->operand[0],
	    chain_at(own, 0), chain), e);
	return answer != NULL && certificate_keep(&s->profile, key.id, chain_at(own, 0), chain, e);
}

/* The certificate and its chain as the service has them. */
static bool
service_chain(struct session *s, const char *id, struct writer *pem, struct err *e)
{
	AUTO_JSON *j = ssa_post(&s->ssa, "/csc/v2/credentials/info", json_pack("{s:s,s:s}", "credentialID",
	    id, "certificates", "chain"), e);
	const json_t *list = json_object_get(json_object_get(j, "cert"), "certificates"), *one;
	size_t i;

	if (j == NULL)
		return false;
	json_array_foreach(list, i, one) {
		AUTO_WRITER der = writer_grow(CERTIFICATE_MAX);
		AUTO_JSON *box = json_object();

		json_object_set(box, "x", (json_t *)(uintptr_t)one);
		if (!ssa_base64(box, "x", &der, e))
			return false;
		pem_write(pem, PEM_CERTIFICATE, writer_span(&der));
	}
	return (writer_ok(pem) && pem->n > 0) || err_set(e, ERR_NOT_NOW, "the service has no certificate for"
	    " this key yet: propria keys list says why");
}

/* What the service did by itself is looked at as closely as if we had asked for it. */
static bool
link_found(struct call *c, struct session *s, struct err *e)
{
	AUTO_WRITER csr = writer_grow(FILE_SMALL), attestation = writer_grow(FILE_SMALL);
	AUTO_WRITER pem = writer_grow(FILE_SMALL);
	AUTO(chain) *chain = NULL;
	char subject[NAME_MAX_TEXT];
	struct certificate cert;
	struct known_key key;
	uint8_t id[16];

	return id_of_operand(c, id, e) && session_open(s, c, e) &&
	    service_chain(s, c->operand[0], &pem, e) &&
	    request_and_check(s, id, &csr, &attestation, subject, e) &&
	    profile_key(&s->profile, c->operand[0], &key, e) &&
	    (chain = chain_read(writer_span(&pem), e)) != NULL &&
	    certificate_is_of(chain_at(chain, 0), &key, &cert, e) &&
	    certificate_keep(&s->profile, key.id, chain_at(chain, 0), chain, e);
}

bool
command_keys_link(struct call *c, struct err *e)
{
	AUTO_SESSION s = { 0 };

	if (!(option(c, "certificate") != NULL ? link_given(c, &s, e) : link_found(c, &s, e)))
		return false;
	say(c, "The certificate is linked; key %s can sign now.\n", c->operand[0]);
	put_text(c, "key", c->operand[0]);
	return true;
}
