/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Identity providers being asked: each has threads of its own, so that a slow one holds up neither the server nor
 * another. Whether a token is believed is not decided here.
 */
#ifndef SSA_IDP_PROVIDER_H
#define SSA_IDP_PROVIDER_H

#include "base/writer.h"
#include "ssa/idp/config.h"

#define IDP_WAITING	32		/* jobs of one provider */
#define IDP_TOKEN_MAX	16384		/* letters of an ID token */
#define IDP_LETTERS	43		/* base64url of 32 bytes */
#define IDP_URL_MAX	8192		/* of an address for a browser */

enum idp_act {
	IDP_BEGIN,		/* out: the address that a browser is sent to */
	IDP_REDEEM,		/* out: the ID token */
};

/* Lives with the one who asks; untouchable from idps_ask until done was called. */
struct idp_job {
	void		(*done)(struct idp_job *);	/* on a thread of the provider: only pass it on */
	enum idp_act	 act;
	bool		 login;			/* as the client of logins; IDP_REDEEM: wants the keys, too */
	const char	*redirect;		/* lent until then, as all that follows */
	const char	*verifier;
	const char	*state, *nonce;		/* IDP_BEGIN */
	const char	*max_age, *prompt;	/* "": not asked for */
	struct span	 details;		/* authorization_details; n 0: none */
	struct span	 code, issuer;		/* IDP_REDEEM; issuer p NULL: the redirect named none */

	struct err	 e;			/* ERR_NONE, or what to tell the person */
	struct writer	 out, keys;		/* keys: a JSON Web Key Set, as it came */
	struct idp_job	*later;
};

struct idps;

struct idps	*idps_start(const struct idp_list *, struct err *) MUST_USE;	/* reads secrets and keys */
void		 idps_stop(struct idps *);	/* ends what waits, in failure; NULL is fine */
void		 idps_free(struct idps *);	/* stops; NULL is fine */
/* which: of the list. False, and done is not called: too many are waiting. */
bool		 idps_ask(struct idps *, size_t which, struct idp_job *) MUST_USE;
void		 idp_job_wipe(struct idp_job *);

#endif
