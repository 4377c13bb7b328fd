/* SPDX-License-Identifier: Apache-2.0 */
/* Asking people, or a descriptor in their place. */
#include "cli/ask.h"
#include "cli/file.h"

struct secret *
ask_secret(struct call *c, const char *option_name, const char *prompt, struct err *e)
{
	uint64_t fd = UINT64_MAX;

	if (!option_number(c, option_name, 0, 1023, &fd, e))
		return NULL;
	return fd == UINT64_MAX ? secret_ask(prompt, KEY_PASS_MAX, e)
	    : secret_read_fd((int)fd, KEY_PASS_MAX, e);
}

struct key *
ask_key(struct call *c, const char *where, struct err *e)
{
	AUTO(secret) *secret = NULL;
	char prompt[200];
	bool needs = true;

	if (key_is_on_token(where)) {
		if ((secret = ask_secret(c, "pin-fd", "PIN of the token: ", e)) == NULL)
			return NULL;
		return key_open(where, secret_span(secret), e);
	}
	if (!key_needs_passphrase(where, &needs, e))
		return NULL;
	if (!needs)
		return key_open(where, span_of(NULL, 0), e);
	snprintf(prompt, sizeof(prompt), "Passphrase of %.150s: ", where);
	if ((secret = ask_secret(c, "passphrase-fd", prompt, e)) == NULL)
		return NULL;
	return key_open(where, secret_span(secret), e);
}

static struct secret *
ask_new_passphrase(struct call *c, struct err *e)
{
	AUTO(secret) *first = ask_secret(c, "passphrase-fd", "New passphrase: ", e);
	AUTO(secret) *again = NULL;

	if (first == NULL || option_is(c, "passphrase-fd"))
		return TAKE(first);
	if ((again = secret_ask("The same again: ", KEY_PASS_MAX, e)) == NULL)
		return NULL;
	if (!secret_equal(secret_span(first), secret_span(again))) {
		err_set(e, ERR_FORMAT, "the two passphrases differ, so no key was made");
		return NULL;
	}
	return TAKE(first);
}

struct key *
ask_new_key(struct call *c, const char *where, struct err *e)
{
	AUTO(secret) *secret = NULL;

	if (key_is_on_token(where)) {
		if ((secret = ask_secret(c, "pin-fd", "PIN of the token: ", e)) == NULL ||
		    !key_make_on_token(where, secret_span(secret), e))
			return NULL;
		return key_open(where, secret_span(secret), e);
	}
	if ((secret = ask_new_passphrase(c, e)) == NULL ||
	    !key_make_file(where, secret_span(secret), e))
		return NULL;
	note(c, "Made a key in %s. Keep a copy of it and of its passphrase apart from each other.\n",
	    where);
	return key_open(where, secret_span(secret), e);
}

bool
ask_enrolment_code(struct call *c, uint8_t code[CODE_LEN], struct err *e)
{
	AUTO(secret) *text = ask_secret(c, "code-fd", "Enrolment code: ", e);
	char letters[80];
	bool good;

	if (text == NULL)
		return false;
	if (secret_span(text).n >= sizeof(letters))
		return err_exit(e, EXIT_USAGE, "the enrolment code has %d letters and digits",
		    CODE_LETTERS);
	memcpy(letters, secret_span(text).p, secret_span(text).n);
	letters[secret_span(text).n] = '\0';
	good = code_from_text(letters, code, e);
	explicit_bzero(letters, sizeof(letters));
	return good;
}
