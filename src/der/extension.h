/* SPDX-License-Identifier: Apache-2.0 */
/* The extensions of a certificate, for certificate.c. */
#ifndef DER_EXTENSION_H
#define DER_EXTENSION_H

#include "der/certificate.h"

/* Fills key usage, CA flag, key ids and what was seen. Unknown critical ones: refused. */
bool	extensions_read(struct reader *, struct certificate *, struct err *) MUST_USE;

#endif
