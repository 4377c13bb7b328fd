/* SPDX-License-Identifier: Apache-2.0 */
/* propria: SIC for the terminal; the hands of officers, operators and auditors. */
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "cli/commands.h"
#include "crypto/hash.h"

int
main(int argc, char **argv)
{
	struct rlimit none = { 0, 0 };
	struct err e = { 0 };
	int code;

	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	setrlimit(RLIMIT_CORE, &none);
	signal(SIGPIPE, SIG_IGN);
	if (!crypto_start(&e)) {
		fprintf(stderr, "propria: libcrypto does not work as it should: %s\n", e.text);
		return EXIT_FAILED;
	}
	code = command_main(commands, argc, argv, stdout, stderr);
	fflush(NULL);
	_exit(code);		/* a token's library may have exit handlers: not ours to run */
}
