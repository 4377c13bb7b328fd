/* SPDX-License-Identifier: Apache-2.0 */
/* propria-sam: the signature activation module. */
#include "launch/program.h"
#include "sam/trade.h"
#include "token/reader.h"

int
main(int argc, char **argv)
{
	return program_main(argc, argv, &sam_trade, token_reader_run);
}
