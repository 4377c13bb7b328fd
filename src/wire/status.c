/* SPDX-License-Identifier: Apache-2.0 */
/* STATUS, HEAD, ROSTER, FOLLOW, RECEIPT. PROTOCOL.sam 4.1, 4.8 */
#include "wire/activate.h"
#include "wire/status.h"

static const struct field msg_status_fields[] = {
	{ RANGE(struct msg_status, state, 0, SAM_CLOSED) },
	{ SPAN8(struct msg_status, why, 0, 200) },
	{ BYTES(struct msg_status, group) },
	{ NUMBER(struct msg_status, epoch) },
	{ NUMBER(struct msg_status, size) },
	{ NUMBER(struct msg_status, anchored) },
	{ NUMBER(struct msg_status, room) },
	{ NUMBER(struct msg_status, now) },
	{ SPAN8(struct msg_status, version, 0, 64) },
	{ NUMBER(struct msg_status, workers) },
	{ NUMBER(struct msg_status, busy) },
	{ NUMBER(struct msg_status, activations) },
	{ NUMBER(struct msg_status, signers) },
	{ NUMBER(struct msg_status, keys) },
	{ NUMBER(struct msg_status, signed_count) },
	{ NUMBER(struct msg_status, refused) },
	{ NUMBER(struct msg_status, follower) },
	{ NUMBER(struct msg_status, sessions) },
	{ NUMBER(struct msg_status, stock) },
	{ FIELD_END },
};
MESSAGE(msg_status, "STATUS answer")

static const struct field msg_head_fields[] = {
	{ BYTES(struct msg_head, head) },
	{ SPAN16(struct msg_head, log_key, 1, 1024) },
	{ SPAN16(struct msg_head, attestation_key, 1, 1024) },
	{ SPAN16(struct msg_head, transport, 0, 1024) },
	{ FIELD_END },
};
MESSAGE(msg_head, "HEAD answer")

static const struct field roster_officers[] = {
	{ BYTES(struct msg_roster, officer[0].id), EACH_OF(struct msg_roster, officer) },
	{ NUMBER(struct msg_roster, officer[0].role), EACH_OF(struct msg_roster, officer) },
	{ NUMBER(struct msg_roster, officer[0].type), EACH_OF(struct msg_roster, officer) },
	{ SPAN8(struct msg_roster, officer[0].person, 1, 64), EACH_OF(struct msg_roster, officer) },
	{ SPAN16(struct msg_roster, officer[0].spki, 1, 1024), EACH_OF(struct msg_roster, officer) },
	{ FIELD_END },
};
static const struct field roster_anchors[] = {
	{ BYTES(struct msg_roster, anchor[0].id), EACH_OF(struct msg_roster, anchor) },
	{ NUMBER(struct msg_roster, anchor[0].usage), EACH_OF(struct msg_roster, anchor) },
	{ BYTES(struct msg_roster, anchor[0].profile), EACH_OF(struct msg_roster, anchor) },
	{ SPAN8(struct msg_roster, anchor[0].label, 1, 64), EACH_OF(struct msg_roster, anchor) },
	{ FIELD_END },
};
static const struct field roster_peers[] = {
	{ BYTES(struct msg_roster, peer[0].id), EACH_OF(struct msg_roster, peer) },
	{ NUMBER(struct msg_roster, peer[0].kind), EACH_OF(struct msg_roster, peer) },
	{ BYTES(struct msg_roster, peer[0].peer), EACH_OF(struct msg_roster, peer) },
	{ SPAN8(struct msg_roster, peer[0].label, 1, 64), EACH_OF(struct msg_roster, peer) },
	{ SPAN16(struct msg_roster, peer[0].key, 1, 1024), EACH_OF(struct msg_roster, peer) },
	{ FIELD_END },
};
static const struct field roster_acrs[] = {
	{ SPAN8(struct roster_provider, acr[0].acr, 1, 128), EACH_OF(struct roster_provider, acr) },
	{ RANGE(struct roster_provider, acr[0].level, 1, 2), EACH_OF(struct roster_provider, acr) },
	{ FIELD_END },
};
static const struct field roster_provider[] = {
	{ BYTES(struct roster_provider, id) },
	{ SPAN8(struct roster_provider, issuer, 1, 200) },
	{ SPAN8(struct roster_provider, client, 1, 128) },
	{ NUMBER(struct roster_provider, alg) },
	{ SPAN16(struct roster_provider, key, 1, 1024) },
	{ SPAN8(struct roster_provider, transaction, 0, 64) },
	{ NUMBER(struct roster_provider, assurance) },
	{ SPAN8(struct roster_provider, label, 1, 64) },
	{ LIST8(struct roster_provider, acrs, 1, ROSTER_ACRS_MAX, roster_acrs) },
	{ FIELD_END },
};
static const struct field roster_providers[] = {
	{ PART(struct msg_roster, provider[0], roster_provider), EACH_OF(struct msg_roster, provider) },
	{ FIELD_END },
};
static const struct field msg_roster_fields[] = {
	{ BYTES(struct msg_roster, policy) },
	{ LIST8(struct msg_roster, officers, 0, OFFICERS_MAX, roster_officers) },
	{ LIST8(struct msg_roster, anchors, 0, ANCHORS_MAX, roster_anchors) },
	{ LIST8(struct msg_roster, peers, 0, PEERS_MAX, roster_peers) },
	{ LIST8(struct msg_roster, providers, 0, PROVIDERS_MAX, roster_providers) },
	{ FIELD_END },
};
MESSAGE(msg_roster, "ROSTER answer")

static const struct field msg_follow_fields[] = {
	{ NUMBER(struct msg_follow, from) },
	{ NUMBER(struct msg_follow, durable) },
	{ FIELD_END },
};
MESSAGE(msg_follow, "FOLLOW")

static const struct field msg_followed_fields[] = {
	{ NUMBER(struct msg_followed, from) },
	{ SPAN32(struct msg_followed, bytes, 0, FOLLOW_MAX) },
	{ FIELD_END },
};
MESSAGE(msg_followed, "FOLLOW answer")

static const struct field msg_receipt_fields[] = {
	{ NUMBER(struct msg_receipt, place) },
	{ BYTES(struct msg_receipt, signer) },
	{ BYTES(struct msg_receipt, authenticator) },
	{ SPAN32(struct msg_receipt, signer_record, 0, RECORD_MAX) },
	{ FIELD_END },
};
MESSAGE(msg_receipt, "RECEIPT")

static const struct field receipted_proof[] = {
	{ BYTES(struct msg_receipted, proof[0]), EACH_OF(struct msg_receipted, proof) },
	{ FIELD_END },
};
static const struct field msg_receipted_fields[] = {
	{ SPAN32(struct msg_receipted, entry, 1, FRAME_MAX) },
	{ NUMBER(struct msg_receipted, size) },
	{ NUMBER(struct msg_receipted, index) },
	{ LIST8(struct msg_receipted, n, 0, PROOF_MAX, receipted_proof) },
	{ BYTES(struct msg_receipted, head) },
	{ SPAN16(struct msg_receipted, attestation, 1, 1024) },
	{ FIELD_END },
};
MESSAGE(msg_receipted, "RECEIPT answer")
