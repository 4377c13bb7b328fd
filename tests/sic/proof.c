/* SPDX-License-Identifier: Apache-2.0 */
/* CRLs and OCSP answers in DER, signed by whoever shall. */
#include "base/clock.h"
#include "der/der.h"
#include "tests/sic/proof.h"
#include "tests/test.h"
#include "wire/certificate.h"

#define HOUR	((uint64_t)3600000)

static bool
sign(void *self, struct span digest, uint8_t *raw, struct err *e UNUSED)
{
	device_sign(self, digest.p, raw);
	return true;
}

static void
signed_write(struct writer *w, struct span tbs, const struct device *by)
{
	struct device own = *by;
	struct signing signing = { alg_find(ALG_ECDSA_P256_SHA256), sign, &own };
	struct err e = { 0 };

	if (!issue_signed(w, tbs, &signing, device_spki(by), &e))
		fail_msg("%s", e.text);
}

struct proof
proof_of(const struct ca *ca, struct span certificate)
{
	struct proof p = { .about = ca, .signed_by = &ca->device, .reason = 1 };
	struct certificate_cut cut;
	struct certificate cert;
	struct err e = { 0 };

	CHECK(certificate_cut(certificate, &cut, &e) && certificate_read(&cut, &cert, &e));
	memcpy(p.serial, cert.serial.p, cert.serial.n);
	p.serial_len = cert.serial.n;
	return p;
}

static void
enumerated(struct writer *w, int value)
{
	uint8_t one = (uint8_t)value;

	der_put(w, 0x0a, span_of(&one, 1));
}

static void
crl_entry(struct writer *w, const struct proof *p)
{
	size_t entry = der_begin(w, DER_SEQUENCE), list, one, value;

	der_put_unsigned(w, span_of(p->serial, p->serial_len));
	der_put_time(w, clock_wall() - HOUR);
	if (p->reason >= 0) {
		list = der_begin(w, DER_SEQUENCE);
		one = der_begin(w, DER_SEQUENCE);
		der_put_oid(w, "2.5.29.21");
		value = der_begin(w, DER_OCTET_STRING);
		enumerated(w, p->reason);
		der_end(w, value);
		der_end(w, one);
		der_end(w, list);
	}
	der_end(w, entry);
}

struct span
proof_crl(const struct proof *p, struct writer *mem)
{
	AUTO_WRITER w = writer_grow(4096);
	size_t tbs = der_begin(&w, DER_SEQUENCE), list;

	der_put_small(&w, 1);
	algorithm_write(&w, alg_find(ALG_ECDSA_P256_SHA256));
	wr_bytes(&w, p->about->name, p->about->name_len);
	der_put_time(&w, clock_wall() - HOUR);
	der_put_time(&w, clock_wall() + HOUR);
	if (p->serial_len > 0) {
		list = der_begin(&w, DER_SEQUENCE);
		crl_entry(&w, p);
		der_end(&w, list);
	}
	der_end(&w, tbs);
	writer_reset(mem);
	signed_write(mem, writer_span(&w), p->signed_by);
	return writer_span(mem);
}

static void
hash_put(struct writer *w, struct span of)
{
	uint8_t hash[HASH_LEN];

	sha256(of, hash);
	der_put(w, DER_OCTET_STRING, span_of(hash, sizeof(hash)));
}

/* CertID: the key's bits are the last 65 bytes of a P-256 SubjectPublicKeyInfo. */
static void
id_put(struct writer *w, const struct proof *p)
{
	size_t id = der_begin(w, DER_SEQUENCE), algorithm = der_begin(w, DER_SEQUENCE);

	der_put_oid(w, "2.16.840.1.101.3.4.2.1");
	der_put_null(w);
	der_end(w, algorithm);
	hash_put(w, span_of(p->about->name, p->about->name_len));
	hash_put(w, span_of(p->about->device.spki + DEVICE_SPKI - 65, 65));
	der_put_unsigned(w, span_of(p->serial, p->serial_len));
	der_end(w, id);
}

static void
status_put(struct writer *w, const struct proof *p)
{
	static const char when[] = "20260101000000Z";
	size_t status, reason;

	if (p->good) {
		der_put(w, DER_CONTEXT(0), span_of(NULL, 0));
	} else {
		status = der_begin(w, DER_EXPLICIT(1));
		der_put(w, DER_GENERALIZED_TIME, span_str(when));
		if (p->reason >= 0) {
			reason = der_begin(w, DER_EXPLICIT(0));
			enumerated(w, p->reason);
			der_end(w, reason);
		}
		der_end(w, status);
	}
	der_put(w, DER_GENERALIZED_TIME, span_str(when));
}

static void
data_put(struct writer *w, const struct proof *p)
{
	size_t tbs = der_begin(w, DER_SEQUENCE), by = der_begin(w, DER_EXPLICIT(2)), list, one;

	hash_put(w, device_spki(p->signed_by));
	der_end(w, by);
	der_put(w, DER_GENERALIZED_TIME, span_str("20260101000000Z"));
	list = der_begin(w, DER_SEQUENCE);
	one = der_begin(w, DER_SEQUENCE);
	id_put(w, p);
	status_put(w, p);
	der_end(w, one);
	der_end(w, list);
	der_end(w, tbs);
}

static void
responder_put(struct writer *w, const struct proof *p)
{
	struct span name = span_of(p->about->name, p->about->name_len);
	struct device own = p->about->device;
	struct signing signing = { alg_find(ALG_ECDSA_P256_SHA256), sign, &own };
	uint64_t now = clock_wall(), until = p->responder == RESPONDER_OVER ? now - HOUR : now + HOUR;
	struct issue issue = { .kind = ISSUE_SERVICE, .subject = name,
		.spki = device_spki(p->signed_by), .issuer = name,
		.issuer_spki = device_spki(&p->about->device), .not_before = now - 2 * HOUR,
		.not_after = until, .purpose = p->responder == RESPONDER_WITHOUT_USE ?
		    "1.3.6.1.5.5.7.3.2" : "1.3.6.1.5.5.7.3.9" };
	struct err e = { 0 };

	if (!issue_certificate(w, &issue, &signing, &e))
		fail_msg("%s", e.text);
}

struct span
proof_ocsp(const struct proof *p, struct writer *mem)
{
	AUTO_WRITER w = writer_grow(4096), signed_ = writer_grow(4096);
	struct reader all, in;
	size_t basic, tagged, list;

	data_put(&w, p);
	signed_write(&signed_, writer_span(&w), p->signed_by);
	all = reader_over(writer_span(&signed_));
	CHECK(der_enter(&all, DER_SEQUENCE, &in));
	writer_reset(mem);
	basic = der_begin(mem, DER_SEQUENCE);
	wr_span(mem, span_of(in.p, in.n));
	if (p->responder != RESPONDER_NONE) {
		tagged = der_begin(mem, DER_EXPLICIT(0));
		list = der_begin(mem, DER_SEQUENCE);
		responder_put(mem, p);
		der_end(mem, list);
		der_end(mem, tagged);
	}
	der_end(mem, basic);
	return writer_span(mem);
}

const char *
revoked(struct group *g, const struct key *k, struct span key_record, struct span certificate, uint8_t what,
    struct span proof)
{
	AUTO_WRITER w = writer_grow(400000);
	struct msg_revoked m = { .key_record = key_record, .certificate = certificate, .what = what,
		.proof = proof };

	memcpy(m.key, k->id, ID_LEN);
	msg_revoked_write(&w, &m);
	return ask(g->ssa, SAM_REVOKED, writer_span(&w), NULL);
}
