/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libmicrohttpd with an epoll thread and one lock, so that handlers need none. It checks less than we want
 * of a request's framing; what two readers could understand in two ways is refused here.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "ssa/http/server.h"

#define PRIORITIES	"NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-RSA:-AES-128-CBC:-AES-256-CBC:" \
			"-SHA1:-GROUP-FFDHE2048:%SERVER_PRECEDENCE"

struct header {
	struct header	*next;
	const char	*name;
	char		*value;
};

/* Two daemons have two threads; the lock keeps the promise that handlers run one at a time. */
struct entrance {
	struct http	*http;
	struct MHD_Daemon *daemon;
	unsigned	 port;
	int		 listener;	/* -1: the daemon's, or none */
	bool		 plain;
};

struct http {
	struct entrance	 tls, plain;
	pthread_mutex_t	 lock;
	http_handler	*handler;
	void		*app;
	size_t		 body_max;
	bool		 log;
};

void
exchange_set(struct exchange *x, const char *name, const char *fmt, ...)
{
	struct header *h = calloc(1, sizeof(*h));
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = h == NULL ? -1 : vasprintf(&h->value, fmt, ap);
	va_end(ap);
	if (n < 0)
		bug("out of memory");
	h->name = name;
	h->next = x->headers;
	x->headers = h;
}

struct walk {
	query_seen	*seen;
	void		*arg;
	bool		 ok;
};

static enum MHD_Result
query_pair(void *arg, enum MHD_ValueKind kind UNUSED, const char *name, size_t name_n,
    const char *value, size_t value_n)
{
	struct walk *w = arg;

	w->ok = w->seen(w->arg, span_of(name, name_n), span_of(value == NULL ? "" : value,
	    value == NULL ? 0 : value_n));
	return w->ok ? MHD_YES : MHD_NO;
}

bool
exchange_query(struct exchange *x, query_seen *seen, void *arg)
{
	struct walk w = { seen, arg, true };

	MHD_get_connection_values_n(x->connection, MHD_GET_ARGUMENT_KIND, query_pair, &w);
	return w.ok;
}

const char *
exchange_header(const struct exchange *x, const char *name)
{
	return MHD_lookup_connection_value(x->connection, MHD_HEADER_KIND, name);
}

void
http_lock(struct http *h)
{
	pthread_mutex_lock(&h->lock);
}

void
http_unlock(struct http *h)
{
	pthread_mutex_unlock(&h->lock);
}

void
exchange_suspend(struct exchange *x)
{
	x->suspended = true;
	MHD_suspend_connection(x->connection);
}

void
exchange_resume(struct exchange *x)
{
	MHD_resume_connection(x->connection);
}

static void
peer_of(struct MHD_Connection *c, uint8_t peer[16])
{
	const union MHD_ConnectionInfo *info =
	    MHD_get_connection_info(c, MHD_CONNECTION_INFO_CLIENT_ADDRESS);

	memset(peer, 0, 16);
	if (info == NULL || info->client_addr == NULL)
		return;
	if (info->client_addr->sa_family == AF_INET6) {
		memcpy(peer, &((const struct sockaddr_in6 *)(const void *)info->client_addr)->sin6_addr,
		    16);
	} else {
		peer[10] = peer[11] = 0xff;
		memcpy(peer + 12,
		    &((const struct sockaddr_in *)(const void *)info->client_addr)->sin_addr, 4);
	}
}

struct framing {
	unsigned	lengths, encodings, hosts, authorizations, types;
	bool		odd;
};

static enum MHD_Result
framing_seen(void *arg, enum MHD_ValueKind kind UNUSED, const char *name, const char *value)
{
	struct framing *f = arg;

	if (strcasecmp(name, "Content-Length") == 0) {
		f->lengths++;
		if (value == NULL || *value == '\0' || strspn(value, "0123456789") != strlen(value))
			f->odd = true;
	} else if (strcasecmp(name, "Transfer-Encoding") == 0) {
		f->encodings++;
		if (value == NULL || strcasecmp(value, "chunked") != 0)
			f->odd = true;
	} else if (strcasecmp(name, "Host") == 0) {
		f->hosts++;
	} else if (strcasecmp(name, "Authorization") == 0) {
		f->authorizations++;
	} else if (strcasecmp(name, "Content-Type") == 0) {
		f->types++;
	}
	return MHD_YES;
}

#define BODY_PATIENCE	8	/* times the limit */

static const char framing_fault[] = "The request's framing is ambiguous";
static const char large_fault[] = "The request is too large";

/* CORS (Fetch 3.2): one origin, no credentials; who asks from elsewhere gets no such header. */
static void
origin_add(const struct exchange *x, struct MHD_Response *r)
{
	if (x->of_origin)
		MHD_add_response_header(r, "Vary", "Origin");
	if (x->origin == NULL)
		return;
	MHD_add_response_header(r, "Access-Control-Allow-Origin", x->origin);
	if (!x->preflight) {
		MHD_add_response_header(r, "Access-Control-Expose-Headers",
		    "Retry-After, Request-Id, WWW-Authenticate");
		return;
	}
	MHD_add_response_header(r, "Access-Control-Allow-Methods", "GET, POST");
	MHD_add_response_header(r, "Access-Control-Allow-Headers", "Authorization, Content-Type");
	MHD_add_response_header(r, "Access-Control-Max-Age", "600");
}

static enum MHD_Result
send_now(struct exchange *x, unsigned status, struct span body, bool copy)
{
	void *bytes = (void *)(uintptr_t)body.p;
	struct MHD_Response *r = MHD_create_response_from_buffer(body.n, bytes,
	    copy ? MHD_RESPMEM_MUST_FREE : MHD_RESPMEM_PERSISTENT);
	enum MHD_Result ok;
	char seconds[16];

	if (r == NULL)
		return MHD_NO;
	if (!x->no_body)
		MHD_add_response_header(r, "Content-Type", x->type != NULL ? x->type : "application/json");
	MHD_add_response_header(r, "Request-Id", x->id);
	origin_add(x, r);
	if (x->no_store)
		MHD_add_response_header(r, "Cache-Control", "no-store");
	if (x->authenticate != NULL)
		MHD_add_response_header(r, "WWW-Authenticate", x->authenticate);
	if (x->allow != NULL)
		MHD_add_response_header(r, "Allow", x->allow);
	if (x->retry_after > 0) {
		snprintf(seconds, sizeof(seconds), "%u", x->retry_after);
		MHD_add_response_header(r, "Retry-After", seconds);
	}
	for (const struct header *h = x->headers; h != NULL; h = h->next)
		MHD_add_response_header(r, h->name, h->value);
	ok = MHD_queue_response(x->connection, status, r);
	MHD_destroy_response(r);
	return ok;
}

/* What a peer sent, as it may stand in a line of a log. */
static const char *
shown(const char *text, char out[65])
{
	size_t i;

	for (i = 0; i < 64 && text[i] != '\0'; i++)
		out[i] = text[i] > ' ' && text[i] < 0x7f ? text[i] : '?';
	out[i] = '\0';
	return out;
}

static enum MHD_Result
send_answer(struct exchange *x)
{
	struct span body = x->fixed;
	enum MHD_Result ok;

	if (x->log) {
		char peer[INET6_ADDRSTRLEN] = "", method[65], path[65];

		inet_ntop(AF_INET6, x->peer, peer, sizeof(peer));
		log_info("%s %s %u %zu %llu us %s %s", shown(x->method, method), shown(x->path, path),
		    x->status, x->size, (unsigned long long)(clock_us() - x->began), peer, x->id);
	}
	if (body.p != NULL)
		return send_now(x, x->status, body, false);
	body = writer_span(&x->answer);
	ok = send_now(x, x->status, body, body.p != NULL);
	x->answer = (struct writer){ 0 };	/* libmicrohttpd frees the bytes */
	return ok;
}

/* Before any handler: an error of the protocol itself. */
static enum MHD_Result
refuse_now(struct exchange *x, unsigned status, const char *why)
{
	bool csc = strncmp(x->path, "/csc/", 5) == 0;
	char *body = NULL;
	int n = asprintf(&body, "{\"error\":\"invalid_request\",\"error_description\":\"%s\"%s%s%s,"
	    "\"request_id\":\"%s\"}", why, csc ? ",\"message\":\"" : "", csc ? why : "", csc ? "\"" : "", x->id);

	return n < 0 ? MHD_NO : send_now(x, status, span_of(body, (size_t)n), true);
}

/* With the headers only: refuses before a byte of the body is taken. */
static enum MHD_Result
headers_check(struct http *h, struct exchange *x)
{
	struct framing f = { 0 };
	const char *length;

	MHD_get_connection_values(x->connection, MHD_HEADER_KIND, framing_seen, &f);
	if (f.odd || f.lengths > 1 || f.encodings > 1 || (f.lengths > 0 && f.encodings > 0) || f.hosts > 1 ||
	    f.authorizations > 1 || f.types > 1)
		return refuse_now(x, 400, framing_fault);
	length = exchange_header(x, "Content-Length");
	if (length != NULL && (strlen(length) > 9 ||
	    strtoul(length, NULL, 10) > BODY_PATIENCE * h->body_max))
		return refuse_now(x, 413, large_fault);
	return MHD_YES;
}

static enum MHD_Result
body_take(struct http *h, struct exchange *x, const char *data, size_t *n)
{
	/* Read on for a while without keeping it, so that the peer gets to hear why it is refused. */
	if (x->dropped > 0 || x->size + *n > h->body_max) {
		x->dropped += *n;
		*n = 0;
		return x->dropped > BODY_PATIENCE * h->body_max ? MHD_NO : MHD_YES;
	}
	if (x->size + *n > x->room) {
		size_t room = x->room == 0 ? 4096 : x->room;
		uint8_t *more;

		while (room < x->size + *n)
			room *= 2;
		if ((more = realloc(x->bytes, room)) == NULL)
			return MHD_NO;
		x->bytes = more;
		x->room = room;
	}
	memcpy(x->bytes + x->size, data, *n);
	x->size += *n;
	*n = 0;
	return MHD_YES;
}

static enum verb
verb_of(const char *method)
{
	if (strcmp(method, "GET") == 0)
		return VERB_GET;
	if (strcmp(method, "OPTIONS") == 0)
		return VERB_OPTIONS;
	return strcmp(method, "POST") == 0 ? VERB_POST : VERB_OTHER;
}

static void
id_make(char id[REQUEST_ID_LETTERS + 1])
{
	static const char digits[] = "0123456789abcdef";
	uint8_t random[REQUEST_ID_LETTERS / 2];

	random_bytes(random, sizeof(random));
	for (size_t i = 0; i < sizeof(random); i++) {
		id[2 * i] = digits[random[i] >> 4];
		id[2 * i + 1] = digits[random[i] & 15];
	}
}

static struct exchange *
exchange_new(struct http *h, struct MHD_Connection *c, const char *path, const char *method)
{
	struct exchange *x = calloc(1, sizeof(*x));

	if (x == NULL)
		return NULL;
	x->connection = c;
	x->path = path;
	x->method = method;
	x->verb = verb_of(method);
	x->answer = writer_grow(ANSWER_MAX);
	x->began = clock_us();
	x->log = h->log;
	id_make(x->id);
	peer_of(c, x->peer);
	return x;
}

static enum MHD_Result
request_step(struct http *h, bool plain, struct MHD_Connection *c, const char *path,
    const char *method, const char *data, size_t *n, void **of_request)
{
	struct exchange *x = *of_request;

	if (x == NULL) {
		if ((x = *of_request = exchange_new(h, c, path, method)) == NULL)
			return MHD_NO;
		x->plain = plain;
		return headers_check(h, x);
	}
	if (*n > 0)
		return body_take(h, x, data, n);
	if (x->dropped > 0)
		return refuse_now(x, 413, large_fault);
	x->path = path;
	x->method = method;
	if (!x->started) {
		x->started = true;
		x->body = span_of(x->bytes == NULL ? (const uint8_t *)"" : x->bytes, x->size);
		h->handler(x, h->app);
	} else if (x->suspended) {
		x->suspended = false;
		x->again(x);
	}
	return x->suspended ? MHD_YES : send_answer(x);
}

static enum MHD_Result
on_request(void *app, struct MHD_Connection *c, const char *path, const char *method,
    const char *version UNUSED, const char *data, size_t *n, void **of_request)
{
	struct entrance *t = app;
	enum MHD_Result ok;

	pthread_mutex_lock(&t->http->lock);
	ok = request_step(t->http, t->plain, c, path, method, data, n, of_request);
	pthread_mutex_unlock(&t->http->lock);
	return ok;
}

static void
headers_free(struct header *h)
{
	while (h != NULL) {
		struct header *next = h->next;

		explicit_bzero(h->value, strlen(h->value));	/* cookies, codes */
		free(h->value);
		free(h);
		h = next;
	}
}

static void
on_completed(void *app, struct MHD_Connection *c UNUSED, void **of_request,
    enum MHD_RequestTerminationCode why UNUSED)
{
	struct exchange *x = *of_request;
	struct entrance *t = app;

	if (x == NULL)
		return;
	pthread_mutex_lock(&t->http->lock);
	if (x->over != NULL)
		x->over(x);
	pthread_mutex_unlock(&t->http->lock);
	writer_wipe(&x->answer);
	if (x->bytes != NULL)
		explicit_bzero(x->bytes, x->size);
	headers_free(x->headers);
	free(x->bytes);
	free(x);
	*of_request = NULL;
}

static void
on_log(void *arg UNUSED, const char *fmt, va_list ap)
{
	char text[256];

	vsnprintf(text, sizeof(text), fmt, ap);
	text[strcspn(text, "\r\n")] = '\0';
	log_warn("http: %s", text);
}

union address {
	struct sockaddr		any;
	struct sockaddr_in	v4;
	struct sockaddr_in6	v6;
};

static bool
address_read(const char *text, unsigned port, union address *a, socklen_t *n, struct err *e)
{
	memset(a, 0, sizeof(*a));
	if (inet_pton(AF_INET, text, &a->v4.sin_addr) == 1) {
		a->v4.sin_family = AF_INET;
		a->v4.sin_port = htons((uint16_t)port);
		*n = sizeof(a->v4);
		return true;
	}
	if (inet_pton(AF_INET6, text, &a->v6.sin6_addr) == 1) {
		a->v6.sin6_family = AF_INET6;
		a->v6.sin6_port = htons((uint16_t)port);
		*n = sizeof(a->v6);
		return true;
	}
	return err_set(e, ERR_FORMAT, "listen address %s is no IPv4 or IPv6 address", text);
}

/* Bound here rather than by the library: its errors do not say which port was in use. */
static int
listener_open(const char *address, unsigned wanted, unsigned *port, struct err *e)
{
	union address a;
	socklen_t n;
	int fd, one = 1;

	if (!address_read(address, wanted, &a, &n, e))
		return -1;
	if ((fd = socket(a.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) < 0) {
		err_errno(e, ERR_BACKEND, errno, "listen on %s", address);
		return -1;
	}
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, &a.any, n) != 0 || listen(fd, 1024) != 0 || getsockname(fd, &a.any, &n) != 0) {
		if (errno == EADDRINUSE)
			err_set(e, ERR_BUSY, "port %u on %s is in use: another propria-ssa? Choose"
			    " another port, or 0 for any", wanted, address);
		else
			err_errno(e, ERR_BACKEND, errno, "listen on %s port %u", address, wanted);
		close(fd);
		return -1;
	}
	*port = ntohs(a.any.sa_family == AF_INET ? a.v4.sin_port : a.v6.sin6_port);
	return fd;
}

/* What is not encrypted stays on this machine. */
static bool
is_loopback(const char *address)
{
	struct in6_addr v6;
	struct in_addr v4;

	if (inet_pton(AF_INET, address, &v4) == 1)
		return ntohl(v4.s_addr) >> 24 == 127;
	return inet_pton(AF_INET6, address, &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

static bool
entrances_open(struct http *h, const struct http_config *g, struct err *e)
{
	if (g->plain != NULL && !is_loopback(g->plain))
		return err_set(e, ERR_DENIED, "[http] plain: %s is not a loopback address; without TLS only"
		    " 127.0.0.1 or ::1 is served", g->plain);
	h->tls.listener = listener_open(g->address, g->port, &h->tls.port, e);
	if (h->tls.listener < 0)
		return false;
	return g->plain == NULL ||
	    (h->plain.listener = listener_open(g->plain, g->plain_port, &h->plain.port, e)) >= 0;
}

struct http *
http_open(const struct http_config *g, struct err *e)
{
	struct http *h = calloc(1, sizeof(*h));

	if (h == NULL)
		bug("out of memory");
	h->tls = (struct entrance){ .http = h, .listener = -1 };
	h->plain = (struct entrance){ .http = h, .listener = -1, .plain = true };
	h->body_max = g->body_max;
	h->log = g->log;
	pthread_mutex_init(&h->lock, NULL);
	if (!entrances_open(h, g, e)) {
		http_close(h);
		return NULL;
	}
	return h;
}

static bool
entrance_start(struct entrance *t, const struct http_config *g, const struct MHD_OptionItem *more)
{
	t->daemon = MHD_start_daemon((t->plain ? 0 : MHD_USE_TLS) | MHD_USE_EPOLL |
	    MHD_USE_INTERNAL_POLLING_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG, 0, NULL,
	    NULL, on_request, t,
	    MHD_OPTION_EXTERNAL_LOGGER, on_log, NULL,
	    MHD_OPTION_LISTEN_SOCKET, t->listener,
	    MHD_OPTION_STRICT_FOR_CLIENT, 1,
	    MHD_OPTION_CONNECTION_LIMIT, g->connections,
	    MHD_OPTION_PER_IP_CONNECTION_LIMIT, g->per_peer,
	    MHD_OPTION_CONNECTION_TIMEOUT, g->idle_s,
	    MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)32768,
	    MHD_OPTION_NOTIFY_COMPLETED, on_completed, t,
	    MHD_OPTION_ARRAY, more,
	    MHD_OPTION_END);
	if (t->daemon != NULL)
		t->listener = -1;
	return t->daemon != NULL;
}

bool
http_start(struct http *h, const struct http_config *g, http_handler *handler, void *app, struct err *e)
{
	const struct MHD_OptionItem none[] = { { MHD_OPTION_END, 0, NULL } };
	const struct MHD_OptionItem tls[] = {
		{ MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)(uintptr_t)g->certificate },
		{ MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)(uintptr_t)g->key },
		{ MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)(uintptr_t)PRIORITIES },
		{ MHD_OPTION_END, 0, NULL },
	};

	h->handler = handler;
	h->app = app;
	if (!entrance_start(&h->tls, g, tls))
		return err_set(e, ERR_BACKEND, "HTTPS did not start: do the server's certificate and"
		    " key belong together, and are both PEM?");
	return h->plain.listener < 0 || entrance_start(&h->plain, g, none) ||
	    err_set(e, ERR_BACKEND, "plain HTTP did not start");
}

unsigned
http_port(const struct http *h)
{
	return h->tls.port;
}

unsigned
http_plain_port(const struct http *h)
{
	return h->plain.port;
}

void
http_quiesce(struct http *h)
{
	struct entrance *both[] = { &h->tls, &h->plain };

	for (size_t i = 0; i < COUNT(both); i++) {
		int fd = both[i]->daemon == NULL ? -1 : (int)MHD_quiesce_daemon(both[i]->daemon);

		if (fd >= 0)
			close(fd);
	}
}

void
http_close(struct http *h)
{
	if (h == NULL)
		return;
	for (struct entrance *t = &h->tls; t != NULL; t = t == &h->tls ? &h->plain : NULL) {
		if (t->daemon != NULL)
			MHD_stop_daemon(t->daemon);
		if (t->listener >= 0)
			close(t->listener);
	}
	pthread_mutex_destroy(&h->lock);
	free(h);
}
