/* SPDX-License-Identifier: Apache-2.0 */
/* Time and randomness. */
#include <errno.h>
#include <sys/random.h>
#include <time.h>

#include "base/clock.h"
#include "base/err.h"

static int64_t wall_shift, life_shift;

static uint64_t
read_clock(clockid_t id, uint64_t per_second)
{
	struct timespec t;

	if (clock_gettime(id, &t) != 0)
		bug("clock_gettime");
	return (uint64_t)t.tv_sec * per_second + (uint64_t)t.tv_nsec / (1000000000 / per_second);
}

uint64_t
clock_wall(void)
{
	return read_clock(CLOCK_REALTIME, 1000) + (uint64_t)wall_shift;
}

uint64_t
clock_life(void)
{
	return read_clock(CLOCK_BOOTTIME, 1000) + (uint64_t)life_shift;
}

uint64_t
clock_us(void)
{
	return read_clock(CLOCK_BOOTTIME, 1000000);
}

void
clock_shift(int64_t wall_ms, int64_t life_ms)
{
	wall_shift += wall_ms;
	life_shift += life_ms;
}

void
random_bytes(void *p, size_t n)
{
	uint8_t *at = p;

	while (n > 0) {
		ssize_t got = getrandom(at, n > 256 ? 256 : n, 0);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			bug("the kernel gives no randomness");
		at += got;
		n -= (size_t)got;
	}
}
