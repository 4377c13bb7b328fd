/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Documents that a client hands over to be shown on the signing page: in memory only, for half an
 * hour, within bounds for each account and client. What the page signs it hashes itself.
 */
#ifndef SSA_DOCUMENTS_H
#define SSA_DOCUMENTS_H

#include "base/err.h"
#include "base/span.h"
#include "crypto/hash.h"

#define DOCUMENT_MAX		(8u << 20)
#define DOCUMENT_LIFE_MS	(30 * 60000ull)

struct document {
	uint8_t		name[HASH_LEN];		/* SHA-256 of the text that the client has */
	uint8_t		account[16], client[16];	/* account: zero where the token has none */
	uint64_t	expires;
	size_t		size, have;		/* readable when they are the same */
	uint8_t		*bytes;
};

struct documents;

/* room: bytes of all. A document takes a quarter at most, an account too, a client a half. */
struct documents *documents_new(size_t room);
void	documents_free(struct documents *);	/* NULL is fine */
size_t	documents_largest(const struct documents *);	/* 0: none are taken */
/* Lent, until it expires. NULL: ERR_NOT_NOW, there is no room. */
struct document *documents_add(struct documents *, const uint8_t name[HASH_LEN],
	    const uint8_t account[16], const uint8_t client[16], size_t size, uint64_t now,
	    struct err *) MUST_USE;
/* This client's. NULL: there is none. */
struct document *documents_find(struct documents *, const uint8_t name[HASH_LEN],
	    const uint8_t client[16], uint64_t now);
/* The next bytes: false unless they begin where the last ended and fit. */
bool	document_append(struct document *, size_t at, struct span) MUST_USE;
void	documents_sweep(struct documents *, uint64_t now);

#endif
