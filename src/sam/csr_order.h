/* SPDX-License-Identifier: Apache-2.0 */
/* A certificate request while the module signs it: at a key's birth, or when it is asked for. */
#ifndef SAM_CSR_ORDER_H
#define SAM_CSR_ORDER_H

#include "der/csr.h"
#include "wire/hsm.h"

struct csr_order {
	const struct alg *alg;
	struct writer	info, order;
};

void	csr_order_init(struct csr_order *);
void	csr_order_wipe(struct csr_order *);
/* What to ask with HSM_SIGN: writer_span(&order). wrapped: as the module gave it. */
bool	csr_order_make(struct csr_order *, struct span subject, const struct alg *, struct span spki,
	    uint32_t mech, struct span wrapped, struct err *) MUST_USE;
/* The request with the module's signature, which is verified. */
bool	csr_order_done(const struct csr_order *, struct reader *answer, struct writer *csr,
	    struct csr *made, struct err *) MUST_USE;

#endif
