/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Payloads of use entries, refusals and alarms. Lists are lent as bytes that were checked when
 * they were read: walk them with the _item functions. PROTOCOL.sam 5.2
 */
#ifndef AUDIT_ENTRY_USE_H
#define AUDIT_ENTRY_USE_H

#include "audit/entry_state.h"

#define USE_ITEMS_MAX		1000
#define REFUSALS_MAX		64
#define REASON_WORD_MAX		23

struct entry_reserved {
	uint8_t		d[HASH_LEN];
	uint8_t		key[ID_LEN], signer[ID_LEN], authenticator[ID_LEN];
	uint8_t		evidence[HASH_LEN];
	uint8_t		requester[ID_LEN];
	uint8_t		seen;			/* 1 document, 2 labels */
	uint64_t	exp;
	uint32_t	uses;			/* of this key, with these */
	size_t		n;			/* 1..1000 */
	struct span	indexes;		/* of a read one: n x u32, ascending */
};

enum outcome_status { OUTCOME_SIGNED, OUTCOME_NOT_MADE, OUTCOME_UNKNOWN };

struct outcome_item {
	uint32_t	index;
	uint8_t		status;			/* enum outcome_status */
	struct span	digest;			/* as long as alg says */
	struct span	signature;		/* the same; empty unless signed */
};

struct entry_outcome {
	uint8_t		d[HASH_LEN];
	uint8_t		key[ID_LEN];
	uint64_t	reserved;		/* sequence of its RESERVED */
	uint16_t	alg;
	uint64_t	exp;
	struct span	link;			/* kinds 2, 3: outcome_link; else empty */
	size_t		n;			/* 1..1000 */
	struct span	items;			/* of a read one */
};

#define OUTCOME_LINK_LEN	40

/* A window of a SCAL1 key: uses with this d rest on the SSA's word, not on an approval. */
struct entry_window {
	uint8_t		d[HASH_LEN];		/* window_digest of the rest */
	uint8_t		key[ID_LEN], signer[ID_LEN];
	uint8_t		session[ID_LEN];	/* as the SSA named the signer's login */
	uint64_t	expires;
	uint32_t	count;			/* 1..1000: indexes below it */
	uint8_t		random[32];
};

struct entry_refused {
	struct span	reason;			/* 1..23 */
	uint8_t		request;
	uint8_t		socket;			/* 1 SSA, 2 officers */
	uint8_t		signer[ID_LEN], key[ID_LEN];
	uint8_t		d[HASH_LEN];
};

struct refusals_item {
	struct span	reason;
	uint32_t	count;
};

struct entry_refusals {
	uint64_t	since;
	size_t		n;			/* 1..64 */
	struct span	items;			/* of a read one */
};

struct entry_alarm {
	struct span	what, detail;		/* "clock": time was set back (verify_file.h) */
};

void	entry_reserved_write(struct writer *, const struct entry_reserved *, const uint32_t *index);
uint32_t entry_reserved_index(const struct entry_reserved *, size_t i);		/* i < n */

void	entry_outcome_write(struct writer *, const struct entry_outcome *,
	    const struct outcome_item *);
/* From documents to DTBS/R: signing time (ms), SHA-256 of the certificate. */
struct span outcome_link(uint8_t mem[OUTCOME_LINK_LEN], uint64_t signing, const uint8_t cert[32]);
const uint8_t *entry_outcome_link(const struct entry_outcome *, uint64_t *signing);	/* the certificate's; NULL: none */
/* Start with reader_over(m->items); false after the n-th. */
bool	entry_outcome_item(struct reader *, struct outcome_item *);

/* SHA-256("propria-window-v1" 0 || key || signer || session || expires || count || random) */
void	window_digest(const struct entry_window *, uint8_t d[HASH_LEN]);
extern const struct field entry_window_fields[];
void	entry_window_write(struct writer *, const struct entry_window *);
void	entry_refused_write(struct writer *, const struct entry_refused *);
void	entry_refusals_write(struct writer *, const struct entry_refusals *,
	    const struct refusals_item *);
bool	entry_refusals_item(struct reader *, struct refusals_item *);	/* as entry_outcome_item */
void	entry_alarm_write(struct writer *, const struct entry_alarm *);

#endif
