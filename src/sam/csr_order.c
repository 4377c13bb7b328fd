/* SPDX-License-Identifier: Apache-2.0 */
/* This key, over the request's own bytes: nobody else chooses any of them. */
#include "sam/csr_order.h"

void
csr_order_init(struct csr_order *o)
{
	o->info = writer_grow(CSR_MAX);
	o->order = writer_grow(HSM_REQUEST_MAX);
}

void
csr_order_wipe(struct csr_order *o)
{
	writer_wipe(&o->info);
	writer_wipe(&o->order);
}

bool
csr_order_make(struct csr_order *o, struct span subject, const struct alg *alg, struct span spki,
    uint32_t mech, struct span wrapped, struct err *e)
{
	static struct msg_hsm_sign m;
	uint8_t digest[DIGEST_MAX];

	o->alg = alg;
	csr_info_write(&o->info, subject, spki);
	if (!writer_ok(&o->info))
		return err_why(e, ERR_DENIED, "limit", "certificate request over its bounds");
	m = (struct msg_hsm_sign){ .alg = alg->number, .spki = spki, .mech = mech, .wrapped = wrapped,
		.n = 1 };
	m.digest[0] = alg_digest(alg, writer_span(&o->info), digest);
	msg_hsm_sign_write(&o->order, &m);
	return writer_ok(&o->order) || err_set(e, ERR_BUG, "signing order over its bounds");
}

bool
csr_order_done(const struct csr_order *o, struct reader *answer, struct writer *csr, struct csr *made,
    struct err *e)
{
	static struct msg_hsm_signed m;

	if (!msg_hsm_signed_read(answer, &m, e))
		return false;
	if (m.n != 1 || m.status[0] != HSM_SIGNED)
		return err_why(e, ERR_BACKEND, "backend", "the module did not sign the request");
	return csr_write(csr, writer_span(&o->info), o->alg, m.signature[0], e) &&
	    csr_open(writer_span(csr), made, e);
}
