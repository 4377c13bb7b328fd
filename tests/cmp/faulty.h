/* SPDX-License-Identifier: Apache-2.0 */
/* A CMP server over HTTP for tests, that misbehaves on demand: OpenSSL's own server side does the rest. */
#ifndef TESTS_CMP_FAULTY_H
#define TESTS_CMP_FAULTY_H

#include <openssl/cmp.h>
#include <pthread.h>
#include <stdatomic.h>

#include "tests/cmp/issuer.h"

enum fault {
	FAULT_NONE,
	FAULT_HANG, FAULT_CLOSE, FAULT_GARBAGE, FAULT_HTML, FAULT_500, FAULT_404, FAULT_HUGE,
	FAULT_DOWN_TWICE,		/* 503 twice, then as if nothing had been */
	FAULT_OTHER_KEY, FAULT_OTHER_SUBJECT, FAULT_MORE_SUBJECT,
	FAULT_UNPROTECTED, FAULT_OTHER_SIGNER, FAULT_TRANSACTION, FAULT_NONCE,
	FAULT_POLL_FOR_EVER, FAULT_POLL_TWICE,
	FAULT_REJECT, FAULT_UNAVAILABLE,
	FAULT_STALE, FAULT_OTHER_CRL_SIGNER,	/* of CRL and OCSP */
	FAULT_COUNT
};

struct faulty {
	struct issuer	 issuer;
	OSSL_CMP_SRV_CTX *server;
	OSSL_CMP_MSG	*waiting;		/* a request that was told to ask again */
	EVP_PKEY	*template_key;		/* lent: OpenSSL 3.0 shows no template's key */
	int		 listener;
	unsigned	 port;
	pthread_t	 thread;
	pthread_mutex_t	 lock;
	const char	*mode_file;		/* holds a fault's name; NULL: `fault` says it */
	char		 mode[32];		/* the last one that was read */
	_Atomic int	 fault;
	_Atomic bool	 stop;
	_Atomic int	 connections, requests, issued, confirmed, refused, polled, attested, failures;
};

/* secret: MAC instead of signatures; NULL: none. The URL is http://127.0.0.1:PORT, paths /cmp /crl /ocsp. */
void	faulty_start(struct faulty *, const char *secret);
void	faulty_stop(struct faulty *);
int	faulty_named(const char *name);		/* -1: none */

#endif
