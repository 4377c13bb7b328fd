/* SPDX-License-Identifier: Apache-2.0 */
/* libcurl with everything off that is not needed. */
#include <curl/curl.h>

#include "ssa/idp/fetch.h"

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
	return *(const atomic_bool *)arg;
}

/* The list has copies of what may be a secret. */
static void
headers_free(struct curl_slist *h)
{
	for (struct curl_slist *at = h; at != NULL; at = at->next)
		explicit_bzero(at->data, strlen(at->data));
	curl_slist_free_all(h);
}

static void
trust_set(CURL *c, const struct fetch *f)
{
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, strncmp(f->url, "https://", 8) == 0 ? "https" : "http");
	curl_easy_setopt(c, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 2L);
	if (*f->ca != '\0') {
		curl_easy_setopt(c, CURLOPT_CAINFO, f->ca);
		curl_easy_setopt(c, CURLOPT_CAPATH, NULL);
	}
	curl_easy_setopt(c, CURLOPT_PROXY, f->proxy);
	curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
}

static CURLcode
perform(CURL *c, struct fetch *f, struct curl_slist *headers, struct writer *answer)
{
	CURLcode code;

	curl_easy_reset(c);
	trust_set(c, f);
	curl_easy_setopt(c, CURLOPT_URL, f->url);
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)f->timeout_ms);
	curl_easy_setopt(c, CURLOPT_USERAGENT, "propria");
	curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers);
	if (f->form.p != NULL) {
		curl_easy_setopt(c, CURLOPT_POSTFIELDS, (const char *)f->form.p);
		curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE, (long)f->form.n);
	}
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_bytes);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, answer);
	curl_easy_setopt(c, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(c, CURLOPT_XFERINFOFUNCTION, on_progress);
	curl_easy_setopt(c, CURLOPT_XFERINFODATA, (void *)(uintptr_t)f->stop);
	code = curl_easy_perform(c);
	curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &f->status);
	return code;
}

bool
fetch_run(void *c, struct fetch *f, struct writer *answer, struct err *e)
{
	struct curl_slist *headers = curl_slist_append(NULL, "Accept: application/json");
	CURLcode code;

	if (f->authorization != NULL)
		headers = curl_slist_append(headers, f->authorization);
	code = perform(c, f, headers, answer);
	headers_free(headers);
	if (code == CURLE_WRITE_ERROR)
		return err_why(e, ERR_BUSY, "idp_answer", "The provider answered more than %d bytes", FETCH_MAX);
	if (code != CURLE_OK)
		return err_why(e, ERR_BUSY, "idp_unreachable", "The provider cannot be reached: %s",
		    curl_easy_strerror(code));
	return f->status < 300 || f->status >= 400 || err_why(e, ERR_BUSY, "idp_answer",
	    "The provider answered with a redirect, which is not followed");
}
