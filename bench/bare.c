/* SPDX-License-Identifier: Apache-2.0 */
/* The bare loop, in processes that are told over pipes what to do for how long. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bare.h"
#include "bare_once.h"
#include "base/clock.h"
#include "crypto/hash.h"
#include "crypto/verify.h"
#include "hsm/keys.h"
#include "launch/objects.h"

#define PROCESSES_MAX	64
#define KEYS_MAX	32

struct order {
	struct workload	what;
	uint64_t	ms;
};

struct done {
	uint64_t	signatures, us, cpu_us;
	bool		good;
};

struct bare {
	size_t	n;
	pid_t	pid[PROCESSES_MAX];
	int	orders[PROCESSES_MAX], answers[PROCESSES_MAX];
};

/* In the child. */
struct loop {
	struct token		*token;
	struct keys		 keys;
	struct stock		*stock;
	size_t			 n;
	struct keys_made	 p256[KEYS_MAX], rsa[KEYS_MAX];
};

static bool
pin_read(const char *path, char pin[PIN_MAX + 1], struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, pin, PIN_MAX);

	if (fd >= 0)
		close(fd);
	if (n <= 0)
		return err_errno(e, ERR_MISSING, errno, "PIN file %s", path);
	pin[n] = '\0';
	pin[strcspn(pin, "\n")] = '\0';
	return true;
}

static bool
objects_load(const char *state, struct keys *k, struct err *e)
{
	int dir = open(state, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct objects o;
	bool good = dir >= 0 ? objects_read(dir, &o, e) : err_errno(e, ERR_MISSING, errno, "%s", state);

	if (dir >= 0)
		close(dir);
	if (!good)
		return false;
	memcpy(k->kek_id, o.kek, sizeof(o.kek));
	memcpy(k->hmac_id, o.hmac, sizeof(o.hmac));
	memcpy(k->log_id, o.log, sizeof(o.log));
	memcpy(k->attestation_id, o.attestation, sizeof(o.attestation));
	return true;
}

static bool
loop_open(struct loop *l, const struct bare_config *c, struct err *e)
{
	char pin[PIN_MAX + 1];

	l->n = c->keys;
	l->keys.mech = CKM_AES_KEY_WRAP_PAD;
	if (!crypto_start(e) || !pin_read(c->pin_file, pin, e) ||
	    (l->token = l->keys.token = token_open(c->module, c->token, e)) == NULL ||
	    !token_login(l->token, span_str(pin), e) || !objects_load(c->state, &l->keys, e) ||
	    !keys_find(&l->keys, e))
		return false;
	explicit_bzero(pin, sizeof(pin));
	if ((l->stock = stock_new(l->token, e)) == NULL)
		return false;
	for (size_t i = 0; i < l->n; i++)
		if (!keys_generate(&l->keys, alg_find(ALG_ECDSA_P256_SHA256), &l->p256[i], e) ||
		    !keys_generate(&l->keys, alg_find(ALG_RSA3072_PKCS1_SHA256), &l->rsa[i], e))
			return false;
	return true;
}

/* The four steps. */
static bool
approval(struct loop *l, const struct workload *what, const struct keys_made *key, uint64_t count,
    struct err *e)
{
	const struct alg *alg = alg_find(what->alg);
	uint8_t digest[HASH_LEN] = { 0 }, sig[SIGNATURE_MAX];
	CK_OBJECT_HANDLE handle;

	if (!keys_unwrap(&l->keys, alg, l->keys.mech, span_of(key->wrapped, key->n_wrapped), &handle, e))
		return false;
	memcpy(digest, &count, sizeof(count));
	for (size_t i = 0; i < what->digests; i++) {
		digest[31] = (uint8_t)i;
		if (!object_sign(l->token, handle, alg, span_of(digest, sizeof(digest)), sig, e))
			return false;
		if (!signature_verify(alg, span_of(key->spki, alg->spki_len),
		    span_of(digest, sizeof(digest)), span_of(sig, alg->signature_len)))
			return err_set(e, ERR_BACKEND, "a signature of the module does not verify");
	}
	return keys_drop(&l->keys, handle, e);
}

static uint64_t
cpu_now(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return (uint64_t)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000000u +
	    (uint64_t)(u.ru_utime.tv_usec + u.ru_stime.tv_usec);
}

static void
loop_run(struct loop *l, const struct order *o, struct done *d, struct err *e)
{
	const struct keys_made *keys = alg_find(o->what.alg)->kind == KEY_P256 ? l->p256 : l->rsa;
	uint64_t start = clock_us(), cpu = cpu_now();

	*d = (struct done){ .good = true };
	for (uint64_t i = 0; d->good && clock_us() - start < o->ms * 1000; i++) {
		d->good = o->what.kind == ONE_TIME ? bare_once(l->token, l->stock, alg_find(o->what.alg), i, e) :
		    approval(l, &o->what, &keys[i % l->n], i, e);
		d->signatures += o->what.digests;
	}
	d->us = clock_us() - start;
	d->cpu_us = cpu_now() - cpu;
}

static void NORETURN
serve(const struct bare_config *c, int orders, int answers)
{
	static struct loop l;
	struct done d = { .good = true };
	struct err e = { 0 };
	struct order o;

	d.good = loop_open(&l, c, &e);
	while (d.good && write(answers, &d, sizeof(d)) == sizeof(d) &&
	    read(orders, &o, sizeof(o)) == sizeof(o))
		loop_run(&l, &o, &d, &e);
	if (!d.good) {
		fprintf(stderr, "propria-bench: bare loop: %s\n", e.text);
		(void)!write(answers, &d, sizeof(d));
	}
	_exit(d.good ? 0 : 1);
}

static bool
heard(const struct bare *b, size_t i, struct done *d, struct err *e)
{
	return (read(b->answers[i], d, sizeof(*d)) == sizeof(*d) && d->good) ||
	    err_set(e, ERR_BACKEND, "the bare loop ended");
}

static bool
process_start(struct bare *b, const struct bare_config *c, struct err *e)
{
	int orders[2], answers[2];
	struct done ready;
	size_t i = b->n;

	if (pipe2(orders, O_CLOEXEC) != 0 || pipe2(answers, O_CLOEXEC) != 0 || (b->pid[i] = fork()) < 0)
		return err_errno(e, ERR_BACKEND, errno, "starting the bare loop");
	if (b->pid[i] == 0) {
		for (size_t j = 0; j < i; j++)
			close(b->orders[j]);
		close(orders[1]);
		serve(c, orders[0], answers[1]);
	}
	close(orders[0]);
	close(answers[1]);
	b->orders[i] = orders[1];
	b->answers[i] = answers[0];
	b->n++;
	return heard(b, i, &ready, e);
}

struct bare *
bare_start(const struct bare_config *c, struct err *e)
{
	struct bare *b = calloc(1, sizeof(*b));

	if (b == NULL || c->processes > PROCESSES_MAX || c->keys > KEYS_MAX)
		bug("bare loop");
	while (b->n < c->processes)
		if (!process_start(b, c, e)) {
			bare_free(b);
			return NULL;
		}
	return b;
}

void
bare_free(struct bare *b)
{
	if (b == NULL)
		return;
	for (size_t i = 0; i < b->n; i++) {
		close(b->orders[i]);
		close(b->answers[i]);
		waitpid(b->pid[i], NULL, 0);
	}
	free(b);
}

bool
bare_run(struct bare *b, const struct workload *what, uint64_t ms, double *per_second, double *cpu_us,
    struct err *e)
{
	const struct order o = { *what, ms };
	double rate = 0, cpu = 0, n = 0;
	struct done d;

	for (size_t i = 0; i < b->n; i++)
		if (write(b->orders[i], &o, sizeof(o)) != sizeof(o))
			return err_errno(e, ERR_BACKEND, errno, "the bare loop");
	for (size_t i = 0; i < b->n; i++) {
		if (!heard(b, i, &d, e))
			return false;
		rate += (double)d.signatures * 1e6 / (double)d.us;
		cpu += (double)d.cpu_us;
		n += (double)d.signatures;
	}
	*per_second = rate;
	*cpu_us = cpu / n;
	return true;
}
