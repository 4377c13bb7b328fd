/* SPDX-License-Identifier: Apache-2.0 */
/* DER Names (RFC 5280 4.1.2.4) within bounds, and their text (RFC 4514). */
#ifndef DER_NAME_H
#define DER_NAME_H

#include "base/err.h"
#include "base/span.h"
#include "base/writer.h"

#define NAME_MAX_DER	1024	/* bytes of a Name, as in PROTOCOL.sam */
#define NAME_MAX_RDNS	16
#define NAME_MAX_TEXT	4096	/* room for the text of any Name that name_check takes */

/*
 * One to 16 RDNs of one to four attributes each, values PrintableString, UTF8String or IA5String
 * without control and bidirectional characters; one encoding, nothing behind it.
 */
bool	name_check(struct span der, struct err *) MUST_USE;
/*
 * Is `der` the Name `base`, in its order, and beside it at most RDNs of one attribute each whose
 * types stand in `added` (v8-prefixed OIDs) and nowhere else in `der`?
 */
bool	name_extends(struct span der, struct span base, struct span added);
/*
 * Writes the Name of a text such as "CN=Alice Example,O=Example,C=SE". As RFC 4514 says, the text
 * begins with what the DER ends with. Known: CN O OU C L ST GN (givenName) SN (surname)
 * serialNumber organizationIdentifier; "\," and the like escape.
 */
bool	name_from_text(const char *text, struct writer *, struct err *) MUST_USE;
/* RFC 4514 text of a checked Name, zero-terminated; unknown attributes as 1.2.3=#hex. */
bool	name_to_text(struct span der, char *out, size_t size, struct err *) MUST_USE;

#endif
