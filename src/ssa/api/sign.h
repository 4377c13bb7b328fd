/* SPDX-License-Identifier: Apache-2.0 */
/* What authorize and signHash keep between their steps. */
#ifndef SSA_API_SIGN_H
#define SSA_API_SIGN_H

#include "base/secret.h"
#include "crypto/hpke.h"
#include "ssa/api/activation.h"

struct sign {
	struct key	*key;
	struct activation *activation;
	struct writer	 bytes;			/* the package; empty with a handle */
	struct package	 package;
	uint8_t		*digests;		/* as the client listed them */
	size_t		 n;
	uint32_t	*index;			/* ascending, as the SAM is asked */
	size_t		*place;			/* of the client's j-th digest in index */
	bool		 only_activate;
	bool		 documents;		/* the digests are of documents, for signDoc */
	bool		 next;			/* the client wants a nonce for its next approval */
	bool		 looked_back;		/* OUTCOME was asked */
	struct secret	*factors;		/* in the clear, until they are sealed: factors.h */
	uint8_t		 person[16], module_key[HPKE_POINT_LEN];	/* whose, and what to seal them to */
	size_t		 wanted;		/* signatures */
	struct err	 past;		/* why an approval of an earlier life was refused */
};

/* Becomes the call's state. */
struct sign	*sign_new(struct call *);
/*
 * Reads the package in s->bytes and compares it with the caller, the key and s->digests.
 * NULL, or CSC's description of what is wrong; covers says it is the digests.
 */
const char	*sign_package_fault(struct call *, struct sign *);
/* ACTIVATE with the records that we have. */
/* Refused for a sealed record that is old, damaged, or not here at all: the SAM has it. */
bool		 sign_is_outdated(const struct call *, const struct sign *, const struct err *refusal);
void		 sign_activate(struct call *, struct sign *, call_next *);
/* A nonce as getChallenge gives it: b64url(fresh, epoch, now). */
void		 challenge_emit(struct emit *, const char *name, const struct msg_challenged *);
/* Index and place from s->digests. False: a digest is not covered (any more). */
bool		 sign_map(struct sign *, size_t *used) MUST_USE;

#endif
