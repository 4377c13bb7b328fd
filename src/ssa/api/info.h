/* SPDX-License-Identifier: Apache-2.0 */
/* The answers of `info`, which change with the configuration only. */
#ifndef SSA_API_INFO_H
#define SSA_API_INFO_H

#include "base/writer.h"
#include "ssa/config.h"

/* RSASSA-PSS-params of SHA-256, MGF1 with SHA-256, salt 32: base64 of the DER */
#define PSS_SHA256_PARAMS "MDSgDzANBglghkgBZQMEAgEFAKEcMBoGCSqGSIb3DQEBCDANBglghkgBZQMEAgEFAKIDAgEg"

/* version: of CSC, 1 or 2 */
void	info_write(struct writer *, const struct config *, const char *base_url, unsigned version);

#endif
