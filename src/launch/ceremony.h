/* SPDX-License-Identifier: Apache-2.0 */
/* The ceremony: init and found of a module's program. No socket listens while it runs. */
#ifndef LAUNCH_CEREMONY_H
#define LAUNCH_CEREMONY_H

struct trade;

/* argv[0] is "init" or "found"; the group is for that trade. Returns the exit code. */
int	ceremony_main(int argc, char **argv, const struct trade *);

#endif
