/* SPDX-License-Identifier: Apache-2.0 */
/* Documents that a person wants to see on the signing page: handed over to the server, part by part. */
#ifndef CLI_HAND_OVER_H
#define CLI_HAND_OVER_H

#include "cli/signing.h"
#include "cli/ssa.h"

/* The names that the server gave them, one for each file of the job. Yours. */
json_t	*hand_over(struct ssa *, const struct signing_job *, struct err *) MUST_USE;

#endif
