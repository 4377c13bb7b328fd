/* SPDX-License-Identifier: Apache-2.0 */
/* The real propria-ssa over real TLS, with a fake SAM behind it. */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "json/base64.h"
#include "statement/evidence.h"
#include "tests/unit/ssa/rig.h"

void
rig_path(struct rig *g, const char *name, char path[128])
{
	snprintf(path, 128, "%s/%s", g->folder, name);
}

static void
file_write(struct rig *g, const char *name, const char *text)
{
	char path[128];
	FILE *f;

	rig_path(g, name, path);
	CHECK((f = fopen(path, "w")) != NULL && fputs(text, f) >= 0 && fclose(f) == 0);
}

/* Form alone: kind 2 where a genesis has it. */
static void
module_start(struct rig *g)
{
	char genesis[64] = "PRG1 the genesis of an authentication module ";
	struct err e = { 0 };

	genesis[44] = 2;
	file_write(g, "auth.genesis", genesis);
	sha256(span_str(genesis), g->module.group);
	snprintf(g->module.path, sizeof(g->module.path), "%s/auth.sock", g->folder);
	CHECK((g->module.factor_key = hpke_key_random(&e)) != NULL);
	g->module.version = 1;
	g->module.state = 2;
	g->module.pin = "123456";
	g->module.code = "";
	fake_sam_start(&g->module);
}

static void
config_write(struct rig *g)
{
	char text[2048], auth[700] = "", socket[128], genesis[128];

	rig_path(g, "auth.sock", socket);
	rig_path(g, "auth.genesis", genesis);
	if (g->with_module)
		snprintf(auth, sizeof(auth), "[auth]\nsocket = %s\ngenesis = %s\nname = PIN\n[csc]\nscal1_factors = %s\n",
		    g->module_socket != NULL ? g->module_socket : socket,
		    g->module_genesis != NULL ? g->module_genesis : genesis,
		    g->scal1_factors != NULL ? g->scal1_factors : "pin");

	snprintf(text, sizeof(text), "[listen]\naddress = 127.0.0.1\nport = 0\nendpoint_file = %s/url\n"
	    "certificate = %s/tls.pem\nkey = %s/tls.key\n[sam]\nsocket = %s/sam.sock\ngenesis = %s/genesis\n"
	    "deadline_ms = 3000\n%s[store]\npath = %s/store.db\n[info]\nname = Test\nregion = SE\n[limits]\n%s",
	    g->folder, g->folder, g->folder, g->folder, g->folder, auth, g->folder,
	    g->more[0] != '\0' ? g->more : "anonymous_per_second = 0\nanonymous_per_peer_per_second = 0\n"
	    "log_requests = no\n");
	file_write(g, "ssa.conf", text);
}

void
rig_ssa_start(struct rig *g)
{
	char conf[128], url[128];
	FILE *f;

	rig_path(g, "ssa.conf", conf);
	rig_path(g, "url", url);
	unlink(url);
	CHECK((g->pid = fork()) >= 0);
	if (g->pid == 0) {
		execl(getenv("PROPRIA_SSA"), "propria-ssa", "-c", conf, (char *)NULL);
		_exit(127);
	}
	for (int i = 0; i < 500 && access(url, R_OK) != 0; i++)
		usleep(10000);
	CHECK((f = fopen(url, "r")) != NULL && fgets(g->url, sizeof(g->url), f) != NULL);
	g->url[strcspn(g->url, "\n")] = '\0';
	fclose(f);
	/* It serves before it has found the SAM. */
	for (int i = 0; i < 1000 && (rig_ask(g, "/propria/v1/status", NULL, "", NULL) != 200 ||
	    strstr(g->body, "\"sam\":\"open\"") == NULL); i++)
		usleep(10000);
	for (int i = 0; i < 1000 && g->with_module && rig_ask(g, "/propria/v1/module", NULL, "", NULL) != 200; i++)
		usleep(10000);
}

int
rig_ssa_stop(struct rig *g)
{
	int status = 0;

	CHECK(kill(g->pid, SIGTERM) == 0 && waitpid(g->pid, &status, 0) == g->pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void
rig_start(struct rig *g)
{
	char cert[128], key[128];
	struct err e = { 0 };

	memset(g, 0, offsetof(struct rig, more));
	strcpy(g->folder, "/tmp/propria-ssa-XXXXXX");
	CHECK(crypto_start(&e) && mkdtemp(g->folder) != NULL);
	g->tls = test_key();
	g->login = test_key();
	g->sam.key = test_key();
	test_key_spki(g->sam.key, g->sam.spki);
	rig_path(g, "tls.pem", cert);
	rig_path(g, "tls.key", key);
	test_certificate(g->tls, cert, key, NULL);
	file_write(g, "genesis", "PRG1 a genesis for tests");
	sha256(span_str("PRG1 a genesis for tests"), g->sam.group);
	if (g->with_module && g->module_socket == NULL)
		module_start(g);
	config_write(g);
	snprintf(g->sam.path, sizeof(g->sam.path), "%s/sam.sock", g->folder);
	g->sam.version = 1;
	g->sam.state = 1;
	fake_sam_start(&g->sam);
	g->curl = curl_easy_init();
	rig_ssa_start(g);
}

void
rig_stop(struct rig *g)
{
	char cmd[128];

	CHECK(rig_ssa_stop(g) == 0);
	fake_sam_stop(&g->sam);
	if (g->module.factor_key != NULL)
		fake_sam_stop(&g->module);
	hpke_key_free(g->module.factor_key);
	g->module.factor_key = NULL;
	curl_easy_cleanup(g->curl);
	EVP_PKEY_free(g->tls);
	EVP_PKEY_free(g->login);
	EVP_PKEY_free(g->sam.key);
	free(g->body);
	free(g->headers);
	json_release(g->json);
	g->body = g->headers = NULL;
	g->json = NULL;
	snprintf(cmd, sizeof(cmd), "rm -rf '%s'", g->folder);
	CHECK(system(cmd) == 0);
}

static size_t
gather(char **to, size_t *n, const char *p, size_t more)
{
	*to = realloc(*to, *n + more + 1);
	memcpy(*to + *n, p, more);
	*n += more;
	(*to)[*n] = '\0';
	return more;
}

static size_t
on_body(char *p, size_t size, size_t n, void *arg)
{
	struct rig *g = arg;

	return gather(&g->body, &g->body_n, p, size * n);
}

static size_t
on_header(char *p, size_t size, size_t n, void *arg)
{
	struct rig *g = arg;

	return gather(&g->headers, &g->headers_n, p, size * n);
}

long
rig_ask(struct rig *g, const char *path, const char *token, const char *type, const char *body)
{
	struct curl_slist *h = curl_slist_append(NULL, "Expect:");
	char url[256], line[256], ca[128];
	struct err e = { 0 };
	CURLcode code;

	rig_path(g, "tls.pem", ca);
	snprintf(url, sizeof(url), "%s%s", g->url, path);
	if (token != NULL) {
		snprintf(line, sizeof(line), "Authorization: %s", token);
		h = curl_slist_append(h, line);
	}
	snprintf(line, sizeof(line), "Content-Type:%s%s", *type == '\0' ? "" : " ", type);
	h = curl_slist_append(h, line);
	if (g->header[0] != '\0')
		h = curl_slist_append(h, g->header);
	g->body_n = g->headers_n = 0;
	curl_easy_reset(g->curl);
	curl_easy_setopt(g->curl, CURLOPT_URL, url);
	curl_easy_setopt(g->curl, CURLOPT_CAINFO, ca);
	curl_easy_setopt(g->curl, CURLOPT_HTTPHEADER, h);
	curl_easy_setopt(g->curl, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(g->curl, CURLOPT_WRITEDATA, g);
	curl_easy_setopt(g->curl, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(g->curl, CURLOPT_HEADERDATA, g);
	curl_easy_setopt(g->curl, CURLOPT_TIMEOUT, 20L);
	if (body != NULL) {
		curl_easy_setopt(g->curl, CURLOPT_POSTFIELDS, body);
		curl_easy_setopt(g->curl, CURLOPT_POSTFIELDSIZE, (long)strlen(body));
	}
	if (g->verb != NULL)
		curl_easy_setopt(g->curl, CURLOPT_CUSTOMREQUEST, g->verb);
	code = curl_easy_perform(g->curl);
	curl_slist_free_all(h);
	g->status = 0;
	if (code == CURLE_OK)
		curl_easy_getinfo(g->curl, CURLINFO_RESPONSE_CODE, &g->status);
	json_release(g->json);
	g->json = g->body_n == 0 ? NULL : json_read(span_of(g->body, g->body_n), 1u << 22, &e);
	return g->status;
}

long
rig_post(struct rig *g, const char *path, const char *fmt, ...)
{
	char bearer[80], *body = NULL;
	va_list ap;
	long status;

	va_start(ap, fmt);
	CHECK(vasprintf(&body, fmt, ap) >= 0);
	va_end(ap);
	snprintf(bearer, sizeof(bearer), "Bearer %s", g->token);
	status = rig_ask(g, path, bearer, "application/json", body);
	free(body);
	return status;
}

const char *
rig_text(struct rig *g, const char *name)
{
	static char text[4096];
	struct span s;

	text[0] = '\0';
	if (json_text(g->json, name, sizeof(text) - 1, &s) == JSON_GOT) {
		memcpy(text, s.p, s.n);
		text[s.n] = '\0';
	}
	return text;
}

bool
rig_said(struct rig *g, long status, const char *error, const char *description)
{
	bool ok = g->status == status && strcmp(rig_text(g, "error"), error) == 0 &&
	    strcmp(rig_text(g, "error_description"), description) == 0;

	if (!ok)
		fprintf(stderr, "wanted %ld %s \"%s\", got %ld %.*s\n", status, error, description, g->status,
		    (int)g->body_n, g->body_n == 0 ? "" : g->body);
	return ok;
}

void
rig_claims(struct rig *g, char claims[512], const char *jti)
{
	snprintf(claims, 512, "{\"iss\":\"%s\",\"sub\":\"%s\",\"aud\":\"%s/oauth2/token\",\"exp\":%lld,"
	    "\"iat\":%lld,\"jti\":\"%s\"}", g->signer_hex, g->signer_hex, g->url,
	    (long long)(clock_wall() / 1000 + 120), (long long)(clock_wall() / 1000), jti);
}

long
rig_token(struct rig *g, const char *header, const char *claims, const char *extra)
{
	uint8_t bytes[4096];
	struct writer w = writer_over(bytes, sizeof(bytes));
	char form[8192];

	test_jws(g->login, header, claims, &w);
	snprintf(form, sizeof(form), "grant_type=client_credentials&client_id=%s&client_assertion_type="
	    "urn%%3Aietf%%3Aparams%%3Aoauth%%3Aclient-assertion-type%%3Ajwt-bearer&client_assertion=%.*s%s",
	    g->signer_hex, (int)w.n, (const char *)w.p, extra);
	return rig_ask(g, "/oauth2/token", NULL, "application/x-www-form-urlencoded", form);
}

static void
statement_start(struct rig *g, struct statement *s, uint16_t purpose)
{
	memset(s, 0, sizeof(*s));
	s->purpose = purpose;
	memcpy(s->group, g->sam.group, 32);
	s->epoch = 1;
	memcpy(s->subject, g->signer, 16);
	random_bytes(s->fresh, sizeof(s->fresh));
	s->iat = clock_wall();
	s->exp = s->iat + 120000;
}

static void
evidence_make(struct writer *w)
{
	static const uint8_t id[16] = { 0xaa }, sig[64] = { 1 };
	struct evidences list = { 0 };

	CHECK(evidences_add(&list, EVIDENCE_DEVICE, id, span_of(sig, 64)));
	evidences_write(w, &list);
}

void
rig_statement_act(struct rig *g, uint16_t purpose, struct writer *statement, struct writer *evidence)
{
	uint8_t sb[2048], eb[256];
	struct writer sw = writer_over(sb, sizeof(sb)), ew = writer_over(eb, sizeof(eb));
	static struct statement s;

	statement_start(g, &s, purpose);
	if (purpose == PURPOSE_BIND || purpose == PURPOSE_ADD_AUTHENTICATOR) {
		s.bind = (struct body_bind){ .from = 1, .type = 1, .protection = 1,
			.spki = span_of(g->sam.spki, 91), .label = span_str(purpose == PURPOSE_BIND ? "file" : "second") };
	} else if (purpose == PURPOSE_REMOVE_AUTHENTICATOR) {
		s.remove_authenticator.from = 1;
		memcpy(s.remove_authenticator.authenticator, g->authenticator, 16);
	} else if (purpose == PURPOSE_CREATE_KEY) {
		s.create_key = (struct body_create_key){ .from = 1, .alg = 1, .class = 1, .level = 2,
			.evidences = 1 };
	} else {
		s.key.from = 1;
		memcpy(s.key.key, g->key, 16);
		s.key.reason = span_str("");
	}
	statement_write(&sw, &s);
	evidence_make(&ew);
	CHECK(writer_ok(&sw) && writer_ok(&ew));
	base64_write(statement, writer_span(&sw));
	base64_write(evidence, writer_span(&ew));
}

void
rig_enrol(struct rig *g)
{
	uint8_t sb[4096] = { 0 }, eb[512] = { 0 }, spki[91];
	struct writer s = writer_over(sb, sizeof(sb) - 1), e = writer_over(eb, sizeof(eb) - 1);
	char x[64] = "", y[64] = "", claims[512];
	struct writer xw = writer_over(x, 63), yw = writer_over(y, 63);

	random_bytes(g->signer, 16);
	hex_text(g->signer, 16, g->signer_hex);
	rig_statement_act(g, PURPOSE_BIND, &s, &e);
	test_key_spki(g->login, spki);
	base64url_write(&xw, span_of(spki + 27, 32));
	base64url_write(&yw, span_of(spki + 59, 32));
	CHECK(rig_post(g, "/propria/v1/enrol", "{\"statement\":\"%s\",\"evidence\":\"%s\",\"login\":"
	    "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"%s\",\"y\":\"%s\"}}", sb, eb, x, y) == 200);
	CHECK(strcmp(rig_text(g, "signer"), g->signer_hex) == 0);
	CHECK(strlen(rig_text(g, "authenticator")) == 32);
	rig_claims(g, claims, "first");
	CHECK(rig_token(g, "{\"alg\":\"ES256\"}", claims, "") == 200);
	strcpy(g->token, rig_text(g, "access_token"));
	CHECK(strlen(g->token) == 43);
}

void
rig_key(struct rig *g)
{
	uint8_t sb[4096] = { 0 }, eb[512] = { 0 }, der[2048], b64[4096] = { 0 };
	struct writer s = writer_over(sb, sizeof(sb) - 1), e = writer_over(eb, sizeof(eb) - 1);
	struct writer d = writer_over(der, sizeof(der)), b = writer_over(b64, sizeof(b64) - 1);

	rig_statement_act(g, PURPOSE_CREATE_KEY, &s, &e);
	CHECK(rig_post(g, "/propria/v1/enact", "{\"statement\":\"%s\",\"evidence\":\"%s\"}", sb, eb) == 200);
	strcpy(g->key_hex, rig_text(g, "id"));
	CHECK(hex_exact(span_str(g->key_hex), g->key, 16));
	CHECK(rig_post(g, "/propria/v1/keys/request", "{\"credentialID\":\"%s\"}", g->key_hex) == 200);
	test_certificate(g->sam.key, NULL, NULL, &d);
	base64_write(&b, writer_span(&d));
	CHECK(rig_post(g, "/propria/v1/keys/certificate",
	    "{\"credentialID\":\"%s\",\"certificate\":\"%s\",\"chain\":[\"%s\"]}", g->key_hex, b64, b64) == 200);
}

void
rig_package(struct rig *g, const struct wish *wish, struct writer *bytes)
{
	static uint8_t sb[STATEMENT_MAX], digests[1000][32];
	struct writer sw = writer_over(sb, sizeof(sb)), ew;
	uint8_t eb[256];
	static struct statement s;

	statement_start(g, &s, PURPOSE_SIGN);
	if (wish->subject_hex != NULL)
		CHECK(hex_exact(span_str(wish->subject_hex), s.subject, 16));
	memcpy(s.sign.key, g->key, 16);
	s.sign.class = 1;
	s.sign.level = 2;
	s.sign.alg = wish->alg == 0 ? 1 : wish->alg;
	s.sign.kind = 1;
	s.sign.seen = 1;
	memcpy(s.sign.requester, g->signer, 16);
	s.sign.name = s.sign.text = span_str("");
	s.sign.n = wish->n;
	for (size_t i = 0; i < wish->n; i++) {
		memset(digests[i], wish->equal ? 1 : (int)(i + 1), 32);
		digests[i][0] = wish->equal ? 0 : (uint8_t)(i >> 8);
		s.sign.items[i] = (struct item){ span_of(digests[i], 32), span_str("") };
	}
	statement_write(&sw, &s);
	ew = writer_over(eb, sizeof(eb));
	evidence_make(&ew);
	wr_span32(bytes, writer_span(&sw));
	wr_span32(bytes, writer_span(&ew));
	CHECK(writer_ok(&sw) && writer_ok(bytes));
}

void
rig_hashes(struct writer *json, size_t from, size_t n, bool equal)
{
	wr_u8(json, '[');
	for (size_t i = from; i < from + n; i++) {
		uint8_t digest[32];

		memset(digest, equal ? 1 : (int)(i + 1), 32);
		digest[0] = equal ? 0 : (uint8_t)(i >> 8);
		wr_span(json, span_str(i == from ? "\"" : ",\""));
		base64_write(json, span_of(digest, 32));
		wr_u8(json, '"');
	}
	wr_span(json, span_str("]"));
	wr_u8(json, 0);
	json->n--;
	CHECK(writer_ok(json));
}
