/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libmicrohttpd without threads of its own. It checks less than we want of a request's framing;
 * what two readers could understand in two ways is refused here, and its connection closed.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "sic/server.h"

#define PRIORITIES	"NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-RSA:-AES-128-CBC:-AES-256-CBC:" \
			"-SHA1:-GROUP-FFDHE2048:%SERVER_PRECEDENCE"
#define TURN_MS		1000
#define MEMORY		16384	/* of one connection: what its request line and headers may take */

struct server {
	struct MHD_Daemon	*daemon;
	const struct pages	*pages;
	struct always		 always;
	unsigned		 port;
	int			 listener;	/* -1: the daemon's */
};

struct framing {
	unsigned	lengths, hosts;
	bool		odd;
};

static enum MHD_Result
framing_seen(void *arg, enum MHD_ValueKind kind UNUSED, const char *name, const char *value)
{
	struct framing *f = arg;

	if (strcasecmp(name, "Content-Length") == 0)
		f->odd = f->odd || f->lengths++ > 0 || value == NULL || strcmp(value, "0") != 0;
	else if (strcasecmp(name, "Transfer-Encoding") == 0)
		f->odd = true;		/* nothing here takes a body */
	else if (strcasecmp(name, "Host") == 0)
		f->odd = f->odd || f->hosts++ > 0 || value == NULL || *value == '\0';
	return MHD_YES;
}

static enum MHD_Result
send_answer(struct server *s, struct MHD_Connection *c, const struct answer *a)
{
	struct MHD_Response *r = MHD_create_response_from_buffer(a->body.n,
	    (void *)(uintptr_t)a->body.p, MHD_RESPMEM_PERSISTENT);
	enum MHD_Result ok = r == NULL ? MHD_NO : MHD_YES;

	for (size_t i = 0; ok == MHD_YES && i < s->always.n; i++)
		ok = MHD_add_response_header(r, s->always.headers[i].name, s->always.headers[i].value);
	for (size_t i = 0; ok == MHD_YES && i < a->n; i++)
		ok = MHD_add_response_header(r, a->headers[i].name, a->headers[i].value);
	if (ok == MHD_YES && a->status >= 400 && a->status != 404)
		ok = MHD_add_response_header(r, "Connection", "close");
	if (ok == MHD_YES)
		ok = MHD_queue_response(c, a->status, r);
	if (r != NULL)
		MHD_destroy_response(r);
	return ok;
}

static enum MHD_Result
on_request(void *app, struct MHD_Connection *c, const char *path, const char *method,
    const char *version UNUSED, const char *data UNUSED, size_t *n UNUSED, void **of_request)
{
	static char begun;
	struct server *s = app;
	struct framing f = { 0 };
	struct request r = { .method = method, .path = path };
	struct answer a;

	MHD_get_connection_values(c, MHD_HEADER_KIND, framing_seen, &f);
	r.odd = f.odd;
	r.if_none_match = MHD_lookup_connection_value(c, MHD_HEADER_KIND, "If-None-Match");
	r.accept_encoding = MHD_lookup_connection_value(c, MHD_HEADER_KIND, "Accept-Encoding");
	answer_make(s->pages, &r, &a);
	/* A good one is answered at the second call, when there is surely no body: it may be followed. */
	if (*of_request == NULL && (a.status < 400 || a.status == 404)) {
		*of_request = &begun;
		return MHD_YES;
	}
	return send_answer(s, c, &a);
}

/* Percent signs stay as they came: no path of ours has one. */
static size_t
on_escapes(void *app UNUSED, struct MHD_Connection *c UNUSED, char *text)
{
	return strlen(text);
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
address_read(const char *text, unsigned port, union address *a, socklen_t *n)
{
	*a = (union address){ 0 };
	if (inet_pton(AF_INET, text, &a->v4.sin_addr) == 1) {
		a->v4.sin_family = AF_INET;
		a->v4.sin_port = htons((uint16_t)port);
		*n = sizeof(a->v4);
		return true;
	}
	a->v6.sin6_family = AF_INET6;
	a->v6.sin6_port = htons((uint16_t)port);
	*n = sizeof(a->v6);
	return inet_pton(AF_INET6, text, &a->v6.sin6_addr) == 1;
}

static bool
listener_open(struct server *s, const struct config *g, struct err *e)
{
	union address a;
	socklen_t n;
	int one = 1;

	if (!address_read(g->address, g->port, &a, &n))
		return err_set(e, ERR_FORMAT, "%s is no address", g->address);
	if (g->plain && !address_is_loopback(g->address))
		bug("plain HTTP beyond loopback");
	if ((s->listener = socket(a.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) < 0)
		return err_errno(e, ERR_BACKEND, errno, "listen on %s", g->address);
	setsockopt(s->listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(s->listener, &a.any, n) != 0 || listen(s->listener, 512) != 0 ||
	    getsockname(s->listener, &a.any, &n) != 0)
		return err_errno(e, ERR_BACKEND, errno, "listen on %s port %u", g->address, g->port);
	s->port = ntohs(a.any.sa_family == AF_INET ? a.v4.sin_port : a.v6.sin6_port);
	return true;
}

static struct MHD_Daemon *
daemon_start(struct server *s, const struct config *g, const char *certificate, const char *key)
{
	struct MHD_OptionItem tls[] = {
		{ MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)(uintptr_t)certificate },
		{ MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)(uintptr_t)key },
		{ MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)(uintptr_t)PRIORITIES },
		{ MHD_OPTION_END, 0, NULL }
	};
	struct MHD_OptionItem none[] = { { MHD_OPTION_END, 0, NULL } };

	return MHD_start_daemon(MHD_USE_EPOLL | MHD_USE_ERROR_LOG | (key == NULL ? 0 : MHD_USE_TLS), 0,
	    NULL, NULL, on_request, s,
	    MHD_OPTION_EXTERNAL_LOGGER, on_log, NULL,
	    MHD_OPTION_UNESCAPE_CALLBACK, on_escapes, NULL,
	    MHD_OPTION_LISTEN_SOCKET, s->listener,
	    MHD_OPTION_STRICT_FOR_CLIENT, 1,
	    MHD_OPTION_CONNECTION_LIMIT, g->connections,
	    MHD_OPTION_CONNECTION_TIMEOUT, g->idle_s,
	    MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)MEMORY,
	    MHD_OPTION_ARRAY, key == NULL ? none : tls,
	    MHD_OPTION_END);
}

struct server *
server_open(const struct config *g, const struct pages *pages, const char *certificate,
    const char *key, struct err *e)
{
	struct server *s = calloc(1, sizeof(*s));

	if (s == NULL)
		bug("out of memory");
	s->pages = pages;
	s->listener = -1;
	always_init(&s->always, g->ssa, key != NULL);
	if (listener_open(s, g, e) && (s->daemon = daemon_start(s, g, certificate, key)) == NULL)
		err_set(e, ERR_BACKEND, "the server did not start: do its certificate and key belong"
		    " together, and are both PEM?");
	if (s->daemon == NULL) {
		server_close(s);
		return NULL;
	}
	s->listener = -1;
	return s;
}

void
server_close(struct server *s)
{
	if (s == NULL)
		return;
	if (s->daemon != NULL)
		MHD_stop_daemon(s->daemon);
	if (s->listener >= 0)
		close(s->listener);
	free(s);
}

unsigned
server_port(const struct server *s)
{
	return s->port;
}

bool
server_turn(struct server *s, struct err *e)
{
	return MHD_run_wait(s->daemon, TURN_MS) == MHD_YES ||
	    err_set(e, ERR_BACKEND, "the server cannot go on");
}
