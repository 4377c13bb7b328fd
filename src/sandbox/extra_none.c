/* SPDX-License-Identifier: Apache-2.0 */
/* Builds without sanitizers need nothing beside the profile. */
#include "sandbox/filter.h"

const char *const filter_build_extra[] = { NULL };
const char *const filter_build_reader[] = { NULL };
