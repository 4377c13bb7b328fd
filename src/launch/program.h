/* SPDX-License-Identifier: Apache-2.0 */
/* The command line of a module's program: propria-sam, propria-auth. */
#ifndef LAUNCH_PROGRAM_H
#define LAUNCH_PROGRAM_H

struct trade;

/* reader: of tokens; NULL: none is raised. Returns the exit code. */
int	program_main(int argc, char **argv, const struct trade *, int (*reader)(int fd));

#endif
