/* SPDX-License-Identifier: Apache-2.0 */
/* The HTTP side of the tests' CA: a thread for each connection, one request at a time. */
#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/err.h"
#include "tests/cmp/faulty.h"
#include "tests/cmp/service.h"

#define REQUEST_MAX	65536
#define HUGE_BYTES	(5u << 20)

static const char *const names[FAULT_COUNT] = { "none", "hang", "close", "garbage", "html", "500", "404",
	"huge", "down-twice", "other-key", "other-subject", "more-subject", "unprotected", "other-signer",
	"transaction", "nonce", "poll-for-ever", "poll-twice", "reject", "unavailable", "stale",
	"other-crl-signer" };

struct peer {
	struct faulty	*f;
	int		 fd;
	char		 in[REQUEST_MAX + 1];
	size_t		 n;
};

int
faulty_named(const char *name)
{
	for (int i = 0; i < FAULT_COUNT; i++)
		if (strcmp(names[i], name) == 0)
			return i;
	return -1;
}

/* A change of mode starts its counting anew. */
static void
mode_read(struct faulty *f)
{
	char mode[32] = "";
	FILE *file = f->mode_file == NULL ? NULL : fopen(f->mode_file, "r");

	if (file == NULL)
		return;
	if (fscanf(file, "%31s", mode) == 1 && strcmp(mode, f->mode) != 0 && faulty_named(mode) >= 0) {
		strcpy(f->mode, mode);
		f->fault = faulty_named(mode);
		f->failures = f->polled = 0;
	}
	fclose(file);
}

static bool
send_all(int fd, const void *bytes, size_t n)
{
	const char *at = bytes;

	while (n > 0) {
		ssize_t sent = send(fd, at, n, MSG_NOSIGNAL);

		if (sent <= 0)
			return false;
		at += sent;
		n -= (size_t)sent;
	}
	return true;
}

static bool
answer(struct peer *p, const char *status, const char *type, struct span body)
{
	char head[256];
	int n = snprintf(head, sizeof(head), "HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\n"
	    "\r\n", status, type, body.n);

	return send_all(p->fd, head, (size_t)n) && send_all(p->fd, body.p, body.n);
}

static void
wait_for_stop(struct peer *p)
{
	struct pollfd gone = { .fd = p->fd, .events = POLLIN };

	while (!p->f->stop && poll(&gone, 1, 50) == 0)
		;		/* until either side has had enough */
}

static bool
answer_huge(struct peer *p)
{
	char *zeros = calloc(1, HUGE_BYTES);
	bool ok = answer(p, "200 OK", "application/pkixcmp", span_of(zeros, HUGE_BYTES));

	free(zeros);
	return ok;
}

/* False: this connection is over. *handled: the fault was the answer. */
static bool
misbehave(struct peer *p, bool *handled)
{
	struct faulty *f = p->f;

	*handled = true;
	switch ((enum fault)f->fault) {
	case FAULT_HANG:
		wait_for_stop(p);
		return false;
	case FAULT_CLOSE:
		return false;
	case FAULT_GARBAGE:
		return answer(p, "200 OK", "application/pkixcmp", span_str("this is no DER"));
	case FAULT_HTML:
		return answer(p, "200 OK", "text/html", span_str("<html>Welcome to nginx</html>"));
	case FAULT_500:
		return answer(p, "500 Internal Server Error", "text/plain", span_str("oops"));
	case FAULT_404:
		return answer(p, "404 Not Found", "text/plain", span_str("what?"));
	case FAULT_HUGE:
		return answer_huge(p);
	case FAULT_DOWN_TWICE:
		if (f->failures++ < 2)
			return answer(p, "503 Service Unavailable", "text/plain", span_str("later"));
		break;
	default:
		break;
	}
	*handled = false;
	return true;
}

static bool
answer_request(struct peer *p, const char *path, struct span body)
{
	AUTO_WRITER w = writer_grow(1u << 20);
	struct faulty *f = p->f;
	bool handled, open, ok = true;

	f->requests++;
	pthread_mutex_lock(&f->lock);
	mode_read(f);
	pthread_mutex_unlock(&f->lock);
	if (!(open = misbehave(p, &handled)) || handled)
		return open;
	pthread_mutex_lock(&f->lock);
	f->issuer.next_update_s = f->fault == FAULT_STALE ? -3600 : 3600;
	if (strncmp(path, "/crl", 4) == 0)
		issuer_crl(&f->issuer, f->fault == FAULT_OTHER_CRL_SIGNER ? f->issuer.ra_key :
		    f->issuer.key, &w);
	else if (strncmp(path, "/ocsp", 5) == 0)
		issuer_ocsp(&f->issuer, body, f->fault == FAULT_OTHER_CRL_SIGNER ? f->issuer.ra_key :
		    f->issuer.key, &w);
	else
		ok = service_answer(f, body, &w);
	pthread_mutex_unlock(&f->lock);
	if (!ok)
		return answer(p, "400 Bad Request", "text/plain", span_str("no CMP"));
	return answer(p, "200 OK", strncmp(path, "/cmp", 4) == 0 ? "application/pkixcmp" :
	    "application/octet-stream", writer_span(&w));
}

/* One request at the beginning of `in`, if it is there whole. */
static bool
request_take(struct peer *p)
{
	char *end = strstr(p->in, "\r\n\r\n"), *length, path[64];
	size_t head, body = 0;
	bool ok;

	if (end == NULL)
		return p->n < REQUEST_MAX;
	head = (size_t)(end - p->in) + 4;
	if ((length = strcasestr(p->in, "content-length:")) != NULL && length < end)
		body = (size_t)atoi(length + 15);
	if (p->n < head + body)
		return true;
	if (sscanf(p->in, "%*s %63s", path) != 1)
		return false;
	ok = answer_request(p, path, span_of(p->in + head, body));
	p->n -= head + body;
	memmove(p->in, p->in + head + body, p->n);
	p->in[p->n] = '\0';
	return ok;
}

static void *
serve_peer(void *arg)
{
	struct peer *p = arg;
	struct pollfd ready = { .fd = p->fd, .events = POLLIN };
	bool open = true;

	while (open && !p->f->stop) {
		ssize_t got;

		if (poll(&ready, 1, 50) == 0)
			continue;
		got = recv(p->fd, p->in + p->n, REQUEST_MAX - p->n, 0);
		if (got <= 0)
			break;
		p->n += (size_t)got;
		p->in[p->n] = '\0';
		open = request_take(p);
	}
	close(p->fd);
	p->f->connections--;
	free(p);
	return NULL;
}

static void *
serve(void *arg)
{
	struct faulty *f = arg;
	struct pollfd ready = { .fd = f->listener, .events = POLLIN };

	while (!f->stop) {
		struct peer *p;
		pthread_t thread;

		if (poll(&ready, 1, 50) <= 0 || (p = calloc(1, sizeof(*p))) == NULL)
			continue;
		p->f = f;
		if ((p->fd = accept(f->listener, NULL, NULL)) < 0) {
			free(p);
			continue;
		}
		f->connections++;
		if (pthread_create(&thread, NULL, serve_peer, p) != 0)
			bug("the tests' CA has no thread");
		pthread_detach(thread);
	}
	return NULL;
}

void
faulty_start(struct faulty *f, const char *secret)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t n = sizeof(a);
	const char *mode_file = f->mode_file;

	*f = (struct faulty){ .mode_file = mode_file };
	pthread_mutex_init(&f->lock, NULL);
	issuer_init(&f->issuer);
	if ((f->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) < 0 ||
	    bind(f->listener, (struct sockaddr *)&a, sizeof(a)) != 0 || listen(f->listener, 64) != 0 ||
	    getsockname(f->listener, (struct sockaddr *)&a, &n) != 0)
		bug("the tests' CA cannot listen");
	f->port = ntohs(a.sin_port);
	snprintf(f->issuer.url, sizeof(f->issuer.url), "http://127.0.0.1:%u", f->port);
	service_open(f, secret);
	if (pthread_create(&f->thread, NULL, serve, f) != 0)
		bug("the tests' CA has no thread");
}

void
faulty_stop(struct faulty *f)
{
	f->stop = true;
	pthread_join(f->thread, NULL);
	while (f->connections > 0)
		usleep(1000);
	close(f->listener);
	service_close(f);
	issuer_wipe(&f->issuer);
	pthread_mutex_destroy(&f->lock);
}
