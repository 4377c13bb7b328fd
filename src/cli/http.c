/* SPDX-License-Identifier: Apache-2.0 */
/* HTTPS by libcurl. */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/http.h"

#define CONNECT_SECONDS	10L
#define ANSWER_SECONDS	60L

struct http {
	CURL	*curl;
	char	*server, *cacert;
	bool	 plain;			/* http, on this machine */
	char	 why[CURL_ERROR_SIZE];
};

bool
http_url_is_fit(const char *url)
{
	const char *host = url + strlen("https://");

	return strncmp(url, "https://", strlen("https://")) == 0 && *host != '\0' && *host != '/' &&
	    strlen(url) < 1024 && strpbrk(host, "@?# \t\r\n\\\"") == NULL;
}

static bool
is_plain_and_local(const char *url)
{
	static const char *const hosts[] = { "http://localhost", "http://127.0.0.1", "http://[::1]" };

	for (size_t i = 0; i < COUNT(hosts); i++) {
		size_t n = strlen(hosts[i]);

		if (strncmp(url, hosts[i], n) == 0 && (url[n] == ':' || url[n] == '/' || url[n] == '\0'))
			return strlen(url) < 1024 && strpbrk(url + n, "@?# \t\r\n\\\"") == NULL;
	}
	return false;
}

void
http_free(struct http *h)
{
	if (h == NULL)
		return;
	curl_easy_cleanup(h->curl);
	free(h->server);
	free(h->cacert);
	free(h);
}

static struct http *
http_make(const char *server, const char *cacert, bool plain)
{
	AUTO(http) *h = NULL;

	if ((h = calloc(1, sizeof(*h))) == NULL || (h->server = strdup(server)) == NULL ||
	    (cacert != NULL && (h->cacert = strdup(cacert)) == NULL) ||
	    curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK || (h->curl = curl_easy_init()) == NULL)
		bug("out of memory");
	while (h->server[strlen(h->server) - 1] == '/')
		h->server[strlen(h->server) - 1] = '\0';
	h->plain = plain;
	return TAKE(h);
}

struct http *
http_new(const char *server, const char *cacert, struct err *e)
{
	if (http_url_is_fit(server))
		return http_make(server, cacert, false);
	err_exit(e, EXIT_USAGE, "the server is written https://HOST or https://HOST:PORT, "
	    "not %.80s", server);
	return NULL;
}

struct http *
http_new_provider(const char *url, const char *cacert, struct err *e)
{
	if (http_url_is_fit(url) || is_plain_and_local(url))
		return http_make(url, cacert, is_plain_and_local(url));
	err_exit(e, EXIT_USAGE, "a provider's address is https://..., without query, not %.80s", url);
	return NULL;
}

const char *
http_server(const struct http *h)
{
	return h->server;
}

static size_t
take_answer(char *p, size_t size, size_t n, void *to)
{
	struct writer *w = to;

	wr_bytes(w, p, size * n);
	return writer_ok(w) ? size * n : 0;
}

static bool
prepare(struct http *h, const char *url, struct curl_slist *headers, struct writer *answer)
{
	CURL *c = h->curl;

	curl_easy_reset(c);
	return curl_easy_setopt(c, CURLOPT_URL, url) == CURLE_OK &&
	    curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, h->plain ? "http" : "https") == CURLE_OK &&
	    curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK &&
	    curl_easy_setopt(c, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) == CURLE_OK &&
	    curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 1L) == CURLE_OK &&
	    curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 2L) == CURLE_OK &&
	    (h->cacert == NULL || (curl_easy_setopt(c, CURLOPT_CAINFO, h->cacert) == CURLE_OK &&
	    curl_easy_setopt(c, CURLOPT_CAPATH, NULL) == CURLE_OK)) &&
	    curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT, CONNECT_SECONDS) == CURLE_OK &&
	    curl_easy_setopt(c, CURLOPT_TIMEOUT, ANSWER_SECONDS) == CURLE_OK &&
	    curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
	    curl_easy_setopt(c, CURLOPT_ERRORBUFFER, h->why) == CURLE_OK &&
	    curl_easy_setopt(c, CURLOPT_USERAGENT, "propria") == CURLE_OK &&
	    curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers) == CURLE_OK &&
	    curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take_answer) == CURLE_OK &&
	    curl_easy_setopt(c, CURLOPT_WRITEDATA, answer) == CURLE_OK;
}

static bool
body_of(struct http *h, struct span body)
{
	return curl_easy_setopt(h->curl, CURLOPT_POST, 1L) == CURLE_OK &&
	    curl_easy_setopt(h->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body.n) == CURLE_OK &&
	    curl_easy_setopt(h->curl, CURLOPT_POSTFIELDS, body.n == 0 ? "" : (const char *)body.p) ==
	    CURLE_OK;
}

/* Appends; a list that could not grow is a bug of memory. */
static void
header(struct curl_slist **list, const char *name, const char *value)
{
	size_t n = strlen(name) + strlen(value) + 1;
	char *line = malloc(n);
	struct curl_slist *grown;

	if (line == NULL)
		bug("out of memory");
	snprintf(line, n, "%s%s", name, value);
	if ((grown = curl_slist_append(*list, line)) == NULL)
		bug("out of memory");
	*list = grown;
	explicit_bzero(line, n);
	free(line);
}

static const char *
advice(CURLcode code)
{
	switch (code) {
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CACERT_BADFILE:
		return "its certificate does not verify: name the CA that you trust with --cacert, "
		    "and do not go on if you are not sure";
	case CURLE_COULDNT_CONNECT:
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_OPERATION_TIMEDOUT:
		return "is the address right, and is the server running";
	default:
		return "try again";
	}
}

bool
http_call(struct http *h, const char *path, const char *token, const char *content_type,
    struct span body, long *status, struct writer *answer, struct err *e)
{
	struct curl_slist *headers = NULL;
	char url[2048];
	CURLcode code = CURLE_FAILED_INIT;

	if (snprintf(url, sizeof(url), "%s%s", h->server, path) >= (int)sizeof(url))
		return err_exit(e, EXIT_USAGE, "the server's address is too long");
	if (content_type != NULL)
		header(&headers, "Content-Type: ", content_type);
	if (token != NULL)
		header(&headers, "Authorization: Bearer ", token);
	header(&headers, "Expect:", "");
	writer_reset(answer);
	h->why[0] = '\0';
	if (prepare(h, url, headers, answer) && (content_type == NULL || body_of(h, body)))
		code = curl_easy_perform(h->curl);
	curl_slist_free_all(headers);
	if (code != CURLE_OK)
		return err_exit(e, EXIT_UNREACHABLE, "no answer from %.60s (%.60s): %s", h->server,
		    h->why[0] != '\0' ? h->why : curl_easy_strerror(code), advice(code));
	curl_easy_getinfo(h->curl, CURLINFO_RESPONSE_CODE, status);
	return true;
}
