/* SPDX-License-Identifier: Apache-2.0 */
/* propria-auth: the authentication module. */
#include "auth/auth.h"
#include "launch/program.h"

int
main(int argc, char **argv)
{
	return program_main(argc, argv, &auth_trade, NULL);
}
