/* SPDX-License-Identifier: Apache-2.0 */
/* HTTPS to one server, verified, bounded, without redirects. */
#ifndef CLI_HTTP_H
#define CLI_HTTP_H

#include "base/err.h"
#include "base/writer.h"

#define HTTP_ANSWER_MAX	(4u * 1024 * 1024)

struct http;

/* https:// only. cacert: a PEM file of the CAs to trust in place of the system's; may be NULL. */
struct http	*http_new(const char *server, const char *cacert, struct err *) MUST_USE;	/* yours */
/* The same for an identity provider, which may be http:// on this very machine. */
struct http	*http_new_provider(const char *url, const char *cacert, struct err *) MUST_USE;	/* yours */
void		 http_free(struct http *);
/* Is this an https URL without query, user or fragment? */
bool		 http_url_is_fit(const char *url);
/*
 * POST with a body, GET where content_type is NULL. token: bearer, may be NULL. False only when
 * there was no answer (EXIT_UNREACHABLE); *status is the server's.
 */
bool		 http_call(struct http *, const char *path, const char *token, const char *content_type,
		    struct span body, long *status, struct writer *answer, struct err *) MUST_USE;
const char	*http_server(const struct http *);	/* without a slash at its end; lent */

AUTO_FREE(http)

#endif
