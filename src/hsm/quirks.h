/* SPDX-License-Identifier: Apache-2.0 */
/* What modules do differently: rows of a table, never branches on a vendor's name elsewhere. */
#ifndef HSM_QUIRKS_H
#define HSM_QUIRKS_H

#include <stdbool.h>

struct quirk {
	const char	*maker;		/* how CK_INFO.manufacturerID begins */
	const char	*library;	/* how CK_INFO.libraryDescription begins */
	bool		 software;	/* keys are files: assurance is none, whatever is declared */
	bool		 value_is_fixed;	/* CKA_VALUE of data can't be set: CKA_LABEL can */
	bool		 flickers;	/* files vanish while another process writes them */
	const char	*note;		/* for reports */
};

/* The row of this module; the last row fits all. Never NULL. */
const struct quirk *quirk_find(const char *maker, const char *library);

#endif
