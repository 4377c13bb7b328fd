/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A signature with a one-time key: session in the SAM, certificate from the CA, signature, file. One
 * approval of documents drives it, given before the key exists. What the SSA does here is carry: the
 * SAM checks the approval, the certificate, and builds what is signed. EN 419 241-1 SRC_SKS.1.4,
 * SRA_SAP.2.3; PROTOCOL.sam 4.11
 */
#ifndef SSA_ONCE_ONCE_H
#define SSA_ONCE_ONCE_H

#include "ssa/api/activation.h"
#include "ssa/oauth/ticket.h"
#include "ssa/once/ca_pool.h"
#include "wire/session.h"

/* Where a signature's time goes; ONCE_CA: until the CA answered, as measured here. */
enum once_part { ONCE_OPEN, ONCE_CLIENT, ONCE_CA, ONCE_SIGN, ONCE_FILE, ONCE_PARTS };

/* First member of the call's state. */
struct once {
	struct issue		 issue;
	struct call		*c;
	call_then		*done;		/* the files are there */
	const struct ca_config	*ca;
	struct key		*key;		/* instead: one that stays (once_use_key) */
	struct writer		 bytes;		/* the package */
	struct package		 package;
	struct activation	*a;		/* the statement's digests; NULL: certificate first */
	uint16_t		 alg;		/* certificate first; else a->alg */
	uint64_t		 expires;	/* the session, once it is open */
	unsigned		 connection;	/* that it was opened over */
	uint8_t			 kind;
	uint16_t		 attrs;
	uint8_t			 session[16], id[16];	/* the one-time key's */
	struct writer		 csr, attestation;
	struct writer		 files;		/* n x v32: CMS of each index */
	struct writer		 signatures;	/* n x v32: what is in them, as CSC carries it */
	uint64_t		 signing;	/* ms; in the attributes, if they have it */
	uint8_t			 ticket[HASH_LEN];	/* that it answers; zero: none */
	bool			 counted;	/* as under way, by who made the ticket */
	uint64_t		 since, took[ONCE_PARTS];	/* us */
	struct err		 past;		/* why the approval was refused a second time */
	struct once		*next, **at;	/* among those under way; at NULL: not among them */
};

void	once_init(struct once *, struct call *, call_then *done);
void	once_wipe(struct once *);

/*
 * Reads the package in o->bytes: SIGN_ONCE over documents by the caller, of a profile whose CA is
 * configured. NULL, or CSC's description of what is wrong.
 */
const char *once_package_fault(struct once *);
/* The same for OPEN_SESSION, which asks for a certificate before there is anything to sign. */
bool	once_opening_fits(struct once *) MUST_USE;
/* From there to the files, or to the certificate; answers itself where it comes to nothing. */
void	once_begin(struct once *);
/*
 * The same with a key that stays, which is in o->key: reads the package in o->bytes, SIGN over documents
 * with it. From there to the files; `used` says that authorize has activated it (o->a is that).
 */
const char *once_key_fault(struct once *);
void	once_use_key(struct once *, bool used);
/* The files of an approval that was used before, read back from the SAM's log. */
void	once_look_back(struct once *);
/* So that whoever waits sees for what: a header Server-Timing (W3C), milliseconds. */
void	once_timing_tell(const struct once *);
/* Is somebody's answer to this ticket being signed? */
bool	once_is_answering(const struct ssa *, const uint8_t ticket[HASH_LEN]);
/* approval/answer to a ticket for documents; takes the ticket. */
void	once_answer(struct call *, struct ticket *);
/* Steps that key.c shares: OUTCOME of all indexes, its answer or SESSION_CERTIFICATE's, results to files. */
void	once_outcome_ask(struct call *, const struct once *);
call_next once_on_results;
void	once_results_take(struct call *, struct once *, const struct msg_results *);
struct span once_file(const struct once *, size_t index);
/* So that the signing page sees for itself what was signed: certificate, signing, signatures. */
void	once_signed_write(const struct once *, struct emit *);

/* What is offered, as the members of an answer: session, profile, idv, seconds, alg, algorithm, ca, evidences. */
bool	once_offer_write(struct call *, struct emit *, const struct ca_config *,
	    const struct msg_session_challenged *, struct err *) MUST_USE;

#endif
