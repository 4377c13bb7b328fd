/* SPDX-License-Identifier: Apache-2.0 */
/* HTTP and HTTPS over libmicrohttpd in the caller's thread, which can be confined first. */
#ifndef SIC_SERVER_H
#define SIC_SERVER_H

#include "base/secret.h"
#include "sic/answer.h"
#include "sic/config.h"

struct server;

/* Binds and starts; certificate and key are PEM texts, NULL for plain HTTP. */
struct server	*server_open(const struct config *, const struct pages *, const char *certificate,
		    const char *key, struct err *) MUST_USE;	/* yours */
void		 server_close(struct server *);
unsigned	 server_port(const struct server *);
/* Serves for about a second, or until a signal. */
bool		 server_turn(struct server *, struct err *) MUST_USE;

#endif
