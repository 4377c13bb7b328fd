/* SPDX-License-Identifier: Apache-2.0 */
/*
 * propria-hsm: the one process that loads the PKCS#11 module. The launcher raises it with one end
 * of a socket pair and the PIN on a descriptor; operators use --setup, --wipe, --report.
 *
 * Exit codes: 0 done; 1 usage; 2 module, token or object missing, PIN wrong or locked (starting
 * again would not help, and could lock the token); 3 token or session lost (start another worker);
 * 4 the module gave a signature that does not verify; 5 the other end sent what it must not.
 */
#include <sys/prctl.h>
#include <sys/resource.h>
#include <signal.h>
#include <unistd.h>

#include "base/log.h"
#include "hsm/options.h"
#include "hsm/report.h"
#include "hsm/setup.h"
#include "hsm/worker.h"
#include "sandbox/sandbox.h"
#include "wire/hsm.h"

/* Dies with its parent, leaves no memory behind, can't be looked into. */
static bool
harden(struct err *e)
{
	const struct rlimit none = { 0, 0 };

	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || setrlimit(RLIMIT_CORE, &none) != 0)
		return err_set(e, ERR_BACKEND, "the kernel refuses to protect this process");
	return true;
}

static struct secret *
pin_from(int fd, struct err *e)
{
	struct secret *pin = secret_read_fd(fd, PIN_MAX, e);

	close(fd);
	return pin;
}

static void
print_hex(const char *name, const uint8_t *p, size_t n)
{
	printf("%s ", name);
	for (size_t i = 0; i < n; i++)
		printf("%02x", p[i]);
	printf("\n");
}

static bool
run_setup(const struct options *o, struct err *e)
{
	AUTO(secret) *officer = pin_from(o->so_pin_fd, e);
	AUTO(secret) *pin = pin_from(o->pin_fd, e);
	AUTO(token) *t = NULL;
	struct setup_made m;

	if (officer == NULL || pin == NULL || (t = token_open(o->module, o->token, e)) == NULL ||
	    !setup_make(t, secret_span(officer), secret_span(pin), &m, e))
		return false;
	print_hex("kek", m.kek, sizeof(m.kek));
	print_hex("hmac", m.hmac, sizeof(m.hmac));
	print_hex("log", m.log, sizeof(m.log));
	print_hex("attestation", m.attestation, sizeof(m.attestation));
	printf("library %s\ntoken %s\nserial %s\n", token_library(t), token_label(t), token_serial(t));
	return true;
}

static bool
run_wipe(const struct options *o, struct err *e)
{
	AUTO(secret) *officer = pin_from(o->so_pin_fd, e);
	AUTO(secret) *pin = pin_from(o->pin_fd, e);
	AUTO(token) *t = NULL;
	size_t n;

	if (officer == NULL || pin == NULL || (t = token_open(o->module, o->token, e)) == NULL ||
	    !setup_wipe(t, secret_span(officer), secret_span(pin), &n, e))
		return false;
	printf("removed %zu\n", n);
	return true;
}

/* Logs in and finds the group's objects; again where the module may have missed one in passing. */
static bool
find_keys(struct token *t, const struct secret *pin, struct keys *k, struct err *e)
{
	struct err why = {0};

	while (!token_login(t, secret_span(pin), &why) || !keys_find(k, &why)) {
		if (!token_look_again(t, &why)) {
			*e = why;
			return false;
		}
		err_clear(&why);
	}
	return true;
}

/* The group's objects, and what the module makes of them. */
static bool
open_keys(const struct options *o, struct token *t, const struct secret *pin, struct keys *k,
    struct probe *p, struct err *e)
{
	*k = o->keys;
	k->token = t;
	if (!find_keys(t, pin, k, e) || !probe_run(k, o->algs, o->n_algs, p, e))
		return false;
	if (o->declared && t->gate->quirk->software)
		return err_set(e, ERR_DENIED, "--declared: %s is a software module", token_library(t));
	p->flags |= o->declared ? HSM_MODULE_DECLARED : 0;
	return true;
}

static bool
run_report(const struct options *o, struct err *e)
{
	AUTO(secret) *pin = pin_from(o->pin_fd, e);
	AUTO(token) *t = NULL;
	struct sandbox_status confined;
	struct keys k;
	struct probe p;

	/* Before the vendor's library gets a word: its threads, sockets and files, but no programs. */
	if (pin == NULL || !sandbox_worker(&confined, e) || (t = token_open(o->module, o->token, e)) == NULL)
		return false;
	report_token(stdout, t, o->module);
	if (!o->has_keys)
		return token_login(t, secret_span(pin), e);
	if (!open_keys(o, t, pin, &k, &p, e))
		return false;
	report_probe(stdout, &k, &p);
	return true;
}

/* Never returns to main: the module's exit handlers are not ours to run. */
static bool
run_worker(const struct options *o, struct err *e)
{
	AUTO(secret) *pin = pin_from(o->pin_fd, e);
	AUTO(token) *t = NULL;
	AUTO(worker) *v = NULL;
	struct sandbox_status confined;
	struct keys k;
	struct probe p;

	/* Before the vendor's library gets a word: its threads, sockets and files, but no programs. */
	if (pin == NULL || !sandbox_worker(&confined, e) || (t = token_open(o->module, o->token, e)) == NULL ||
	    !open_keys(o, t, pin, &k, &p, e) || (v = worker_new(&k, pin, &p, e)) == NULL)
		return false;
	_exit(worker_serve(v, o->control_fd));
}

int
main(int argc, char **argv)
{
	static bool (*const run[])(const struct options *, struct err *) = {
		[MODE_WORKER] = run_worker, [MODE_SETUP] = run_setup, [MODE_WIPE] = run_wipe,
		[MODE_REPORT] = run_report,
	};
	struct options o;
	struct err e = {0};

	log_open("propria-hsm");
	if (!options_read(argc, argv, &o, &e)) {
		log_error("%s", e.text);
		options_usage();
		_exit(WORKER_USAGE);
	}
	if (!harden(&e) || !crypto_start(&e) || !run[o.mode](&o, &e)) {
		fflush(stdout);
		log_error("%s", e.text);
		_exit(gate_lost(&e) ? WORKER_LOST : WORKER_REFUSED);
	}
	fflush(stdout);
	_exit(WORKER_DONE);
}
