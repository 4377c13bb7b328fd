/* SPDX-License-Identifier: Apache-2.0 */
/* One payload of each kind, written from its struct. */
#include "tests/unit/audit/fixture.h"
#include "tests/unit/audit/payloads.h"

static const uint8_t fill[400] = { 1, 2, 3 };

static void
write_state(struct writer *w, enum entry_kind kind)
{
	struct span some = span_of(fill, 20);
	struct entry_genesis genesis = { some, some, some };
	struct entry_start start = { .life = 5, .program = span_str("propria 1") };
	struct entry_stop stop = { span_str("asked") };
	struct head head = { .epoch = 1, .size = 4 };
	struct entry_proposed proposed = { .purpose = 0x0201, .expires = 9 };
	struct entry_act act = { some, some };
	struct entry_signer signer = { .version = 3, .state = 5, .cause = 0x0205, .record = some };
	struct entry_key key = { .version = 3, .state = 5, .cause = 2 };

	test_id(signer.id, 0xaa);
	test_id(key.id, 0xbb);
	switch (kind) {
	case ENTRY_GENESIS: entry_genesis_write(w, &genesis); break;
	case ENTRY_START: entry_start_write(w, &start); break;
	case ENTRY_STOP: entry_stop_write(w, &stop); break;
	case ENTRY_HEAD_SIGNED: entry_head_signed_write(w, &head); break;
	case ENTRY_PROPOSED: entry_proposed_write(w, &proposed); break;
	case ENTRY_ACT: entry_act_write(w, &act); break;
	case ENTRY_SIGNER: entry_signer_write(w, &signer); break;
	default: entry_key_write(w, &key); break;
	}
}

void
test_payload(struct writer *w, enum entry_kind kind)
{
	static const uint32_t index[] = { 0, 7, 999 };
	struct outcome_item items[] = {
		{ 0, OUTCOME_SIGNED, { fill, 48 }, { fill, 96 } },
		{ 999, OUTCOME_UNKNOWN, { fill, 48 }, { NULL, 0 } },
	};
	struct refusals_item counts[] = { { span_str("nonce"), 5 }, { span_str("busy"), 70000 } };
	struct entry_reserved reserved = { .seen = 2, .exp = 8, .uses = 3, .n = COUNT(index) };
	struct entry_outcome outcome = { .reserved = 1, .alg = 2, .n = COUNT(items) };
	struct entry_refused refused = { .reason = span_str("replay"), .request = 8, .socket = 1 };
	struct entry_refusals refusals = { .since = 1, .n = COUNT(counts) };
	struct entry_window window = { .expires = 9, .count = 1000 };
	struct entry_session session = { .alg = 1, .kind = 2, .profile = "short-term", .expires = 9 };
	struct entry_session_certified certified = { .not_before = 1, .not_after = 2 };
	struct entry_session_ended ended = { .why = SESSION_SIGNED };
	struct span some = span_of(fill, 91);
	struct entry_try try = { .purpose = 0x0101 };
	struct entry_tried tried = { .what = TRIED_PIN };
	struct entry_granted granted = { .peer = { 1 }, .signer = { 2 }, .factors = 3, .level = 2,
		.step = 5, .grant = { 3 }, .uses = 1 };
	struct entry_person person = { .version = 2, .state = PERSON_ACTIVE, .cause = 0x0602,
		.statement = some, .record = some };
	struct entry_grant_key grant_key = { .spki = some, .record = some };
	struct entry_alarm alarm = { span_str("clock"), span_str("1 h, \xc3\xa9") };

	switch (kind) {
	case ENTRY_RESERVED: entry_reserved_write(w, &reserved, index); break;
	case ENTRY_OUTCOME: entry_outcome_write(w, &outcome, items); break;
	case ENTRY_REFUSED: entry_refused_write(w, &refused); break;
	case ENTRY_REFUSALS: entry_refusals_write(w, &refusals, counts); break;
	case ENTRY_WINDOW: entry_window_write(w, &window); break;
	case ENTRY_SESSION: entry_session_write(w, &session); break;
	case ENTRY_SESSION_CERTIFIED: entry_session_certified_write(w, &certified); break;
	case ENTRY_SESSION_ENDED: entry_session_ended_write(w, &ended); break;
	case ENTRY_ALARM: entry_alarm_write(w, &alarm); break;
	case ENTRY_TRY: entry_try_write(w, &try); break;
	case ENTRY_TRIED: entry_tried_write(w, &tried); break;
	case ENTRY_GRANTED: entry_granted_write(w, &granted); break;
	case ENTRY_PERSON: entry_person_write(w, &person); break;
	case ENTRY_GRANT_KEY: entry_grant_key_write(w, &grant_key); break;
	default: write_state(w, kind); break;
	}
}
