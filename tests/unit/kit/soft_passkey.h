/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An authenticator and a browser in software: keys of each kind, real attestation objects, real
 * assertions. ES256 and EdDSA are the same in every run. Each part can be made wrong by itself.
 */
#ifndef TESTS_KIT_SOFT_PASSKEY_H
#define TESTS_KIT_SOFT_PASSKEY_H

#include <openssl/evp.h>

#include "base/writer.h"
#include "tests/unit/kit/fixed_key.h"
#include "webauthn/passkey.h"

struct soft_passkey {
	enum passkey_kind kind;
	struct fixed_key key;			/* ES256 */
	uint8_t		seed[32];		/* EdDSA */
	EVP_PKEY	*rsa;
	uint8_t		spki[PASSKEY_SPKI_MAX];
	size_t		spki_len;
	uint8_t		credential[32], aaguid[16];
	uint8_t		flags;			/* user present and verified, unless changed */
	uint32_t	count;
	const char	*rp_id;
	bool		extensions;
};

struct soft_maker {				/* who attests: a CA and the key below it */
	struct fixed_key ca, leaf;
	uint64_t	not_before, not_after;
	bool		is_ca;			/* the leaf says so of itself */
};

enum soft_format { SOFT_NONE, SOFT_SELF, SOFT_PACKED, SOFT_TPM };

void	soft_passkey_make(struct soft_passkey *, const char *name, enum passkey_kind,
	    const char *rp_id);
void	soft_passkey_free(struct soft_passkey *);
static inline struct span
soft_spki(const struct soft_passkey *p)
{
	return span_of(p->spki, p->spki_len);
}

/* As Chrome writes it; `more` (",\"a\":1") may be empty. */
void	soft_client_data(struct writer *, const char *type, const uint8_t challenge[32],
	    const char *origin, const char *more);
/* What propria asks navigator.credentials.create for under this nonce. */
void	soft_create_challenge(const uint8_t fresh[40], uint8_t out[32]);
void	soft_base64url(const uint8_t in[32], char out[44]);

void	soft_authenticator_data(struct writer *, const struct soft_passkey *, bool attested);
void	soft_cose_key(struct writer *, const struct soft_passkey *);
void	soft_sign(const struct soft_passkey *, struct span message, struct writer *sig);
/* The body of evidence type 2: signs data || SHA-256(client). */
void	soft_assertion(struct writer *, const struct soft_passkey *, struct span data,
	    struct span client);
/* The usual one: get, over this challenge, at this origin. The counter goes on. */
void	soft_get(struct writer *, struct soft_passkey *, const uint8_t challenge[32],
	    const char *origin);

void	soft_maker_make(struct soft_maker *, const char *name, uint64_t now_ms);
struct span soft_maker_name(void);		/* DER: issuer of the leaf */
void	soft_maker_leaf(struct writer *, const struct soft_maker *, const uint8_t aaguid[16]);
void	soft_attestation(struct writer *, const struct soft_passkey *, enum soft_format,
	    const struct soft_maker *, struct span client);

void	cbor_put(struct writer *, unsigned major, uint64_t value);
void	cbor_put_text(struct writer *, const char *);
void	cbor_put_bytes(struct writer *, struct span);

#endif
