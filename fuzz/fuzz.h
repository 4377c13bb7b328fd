/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What all targets share: a parser refuses its input with a reason, or what it read has exactly
 * these bytes. The input is a copy of its own size, so that a byte too far is seen.
 */
#ifndef FUZZ_FUZZ_H
#define FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/reader.h"
#include "base/writer.h"

/* Reads all of `in` and, if it is good, writes it again. */
typedef bool fuzz_again_fn(struct span in, struct writer *out, struct err *);

int	LLVMFuzzerInitialize(int *argc, char ***argv);
int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

/* Aborts when the bytes come back otherwise, or a refusal has no reason. Whether it was read. */
bool	fuzz_again(fuzz_again_fn *, struct span in);
/* Takes the first byte off and picks one of n by it; SIZE_MAX when there is none. */
size_t	fuzz_pick(struct span *in, size_t n);

#endif
