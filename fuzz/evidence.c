/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of evidence; what was read is verified, too, under a key of each kind. */
#include "fuzz/fuzz.h"
#include "statement/evidence.h"
#include "statement/grant.h"

static struct evidences list;

static bool
again(struct span in, struct writer *out, struct err *e)
{
	if (!evidences_read(in, &list, e))
		return false;
	evidences_write(out, &list);
	return true;
}

static bool
grant_again(struct span in, struct writer *out, struct err *e)
{
	struct grant g;

	if (!grant_read(in, &g, e))
		return false;
	grant_write(out, &g);
	return true;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t d[HASH_LEN], key[32] = { 1 };

	if (!fuzz_again(again, span_of(data, size)))
		return 0;
	for (size_t i = 0; i < list.n; i++) {
		if (evidence_verify(&list.list[i], d, span_of(key, sizeof(key))))
			bug("a signature out of nothing");
		if (list.list[i].type == EVIDENCE_MODULE)
			fuzz_again(grant_again, list.list[i].body);
	}
	return 0;
}
