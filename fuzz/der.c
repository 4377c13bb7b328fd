/* SPDX-License-Identifier: Apache-2.0 */
/* 0: certificates, 1: requests, 2: Names, 3: their text, 4: signatures, 5: CRLs, 6: OCSP. */
#include <stdlib.h>

#include "der/certificate.h"
#include "der/csr.h"
#include "der/name.h"
#include "der/ocsp.h"
#include "fuzz/fuzz.h"

/* Also what only authentic bytes reach, as a CA may be broken. */
static void
certificate(struct span in)
{
	struct certificate_cut cut;
	struct certificate c;
	struct err e = { 0 };

	if (certificate_cut(in, &cut, &e) && certificate_read(&cut, &c, &e))
		(void)!certificate_fits(&c, c.spki, c.subject, NULL, c.not_before, 1000, &e);
}

static void
request(struct span in)
{
	struct csr csr;
	struct err e = { 0 };

	(void)!csr_open(in, &csr, &e);
}

static void
name(struct span in)
{
	char text[NAME_MAX_TEXT];
	struct err e = { 0 };

	if (name_check(in, &e) && !name_to_text(in, text, sizeof(text), &e))
		bug("a Name that was taken has no text");
}

static void
name_text(struct span in)
{
	AUTO_WRITER der = writer_grow(4096);
	char *text = strndup((const char *)in.p, in.n);
	struct err e = { 0 };

	if (name_from_text(text, &der, &e) && !name_check(writer_span(&der), &e))
		bug("a Name that we wrote is not taken");
	free(text);
}

static void
signature(struct span in)
{
	for (size_t i = 0; alg_at(i) != NULL; i++) {
		AUTO_WRITER der = writer_grow(SIGNATURE_DER_MAX);
		uint8_t raw[SIGNATURE_MAX];

		if (signature_from_der(alg_at(i), in, raw) &&
		    (!signature_to_der(alg_at(i), span_of(raw, alg_at(i)->signature_len), &der) ||
		    !span_equal(writer_span(&der), in)))
			bug("two encodings of a signature");
	}
}

/* Under a key that signed nothing: what stands before the signature's judgement. */
static void
revocation(struct span in, bool (*revokes)(struct span, const struct issuing_ca *))
{
	static const uint8_t spki[91], name[2] = { 0x30, 0 };
	struct issuing_ca ca = { .alg = alg_find(ALG_ECDSA_P256_SHA256), .spki = span_of(spki, 91),
		.issuer = span_of(name, 2) };

	if (revokes(in, &ca))
		bug("a proof that nobody signed");
}

static bool
by_crl(struct span in, const struct issuing_ca *ca)
{
	struct err e = { 0 };

	return crl_revokes(in, ca, span_of("\x05", 1), &e);
}

static bool
by_ocsp(struct span in, const struct issuing_ca *ca)
{
	struct err e = { 0 };

	return ocsp_revokes(in, ca, span_of("\x05", 1), 1790000000000, &e);
}

static void
crl(struct span in)
{
	revocation(in, by_crl);
}

static void
ocsp(struct span in)
{
	revocation(in, by_ocsp);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const kinds[])(struct span) = { certificate, request, name, name_text, signature,
		crl, ocsp };
	struct span in = span_of(data, size);
	size_t which = fuzz_pick(&in, COUNT(kinds));

	if (which != SIZE_MAX)
		kinds[which](in);
	return 0;
}
