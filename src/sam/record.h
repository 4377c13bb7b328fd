/* SPDX-License-Identifier: Apache-2.0 */
/* What stands inside a sealed record: R.Signer with its reference authentication data, and the key
 * with R.SVD. PROTOCOL.sam 3.1, 3.2; EN 419 241-2, 3.1 assets. */
#ifndef SAM_RECORD_H
#define SAM_RECORD_H

#include "base/err.h"
#include "crypto/alg.h"
#include "statement/statement.h"

#define AUTHENTICATORS_MAX	8
#define KEYS_MAX		32

struct authenticator {
	uint8_t		id[16];
	uint8_t		type, protection;
	struct span	spki, label;
	uint64_t	bound;
	struct span	credential;		/* passkey: WebAuthn credential id; module: its id and the person's */
	uint8_t		flags;			/* of a passkey at its enrolment: authenticator_flag */
};

struct signer_record {
	uint8_t		loa;
	struct span	proofing;
	uint8_t		evidence[32];
	struct span	name;			/* DER Name: subject of the certificates */
	uint8_t		code[32];
	uint64_t	enrolled;		/* log sequence number of the INVITE */
	size_t		authenticators;
	struct authenticator authenticator[AUTHENTICATORS_MAX];
	size_t		keys;
	uint8_t		key[KEYS_MAX][16];
	uint8_t		evidences[KEYS_MAX];	/* how many approvals each use of the key needs */
	uint8_t		with[KEYS_MAX][16];	/* one of them is this authenticator's; zero: anybody's */
};

struct key_record {
	const struct alg *alg;
	uint8_t		class, level;
	uint8_t		profile[16];
	struct span	spki;
	uint64_t	created;
	uint32_t	mech;
	struct span	wrapped;		/* sealed once more: seal_unwrapped */
	uint8_t		cert[32];		/* SHA-256 of its certificate */
	uint64_t	not_before, not_after;
	uint8_t		with[16];		/* as in CREATE_KEY: of a module's, its share opens `wrapped` */
	struct span	csr;			/* of a key that nobody opens later without a grant; else empty */
};
#define RECORD_CSR_MAX	2048

bool	signer_record_read(struct span, struct signer_record *, struct err *) MUST_USE;	/* lends */
void	signer_record_write(struct writer *, const struct signer_record *);
bool	key_record_read(struct span, struct key_record *, struct err *) MUST_USE;	/* lends */
void	key_record_write(struct writer *, const struct key_record *);

const struct authenticator *signer_authenticator(const struct signer_record *, const uint8_t id[16]);
/* How many evidences this key asks for; 0: it is not the signer's. */
uint8_t	signer_key_evidences(const struct signer_record *, const uint8_t id[16]);
const uint8_t *signer_key_with(const struct signer_record *, const uint8_t id[16]);	/* NULL: as above */
bool	signer_has_key(const struct signer_record *, const uint8_t id[16]);

#endif
