/* SPDX-License-Identifier: Apache-2.0 */
/* Grants and shares, as an authentication module makes them. */
#include "base/clock.h"
#include "crypto/hpke.h"
#include "crypto/verify.h"
#include "tests/sic/module.h"
#include "tests/test.h"

/* what 6: group, point, time; signed by the SAM's attestation key. */
static void
transport_read(struct module *m, const struct group *g, const struct msg_head *head)
{
	static const char tag[] = "propria-attestation-v1";
	struct reader r = reader_over(head->transport);
	struct span body = head->transport, parts[] = { span_of(tag, sizeof(tag)), body };
	uint8_t what, group[GROUP_LEN], digest[HASH_LEN];
	uint64_t time = 0;
	struct span sig = span_of(NULL, 0);

	CHECK(rd_u8(&r, &what) && what == 6 && rd_bytes(&r, group, sizeof(group)) &&
	    rd_bytes(&r, m->transport, sizeof(m->transport)) && rd_u64(&r, &time) &&
	    rd_take(&r, 64, &sig) && rd_end(&r));
	CHECK(memcmp(group, g->id, GROUP_LEN) == 0 && time <= clock_wall() && clock_wall() - time < 600000);
	parts[1].n -= 64;
	sha256_parts(parts, 2, digest);
	CHECK(signature_verify(alg_find(ALG_ECDSA_P256_SHA256), head->attestation_key,
	    span_of(digest, sizeof(digest)), sig));
}

void
module_make(struct module *m, const struct group *g)
{
	AUTO_WRITER answer = writer_grow(65536);
	struct msg_head head;
	struct err e = { 0 };
	struct reader r;

	random_bytes(m->id, sizeof(m->id));
	random_bytes(m->secret, sizeof(m->secret));
	device_make(&m->key);
	assert_string_equal(ask(g->officers, SAM_HEAD, span_of(NULL, 0), &answer), "");
	r = reader_over(writer_span(&answer));
	CHECK(msg_head_read(&r, &head, &e));
	transport_read(m, g, &head);
}

void
module_free(struct module *m)
{
	device_free(&m->key);
}

struct act *
act_of_peer(struct group *g, const struct module *m, uint16_t purpose)
{
	struct act *a = act_new(g, purpose);
	struct body_add_peer b = { .kind = PEER_MODULE, .key = device_spki(&m->key),
		.label = span_str("test module") };

	memcpy(b.peer, m->id, GROUP_LEN);
	if (purpose == PURPOSE_ADD_PEER)
		a->st.add_peer = b;
	else
		peer_id(&b, a->st.remove_peer);
	return a;
}

static void
share_of(const struct module *m, const uint8_t person[ID_LEN], const uint8_t key[ID_LEN],
    uint8_t share[SHARE_LEN])
{
	struct span parts[] = { span_of(person, ID_LEN), span_of(key, ID_LEN) };

	hmac_sha256(span_of(m->secret, sizeof(m->secret)), parts, COUNT(parts), share);
}

void
module_offer(const struct module *m, const struct act *a, const uint8_t person[ID_LEN],
    const uint8_t *key, struct offer *o)
{
	memset(o, 0, sizeof(*o));
	memcpy(o->g.group, a->st.group, GROUP_LEN);
	memcpy(o->g.module, m->id, GROUP_LEN);
	memcpy(o->g.d, a->d, HASH_LEN);
	memcpy(o->g.signer, a->st.subject, ID_LEN);
	memcpy(o->g.person, person, ID_LEN);
	o->g.factors = FACTOR_PIN | FACTOR_TOTP;
	o->g.level = 2;
	o->g.time = clock_wall();
	if (key == NULL)
		return;
	memcpy(o->key, key, ID_LEN);
	share_of(m, person, key, o->share);
	memcpy(o->sealed_for, a->d, HASH_LEN);
	memcpy(o->sealed_group, a->st.group, GROUP_LEN);
	memcpy(o->sealed_module, m->id, GROUP_LEN);
	memcpy(o->sealed_key, key, ID_LEN);
	memcpy(o->sealed_to, m->transport, sizeof(o->sealed_to));
}

static void
seal_offer(struct offer *o)
{
	static const uint8_t none[ID_LEN];
	uint8_t info[SHARE_INFO_LEN], aad[SHARE_AAD_LEN];
	struct err e = { 0 };

	if (memcmp(o->key, none, ID_LEN) == 0)
		return;
	share_info(o->sealed_group, o->sealed_module, info);
	share_aad(o->sealed_for, o->sealed_key, aad);
	CHECK(hpke_seal(span_of(o->sealed_to, sizeof(o->sealed_to)), span_of(info, sizeof(info)),
	    span_of(aad, sizeof(aad)), span_of(o->share, SHARE_LEN), o->sealed, &e));
	o->g.share = span_of(o->sealed, sizeof(o->sealed));
}

void
act_grant(struct act *a, const uint8_t *id, const struct module *m, struct offer *o)
{
	static const uint8_t none[ID_LEN];
	uint8_t *mem = a->passkey[a->sigs], digest[HASH_LEN];
	struct writer w = writer_over(mem, sizeof(a->passkey[0]));

	CHECK(a->sigs < EVIDENCES_MAX);
	seal_offer(o);
	w.lax = true;
	for (int i = 0; i < 2; i++) {		/* for the digest, then with the signature */
		w.n = 0;
		grant_write(&w, &o->g);
		CHECK(writer_ok(&w) && grant_digest(writer_span(&w), digest));
		device_sign(&m->key, digest, o->g.signature);
	}
	w.n = 0;
	grant_write(&w, &o->g);
	a->sigs++;
	CHECK(evidences_add(&a->ev, EVIDENCE_MODULE, id != NULL ? id : none, writer_span(&w)));
}

void
act_approve_module(struct act *a, const uint8_t *id, const struct module *m,
    const uint8_t person[ID_LEN], const uint8_t *key)
{
	struct offer o;

	module_offer(m, a, person, key, &o);
	act_grant(a, id, m, &o);
}

void
bind_with_module(struct act *a, const struct module *m, const uint8_t person[ID_LEN],
    uint8_t link[MODULE_LINK_LEN])
{
	struct body_bind *b = &a->st.bind;

	memcpy(link, m->id, GROUP_LEN);
	memcpy(link + GROUP_LEN, person, ID_LEN);
	b->type = EVIDENCE_MODULE;
	b->protection = PROTECTION_MODULE;
	b->spki = span_of(NULL, 0);
	b->attestation = span_of(link, MODULE_LINK_LEN);
	b->client = span_of(NULL, 0);
	b->label = span_str("PIN and code");
}
