/* SPDX-License-Identifier: Apache-2.0 */
/*
 * propria-bench: against a trial installation that runs (bench/run makes one), measures what a
 * signature costs from HTTPS request to durable answer, beside the bare loop on the same module.
 */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "authority.h"
#include "bare.h"
#include "base/log.h"
#include "crypto/hash.h"
#include "chain.h"
#include "disk.h"
#include "load.h"
#include "queue.h"
#include "report.h"
#include "residue.h"

#define LATENCIES_MAX	1000000
#define DISK_PAIRS	1500
#define ARRIVALS	100000	/* at the queue in front of the module alone */
#define ONE_TIME_P256	4		/* in the list below */
#define CERTIFICATES	200	/* by the CA alone */
#define REFILL_S	8	/* until the stock of one-time keys is full again */
#define FLUSH_BYTES	640	/* a batch of one reservation or outcome, about */

static const struct workload workloads[] = {
	{ "p256", ALG_ECDSA_P256_SHA256, 1, .kind = BY_PACKAGE },
	{ "rsa3072", ALG_RSA3072_PKCS1_SHA256, 1, .kind = BY_PACKAGE },
	{ "batch100", ALG_ECDSA_P256_SHA256, BATCH, .kind = BY_PACKAGE },
	{ "oauth-signhash", ALG_ECDSA_P256_SHA256, 1, .kind = BY_OAUTH },
	[ONE_TIME_P256] = { "onetime-p256", ALG_ECDSA_P256_SHA256, 1, ONE_TIME, "bench-p256", 0, 400, 1 },
	{ "onetime-rsa3072", ALG_RSA3072_PKCS1_SHA256, 1, ONE_TIME, "bench-rsa3072", 8, 32, 3 },
	{ "logins", ALG_ECDSA_P256_SHA256, 1, .kind = LOGIN },
};

struct settings {
	const char	*dir, *endpoint, *module, *token, *out, *only, *ca_url;
	int		 ssa, sam, ca, signers, connections, ms, rounds, processes, sessions;
};

static const char usage[] =
    "usage: propria-bench --dir DIR --endpoint URL --module FILE --ssa-pid N --sam-pid N [options]\n"
    "\n"
    "  --dir DIR          where tools/trial-group made its installation\n"
    "  --endpoint URL     of the SSA\n"
    "  --module FILE      PKCS#11 module; --token LABEL (propria)\n"
    "  --ssa-pid, --sam-pid N\n"
    "  --ca-pid N, --ca-url URL   the trial CA, for one-time keys; without it they are left out\n"
    "  --signers N        DIR/s1 to DIR/sN (4)\n"
    "  --connections N    keep-alive connections, one approval in flight on each (32)\n"
    "  --processes N      of the bare loop: as many as there are workers (2)\n"
    "  --ms N             of one round (3000); --rounds N (3)\n"
    "  --only NAME        one workload: p256, rsa3072, batch100, oauth-signhash, onetime-p256,\n"
    "                     onetime-rsa3072, logins\n"
    "  --sessions N       measure nothing; N signatures by one-time keys, and what memory they leave\n"
    "  --out FILE         JSON\n";

static const struct option options[] = {
	{ "dir", required_argument, NULL, 'd' },
	{ "endpoint", required_argument, NULL, 'e' },
	{ "module", required_argument, NULL, 'm' },
	{ "token", required_argument, NULL, 't' },
	{ "ssa-pid", required_argument, NULL, 'a' },
	{ "sam-pid", required_argument, NULL, 'p' },
	{ "ca-pid", required_argument, NULL, 'C' },
	{ "ca-url", required_argument, NULL, 'u' },
	{ "signers", required_argument, NULL, 's' },
	{ "connections", required_argument, NULL, 'c' },
	{ "processes", required_argument, NULL, 'n' },
	{ "ms", required_argument, NULL, 'i' },
	{ "rounds", required_argument, NULL, 'r' },
	{ "only", required_argument, NULL, 'y' },
	{ "sessions", required_argument, NULL, 'S' },
	{ "out", required_argument, NULL, 'o' },
	{ 0 }
};

static void
setting_set(struct settings *s, int option, const char *value)
{
	switch (option) {
	case 'd': s->dir = value; break;
	case 'e': s->endpoint = value; break;
	case 'm': s->module = value; break;
	case 't': s->token = value; break;
	case 'a': s->ssa = atoi(value); break;
	case 'p': s->sam = atoi(value); break;
	case 'C': s->ca = atoi(value); break;
	case 'u': s->ca_url = value; break;
	case 's': s->signers = atoi(value); break;
	case 'c': s->connections = atoi(value); break;
	case 'n': s->processes = atoi(value); break;
	case 'i': s->ms = atoi(value); break;
	case 'r': s->rounds = atoi(value); break;
	case 'y': s->only = value; break;
	case 'S': s->sessions = atoi(value); break;
	case 'o': s->out = value; break;
	default: break;
	}
}

static bool
settings_read(int argc, char **argv, struct settings *s)
{
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == '?')
			return false;
		setting_set(s, c, optarg);
	}
	return optind == argc && s->dir != NULL && s->endpoint != NULL && s->module != NULL &&
	    s->ssa > 0 && s->sam > 0 && s->signers >= 1 && s->signers <= SIGNERS_MAX && s->ms >= 100 &&
	    s->rounds >= 1 && s->rounds <= ROUNDS_MAX && s->connections >= 1 && s->processes >= 1;
}

struct bench {
	struct settings		 set;
	struct bare		*bare;
	struct load		*load;
	struct processes	 processes;
	struct bench_signer	 signers[SIGNERS_MAX];
};

static bool
bench_open(struct bench *b, struct err *e)
{
	char pin[4096], state[4096], certificate[4096], passphrase[4096], name[16];
	const struct settings *s = &b->set;
	struct bare_config bare = { s->module, s->token, pin, state, (size_t)s->processes,
		(size_t)s->signers };
	struct load_config load = { s->endpoint, certificate, b->signers, (size_t)s->signers,
		(size_t)s->connections, &b->processes };

	snprintf(pin, sizeof(pin), "%s/secrets/pin", s->dir);
	snprintf(state, sizeof(state), "%s/sam", s->dir);
	snprintf(certificate, sizeof(certificate), "%s/server.pem", s->dir);
	snprintf(passphrase, sizeof(passphrase), "%s/secrets/passphrase", s->dir);
	if ((b->bare = bare_start(&bare, e)) == NULL || !crypto_start(e) ||
	    !processes_find(&b->processes, s->ssa, s->sam, e))
		return false;
	b->processes.ca = s->ca;
	for (int i = 0; i < s->signers; i++) {
		snprintf(name, sizeof(name), "s%d", i + 1);
		if (!signer_open(&b->signers[i], s->dir, name, passphrase, e))
			return false;
	}
	return (b->load = load_open(&load, e)) != NULL;
}

static double
spread(const double *v, size_t n, double middle)
{
	double least = v[0], most = v[0];

	for (size_t i = 1; i < n; i++) {
		least = v[i] < least ? v[i] : least;
		most = v[i] > most ? v[i] : most;
	}
	return middle > 0 ? (most - least) / middle : 0;
}

/* The round whose ratio is the middle one. */
static size_t
middle_round(const double *ratio, size_t n)
{
	double sorted[ROUNDS_MAX], middle;
	size_t i = 0;

	memcpy(sorted, ratio, n * sizeof(*ratio));
	middle = median(sorted, n);
	while (i + 1 < n && ratio[i] != middle)
		i++;
	return i;
}

static uint64_t
round_ms(const struct bench *b, const struct workload *w)
{
	return (uint64_t)b->set.ms * (w->times > 0 ? w->times : 1);
}

/* A login has nothing to do with the module: 0 beside it. */
static bool
bare_beside(struct bench *b, const struct workload *w, double *rate, double *cpu, struct err *e)
{
	*rate = *cpu = 0;
	return w->kind == LOGIN || bare_run(b->bare, w, round_ms(b, w), rate, cpu, e);
}

/* Browsers log in before their workload and not before another. */
static bool
prepare(struct bench *b, const struct workload *w, struct err *e)
{
	char certificate[4096];

	snprintf(certificate, sizeof(certificate), "%s/server.pem", b->set.dir);
	return w->kind != BY_OAUTH || b->signers[0].cookie[0] != '\0' ||
	    chain_sessions(b->signers, (size_t)b->set.signers, b->set.endpoint, certificate, e);
}

/* What the CA took was not the module's nor ours: the ratio is that of the rest of the machine. */
static double
without_ca(double per_second, double ca_us)
{
	double share = per_second * ca_us / 1e6 / (double)sysconf(_SC_NPROCESSORS_ONLN);

	return share < 1 ? per_second / (1 - share) : 0;
}

/* Bare and whole in turn, so that a noisy neighbour meets both; rates are those of the middle round. */
static bool
rounds(struct bench *b, const struct workload *w, struct measured *m, struct err *e)
{
	double bare[ROUNDS_MAX], whole[ROUNDS_MAX], ratio[ROUNDS_MAX], bare_cpu[ROUNDS_MAX];
	double cpu[CPU_PARTS][ROUNDS_MAX], foreign[ROUNDS_MAX];
	size_t n = (size_t)b->set.rounds, at;

	for (size_t i = 0; i < n; i++) {
		struct load_result r;

		if (!bare_beside(b, w, &bare[i], &bare_cpu[i], e) ||
		    !load_full(b->load, w, round_ms(b, w), &r, e))
			return false;
		whole[i] = r.per_second;
		ratio[i] = w->kind == LOGIN ? 0 : without_ca(whole[i], w->kind == ONE_TIME ? r.cpu_us[CPU_CA] : 0) / bare[i];
		for (size_t p = 0; p < CPU_PARTS; p++)
			cpu[p][i] = r.cpu_us[p];
		m->verified += r.verified;
		foreign[i] = r.foreign;
		fprintf(stderr, "%s: whole %.0f/s, bare %.0f/s, ratio %.3f, %.0f%% of the machine to others\n",
		    w->name, whole[i], bare[i], ratio[i], 100 * r.foreign);
	}
	at = middle_round(w->kind == LOGIN ? whole : ratio, n);
	m->per_second = whole[at];
	m->bare_per_second = bare[at];
	m->ratio = ratio[at];
	m->with_ca = w->kind == LOGIN ? 0 : whole[at] / bare[at];
	m->foreign = median(foreign, n);
	m->spread = spread(whole, n, m->per_second);
	m->bare_spread = w->kind == LOGIN ? 0 : spread(bare, n, m->bare_per_second);
	m->bare_cpu_us = median(bare_cpu, n);
	for (size_t p = 0; p < CPU_PARTS; p++)
		m->cpu_us[p] = median(cpu[p], n);
	return true;
}

static bool
latency(struct bench *b, const struct workload *w, struct measured *m, struct err *e)
{
	static double times[LATENCIES_MAX];
	double rate = m->per_second / 2 / (double)w->digests, ignored;
	size_t n;

	if (w->kind == ONE_TIME)
		sleep(REFILL_S);
	if (!disk_measure(b->set.dir, FLUSH_BYTES, DISK_PAIRS, &ignored, &m->disk_p99_ms, e) ||
	    !load_steady(b->load, w, rate, round_ms(b, w) * 2, times, LATENCIES_MAX, &n, &m->steady_foreign, e))
		return false;
	load_steps(b->load, m->step_ms);
	m->p50_ms = quantile(times, n, 0.5);
	m->p99_ms = quantile(times, n, 0.99);
	if (m->bare_per_second > 0)
		m->alone_p99_ms = queue_p99(rate, 1e6 * b->set.processes * (double)w->digests /
		    m->bare_per_second, (size_t)b->set.processes, ARRIVALS);
	return true;
}

static bool
ca_alone(struct bench *b, const struct workload *w, struct measured *m, struct err *e)
{
	struct authority_cost cost;

	if (w->kind != ONE_TIME)
		return true;
	if (!authority_measure(b->set.ca_url, b->set.dir, &b->processes, CERTIFICATES, &cost, e))
		return false;
	m->ca_alone_ms = cost.ms;
	m->ca_alone_us = cost.ca_us;
	m->client_alone_us = cost.client_us;
	return true;
}

/* Not asked for, or there is no CA. */
static bool
is_left_out(const struct bench *b, const struct workload *w)
{
	return b->set.only != NULL ? strcmp(b->set.only, w->name) != 0 :
	    w->kind == ONE_TIME && (b->set.ca_url == NULL || b->set.ca == 0);
}

static bool
run(struct bench *b, struct err *e)
{
	static struct measured m[COUNT(workloads)];
	static struct workload done[COUNT(workloads)];
	size_t n = 0;

	if (!bench_open(b, e))
		return false;
	if (b->set.sessions > 0)
		return residue_run(b->load, &workloads[ONE_TIME_P256], &b->processes, (size_t)b->set.sessions, e);
	for (size_t i = 0; i < COUNT(workloads); i++) {
		if (is_left_out(b, &workloads[i]))
			continue;
		done[n] = workloads[i];
		if (!prepare(b, &workloads[i], e) || !ca_alone(b, &workloads[i], &m[n], e) || !rounds(b, &workloads[i], &m[n], e) || !latency(b, &workloads[i], &m[n], e))
			return false;
		n++;
	}
	report_table(done, m, n);
	return b->set.out == NULL || report_json(b->set.out, done, m, n, e);
}

int
main(int argc, char **argv)
{
	static struct bench b = { .set = { .token = "propria", .signers = 4, .connections = 32, .ms = 3000,
		.rounds = 3, .processes = 2 } };
	struct err e = { 0 };
	bool good;

	log_open("propria-bench");
	signal(SIGPIPE, SIG_IGN);
	if (!settings_read(argc, argv, &b.set)) {
		fputs(usage, stderr);
		return 2;
	}
	good = run(&b, &e);
	load_free(b.load);
	bare_free(b.bare);
	if (!good)
		fprintf(stderr, "propria-bench: %s\n", e.text);
	return good ? 0 : 1;
}
