/* SPDX-License-Identifier: Apache-2.0 */
/* data of a password login: version 1, salt, scrypt output. */
#include "base/clock.h"
#include "base/secret.h"
#include "ssa/page/password.h"

#define DATA_LEN	(1 + SALT_LEN + DERIVED_LEN)

bool
login_name_read(struct span typed, uint8_t name[LOGIN_NAME_MAX], size_t *n)
{
	while (typed.n > 0 && *typed.p == ' ')
		typed = span_of(typed.p + 1, typed.n - 1);
	while (typed.n > 0 && typed.p[typed.n - 1] == ' ')
		typed.n--;
	if (typed.n < LOGIN_NAME_MIN || typed.n > LOGIN_NAME_MAX)
		return false;
	for (size_t i = 0; i < typed.n; i++) {
		uint8_t c = typed.p[i];

		if (c >= 'A' && c <= 'Z')
			c += 'a' - 'A';
		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
		    (c != '\0' && strchr("._-@+", c) != NULL)))
			return false;
		name[i] = c;
	}
	*n = typed.n;
	return true;
}

static size_t
characters(struct span utf8)
{
	size_t n = 0;

	for (size_t i = 0; i < utf8.n; i++)
		n += (utf8.p[i] & 0xc0) != 0x80;
	return n;
}

const char *
password_fault(struct span password, struct span name)
{
	bool one = true;

	if (characters(password) < PASSWORD_MIN)
		return "A password has at least 12 characters.";
	if (password.n > PASSWORD_MAX)
		return "This password is too long.";
	for (size_t i = 1; i < password.n; i++)
		one = one && password.p[i] == password.p[0];
	if (one || span_equal(password, name))
		return "This password is too easy to guess.";
	return NULL;
}

void
password_job(struct slow_job *j, struct span password, struct span data)
{
	j->password_n = password.n < PASSWORD_MAX ? password.n : PASSWORD_MAX;
	if (j->password_n > 0)
		memcpy(j->password, password.p, j->password_n);
	if (data.n == DATA_LEN)
		memcpy(j->salt, data.p + 1, SALT_LEN);
	else
		random_bytes(j->salt, SALT_LEN);
}

void
password_data(const struct slow_job *j, struct writer *w)
{
	wr_u8(w, 1);
	wr_bytes(w, j->salt, SALT_LEN);
	wr_bytes(w, j->out, DERIVED_LEN);
}

bool
password_matches(const struct slow_job *j, struct span data)
{
	return j->ok && data.n == DATA_LEN && data.p[0] == 1 &&
	    secret_equal(span_of(j->out, DERIVED_LEN), span_of(data.p + 1 + SALT_LEN, DERIVED_LEN));
}
