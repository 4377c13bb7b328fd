/* SPDX-License-Identifier: Apache-2.0 */
/* Loading a module, and what its answers mean. */
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "hsm/gate.h"

bool
gate_passed(CK_RV rv, const char *call, struct err *e)
{
	bool first = e != NULL && e->code == ERR_NONE;

	if (rv == CKR_OK)
		return true;
	err_why(e, ERR_BACKEND, "backend", "%s: %s (0x%lx)", call, gate_name(rv), rv);
	if (first)
		e->cause = (long)rv;
	return false;
}

bool
gate_lost(const struct err *e)
{
	static const CK_RV lost[] = {CKR_SESSION_HANDLE_INVALID, CKR_SESSION_CLOSED,
	    CKR_TOKEN_NOT_PRESENT, CKR_TOKEN_NOT_RECOGNIZED, CKR_DEVICE_ERROR, CKR_DEVICE_REMOVED,
	    CKR_DEVICE_MEMORY, CKR_SESSION_COUNT, CKR_USER_NOT_LOGGED_IN,
	    CKR_CRYPTOKI_NOT_INITIALIZED, CKR_OPERATION_ACTIVE, CKR_KEY_HANDLE_INVALID,
	    CKR_OBJECT_HANDLE_INVALID, CKR_WRAPPING_KEY_HANDLE_INVALID,
	    0xf0 /* CKR_UNWRAPPING_KEY_HANDLE_INVALID */};

	if (e->code != ERR_BACKEND)
		return false;
	for (size_t i = 0; i < COUNT(lost); i++)
		if (e->cause == (long)lost[i])
			return true;
	return false;
}

void
gate_text(const unsigned char *field, size_t n, char *out)
{
	while (n > 0 && (field[n - 1] == ' ' || field[n - 1] == '\0'))
		n--;
	for (size_t i = 0; i < n; i++)
		out[i] = field[i] >= 0x20 && field[i] < 0x7f ? (char)field[i] : '?';
	out[n] = '\0';
}

static CK_C_GetFunctionList
load(const char *path, struct err *e)
{
	union {
		void			*object;
		CK_C_GetFunctionList	 function;
	} entry;
	void *library;

	if (access(path, R_OK) != 0) {
		err_errno(e, ERR_MISSING, errno, "no PKCS#11 module at %s (install it, or correct the "
		    "module's path)", path);
		return NULL;
	}
	/* Never unloaded: vendor libraries leave threads and exit handlers behind. */
	if ((library = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE)) == NULL) {
		err_set(e, ERR_MISSING, "%s can't be loaded: %s", path, dlerror());
		return NULL;
	}
	if ((entry.object = dlsym(library, "C_GetFunctionList")) == NULL)
		err_set(e, ERR_MISSING, "%s is no PKCS#11 module: it has no C_GetFunctionList", path);
	return entry.function;
}

static void
describe(struct gate *g)
{
	char text[sizeof(g->info.libraryDescription) + 1], maker[sizeof(g->info.manufacturerID) + 1];

	gate_text(g->info.libraryDescription, sizeof(g->info.libraryDescription), text);
	gate_text(g->info.manufacturerID, sizeof(g->info.manufacturerID), maker);
	snprintf(g->library, sizeof(g->library), "%s %u.%u (%s)", text,
	    g->info.libraryVersion.major, g->info.libraryVersion.minor, maker);
	g->quirk = quirk_find(maker, text);
}

static bool
initialise(struct gate *g, struct err *e)
{
	CK_C_INITIALIZE_ARGS locking = { .flags = CKF_OS_LOCKING_OK };
	CK_RV rv = g->f->C_Initialize(&locking);

	g->threads = rv == CKR_OK;
	if (rv == CKR_CANT_LOCK || rv == CKR_NEED_TO_CREATE_THREADS || rv == CKR_ARGUMENTS_BAD)
		rv = g->f->C_Initialize(NULL);
	if (rv == CKR_CRYPTOKI_ALREADY_INITIALIZED || rv == CKR_OK)
		return true;
	return gate_passed(rv, "C_Initialize (the module does not start: is the place where it keeps its "
	    "tokens there and readable, and are its own settings right?)", e);
}

bool
gate_restart(struct gate *g, struct err *e)
{
	return GATE(g, e, C_Finalize, NULL) && initialise(g, e);
}

struct gate *
gate_open(const char *path, struct err *e)
{
	CK_C_GetFunctionList entry = load(path, e);
	AUTO(gate) *g = NULL;

	if (entry == NULL)
		return NULL;
	if ((g = calloc(1, sizeof(*g))) == NULL) {
		err_set(e, ERR_BACKEND, "no memory");
		return NULL;
	}
	if (!gate_passed(entry(&g->f), "C_GetFunctionList", e) || !initialise(g, e) ||
	    !GATE(g, e, C_GetInfo, &g->info))
		return NULL;
	describe(g);
	return TAKE(g);
}

void
gate_free(struct gate *g)
{
	if (g == NULL)
		return;
	if (g->f != NULL)
		(void)g->f->C_Finalize(NULL);
	free(g);
}
