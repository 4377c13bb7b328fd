/* SPDX-License-Identifier: Apache-2.0 */
/* For those who speak JSON: letters for bytes are in base, as the SAM reads some, too. */
#ifndef JSON_BASE64_H
#define JSON_BASE64_H

#include "base/base64.h"

#endif
