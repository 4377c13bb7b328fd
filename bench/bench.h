/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the benchmark share: a workload, and what was measured of it. */
#ifndef BENCH_BENCH_H
#define BENCH_BENCH_H

#include <stdint.h>

#include "base/err.h"
#include "base/span.h"
#include "crypto/alg.h"

#define ROUNDS_MAX	15
#define BATCH		100	/* digests under one approval */

enum workload_kind {
	BY_PACKAGE,	/* getChallenge and signHash with the approval inline */
	BY_OAUTH,	/* authorize, the signing page's calls, token, signHash with that token */
	ONE_TIME,	/* once/challenge and signDoc: key, certificate and signature for one approval */
	LOGIN		/* token by private_key_jwt; nothing is signed */
};

struct workload {
	const char	*name;
	uint16_t	 alg;
	size_t		 digests;	/* under one approval, in one signHash */
	enum workload_kind kind;
	const char	*qualifier;	/* ONE_TIME: of the CA, as bench/run configures it */
	size_t		 connections;	/* at most; 0: all */
	size_t		 warm;		/* so many approvals before it is measured: the stock is used up then */
	unsigned	 times;		/* a round is so many times as long; 0: once */
};

/* Where the time of a one-time signature goes; all but the last as the SSA's Server-Timing says. */
enum step { STEP_CHALLENGE, STEP_SESSION, STEP_CLIENT, STEP_CA, STEP_SIGN, STEP_FILE, STEP_REST, STEPS };

/* Processes whose CPU time is told apart; CPU_LOAD is the generator itself. */
enum cpu_part { CPU_SSA, CPU_DECIDER, CPU_FLUSHER, CPU_WORKERS, CPU_LOAD, CPU_CA, CPU_PARTS };

struct measured {
	double	per_second, bare_per_second, ratio;	/* signatures */
	double	p50_ms, p99_ms;				/* of one approval, at half load */
	double	disk_p99_ms;
	double	alone_p99_ms;				/* of the same arrivals at the bare loop; computed */
	double	cpu_us[CPU_PARTS];			/* per signature */
	double	bare_cpu_us;
	double	foreign, steady_foreign;		/* share of the machine that others used, 0..1 */
	double	bare_spread, spread;			/* (max - min) / median of the rounds */
	size_t	verified;
	double	with_ca;				/* ONE_TIME: the ratio with the CA's time in it */
	double	ca_alone_ms, ca_alone_us, client_alone_us;	/* a certificate, with nothing else to do: time, CPU */
	double	step_ms[STEPS];				/* means, at half load */
};

/* Middle of n values, which are sorted in place; quantile q of 0..1 likewise. */
double	median(double *values, size_t n);
double	quantile(double *values, size_t n, double q);

#endif
