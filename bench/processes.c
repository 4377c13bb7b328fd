/* SPDX-License-Identifier: Apache-2.0 */
/* CPU time of processes: scheduler statistics per thread, in nanoseconds; ticks are too coarse. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "processes.h"

static bool
name_of(const char *pid, char *name, size_t size, pid_t *parent)
{
	char path[300], line[512];
	char *open, *close;
	FILE *f;
	int got;

	snprintf(path, sizeof(path), "/proc/%s/stat", pid);
	if ((f = fopen(path, "re")) == NULL)
		return false;
	got = fgets(line, sizeof(line), f) != NULL;
	fclose(f);
	if (!got || (open = strchr(line, '(')) == NULL || (close = strrchr(line, ')')) == NULL)
		return false;
	*close = '\0';
	snprintf(name, size, "%s", open + 1);
	return sscanf(close + 1, " %*c %d", parent) == 1;
}

static void
take(struct processes *p, pid_t pid, const char *name)
{
	if (strstr(name, "hsm") != NULL && p->n_workers < COUNT(p->worker))
		p->worker[p->n_workers++] = pid;
	else if (strstr(name, "flush") != NULL || strstr(name, "log") != NULL)
		p->flusher = pid;
	else
		p->decider = pid;
}

bool
processes_find(struct processes *out, pid_t ssa, pid_t sam, struct err *e)
{
	struct processes p = { .ssa = ssa };
	DIR *dir = opendir("/proc");
	struct dirent *d;

	while (dir != NULL && (d = readdir(dir)) != NULL) {
		char name[64];
		pid_t parent;

		if (d->d_name[0] > '0' && d->d_name[0] <= '9' &&
		    name_of(d->d_name, name, sizeof(name), &parent) && parent == sam)
			take(&p, (pid_t)atoi(d->d_name), name);
	}
	if (dir != NULL)
		closedir(dir);
	if (p.decider == 0 || p.flusher == 0 || p.n_workers == 0)
		return err_set(e, ERR_MISSING, "the children of the SAM's launcher are not to be found");
	*out = p;
	return true;
}

static double
thread_us(pid_t pid, const char *thread)
{
	unsigned long long ns = 0;
	char path[300];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/task/%s/schedstat", (int)pid, thread);
	if ((f = fopen(path, "re")) == NULL)
		return 0;
	if (fscanf(f, "%llu", &ns) != 1)
		ns = 0;
	fclose(f);
	return (double)ns / 1000;
}

static double
process_us(pid_t pid)
{
	char path[64];
	struct dirent *d;
	double us = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
	if ((dir = opendir(path)) == NULL)
		return 0;
	while ((d = readdir(dir)) != NULL)
		if (d->d_name[0] != '.')
			us += thread_us(pid, d->d_name);
	closedir(dir);
	return us;
}

void
processes_cpu(const struct processes *p, double us[CPU_PARTS])
{
	us[CPU_SSA] = process_us(p->ssa);
	us[CPU_DECIDER] = process_us(p->decider);
	us[CPU_FLUSHER] = process_us(p->flusher);
	us[CPU_WORKERS] = 0;
	for (size_t i = 0; i < p->n_workers; i++)
		us[CPU_WORKERS] += process_us(p->worker[i]);
	us[CPU_LOAD] = process_us(getpid());
	us[CPU_CA] = p->ca == 0 ? 0 : process_us(p->ca);
}

double
processors_busy_us(void)
{
	double user = 0, nice = 0, system = 0, irq = 0, softirq = 0;
	FILE *f = fopen("/proc/stat", "re");

	if (f == NULL || fscanf(f, "cpu %lf %lf %lf %*f %*f %lf %lf", &user, &nice, &system, &irq,
	    &softirq) != 5)
		user = nice = system = irq = softirq = 0;
	if (f != NULL)
		fclose(f);
	return (user + nice + system + irq + softirq) * 1e6 / (double)sysconf(_SC_CLK_TCK);
}
