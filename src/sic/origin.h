/* SPDX-License-Identifier: Apache-2.0 */
/* Origins, "https://host[:port]", as PROTOCOL.sam 0 has them: equal if their texts are. */
#ifndef SIC_ORIGIN_H
#define SIC_ORIGIN_H

#include <stdbool.h>

bool	origin_is_one(const char *);
/* Both are origins: the service's host is the pages', or below it. Passkeys then belong to both. */
bool	origin_is_shared(const char *pages, const char *service);

#endif
