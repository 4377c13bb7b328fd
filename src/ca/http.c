/* SPDX-License-Identifier: Apache-2.0 */
/* A thread for each connection: what is waited for is the disk, and then others go on. */
#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "ca/http.h"

#define CONNECTIONS	256
#define IDLE_S		60

struct http {
	struct MHD_Daemon	*daemon;
	http_handler		*handler;
	void			*app;
	int			 listener;	/* -1: the daemon's */
	unsigned		 port;
};

static enum MHD_Result
send_answer(struct MHD_Connection *c, const struct http_exchange *x)
{
	struct span body = writer_span(&x->answer);
	struct MHD_Response *r = MHD_create_response_from_buffer(body.n, (void *)(uintptr_t)body.p,
	    MHD_RESPMEM_MUST_COPY);
	enum MHD_Result ok = r == NULL ? MHD_NO
	    : MHD_add_response_header(r, "Content-Type", x->answer_type);

	if (ok == MHD_YES)
		ok = MHD_add_response_header(r, "Cache-Control", "no-store");
	if (ok == MHD_YES)
		ok = MHD_queue_response(c, x->status, r);
	if (r != NULL)
		MHD_destroy_response(r);
	return ok;
}

static void
refuse(struct http_exchange *x, unsigned status, const char *why)
{
	x->status = status;
	x->answer_type = "text/plain";
	wr_span(&x->answer, span_str(why));
}

static enum MHD_Result
answer(struct http *h, struct MHD_Connection *c, const char *path, const char *method,
    struct writer *body)
{
	const char *type = MHD_lookup_connection_value(c, MHD_HEADER_KIND, "Content-Type");
	struct http_exchange x = { .post = strcmp(method, "POST") == 0, .path = path,
		.type = type == NULL ? "" : type, .body = writer_span(body),
		.answer = writer_grow(HTTP_ANSWER_MAX) };
	enum MHD_Result ok;

	if (!x.post && strcmp(method, "GET") != 0)
		refuse(&x, 405, "GET and POST only\n");
	else if (!writer_ok(body))
		refuse(&x, 413, "the request is too long\n");
	else
		h->handler(&x, h->app);
	ok = writer_ok(&x.answer) ? send_answer(c, &x) : MHD_NO;
	writer_wipe(&x.answer);
	return ok;
}

static enum MHD_Result
on_request(void *app, struct MHD_Connection *c, const char *path, const char *method,
    const char *version UNUSED, const char *data, size_t *n, void **of_request)
{
	struct writer *body = *of_request;

	if (body == NULL) {
		if ((body = malloc(sizeof(*body))) == NULL)
			return MHD_NO;
		*body = writer_grow(HTTP_BODY_MAX);
		*of_request = body;
		return MHD_YES;
	}
	if (*n > 0) {
		wr_bytes(body, data, *n);
		*n = 0;
		return MHD_YES;
	}
	return answer(app, c, path, method, body);
}

static void
on_completed(void *app UNUSED, struct MHD_Connection *c UNUSED, void **of_request,
    enum MHD_RequestTerminationCode why UNUSED)
{
	struct writer *body = *of_request;

	if (body == NULL)
		return;
	writer_wipe(body);
	free(body);
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

static bool
listener_open(struct http *h, const char *address, unsigned port, struct err *e)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
	socklen_t n = sizeof(a);
	int one = 1;

	if (inet_pton(AF_INET, address, &a.sin_addr) != 1)
		return err_set(e, ERR_FORMAT, "--address %s is no IPv4 address", address);
	if ((h->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) < 0)
		return err_errno(e, ERR_BACKEND, errno, "listen");
	setsockopt(h->listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(h->listener, (struct sockaddr *)&a, n) != 0 || listen(h->listener, 512) != 0 ||
	    getsockname(h->listener, (struct sockaddr *)&a, &n) != 0)
		return err_errno(e, ERR_BACKEND, errno, "listen on %s port %u", address, port);
	h->port = ntohs(a.sin_port);
	return true;
}

struct http *
http_open(const char *address, unsigned port, struct err *e)
{
	struct http *h = calloc(1, sizeof(*h));

	if (h == NULL)
		bug("no memory");
	h->listener = -1;
	if (listener_open(h, address, port, e))
		return h;
	http_close(h);
	return NULL;
}

bool
http_serve(struct http *h, http_handler *handler, void *app, struct err *e)
{
	h->handler = handler;
	h->app = app;
	h->daemon = MHD_start_daemon(
	    MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_ERROR_LOG, 0,
	    NULL, NULL, on_request, h,
	    MHD_OPTION_EXTERNAL_LOGGER, on_log, NULL,
	    MHD_OPTION_NOTIFY_COMPLETED, on_completed, NULL,
	    MHD_OPTION_LISTEN_SOCKET, h->listener,
	    MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS,
	    MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_S,
	    MHD_OPTION_END);
	if (h->daemon == NULL)
		return err_set(e, ERR_BACKEND, "the HTTP server did not start");
	h->listener = -1;
	return true;
}

unsigned
http_port(const struct http *h)
{
	return h->port;
}

void
http_close(struct http *h)
{
	if (h == NULL)
		return;
	if (h->daemon != NULL)
		MHD_stop_daemon(h->daemon);
	if (h->listener >= 0)
		close(h->listener);
	free(h);
}
