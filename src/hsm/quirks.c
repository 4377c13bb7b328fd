/* SPDX-License-Identifier: Apache-2.0 */
/* The table of module oddities, each met with the module named. */
#include <string.h>

#include "hsm/quirks.h"

static const struct quirk quirks[] = {
	/* C_SetAttributeValue of CKA_VALUE: CKR_ATTRIBUTE_READ_ONLY, also where MODIFIABLE (2.6.1) */
	/* A login, or a set attribute, truncates a file before it is locked: who reads just then sees none */
	{ "SoftHSM", "", true, 0, true, true,
	    "keys are files; wraps with AES_KEY_WRAP_PAD only; create token objects at the ceremony "
	    "only and start workers one after another" },
	/* CKA_NSS_DB, with any value: softokn refuses an EC key without it */
	{ "Mozilla Foundation", "NSS", true, 0xd5a0db00UL, false, false,
	    "keys are files; parameters come from NSS_LIB_PARAMS; slow at signing with token keys" },
	{ "", "", false, 0, false, false, "" },
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
