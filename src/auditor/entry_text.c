/* SPDX-License-Identifier: Apache-2.0 */
/* Entries as lines for people: key=value, ids in full so that they can be searched for. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <time.h>

#include "audit/genesis.h"
#include "auditor/entry_text.h"
#include "auditor/hex.h"

#define SHORT	8	/* bytes of a hash that are shown */

struct line {
	char	*p;
	size_t	 n, size;
};

static void add(struct line *, const char *fmt, ...) PRINTF(2, 3);

static void
add(struct line *l, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(l->p + l->n, l->size - l->n, fmt, ap);
	va_end(ap);
	if (n > 0)
		l->n = (size_t)n < l->size - l->n ? l->n + (size_t)n : l->size - 1;
}

static void
add_hex(struct line *l, const char *name, const uint8_t *p, size_t n)
{
	static const uint8_t zero[HASH_LEN];
	char hex[2 * HASH_LEN + 1];

	if (memcmp(p, zero, n) == 0)
		return;		/* zero means "none" */
	hex_write(hex, p, n);
	add(l, " %s=%s", name, hex);
}

static void
add_text(struct line *l, const char *name, struct span s)
{
	add(l, " %s=\"%.*s\"", name, (int)s.n, (const char *)s.p);
}

static void
add_hash_of(struct line *l, const char *name, struct span s)
{
	uint8_t hash[HASH_LEN];

	if (s.n == 0)
		return;
	sha256(s, hash);
	add_hex(l, name, hash, SHORT);
}

static const char *
word(const char *const *words, size_t n, unsigned i)
{
	return i < n ? words[i] : "?";
}

static const char *const signer_states[] = { "?", "invited", "bound", "active", "suspended",
	"closed" };
static const char *const key_states[] = { "?", "new", "requested", "active", "suspended",
	"destroyed" };
static const char *const sockets[] = { "?", "ssa", "officers" };
static const char *const seen[] = { "?", "document", "labels" };
static const char *const key_causes[] = { "freeze", "request-certificate", "link-certificate",
	"owner-closed", "revoked" };

static const char *
purpose_word(uint16_t purpose)
{
	static const struct { uint16_t number; const char *name; } purposes[] = {
		{ 0x0101, "sign" }, { 0x0102, "sign-once" }, { 0x0304, "open-session" },
		{ 0x0201, "invite" }, { 0x0202, "bind" }, { 0x0203, "suspend" },
		{ 0x0204, "reinstate" }, { 0x0205, "close" }, { 0x0301, "create-key" },
		{ 0x0302, "destroy-key" }, { 0x0303, "release-key" }, { 0x0305, "revoke-key" }, { 0x0400, "found" },
		{ 0x0401, "add-anchor" }, { 0x0402, "remove-anchor" }, { 0x0403, "add-officer" },
		{ 0x0404, "remove-officer" }, { 0x0405, "set-policy" }, { 0x0406, "resume" },
		{ 0x0601, "admit" }, { 0x0602, "set-factors" }, { 0x0603, "change-factors" },
		{ 0x0604, "unlock" }, { 0x0605, "dismiss" }, { 0x0606, "new-grant-key" }, { 0x0607, "check" },
	};

	for (size_t i = 0; i < COUNT(purposes); i++)
		if (purposes[i].number == purpose)
			return purposes[i].name;
	return "?";
}

static void
text_genesis(struct line *l, const union entry_payload *p)
{
	uint8_t group[HASH_LEN];
	struct genesis g;

	genesis_group(p->genesis.genesis, group);
	add_hex(l, "group", group, HASH_LEN);
	if (genesis_read(p->genesis.genesis, &g, NULL)) {
		add(l, " officers=%zu", g.n);
		add_text(l, "module", g.library);
		add_text(l, "token", g.token);
	}
}

static void
text_start(struct line *l, const union entry_payload *p)
{
	add(l, " life=%016" PRIx64, p->start.life);
	add_hex(l, "boot", p->start.boot, ID_LEN);
	add_text(l, "program", p->start.program);
}

static void
text_stop(struct line *l, const union entry_payload *p)
{
	add_text(l, "why", p->stop.why);
}

static void
text_head(struct line *l, const union entry_payload *p)
{
	add(l, " epoch=%u size=%" PRIu64, p->head.epoch, p->head.size);
	add_hex(l, "root", p->head.root, HASH_LEN);
}

static void
text_proposed(struct line *l, const union entry_payload *p)
{
	add(l, " purpose=%s", purpose_word(p->proposed.purpose));
	add_hex(l, "subject", p->proposed.subject, ID_LEN);
	add_hex(l, "body", p->proposed.body, SHORT);
}

/* The purpose stands behind the magic of the statement. */
static void
text_act(struct line *l, const union entry_payload *p)
{
	struct reader r = reader_over(p->act.statement);
	struct span magic;
	uint16_t purpose;

	if (rd_take(&r, 4, &magic) && rd_u16(&r, &purpose))
		add(l, " purpose=%s", purpose_word(purpose));
	add_hash_of(l, "statement", p->act.statement);
}

static void
text_signer(struct line *l, const union entry_payload *p)
{
	const struct entry_signer *m = &p->signer;

	add_hex(l, "signer", m->id, ID_LEN);
	add(l, " version=%u state=%s cause=%s", m->version,
	    word(signer_states, COUNT(signer_states), m->state),
	    m->cause < COUNT(key_causes) ? key_causes[m->cause] : purpose_word(m->cause));
	add_hex(l, "d", m->d, SHORT);
	add(l, " record=%s", m->record.n > 0 ? "new" : "as-before");
}

static void
text_key(struct line *l, const union entry_payload *p)
{
	const struct entry_key *m = &p->key;

	add_hex(l, "key", m->id, ID_LEN);
	add_hex(l, "owner", m->owner, ID_LEN);
	add(l, " version=%u state=%s cause=%s", m->version,
	    word(key_states, COUNT(key_states), m->state), m->cause < COUNT(key_causes) ?
	    key_causes[m->cause] : purpose_word(m->cause));
	add_hex(l, "d", m->d, SHORT);
	add_hex(l, m->cause == KEY_CAUSE_LINK ? "certificate" : "spki", m->detail, HASH_LEN);
	add(l, " record=%s", m->record.n > 0 ? "new" : "as-before");
}

static void
text_reserved(struct line *l, const union entry_payload *p)
{
	const struct entry_reserved *m = &p->reserved;

	static const uint8_t none[ID_LEN];

	if (memcmp(m->authenticator, none, ID_LEN) == 0)
		add(l, " on the SSA's word");
	add_hex(l, "key", m->key, ID_LEN);
	add_hex(l, "signer", m->signer, ID_LEN);
	add_hex(l, "authenticator", m->authenticator, ID_LEN);
	add_hex(l, "requester", m->requester, ID_LEN);
	add_hex(l, "d", m->d, SHORT);
	add(l, " seen=%s n=%zu index=%u..%u uses=%u", word(seen, COUNT(seen), m->seen), m->n,
	    entry_reserved_index(m, 0), entry_reserved_index(m, m->n - 1), m->uses);
}

static void
text_outcome(struct line *l, const union entry_payload *p)
{
	struct reader r = reader_over(p->outcome.items);
	unsigned count[OUTCOME_UNKNOWN + 1] = { 0 };
	struct outcome_item it;

	while (entry_outcome_item(&r, &it))
		count[it.status]++;
	add_hex(l, "key", p->outcome.key, ID_LEN);
	add_hex(l, "d", p->outcome.d, SHORT);
	add(l, " reserved=%" PRIu64 " n=%zu signed=%u not-made=%u unknown=%u", p->outcome.reserved,
	    p->outcome.n, count[OUTCOME_SIGNED], count[OUTCOME_NOT_MADE], count[OUTCOME_UNKNOWN]);
}

static void
text_refused(struct line *l, const union entry_payload *p)
{
	const struct entry_refused *m = &p->refused;

	add(l, " reason=%.*s request=%u from=%s", (int)m->reason.n, (const char *)m->reason.p,
	    m->request, word(sockets, COUNT(sockets), m->socket));
	add_hex(l, "signer", m->signer, ID_LEN);
	add_hex(l, "key", m->key, ID_LEN);
	add_hex(l, "d", m->d, SHORT);
}

static void
text_refusals(struct line *l, const union entry_payload *p)
{
	struct reader r = reader_over(p->refusals.items);
	struct refusals_item it;

	while (entry_refusals_item(&r, &it))
		add(l, " %.*s=%u", (int)it.reason.n, (const char *)it.reason.p, it.count);
}

static void
text_alarm(struct line *l, const union entry_payload *p)
{
	add_text(l, "what", p->alarm.what);
	add_text(l, "detail", p->alarm.detail);
}

/* Who reads this must see that nobody's authenticator stands behind the uses with this d. */
static void
text_window(struct line *l, const union entry_payload *p)
{
	const struct entry_window *m = &p->window;

	add(l, " on the SSA's word");
	add_hex(l, "key", m->key, ID_LEN);
	add_hex(l, "signer", m->signer, ID_LEN);
	add_hex(l, "session", m->session, ID_LEN);
	add_hex(l, "d", m->d, SHORT);
	add(l, " count=%u expires=%" PRIu64, m->count, m->expires);
}

static void
text_session(struct line *l, const union entry_payload *p)
{
	static const char *const kinds[] = { "certificate-first", "?", "cades", "pades" };
	const struct entry_session *m = &p->session;

	add_hex(l, "session", m->session, ID_LEN);
	add_hex(l, "key", m->key, ID_LEN);
	add_hex(l, "signer", m->signer, ID_LEN);
	add_hex(l, "authenticator", m->authenticator, ID_LEN);
	add_hex(l, "requester", m->requester, ID_LEN);
	add_hex(l, "d", m->d, SHORT);
	add(l, " kind=%s alg=%u profile=%.*s", word(kinds, COUNT(kinds), m->kind), m->alg,
	    (int)strnlen((const char *)m->profile, sizeof(m->profile)), (const char *)m->profile);
	add_hex(l, "spki", m->spki, HASH_LEN);
	add(l, " expires=%" PRIu64 " made=%" PRIu64, m->expires, m->made);
}

static void
text_session_certified(struct line *l, const union entry_payload *p)
{
	const struct entry_session_certified *m = &p->session_certified;

	add_hex(l, "session", m->session, ID_LEN);
	add_hex(l, "certificate", m->cert, HASH_LEN);
	add(l, " not-before=%" PRIu64 " not-after=%" PRIu64, m->not_before, m->not_after);
	add_hex(l, "anchor", m->anchor, HASH_LEN);
}

static void
text_session_ended(struct line *l, const union entry_payload *p)
{
	static const char *const whys[] = { "?", "signed", "the SSA's word", "time", "worker lost",
		"restart", "signer or policy changed", "refused", "module failed", "connection closed" };

	add_hex(l, "session", p->session_ended.session, ID_LEN);
	add_hex(l, "key", p->session_ended.key, ID_LEN);
	add_text(l, "why", span_str(word(whys, COUNT(whys), p->session_ended.why)));
}

static void
text_try(struct line *l, const union entry_payload *p)
{
	add_hex(l, "person", p->try.person, ID_LEN);
	add(l, " purpose=%s", purpose_word(p->try.purpose));
	add_hex(l, "d", p->try.d, SHORT);
}

static void
text_tried(struct line *l, const union entry_payload *p)
{
	static const char *const whats[] = { "?", "code", "pin", "a factor is missing" };

	add_hex(l, "person", p->tried.person, ID_LEN);
	add_text(l, "wrong", span_str(word(whats, COUNT(whats), p->tried.what)));
	add_hex(l, "d", p->tried.d, SHORT);
}

static void
text_granted(struct line *l, const union entry_payload *p)
{
	static const char *const factors[] = { "?", "pin", "code", "pin+code" };
	const struct entry_granted *m = &p->granted;
	static const uint8_t none[HASH_LEN];

	add_hex(l, "person", m->person, ID_LEN);
	add_hex(l, "signer", m->signer, ID_LEN);
	add_hex(l, "key", m->key, ID_LEN);
	add_hex(l, "d", m->d, SHORT);
	add_hex(l, "peer", m->peer, SHORT);
	add(l, " factors=%s level=%u", word(factors, COUNT(factors), m->factors), m->level);
	if (memcmp(m->peer, none, HASH_LEN) == 0)
		add(l, " checked, nothing granted");
	else
		add(l, " uses=%u", m->uses);
}

static void
text_person(struct line *l, const union entry_payload *p)
{
	static const char *const states[] = { "?", "admitted", "active", "?", "closed" };
	const struct entry_person *m = &p->person;

	add_hex(l, "person", m->id, ID_LEN);
	add(l, " version=%u state=%s cause=%s", m->version, word(states, COUNT(states), m->state),
	    purpose_word(m->cause));
	add_hex(l, "d", m->d, SHORT);
	add(l, " record=%s", m->record.n > 0 ? "new" : "as-before");
}

static void
text_grant_key(struct line *l, const union entry_payload *p)
{
	uint8_t print[HASH_LEN];

	sha256(p->grant_key.spki, print);
	add_hex(l, "spki", print, HASH_LEN);
	add_hex(l, "d", p->grant_key.d, SHORT);
}

static void (*const texts[ENTRY_KINDS])(struct line *, const union entry_payload *) = {
	[ENTRY_GENESIS] = text_genesis, [ENTRY_START] = text_start, [ENTRY_STOP] = text_stop,
	[ENTRY_HEAD_SIGNED] = text_head, [ENTRY_PROPOSED] = text_proposed, [ENTRY_ACT] = text_act,
	[ENTRY_SIGNER] = text_signer, [ENTRY_KEY] = text_key, [ENTRY_RESERVED] = text_reserved,
	[ENTRY_OUTCOME] = text_outcome, [ENTRY_REFUSED] = text_refused,
	[ENTRY_REFUSALS] = text_refusals, [ENTRY_ALARM] = text_alarm,
	[ENTRY_WINDOW] = text_window, [ENTRY_SESSION] = text_session,
	[ENTRY_SESSION_CERTIFIED] = text_session_certified,
	[ENTRY_SESSION_ENDED] = text_session_ended,
	[ENTRY_TRY] = text_try, [ENTRY_TRIED] = text_tried, [ENTRY_GRANTED] = text_granted,
	[ENTRY_PERSON] = text_person, [ENTRY_GRANT_KEY] = text_grant_key,
};

bool
entry_text(const struct entry *entry, char *out, size_t size, struct err *e)
{
	struct line l = { .p = out, .size = size };
	time_t s = (time_t)(entry->time / 1000);
	union entry_payload p;
	struct tm t = { 0 };

	if (size == 0 || !entry_payload_read(entry, &p, e))
		return false;
	gmtime_r(&s, &t);
	add(&l, "%" PRIu64 " %04d-%02d-%02dT%02d:%02d:%02d.%03uZ %s", entry->sequence,
	    t.tm_year + 1900, t.tm_mon + 1, t.tm_mday, t.tm_hour, t.tm_min, t.tm_sec,
	    (unsigned)(entry->time % 1000), entry_kind_name(entry->kind));
	texts[entry->kind](&l, &p);
	return true;
}
