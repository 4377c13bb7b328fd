/* SPDX-License-Identifier: Apache-2.0 */
/* Redirect URIs: which may be registered, and the little that is built from them. */
#ifndef SSA_OAUTH_URI_H
#define SSA_OAUTH_URI_H

#include "base/span.h"
#include "base/writer.h"

#define REDIRECT_MAX	512

/* https, or http to a name of this machine; no fragment, no user, printable ASCII. RFC 9700 2.1 */
bool	uri_may_redirect(struct span uri);
/* scheme://host[:port] of such a URI, lent. */
struct span uri_origin(struct span uri);
/* Appends name=value to a URI, with ? or & before it and everything odd percent-encoded. */
void	uri_add(struct writer *uri, const char *name, struct span value);

#endif
