/* SPDX-License-Identifier: Apache-2.0 */
/* Checks that say in plain words what is wrong, and what to do. */
#ifndef CLI_DOCTOR_H
#define CLI_DOCTOR_H

#include <sys/stat.h>

#include "cli/command.h"
#include "wire/status.h"

struct doctor {
	struct call	*call;
	json_t		*list;
	unsigned	 warned, failed;
};

enum health { HEALTH_OK, HEALTH_WARN, HEALTH_FAIL };

void	doctor_say(struct doctor *, enum health, const char *what, const char *fmt, ...) PRINTF(4, 5);
/* Everything STATUS tells; now is this computer's clock. */
void	doctor_status(struct doctor *, const struct msg_status *, uint64_t now);
/* follower is the policy's: whether a copy is wanted. */
void	doctor_follower(struct doctor *, const struct msg_status *, uint8_t follower);
/* Permissions of a socket and of the folder of the SAM's state. */
void	doctor_socket(struct doctor *, const char *path, const struct stat *);
void	doctor_state(struct doctor *, const char *path, const struct stat *);
/* The server's status answer. */
void	doctor_server(struct doctor *, const json_t *status, const uint8_t *sam_group);

#endif
