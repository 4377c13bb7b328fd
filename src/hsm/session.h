/* SPDX-License-Identifier: Apache-2.0 */
/* What is inside a token: for files of this folder. */
#ifndef HSM_SESSION_H
#define HSM_SESSION_H

#include "hsm/gate.h"
#include "hsm/token.h"

struct token {
	struct gate		*gate;		/* ours */
	CK_SLOT_ID		 slot;
	CK_SESSION_HANDLE	 session;
	CK_TOKEN_INFO		 info;
	char			 wanted[33];	/* the label as asked for */
	char			 serial[17];
	unsigned		 looks;		/* token_look_again, so far */
};

#endif
