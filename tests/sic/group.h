/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A group of a test's own: token, founders, SAM with two workers, both sockets. Whoever holds a
 * struct group is SSA, officers and CA at once; there is no SSA process. PROPRIA_SOURCE and
 * PROPRIA_BIN name the source tree and the build's src/. PROPRIA_TEMPLATE, if set, is where a
 * founded group is kept, to be copied the next time.
 */
#ifndef SIC_GROUP_H
#define SIC_GROUP_H

#include <sys/types.h>

#include "tests/sic/device.h"
#include "wire/status.h"

struct officer_hand {
	uint8_t		id[ID_LEN];
	struct device	device;
};

struct ca {			/* an issuing CA of the test's own */
	struct device	device;
	uint8_t		name[128];
	size_t		name_len;
};

struct group {
	const char	*program;		/* of the module, in the build's src/ */
	char		dir[80];
	pid_t		sam;
	int		ssa, officers;		/* connections */
	uint8_t		id[GROUP_LEN];
	uint32_t	epoch;
	struct officer_hand so[3], ro, au;	/* security, registration, auditor */
	struct ca	ca;
};

void	group_found(struct group *);		/* ceremony; the SAM does not run yet */
void	group_found_auth(struct group *);	/* the same of an authentication module */
void	group_start(struct group *);		/* and waits until it is open or closed */
void	group_stop(struct group *);
void	group_kill(struct group *);		/* no orderly stop */
/* Stops the workers when none is at work and no head is due; yours to wake, within their deadline. */
#define WORKERS	2
void	group_pause_workers(const struct group *, pid_t workers[WORKERS]);
void	group_end(struct group *);		/* stops, forgets, removes the directory */
void	group_read_officers(struct group *);	/* keys, and ids from the roster */

int	group_connect(const struct group *, const char *socket);	/* "ssa.sock" */
void	group_reconnect(struct group *);
/* A path inside the group's directory, in memory of its own; good for a few calls. */
const char *group_path(const struct group *, const char *name);
/* Runs a shell command with DIR set to the group's directory. */
void	group_shell(const struct group *, const char *command);

/* "" when answered; else the reason of the refusal, or "gone" when the peer closed. */
const char *ask(int fd, uint8_t type, struct span payload, struct writer *answer);
struct msg_status group_status(const struct group *);	/* `why` and `version` are not lent */

#endif
