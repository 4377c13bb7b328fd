/* SPDX-License-Identifier: Apache-2.0 */
/* STATUS, HEAD, ROSTER, FOLLOW: what the SAM tells about itself. PROTOCOL.sam 4.1, 4.8 */
#include <stdlib.h>

#include "audit/scan.h"
#include "base/clock.h"
#include "statement/provider.h"
#include "sam/attestation.h"
#include "sam/follow.h"
#include "sam/proofread.h"
#include "sam/trade.h"
#include "wire/certificate.h"

#define FOLLOWERS_MAX	16

static bool
is_empty(struct reader *r, const char *what, struct err *e)
{
	return rd_end(r) || err_why(e, ERR_FORMAT, "parse", "%s has no payload", what);
}

static void
status_of_state(const struct sam *sam, struct msg_status *m)
{
	const struct state *s = sam->state;

	memcpy(m->group, s->group, GROUP_LEN);
	m->epoch = s->epoch;
	m->size = s->entries;
	m->signed_count = s->signed_count;
	m->refused = s->refused_count;
}

bool
answer_status(struct sam *sam, struct call *c, struct reader *r, struct err *e)
{
	static const char *const closed = "the wall clock was stepped";
	struct msg_status m = { .state = (uint8_t)sam->open, .why = span_str(sam->why),
		.now = clock_wall(), .version = span_str(PROPRIA_VERSION) };
	uint8_t mem[512];
	struct writer w = writer_over(mem, sizeof(mem));

	if (!is_empty(r, "STATUS", e))
		return false;
	if (sam->open == SAM_OPEN && !sam->stopping)
		m.why = span_str(proofread_finding(sam->proofread));
	if (sam->stepped && sam->open == SAM_OPEN) {
		m.state = SAM_CLOSED;
		m.why = span_str(closed);
	}
	if (sam->state != NULL)
		status_of_state(sam, &m);
	if (sam->behind)
		m.anchored = sam->anchor.size;
	if (sam->journal != NULL) {
		m.anchored = journal_anchored_size(sam->journal);
		m.room = journal_room(sam->journal);
		m.follower = journal_followed_end(sam->journal);
	}
	m.workers = (uint8_t)pool_alive(sam->pool);
	m.busy = (uint8_t)pool_busy(sam->pool);
	sam->setup->trade->count(sam, &m);
	msg_status_write(&w, &m);
	call_answer(sam, c, &w);
	return true;
}

static void
head_tell(struct sam *sam, struct call *c)
{
	const struct state *s = sam->state;
	struct msg_head m = { .log_key = span_of(s->log_key, sizeof(s->log_key)),
		.attestation_key = span_of(s->attestation_key, sizeof(s->attestation_key)),
		.transport = writer_span(&sam->transport_said) };
	uint8_t mem[1024];
	struct writer w = writer_over(mem, sizeof(mem));
	struct writer head = writer_over(m.head, sizeof(m.head));

	head_write(&head, &s->head);
	msg_head_write(&w, &m);
	call_answer(sam, c, &w);
}

static void
said_free(void *p)
{
	writer_wipe(p);
	free(p);
}

/* Without it the answer is as good: whoever needs the transport key asks again. */
static void
transport_is_attested(struct sam *sam, struct call *c, const struct err *failure)
{
	struct writer *said = c->work;

	if (failure != NULL) {
		log_warn("transport key: %s", failure->text);
	} else {
		writer_wipe(&sam->transport_said);
		sam->transport_said = *said;
		*said = writer_grow(0);
	}
	head_tell(sam, c);
}

/* Once in a life the module says whose the transport key is. */
bool
answer_head(struct sam *sam, struct call *c, struct reader *r, struct err *e)
{
	struct writer *said;

	if (!is_empty(r, "HEAD", e))
		return false;
	if (sam->transport == NULL || sam->open != SAM_OPEN || sam->transport_said.n > 0) {
		head_tell(sam, c);
		return true;
	}
	if ((said = malloc(sizeof(*said))) == NULL)
		return err_set(e, ERR_BACKEND, "no memory");
	*said = writer_grow(ATTESTATION_MAX);
	c->work = said;
	c->work_free = said_free;
	attest_transport(sam, c, said, transport_is_attested);
	return true;
}

static void
roster_providers(struct msg_roster *m, const struct state *s)
{
	m->providers = 0;
	for (size_t i = 0; i < s->providers; i++) {
		const struct provider *p = &s->provider[i];
		struct roster_provider *r = &m->provider[m->providers];
		struct body_add_provider b;
		struct err e = { 0 };

		if (!provider_read(span_of(p->body, p->body_len), &b, &e))
			continue;
		*r = (struct roster_provider){ .issuer = b.issuer, .client = b.client, .alg = b.alg,
			.key = b.key, .transaction = b.transaction, .assurance = b.assurance,
			.label = b.label, .acrs = b.acrs };
		memcpy(r->id, p->id, sizeof(r->id));
		for (size_t k = 0; k < b.acrs; k++) {
			r->acr[k].acr = b.acr[k].acr;
			r->acr[k].level = b.acr[k].level;
		}
		m->providers++;
	}
}

bool
answer_roster(struct sam *sam, struct call *c, struct reader *r, struct err *e)
{
	const struct state *s = sam->state;
	AUTO_WRITER w = writer_grow(131072);
	static struct msg_roster m;
	struct writer policy = writer_over(m.policy, sizeof(m.policy));

	if (!is_empty(r, "ROSTER", e))
		return false;
	policy_write(&policy, &s->policy);
	m.officers = s->officers;
	for (size_t i = 0; i < s->officers; i++) {
		const struct officer *o = &s->officer[i];

		memcpy(m.officer[i].id, o->id, ID_LEN);
		m.officer[i].role = o->role;
		m.officer[i].type = o->type;
		m.officer[i].person = span_of(o->person, o->person_len);
		m.officer[i].spki = span_of(o->spki, o->spki_len);
	}
	m.anchors = s->anchors;
	for (size_t i = 0; i < s->anchors; i++) {
		memcpy(m.anchor[i].id, s->anchor[i].id, 32);
		m.anchor[i].usage = s->anchor[i].usage;
		memcpy(m.anchor[i].profile, s->anchor[i].profile, sizeof(m.anchor[i].profile));
		m.anchor[i].label = span_of(s->anchor[i].label, s->anchor[i].label_len);
	}
	m.peers = s->peers;
	for (size_t i = 0; i < s->peers; i++) {
		const struct peer *p = &s->peer[i];

		memcpy(m.peer[i].id, p->id, 32);
		m.peer[i].kind = p->kind;
		memcpy(m.peer[i].peer, p->peer, GROUP_LEN);
		m.peer[i].label = span_of(p->label, p->label_len);
		m.peer[i].key = span_of(p->key, p->key_len);
	}
	roster_providers(&m, s);
	msg_roster_write(&w, &m);
	call_answer(sam, c, &w);
	return true;
}

/* Log bytes: whole batches or parts of them, as far as they are durable here. */
static void
follow_answer(struct sam *sam, struct call *c, uint64_t from)
{
	AUTO_WRITER w = writer_grow(FOLLOW_MAX + 64);
	static uint8_t block[FOLLOW_MAX];
	uint64_t end = sam->journal != NULL ? journal_durable_end(sam->journal) : sam->log_end;
	size_t n = from >= end ? 0 : end - from > FOLLOW_MAX ? FOLLOW_MAX : (size_t)(end - from);
	struct msg_followed m = { .from = from };
	struct err e = { 0 };
	size_t got = 0;

	if (n > 0 && (!scan_read_at(sam->setup->log_fd, from, block, n, &got, &e) || got != n)) {
		call_refuse(sam, c, &e);
		return;
	}
	m.bytes = span_of(block, n);
	msg_followed_write(&w, &m);
	call_answer(sam, c, &w);
}

struct follow_work {
	uint64_t	from;
	uint64_t	until;		/* life clock: answered empty then */
};

/* Answers the followers for whom there is something, or whose time is up. */
void
followers_tick(struct sam *sam, uint64_t now)
{
	struct call **at = &sam->followers;

	while (*at != NULL) {
		struct call *c = *at;
		const struct follow_work *w = c->work;

		if (sam->journal == NULL ||
		    (journal_durable_end(sam->journal) <= w->from && now < w->until)) {
			at = &c->next;
			continue;
		}
		*at = c->next;
		follow_answer(sam, c, w->from);
	}
}

bool
answer_follow(struct sam *sam, struct call *c, struct reader *r, struct err *e)
{
	struct msg_follow m;
	struct follow_work *work;
	size_t n = 0;

	if (!msg_follow_read(r, &m, e))
		return false;
	if (m.durable != ONLY_READS && sam->journal != NULL)
		journal_followed(sam->journal, m.durable);
	if (sam->journal == NULL || m.from < journal_durable_end(sam->journal)) {
		follow_answer(sam, c, m.from);
		return true;
	}
	for (const struct call *f = sam->followers; f != NULL; f = f->next)
		n++;
	if (n >= FOLLOWERS_MAX)
		return err_why(e, ERR_BUSY, "busy", "%zu followers wait", n);
	if ((work = calloc(1, sizeof(*work))) == NULL)
		return err_set(e, ERR_BACKEND, "no memory");
	work->from = m.from;
	work->until = clock_life() + 10000;
	c->work = work;
	c->next = sam->followers;
	sam->followers = c;
	return true;
}
