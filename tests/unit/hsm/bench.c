/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How much the worker adds to the module: HSM_SIGN of one P-256 digest against the bare loop of the
 * same four steps (unwrap, sign, verify in software, destroy) in this process. Needs the variables
 * that meson sets for tests: meson devenv, or by hand. Argument: seconds for each half.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "asks.h"
#include "base/clock.h"
#include "hsm/keys.h"

static struct rig rig;
static struct msg_hsm_signed done;

static void
must(bool fine, const struct err *e)
{
	if (!fine) {
		fprintf(stderr, "%s\n", e->text);
		exit(1);
	}
}

static struct rig_worker worker;
static struct asked_key key;

/* One request frame, to be sent again and again. */
static void
request_write(struct writer *w, size_t n)
{
	static struct msg_hsm_sign m;
	static const uint8_t digest[32] = { 1 };
	size_t at = frame_begin(w, HSM_SIGN, 1);

	m = (struct msg_hsm_sign){ .alg = 1, .spki = span_of(key.spki, key.alg->spki_len),
		.mech = key.mech, .wrapped = span_of(key.wrapped, key.n_wrapped), .n = n };
	for (size_t i = 0; i < n; i++)
		m.digest[i] = span_of(digest, sizeof(digest));
	msg_hsm_sign_write(w, &m);
	frame_end(w, at);
}

/* Processor time that a process has used, in microseconds. */
static double
cpu_us(pid_t pid)
{
	struct timespec t;
	clockid_t id;

	if (clock_getcpuclockid(pid, &id) != 0 || clock_gettime(id, &t) != 0)
		return 0;
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static double
through_worker(uint64_t us, size_t n, size_t in_flight)
{
	AUTO_WRITER q = writer_grow(HSM_REQUEST_MAX), a = writer_grow(ASK_MAX);
	struct err e = {0};
	uint64_t began, count = 0;
	struct frame f;

	request_write(&q, n);
	for (size_t i = 1; i < in_flight; i++)
		must(frame_send(worker.fd, writer_span(&q), &e), &e);
	for (began = clock_us(); clock_us() - began < us; count += n) {
		struct reader r;

		must(frame_send(worker.fd, writer_span(&q), &e) &&
			 frame_receive(worker.fd, &a, &f, &e),
		    &e);
		r = reader_over(f.payload);
		must(msg_hsm_signed_read(&r, &done, &e) && done.status[n - 1] == HSM_SIGNED, &e);
	}
	us = clock_us() - began;
	for (size_t i = 1; i < in_flight; i++)
		must(frame_receive(worker.fd, &a, &f, &e), &e);
	return (double)count * 1e6 / (double)us;
}

static void
bare_sign(struct keys *k, size_t n)
{
	struct span spki = span_of(key.spki, key.alg->spki_len);
	uint8_t digest[32] = { 1 }, sig[SIGNATURE_MAX];
	CK_OBJECT_HANDLE h;
	struct err e = {0};

	must(keys_unwrap(k, key.alg, key.mech, span_of(key.wrapped, key.n_wrapped), &h, &e), &e);
	for (size_t i = 0; i < n; i++) {
		must(object_sign(k->token, h, key.alg, span_of(digest, 32), sig, &e), &e);
		must(signature_verify(key.alg, spki, span_of(digest, 32),
		    span_of(sig, key.alg->signature_len)), &e);
	}
	must(keys_drop(k, h, &e), &e);
}

static double
bare(struct keys *k, uint64_t us, size_t n)
{
	uint64_t began = clock_us(), count = 0;

	for (; clock_us() - began < us; count += n)
		bare_sign(k, n);
	return (double)count * 1e6 / (double)(clock_us() - began);
}

int
main(int argc, char **argv)
{
	uint64_t us = (uint64_t)((argc > 1 ? atof(argv[1]) : 1.0) * 1e6);
	static const size_t sizes[] = { 1, 100 };
	struct keys k = { .mech = CKM_AES_KEY_WRAP_PAD };
	struct err e = {0};

	if (rig_is_missing())
		return 77;
	rig_open(&rig);
	if (rig_setup(&rig) != 0)
		return 1;
	worker = rig_start(&rig, "1", RIG_PIN);
	must(ask_generate(worker.fd, 1, &key, &e), &e);
	must((k.token = token_open(rig.module, RIG_TOKEN, &e)) != NULL, &e);
	must(token_login(k.token, span_str(RIG_PIN), &e), &e);
	must(object_by_label(k.token, CKO_SECRET_KEY, LABEL_KEK, &k.kek, &e), &e);
	for (size_t i = 0; i < COUNT(sizes); i++)
		for (int round = 0; round < 3; round++) {
			double c0 = cpu_us(0), b = bare(&k, us, sizes[i]), c1 = cpu_us(0);
			double w0 = cpu_us(worker.pid), w = through_worker(us, sizes[i], 2);
			double per_bare = (c1 - c0) / b / (double)us * 1e6;
			double per_sign = (cpu_us(worker.pid) - w0) / w / (double)us * 1e6;

			printf("P-256, %zu digests a request: bare %.0f/s, worker %.0f/s (%.2f); "
			       "processor "
			       "time of a signature: bare %.0f us, worker %.0f us (%.2f)\n",
			    sizes[i], b, w, w / b, per_bare, per_sign, per_bare / per_sign);
		}
	rig_stop(&worker);
	rig_close(&rig);
	return 0;
}
