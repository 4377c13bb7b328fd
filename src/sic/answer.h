/* SPDX-License-Identifier: Apache-2.0 */
/* What a request gets: decided from method, path and one header, without any network. */
#ifndef SIC_ANSWER_H
#define SIC_ANSWER_H

#include "sic/pages.h"

#define URL_MAX		512
#define POLICY_MAX	1024
#define HEADERS_MAX	16

struct request {
	const char	*method;
	const char	*path;		/* as it came: percent signs are no letters of ours */
	const char	*if_none_match;	/* NULL: none */
	const char	*accept_encoding;	/* the same */
	bool		 odd;		/* its framing is ambiguous, or it has a body */
};

struct header {
	const char	*name, *value;
};

/* On every answer, whatever it is. */
struct always {
	char		 policy[POLICY_MAX];	/* Content-Security-Policy */
	size_t		 n;
	struct header	 headers[HEADERS_MAX];
};

struct answer {
	unsigned	 status;
	struct span	 body;			/* of a HEAD too: its length is told, it is not sent */
	size_t		 n;
	struct header	 headers[6];		/* after those of `always` */
};

/* ssa: its origin, the only other one that pages may talk to. tls: we are served by it. */
void	always_init(struct always *, const char *ssa, bool tls);
void	answer_make(const struct pages *, const struct request *, struct answer *);	/* lends */

#endif
