/* SPDX-License-Identifier: Apache-2.0 */
/* The officers' socket of the SAM: one question, one answer, refusals as sentences. */
#ifndef CLI_SAM_H
#define CLI_SAM_H

#include "cli/command.h"
#include "wire/enact.h"
#include "wire/status.h"

#define SAM_SOCKET_DEFAULT "/run/propria/officers.sock"
#define OPTION_SOCKET { "socket", "PATH", "the SAM's officer socket (" SAM_SOCKET_DEFAULT ")" }

/* An open connection, with the bytes of the last answer, which the structs below lend. */
struct sam {
	int		fd;
	struct writer	answer;
};

/* --socket of this call; needs OPTION_SOCKET in the table. */
bool	sam_open(struct sam *, const struct call *, struct err *) MUST_USE;
bool	sam_open_path(struct sam *, const char *path, struct err *) MUST_USE;
void	sam_close(struct sam *);
#define AUTO_SAM __attribute__((cleanup(sam_close))) struct sam

bool	sam_status(struct sam *, struct msg_status *, struct err *) MUST_USE;
bool	sam_head(struct sam *, struct msg_head *, struct err *) MUST_USE;
bool	sam_roster(struct sam *, struct msg_roster *, struct err *) MUST_USE;
bool	sam_propose(struct sam *, const struct msg_propose *, struct msg_proposed *, struct err *)
	    MUST_USE;
bool	sam_enact(struct sam *, struct span statement, struct span evidences, struct msg_enacted *,
	    struct err *) MUST_USE;
bool	sam_record(struct sam *, uint8_t type, const uint8_t id[ID_LEN], struct msg_record *,
	    struct err *) MUST_USE;
bool	sam_follow(struct sam *, const struct msg_follow *, struct msg_followed *, struct err *)
	    MUST_USE;

#endif
