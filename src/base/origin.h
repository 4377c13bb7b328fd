/* SPDX-License-Identifier: Apache-2.0 */
/* Web origins as browsers write them: scheme, host, port. PROTOCOL.sam 0 */
#ifndef BASE_ORIGIN_H
#define BASE_ORIGIN_H

#include "base/span.h"

#define ORIGIN_MAX	255

/* Lends the host. False where it is not exactly as PROTOCOL.sam says; http is for localhost only. */
bool	origin_host(struct span origin, struct span *host);
/* May a page on `host` use `parent` as its RP ID: is it the same, or below it? */
bool	host_is_within(struct span host, struct span parent);

#endif
