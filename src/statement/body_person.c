/* SPDX-License-Identifier: Apache-2.0 */
/* The bodies of statements that an authentication module enacts. PROTOCOL.sam 1.3 */
#include "statement/body.h"

#define S	struct statement

const struct field body_admit[] = {
	{ BYTES(S, admit.peer) },
	{ BYTES(S, admit.signer) },
	{ TEXT8(S, admit.name, 1, 128) },
	{ BYTES(S, admit.evidence) },
	{ BYTES(S, admit.code) },
	{ FIELD_END },
};

const struct field body_set_factors[] = {
	{ NUMBER(S, factors.from) },
	{ BYTES(S, factors.sealed) },
	{ FIELD_END },
};

const struct field body_change_factors[] = {
	{ NUMBER(S, factors.from) },
	{ FIELD_END },
};

const struct field body_reason[] = {
	{ TEXT8(S, reason, 0, 200) },
	{ FIELD_END },
};

const struct field body_check[] = {
	{ BYTES(S, check) },
	{ FIELD_END },
};
