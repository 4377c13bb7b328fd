/* SPDX-License-Identifier: Apache-2.0 */
/* Finding a token, sessions, logging in. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "hsm/session.h"

#define SLOTS_MAX	64
#define LOOKS_MAX	25	/* three quarters of a second: a busy machine needs it */
#define LOOK_PAUSE_MS	30

static bool
token_info(struct token *t, CK_SLOT_ID slot, char label[33], CK_TOKEN_INFO *info)
{
	struct err ignored = {0};

	if (!GATE(t->gate, &ignored, C_GetTokenInfo, slot, info) ||
	    (info->flags & CKF_TOKEN_INITIALIZED) == 0)
		return false;
	gate_text(info->label, sizeof(info->label), label);
	return true;
}

/* Says which labels are there, as the usual reason is a typing error or another module. */
static bool
no_such_token(struct token *t, const CK_SLOT_ID *slots, CK_ULONG n, struct err *e)
{
	char label[33], there[120] = "";
	CK_TOKEN_INFO info;

	for (CK_ULONG i = 0; i < n; i++) {
		size_t at = strlen(there);

		if (token_info(t, slots[i], label, &info))
			snprintf(there + at, sizeof(there) - at, "%s'%s'", at > 0 ? ", " : "", label);
	}
	return err_set(e, ERR_MISSING, "no token '%s' in %s; there %s", t->wanted, t->gate->library,
	    there[0] != '\0' ? there : "is no initialised token at all");
}

static bool
find_slot(struct token *t, struct err *e)
{
	CK_SLOT_ID slots[SLOTS_MAX];
	CK_ULONG n = SLOTS_MAX;
	char label[33];
	CK_TOKEN_INFO info;

	if (!GATE(t->gate, e, C_GetSlotList, CK_TRUE, slots, &n))
		return false;
	for (CK_ULONG i = 0; i < n; i++)
		if (token_info(t, slots[i], label, &info) && strcmp(label, t->wanted) == 0) {
			t->slot = slots[i];
			t->info = info;
			gate_text(info.serialNumber, sizeof(info.serialNumber), t->serial);
			return true;
		}
	return no_such_token(t, slots, n, e);
}

static bool
open_session(struct token *t, struct err *e)
{
	CK_SESSION_HANDLE session;

	if (!GATE(t->gate, e, C_OpenSession, t->slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL,
	    &session))
		return false;
	t->session = session;
	return true;
}

/* What a flickering module says of a file that another process is just writing. */
static bool
is_passing(const struct err *why)
{
	return why->code == ERR_MISSING || (why->code == ERR_BACKEND && why->cause == CKR_GENERAL_ERROR);
}

bool
token_look_again(struct token *t, const struct err *why)
{
	const struct timespec pause = { 0, LOOK_PAUSE_MS * 1000000 };
	struct err e = {0};

	while (t->gate->quirk->flickers && is_passing(why) && t->looks++ < LOOKS_MAX) {
		nanosleep(&pause, NULL);
		t->session = CK_INVALID_HANDLE;
		err_clear(&e);
		if (gate_restart(t->gate, &e) && find_slot(t, &e) && open_session(t, &e))
			return true;
		why = &e;
	}
	return false;
}

struct token *
token_open(const char *module, const char *label, struct err *e)
{
	AUTO(token) *t = calloc(1, sizeof(*t));
	struct err first = {0};

	if (t == NULL || strlen(label) >= sizeof(t->wanted)) {
		err_set(e, ERR_FORMAT, "a token's label has at most 32 bytes");
		return NULL;
	}
	strcpy(t->wanted, label);
	if ((t->gate = gate_open(module, e)) == NULL)
		return NULL;
	if ((!find_slot(t, &first) || !open_session(t, &first)) && !token_look_again(t, &first)) {
		*e = e->code == ERR_NONE ? first : *e;
		return NULL;
	}
	return TAKE(t);
}

void
token_free(struct token *t)
{
	if (t == NULL)
		return;
	if (t->gate != NULL && t->session != CK_INVALID_HANDLE)
		(void)t->gate->f->C_CloseSession(t->session);
	gate_free(t->gate);
	free(t);
}

/* What went wrong with a PIN, and what to do about it. */
static bool
login_failed(struct token *t, const char *whose, CK_RV rv, struct err *e)
{
	bool first = e->code == ERR_NONE;

	if (rv == CKR_PIN_INCORRECT || rv == CKR_PIN_LEN_RANGE || rv == CKR_PIN_INVALID)
		err_set(e, ERR_DENIED,
		    "wrong %s PIN for token '%s'; it was tried once only: give the "
		    "right one and start again, since tokens lock after a few wrong ones",
		    whose, t->wanted);
	else if (rv == CKR_PIN_LOCKED)
		err_set(e, ERR_DENIED, "the %s PIN of token '%s' is locked after too many wrong ones: "
		    "its security officer must set it anew", whose, t->wanted);
	else if (rv == CKR_PIN_EXPIRED || rv == CKR_USER_PIN_NOT_INITIALIZED)
		err_set(e, ERR_DENIED, "token '%s' has no valid %s PIN: set one with the vendor's tool",
		    t->wanted, whose);
	else
		return gate_passed(rv, "C_Login", e);
	if (first)
		e->cause = (long)rv;
	return false;
}

static bool
login(struct token *t, CK_USER_TYPE user, const char *whose, struct span pin, struct err *e)
{
	CK_FLAGS last = user == CKU_SO ? CKF_SO_PIN_FINAL_TRY : CKF_USER_PIN_FINAL_TRY;
	CK_RV rv;

	if (!GATE(t->gate, e, C_GetTokenInfo, t->slot, &t->info))
		return false;
	if ((t->info.flags & last) != 0)
		return err_set(e, ERR_DENIED,
		    "token '%s' locks at the next wrong %s PIN: log in once with "
		    "the vendor's tool, so that the count starts anew, then start again",
		    t->wanted, whose);
	rv = t->gate->f->C_Login(t->session, user, (CK_UTF8CHAR *)(uintptr_t)pin.p, pin.n);
	if (rv == CKR_OK || rv == CKR_USER_ALREADY_LOGGED_IN)
		return true;
	return login_failed(t, whose, rv, e);
}

bool
token_login(struct token *t, struct span pin, struct err *e)
{
	return login(t, CKU_USER, "user", pin, e);
}

bool
token_login_officer(struct token *t, struct span pin, struct err *e)
{
	return login(t, CKU_SO, "security officer's", pin, e);
}

bool
token_logout(struct token *t, struct err *e)
{
	return GATE(t->gate, e, C_Logout, t->session);
}

bool
token_reopen(struct token *t, struct span pin, struct err *e)
{
	(void)t->gate->f->C_CloseSession(t->session);
	t->session = CK_INVALID_HANDLE;
	return find_slot(t, e) && open_session(t, e) && token_login(t, pin, e);
}

bool
token_renew(struct token *t, struct err *e)
{
	CK_SESSION_HANDLE old = t->session;

	/* The new one first: closing the last session would log out. */
	return open_session(t, e) && GATE(t->gate, e, C_CloseSession, old);
}

const char *
token_library(const struct token *t)
{
	return t->gate->library;
}

const char *
token_label(const struct token *t)
{
	return t->wanted;
}

const char *
token_serial(const struct token *t)
{
	return t->serial;
}

bool
token_random(struct token *t, uint8_t *out, size_t n, struct err *e)
{
	return n == 0 || GATE(t->gate, e, C_GenerateRandom, t->session, out, n);
}
