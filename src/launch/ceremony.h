/* SPDX-License-Identifier: Apache-2.0 */
/* The ceremony: propria-sam init and found. No socket listens while it runs. */
#ifndef LAUNCH_CEREMONY_H
#define LAUNCH_CEREMONY_H

/* argv[0] is "init" or "found". Returns the exit code. */
int	ceremony_main(int argc, char **argv);

#endif
