/* SPDX-License-Identifier: Apache-2.0 */
/* credentials/extendTransaction: hashes that nobody approved are never put under an old approval. */
#include "ssa/api/credential.h"
#include "ssa/api/route.h"

#define REFUSED	"At SCAL 2 every set of hashes needs an approval of its own: authorize again"

void
handle_extend(struct call *c)
{
	AUTO(key) *k = call_credential(c);
	struct span sad;

	if (k == NULL || !call_text(c, "SAD", 512 * 1024, &sad) || !call_client_data(c))
		return;
	call_invalid(c, REFUSED);
}
