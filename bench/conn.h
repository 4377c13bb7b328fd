/* SPDX-License-Identifier: Apache-2.0 */
/* One keep-alive connection: TLS 1.3, one HTTP/1.1 request at a time. */
#ifndef BENCH_CONN_H
#define BENCH_CONN_H

#include <openssl/ssl.h>

#include "base/err.h"
#include "base/writer.h"

struct conn {
	int		fd;
	SSL		*ssl;
	struct writer	out, in;
	size_t		sent;
	size_t		head, length;	/* of the answer; head 0: not seen yet */
};

enum conn_got { CONN_AGAIN, CONN_ANSWER, CONN_BROKEN };

/* Trusts that one certificate; no older TLS. */
SSL_CTX	*conn_context(const char *certificate, struct err *) MUST_USE;	/* yours */
/* Connects and shakes hands, waiting; from then on it never waits. */
bool	 conn_open(struct conn *, SSL_CTX *, const char *host, const char *port, struct err *) MUST_USE;
void	 conn_close(struct conn *);

/* What stands in c->out, as one write where the socket takes it. */
bool	 conn_send(struct conn *) MUST_USE;
/* When the socket is ready: an answer's status and body, lent until the next request. */
enum conn_got conn_receive(struct conn *, unsigned *status, struct span *body);

#endif
