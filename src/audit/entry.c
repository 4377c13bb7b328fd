/* SPDX-License-Identifier: Apache-2.0 */
/* The common head of entries, and the table of their kinds. */
#include "audit/entry.h"

#define READER(kind)								\
	static bool								\
	read_##kind(struct span s, union entry_payload *p, struct err *e)
#define READ(kind)	READER(kind) { return entry_##kind##_read(s, &p->kind, e); }

READ(genesis)
READ(start)
READ(stop)
READ(proposed)
READ(act)
READ(signer)
READ(key)
READ(reserved)
READ(outcome)
READ(refused)
READ(refusals)
READ(alarm)
READER(head) { return entry_head_signed_read(s, &p->head, e); }

static const struct kind {
	const char	*name;
	bool		(*read)(struct span, union entry_payload *, struct err *);
} kinds[ENTRY_KINDS] = {
	[ENTRY_GENESIS]		= { "genesis",	read_genesis },
	[ENTRY_START]		= { "start",	read_start },
	[ENTRY_STOP]		= { "stop",	read_stop },
	[ENTRY_HEAD_SIGNED]	= { "head",	read_head },
	[ENTRY_PROPOSED]	= { "proposed",	read_proposed },
	[ENTRY_ACT]		= { "act",	read_act },
	[ENTRY_SIGNER]		= { "signer",	read_signer },
	[ENTRY_KEY]		= { "key",	read_key },
	[ENTRY_RESERVED]	= { "reserved",	read_reserved },
	[ENTRY_OUTCOME]		= { "outcome",	read_outcome },
	[ENTRY_REFUSED]		= { "refused",	read_refused },
	[ENTRY_REFUSALS]	= { "refusals",	read_refusals },
	[ENTRY_ALARM]		= { "alarm",	read_alarm },
};

bool
entry_read(struct span bytes, struct entry *out, struct err *e)
{
	struct reader r = reader_over(bytes);
	uint8_t kind, version;
	struct entry m;

	if (bytes.n > ENTRY_MAX || !rd_u64(&r, &m.sequence) || !rd_u64(&r, &m.time) ||
	    !rd_u8(&r, &kind) || !rd_u8(&r, &version))
		return err_set(e, ERR_FORMAT, "entry of %zu bytes", bytes.n);
	if (kind == 0 || kind >= ENTRY_KINDS || version != ENTRY_VERSION)
		return err_set(e, ERR_FORMAT, "entry %llu is of kind %u, version %u, which this "
		    "program does not know", (unsigned long long)m.sequence, kind, version);
	m.kind = (enum entry_kind)kind;
	m.payload = span_of(r.p, r.n);
	*out = m;
	return true;
}

void
entry_head_write(struct writer *w, uint64_t sequence, uint64_t time, enum entry_kind kind)
{
	wr_u64(w, sequence);
	wr_u64(w, time);
	wr_u8(w, (uint8_t)kind);
	wr_u8(w, ENTRY_VERSION);
}

bool
entry_payload_read(const struct entry *m, union entry_payload *p, struct err *e)
{
	return kinds[m->kind].read(m->payload, p, e);
}

const char *
entry_kind_name(enum entry_kind kind)
{
	return (size_t)kind < ENTRY_KINDS && kinds[kind].name != NULL ? kinds[kind].name : "unknown";
}
