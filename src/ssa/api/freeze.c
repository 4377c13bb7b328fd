/* SPDX-License-Identifier: Apache-2.0 */
/* freeze: the caller stops his account or a key at once; to undo it takes a statement. */
#include <stdlib.h>

#include "ssa/api/route.h"
#include "ssa/once/held.h"
#include "wire/enact.h"

struct freezing {
	struct msg_object of;
	uint32_t	version;
};

static void
freeze_answer(struct call *c)
{
	struct freezing *f = c->state;
	struct emit m = call_answer(c);

	emit_number(&m, "version", f->version);
	call_answered(c, &m);
}

static void
on_frozen(struct call *c, struct reader *r, const struct err *refusal)
{
	struct freezing *f = c->state;
	struct err e = { 0 };

	if (refusal->code == ERR_NONE && f->of.type == RECORD_SIGNER)
		held_drop_of(c->ssa, c->account);
	if (refusal->code != ERR_NONE)
		call_refused(c, refusal);
	else if (!msg_frozen_read(r, &f->version, &e))
		call_failed(c, &e);
	else
		call_refresh(c, f->of.type == RECORD_KEY ? f->of.id : NULL, freeze_answer);
}

/* False: answered. */
static bool
is_own(struct call *c, const struct freezing *f)
{
	struct key *k;

	if (f->of.type == RECORD_SIGNER) {
		if (memcmp(f->of.id, c->account, 16) == 0)
			return true;
		call_invalid(c, "Invalid parameter id");
		return false;
	}
	k = call_key(c, f->of.id);
	key_release(k);
	return k != NULL;
}

void
handle_freeze(struct call *c)
{
	struct freezing *f = calloc(1, sizeof(*f));
	uint8_t bytes[32];
	struct writer w = writer_over(bytes, sizeof(bytes));
	int64_t type;

	if (f == NULL)
		bug("out of memory");
	c->state = f;
	c->state_free = free;
	if (json_whole(c->json, "type", &type) != JSON_GOT ||
	    (type != RECORD_SIGNER && type != RECORD_KEY)) {
		call_invalid(c, "Missing or invalid parameter type: 1 for the account, 2 for a key");
		return;
	}
	f->of.type = (uint8_t)type;
	if (!call_id(c, "id", f->of.id) || !is_own(c, f))
		return;
	msg_object_write(&w, &f->of);
	call_ask(c, SAM_FREEZE, writer_span(&w), on_frozen);
}
