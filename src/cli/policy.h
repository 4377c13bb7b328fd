/* SPDX-License-Identifier: Apache-2.0 */
/* A policy from options: what is not given stays as it is. */
#ifndef CLI_POLICY_H
#define CLI_POLICY_H

#include "cli/command.h"
#include "statement/statement.h"

#define OPTIONS_POLICY								\
	{ "statement-life", "SECONDS", "how long a signer's approval lives (1 to 3600)" }, \
	{ "min-loa", "LEVEL", "least assurance of signers: low, substantial or high" }, \
	{ "protections", "LIST", "who may approve at SCAL2: file,token,tpm,phone,passkey,attested,copied,module,provider" }, \
	{ "eddsa-until", "DATE", "Ed25519 passkeys until then (2027-12-31), or never" }, \
	{ "rsa-until", "DATE", "RSA passkeys until then, or never" }, \
	{ "scal1-seconds", "N", "longest window of a SCAL1 key, in seconds; 0: none" }, \
	{ "scal1-count", "N", "most signatures in a window of a SCAL1 key; 0: none" }, \
	{ "session-seconds", "N", "longest session of a key made for one signature; 0: none" }, \
	{ "shared-sic", "WORD", "passkeys although SIC and SSA share a host: yes or no" }, \
	{ "ro-quorum", "N", "registration officers needed to invite" },	\
	{ "so-quorum", "N", "security officers needed for their acts" },	\
	{ "keys", "N", "keys a signer may have (1 to 32)" },			\
	{ "follower", "KIND", "copy of the log: none, async or sync" }

bool	policy_from_options(const struct call *, const uint8_t now[POLICY_LEN],
	    uint8_t out[POLICY_LEN], struct err *) MUST_USE;

#endif
