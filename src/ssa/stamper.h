/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Time stamps from a configured RFC 3161 service. A thread of its own asks it, one request after
 * the other, so that the HTTP thread never waits.
 */
#ifndef SSA_STAMPER_H
#define SSA_STAMPER_H

#include "base/err.h"
#include "base/span.h"
#include "base/writer.h"

#define STAMP_MAX	32768		/* bytes of a token */
#define STAMP_NONCE_MAX	32
#define STAMPS_WAITING	64

/* Lives with the one who asks; untouchable from stamper_ask until done was called. */
struct stamp {
	void		(*done)(struct stamp *);	/* on the stamper's thread: only pass it on */
	const char	*hash_oid;
	uint8_t		 digest[64];
	size_t		 digest_n;
	uint8_t		 nonce[STAMP_NONCE_MAX];	/* a positive number, most significant byte first */
	size_t		 nonce_n;

	struct err	 e;		/* ERR_NONE: token is a TimeStampToken, checked */
	struct writer	 token;
	struct stamp	*later;
};

struct stamper;

/*
 * ca: PEM file with the roots that its certificates must lead to; "" checks imprint and nonce,
 * but no signature.
 */
struct stamper	*stamper_start(const char *url, const char *ca, unsigned timeout_ms, struct err *)
		    MUST_USE;
void		 stamper_stop(struct stamper *);	/* ends what waits, in failure; NULL is fine */
void		 stamper_free(struct stamper *);	/* stops; NULL is fine */
/* False, and done is not called: too many are waiting. */
bool		 stamper_ask(struct stamper *, struct stamp *) MUST_USE;
void		 stamp_wipe(struct stamp *);

/* The parts that need no network. */
bool		 stamp_request_write(const struct stamp *, struct writer *, struct err *) MUST_USE;
/* Takes the token out of a TimeStampResp after checking it against the request. */
bool		 stamp_answer_read(struct stamp *, struct span response, const char *ca, struct err *)
		    MUST_USE;

#endif
