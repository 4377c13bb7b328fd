/* SPDX-License-Identifier: Apache-2.0 */
/* Attestations: body, then a signature of the attestation key. */
#include <stdlib.h>

#include "base/clock.h"
#include "crypto/verify.h"
#include "sam/attestation.h"
#include "wire/hsm.h"

#define WHAT_KEY	1
#define WHAT_SIGNER	2
#define WHAT_ONCE	3
#define WHAT_FACTOR	5
#define WHAT_TRANSPORT	6

struct attesting {
	struct call	*call;
	struct writer	*out;
	attest_done	 done;
	uint8_t		 digest[HASH_LEN];
};

static void
is_signed(void *owner, void *job, struct reader *answer, const struct err *failure)
{
	struct sam *sam = owner;
	struct attesting *a = job;
	const struct state *s = sam->state;
	uint8_t sig[HSM_HEAD_SIG_LEN];
	struct err e = { 0 };

	if (answer == NULL) {
		a->done(sam, a->call, failure);
	} else if (!msg_hsm_head_signed_read(answer, sig, &e) ||
	    !signature_verify(alg_find(ALG_ECDSA_P256_SHA256),
	    span_of(s->attestation_key, sizeof(s->attestation_key)),
	    span_of(a->digest, sizeof(a->digest)), span_of(sig, sizeof(sig)))) {
		err_why(&e, ERR_BACKEND, "backend", "the module's attestation does not verify");
		a->done(sam, a->call, &e);
	} else {
		wr_bytes(a->out, sig, sizeof(sig));
		a->done(sam, a->call, NULL);
	}
	free(a);
}

/* The body is in `out`; its signature comes behind it. */
static void
attest(struct sam *sam, struct call *c, struct writer *out, attest_done done)
{
	static const char tag[] = "propria-attestation-v1";
	struct span parts[] = { span_of(tag, sizeof(tag)), writer_span(out) };
	struct msg_hsm_sign_head m = { .key = HSM_KEY_ATTESTATION };
	struct attesting *a = calloc(1, sizeof(*a));
	uint8_t mem[64];
	struct writer w = writer_over(mem, sizeof(mem));
	struct err e = { 0 };

	if (a == NULL || !writer_ok(out))
		bug("attestation");
	*a = (struct attesting){ .call = c, .out = out, .done = done };
	sha256_parts(parts, COUNT(parts), a->digest);
	memcpy(m.digest, a->digest, sizeof(m.digest));
	msg_hsm_sign_head_write(&w, &m);
	if (!pool_ask(sam->pool, HSM_SIGN_HEAD, writer_span(&w), false, is_signed, a, &e)) {
		done(sam, c, &e);
		free(a);
	}
}

void
attest_key(struct sam *sam, struct call *c, const uint8_t key[ID_LEN], const uint8_t owner[ID_LEN],
    struct span spki, const struct alg *alg, uint8_t class, uint8_t level, struct writer *out,
    attest_done done)
{
	uint8_t hash[HASH_LEN];

	sha256(spki, hash);
	wr_u8(out, WHAT_KEY);
	wr_bytes(out, sam->state->group, GROUP_LEN);
	wr_bytes(out, key, ID_LEN);
	wr_bytes(out, owner, ID_LEN);
	wr_bytes(out, hash, sizeof(hash));
	wr_u16(out, alg->number);
	wr_u8(out, class);
	wr_u8(out, level);
	wr_u64(out, clock_wall());
	attest(sam, c, out, done);
}

void
attest_authenticator(struct sam *sam, struct call *c, const uint8_t signer[ID_LEN],
    const struct signer_record *s, const struct authenticator *auth, struct writer *out,
    attest_done done)
{
	wr_u8(out, WHAT_SIGNER);
	wr_bytes(out, sam->state->group, GROUP_LEN);
	wr_bytes(out, signer, ID_LEN);
	wr_bytes(out, auth->id, ID_LEN);
	wr_span16(out, auth->spki);
	wr_u8(out, s->loa);
	wr_u8(out, auth->protection);
	wr_u64(out, s->enrolled);
	wr_u64(out, clock_wall());
	attest(sam, c, out, done);
}

void
attest_factor_key(struct sam *sam, struct call *c, const uint8_t *point, struct writer *out,
    attest_done done)
{
	wr_u8(out, WHAT_FACTOR);
	wr_bytes(out, sam->state->group, GROUP_LEN);
	wr_u64(out, nonces_life(sam->nonces));
	wr_bytes(out, point, HPKE_POINT_LEN);
	wr_u64(out, clock_wall());
	attest(sam, c, out, done);
}

void
attest_transport(struct sam *sam, struct call *c, struct writer *out, attest_done done)
{
	wr_u8(out, WHAT_TRANSPORT);
	wr_bytes(out, sam->state->group, GROUP_LEN);
	wr_bytes(out, hpke_key_point(sam->transport), HPKE_POINT_LEN);
	wr_u64(out, clock_wall());
	attest(sam, c, out, done);
}

void
attest_once(struct sam *sam, struct call *c, struct once *o, attest_done done)
{
	struct writer *out = &o->attestation;
	uint8_t hash[HASH_LEN];

	sha256(span_of(o->spki, o->alg->spki_len), hash);
	wr_u8(out, WHAT_ONCE);
	wr_bytes(out, sam->state->group, GROUP_LEN);
	wr_bytes(out, o->key, ID_LEN);
	wr_bytes(out, o->signer, ID_LEN);
	wr_bytes(out, hash, sizeof(hash));
	wr_u16(out, o->alg->number);
	wr_u8(out, CLASS_SIGNATURE);
	wr_u8(out, LEVEL_SCAL2);
	wr_bytes(out, o->session, ID_LEN);
	wr_bytes(out, o->profile, sizeof(o->profile));
	wr_bytes(out, o->idv, sizeof(o->idv));
	wr_bytes(out, o->approval.d, sizeof(o->approval.d));
	wr_u64(out, clock_wall());
	attest(sam, c, out, done);
}
