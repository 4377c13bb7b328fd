/* SPDX-License-Identifier: Apache-2.0 */
/* The extensions of a certificate, for certificate.c. */
#ifndef DER_EXTENSION_H
#define DER_EXTENSION_H

#include "der/certificate.h"
#include "der/der.h"

/* Fills key usage, CA flag, key ids and what was seen. Unknown critical ones: refused. */
bool	extensions_read(struct reader *, struct certificate *, struct err *) MUST_USE;
/* In policies and qc_statements as they were read: is this OID there, and what stands behind it? */
bool	der_list_has(struct span list, struct span oid);
bool	der_list_find(struct span list, const char *dotted, struct reader *rest);

#endif
