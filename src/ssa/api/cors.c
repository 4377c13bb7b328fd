/* SPDX-License-Identifier: Apache-2.0 */
/* CORS for one origin. Another one gets the same answers, but a browser will not show it them. */
#include "ssa/api/cors.h"

static bool
is_for_pages(const char *path)
{
	return strncmp(path, "/propria/v1/", 12) == 0 || strncmp(path, "/csc/v2/", 8) == 0 ||
	    strcmp(path, "/oauth2/token") == 0 || strcmp(path, "/oauth2/revoke") == 0 ||
	    strcmp(path, "/revoke") == 0;
}

bool
cors_is_preflight(struct call *c, const struct route *r)
{
	const char *sic = c->ssa->config.sic_origin, *origin;

	if (*sic == '\0' || !is_for_pages(c->x->path))
		return false;
	c->x->of_origin = true;
	origin = exchange_header(c->x, "Origin");
	if (origin == NULL || strcmp(origin, sic) != 0)
		return false;
	c->x->origin = sic;
	if (c->x->verb != VERB_OPTIONS || r == NULL ||
	    exchange_header(c->x, "Access-Control-Request-Method") == NULL)
		return false;
	c->x->preflight = true;
	call_done(c);
	return true;
}
