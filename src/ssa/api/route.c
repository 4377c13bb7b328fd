/* SPDX-License-Identifier: Apache-2.0 */
/* The route table. */
#include "ssa/api/route.h"
#include "ssa/idp/visit.h"
#include "ssa/page/consent.h"
#include "ssa/page/html.h"
#include "ssa/page/login.h"
#include "ssa/page/register.h"

static const struct route routes[] = {
	/* path					get	post	who		takes		secret	answered by */
	{ "/csc/v2/info",			true,	true,	WHO_ANYONE,	TAKES_JSON,	false,	handle_info },
	{ "/csc/v2/auth/login",			false,	true,	WHO_LIMITED,	TAKES_JSON,	true,	handle_auth_login },
	{ "/csc/v2/auth/revoke",		false,	true,	WHO_TOKEN,	TAKES_JSON,	true,	handle_revoke },
	{ "/csc/v2/credentials/list",		false,	true,	WHO_TOKEN,	TAKES_JSON,	false,	handle_list },
	{ "/csc/v2/credentials/info",		false,	true,	WHO_EITHER,	TAKES_JSON,	false,	handle_credential },
	{ "/csc/v2/credentials/getChallenge",	false,	true,	WHO_TOKEN,	TAKES_JSON,	true,	handle_get_challenge },
	{ "/csc/v2/credentials/authorize",	false,	true,	WHO_TOKEN,	TAKES_JSON,	true,	handle_authorize },
	{ "/csc/v2/credentials/authorizeCheck",	false,	true,	WHO_TOKEN,	TAKES_JSON,	true,	handle_authorize_check },
	{ "/csc/v2/credentials/extendTransaction", false, true,	WHO_TOKEN,	TAKES_JSON,	true,	handle_extend },
	{ "/csc/v2/credentials/create",		false,	true,	WHO_TOKEN,	TAKES_JSON,	true,	handle_create },
	{ "/csc/v2/credentials/delete",		false,	true,	WHO_TOKEN,	TAKES_JSON,	true,	handle_delete },
	{ "/csc/v2/signatures/signHash",	false,	true,	WHO_EITHER,	TAKES_JSON,	true,	handle_sign_hash },
	{ "/csc/v2/signatures/signDoc",		false,	true,	WHO_EITHER,	TAKES_JSON,	true,	handle_sign_doc },
	{ "/csc/v2/signatures/timestamp",	false,	true,	WHO_TOKEN,	TAKES_JSON,	false,	handle_timestamp },
	{ "/csc/v1/info",			true,	true,	WHO_ANYONE,	TAKES_JSON,	false,	handle_info },
	{ "/csc/v1/auth/login",			false,	true,	WHO_LIMITED,	TAKES_JSON,	true,	handle_auth_login },
	{ "/csc/v1/auth/revoke",		false,	true,	WHO_TOKEN,	TAKES_JSON,	true,	handle_revoke },
	{ "/csc/v1/credentials/list",		false,	true,	WHO_TOKEN,	TAKES_JSON,	false,	handle_list },
	{ "/csc/v1/credentials/info",		false,	true,	WHO_TOKEN,	TAKES_JSON,	false,	handle_credential },
	{ "/csc/v1/credentials/authorize",	false,	true,	WHO_TOKEN,	TAKES_JSON,	true,	handle_authorize },
	{ "/csc/v1/credentials/extendTransaction", false, true,	WHO_TOKEN,	TAKES_JSON,	true,	handle_extend },
	{ "/csc/v1/signatures/signHash",	false,	true,	WHO_TOKEN,	TAKES_JSON,	true,	handle_sign_hash },
	{ "/csc/v1/signatures/timestamp",	false,	true,	WHO_TOKEN,	TAKES_JSON,	false,	handle_timestamp },
	{ "/oauth2/authorize",			true,	false,	WHO_LIMITED,	TAKES_NOTHING,	true,	handle_oauth_authorize },
	{ "/oauth2/pushed_authorize",		false,	true,	WHO_LIMITED,	TAKES_FORM,	true,	handle_pushed_authorize },
	{ "/oauth2/token",			false,	true,	WHO_LIMITED,	TAKES_FORM,	true,	handle_token },
	{ "/oauth2/revoke",			false,	true,	WHO_LIMITED,	TAKES_FORM,	true,	handle_oauth_revoke },
	{ "/revoke",				false,	true,	WHO_LIMITED,	TAKES_FORM,	true,	handle_oauth_revoke },
	{ "/csc/v2/oauth2/authorize",		true,	false,	WHO_LIMITED,	TAKES_NOTHING,	true,	handle_oauth_authorize },
	{ "/csc/v2/oauth2/pushed_authorize",	false,	true,	WHO_LIMITED,	TAKES_FORM,	true,	handle_pushed_authorize },
	{ "/csc/v2/oauth2/token",		false,	true,	WHO_LIMITED,	TAKES_FORM,	true,	handle_token },
	{ "/csc/v2/oauth2/revoke",		false,	true,	WHO_LIMITED,	TAKES_FORM,	true,	handle_oauth_revoke },
	{ "/csc/v1/oauth2/authorize",		true,	false,	WHO_LIMITED,	TAKES_NOTHING,	true,	handle_oauth_authorize },
	{ "/csc/v1/oauth2/pushed_authorize",	false,	true,	WHO_LIMITED,	TAKES_FORM,	true,	handle_pushed_authorize },
	{ "/csc/v1/oauth2/token",		false,	true,	WHO_LIMITED,	TAKES_FORM,	true,	handle_token },
	{ "/csc/v1/oauth2/revoke",		false,	true,	WHO_LIMITED,	TAKES_FORM,	true,	handle_oauth_revoke },
	{ "/.well-known/oauth-authorization-server", true, false, WHO_ANYONE, TAKES_NOTHING, false, handle_metadata },
	{ "/.well-known/openid-configuration", true, false, WHO_ANYONE, TAKES_NOTHING, false, handle_metadata },
	{ "/oauth2/resume",			true,	false,	WHO_LIMITED,	TAKES_NOTHING,	true,	handle_resume },
	{ "/oauth2/consent",			false,	true,	WHO_LIMITED,	TAKES_FORM,	true,	handle_consent },
	{ "/oauth2/continue",			true,	false,	WHO_LIMITED,	TAKES_NOTHING,	true,	handle_continue },
	{ "/login",				true,	true,	WHO_LIMITED,	TAKES_FORM,	true,	handle_login },
	{ "/login/passkey",			false,	true,	WHO_LIMITED,	TAKES_JSON,	true,	handle_login_passkey },
	{ "/login/register",			true,	true,	WHO_LIMITED,	TAKES_FORM,	true,	handle_register },
	{ "/login/register/passkey",		false,	true,	WHO_LIMITED,	TAKES_JSON,	true,	handle_register_passkey },
	{ "/logout",				true,	true,	WHO_LIMITED,	TAKES_FORM,	true,	handle_logout },
	{ "/page.css",				true,	false,	WHO_LIMITED,	TAKES_NOTHING,	false,	handle_style },
	{ "/page.js",				true,	false,	WHO_LIMITED,	TAKES_NOTHING,	false,	handle_script },
	{ "/propria/v1/approval",		false,	true,	WHO_LIMITED,	TAKES_JSON,	true,	handle_approval },
	{ "/propria/v1/approval/document",	false,	true,	WHO_LIMITED,	TAKES_JSON,	true,	handle_approval_document },
	{ "/propria/v1/approval/answer",	false,	true,	WHO_LIMITED,	TAKES_JSON,	true,	handle_approval_answer },
	{ "/propria/v1/approval/decline",	false,	true,	WHO_LIMITED,	TAKES_JSON,	true,	handle_approval_decline },
	{ "/propria/v1/approval/state",		false,	true,	WHO_LIMITED,	TAKES_JSON,	true,	handle_approval_state },
	{ "/propria/v1/register",		false,	true,	WHO_TOKEN,	TAKES_JSON,	true,	handle_register_token },
	{ "/propria/v1/status",			true,	false,	WHO_ANYONE,	TAKES_NOTHING,	false,	handle_status },
	{ "/propria/v1/genesis",		true,	false,	WHO_ANYONE,	TAKES_NOTHING,	false,	handle_genesis },
	{ "/propria/v1/challenge",		false,	true,	WHO_LIMITED,	TAKES_JSON,	true,	handle_challenge },
	{ "/propria/v1/module",			true,	false,	WHO_LIMITED,	TAKES_NOTHING,	true,	handle_module },
	{ "/propria/v1/module/challenge",	false,	true,	WHO_PERHAPS,	TAKES_JSON,	true,	handle_module_challenge },
	{ "/propria/v1/module/enact",		false,	true,	WHO_LIMITED,	TAKES_JSON,	true,	handle_module_enact },
	{ "/propria/v1/module/grant",		false,	true,	WHO_PERHAPS,	TAKES_JSON,	true,	handle_module_grant },
	{ "/propria/v1/invitation",		false,	true,	WHO_LIMITED,	TAKES_JSON,	true,	handle_invitation },
	{ "/propria/v1/enrol",			false,	true,	WHO_LIMITED,	TAKES_JSON,	true,	handle_enrol },
	{ "/propria/v1/account",		true,	false,	WHO_TOKEN,	TAKES_NOTHING,	true,	handle_account },
	{ "/propria/v1/enact",			false,	true,	WHO_TOKEN,	TAKES_JSON,	true,	handle_enact },
	{ "/propria/v1/keys/request",		false,	true,	WHO_TOKEN,	TAKES_JSON,	true,	handle_key_request },
	{ "/propria/v1/keys/certificate",	false,	true,	WHO_TOKEN,	TAKES_JSON,	true,	handle_key_certificate },
	{ "/propria/v1/keys/certify",		false,	true,	WHO_TOKEN,	TAKES_JSON,	true,	handle_key_certify },
	{ "/propria/v1/once/challenge",		false,	true,	WHO_TOKEN,	TAKES_JSON,	true,	handle_once_challenge },
	{ "/propria/v1/outcome",		false,	true,	WHO_TOKEN,	TAKES_JSON,	true,	handle_outcome },
	{ "/propria/v1/receipt",		false,	true,	WHO_TOKEN,	TAKES_JSON,	true,	handle_receipt },
	{ "/propria/v1/history",		false,	true,	WHO_TOKEN,	TAKES_JSON,	true,	handle_history },
	{ "/propria/v1/freeze",			false,	true,	WHO_TOKEN,	TAKES_JSON,	true,	handle_freeze },
	{ "/propria/v1/documents",		false,	true,	WHO_CLIENT,	TAKES_JSON,	true,	handle_documents },
	{ "/propria/v1/providers",		true,	false,	WHO_ANYONE,	TAKES_NOTHING,	false,	handle_providers },
	{ "/propria/v1/idp/begin",		false,	true,	WHO_PERHAPS,	TAKES_JSON,	true,	handle_idp_begin },
	{ "/propria/v1/idp/result",		false,	true,	WHO_PERHAPS,	TAKES_JSON,	true,	handle_idp_result },
	{ "/idp/callback",			true,	false,	WHO_LIMITED,	TAKES_NOTHING,	true,	handle_idp_callback },
	{ "/idp/start",				true,	false,	WHO_LIMITED,	TAKES_NOTHING,	true,	handle_idp_start },
	{ "/idp/login",				true,	false,	WHO_LIMITED,	TAKES_NOTHING,	true,	handle_idp_login },
	{ "/login/link",			false,	true,	WHO_LIMITED,	TAKES_FORM,	true,	handle_idp_link },
	{ "/login/unlink",			false,	true,	WHO_LIMITED,	TAKES_FORM,	true,	handle_idp_unlink },
	{ "/propria/v1/evidence",		false,	true,	WHO_LIMITED,	TAKES_JSON,	true,	handle_evidence },
	{ "/propria/v1/evidence/list",		false,	true,	WHO_LIMITED,	TAKES_JSON,	true,	handle_evidence_list },
};

const struct route *
route_at(size_t i)
{
	return i < COUNT(routes) ? &routes[i] : NULL;
}

const struct route *
route_find(const char *path)
{
	for (size_t i = 0; i < COUNT(routes); i++)
		if (strcmp(routes[i].path, path) == 0)
			return &routes[i];
	return NULL;
}

bool
route_is_offered(const struct route *r, const struct config *c)
{
	if (r->handle == handle_auth_login)
		return c->basic;
	if (r->handle == handle_timestamp)
		return c->timestamp_url[0] != '\0';
	if (r->handle == handle_once_challenge)
		return ca_list_once(&c->cas, span_of(NULL, 0)) != NULL;
	if (r->handle == handle_documents || r->handle == handle_approval_document)
		return c->documents_mib > 0;
	if (r->handle == handle_idp_start || r->handle == handle_idp_login || r->handle == handle_idp_link)
		return idp_list_logs_in(&c->idps);
	if (strncmp(r->path, "/propria/v1/module", 18) == 0)
		return c->auth_socket[0] != '\0';
	return r->handle != handle_authorize_check || c->sic_origin[0] != '\0';
}

unsigned
route_version(const char *path)
{
	return strncmp(path, "/csc/v1/", 8) == 0 ? 1 : strncmp(path, "/csc/v2/", 8) == 0 ? 2 : 0;
}

/* extendTransaction is answered, but only to say why it is not offered. */
const char *
route_method(const struct route *r)
{
	const char *name = r->path + strlen("/csc/v1/");

	return route_version(r->path) == 0 || strncmp(name, "oauth2/", 7) == 0 ||
	    r->handle == handle_extend ? NULL : name;
}

bool
route_is_standard(const char *path)
{
	return strncmp(path, "/csc/", 5) == 0 || strncmp(path, "/oauth2/", 8) == 0;
}
