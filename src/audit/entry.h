/* SPDX-License-Identifier: Apache-2.0 */
/* Log entries: the common head, and every kind's payload behind one door. PROTOCOL.sam 5.2 */
#ifndef AUDIT_ENTRY_H
#define AUDIT_ENTRY_H

#include "audit/entry_person.h"
#include "audit/entry_session.h"
#include "audit/entry_state.h"
#include "audit/entry_use.h"

#define ENTRY_HEAD	18			/* sequence, time, kind, version */
#define ENTRY_VERSION	1
#define ENTRY_MAX	(512u * 1024)		/* the longest: an OUTCOME of 1000 RSA signatures */

enum entry_kind {
	ENTRY_GENESIS	= 1,
	ENTRY_START	= 2,
	ENTRY_STOP	= 3,
	ENTRY_HEAD_SIGNED = 4,
	ENTRY_PROPOSED	= 5,
	ENTRY_ACT	= 6,
	ENTRY_SIGNER	= 7,
	ENTRY_KEY	= 8,
	ENTRY_RESERVED	= 9,
	ENTRY_OUTCOME	= 10,
	ENTRY_REFUSED	= 11,
	ENTRY_REFUSALS	= 12,
	ENTRY_ALARM	= 13,
	ENTRY_WINDOW	= 14,
	ENTRY_SESSION	= 15,
	ENTRY_SESSION_CERTIFIED = 16,
	ENTRY_SESSION_ENDED = 17,
	/* 18 and 19 are nobody's. Of an authentication module: */
	ENTRY_TRY	= 20,
	ENTRY_TRIED	= 21,
	ENTRY_GRANTED	= 22,
	ENTRY_PERSON	= 23,
	ENTRY_GRANT_KEY	= 24,
};
#define ENTRY_KINDS	25			/* one more than the last */

struct entry {
	uint64_t	sequence;
	uint64_t	time;
	enum entry_kind	kind;
	struct span	payload;		/* lent */
};

union entry_payload {
	struct entry_genesis	genesis;
	struct entry_start	start;
	struct entry_stop	stop;
	struct head		head;
	struct entry_proposed	proposed;
	struct entry_act	act;
	struct entry_signer	signer;
	struct entry_key	key;
	struct entry_reserved	reserved;
	struct entry_outcome	outcome;
	struct entry_refused	refused;
	struct entry_refusals	refusals;
	struct entry_alarm	alarm;
	struct entry_window	window;
	struct entry_session	session;
	struct entry_session_certified session_certified;
	struct entry_session_ended session_ended;
	struct entry_try	try;
	struct entry_tried	tried;
	struct entry_granted	granted;
	struct entry_person	person;
	struct entry_grant_key	grant_key;
};

/* The head of an entry; unknown kinds and versions are refused. The payload is not looked into. */
bool	entry_read(struct span bytes, struct entry *, struct err *) MUST_USE;
void	entry_head_write(struct writer *, uint64_t sequence, uint64_t time, enum entry_kind);
/* The payload, by its kind; spans in it are lent from the entry's bytes. */
bool	entry_payload_read(const struct entry *, union entry_payload *, struct err *) MUST_USE;

const char *entry_kind_name(enum entry_kind);	/* "reserved" */

#endif
