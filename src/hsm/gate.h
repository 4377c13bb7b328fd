/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One PKCS#11 module and the one gate for all calls to it: an error names the call and the answer
 * ("C_UnwrapKey: CKR_MECHANISM_INVALID (0x70)") and keeps the CK_RV in err.cause.
 * For files of this folder; others see hsm/token.h.
 */
#ifndef HSM_GATE_H
#define HSM_GATE_H

#include <p11-kit/pkcs11.h>

#include "base/err.h"
#include "hsm/quirks.h"

/* v3.0 number of the same intent; p11-kit's header is of 2.40. */
#define MECH_AES_KWP	0x210bUL

struct gate {
	CK_FUNCTION_LIST	*f;
	const struct quirk	*quirk;
	bool			 threads;	/* the module locks for itself: several may call it */
	char			 library[128];	/* "Implementation of PKCS11 2.6 (SoftHSM)" */
	CK_INFO			 info;
};

/* Loads and initialises. The library stays mapped for the life of the process. */
struct gate	*gate_open(const char *path, struct err *) MUST_USE;	/* yours */
void		 gate_free(struct gate *);				/* finalises; NULL is fine */

AUTO_FREE(gate)

/* Finalises and initialises: the module looks anew at what is there. All sessions are gone. */
bool		 gate_restart(struct gate *, struct err *) MUST_USE;

/* GATE(g, e, C_DestroyObject, session, object): true if the module said CKR_OK. */
#define GATE(g, e, call, ...)	gate_passed((g)->f->call(__VA_ARGS__), #call, (e))

bool	gate_passed(CK_RV, const char *call, struct err *) MUST_USE;
/* Session, login, device or handles are gone: opening again may help, going on can't. */
bool	gate_lost(const struct err *);
const char *gate_name(CK_RV);		/* "CKR_PIN_INCORRECT"; "unknown" */

/* A blank-padded field of PKCS#11 as printable text; out has n + 1 bytes. */
void	gate_text(const unsigned char *field, size_t n, char *out);

#endif
