/* SPDX-License-Identifier: Apache-2.0 */
/* A signer with his device, and his keys: made the honest way, step by step. */
#ifndef SIC_PEOPLE_H
#define SIC_PEOPLE_H

#include "tests/sic/act.h"

struct signer {
	uint8_t		id[ID_LEN], authenticator[ID_LEN];
	uint8_t		code[CODE_LEN];
	struct device	device;
	uint8_t		name[128];		/* DER */
	size_t		name_len;
	uint32_t	version;
	struct writer	record, old_record;	/* sealed; the one before */
};

struct key {
	uint8_t		id[ID_LEN];
	uint8_t		spki[DEVICE_SPKI];	/* known from REQUEST_CERTIFICATE on */
	uint32_t	version;
	struct writer	record, old_record;
	struct writer	certificate;
};

/* Each step as it should go; the test fails where it does not. */
void	signer_invite(struct group *, struct signer *, const char *name);
void	signer_bind(struct group *, struct signer *);
void	key_create(struct group *, struct signer *, struct key *);	/* SCAL2 */
void	key_create_at(struct group *, struct signer *, struct key *, uint8_t level);
void	key_request(struct group *, const struct signer *, struct key *);
void	key_link(struct group *, const struct signer *, struct key *);	/* a year */
void	key_ready(struct group *, struct signer *, struct key *);	/* the last three */
void	signer_ready(struct group *, struct signer *, struct key *, const char *name);	/* all */
void	signer_forget(struct signer *);
void	key_forget(struct key *);

/* The honest act before its approval: change it, act_write, act_approve, send. */
struct act *act_of_invite(struct group *, const struct signer *);
struct act *act_of_bind(struct group *, const struct signer *, const struct device *);
struct act *act_of_signer(struct group *, const struct signer *, uint16_t purpose);
struct act *act_of_create(struct group *, const struct signer *);
struct act *act_of_key(struct group *, const struct signer *, const struct key *, uint16_t purpose);
/* SIGN with n random digests, nonce and all, not yet written. */
struct act *act_of_sign(struct group *, const struct signer *, const struct key *, size_t n);
void	act_approve_signer(struct act *, const struct signer *);
/* Written and approved. */
struct act *act_of_sign_approved(struct group *, const struct signer *, const struct key *, size_t n);

/* A registration officer's act from proposal to enactment; the reason. */
const char *officer_does(struct group *, const struct signer *, uint16_t purpose);
/* Security officers: body as it stands in `a`, approved by so[0..n). Takes the act. */
const char *security_does(struct act *, size_t n);
const char *freeze(struct group *, uint8_t type, const uint8_t id[ID_LEN]);
uint8_t	state_of(struct group *, uint8_t type, const uint8_t id[ID_LEN]);
const char *set_policy(struct group *, uint32_t life_ms, uint16_t protections, uint8_t so_quorum);

#endif
