/* SPDX-License-Identifier: Apache-2.0 */
/* The few members of a provider's metadata that are used. */
#include <stdio.h>

#include "json/json.h"
#include "ssa/idp/discovery.h"
#include "ssa/idp/fetch.h"

/* An issuer with TLS has no address without. */
static bool
address_fits(const char *issuer, struct span url)
{
	return idp_url_fits(url) && (strncmp(issuer, "https://", 8) != 0 || memcmp(url.p, "https://", 8) == 0);
}

static bool
address_read(const json_t *j, const char *issuer, const char *name, bool needed, char out[IDP_TEXT_MAX],
    struct err *e)
{
	struct span url;
	enum json_got got = json_text(j, name, IDP_TEXT_MAX - 1, &url);

	out[0] = '\0';
	if (got == JSON_ABSENT && !needed)
		return true;
	if (got != JSON_GOT || !address_fits(issuer, url))
		return err_why(e, ERR_BUSY, "idp_discovery", "The provider's description of itself has no usable %s",
		    name);
	snprintf(out, IDP_TEXT_MAX, "%.*s", (int)url.n, (const char *)url.p);
	return true;
}

bool
discovery_read(struct span text, const char *issuer, struct discovery *out, struct err *e)
{
	struct err ignored = { 0 };
	AUTO_JSON *j = json_read(text, FETCH_MAX, &ignored);
	struct discovery d = { 0 };
	struct span named;

	if (j == NULL)
		return err_why(e, ERR_BUSY, "idp_discovery", "The provider's description of itself is not JSON");
	if (json_text(j, "issuer", IDP_TEXT_MAX, &named) != JSON_GOT || !span_equal(named, span_str(issuer)))
		return err_why(e, ERR_BUSY, "idp_discovery", "The provider calls itself by another issuer than the"
		    " configured one");
	if (json_flag(j, "authorization_response_iss_parameter_supported", &d.names_issuer) == JSON_WRONG ||
	    !address_read(j, issuer, "authorization_endpoint", true, d.authorization, e) ||
	    !address_read(j, issuer, "token_endpoint", true, d.token, e) ||
	    !address_read(j, issuer, "jwks_uri", true, d.keys, e) ||
	    !address_read(j, issuer, "pushed_authorization_request_endpoint", false, d.pushed, e))
		return err_why(e, ERR_BUSY, "idp_discovery", "The provider's description of itself has a member of a"
		    " wrong type");
	*out = d;
	return true;
}
