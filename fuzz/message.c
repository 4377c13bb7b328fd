/* SPDX-License-Identifier: Apache-2.0 */
/* Frames, and every message of SAM and workers: the first byte says which. */
#include "fuzz/fuzz.h"
#include "tests/unit/kit/messages.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span in = span_of(data, size);
	size_t which = fuzz_pick(&in, messages_count);

	if (which != SIZE_MAX)
		fuzz_again(messages[which].again, in);
	return 0;
}
