/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys that live for one signature: taken for one session, certified, used once, destroyed. What is
 * here lives in this process alone; whatever ends a session destroys its key. Everything that may
 * have changed is asked again at each step. PROTOCOL.sam 4.11; EN 419 241-1 SRA_SAP.2.3, SRG_KM;
 * ETSI TS 119 431-1 GEN-6.2.1-09, SIG-6.3.1-11 to -16, DEL-6.3.2-05; findings C11, H2, H3.
 */
#ifndef SAM_ONCE_H
#define SAM_ONCE_H

#include "sam/approval.h"
#include "sam/open_record.h"
#include "sam/sam.h"

enum once_step { ONCE_OPENING, ONCE_WAITING, ONCE_CERTIFIED, ONCE_SIGNING };

struct once_approval {			/* that of what is signed */
	uint8_t		d[32], evidence[32], authenticator[ID_LEN], requester[ID_LEN];
	uint8_t		seen;
	uint64_t	exp;
	size_t		n;
	uint8_t		*digests;	/* n: of documents, or DTBS/R */
};

struct once {
	enum once_step	 step;
	bool		 busy;			/* log or module is at work: who ends it only says why */
	bool		 logged;		/* SESSION is, and SESSION_ENDED is not */
	bool		 taken;			/* there is a key to destroy */
	uint8_t		 why;			/* enum session_why: it ends; 0: it does not */
	uint8_t		 session[ID_LEN], key[ID_LEN], signer[ID_LEN];
	uint64_t	 connection;		/* that opened it: it ends with it */
	uint8_t		 fresh[FRESH_LEN];	/* of the nonce, spent when there is a key */
	struct approved	 approved;
	uint8_t		 profile[16], idv[32];
	const struct alg *alg;
	uint8_t		 kind;			/* 2, 3; 0: certificate first */
	uint16_t	 attrs;
	uint32_t	 signer_version, epoch;
	uint64_t	 exp, exp_life;		/* of the session, by both clocks */
	struct pool_place place;		/* the one worker that has the key */
	uint8_t		 spki[SPKI_MAX];
	uint64_t	 made;
	struct writer	 name;			/* subject, from the signer's record */
	struct writer	 info, csr, attestation;
	bool		 attest;
	uint8_t		 anchor[32], cert[32];
	uint64_t	 not_before, not_after;
	struct once_approval approval;
	uint64_t	 signing;		/* ms, of kinds 2 and 3 */
	uint64_t	 reserved, outcome;	/* sequence, place in the log */
	uint8_t		*dtbsr, *status, *signatures;
};

struct onces	*onces_new(struct err *) MUST_USE;	/* yours */
void		 onces_free(struct onces *);
/* A place for a session; ERR_BUSY when all are taken, "replay" if it is there already. */
struct once	*once_add(struct onces *, const uint8_t session[ID_LEN], struct err *) MUST_USE;
/* At this step and with nothing under way; else reason "session". */
struct once	*once_find(struct onces *, const uint8_t session[ID_LEN], enum once_step, struct err *);
/* Whatever it is at; NULL: none. */
struct once	*once_any(struct onces *, const uint8_t session[ID_LEN]);
/* That signs, or will, what this statement approves; NULL: none. */
const struct once *once_of(const struct onces *, const uint8_t d[32]);
/* Is one of this signer being ended while log or module are at work on it? NULL: is any, by a change? */
bool		 onces_closing(const struct onces *, const uint8_t *signer);

/* Clocks, epoch, signer, policy, anchor: as they are now. */
bool	once_still_holds(const struct sam *, const struct once *, struct err *) MUST_USE;
/* Destroys the key and logs why, at once or when what is under way is done. */
void	once_end(struct sam *, struct once *, enum session_why);
/* Why, for what once_still_holds said no to: time, or something changed. */
enum session_why once_why(const struct err *);
/* once_end for that. */
void	once_end_unheld(struct sam *, struct once *, const struct err *);
void	onces_end_all(struct sam *, enum session_why);
void	onces_end_of(struct sam *, uint64_t connection);	/* it closed: who would send the rest? */
void	onces_recheck(struct sam *);		/* ends those that hold no more: after each act */
void	onces_tick(struct sam *, uint64_t now_life);	/* time, lost workers. Once per loop. */
/* Forgets it; ended or never logged. */
void	once_free(struct sam *, struct once *);
void	once_drop_key(struct sam *, struct once *);	/* if there is one */
void	once_log_end(struct sam *, struct once *);
/* A callback's way out: what was under way is over, the session ends, the call is refused. */
void	once_stop(struct sam *, struct call *, struct once *, enum session_why, const struct err *);
/* What a callback asks first: neither ended meanwhile nor changed. */
bool	once_goes_on(const struct sam *, const struct once *, struct err *) MUST_USE;
/* The module's failure as a refusal's reason; *why: worker lost, or module failed. */
void	once_module_failed(const struct err *failure, struct err *, enum session_why *why);
/* The call waits for this session, which is its own no longer than that. */
void	once_lend(struct call *, struct once *);

/* Orders the key to sign n digests of the algorithm; last: and to be destroyed. */
bool	once_order(struct sam *, const struct once *, const uint8_t *digests, size_t n, bool last,
	    pool_done, struct call *, struct err *) MUST_USE;
/* Reserves, signs, destroys, answers with the results. The approval is there, the certificate is. */
void	once_sign(struct sam *, struct call *, struct once *);
void	onces_withdraw(struct sam *);	/* orders of ended sessions that no worker was given */

struct once_request {			/* a statement with its approvals, taken apart */
	struct span	 evidences;
	struct statement st;
	struct evidences ev;
	struct approved	 approved;
	uint8_t		 d[32];
};
/* Well-formed, of a one-time key, for us, fresh and unspent. */
bool	once_request_read(struct sam *, struct call *, struct once_request *, struct span statement,
	    struct span evidences, struct err *) MUST_USE;
/* The signer may, and approved exactly these bytes as SCAL2 asks. The nonce is not spent yet. */
bool	once_is_approved(struct sam *, struct once_request *, struct span record,
	    const uint8_t idv[32], struct opened_signer *, struct err *) MUST_USE;
void	once_approval_take(struct once *, const struct once_request *);

/* Under an anchor of exactly this profile: signature over the raw bytes, then all that is inside. */
bool	once_certificate_fits(struct sam *, struct once *, struct span der, struct err *) MUST_USE;
bool	once_profile_stands(const struct state *, const uint8_t profile[16]);

#endif
