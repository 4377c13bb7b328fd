/* SPDX-License-Identifier: Apache-2.0 */
/* Opening shares with the transport key, which follows from the store root. PROTOCOL.sam 2.5 */
#include "sam/share.h"

static bool
share_open(const struct sam *sam, const uint8_t module[GROUP_LEN], const uint8_t d[HASH_LEN],
    const uint8_t key[ID_LEN], struct span sealed, struct share *out, struct err *e)
{
	uint8_t info[SHARE_INFO_LEN], aad[SHARE_AAD_LEN];
	struct err why = { 0 };

	share_info(sam->state->group, module, info);
	share_aad(d, key, aad);
	if (!hpke_open(sam->transport, span_of(info, sizeof(info)), span_of(aad, sizeof(aad)), sealed,
	    out->bytes, &why))
		return err_why(e, ERR_DENIED, "share", "the share does not open: %s", why.text);
	out->n = SHARE_LEN;
	return true;
}

bool
share_take(const struct sam *sam, const struct signer_record *s, const uint8_t with[ID_LEN],
    const struct approved *approved, const uint8_t d[HASH_LEN], const uint8_t key[ID_LEN],
    struct share *out, struct err *e)
{
	const struct authenticator *a = signer_authenticator(s, with);

	*out = (struct share){ .n = 0 };
	if (a == NULL || a->type != EVIDENCE_MODULE)
		return true;
	for (size_t i = 0; i < approved->grants; i++)
		if (memcmp(approved->grant[i].id, with, ID_LEN) == 0 && approved->grant[i].n == SHARE_SEALED_LEN)
			return share_open(sam, a->credential.p, d, key,
			    span_of(approved->grant[i].share, approved->grant[i].n), out, e);
	return err_why(e, ERR_DENIED, "share", "the grant brings no share of the key");
}
