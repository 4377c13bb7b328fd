/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Statements that change state: what each purpose does once its approvals hold. The table in
 * answer_enact.c names the function; each writes its log entries and answers when they are
 * anchored.
 */
#ifndef SAM_ENACT_H
#define SAM_ENACT_H

#include "sam/check.h"
#include "sam/open_record.h"
#include "wire/enact.h"

struct act {
	struct call		*call;
	struct msg_enact	 m;
	struct statement	 st;
	uint8_t			 d[32];
	struct evidences	 ev;
	struct opened_signer	*signer;	/* the subject, where there is one */
	struct approved		 approved;
};

typedef bool (*enact_fn)(struct sam *, struct act *, struct err *);

struct enactment {
	uint16_t	purpose;
	enact_fn	enact;
};

bool	enact_invite(struct sam *, struct act *, struct err *);
bool	enact_bind(struct sam *, struct act *, struct err *);
bool	enact_add_authenticator(struct sam *, struct act *, struct err *);
bool	enact_remove_authenticator(struct sam *, struct act *, struct err *);
bool	enact_suspend(struct sam *, struct act *, struct err *);
bool	enact_reinstate(struct sam *, struct act *, struct err *);
bool	enact_close(struct sam *, struct act *, struct err *);
bool	enact_create_key(struct sam *, struct act *, struct err *);
bool	enact_destroy_key(struct sam *, struct act *, struct err *);
bool	enact_release_key(struct sam *, struct act *, struct err *);
bool	enact_officers(struct sam *, struct act *, struct err *);
bool	enact_resume(struct sam *, struct act *, struct err *);

/* Answers the call with these when everything written until now is anchored. Copies. */
void	enacted(struct sam *, struct call *, const struct msg_enacted *);

/* Is this very statement in force already? Then answers the call again, from the log. */
bool	enacted_before(struct sam *, struct act *);

/* Log entries of signers and keys; a, record: may be NULL or empty. */
struct signer_change {
	const uint8_t	*id;
	uint32_t	 version;
	uint8_t		 state;
	uint16_t	 cause;
	const uint8_t	*d;			/* NULL: zero */
	struct span	 statement, evidences, record;
};
struct key_change {
	const uint8_t	*id, *owner;
	uint32_t	 version;
	uint8_t		 state;
	uint16_t	 cause;
	const uint8_t	*d, *detail;		/* NULL: zero */
	struct span	 record;
};
void	log_signer(struct sam *, const struct signer_change *);
void	log_key(struct sam *, const struct key_change *);

/* Seals a record under a new salt at this version. A key's stays in the epoch of its birth: under
 * that one's secret its wrapped key is sealed, too. */
bool	seal_signer(struct sam *, const uint8_t id[ID_LEN], uint32_t version,
    const struct signer_record *, struct writer *out, struct err *) MUST_USE;
bool	seal_key(struct sam *, const uint8_t owner[ID_LEN], const uint8_t id[ID_LEN], uint32_t epoch,
	    uint32_t version, const struct key_record *, struct writer *out, struct err *) MUST_USE;

#endif
