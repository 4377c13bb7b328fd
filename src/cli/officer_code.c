/* SPDX-License-Identifier: Apache-2.0 */
/* Enrolment codes on their way from a registration officer to a person. */
#include <unistd.h>

#include "base/clock.h"
#include "cli/file.h"
#include "cli/officer_code.h"
#include "crypto/verify.h"

void
officer_code_make(const uint8_t group[GROUP_LEN], uint8_t public_key[32], char text[CODE_TEXT])
{
	uint8_t code[CODE_LEN], seed[32];

	random_bytes(code, sizeof(code));
	code_seed(code, group, seed);
	ed25519_public(seed, public_key);
	code_to_text(code, text);
	explicit_bzero(code, sizeof(code));
	explicit_bzero(seed, sizeof(seed));
}

bool
officer_code_keep(struct call *c, const char *code, struct err *e)
{
	const char *path = option(c, "code-out");

	return path == NULL || file_write_new(path, 0600, span_str(code), e);
}

void
officer_code_drop(struct call *c)
{
	if (option(c, "code-out") != NULL)
		unlink(option(c, "code-out"));
}

void
officer_code_tell(struct call *c, const char *code, bool done)
{
	const char *path = option(c, "code-out");

	if (path == NULL) {
		say(c, "Enrolment code: %s\n", code);
		put_text(c, "code", code);
	} else {
		say(c, "The enrolment code is in %s.\n", path);
		put_text(c, "code-file", path);
	}
	say(c, "Hand it to this person in another way than through the server%s.\n",
	    done ? "" : ", once the act is in force");
}
