/* SPDX-License-Identifier: Apache-2.0 */
/* Is an entry in a log of which only the root is known? */
#include "audit/tree_node.h"
#include "auditor/inclusion.h"

/* RFC 9162 2.1.3.2 */
bool
tree_inclusion_holds(const uint8_t leaf[HASH_LEN], uint64_t index, uint64_t size, struct span hash,
    const uint8_t root[HASH_LEN])
{
	uint64_t fn = index, sn = size - 1;
	uint8_t r[HASH_LEN];

	if (index >= size || hash.n % HASH_LEN != 0 || hash.n / HASH_LEN > TREE_PROOF_MAX)
		return false;
	memcpy(r, leaf, HASH_LEN);
	for (size_t i = 0; i < hash.n; i += HASH_LEN) {
		if (sn == 0)
			return false;
		if ((fn & 1) != 0 || fn == sn) {
			tree_node(hash.p + i, r, r);
			for (; (fn & 1) == 0 && fn != 0; fn >>= 1)
				sn >>= 1;
		} else {
			tree_node(r, hash.p + i, r);
		}
		fn >>= 1;
		sn >>= 1;
	}
	return sn == 0 && memcmp(r, root, HASH_LEN) == 0;
}
