/* SPDX-License-Identifier: Apache-2.0 */
/* The module worker: answers PROTOCOL.sam 7 on one descriptor, one request at a time. */
#ifndef HSM_WORKER_H
#define HSM_WORKER_H

#include "base/secret.h"
#include "hsm/probe.h"

enum worker_exit {
	WORKER_DONE	= 0,	/* the SAM closed its end */
	WORKER_USAGE	= 1,
	WORKER_REFUSED	= 2,	/* module, token or object missing, wrong PIN: don't start again */
	WORKER_LOST	= 3,	/* token or session lost: start another */
	WORKER_LIED	= 4,	/* a signature that does not verify: alarm, then start another */
	WORKER_BROKEN	= 5,	/* the SAM's end sent what it must not */
};

struct worker;

/* Everything is lent and must outlive the worker. */
struct worker	*worker_new(struct keys *, const struct secret *pin, const struct probe *,
		    struct err *) MUST_USE;
void		 worker_free(struct worker *);

AUTO_FREE(worker)

/* Serves until the end of the connection, or a reason to leave. */
enum worker_exit worker_serve(struct worker *, int fd);

#endif
