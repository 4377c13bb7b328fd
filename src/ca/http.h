/* SPDX-License-Identifier: Apache-2.0 */
/* Plain HTTP for the trial CA over libmicrohttpd: whole requests in, whole answers out. */
#ifndef CA_HTTP_H
#define CA_HTTP_H

#include "base/err.h"
#include "base/writer.h"

#define HTTP_BODY_MAX	65536
#define HTTP_ANSWER_MAX	((size_t)8 << 20)

struct http_exchange {
	bool		 post;		/* or GET */
	const char	*path;		/* decoded, without query */
	const char	*type;		/* Content-Type of the request; "" for none */
	struct span	 body;

	unsigned	 status;	/* the answer */
	const char	*answer_type;
	struct writer	 answer;
};

/* Called in the connection's own thread: several run at a time. */
typedef void http_handler(struct http_exchange *, void *app);

struct http;

/* Binds a numeric IPv4 address; port 0: any that is free. */
struct http	*http_open(const char *address, unsigned port, struct err *) MUST_USE;	/* yours */
/* Serves from now on. */
bool		 http_serve(struct http *, http_handler *handler, void *app, struct err *) MUST_USE;
unsigned	 http_port(const struct http *);
void		 http_close(struct http *);	/* waits for what is under way; NULL is fine */

#endif
