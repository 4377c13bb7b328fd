/* SPDX-License-Identifier: Apache-2.0 */
/* Tables, bench.json, and the order statistics in them. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report.h"

/* What is to be reached: must, aim. */
static const struct target {
	const char	*name;
	double		 must, aim;
} targets[] = { { "p256", 0.70, 0.83 }, { "rsa3072", 0.85, 0.95 }, { "batch100", 0.75, 0.93 },
	{ "onetime-p256", 0.60, 0.80 }, { "onetime-rsa3072", 0.60, 0.80 } };

#define FOREIGN_MAX	0.10	/* of the machine; interrupts that nobody is charged with are in it */
#define ONCE_P50_MUST	30.0
#define ONCE_P50_AIM	15.0
#define P99_MUST	5.0
#define P99_AIM		2.0

static int
ascending(const void *x, const void *y)
{
	double a = *(const double *)x, b = *(const double *)y;

	return (a > b) - (a < b);
}

double
quantile(double *values, size_t n, double q)
{
	size_t i = (size_t)(q * (double)n);

	if (n == 0)
		return 0;
	qsort(values, n, sizeof(*values), ascending);
	return values[i < n ? i : n - 1];
}

double
median(double *values, size_t n)
{
	return quantile(values, n, 0.5);
}

static const char *
verdict(double value, double must, double aim, bool more_is_better)
{
	if (more_is_better ? value >= aim : value <= aim)
		return "aim";
	return (more_is_better ? value >= must : value <= must) ? "must" : "MISSED";
}

/* A run among busy neighbours reaches nothing, however good its figures look. */
static const char *
ratio_verdict(const char *name, const struct measured *m)
{
	if (m->foreign > FOREIGN_MAX)
		return "noisy";
	for (size_t i = 0; i < COUNT(targets); i++)
		if (strcmp(targets[i].name, name) == 0)
			return verdict(m->ratio, targets[i].must, targets[i].aim, true);
	return "";
}

static void
once_table(const struct workload *w, const struct measured *m)
{
	static const char *const names[STEPS] = { "challenge", "session", "CMP client", "CA", "sign", "file",
		"rest" };

	printf("\n%s: ratio %.3f as measured, %.3f with the CA's processor time off: in the run it took %.0f us a\n"
	    "certificate; alone %.0f us and %.2f ms, with %.0f us of the client\n", w->name, m->with_ca,
	    m->ratio, m->cpu_us[CPU_CA], m->ca_alone_us, m->ca_alone_ms, m->client_alone_us);
	printf("latency from approval to signature, beyond the CA's: p50 %.2f ms %s; steps at half load, mean ms:\n",
	    m->p50_ms, m->steady_foreign > FOREIGN_MAX ? "noisy" : verdict(m->p50_ms, ONCE_P50_MUST, ONCE_P50_AIM, false));
	for (size_t i = 0; i < STEPS; i++)
		printf("  %-10s %8.2f\n", names[i], m->step_ms[i]);
}

void
report_table(const struct workload *w, const struct measured *m, size_t n)
{
	printf("\nSignatures per second; whole: HTTPS to durable signature, bare: the module alone\n");
	printf("%-14s %9s %9s %7s %-7s %9s %9s %9s %9s\n", "", "whole", "bare", "ratio", "", "spread",
	    "spread", "verified", "others");
	for (size_t i = 0; i < n; i++)
		printf("%-14s %9.0f %9.0f %7.3f %-7s %8.0f%% %8.0f%% %9zu %8.0f%%\n", w[i].name,
		    m[i].per_second, m[i].bare_per_second, m[i].ratio,
		    ratio_verdict(w[i].name, &m[i]), 100 * m[i].spread, 100 * m[i].bare_spread,
		    m[i].verified, 100 * m[i].foreign);
	for (size_t i = 0; i < n; i++)
		if (m[i].foreign > FOREIGN_MAX)
			printf("%s: other processes took %.0f%% of the machine: its rates and its ratio say "
			    "little, run again when it is quiet\n", w[i].name, 100 * m[i].foreign);
	printf("\nLatency of one approval at half of that load, ms\n");
	printf("%-14s %9s %9s %9s %9s %9s %9s\n", "", "p50", "p99", "disk p99", "alone p99", "others", "beyond");
	for (size_t i = 0; i < n; i++)
		printf("%-14s %9.2f %9.2f %9.2f %9.2f %8.0f%% %9.2f %s\n", w[i].name, m[i].p50_ms,
		    m[i].p99_ms, m[i].disk_p99_ms, m[i].alone_p99_ms, 100 * m[i].steady_foreign,
		    m[i].p99_ms - m[i].disk_p99_ms, m[i].steady_foreign > FOREIGN_MAX ? "noisy" :
		    verdict(m[i].p99_ms - m[i].disk_p99_ms, P99_MUST, P99_AIM, false));
	printf("\nCPU per signature, us\n%-14s %9s %9s %9s %9s %9s %9s %9s %9s\n", "", "workers", "decider",
	    "flusher", "SSA", "generator", "all", "bare", "bare/all");
	for (size_t i = 0; i < n; i++) {
		const double *c = m[i].cpu_us;
		double all = c[CPU_WORKERS] + c[CPU_DECIDER] + c[CPU_FLUSHER] + c[CPU_SSA] + c[CPU_LOAD];	/* without the CA */

		printf("%-14s %9.1f %9.1f %9.1f %9.1f %9.1f %9.1f %9.1f %9.3f\n", w[i].name,
		    c[CPU_WORKERS], c[CPU_DECIDER], c[CPU_FLUSHER], c[CPU_SSA], c[CPU_LOAD], all,
		    m[i].bare_cpu_us, all > 0 ? m[i].bare_cpu_us / all : 0);
	}
	for (size_t i = 0; i < n; i++)
		if (w[i].kind == ONE_TIME)
			once_table(&w[i], &m[i]);
}

bool
report_json(const char *path, const struct workload *w, const struct measured *m, size_t n,
    struct err *e)
{
	FILE *f = fopen(path, "we");

	if (f == NULL)
		return err_errno(e, ERR_BACKEND, errno, "%s", path);
	for (size_t i = 0; i < n; i++)
		fprintf(f, "%s{\"name\": \"%s\", \"per_second\": %.1f, \"bare_per_second\": %.1f, "
		    "\"ratio\": %.3f, \"p50_ms\": %.2f, \"p99_ms\": %.2f}", i == 0 ? "[\n  " : ",\n  ",
		    w[i].name, m[i].per_second, m[i].bare_per_second, m[i].ratio, m[i].p50_ms,
		    m[i].p99_ms);
	fprintf(f, "\n]\n");
	return fclose(f) == 0 || err_errno(e, ERR_BACKEND, errno, "%s", path);
}
