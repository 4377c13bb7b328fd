/* SPDX-License-Identifier: Apache-2.0 */
/* One table from the SAM's reasons to HTTP. */
#include <string.h>

#include "ssa/api/fault.h"

#define REQUEST		"invalid_request"
#define FACTORS		"invalid_authentication_data"
#define LATER		"temporarily_unavailable"
#define BAD_SAD		"Invalid parameter SAD"
#define BAD_FACTORS	"The authentication data is invalid"
#define BAD_TOKEN	"The identity provider's token does not approve this"
#define DISABLED	"The credential identified by credentialID is disabled"
#define LOCKED		"Too many wrong PINs or codes: an officer has to unlock them"
#define NOT_COVERED	"Hash is not authorized by the SAD"
#define UNAVAILABLE	"The service is not available; try again later"

static const struct fault faults[] = {
	{ "parse", 400, REQUEST, BAD_SAD, "The statement or the evidence is not well-formed" },
	{ "group", 400, REQUEST, BAD_SAD, "The statement is for another group" },
	{ "epoch", 400, REQUEST, BAD_SAD, "The statement is for another epoch; fetch a new challenge" },
	{ "purpose", 400, REQUEST, BAD_SAD, "The statement's purpose is not for this request" },
	{ "nonce", 400, REQUEST, BAD_SAD, "The statement's nonce is not valid; fetch a new challenge" },
	{ "time", 400, REQUEST, "SAD expired", "The statement is too early, too late or too long" },
	{ "replay", 400, REQUEST, BAD_SAD, "The statement was used already" },
	{ "owner", 400, REQUEST, DISABLED, "There is no such signer or key, or it is not this signer's" },
	{ "record", 400, REQUEST, DISABLED, "The sealed record does not belong to this" },
	{ "version", 409, REQUEST, DISABLED, "The statement does not name the current version" },
	{ "state", 400, REQUEST, DISABLED, "The signer or key is not in the state for this" },
	{ "auth", 400, FACTORS, BAD_FACTORS, BAD_FACTORS },
	{ "idp_sig", 400, FACTORS, BAD_TOKEN, "The token is not signed by a key of the provider that is installed here" },
	{ "idp_iss", 400, FACTORS, BAD_TOKEN, "No such provider is installed here for approvals" },
	{ "idp_aud", 400, FACTORS, BAD_TOKEN, "The token is not for the client of approvals" },
	{ "idp_sub", 400, FACTORS, BAD_TOKEN, "The token is of another account at the provider" },
	{ "idp_nonce", 400, FACTORS, BAD_TOKEN, "The token is for another statement" },
	{ "idp_acr", 400, FACTORS, BAD_TOKEN, "The provider's login was of no level that is known here" },
	{ "idp_time", 400, FACTORS, BAD_TOKEN, "The token is over, or the login was before the statement" },
	{ "idp_parse", 400, FACTORS, BAD_TOKEN, "The token cannot be read" },
	{ "idp_header", 400, FACTORS, BAD_TOKEN, "The token's header is not as it should be" },
	{ "idp_shown", 400, FACTORS, BAD_TOKEN, "The provider does not say that it showed this statement" },
	{ "quorum", 400, FACTORS, BAD_FACTORS, "There are not enough approvals" },
	{ "level", 400, FACTORS, BAD_FACTORS, "The authenticator's level does not suffice" },
	{ "class", 400, REQUEST, BAD_SAD, "The class or level is not the key's" },
	{ "alg", 400, REQUEST, "Invalid parameter signAlgo", "The algorithm is not the key's" },
	{ "svd", 400, REQUEST, BAD_SAD, "The public key is not the key's" },
	{ "dtbs", 400, REQUEST, NOT_COVERED, "This digest or index is not in the approved list" },
	{ "kind", 400, REQUEST, BAD_SAD, "This kind of list is not offered" },
	{ "limit", 400, REQUEST, NOT_COVERED, "A limit on counts or sizes is reached" },
	{ "proposal", 400, REQUEST, BAD_SAD, "The proposal is unknown, expired or for another act" },
	{ "cert", 400, REQUEST, "Invalid certificate status", "The certificate is not acceptable" },
	{ "session", 400, REQUEST, "SAD expired", "The session of the one-time key is over, and the key is destroyed; approve once more" },
	{ "stock", 503, LATER, "No one-time key is at hand; try again in a moment", "No one-time key is at hand; try again in a moment" },
	{ "unknown", 400, REQUEST, "SAD expired", "There is no such activation or entry" },
	{ "locked", 400, FACTORS, LOCKED, LOCKED },
	{ "peer", 400, REQUEST, BAD_SAD, "The authentication module and this service do not know each other" },
	{ "share", 400, FACTORS, BAD_FACTORS, "The approval does not bring the share that this key needs" },
	{ "closed", 503, LATER, UNAVAILABLE, UNAVAILABLE },
	{ "room", 503, LATER, UNAVAILABLE, UNAVAILABLE },
	{ "busy", 503, LATER, UNAVAILABLE, UNAVAILABLE },
	{ "backend", 503, LATER, UNAVAILABLE, UNAVAILABLE },
	{ "unreachable", 503, LATER, UNAVAILABLE, UNAVAILABLE },
	{ "lost", 503, LATER, "The answer got lost; repeat the request to read it back",
	    "The answer got lost; look whether the act took place before repeating it" },
};

static const struct fault unknown = { "", 500, "server_error", "The request could not be completed",
	"The request could not be completed" };

const struct fault *
fault_of(const struct err *e)
{
	for (size_t i = 0; i < COUNT(faults); i++)
		if (strcmp(faults[i].reason, e->reason) == 0)
			return &faults[i];
	return e->code == ERR_BUSY ? &faults[COUNT(faults) - 2] : &unknown;
}
