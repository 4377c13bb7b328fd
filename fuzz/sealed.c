/* SPDX-License-Identifier: Apache-2.0 */
/* Sealed records, wrapped keys and snapshots as an attacker would hand them in: none opens. */
#include "fuzz/fuzz.h"
#include "sam/seal.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t group[GROUP_LEN] = { 1 }, id[ID_LEN];
	AUTO_WRITER plain = writer_grow(1 << 20);
	struct span in = span_of(data, size);
	struct record_name name;
	struct err e = { 0 };
	AUTO(seal) *s = seal_new(span_str("module"), span_str("local"), group, &e);

	if (seal_open(s, in, &name, &plain, &e) || e.code == ERR_NONE || plain.n != 0)
		bug("a record opened");
	err_clear(&e);
	if (seal_unwrapped(s, 1, id, span_of(NULL, 0), in, &plain, &e) || e.code == ERR_NONE ||
	    plain.n != 0)
		bug("a wrapped key opened");
	err_clear(&e);
	if (seal_snapshot_open(s, in, &plain, &e) || e.code == ERR_NONE || plain.n != 0)
		bug("a snapshot opened");
	return 0;
}
