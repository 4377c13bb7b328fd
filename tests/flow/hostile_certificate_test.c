/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Certificates: a key becomes ACTIVE by the one certificate that an installed CA issued for it and
 * its owner, and is certified once. Design review C14, H17; EN 419 241-1 SRC_SKS.1.2.
 */
#include "base/clock.h"
#include "hostile.h"
#include "wire/certificate.h"

#define DAY	((uint64_t)86400000)

static struct group group;
static struct signer alice, mallory;
static struct key good, mallorys, requested, fresh_key;
static struct ca stranger, second_ca;

static int
set_up(void **state UNUSED)
{
	group_found(&group);
	group_start(&group);
	ca_of_group(&group);
	ca_make(&stranger, "CN=Stranger CA,C=XX");
	ca_make(&second_ca, "CN=Second CA,C=SE");
	assert_string_equal(ca_install(&group, &second_ca), "");
	signer_ready(&group, &alice, &good, "CN=Alice Example,C=SE");
	signer_ready(&group, &mallory, &mallorys, "CN=Mallory Example,C=SE");
	key_create(&group, &alice, &fresh_key);
	key_create(&group, &alice, &requested);
	key_request(&group, &alice, &requested);
	return 0;
}

static int
tear_down(void **state UNUSED)
{
	struct key *keys[] = { &good, &mallorys, &requested, &fresh_key };

	for (size_t i = 0; i < COUNT(keys); i++)
		key_forget(keys[i]);
	signer_forget(&alice);
	signer_forget(&mallory);
	device_free(&stranger.device);
	device_free(&second_ca.device);
	group_end(&group);
	return 0;
}

static void other_key(struct wish *w) { w->issue.spki = span_of(mallorys.spki, sizeof(mallorys.spki)); }
static void other_own_key(struct wish *w) { w->issue.spki = span_of(good.spki, sizeof(good.spki)); }
static void other_subject(struct wish *w) { w->issue.subject = span_of(mallory.name, mallory.name_len); }
static void ca_certificate(struct wish *w) { w->issue.kind = ISSUE_CA; }
static void expired(struct wish *w) { w->issue.not_after = clock_wall() - 2000; w->issue.not_before -= DAY; }
static void not_yet(struct wish *w) { w->issue.not_before = clock_wall() + 600000; }
static void too_long(struct wish *w) { w->issue.not_after = w->issue.not_before + 401 * DAY; }

static void
by_stranger(struct wish *w)
{
	w->signed_by = &stranger.device;
	w->issue.issuer = span_of(stranger.name, stranger.name_len);
	w->issue.issuer_spki = device_spki(&stranger.device);
}

/* The name of the CA that is installed, over the stranger's signature. */
static void
by_stranger_in_its_name(struct wish *w)
{
	w->signed_by = &stranger.device;
	w->issue.issuer_spki = device_spki(&stranger.device);
}

/* Two installed CAs: one signs in the other's name. */
static void
by_second_in_firsts_name(struct wish *w)
{
	w->signed_by = &second_ca.device;
	w->issue.issuer_spki = device_spki(&second_ca.device);
}

static const struct {
	const char	*row;
	void		(*wish)(struct wish *);
} certificates[] = {
	{ "for another signer's key", other_key },
	{ "for another key of hers", other_own_key },
	{ "for another subject", other_subject },
	{ "of another CA", by_stranger },
	{ "of another CA in the name of ours", by_stranger_in_its_name },
	{ "of one of our CAs in the other's name", by_second_in_firsts_name },
	{ "a CA's own", ca_certificate },
	{ "expired", expired },
	{ "not yet valid", not_yet },
	{ "valid for longer than its anchor allows", too_long },
};

TEST(no_certificate_is_linked_but_the_keys_own)
{
	struct hostile h;

	hostile_begin(&h, &group);
	for (size_t i = 0; i < COUNT(certificates); i++) {
		struct wish w = wish_for(&group, &alice, &requested);

		certificates[i].wish(&w);
		hostile_expect(&h, certificates[i].row, "cert",
		    link_certificate(&group, &requested, ca_issue(&w, &requested)));
	}
	assert_int_equal(state_of(&group, RECORD_KEY, requested.id), 2);
	hostile_end(&h);
}

TEST(no_byte_of_a_certificate_can_be_altered)
{
	struct wish w = wish_for(&group, &alice, &requested);
	struct span der = ca_issue(&w, &requested);
	struct hostile h;

	hostile_begin(&h, &group);
	for (size_t i = 0; i < der.n; i++) {
		requested.certificate.p[i] ^= (uint8_t)(1u << i % 8);
		hostile_expect(&h, "a byte of it", "cert", link_certificate(&group, &requested, der));
		requested.certificate.p[i] ^= (uint8_t)(1u << i % 8);
	}
	hostile_expect(&h, "cut", "cert", link_certificate(&group, &requested, span_of(der.p, der.n - 1)));
	wr_u8(&requested.certificate, 0);
	hostile_expect(&h, "a byte more", "cert",
	    link_certificate(&group, &requested, writer_span(&requested.certificate)));
	hostile_end(&h);
}

static const char *
request(const struct key *k, struct span signer_record, struct span key_record)
{
	AUTO_WRITER w = writer_grow(65536);
	struct msg_request_certificate m = { .signer_record = signer_record, .key_record = key_record };

	memcpy(m.key, k->id, ID_LEN);
	msg_request_certificate_write(&w, &m);
	return ask(group.ssa, SAM_REQUEST_CERTIFICATE, writer_span(&w), NULL);
}

/* Before ACTIVE a key signs its request and nothing else; afterwards no request. */
TEST(a_key_is_certified_once)
{
	struct wish w;
	struct key k;
	struct hostile h;
	struct span none = span_of(NULL, 0);

	key_create(&group, &alice, &k);
	memcpy(k.spki, good.spki, sizeof(k.spki));
	hostile_begin(&h, &group);
	w = wish_for(&group, &alice, &k);
	hostile_expect(&h, "a certificate nobody requested", "state",
	    link_certificate(&group, &k, ca_issue(&w, &k)));
	key_request(&group, &alice, &k);
	key_request(&group, &alice, &k);
	key_link(&group, &alice, &k);
	w = wish_for(&group, &alice, &k);
	hostile_expect(&h, "a second certificate", "state",
	    link_certificate(&group, &k, ca_issue(&w, &k)));
	hostile_expect(&h, "a request for an ACTIVE key", "state", request(&k, none, none));
	assert_string_equal(freeze(&group, RECORD_KEY, k.id), "");
	hostile_expect(&h, "a certificate for a frozen key", "state",
	    link_certificate(&group, &k, writer_span(&k.certificate)));
	hostile_expect(&h, "a request for a frozen key", "state", request(&k, none, none));
	hostile_end(&h);
	key_forget(&k);
}

TEST(requests_and_links_need_the_right_records)
{
	struct span none = span_of(NULL, 0), hers = writer_span(&alice.record);
	struct span his = writer_span(&mallory.record), old = writer_span(&alice.old_record);
	struct wish w = wish_for(&group, &alice, &requested);
	struct key nobody = requested, swapped = requested;
	struct hostile h;

	random_bytes(nobody.id, ID_LEN);
	hostile_begin(&h, &group);
	hostile_expect(&h, "a request for no key", "owner", request(&nobody, none, none));
	hostile_expect(&h, "with another signer's record", "record", request(&fresh_key, his, none));
	hostile_expect(&h, "with her record before", "version", request(&fresh_key, old, none));
	hostile_expect(&h, "with another key's record", "record",
	    request(&fresh_key, hers, writer_span(&requested.record)));
	hostile_expect(&h, "a link of no key", "owner",
	    link_certificate(&group, &nobody, ca_issue(&w, &requested)));
	swapped.record = fresh_key.record;
	hostile_expect(&h, "a link with another key's record", "record",
	    link_certificate(&group, &swapped, writer_span(&requested.certificate)));
	hostile_end(&h);
	requested.certificate = swapped.certificate;
}

TEST(a_suspended_signer_gets_no_certificate)
{
	struct span none = span_of(NULL, 0);
	struct wish w = wish_for(&group, &alice, &requested);
	struct span der = ca_issue(&w, &requested);
	struct hostile h;

	assert_string_equal(officer_does(&group, &alice, PURPOSE_SUSPEND), "");
	hostile_begin(&h, &group);
	hostile_expect(&h, "request while suspended", "state", request(&fresh_key, none, none));
	hostile_expect(&h, "link while suspended", "state", link_certificate(&group, &requested, der));
	assert_string_equal(officer_does(&group, &alice, PURPOSE_REINSTATE), "");
	hostile_expect(&h, "link (control)", "", link_certificate(&group, &requested, der));
	hostile_end(&h);
}

static const uint8_t no_profile[16];

/* Without an anchor there is no certificate; with it again the same one is good. */
TEST(a_removed_anchor_vouches_for_nobody)
{
	struct act *a = act_new(&group, PURPOSE_REMOVE_ANCHOR);
	struct hostile h;
	struct key k;
	struct wish w;

	key_create(&group, &alice, &k);
	key_request(&group, &alice, &k);
	w = wish_for(&group, &alice, &k);
	sha256_parts((struct span[]){ device_spki(&group.ca.device),
	    span_of(group.ca.name, group.ca.name_len), span_of(no_profile, sizeof(no_profile)) }, 3,
	    a->st.remove_anchor);
	assert_string_equal(security_does(a, 2), "");
	hostile_begin(&h, &group);
	hostile_expect(&h, "anchor removed", "cert", link_certificate(&group, &k, ca_issue(&w, &k)));
	assert_string_equal(ca_install(&group, &group.ca), "");
	hostile_expect(&h, "anchor back (control)", "", link_certificate(&group, &k, ca_issue(&w, &k)));
	hostile_end(&h);
	key_forget(&k);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(no_certificate_is_linked_but_the_keys_own),
	cmocka_unit_test(no_byte_of_a_certificate_can_be_altered),
	cmocka_unit_test(a_key_is_certified_once),
	cmocka_unit_test(requests_and_links_need_the_right_records),
	cmocka_unit_test(a_suspended_signer_gets_no_certificate),
	cmocka_unit_test(a_removed_anchor_vouches_for_nobody),
};

HOSTILE_MAIN(tests, set_up, tear_down)
