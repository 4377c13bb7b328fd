/* SPDX-License-Identifier: Apache-2.0 */
/* propria-ssa revoked: somebody says that a certificate is revoked; the running server stops its key. */
#ifndef SSA_ISSUE_REVOKED_COMMAND_H
#define SSA_ISSUE_REVOKED_COMMAND_H

#define REVOKED_USAGE \
	"       propria-ssa revoked -c FILE SERIAL|CERTIFICATE\n"

int	revoked_command(int argc, char **argv);		/* the exit code */

#endif
