/* SPDX-License-Identifier: Apache-2.0 */
/* propria-trial-ca serve: CMP, revocation lists, OCSP and time stamps over HTTP. */
#ifndef CA_SERVE_H
#define CA_SERVE_H

#include "base/writer.h"
#include "ca/attestation.h"
#include "ca/options.h"
#include "hsm/token.h"

/* Until a signal ends it. The token is logged in. */
bool	serve(const struct options *, struct token *, struct err *) MUST_USE;
/* --attestation-key and --group; spki: room for SPKI_MAX bytes. */
bool	attestation_options_read(const struct options *, uint8_t group[GROUP_LEN], struct writer *spki,
	    struct err *) MUST_USE;
/* A file that is PEM of this label, or DER. */
bool	input_read(const char *path, const char *label, struct writer *der, struct err *) MUST_USE;

#endif
