/* SPDX-License-Identifier: Apache-2.0 */
/* TLS over one non-blocking socket, and as much of HTTP/1.1 as our own server speaks. */
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/err.h>

#include "conn.h"

#define MESSAGE_MAX	(1u << 20)

SSL_CTX *
conn_context(const char *certificate, struct err *e)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());

	if (ctx == NULL || SSL_CTX_set_min_proto_version(ctx, TLS1_3_VERSION) != 1 ||
	    SSL_CTX_load_verify_file(ctx, certificate) != 1) {
		SSL_CTX_free(ctx);
		err_set(e, ERR_MISSING, "the server's certificate %s", certificate);
		return NULL;
	}
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
	SSL_CTX_set_read_ahead(ctx, 1);	/* a record by one read in place of two */
	SSL_CTX_set_mode(ctx, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	return ctx;
}

static int
dial(const char *host, const char *port, struct err *e)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *a = NULL;
	int fd = -1, one = 1;

	if (getaddrinfo(host, port, &hints, &a) == 0 && a != NULL &&
	    (fd = socket(a->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0)) >= 0 &&
	    (connect(fd, a->ai_addr, a->ai_addrlen) != 0 ||
	    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)) != 0)) {
		close(fd);
		fd = -1;
	}
	if (a != NULL)
		freeaddrinfo(a);
	if (fd < 0)
		err_errno(e, ERR_BACKEND, errno, "connecting to %s port %s", host, port);
	return fd;
}

bool
conn_open(struct conn *out, SSL_CTX *ctx, const char *host, const char *port, struct err *e)
{
	struct conn c = { .fd = dial(host, port, e), .out = writer_grow(MESSAGE_MAX),
		.in = writer_grow(MESSAGE_MAX) };

	if (c.fd < 0)
		return false;
	if ((c.ssl = SSL_new(ctx)) == NULL || SSL_set_fd(c.ssl, c.fd) != 1 ||
	    SSL_set1_host(c.ssl, host) != 1 || SSL_connect(c.ssl) != 1) {
		err_set(e, ERR_BACKEND, "TLS: %s", ERR_reason_error_string(ERR_get_error()));
		conn_close(&c);
		return false;
	}
	fcntl(c.fd, F_SETFL, O_NONBLOCK);
	*out = c;
	return true;
}

void
conn_close(struct conn *c)
{
	SSL_free(c->ssl);
	if (c->fd >= 0)
		close(c->fd);
	writer_wipe(&c->out);
	writer_wipe(&c->in);
	c->ssl = NULL;
	c->fd = -1;
}

bool
conn_send(struct conn *c)
{
	while (c->sent < c->out.n) {
		int n = SSL_write(c->ssl, c->out.p + c->sent, (int)(c->out.n - c->sent));

		if (n <= 0)
			return SSL_get_error(c->ssl, n) == SSL_ERROR_WANT_WRITE;
		c->sent += (size_t)n;
	}
	c->sent = 0;
	writer_reset(&c->out);
	return writer_ok(&c->out);
}

/* 0: the head is not whole yet; -1: not one that we read. */
static int
head_read(struct conn *c)
{
	const char *text = (const char *)c->in.p;
	const char *end = memmem(text, c->in.n, "\r\n\r\n", 4), *line;

	if (end == NULL)
		return 0;
	for (line = text; line < end; line = (const char *)memchr(line, '\n', MESSAGE_MAX) + 1)
		if (strncasecmp(line, "content-length:", 15) == 0) {
			c->length = strtoul(line + 15, NULL, 10);
			c->head = (size_t)(end - text) + 4;
			return 1;
		}
	return -1;
}

static bool
more(struct conn *c, bool *any)
{
	static uint8_t block[16384];
	int n = SSL_read(c->ssl, block, sizeof(block));

	*any = n > 0;
	if (n > 0) {
		wr_bytes(&c->in, block, (size_t)n);
		return writer_ok(&c->in);
	}
	return SSL_get_error(c->ssl, n) == SSL_ERROR_WANT_READ;
}

enum conn_got
conn_receive(struct conn *c, unsigned *status, struct span *body)
{
	bool any;

	if (c->out.n > 0 && !conn_send(c))
		return CONN_BROKEN;
	do {
		if (!more(c, &any))
			return CONN_BROKEN;
		if (c->head == 0 && c->in.n > 0 && head_read(c) < 0)
			return CONN_BROKEN;
	} while (any && (c->head == 0 || c->in.n < c->head + c->length));
	if (c->head == 0 || c->in.n < c->head + c->length)
		return CONN_AGAIN;
	*status = (unsigned)strtoul((const char *)c->in.p + 9, NULL, 10);
	*body = span_of(c->in.p + c->head, c->length);
	c->head = c->length = 0;
	writer_reset(&c->in);	/* the bytes stay until the next answer */
	return CONN_ANSWER;
}
