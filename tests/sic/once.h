/* SPDX-License-Identifier: Apache-2.0 */
/* One-time keys towards a SAM, the honest way, step by step. */
#ifndef SIC_ONCE_H
#define SIC_ONCE_H

#include "tests/sic/ca.h"

#define ONCE_PROFILE	"short-term"

struct once_session {
	uint8_t		id[ID_LEN];
	uint64_t	expires;
	struct key	key;			/* id, spki, certificate */
	struct writer	csr, attestation;
};

/* SESSION_CHALLENGE into the statement, whose purpose and subject are there. */
const char *once_challenge(struct act *);
/* SIGN_ONCE over n random documents, kind 2 or 3; not yet written. */
struct act *act_of_once(struct group *, const struct signer *, uint8_t kind, size_t n);
/* OPEN_SESSION, certificate first. */
struct act *act_of_session(struct group *, const struct signer *);
/* SIGN_ONCE of kind 1 in that session. */
struct act *act_of_session_sign(struct group *, const struct signer *, const struct once_session *, size_t n);
/* The act as it is, written and approved by its signer. */
struct act *once_approve(struct act *, const struct signer *);

const char *once_open(struct act *, int fd, struct once_session *);
const char *once_certify(int fd, const struct once_session *, struct span certificate, struct activated *);
const char *once_sign(struct act *, int fd, struct activated *);
const char *once_end(int fd, const uint8_t session[ID_LEN]);
void	once_forget(struct once_session *);
/* A CA of that profile, installed; the certificate an honest one issues: ten minutes. */
const char *once_ca_install(struct group *, const struct ca *, const char *profile);
void	once_anchor_id(const struct ca *, const char *profile, uint8_t id[32]);
void	once_ca(struct group *, struct ca *, const char *name, const char *profile);
struct wish once_wish(const struct ca *, const struct signer *, const struct once_session *);

#endif
