/* SPDX-License-Identifier: Apache-2.0 */
/* CHALLENGE, ACTIVATE, USE, OUTCOME. PROTOCOL.sam 4.2-4.4, 4.8 */
#include "wire/activate.h"

static const struct field msg_challenge_fields[] = {
	{ BYTES(struct msg_challenge, signer) },
	{ NUMBER(struct msg_challenge, purpose) },
	{ FIELD_END },
};
MESSAGE(msg_challenge, "CHALLENGE")

static const struct field msg_challenged_fields[] = {
	{ BYTES(struct msg_challenged, fresh) },
	{ NUMBER(struct msg_challenged, epoch) },
	{ NUMBER(struct msg_challenged, now) },
	{ FIELD_END },
};
MESSAGE(msg_challenged, "CHALLENGE answer")

static const struct field activate_index[] = {
	{ NUMBER(struct msg_activate, index[0]), EACH_OF(struct msg_activate, index), .rises = true },
	{ FIELD_END },
};
static const struct field msg_activate_fields[] = {
	{ SPAN32(struct msg_activate, statement, 1, STATEMENT_WIRE_MAX) },
	{ SPAN32(struct msg_activate, evidences, 1, EVIDENCES_WIRE_MAX) },
	{ SPAN32(struct msg_activate, signer_record, 1, RECORD_MAX) },
	{ SPAN32(struct msg_activate, key_record, 1, RECORD_MAX) },
	{ LIST32(struct msg_activate, n, 0, USES_MAX, activate_index) },
	{ FLAG(struct msg_activate, next) },
	{ FIELD_END },
};
MESSAGE(msg_activate, "ACTIVATE")

static const struct field result[] = {
	{ NUMBER(struct msg_results, result[0].index), EACH_OF(struct msg_results, result) },
	{ RANGE(struct msg_results, result[0].status, 0, USE_SPENT), EACH_OF(struct msg_results, result) },
	{ SPAN16(struct msg_results, result[0].signature, 0, SIGNATURE_WIRE_MAX),
	    EACH_OF(struct msg_results, result) },
	{ FIELD_END },
};
static const struct field msg_results_fields[] = {
	{ NUMBER(struct msg_results, place) },
	{ NUMBER(struct msg_results, signing) },
	{ LIST32(struct msg_results, n, 0, USES_MAX, result) },
	{ FIELD_END },
};
MESSAGE(msg_results, "results")

static const struct field activated_next[] = {
	{ PART(struct msg_activated, next, msg_challenged_fields) },
	{ FIELD_END },
};
static const struct field msg_activated_fields[] = {
	{ BYTES(struct msg_activated, activation) },
	{ NUMBER(struct msg_activated, expires) },
	{ PART(struct msg_activated, results, msg_results_fields) },
	{ LIST8(struct msg_activated, has_next, 0, 1, activated_next) },
	{ FIELD_END },
};
MESSAGE(msg_activated, "ACTIVATE answer")

static const struct field use_item[] = {
	{ NUMBER(struct msg_use, index[0]), EACH_OF(struct msg_use, index), .rises = true },
	{ SPAN8(struct msg_use, digest[0], 1, DIGEST_MAX), EACH_OF(struct msg_use, digest) },
	{ FIELD_END },
};
static const struct field msg_use_fields[] = {
	{ BYTES(struct msg_use, activation) },
	{ LIST32(struct msg_use, n, 1, USES_MAX, use_item) },
	{ FIELD_END },
};
MESSAGE(msg_use, "USE")

static const struct field outcome_index[] = {
	{ NUMBER(struct msg_outcome, index[0]), EACH_OF(struct msg_outcome, index), .rises = true },
	{ FIELD_END },
};
static const struct field msg_outcome_fields[] = {
	{ BYTES(struct msg_outcome, d) },
	{ LIST32(struct msg_outcome, n, 1, USES_MAX, outcome_index) },
	{ FIELD_END },
};
MESSAGE(msg_outcome, "OUTCOME")
