/* SPDX-License-Identifier: Apache-2.0 */
/* One one-time key's life, without anybody who asks for it. */
#include "bare_once.h"
#include "crypto/hash.h"
#include "crypto/verify.h"
#include "der/csr.h"
#include "der/name.h"

#define SUBJECT		"CN=Signer 1,C=SE"	/* as bench/run enrols them */

static bool
signed_and_verified(struct token *t, const struct stock_key *k, const struct alg *alg,
    const uint8_t *digest, struct err *e)
{
	struct span what = span_of(digest, alg->digest_len);
	uint8_t sig[SIGNATURE_MAX];

	return object_sign(t, k->handle, alg, what, sig, e) &&
	    (signature_verify(alg, span_of(k->spki, alg->spki_len), what, span_of(sig, alg->signature_len)) ||
	    err_set(e, ERR_BACKEND, "a signature of the module does not verify"));
}

static bool
used(struct token *t, const struct stock_key *k, const struct alg *alg, uint64_t count, struct err *e)
{
	uint8_t name_room[NAME_MAX_DER], info_room[CSR_MAX], digest[DIGEST_MAX] = { 0 };
	struct writer name = writer_over(name_room, sizeof(name_room));
	struct writer info = writer_over(info_room, sizeof(info_room));

	if (!name_from_text(SUBJECT, &name, e))
		return false;
	csr_info_write(&info, writer_span(&name), span_of(k->spki, alg->spki_len));
	if (alg_digest(alg, writer_span(&info), digest).n == 0 ||
	    !signed_and_verified(t, k, alg, digest, e))
		return false;
	memcpy(digest, &count, sizeof(count));
	return signed_and_verified(t, k, alg, digest, e);
}

bool
bare_once(struct token *t, struct stock *stock, const struct alg *alg, uint64_t count, struct err *e)
{
	uint8_t id[ID_LEN] = { 0 };
	const struct stock_key *k;
	bool good;

	memcpy(id, &count, sizeof(count));
	if ((k = stock_take(stock, alg, id, true, e)) == NULL)
		return false;
	good = used(t, k, alg, count, e);
	stock_drop(stock, id);
	return good;
}
