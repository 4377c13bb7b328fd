/* SPDX-License-Identifier: Apache-2.0 */
/* Requests of the SAM, one table, one at a time. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "base/log.h"
#include "crypto/verify.h"
#include "hsm/anchor.h"
#include "hsm/stock.h"
#include "hsm/stretch.h"
#include "hsm/worker.h"
#include "wire/hsm.h"

_Static_assert(HSM_WRAPPED_MAX == WRAPPED_MAX && HSM_SPKI_MAX == SPKI_MAX &&
    HSM_SIGNATURE_MAX == SIGNATURE_MAX && HSM_ANCHOR_MAX == ANCHOR_MAX, "wire and keys agree");

struct worker {
	struct keys		*keys;
	struct stock		*stock;			/* ours */
	const struct secret	*pin;
	const struct probe	*probe;
	enum worker_exit	 leave;		/* after this answer, unless WORKER_DONE */
	struct msg_hsm_sign	 sign;
	struct msg_hsm_once	 once;
	struct msg_hsm_signed	 done;
	uint8_t			 signatures[HSM_DIGESTS_MAX][SIGNATURE_MAX];
	size_t			 n_in;
	uint8_t			 in[HSM_REQUEST_MAX + FRAME_HEAD];
	uint8_t			 out[HSM_ANSWER_MAX + FRAME_HEAD];
};

typedef bool answer_fn(struct worker *, struct reader *, struct writer *, struct err *);

static bool
answer_hello(struct worker *v, struct reader *r, struct writer *w, struct err *e)
{
	const struct keys *k = v->keys;
	struct msg_hsm_hello m = {
		.library = span_str(token_library(k->token)),
		.token = span_str(token_label(k->token)),
		.serial = span_str(token_serial(k->token)),
		.mech = (uint32_t)k->mech,
		.flags = v->probe->flags,
		.n_algs = v->probe->n_algs,
		.log = span_of(k->log.spki, k->log.alg->spki_len),
		.attestation = span_of(k->attestation.spki, k->attestation.alg->spki_len),
	};

	if (!msg_hsm_empty_read(r, e))
		return false;
	memcpy(m.algs, v->probe->algs, sizeof(m.algs));
	msg_hsm_hello_write(w, &m);
	return true;
}

static bool
answer_hmac(struct worker *v, struct reader *r, struct writer *w, struct err *e)
{
	uint8_t mac[HASH_LEN];
	struct span data;

	if (!msg_hsm_hmac_read(r, &data, e))
		return false;
	if (stretch_is_for(data))
		return err_why(e, ERR_DENIED, "stretch", "a MAC that HSM_STRETCH alone may make");
	if (!keys_hmac(v->keys, data, mac, e))
		return false;
	msg_hsm_mac_write(w, mac);
	explicit_bzero(mac, sizeof(mac));
	return true;
}

static bool
answer_stretch(struct worker *v, struct reader *r, struct writer *w, struct err *e)
{
	uint8_t out[STRETCHED_LEN];
	struct span input;

	if (!msg_hsm_stretch_read(r, &input, e) || !stretch(v->keys, input, out, e))
		return false;
	msg_hsm_stretched_write(w, out);
	explicit_bzero(out, sizeof(out));
	return true;
}

static bool
answer_sign_head(struct worker *v, struct reader *r, struct writer *w, struct err *e)
{
	struct msg_hsm_sign_head m;
	uint8_t sig[HSM_HEAD_SIG_LEN];
	struct token_key *key;

	if (!msg_hsm_sign_head_read(r, &m, e))
		return false;
	key = m.key == HSM_KEY_LOG ? &v->keys->log : &v->keys->attestation;
	if (!token_key_sign(v->keys->token, key, span_of(m.digest, sizeof(m.digest)), sig, e)) {
		if (e->code == ERR_BUG)
			v->leave = WORKER_LIED;
		return false;
	}
	msg_hsm_head_signed_write(w, sig);
	return true;
}

static bool
alg_offered(struct worker *v, uint16_t number, const struct alg **alg, struct err *e)
{
	for (size_t i = 0; i < v->probe->n_algs; i++)
		if (v->probe->algs[i] == number) {
			*alg = alg_find(number);
			return true;
		}
	return err_why(e, ERR_DENIED, "alg", "algorithm %u is not offered by this module", number);
}

static bool
answer_generate(struct worker *v, struct reader *r, struct writer *w, struct err *e)
{
	struct msg_hsm_generated m;
	struct keys_made made;
	const struct alg *alg;
	uint16_t number;

	if (!msg_hsm_generate_read(r, &number, e) || !alg_offered(v, number, &alg, e) ||
	    !keys_generate(v->keys, alg, &made, e))
		return false;
	m = (struct msg_hsm_generated){ .spki = span_of(made.spki, alg->spki_len),
		.mech = (uint32_t)v->keys->mech, .wrapped = span_of(made.wrapped, made.n_wrapped) };
	msg_hsm_generated_write(w, &m);
	return true;
}

/* What is to be signed, by which key of the module. */
struct order {
	const struct alg	*alg;
	CK_OBJECT_HANDLE	 key;
	struct span		 spki;
	size_t			 n;
	const struct span	*digest;
};

static bool
order_fits(const struct order *o, struct err *e)
{
	if (o->spki.n != o->alg->spki_len)
		return err_why(e, ERR_DENIED, "svd", "public key of another kind than the algorithm's");
	for (size_t i = 0; i < o->n; i++)
		if (o->digest[i].n != o->alg->digest_len)
			return err_why(
			    e, ERR_DENIED, "dtbs", "digest of another length than the algorithm's");
	return true;
}

/* One signature, into its place. Only what verifies under the SAM's own copy of the key leaves. */
static bool
sign_one(struct worker *v, const struct order *o, size_t i, struct err *e)
{
	struct span sig = span_of(v->signatures[i], o->alg->signature_len);

	if (!object_sign(v->keys->token, o->key, o->alg, o->digest[i], v->signatures[i], e))
		return false;
	if (!signature_verify(o->alg, o->spki, o->digest[i], sig)) {
		v->leave = WORKER_LIED;
		return err_set(e, ERR_BUG, "the module gave a signature that does not verify");
	}
	v->done.status[i] = HSM_SIGNED;
	v->done.signature[i] = sig;
	return true;
}

/* The first failure ends the list: what follows was not signed, and says so. */
static size_t
sign_all(struct worker *v, const struct order *o, struct err *e)
{
	size_t n = 0;

	v->done.n = o->n;
	for (size_t i = 0; i < o->n; i++) {
		v->done.status[i] = HSM_FAILED;
		v->done.signature[i] = span_of(NULL, 0);
	}
	while (n < o->n && sign_one(v, o, n, e))
		n++;
	return n;
}

/* Says what n signatures of an order are, when its key is gone or stays. */
static bool
answer_signed(struct worker *v, size_t n, size_t all, struct writer *w, struct err *e)
{
	/* Signing had begun, so a loss is final: nobody knows what the module did with the digest. */
	if (n < all && gate_lost(e) && v->leave == WORKER_DONE)
		v->leave = WORKER_LOST;
	if (n == 0 && v->leave != WORKER_LIED)
		return false;
	if (n < all)
		log_error("%zu of %zu signatures: %s", n, all, e->text);
	msg_hsm_signed_write(w, &v->done);
	return true;
}

static bool
answer_sign(struct worker *v, struct reader *r, struct writer *w, struct err *e)
{
	const struct msg_hsm_sign *m = &v->sign;
	struct order o = { .alg = NULL };
	struct err drop = {0};
	size_t n;

	if (!msg_hsm_sign_read(r, &v->sign, e) || !alg_offered(v, m->alg, &o.alg, e))
		return false;
	o = (struct order){ o.alg, CK_INVALID_HANDLE, m->spki, m->n, m->digest };
	if (!keys_mech_is_known(m->mech))
		return err_why(e, ERR_DENIED, "record", "key wrapped by mechanism 0x%x", m->mech);
	if (!order_fits(&o, e) || !keys_unwrap(v->keys, o.alg, m->mech, m->wrapped, &o.key, e))
		return false;
	n = sign_all(v, &o, e);
	if (!keys_drop(v->keys, o.key, &drop)) {
		log_error("a signing key can't be destroyed, leaving: %s", drop.text);
		v->leave = v->leave == WORKER_DONE ? WORKER_LOST : v->leave;
	}
	return answer_signed(v, n, o.n, w, e);
}

/* Keys of a kind serve each of its algorithms; a module may lack one that the operator wants. */
static bool
kind_offered(const struct worker *v, uint16_t number)
{
	const struct alg *wanted = alg_find(number);

	for (size_t i = 0; wanted != NULL && i < v->probe->n_algs; i++)
		if (alg_find(v->probe->algs[i])->kind == wanted->kind)
			return true;
	return false;
}

static bool
answer_stock(struct worker *v, struct reader *r, struct writer *w, struct err *e)
{
	struct msg_hsm_stocked have;
	struct msg_hsm_stock m;

	if (!msg_hsm_stock_read(r, &m, e))
		return false;
	for (size_t i = 0; i < m.n; i++)
		if (!kind_offered(v, m.alg[i]))
			m.mark[i] = 0;
	if (!stock_mark(v->stock, &m, &have, e))
		return false;
	msg_hsm_stocked_write(w, &have);
	return true;
}

static bool
answer_take(struct worker *v, struct reader *r, struct writer *w, struct err *e)
{
	const struct stock_key *k;
	const struct alg *alg;
	struct msg_hsm_take m;

	if (!msg_hsm_take_read(r, &m, e) || !alg_offered(v, m.alg, &alg, e) ||
	    (k = stock_take(v->stock, alg, m.id, m.wait, e)) == NULL)
		return false;
	msg_hsm_taken_write(w, &(struct msg_hsm_taken){ span_of(k->spki, alg->spki_len), k->made });
	return true;
}

static size_t
sign_once(struct worker *v, struct err *e)
{
	const struct stock_key *k = stock_find(v->stock, v->once.id, e);
	struct order o;

	if (k == NULL)
		return 0;
	o = (struct order){ alg_find(k->alg), k->handle, v->once.spki, v->once.n, v->once.digest };
	if (!order_fits(&o, e))
		return 0;
	if (memcmp(o.spki.p, k->spki, o.spki.n) != 0) {
		err_why(e, ERR_DENIED, "svd", "another public key than this one-time key's");
		return 0;
	}
	return sign_all(v, &o, e);
}

static bool
answer_once(struct worker *v, struct reader *r, struct writer *w, struct err *e)
{
	size_t n;

	if (!msg_hsm_once_read(r, &v->once, e))
		return false;
	n = sign_once(v, e);
	if (v->once.last)
		stock_drop(v->stock, v->once.id);
	return answer_signed(v, n, v->once.n, w, e);
}

static bool
answer_drop(struct worker *v, struct reader *r, struct writer *w UNUSED, struct err *e)
{
	uint8_t id[ID_LEN];

	if (!msg_hsm_drop_read(r, id, e))
		return false;
	stock_drop(v->stock, id);
	return true;
}

static bool
answer_random(struct worker *v, struct reader *r, struct writer *w, struct err *e)
{
	uint8_t bytes[HSM_RANDOM_MAX];
	uint16_t n;

	if (!msg_hsm_random_read(r, &n, e) || !token_random(v->keys->token, bytes, n, e))
		return false;
	msg_hsm_randomness_write(w, span_of(bytes, n));
	explicit_bzero(bytes, sizeof(bytes));
	return true;
}

static bool
answer_anchor_get(struct worker *v, struct reader *r, struct writer *w, struct err *e)
{
	uint8_t value[ANCHOR_MAX];
	size_t n;

	if (!msg_hsm_empty_read(r, e) || !anchor_get(v->keys->token, v->keys->anchor, value, &n, e))
		return false;
	msg_hsm_anchor_write(w, span_of(value, n));
	return true;
}

static bool
answer_anchor_set(struct worker *v, struct reader *r, struct writer *w UNUSED, struct err *e)
{
	struct span value;

	return msg_hsm_anchor_read(r, &value, e) &&
	    anchor_set(v->keys->token, v->keys->anchor, value, e);
}

static const struct request {
	uint8_t		 type;
	const char	*name;
	answer_fn	*answer;
} requests[] = {
	{ HSM_SIGN, "HSM_SIGN", answer_sign },
	{ HSM_HELLO, "HSM_HELLO", answer_hello },
	{ HSM_HMAC, "HSM_HMAC", answer_hmac },
	{ HSM_SIGN_HEAD, "HSM_SIGN_HEAD", answer_sign_head },
	{ HSM_GENERATE, "HSM_GENERATE", answer_generate },
	{ HSM_RANDOM, "HSM_RANDOM", answer_random },
	{ HSM_ANCHOR_GET, "HSM_ANCHOR_GET", answer_anchor_get },
	{ HSM_ANCHOR_SET, "HSM_ANCHOR_SET", answer_anchor_set },
	{ HSM_STOCK, "HSM_STOCK", answer_stock },
	{ HSM_TAKE, "HSM_TAKE", answer_take },
	{ HSM_ONCE, "HSM_ONCE", answer_once },
	{ HSM_DROP, "HSM_DROP", answer_drop },
	{ HSM_STRETCH, "HSM_STRETCH", answer_stretch },
};

static const struct request *
request_find(uint8_t type)
{
	for (size_t i = 0; i < COUNT(requests); i++)
		if (requests[i].type == type)
			return &requests[i];
	return NULL;
}

/* After a loss: session, login and handles anew, once. A PIN that became wrong is final. */
static bool
reopen(struct worker *v, const struct err *why)
{
	struct err e = {0};

	log_warn("%s; opening the token again", why->text);
	stock_forget(v->stock);
	if (token_reopen(v->keys->token, secret_span(v->pin), &e) && keys_find(v->keys, &e))
		return true;
	log_error("%s", e.text);
	v->leave = e.code == ERR_DENIED ? WORKER_REFUSED : WORKER_LOST;
	return false;
}

static bool
try_answer(struct worker *v, const struct request *q, struct span payload, struct writer *w,
    struct err *e)
{
	size_t before = w->n;
	struct reader r = reader_over(payload);

	if (q->answer(v, &r, w, e))
		return true;
	if (!gate_lost(e))
		return false;
	if (v->leave != WORKER_DONE || !reopen(v, e)) {
		v->leave = v->leave == WORKER_DONE ? WORKER_LOST : v->leave;
		return false;
	}
	w->n = before;
	err_clear(e);
	r = reader_over(payload);
	if (q->answer(v, &r, w, e))
		return true;
	if (gate_lost(e) && v->leave == WORKER_DONE)
		v->leave = WORKER_LOST;
	return false;
}

static bool
answer_frame(struct worker *v, int fd, const struct frame *f)
{
	const struct request *q = request_find(f->type);
	AUTO_WRITER w = writer_over(v->out, sizeof(v->out));
	struct err e = {0};
	size_t at;

	if (q == NULL) {
		log_error("request of unknown type %u: leaving", f->type);
		v->leave = WORKER_BROKEN;
		return false;
	}
	at = frame_begin(&w, f->type + 1, f->number);
	if (!try_answer(v, q, f->payload, &w, &e)) {
		if (strcmp(e.reason, "stock") != 0)	/* that is an answer like another */
			log_error("%s: %s", q->name, e.text);
		writer_reset(&w);
		at = frame_begin(&w, MSG_REFUSED, f->number);
		msg_refused_write(&w, e.code >= ERR_BUG ? ERR_BACKEND : e.code,
		    e.reason[0] != '\0' ? e.reason : "backend");
	}
	frame_end(&w, at);
	if (!writer_ok(&w))
		bug("an answer does not fit");
	if (stock_is_lost(v->stock) && v->leave == WORKER_DONE)
		v->leave = WORKER_LOST;
	err_clear(&e);
	return frame_send(fd, writer_span(&w), &e) && v->leave == WORKER_DONE;
}

/* Answers the whole frames at hand by `answer`, until it says no. */
static bool
answer_all(struct worker *v, int fd, bool (*answer)(struct worker *, int, const struct frame *))
{
	struct err e = {0};
	struct frame f;
	size_t used, at = 0;
	bool go_on = true;

	do {
		if (!frame_read(span_of(v->in + at, v->n_in - at), HSM_REQUEST_MAX, &f, &used, &e)) {
			log_error("%s: leaving", e.text);
			v->leave = WORKER_BROKEN;
			return false;
		}
		if (used > 0)
			go_on = answer(v, fd, &f);
		at += used;
	} while (used > 0 && go_on);
	memmove(v->in, v->in + at, v->n_in - at);
	v->n_in -= at;
	explicit_bzero(v->in + v->n_in, at);	/* there was a PIN, perhaps */
	return go_on;
}

static bool
refuse_unbegun(struct worker *v, int fd, const struct frame *f)
{
	AUTO_WRITER w = writer_over(v->out, sizeof(v->out));
	size_t at = frame_begin(&w, MSG_REFUSED, f->number);
	struct err e = {0};

	msg_refused_write(&w, ERR_BACKEND, HSM_LEAVING);
	frame_end(&w, at);
	return frame_send(fd, writer_span(&w), &e);
}

/* Nothing more comes in; what waits in the socket was not begun, and its asker hears so. */
static enum worker_exit
leave(struct worker *v, int fd)
{
	ssize_t got = 0;

	if (v->leave == WORKER_BROKEN || shutdown(fd, SHUT_RD) != 0)
		return v->leave;
	do
		v->n_in += (size_t)got;
	while (answer_all(v, fd, refuse_unbegun) &&
	    (got = recv(fd, v->in + v->n_in, sizeof(v->in) - v->n_in, MSG_DONTWAIT)) > 0);
	return v->leave;
}

/* Until there is something to read, what is due without being asked for. */
static void
wait_at_work(struct worker *v, int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	while (v->leave == WORKER_DONE && poll(&p, 1, stock_wait(v->stock)) == 0) {
		stock_tick(v->stock);
		if (stock_is_lost(v->stock))
			v->leave = WORKER_LOST;
	}
}

enum worker_exit
worker_serve(struct worker *v, int fd)
{
	for (;;) {
		ssize_t got;

		wait_at_work(v, fd);
		if (v->leave != WORKER_DONE)
			return leave(v, fd);
		got = recv(fd, v->in + v->n_in, sizeof(v->in) - v->n_in, 0);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return v->leave;
		v->n_in += (size_t)got;
		if (!answer_all(v, fd, answer_frame))
			return leave(v, fd);
	}
}

struct worker *
worker_new(struct keys *keys, const struct secret *pin, const struct probe *probe, struct err *e)
{
	AUTO(worker) *v = calloc(1, sizeof(*v));

	if (v == NULL) {
		err_set(e, ERR_BACKEND, "no memory");
		return NULL;
	}
	v->keys = keys;
	v->pin = pin;
	v->probe = probe;
	if ((v->stock = stock_new(keys->token, e)) == NULL)
		return NULL;
	return TAKE(v);
}

void
worker_free(struct worker *v)
{
	if (v == NULL)
		return;
	stock_free(v->stock);
	explicit_bzero(v, sizeof(*v));
	free(v);
}
