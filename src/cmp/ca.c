/* SPDX-License-Identifier: Apache-2.0 */
/* One thread's session with a CA: made once, used for many transactions. */
#include <stdlib.h>

#include "cmp/session.h"

static int
on_log(const char *component UNUSED, const char *file UNUSED, int line UNUSED,
    OSSL_CMP_severity level UNUSED, const char *text UNUSED)
{
	return 1;		/* what matters comes back as an error */
}

static bool
cmp_open(struct ca *ca, struct err *e)
{
	OSSL_CMP_CTX *c = ca->cmp = OSSL_CMP_CTX_new(NULL, NULL);

	/* Below errors: or it would empty the queue into its log before we read it. */
	if (c == NULL || OSSL_CMP_CTX_set_log_cb(c, on_log) != 1 ||
	    OSSL_CMP_CTX_set_log_verbosity(c, OSSL_CMP_LOG_ALERT) != 1 ||
	    OSSL_CMP_CTX_set_transfer_cb(c, transfer_cmp) != 1 ||
	    OSSL_CMP_CTX_set_transfer_cb_arg(c, ca) != 1 ||
	    OSSL_CMP_CTX_set_option(c, OSSL_CMP_OPT_IMPLICIT_CONFIRM, ca->config.implicit_confirm) != 1 ||
	    OSSL_CMP_CTX_set_option(c, OSSL_CMP_OPT_TOTAL_TIMEOUT,
	    (int)ca->config.total_seconds + 10) != 1)
		return err_set(e, ERR_BACKEND, "[ca %s]: OpenSSL has no CMP", ca->config.name);
	return credentials_load(ca, e);
}

/* "Expect:" off: a large request would wait a second for a 100 that many servers never send. */
static bool
http_open(struct ca *ca)
{
	ca->curl = curl_easy_init();
	ca->headers = curl_slist_append(curl_slist_append(NULL, "Content-Type: application/pkixcmp"),
	    "Expect:");
	ca->ocsp_headers = curl_slist_append(curl_slist_append(NULL,
	    "Content-Type: application/ocsp-request"), "Expect:");
	return ca->curl != NULL && ca->headers != NULL && ca->ocsp_headers != NULL;
}

struct ca *
ca_open(const struct ca_config *config, const atomic_bool *stop, struct err *e)
{
	struct ca *ca = calloc(1, sizeof(*ca));

	if (ca == NULL)
		bug("out of memory");
	ca->config = *config;
	ca->stop = stop;
	ca->answer = writer_grow(ANSWER_MAX);
	plain_init(ca);
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK || !http_open(ca))
		err_set(e, ERR_BACKEND, "[ca %s]: there is no HTTP client", config->name);
	else if (strcmp(config->method, "cmp") != 0 || cmp_open(ca, e))
		return ca;
	ca_free(ca);
	return NULL;
}

void
ca_free(struct ca *ca)
{
	if (ca == NULL)
		return;
	plain_wipe(ca);
	EVP_PKEY_free(ca->key);
	X509_free(ca->server);
	OSSL_CMP_CTX_free(ca->cmp);
	curl_easy_cleanup(ca->curl);
	curl_slist_free_all(ca->headers);
	curl_slist_free_all(ca->ocsp_headers);
	for (size_t i = 0; i < CACHED_MAX; i++)
		writer_wipe(&ca->cached[i].bytes);
	writer_wipe(&ca->answer);
	free(ca);
}

uint64_t
ca_waited_us(const struct ca *ca)
{
	return ca->waited_us;
}

const char *
ca_said(const struct ca *ca)
{
	return ca->said;
}
