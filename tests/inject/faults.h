/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Faults: the linker hands every call of our libraries to malloc, mmap, libcrypto, write and the
 * like to the test, which lets the n-th fail, or one in 400 by a seed.
 */
#ifndef TESTS_INJECT_FAULTS_H
#define TESTS_INJECT_FAULTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FAULT_MARK 0xa5		/* bytes of secrets: four in a row must never be freed */

void	faults_off(void);
void	faults_at(unsigned long nth);		/* the nth call fails, from 0; no other */
void	faults_at_rate(uint32_t seed);		/* one in 400 */
unsigned long faults_calls(void);		/* calls since the last faults_ */
unsigned long faults_made(void);		/* of them failed */
long	faults_live(void);			/* blocks of our libraries that are not freed */
unsigned long faults_unwiped(void);		/* blocks or pages released with marks or secrets in them */

/* Runs it; true when it ended, false when it said bug(). */
bool	faults_run(void (*)(void));

#endif
