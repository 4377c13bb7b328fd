/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One API call: a request whose caller is known and whose JSON was read, on its way to an answer.
 * A handler answers, or asks the SAM and names what comes next; each step does one of the two.
 */
#ifndef SSA_API_CALL_H
#define SSA_API_CALL_H

#include "json/emit.h"
#include "json/json.h"
#include "ssa/http/server.h"
#include "ssa/ssa.h"

struct call;
struct route;
/* answer: the payload, when e->code is ERR_NONE. */
typedef void call_next(struct call *, struct reader *answer, const struct err *e);
typedef void call_then(struct call *);

struct call {
	struct ssa	*ssa;
	struct exchange	*x;
	const struct route *route;
	json_t		*json;
	uint8_t		 account[16];	/* routes with a token: whose; zero: of a client alone */
	uint8_t		 requester[16];	/* the client; the account itself for a signer's own tool */
	enum scope	 scope;
	struct span	 bearer;	/* the token; with SCOPE_CREDENTIAL it is the SAD as well */
	char		 visit[TOKEN_LETTERS + 1];	/* cookie made for this answer; pages only */
	struct signer	*signer;	/* of the account: held; NULL without one */
	uint64_t	 now;

	void		*state;		/* the handler's own between its steps */
	void		(*state_free)(void *);

	struct sam_request ask;
	bool		 of_module;	/* asked of the authentication module */
	call_next	*next;
	uint8_t		 refresh_key[16];
	bool		 refreshed;
	call_then	*refresh_then;
	call_then	*woken;
	struct before	*before;	/* asked the SAM when the CA has answered */
};

/* Answers. Each is the last thing a step does. */
struct emit	call_answer(struct call *);		/* 200; write the object's members, then: */
void		call_answered(struct call *, struct emit *);
void		call_done(struct call *);		/* 204 */
void		call_error(struct call *, unsigned status, const char *error, const char *description,
		    const char *reason);		/* reason: NULL for none */
void		call_invalid(struct call *, const char *description);	/* 400 invalid_request */
void		call_refused(struct call *, const struct err *);	/* the SAM's, or our own failure */
void		call_busy(struct call *, const char *why);		/* 429 */
void		call_failed(struct call *, const struct err *);		/* 500, logged */

/* Asks the SAM; `next` is called on the HTTP thread. */
void	call_ask(struct call *, uint8_t type, struct span payload, call_next *next);
/* The same of the authentication module, where there is one. */
void	call_ask_module(struct call *, uint8_t type, struct span payload, call_next *next);
/* Waits for somebody else's thread to call call_wake; then `woken`, on the HTTP thread. */
void	call_wait(struct call *, call_then *woken);
void	call_wake(struct call *);
/*
 * Fetches the current record of the caller, and of a key unless zero, from the SAM; stores them;
 * then. What the SAM does not give stays as it was.
 */
void	call_refresh(struct call *, const uint8_t key[16], call_then *then);
/* The SAM says that a record is old, and we have not yet fetched it in this call. */
bool	call_is_outdated(const struct call *, const struct err *);

/* Of CSC: 1 or 2; 0 beside it. */
unsigned call_version(const struct call *);

/* Parameters. False: it has answered. Texts are CSC's. */
bool	call_text(struct call *, const char *name, size_t max, struct span *);	/* required */
bool	call_base64(struct call *, const char *name, size_t max, struct writer *);
bool	call_id(struct call *, const char *name, uint8_t id[16]);
/* The caller's own key of this credentialID: held, release it. NULL: answered. */
struct key *call_credential(struct call *) MUST_USE;
struct key *call_key(struct call *, const uint8_t id[16]) MUST_USE;
/* The same without an answer. NULL: none of the caller's, or an error. */
struct key *call_own_key(struct call *, const uint8_t id[16], struct err *) MUST_USE;
bool	call_flag(struct call *, const char *name, bool *);		/* absent: as it was */
bool	call_client_data(struct call *);

/* The entry point that http_open gets; app is the struct ssa. */
void	call_begin(struct exchange *, void *app);

#endif
