/* SPDX-License-Identifier: Apache-2.0 */
/* HTTP to a CA: one connection kept open, bounded in size and time. */
#include <openssl/err.h>
#include <strings.h>
#include <time.h>

#include "base/clock.h"
#include "cmp/session.h"

#define PAUSE_STEP_MS	50

bool
ca_is_stopping(const struct ca *ca)
{
	return ca->stop != NULL && atomic_load(ca->stop);
}

bool
ca_pause(struct ca *ca, uint64_t ms)
{
	uint64_t until = clock_life() + ms;

	for (uint64_t now; (now = clock_life()) < until;) {
		uint64_t left = until - now < PAUSE_STEP_MS ? until - now : PAUSE_STEP_MS;
		struct timespec t = { .tv_nsec = (long)left * 1000000 };

		if (ca_is_stopping(ca) || now >= ca->deadline)
			return false;
		nanosleep(&t, NULL);
	}
	return !ca_is_stopping(ca) && clock_life() < ca->deadline;
}

static size_t
on_bytes(char *p, size_t size, size_t n, void *arg)
{
	struct writer *w = arg;

	wr_bytes(w, p, size * n);
	return writer_ok(w) ? size * n : 0;
}

static int
on_progress(void *arg, curl_off_t a UNUSED, curl_off_t b UNUSED, curl_off_t c UNUSED,
    curl_off_t d UNUSED)
{
	return ca_is_stopping(arg);
}

/* No redirects, no other protocol, nothing from the environment. Connections outlive the reset. */
static void
options_set(struct ca *ca, const char *url, struct curl_slist *headers, struct span request)
{
	CURL *c = ca->curl;
	uint64_t now = clock_life(), left = ca->deadline > now ? ca->deadline - now : 1;
	long ms = left < ca->config.timeout_ms ? (long)left : (long)ca->config.timeout_ms;

	curl_easy_reset(c);
	curl_easy_setopt(c, CURLOPT_URL, url);
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(c, CURLOPT_PROXY, ca->config.proxy);
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, ms);
	curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers);
	if (request.n > 0) {
		curl_easy_setopt(c, CURLOPT_POSTFIELDS, (const char *)request.p);
		curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE, (long)request.n);
	}
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_bytes);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, &ca->answer);
	curl_easy_setopt(c, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(c, CURLOPT_XFERINFOFUNCTION, on_progress);
	curl_easy_setopt(c, CURLOPT_XFERINFODATA, ca);
	if (ca->config.tls_trust[0] != '\0')
		curl_easy_setopt(c, CURLOPT_CAINFO, ca->config.tls_trust);
}

static bool
unreached(struct ca *ca, const char *url, CURLcode code, struct err *e)
{
	const char *name = ca->config.name;

	if (ca_is_stopping(ca))
		return err_why(e, ERR_BUSY, "stopping", "CA %s: this server is stopping", name);
	if (code == CURLE_OPERATION_TIMEDOUT)
		return err_why(e, ERR_BUSY, "timeout", "CA %s at %.90s did not answer in time; look whether"
		    " it is overloaded, or raise timeout_ms", name, url);
	if (code == CURLE_WRITE_ERROR)
		return err_why(e, ERR_BACKEND, "garbage", "CA %s at %.90s answers more than %u bytes", name,
		    url, ANSWER_MAX);
	if (code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE)
		return err_why(e, ERR_BACKEND, "tls", "CA %s at %.80s: its TLS certificate does not lead to"
		    " tls_trust, or is for another name", name, url);
	return err_why(e, ERR_BUSY, "unreachable", "CA %s at %.90s cannot be reached: %.60s", name, url,
	    curl_easy_strerror(code));
}

bool
transfer(struct ca *ca, const char *url, struct curl_slist *headers, struct span request,
    long *status, struct err *e)
{
	uint64_t since = clock_us();
	CURLcode code;

	writer_reset(&ca->answer);
	options_set(ca, url, headers, request);
	code = curl_easy_perform(ca->curl);
	ca->waited_us += clock_us() - since;
	if (code != CURLE_OK)
		return unreached(ca, url, code, e);
	ca->reached = true;
	curl_easy_getinfo(ca->curl, CURLINFO_RESPONSE_CODE, status);
	return true;
}

/* An error message of CMP may come with any HTTP status; what is not CMP has its own explanation. */
bool
transfer_is_cmp(struct ca *ca, long status)
{
	const char *type = NULL, *name = ca->config.name, *url = ca->config.url;

	curl_easy_getinfo(ca->curl, CURLINFO_CONTENT_TYPE, &type);
	if (type != NULL && strncasecmp(type, "application/pkixcmp", 19) == 0 && ca->answer.n > 0)
		return true;
	if (status >= 500 || status == 429)
		return err_why(&ca->fault, ERR_BUSY, "http", "CA %s at %.90s answered HTTP %ld: its own"
		    " logs say why", name, url, status);
	if (status != 200)
		return err_why(&ca->fault, ERR_BACKEND, "http", "CA %s at %.80s answered HTTP %ld: is the"
		    " path of url the one of its CMP service?", name, url, status);
	return err_why(&ca->fault, ERR_BACKEND, "garbage", "CA %s at %.80s answered %.30s, not CMP"
	    " (application/pkixcmp): is url its CMP service?", name, url,
	    type != NULL && strncasecmp(type, "text/html", 9) == 0 ? "a web page" : "something else");
}

/* The answer to the plain exchange's request, as if OpenSSL's own had brought it. */
static bool
answer_recall(struct ca *ca)
{
	struct plain *p = &ca->plain;
	ASN1_OCTET_STRING *nonce = ASN1_OCTET_STRING_new();
	bool ok = nonce != NULL && ASN1_OCTET_STRING_set(nonce, p->nonce, sizeof(p->nonce)) == 1 &&
	    OSSL_CMP_CTX_set1_senderNonce(ca->cmp, nonce) == 1;

	ASN1_OCTET_STRING_free(nonce);
	p->handed = false;
	ca->reached = true;
	return ok;
}

static bool
exchange(struct ca *ca, const OSSL_CMP_MSG *request)
{
	uint8_t *der = NULL;
	long status = 0;
	int n = i2d_OSSL_CMP_MSG(request, &der);
	bool ok = n > 0;

	if (ok && ca->plain.handed) {
		ok = answer_recall(ca);
	} else if (ok) {
		plain_note(ca, span_of(der, (size_t)n));
		ok = transfer(ca, ca->config.url, ca->headers, span_of(der, (size_t)n), &status,
		    &ca->fault) && transfer_is_cmp(ca, status);
	}
	OPENSSL_free(der);
	return ok;
}

OSSL_CMP_MSG *
transfer_cmp(OSSL_CMP_CTX *ctx, const OSSL_CMP_MSG *request)
{
	struct ca *ca = OSSL_CMP_CTX_get_transfer_cb_arg(ctx);
	OSSL_CMP_MSG *answer;
	const uint8_t *at;

	if (!exchange(ca, request))
		return NULL;
	at = ca->answer.p;
	answer = d2i_OSSL_CMP_MSG(NULL, &at, (long)ca->answer.n);
	if (answer != NULL && at == ca->answer.p + ca->answer.n)
		return answer;
	OSSL_CMP_MSG_free(answer);
	err_why(&ca->fault, ERR_BACKEND, "garbage", "CA %s answered bytes that are no CMP message",
	    ca->config.name);
	return NULL;
}
