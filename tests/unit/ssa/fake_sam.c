/* SPDX-License-Identifier: Apache-2.0 */
/* A SAM for tests. */
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "der/csr.h"
#include "der/name.h"
#include "statement/statement.h"
#include "tests/test.h"
#include "tests/unit/ssa/fake_sam.h"
#include "tests/unit/ssa/keys.h"
#include "wire/certificate.h"
#include "wire/auth.h"
#include "wire/status.h"
#include "wire/window.h"

static uint8_t constant[96];

void
record_make(struct writer *w, uint8_t type, const uint8_t owner[16], const uint8_t id[16],
    uint32_t version)
{
	wr_span(w, span_str("PRR1"));
	wr_u8(w, type);
	wr_u8(w, 1);
	wr_zero(w, 32);
	wr_u32(w, 1);
	wr_bytes(w, owner, 16);
	wr_bytes(w, id, 16);
	wr_u32(w, version);
	wr_zero(w, 32);
	wr_span32(w, span_str("sealed"));
	wr_zero(w, 16);
}

static bool
answer_status(struct fake_sam *s, struct reader *r UNUSED, struct writer *w)
{
	struct msg_status m = { .state = SAM_OPEN, .why = span_str(""), .epoch = 1, .size = s->sequence,
		.version = span_str("fake") };

	memcpy(m.group, s->group, 32);
	msg_status_write(w, &m);
	return true;
}

static bool
answer_challenge(struct fake_sam *s UNUSED, struct reader *r, struct writer *w)
{
	struct msg_challenged m = { .epoch = 1, .now = clock_wall() };
	struct msg_challenge q;
	struct err e = { 0 };

	memset(m.fresh, 7, sizeof(m.fresh));
	if (!msg_challenge_read(r, &q, &e))
		return false;
	msg_challenged_write(w, &m);
	return true;
}

static struct spent *
spent_find(struct fake_sam *s, const uint8_t d[32], uint32_t index)
{
	for (size_t i = s->n_spent; i-- > 0;)
		if (s->spent[i].index == index && memcmp(s->spent[i].d, d, 32) == 0)
			return &s->spent[i];
	return NULL;
}

static void
results_fill(struct fake_sam *s, struct msg_results *m, const uint8_t d[32], const uint32_t *index,
    size_t n)
{
	m->place = n == 0 ? 0 : ++s->sequence;
	m->n = n;
	for (size_t i = 0; i < n; i++) {
		m->result[i] = (struct use_result){ .index = index[i],
			.status = s->fail_items && i == n - 1 ? USE_FAILED : USE_SIGNED };
		if (m->result[i].status == USE_SIGNED)
			m->result[i].signature = span_of(constant, 64);
		if (s->n_spent < FAKE_SPENT && !s->forgets) {
			memcpy(s->spent[s->n_spent].d, d, 32);
			s->spent[s->n_spent].sequence = s->sequence;
			s->spent[s->n_spent++].index = index[i];
		}
	}
}

static bool
refuse_replay(struct writer *w)
{
	wr_u8(w, ERR_DENIED);
	wr_span8(w, span_str("replay"));
	return true;
}

static bool
answer_activate(struct fake_sam *s, struct reader *r, struct writer *w)
{
	struct msg_activated out = { .expires = clock_wall() + 60000 };
	struct msg_activate m;
	struct err e = { 0 };
	uint8_t d[32];

	if (!msg_activate_read(r, &m, &e))
		return false;
	statement_digest(m.statement, d);
	for (size_t i = 0; i < m.n && !s->forgets; i++)
		if (spent_find(s, d, m.index[i]) != NULL)
			return refuse_replay(w);
	memcpy(s->activations[s->n_activations % 4096], d, 32);
	out.activation[0] = (uint8_t)(s->n_activations >> 8);
	out.activation[1] = (uint8_t)s->n_activations++;
	results_fill(s, &out.results, d, m.index, m.n);
	msg_activated_write(w, &out);
	return true;
}

static bool
answer_use(struct fake_sam *s, struct reader *r, struct writer *w)
{
	struct msg_results out;
	struct msg_use m;
	struct err e = { 0 };
	const uint8_t *d;

	if (!msg_use_read(r, &m, &e))
		return false;
	d = s->activations[(m.activation[0] << 8 | m.activation[1]) % 4096];
	for (size_t i = 0; i < m.n; i++)
		if (spent_find(s, d, m.index[i]) != NULL)
			return refuse_replay(w);
	results_fill(s, &out, d, m.index, m.n);
	msg_results_write(w, &out);
	return true;
}

static bool
answer_outcome(struct fake_sam *s, struct reader *r, struct writer *w)
{
	struct msg_results out = { 0 };
	struct msg_outcome m;
	struct err e = { 0 };

	if (!msg_outcome_read(r, &m, &e))
		return false;
	out.n = m.n;
	for (size_t i = 0; i < m.n; i++) {
		struct spent *x = spent_find(s, m.d, m.index[i]);

		out.result[i] = (struct use_result){ .index = m.index[i], .status = USE_SPENT };
		if (x == NULL)
			continue;
		out.place = x->sequence;
		out.result[i].status = USE_SIGNED;
		out.result[i].signature = span_of(constant, 64);
	}
	msg_results_write(w, &out);
	return true;
}

/* PROTOCOL.sam 9: do these factors say d, the person and what the person has? */
static bool
factors_hold(struct fake_sam *s, struct span sealed, const uint8_t d[32], const uint8_t person[16])
{
	uint8_t info[17 + 32], plain[256];
	struct span pin, code, fresh_pin, seed;
	struct reader r = reader_over(span_of(plain, sizeof(plain)));
	uint8_t head[4 + 32 + 16];
	struct err e = { 0 };

	memcpy(info, "propria-factor-v1", 17);
	memcpy(info + 17, s->group, 32);
	return sealed.n == sizeof(plain) + HPKE_OVERHEAD &&
	    hpke_open(s->factor_key, span_of(info, sizeof(info)), span_of(d, 32), sealed, plain, &e) &&
	    rd_bytes(&r, head, sizeof(head)) && memcmp(head, "PRF1", 4) == 0 &&
	    memcmp(head + 4, d, 32) == 0 && memcmp(head + 36, person, 16) == 0 &&
	    rd_span8(&r, 0, 64, &pin) && rd_span8(&r, 0, 8, &code) && rd_span8(&r, 0, 64, &fresh_pin) &&
	    rd_span8(&r, 0, 32, &seed) && span_equal(pin, span_str(s->pin)) &&
	    span_equal(code, span_str(s->code)) && fresh_pin.n == 0 && seed.n == 0;
}

static bool
module_enact(struct fake_sam *s, const struct msg_enact *m, struct writer *w)
{
	uint8_t one[256], d[32];
	struct writer w1 = writer_over(one, sizeof(one));
	struct msg_enacted out = { .sequence = ++s->sequence, .version = ++s->version, .n = 1 };
	const uint8_t *person = m->statement.p + 42;
	bool check = m->statement.n > 58 && m->statement.p[4] == 6 && m->statement.p[5] == 7;

	if (m->statement.n < 58 || m->statement.n > sizeof(s->last_statement))
		return false;
	statement_digest(m->statement, d);
	memcpy(s->last_statement, m->statement.p, s->last_n = m->statement.n);
	s->last_record = m->signer_record.n > 0;
	if (check && !factors_hold(s, m->key_record, d, person))
		s->refused = "auth";
	memcpy(out.id, person, 16);
	record_make(&w1, RECORD_PERSON, person, person, s->version);
	out.record[0] = writer_span(&w1);
	out.n = check ? 0 : 1;
	msg_enacted_write(w, &out);
	return true;
}

static bool
answer_factor_key(struct fake_sam *s, struct reader *r, struct writer *w)
{
	uint8_t bytes[256];
	struct writer body = writer_over(bytes, sizeof(bytes));

	if (s->factor_key == NULL || !rd_end(r))
		return false;
	wr_u8(&body, 5);
	wr_bytes(&body, s->group, 32);
	wr_u64(&body, 1);
	wr_bytes(&body, hpke_key_point(s->factor_key), HPKE_POINT_LEN);
	wr_u64(&body, clock_wall());
	wr_zero(&body, 64);
	msg_factor_key_write(w, &(struct msg_factor_key){ writer_span(&body) });
	return true;
}

static bool
answer_grant(struct fake_sam *s, struct reader *r, struct writer *w)
{
	struct msg_grant m;
	struct err e = { 0 };

	if (s->factor_key == NULL || !msg_grant_read(r, &m, &e) || m.statement.n > sizeof(s->last_statement))
		return false;
	memcpy(s->last_statement, m.statement.p, s->last_n = m.statement.n);
	s->last_record = m.record.n > 0;
	msg_granted_write(w, &(struct msg_granted){ span_str("PRT1 a grant") });
	return true;
}

static bool
answer_enact(struct fake_sam *s, struct reader *r, struct writer *w)
{
	uint8_t one[256], two[256];
	struct writer w1 = writer_over(one, sizeof(one)), w2 = writer_over(two, sizeof(two));
	struct msg_enacted out = { .sequence = ++s->sequence, .version = ++s->version, .n = 1 };
	struct statement st;
	struct msg_enact m;
	struct err e = { 0 };

	if (!msg_enact_read(r, &m, &e))
		return false;
	if (s->factor_key != NULL)
		return module_enact(s, &m, w);
	if (!statement_read(m.statement, &st, &e))
		return false;
	random_bytes(out.id, 16);
	record_make(&w1, RECORD_SIGNER, st.subject, st.subject, s->version);
	out.record[0] = writer_span(&w1);
	if (st.purpose == PURPOSE_CREATE_KEY) {
		out.version = 1;
		record_make(&w2, RECORD_KEY, st.subject, out.id, 1);
		out.record[out.n++] = writer_span(&w2);
	} else if (st.purpose == PURPOSE_REMOVE_AUTHENTICATOR) {
		memcpy(out.id, st.remove_authenticator.authenticator, 16);
	} else if (st.purpose != PURPOSE_BIND && st.purpose != PURPOSE_ADD_AUTHENTICATOR) {
		memcpy(out.id, st.key.key, 16);
		out.version = st.key.from + 1;
	}
	s->state = 3;
	msg_enacted_write(w, &out);
	return true;
}

static bool
answer_request(struct fake_sam *s, struct reader *r, struct writer *w)
{
	AUTO_WRITER name = writer_grow(1024);
	AUTO_WRITER info = writer_grow(2048);
	AUTO_WRITER csr = writer_grow(2048);
	const struct alg *alg = alg_find(ALG_ECDSA_P256_SHA256);
	struct msg_request_certificate m;
	uint8_t digest[DIGEST_MAX], raw[64];
	struct err e = { 0 };

	if (!msg_request_certificate_read(r, &m, &e) || !name_from_text("CN=Alice,C=SE", &name, &e))
		return false;
	csr_info_write(&info, writer_span(&name), span_of(s->spki, 91));
	alg_digest(alg, writer_span(&info), digest);
	test_key_sign(s->key, digest, raw);
	if (!csr_write(&csr, writer_span(&info), alg, span_of(raw, 64), &e))
		return false;
	msg_certificate_request_write(w, &(struct msg_certificate_request){ .csr = writer_span(&csr),
		.attestation = span_str("attestation") });
	return true;
}

static bool
answer_link(struct fake_sam *s, struct reader *r, struct writer *w)
{
	uint8_t bytes[256];
	struct writer record = writer_over(bytes, sizeof(bytes));
	struct msg_certificate_linked out = { .sequence = ++s->sequence, .version = 3 };
	struct msg_link_certificate m;
	struct err e = { 0 };

	if (!msg_link_certificate_read(r, &m, &e) || m.key_record.n < 74)
		return false;
	record_make(&record, RECORD_KEY, m.key_record.p + 42, m.key, 3);
	out.key_record = writer_span(&record);
	msg_certificate_linked_write(w, &out);
	return true;
}

static bool
answer_record(struct fake_sam *s, struct reader *r, struct writer *w)
{
	struct msg_record out = { .version = s->version, .state = s->state };
	struct msg_object m;
	struct err e = { 0 };

	if (!msg_object_read(r, &m, &e))
		return false;
	if (m.type == RECORD_PERSON) {
		uint8_t bytes[256];
		struct writer record = writer_over(bytes, sizeof(bytes));

		record_make(&record, RECORD_PERSON, m.id, m.id, s->version);
		out.record = writer_span(&record);
		msg_record_write(w, &out);
		return true;
	}
	if (m.type == RECORD_KEY) {	/* the fake does not know owners: state without bytes */
		out.version = 2;
		out.state = 3;
	}
	msg_record_write(w, &out);
	return true;
}

static bool
answer_receipt(struct fake_sam *s UNUSED, struct reader *r, struct writer *w)
{
	struct msg_receipted out = { .entry = span_str("entry"), .size = 9, .index = 4, .n = 2,
		.attestation = span_str("attestation") };
	struct msg_receipt m;
	struct err e = { 0 };

	if (!msg_receipt_read(r, &m, &e))
		return false;
	msg_receipted_write(w, &out);
	return true;
}

static bool
answer_freeze(struct fake_sam *s, struct reader *r, struct writer *w)
{
	struct msg_object m;
	struct err e = { 0 };

	if (!msg_object_read(r, &m, &e))
		return false;
	msg_frozen_write(w, ++s->version);
	return true;
}

static bool
answer_close_windows(struct fake_sam *s UNUSED, struct reader *r, struct writer *w)
{
	struct msg_windows_closed out = { 0 };
	struct msg_close_windows m;
	struct err e = { 0 };

	if (!msg_close_windows_read(r, &m, &e))
		return false;
	msg_windows_closed_write(w, &out);
	return true;
}

static bool
answer_open_window(struct fake_sam *s, struct reader *r, struct writer *w)
{
	struct msg_window out = { .expires = clock_wall() + 60000 };
	static struct msg_open_window m;
	struct err e = { 0 };

	if (!msg_open_window_read(r, &m, &e))
		return false;
	random_bytes(out.d, sizeof(out.d));
	memcpy(s->activations[s->n_activations % 4096], out.d, 32);
	out.activation[0] = (uint8_t)(s->n_activations >> 8);
	out.activation[1] = (uint8_t)s->n_activations++;
	msg_window_write(w, &out);
	return true;
}

static bool (*const answers[FAKE_TYPES])(struct fake_sam *, struct reader *, struct writer *) = {
	[SAM_STATUS] = answer_status, [SAM_CHALLENGE] = answer_challenge,
	[SAM_ACTIVATE] = answer_activate, [SAM_USE] = answer_use, [SAM_ENACT] = answer_enact,
	[SAM_REQUEST_CERTIFICATE] = answer_request, [SAM_LINK_CERTIFICATE] = answer_link,
	[SAM_FREEZE] = answer_freeze, [SAM_RECORD] = answer_record, [SAM_OUTCOME] = answer_outcome, [SAM_RECEIPT] = answer_receipt,
	[SAM_CLOSE_WINDOWS] = answer_close_windows, [SAM_OPEN_WINDOW] = answer_open_window,
	[AUTH_FACTOR_KEY] = answer_factor_key, [AUTH_GRANT] = answer_grant,
};

/* With the lock. False: close. */
static bool
answer_make(struct fake_sam *s, const struct frame *f, struct writer *out)
{
	AUTO_WRITER w = writer_grow(FRAME_MAX);
	struct reader r = reader_over(f->payload);
	uint8_t type = (uint8_t)(f->type + 1);
	size_t at;

	if (f->type >= FAKE_TYPES || answers[f->type] == NULL || f->type == s->close_at)
		return false;
	s->asked[f->type]++;
	if (s->refusals[f->type] > 0) {
		s->refusals[f->type]--;
		msg_refused_write(&w, ERR_DENIED, s->refuse[f->type]);
		type = MSG_REFUSED;
	} else if (!answers[f->type](s, &r, &w)) {
		return false;
	} else if (s->refused != NULL) {
		writer_reset(&w);
		msg_refused_write(&w, ERR_DENIED, s->refused);
		s->refused = NULL;
		type = MSG_REFUSED;
	} else if (w.n == 8 && w.p[0] == ERR_DENIED && memcmp(w.p + 2, "replay", 6) == 0) {
		type = MSG_REFUSED;
	}
	at = frame_begin(out, s->odd_answer ? 99 : type, f->number);
	if (s->garbage)
		wr_span(out, span_str("garbage"));
	else
		wr_span(out, writer_span(&w));
	frame_end(out, at);
	return true;
}

struct held {
	struct writer	answer[512];
	int		n;
};

static void
held_send(int fd, struct held *h)
{
	struct err e = { 0 };

	while (h->n > 0) {
		h->n--;
		if (!frame_send(fd, writer_span(&h->answer[h->n]), &e))
			e.code = ERR_NONE;
		writer_wipe(&h->answer[h->n]);
	}
}

static void
talk(struct fake_sam *s, int fd)
{
	AUTO_WRITER bytes = writer_grow(FRAME_MAX + 64);
	struct held held = { .n = 0 };
	struct err e = { 0 };
	struct frame f;

	while (frame_receive(fd, &bytes, &f, &e)) {
		int hold, delay;
		bool ok;

		held.answer[held.n] = writer_grow(FRAME_MAX + 64);
		pthread_mutex_lock(&s->lock);
		ok = answer_make(s, &f, &held.answer[held.n]);
		hold = s->hold;
		delay = s->delay_ms;
		pthread_mutex_unlock(&s->lock);
		if (!ok) {
			writer_wipe(&held.answer[held.n]);
			break;
		}
		if (delay > 0)
			usleep((unsigned)delay * 1000);
		held.n++;
		if (held.n > s->most_held)
			s->most_held = held.n;
		if (held.n >= hold || held.n == 511)
			held_send(fd, &held);
	}
	held_send(fd, &held);
}

static void *
serve(void *arg)
{
	struct fake_sam *s = arg;

	while (!s->stop) {
		int fd = accept(s->listener, NULL, NULL);

		if (fd < 0)
			break;
		pthread_mutex_lock(&s->lock);
		s->fd = fd;
		if (s->stop)		/* it was accepted while we were being stopped */
			shutdown(fd, SHUT_RDWR);
		pthread_mutex_unlock(&s->lock);
		talk(s, fd);
		pthread_mutex_lock(&s->lock);
		s->fd = -1;
		pthread_mutex_unlock(&s->lock);
		close(fd);
	}
	return NULL;
}

void
fake_sam_start(struct fake_sam *s)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };

	memset(constant, 0x91, sizeof(constant));	/* its top bit asks for a zero in DER */
	strcpy(a.sun_path, s->path);
	unlink(s->path);
	s->fd = -1;
	s->stop = false;
	pthread_mutex_init(&s->lock, NULL);
	s->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	CHECK(bind(s->listener, (const struct sockaddr *)&a, sizeof(a)) == 0);
	CHECK(listen(s->listener, 4) == 0 && pthread_create(&s->thread, NULL, serve, s) == 0);
}

void
fake_sam_stop(struct fake_sam *s)
{
	pthread_mutex_lock(&s->lock);
	s->stop = true;
	shutdown(s->listener, SHUT_RDWR);
	if (s->fd >= 0)
		shutdown(s->fd, SHUT_RDWR);
	pthread_mutex_unlock(&s->lock);
	pthread_join(s->thread, NULL);
	close(s->listener);
	unlink(s->path);
}

int
fake_sam_asked(struct fake_sam *s, uint8_t type)
{
	int n;

	pthread_mutex_lock(&s->lock);
	n = s->asked[type];
	pthread_mutex_unlock(&s->lock);
	return n;
}
