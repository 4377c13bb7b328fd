/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTTPS: bytes in, bytes out, over libmicrohttpd. What a request means is the handler's; no two of
 * them run at a time; it answers at once, or suspends and is called again.
 */
#ifndef SSA_HTTP_SERVER_H
#define SSA_HTTP_SERVER_H

#include "base/err.h"
#include "base/secret.h"
#include "base/span.h"
#include "base/writer.h"

#define ANSWER_MAX	(2u << 20)

enum verb { VERB_GET, VERB_POST, VERB_OPTIONS, VERB_OTHER };
#define REQUEST_ID_LETTERS	16

struct MHD_Connection;

/* One request and its answer. */
struct exchange {
	enum verb	 verb;
	const char	*method, *path;
	struct span	 body;
	bool		 plain;		/* came without TLS, from this machine */
	uint8_t		 peer[16];	/* IPv6 address, or IPv4 mapped into it */
	char		 id[REQUEST_ID_LETTERS + 1];	/* random: in the log and in the answer */

	unsigned	 status;	/* the answer; body in JSON */
	struct writer	 answer;
	struct span	 fixed;		/* instead of `answer`: lives as long as the server */
	bool		 no_store, no_body;
	unsigned	 retry_after;	/* seconds; 0: none */
	const char	*authenticate;	/* WWW-Authenticate; NULL: none */
	const char	*allow;
	const char	*type;		/* Content-Type; NULL: JSON */
	struct header	*headers;	/* exchange_set */
	const char	*origin;	/* whose pages may read the answer; NULL: nobody's */
	bool		 of_origin;	/* the answer depends on the Origin header */
	bool		 preflight;

	void		*of_handler;
	void		(*again)(struct exchange *);	/* after resume */
	void		(*over)(struct exchange *);	/* the last call; NULL: none */

	struct MHD_Connection *connection;	/* the server's own, from here on */
	uint8_t		*bytes;
	size_t		 size, room;
	size_t		 dropped;	/* of a body over the limit */
	uint64_t	 began;
	bool		 started, suspended, log;
};

typedef void http_handler(struct exchange *, void *app);

struct http_config {
	const char	*address;		/* numeric */
	unsigned	 port;			/* 0: any */
	const char	*plain;			/* a loopback address without TLS; NULL: none */
	unsigned	 plain_port;
	const char	*certificate, *key;	/* PEM texts; the key only until http_start returns */
	unsigned	 connections, per_peer;	/* at most; per_peer 0: no limit */
	unsigned	 idle_s;
	size_t		 body_max;
	bool		 log;
};

struct http;

struct http	*http_open(const struct http_config *, struct err *) MUST_USE;	/* binds the port */
unsigned	 http_port(const struct http *);
unsigned	 http_plain_port(const struct http *);	/* 0: none */
/* Serves from now on. */
bool		 http_start(struct http *, const struct http_config *, http_handler *, void *app,
		    struct err *) MUST_USE;
/* No handler runs meanwhile: for threads of our own that use what handlers use. */
void		 http_lock(struct http *);
void		 http_unlock(struct http *);
void		 http_quiesce(struct http *);	/* no new connections */
void		 http_close(struct http *);	/* nothing may be suspended; NULL is fine */

/* Another header of the answer. */
void		 exchange_set(struct exchange *, const char *name, const char *fmt, ...) PRINTF(3, 4);
/* Each parameter of the query, decoded, as often as it is there; false ends the walk. */
typedef bool query_seen(void *arg, struct span name, struct span value);
bool		 exchange_query(struct exchange *, query_seen *, void *arg);
const char	*exchange_header(const struct exchange *, const char *name);	/* NULL: none */
void		 exchange_suspend(struct exchange *);
void		 exchange_resume(struct exchange *);	/* from any thread */

#endif
