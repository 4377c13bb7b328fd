/* SPDX-License-Identifier: Apache-2.0 */
/* The table of module oddities, each met with the module named. */
#include <string.h>

#include "hsm/quirks.h"

static const struct quirk quirks[] = {
	/*
	 * 2.6.1: CKA_VALUE of a modifiable data object is CKR_ATTRIBUTE_READ_ONLY; a login or a set
	 * attribute truncates a file before it is locked, and who reads just then sees none.
	 */
	{ "SoftHSM", "", true, true, true,
	    "keys are files; wraps with AES_KEY_WRAP_PAD only; create token objects at the ceremony "
	    "only and start workers one after another" },
	{ "", "", false, false, false, "" },
};

static bool
begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

const struct quirk *
quirk_find(const char *maker, const char *library)
{
	const struct quirk *q = quirks;

	while (!begins(maker, q->maker) || !begins(library, q->library))
		q++;
	return q;
}
