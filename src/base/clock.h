/* SPDX-License-Identifier: Apache-2.0 */
/* Time and randomness come from here, so that tests can fix them. Milliseconds everywhere. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stddef.h>
#include <stdint.h>

uint64_t clock_wall(void);	/* since 1970, UTC */
uint64_t clock_life(void);	/* since boot, counts sleep, never jumps */
uint64_t clock_us(void);	/* microseconds since boot, for measuring */

/* Kernel randomness. Aborts if there is none: nothing here works without. */
void	 random_bytes(void *, size_t n);

/* For tests: added to what clock_wall and clock_life answer from now on. */
void	 clock_shift(int64_t wall_ms, int64_t life_ms);

#endif
