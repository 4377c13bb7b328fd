/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the SSA keeps: a table of operations, filled by an engine (sqlite.c). Whatever fills it
 * passes tests/unit/store. All calls come from one thread. Spans that a call gives are lent until
 * the next call. `get` of what is not there is ERR_MISSING.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "base/err.h"
#include "base/span.h"

struct account {
	uint8_t		id[16];
	struct span	login;		/* spki */
	uint8_t		state;
	uint32_t	version;
};
struct record {
	uint8_t		type;		/* 1 signer, 2 key */
	uint8_t		id[16], owner[16];
	uint32_t	version;
	struct span	sealed;
};
struct key_row {
	uint8_t		id[16], owner[16];
	uint16_t	alg;
	uint8_t		class, level, state;
	uint8_t		evidences;	/* how many authenticators must approve each use */
	uint32_t	version;
	uint64_t	created;
	struct span	spki, certificate, chain;	/* each may be empty */
	uint8_t		profile[16];	/* whose CA certifies it; zero: that of keys without one */
	uint8_t		with[16];	/* the authenticator that must approve each use; zero: any */
};
struct activation_row {
	uint8_t		handle[32];	/* SHA-256 of the SAD */
	uint8_t		activation[16], account[16], key[16], d[32];
	uint8_t		requester[16];	/* the client that may use it */
	uint64_t	expires;
};
struct approval {
	uint8_t		d[32], signer[16], authenticator[16];
	struct span	statement, evidences;
};
struct use_row {
	uint8_t		d[32];
	uint64_t	place;
	struct span	indexes;	/* n x u32 */
	struct span	digests;	/* in a window, which has no list of them: n digests; else empty */
};
struct once_row {		/* certificate of a one-time key, under the approval that it was made for */
	uint8_t		d[32], account[16];
	struct span	certificate, chain;
	uint64_t	expires;
};
enum scope { SCOPE_SERVICE = 1, SCOPE_CREDENTIAL = 2 };
struct token_row {
	uint8_t		hash[32];
	uint8_t		account[16];	/* zero: of a client alone */
	uint8_t		requester[16];	/* the client; the account itself for a signer's own tool */
	uint8_t		grant[16];	/* with what it is revoked; zero: by itself only */
	uint8_t		scope;
	uint64_t	expires;
};
struct assertion_row {
	uint8_t		hash[32];
	uint64_t	expires;
};

enum client_kind { CLIENT_PUBLIC = 1, CLIENT_SECRET = 2, CLIENT_KEY = 3 };
#define GRANT_CODE	1u
#define GRANT_REFRESH	2u
#define GRANT_CLIENT	4u
struct client_row {
	struct span	client_id, name;
	uint8_t		id[16];
	uint8_t		kind;
	struct span	secret;		/* its SHA-256, or empty */
	struct span	spki;		/* of the key for assertions, or empty */
	struct span	redirects;	/* n x v16 */
	uint32_t	grants, scopes;	/* bits; a scope's bit is its number */
};
enum login_kind { LOGIN_PASSWORD = 1, LOGIN_PASSKEY = 2, LOGIN_PROVIDER = 3 };
struct login_row {
	uint8_t		kind;
	struct span	name;		/* login name; credential id; issuer, a zero byte, sub */
	uint8_t		account[16];
	struct span	data;
};
/* A secret that was handed out, known by its SHA-256, and what it stands for. */
enum handle_kind {
	HANDLE_SESSION = 1,	/* cookie of a browser that is logged in */
	HANDLE_PUSHED,		/* request_uri */
	HANDLE_REQUEST,		/* an authorization under way in a browser */
	HANDLE_CODE,
	HANDLE_REFRESH,
	HANDLE_TICKET,		/* an approval that somebody waits for */
	HANDLE_CONTINUE,	/* the way back from the approval */
	HANDLE_REGISTER,	/* may make a login for its account */
	HANDLE_CHALLENGE,	/* of a login passkey */
};
struct handle_row {
	uint8_t		kind;
	uint8_t		hash[32];
	uint8_t		state;		/* the kind's own; 0 at birth */
	uint8_t		grant[16], account[16], requester[16];
	uint64_t	expires;
	struct span	data;
};
struct authenticator_row {
	uint8_t		account[16], id[16];
	uint8_t		type, protection;	/* protection 0: not known */
	struct span	label, credential;	/* credential may be empty */
	uint64_t	bound;
};
struct evidence_row {
	uint8_t		d[32], hash[32];
	struct span	evidence;
	uint64_t	at;
};
struct evidence_room {			/* of the mailbox */
	size_t		of_one, of_all;		/* of one d, of all */
	uint64_t	life;
};
enum task_kind { TASK_CERTIFY = 1, TASK_REVOKE, TASK_STOP };
enum task_state { TASK_WAITING = 1, TASK_FAILED, TASK_DONE };
struct task_row {
	uint8_t		key[16];
	uint8_t		kind, state;
	uint32_t	tries;
	uint64_t	due;
	struct span	ca;		/* name of its section; empty: of none */
	struct span	data, why;
};
struct status_row {			/* of a key's certificate */
	uint8_t		key[16];
	uint8_t		standing;	/* enum ca_standing */
	uint64_t	tried, checked;	/* checked 0: no answer yet */
	uint64_t	this_update, next_update, revoked_at;
};

struct store;
typedef bool authenticator_seen(void *arg, const struct authenticator_row *);
typedef void evidence_seen(void *arg, struct span evidence);
typedef bool key_seen(void *arg, const struct key_row *);		/* false ends the walk */
typedef bool use_seen(void *arg, const struct use_row *);
typedef bool assertion_seen(void *arg, const struct assertion_row *);
typedef bool client_seen(void *arg, const struct client_row *);
typedef bool login_seen(void *arg, const struct login_row *);
typedef void token_ended(void *arg, const uint8_t hash[32]);

struct store_ops {
	void	(*close)(struct store *);	/* writes what is waiting first */

	/* Durable when they return. Between begin and commit: all or nothing. */
	bool	(*begin)(struct store *, struct err *);
	bool	(*commit)(struct store *, struct err *);
	void	(*rollback)(struct store *);
	bool	(*account_put)(struct store *, const struct account *, struct err *);
	bool	(*record_put)(struct store *, const struct record *, struct err *); /* never an older */
	bool	(*key_put)(struct store *, const struct key_row *, struct err *);

	bool	(*account_get)(struct store *, const uint8_t id[16], struct account *, struct err *);
	bool	(*record_get)(struct store *, uint8_t type, const uint8_t id[16], struct record *,
		    struct err *);
	bool	(*key_get)(struct store *, const uint8_t id[16], struct key_row *, struct err *);
	bool	(*keys_of)(struct store *, const uint8_t owner[16], key_seen *, void *, struct err *);

	/* Written behind, many in one transaction; visible to `get` at the latest after flush. */
	void	(*activation_put)(struct store *, const struct activation_row *);
	void	(*approval_put)(struct store *, const struct approval *);
	void	(*use_put)(struct store *, const struct use_row *);
	void	(*once_put)(struct store *, const struct once_row *);
	void	(*token_put)(struct store *, const struct token_row *);
	void	(*assertion_put)(struct store *, const struct assertion_row *);
	void	(*sweep)(struct store *, uint64_t now);		/* forgets what expired before */
	bool	(*flush)(struct store *, struct err *);		/* false: something was not written */

	bool	(*activation_get)(struct store *, const uint8_t handle[32], struct activation_row *,
		    struct err *);
	bool	(*approval_get)(struct store *, const uint8_t d[32], struct approval *, struct err *);
	bool	(*once_get)(struct store *, const uint8_t d[32], struct once_row *, struct err *);
	bool	(*uses_of)(struct store *, const uint8_t d[32], use_seen *, void *, struct err *);
	bool	(*token_get)(struct store *, const uint8_t hash[32], struct token_row *, struct err *);
	bool	(*assertions)(struct store *, assertion_seen *, void *, struct err *);

	/* What people are shown of their accounts. */
	bool	(*authenticator_put)(struct store *, const struct authenticator_row *, struct err *);
	bool	(*authenticator_drop)(struct store *, const uint8_t account[16], const uint8_t id[16],
		    struct err *);				/* one that is not there: nothing */
	bool	(*authenticators_of)(struct store *, const uint8_t account[16], authenticator_seen *,
		    void *, struct err *);
	/* Of all approvals of a signer, the latest first, in the log before a place. */
	bool	(*uses_by)(struct store *, const uint8_t signer[16], uint64_t before, use_seen *, void *,
		    struct err *);
	/* One question for a key that is not there and for one of somebody else. */
	bool	(*key_is_of)(struct store *, const uint8_t id[16], const uint8_t owner[16], bool *is,
		    struct err *);
	/* ERR_NOT_NOW: there is no room. What is older than its life goes first. */
	bool	(*evidence_put)(struct store *, const struct evidence_row *, const struct evidence_room *,
		    struct err *);
	bool	(*evidences_of)(struct store *, const uint8_t d[32], uint64_t since, evidence_seen *,
		    void *, struct err *);

	/* The authorization server's; durable when they return. */
	bool	(*client_put)(struct store *, const struct client_row *, struct err *);	/* a new one */
	bool	(*client_get)(struct store *, struct span client_id, struct client_row *, struct err *);
	bool	(*client_by_id)(struct store *, const uint8_t id[16], struct client_row *, struct err *);
	bool	(*client_remove)(struct store *, struct span client_id, struct err *);
	bool	(*clients)(struct store *, client_seen *, void *, struct err *);
	bool	(*login_put)(struct store *, const struct login_row *, struct err *);	/* a new name */
	bool	(*login_get)(struct store *, uint8_t kind, struct span name, struct login_row *,
		    struct err *);
	bool	(*login_remove)(struct store *, uint8_t kind, struct span name, const uint8_t account[16],
		    struct err *);				/* of this account alone */
	bool	(*logins_of)(struct store *, const uint8_t account[16], login_seen *, void *, struct err *);
	bool	(*handle_put)(struct store *, const struct handle_row *, struct err *);
	bool	(*handle_get)(struct store *, uint8_t kind, const uint8_t hash[32], struct handle_row *,
		    struct err *);
	/* From one state to another, once: ERR_NOT_NOW when it is in another one already. */
	bool	(*handle_move)(struct store *, uint8_t kind, const uint8_t hash[32], uint8_t from,
		    uint8_t to, const uint8_t grant[16], struct span data, struct err *);
	bool	(*handle_drop)(struct store *, uint8_t kind, const uint8_t hash[32], struct err *);
	/* Ends every token and handle of the grant (not zero); says which tokens. */
	bool	(*grant_end)(struct store *, const uint8_t grant[16], token_ended *, void *, struct err *);
	bool	(*token_end)(struct store *, const uint8_t hash[32], struct err *);

	/* What is to be done with CAs, and what they said; durable when they return. */
	bool	(*task_put)(struct store *, const struct task_row *, struct err *);	/* one of a kind */
	bool	(*task_get)(struct store *, const uint8_t key[16], uint8_t kind, struct task_row *,
		    struct err *);
	bool	(*task_next)(struct store *, struct span ca, uint64_t now, struct task_row *, struct err *);
	bool	(*task_drop)(struct store *, const uint8_t key[16], uint8_t kind, struct err *);
	bool	(*tasks_count)(struct store *, uint8_t state, uint64_t *, struct err *);
	bool	(*status_put)(struct store *, const struct status_row *, struct err *);
	bool	(*status_get)(struct store *, const uint8_t key[16], struct status_row *, struct err *);
	/* A key of the profile, with a certificate, in use, whose status was not tried since. */
	bool	(*status_due)(struct store *, const uint8_t profile[16], uint64_t before, uint8_t key[16],
		    struct err *);
	bool	(*keys_certified)(struct store *, key_seen *, void *, struct err *);
};

struct store {
	const struct store_ops *ops;
};

/* Makes the file, or checks it and brings it to the newest schema. Yours; store_close it. */
struct store *store_sqlite_open(const char *path, struct err *) MUST_USE;
void	store_close(struct store *);	/* NULL is fine */
/* For tests: no file larger than so many pages from now on. */
bool	store_sqlite_limit_pages(struct store *, unsigned pages, struct err *);

static inline void
store_auto(struct store **s)
{
	store_close(*s);
}

#endif
