/* SPDX-License-Identifier: Apache-2.0 */
/* A SoftHSM2 token in a directory of its own, and the real worker over it, for tests. */
#ifndef TESTS_MODULES_RIG_H
#define TESTS_MODULES_RIG_H

#include <sys/types.h>

#include "wire/hsm.h"

#define RIG_PIN		"1234"
#define RIG_SO_PIN	"12345678"
#define RIG_TOKEN	"rig"

struct rig {
	char	dir[64];
	char	module[512];		/* the module that programs load: SoftHSM2, or faulty.so */
	char	kek[33], hmac[33], log[33], attestation[33];	/* CKA_ID in hex */
	uint8_t	log_spki[91], attestation_spki[91];
	char	output[4096];		/* of the last program: stdout, then stderr */
};

struct rig_worker {
	pid_t	pid;
	int	fd;
};

/* What the test needs is not installed: it should leave with 77. */
bool	rig_is_missing(void);
/* A fresh directory with an initialised token; the environment points to it. */
void	rig_open(struct rig *);
void	rig_close(struct rig *);
void	rig_use_faulty(struct rig *);
void	rig_plan(struct rig *, const char *text);	/* orders for faulty.so */
/* The calls since the last plan or trace was asked for, as "C_SignInit C_Sign ..."; lent. */
const char *rig_trace(struct rig *);

/* Runs propria-hsm with these options (NULL-terminated) and both PINs; answers its exit code. */
int	rig_run(struct rig *, const char *const *options, const char *so_pin, const char *pin);
/* --setup with the right PINs; fills ids and public keys. */
int	rig_setup(struct rig *);
/* Starts a worker with the ids of the rig. */
struct rig_worker rig_start(struct rig *, const char *algorithms, const char *pin);
/* Closes our end, waits, answers exit code, or 128 + signal; 0 for one that is gone already. */
int	rig_stop(struct rig_worker *);
/* Waits for an end that comes by itself. */
int	rig_wait(struct rig_worker *);

#endif
