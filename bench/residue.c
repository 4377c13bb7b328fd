/* SPDX-License-Identifier: Apache-2.0 */
/* Resident memory of the SAM's processes around many sessions. */
#include <stdio.h>
#include <unistd.h>

#include "residue.h"

#define GROWTH_KB	2048
#define MODULE_BYTES	600	/* SoftHSM2 2.6 keeps so much of each pair that was destroyed; the bare loop shows the same */

static double
resident_kb(pid_t pid)
{
	unsigned long total, resident = 0;
	char path[64];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/statm", (int)pid);
	if ((f = fopen(path, "re")) == NULL)
		return 0;
	if (fscanf(f, "%lu %lu", &total, &resident) != 2)
		resident = 0;
	fclose(f);
	return (double)resident * (double)sysconf(_SC_PAGESIZE) / 1024;
}

struct resident {
	double	decider, flusher, worker[64], ssa;
};

static void
look(const struct processes *p, struct resident *r)
{
	r->decider = resident_kb(p->decider);
	r->flusher = resident_kb(p->flusher);
	r->ssa = resident_kb(p->ssa);
	for (size_t i = 0; i < p->n_workers; i++)
		r->worker[i] = resident_kb(p->worker[i]);
}

static bool
stayed(const char *what, double before, double after, double limit)
{
	printf("%-10s %8.0f kB before, %8.0f after\n", what, before, after);
	return after > 0 && after - before <= limit;
}

bool
residue_run(struct load *l, const struct workload *what, const struct processes *p, size_t n, struct err *e)
{
	double module = (double)n / (double)p->n_workers * MODULE_BYTES / 1024;
	struct resident before, after;
	bool good;

	if (!load_count(l, what, n / 10 + 1, e))
		return false;
	look(p, &before);
	if (!load_count(l, what, n, e))
		return false;
	look(p, &after);
	printf("%zu one-time signatures: resident memory\n", n);
	good = stayed("decider", before.decider, after.decider, GROWTH_KB);
	good &= stayed("flusher", before.flusher, after.flusher, GROWTH_KB);
	for (size_t i = 0; i < p->n_workers; i++)
		good &= stayed("worker", before.worker[i], after.worker[i], GROWTH_KB + module);
	(void)stayed("SSA", before.ssa, after.ssa, 0);	/* has a cache, rows for receipts */
	return good || err_set(e, ERR_DENIED, "the memory of the SAM or of a worker grew by over %d kB", GROWTH_KB);
}
