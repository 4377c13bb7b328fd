/* SPDX-License-Identifier: Apache-2.0 */
/* Basic authentication (RFC 6749 2.3.1) and client assertions. */
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/secret.h"
#include "json/base64.h"
#include "json/emit.h"
#include "ssa/idp/config.h"
#include "ssa/idp/prove.h"

#define CLIENT_SECRET_MAX	1024
#define LIFE_S		60
#define ASSERTION	"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

struct prove {
	char		 client[IDP_TEXT_MAX];
	struct secret	*secret;	/* NULL: the key */
	EVP_PKEY	*key;
};

static void
encoded(struct writer *w, struct span value)
{
	static const char hex[] = "0123456789ABCDEF";

	for (size_t i = 0; i < value.n; i++) {
		uint8_t c = value.p[i];

		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		    c == '-' || c == '.' || c == '_' || c == '~') {
			wr_u8(w, c);
			continue;
		}
		wr_u8(w, '%');
		wr_u8(w, (uint8_t)hex[c >> 4]);
		wr_u8(w, (uint8_t)hex[c & 15]);
	}
}

void
form_add(struct writer *form, const char *name, struct span value)
{
	if (form->n > 0)
		wr_u8(form, '&');
	wr_bytes(form, name, strlen(name));
	wr_u8(form, '=');
	encoded(form, value);
}

static struct secret *
secret_of_file(const char *path, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct secret *s;

	if (fd < 0) {
		err_errno(e, ERR_BACKEND, errno, "the client secret %s cannot be read", path);
		return NULL;
	}
	s = secret_read_fd(fd, CLIENT_SECRET_MAX, e);
	close(fd);
	if (s != NULL && secret_span(s).n > 0)
		return s;
	secret_free(s);
	err_set(e, ERR_FORMAT, "%s has no client secret in its first line", path);
	return NULL;
}

static EVP_PKEY *
key_of_file(const char *path, struct err *e)
{
	FILE *f = fopen(path, "re");
	EVP_PKEY *key;
	char group[32] = "";

	if (f == NULL) {
		err_errno(e, ERR_BACKEND, errno, "the client's key %s cannot be read", path);
		return NULL;
	}
	key = PEM_read_PrivateKey(f, NULL, NULL, (void *)(uintptr_t)"");
	fclose(f);
	if (key != NULL && EVP_PKEY_is_a(key, "EC") &&
	    EVP_PKEY_get_group_name(key, group, sizeof(group), NULL) == 1 && strcmp(group, "prime256v1") == 0)
		return key;
	EVP_PKEY_free(key);
	err_set(e, ERR_FORMAT, "%s is no PEM file of a P-256 private key without a passphrase", path);
	return NULL;
}

struct prove *
prove_open(const char *client_id, const char *secret_file, const char *key_file, struct err *e)
{
	AUTO(prove) *p = calloc(1, sizeof(*p));

	if (p == NULL)
		bug("out of memory");
	snprintf(p->client, sizeof(p->client), "%s", client_id);
	if (*key_file == '\0' ? (p->secret = secret_of_file(secret_file, e)) == NULL :
	    (p->key = key_of_file(key_file, e)) == NULL)
		return NULL;
	return TAKE(p);
}

void
prove_free(struct prove *p)
{
	if (p == NULL)
		return;
	secret_free(p->secret);
	EVP_PKEY_free(p->key);
	free(p);
}

/* A DER signature of P-256 as JWS writes it (RFC 7518 3.4). */
static bool
raw_of(const uint8_t *der, size_t n, uint8_t raw[64])
{
	ECDSA_SIG *s = d2i_ECDSA_SIG(NULL, &der, (long)n);
	bool ok = s != NULL && BN_bn2binpad(ECDSA_SIG_get0_r(s), raw, 32) == 32 &&
	    BN_bn2binpad(ECDSA_SIG_get0_s(s), raw + 32, 32) == 32;

	ECDSA_SIG_free(s);
	return ok;
}

static bool
es256(EVP_PKEY *key, struct span input, uint8_t raw[64])
{
	EVP_MD_CTX *m = EVP_MD_CTX_new();
	uint8_t der[80];
	size_t n = sizeof(der);
	bool ok = m != NULL && EVP_DigestSignInit(m, NULL, EVP_sha256(), NULL, key) == 1 &&
	    EVP_DigestSign(m, der, &n, input.p, input.n) == 1 && raw_of(der, n, raw);

	EVP_MD_CTX_free(m);
	return ok;
}

static void
claims_write(const struct prove *p, const char *issuer, uint64_t now_s, struct writer *json)
{
	struct emit m = emit_into(json);
	uint8_t jti[16];

	random_bytes(jti, sizeof(jti));
	emit_object(&m, NULL);
	emit_text(&m, "iss", p->client);
	emit_text(&m, "sub", p->client);
	emit_text(&m, "aud", issuer);
	emit_hex(&m, "jti", span_of(jti, sizeof(jti)));
	emit_number(&m, "iat", now_s);
	emit_number(&m, "exp", now_s + LIFE_S);
	emit_object_end(&m);
}

static bool
assertion_write(const struct prove *p, const char *issuer, uint64_t now_ms, struct writer *form, struct err *e)
{
	AUTO_WRITER json = writer_grow(4096);
	AUTO_WRITER jws = writer_grow(8192);
	uint8_t raw[64];

	claims_write(p, issuer, now_ms / 1000, &json);
	base64url_write(&jws, span_str("{\"alg\":\"ES256\",\"typ\":\"JWT\"}"));
	wr_u8(&jws, '.');
	base64url_write(&jws, writer_span(&json));
	if (!es256(p->key, writer_span(&jws), raw))
		return err_set(e, ERR_BACKEND, "the client's key does not sign");
	wr_u8(&jws, '.');
	base64url_write(&jws, span_of(raw, sizeof(raw)));
	form_add(form, "client_assertion_type", span_str(ASSERTION));
	form_add(form, "client_assertion", writer_span(&jws));
	return true;
}

bool
prove_write(const struct prove *p, const char *issuer, uint64_t now_ms, struct writer *form,
    struct writer *authorization, struct err *e)
{
	AUTO_WRITER pair = writer_grow(4 * (IDP_TEXT_MAX + CLIENT_SECRET_MAX));

	form_add(form, "client_id", span_str(p->client));
	if (p->key != NULL)
		return assertion_write(p, issuer, now_ms, form, e);
	encoded(&pair, span_str(p->client));
	wr_u8(&pair, ':');
	encoded(&pair, secret_span(p->secret));
	wr_bytes(authorization, "Authorization: Basic ", 21);
	base64_write(authorization, writer_span(&pair));
	wr_u8(authorization, '\0');
	return true;
}
