/* SPDX-License-Identifier: Apache-2.0 */
/* Metadata of the authorization server (RFC 8414), also where OpenID clients look for it. */
#include <stdio.h>

#include "ssa/api/route.h"

static void
list(struct emit *m, const char *name, const char *const *values, size_t n)
{
	emit_array(m, name);
	for (size_t i = 0; i < n; i++)
		emit_text(m, NULL, values[i]);
	emit_array_end(m);
}
#define LIST(m, name, ...) \
	list(m, name, (const char *const[]){ __VA_ARGS__ }, COUNT(((const char *const[]){ __VA_ARGS__ })))

static void
endpoint(struct emit *m, const char *name, const char *base, const char *path)
{
	char url[URL_MAX];

	snprintf(url, sizeof(url), "%s/oauth2/%s", base, path);
	emit_text(m, name, url);
}

#define METHODS	"none", "client_secret_basic", "client_secret_post", "private_key_jwt"

void
handle_metadata(struct call *c)
{
	const char *base = c->ssa->base[c->x->plain].url;
	char revoke[URL_MAX];
	struct emit m = call_answer(c);

	emit_text(&m, "issuer", base);
	endpoint(&m, "authorization_endpoint", base, "authorize");
	endpoint(&m, "token_endpoint", base, "token");
	endpoint(&m, "pushed_authorization_request_endpoint", base, "pushed_authorize");
	snprintf(revoke, sizeof(revoke), "%s/revoke", base);
	emit_text(&m, "revocation_endpoint", revoke);	/* RFC 7009 wants 200, CSC's own 204 */
	LIST(&m, "scopes_supported", "service", "credential");
	LIST(&m, "response_types_supported", "code");
	LIST(&m, "response_modes_supported", "query");
	LIST(&m, "grant_types_supported", "authorization_code", "refresh_token", "client_credentials");
	LIST(&m, "code_challenge_methods_supported", "S256");
	LIST(&m, "token_endpoint_auth_methods_supported", METHODS);
	LIST(&m, "token_endpoint_auth_signing_alg_values_supported", "ES256");
	LIST(&m, "revocation_endpoint_auth_methods_supported", METHODS);
	LIST(&m, "revocation_endpoint_auth_signing_alg_values_supported", "ES256");
	LIST(&m, "authorization_details_types_supported", "credential",
	    "https://cloudsignatureconsortium.org/2025/credential");
	emit_flag(&m, "authorization_response_iss_parameter_supported", true);
	emit_flag(&m, "require_pushed_authorization_requests", false);
	emit_flag(&m, "request_parameter_supported", false);
	call_answered(c, &m);
}
