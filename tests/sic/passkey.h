/* SPDX-License-Identifier: Apache-2.0 */
/* Signers and officers who approve with passkeys: tests/unit/kit/soft_passkey.h towards a SAM. */
#ifndef SIC_PASSKEY_H
#define SIC_PASSKEY_H

#include "audit/genesis.h"
#include "tests/sic/people.h"
#include "tests/unit/kit/soft_passkey.h"

/* As tools/trial-group founds its groups. */
#define SIC_ORIGIN	"http://approve.localhost:8444"
#define SIC_RP_ID	"approve.localhost"
#define SSA_ORIGIN	"http://sign.localhost:8443"
#define SSA_RP_ID	"sign.localhost"

/* BIND or ADD_AUTHENTICATOR, with nonce and honest enrolment, not yet written. */
struct act *act_of_enrolment(struct group *, const struct signer *, uint16_t purpose,
	    const struct soft_passkey *, enum soft_format, const struct soft_maker *);
/* Its attestation and client data once more: other passkey, type, origin or challenge. */
void	act_enrol(struct act *, const struct soft_passkey *, enum soft_format,
	    const struct soft_maker *, const char *type, const char *origin, const uint8_t fresh[40]);
/* Evidence of type 2, honest; id NULL is the zero id. */
void	act_approve_passkey(struct act *, const uint8_t *id, struct soft_passkey *);
/* Evidence of type 2 as given. */
void	act_evidence_passkey(struct act *, const uint8_t *id, struct span body);

/* BIND with the code; s->authenticator is the passkey's then. "" or the reason. */
const char *passkey_bind(struct group *, struct signer *, struct soft_passkey *, enum soft_format,
	    const struct soft_maker *);
/* CREATE_KEY, certificate, approved by passkey alone. "" or the reason of CREATE_KEY. */
const char *passkey_key_ready(struct group *, struct signer *, struct key *, struct soft_passkey *);
struct policy trial_policy(void);
const char *set_whole_policy(struct group *, const struct policy *);

#endif
