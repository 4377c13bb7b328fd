/* SPDX-License-Identifier: Apache-2.0 */
/* Starting libcrypto, comparing, and sanitizers that stop at what they find. */
#include "crypto/hash.h"
#include "fuzz/fuzz.h"

const char *__ubsan_default_options(void);

const char *
__ubsan_default_options(void)
{
	return "halt_on_error=1:print_stacktrace=1";
}

int
LLVMFuzzerInitialize(int *argc UNUSED, char ***argv UNUSED)
{
	struct err e = { 0 };

	if (!crypto_start(&e))
		bug(e.text);
	return 0;
}

bool
fuzz_again(fuzz_again_fn *again, struct span in)
{
	AUTO_WRITER out = writer_grow(64u << 20);
	struct err e = { 0 };

	if (!again(in, &out, &e)) {
		if (e.code == ERR_NONE || e.text[0] == '\0')
			bug("refused without a reason");
		return false;
	}
	if (!writer_ok(&out) || !span_equal(writer_span(&out), in))
		bug("two encodings of one thing");
	return true;
}

size_t
fuzz_pick(struct span *in, size_t n)
{
	if (in->n == 0 || in->p[0] >= n)
		return SIZE_MAX;
	*in = span_of(in->p + 1, in->n - 1);
	return in->p[-1];
}
