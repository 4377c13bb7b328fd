/* SPDX-License-Identifier: Apache-2.0 */
/* Sessions of one-time keys over the entries of a log. */
#include "audit/open_sessions.h"
#include "base/fields.h"

static struct open_session *
find(struct open_sessions *s, const uint8_t session[ID_LEN])
{
	for (size_t i = 0; i < s->n; i++)
		if (memcmp(s->list[i].session, session, ID_LEN) == 0)
			return &s->list[i];
	return NULL;
}

const struct open_session *
open_session_of_key(const struct open_sessions *s, const uint8_t key[ID_LEN])
{
	for (size_t i = 0; i < s->n; i++)
		if (memcmp(s->list[i].key, key, ID_LEN) == 0)
			return &s->list[i];
	return NULL;
}

static const char *
opened(struct open_sessions *s, const struct entry_session *m)
{
	struct open_session *o = &s->list[s->n];

	if (s->n == OPEN_SESSIONS_MAX)
		return "one open session too many";
	if (find(s, m->session) != NULL || open_session_of_key(s, m->key) != NULL)
		return "a session or its key twice";
	*o = (struct open_session){ .alg = m->alg, .kind = m->kind };
	memcpy(o->session, m->session, ID_LEN);
	memcpy(o->key, m->key, ID_LEN);
	memcpy(o->signer, m->signer, ID_LEN);
	memcpy(o->d, m->d, HASH_LEN);
	s->n++;
	return NULL;
}

static const char *
certified(struct open_sessions *s, const struct entry_session_certified *m)
{
	struct open_session *o = find(s, m->session);

	if (o == NULL)
		return "certificate of no open session";
	if (o->certified)
		return "a second certificate of a session";
	o->certified = true;
	memcpy(o->cert, m->cert, sizeof(o->cert));
	return NULL;
}

/* All that a session signs it signs at once, and what was approved before the key is its own d. */
static const char *
reserved(struct open_sessions *s, const struct entry_reserved *m)
{
	struct open_session *o = (struct open_session *)(uintptr_t)open_session_of_key(s, m->key);

	if (o == NULL)
		return NULL;		/* a long-lived key's */
	if (!o->certified)
		return "a use before the session's certificate";
	if (o->used)
		return "a session that signs twice";
	if (m->uses != m->n || memcmp(m->signer, o->signer, ID_LEN) != 0 ||
	    (o->kind != 0 && memcmp(m->d, o->d, HASH_LEN) != 0))
		return "a use that is not its session's";
	o->used = true;
	return NULL;
}

/* Documents are signed with the session's certificate in the attributes; DTBS/R without. */
static const char *
outcome(const struct open_sessions *s, const struct entry_outcome *m)
{
	const struct open_session *o = open_session_of_key(s, m->key);
	uint64_t signing;
	const uint8_t *cert = entry_outcome_link(m, &signing);

	if (o == NULL || o->stale)
		return NULL;
	if (!o->used)
		return "an outcome of a session that was not used";
	if (cert != NULL ? o->kind == 0 || memcmp(cert, o->cert, 32) != 0 : o->kind != 0)
		return "an outcome with another certificate than its session's";
	return NULL;
}

static const char *
ended(struct open_sessions *s, const struct entry_session_ended *m)
{
	struct open_session *o = find(s, m->session);

	if (o == NULL || memcmp(o->key, m->key, ID_LEN) != 0)
		return "the end of no open session";
	if (o->stale ? m->why != SESSION_RESTART : m->why == SESSION_SIGNED && !o->used)
		return "a session that cannot have ended so";
	s->stale -= o->stale;
	*o = s->list[--s->n];
	return NULL;
}

static const char *
life_began(struct open_sessions *s)
{
	for (size_t i = 0; i < s->n; i++)
		s->list[i].stale = true;
	s->stale = s->n;
	return NULL;
}

const char *
open_sessions_follow(struct open_sessions *s, const struct entry *entry, const union entry_payload *p)
{
	if (s->stale > 0 && entry->kind != ENTRY_SESSION_ENDED && entry->kind != ENTRY_START &&
	    entry->kind != ENTRY_ALARM)
		return "sessions of the life before were not ended first";
	switch (entry->kind) {
	case ENTRY_START:
		return life_began(s);
	case ENTRY_SESSION:
		return opened(s, &p->session);
	case ENTRY_SESSION_CERTIFIED:
		return certified(s, &p->session_certified);
	case ENTRY_RESERVED:
		return reserved(s, &p->reserved);
	case ENTRY_OUTCOME:
		return outcome(s, &p->outcome);
	case ENTRY_SESSION_ENDED:
		return ended(s, &p->session_ended);
	default:
		return NULL;
	}
}

static const struct field session_fields[] = {
	{ BYTES(struct open_session, session) },
	{ BYTES(struct open_session, key) },
	{ BYTES(struct open_session, signer) },
	{ BYTES(struct open_session, d) },
	{ NUMBER(struct open_session, alg) },
	{ RANGE(struct open_session, kind, 0, 3) },
	{ FLAG(struct open_session, certified) },
	{ FLAG(struct open_session, used) },
	{ FLAG(struct open_session, stale) },
	{ BYTES(struct open_session, cert) },
	{ FIELD_END },
};

void
open_sessions_write(struct writer *w, const struct open_sessions *s)
{
	wr_u16(w, (uint16_t)s->n);
	for (size_t i = 0; i < s->n; i++)
		fields_write(w, session_fields, &s->list[i], 0);
}

bool
open_sessions_read(struct reader *r, struct open_sessions *s)
{
	uint16_t n;

	if (!rd_u16(r, &n) || n > OPEN_SESSIONS_MAX)
		return false;
	for (s->n = s->stale = 0; s->n < n; s->n++) {
		if (!fields_read(r, session_fields, &s->list[s->n]))
			return false;
		s->stale += s->list[s->n].stale;
	}
	return true;
}
