/* SPDX-License-Identifier: Apache-2.0 */
/* Who is asked for in an assertion. Finding C1: the SIC's pages are not the SSA's. */
#include "webauthn/relying_party.h"

bool
relying_party_init(struct relying_party *rp, struct span origin, struct span service)
{
	struct span host, ssa;

	if (origin.n == 0 && service.n == 0) {
		*rp = (struct relying_party){ .origin_len = 0 };
		return true;
	}
	if (!origin_host(origin, &host) || !origin_host(service, &ssa))
		return false;
	*rp = (struct relying_party){ .origin_len = (uint8_t)origin.n,
		.shared = host_is_within(ssa, host) };
	memcpy(rp->origin, origin.p, origin.n);
	sha256(host, rp->id_hash);
	return true;
}
