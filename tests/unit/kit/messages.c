/* SPDX-License-Identifier: Apache-2.0 */
/* The table of messages for unit tests and fuzz targets. */
#include "tests/unit/kit/messages.h"
#include "wire/activate.h"
#include "wire/certificate.h"
#include "wire/enact.h"
#include "wire/hsm.h"
#include "wire/session.h"
#include "wire/status.h"
#include "wire/window.h"

static const uint8_t some[512] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18,
    19, 20 };

/* Messages in a struct, all alike. */
#define AGAIN(name)							\
	static bool							\
	again_##name(struct span in, struct writer *w, struct err *e)	\
	{								\
		static struct msg_##name m;				\
		struct reader r = reader_over(in);			\
									\
		if (!msg_##name##_read(&r, &m, e))			\
			return false;					\
		msg_##name##_write(w, &m);				\
		return true;						\
	}

AGAIN(challenge) AGAIN(challenged) AGAIN(activate) AGAIN(activated) AGAIN(use) AGAIN(results)
AGAIN(outcome) AGAIN(enact) AGAIN(enacted) AGAIN(propose) AGAIN(proposed) AGAIN(object)
AGAIN(record) AGAIN(request_certificate) AGAIN(certificate_request) AGAIN(link_certificate)
AGAIN(certificate_linked) AGAIN(status) AGAIN(head) AGAIN(roster) AGAIN(follow) AGAIN(followed)
AGAIN(receipt) AGAIN(receipted) AGAIN(hsm_hello) AGAIN(hsm_sign_head) AGAIN(hsm_generated)
AGAIN(hsm_sign) AGAIN(hsm_signed) AGAIN(open_window) AGAIN(window)
AGAIN(revoked) AGAIN(revoked_key) AGAIN(session_challenge) AGAIN(session_challenged) AGAIN(open_session) AGAIN(session_opened)
AGAIN(session_certificate) AGAIN(session_sign) AGAIN(end_session)

/* Messages that are one number or one run of bytes. */
#define AGAIN_ONE(name, type, read, write)				\
	static bool							\
	again_##name(struct span in, struct writer *w, struct err *e)	\
	{								\
		struct reader r = reader_over(in);			\
		type v;							\
									\
		if (!read(&r, &v, e))					\
			return false;					\
		write(w, v);						\
		return true;						\
	}

AGAIN_ONE(frozen, uint32_t, msg_frozen_read, msg_frozen_write)
AGAIN_ONE(hsm_hmac, struct span, msg_hsm_hmac_read, msg_hsm_hmac_write)
AGAIN_ONE(hsm_generate, uint16_t, msg_hsm_generate_read, msg_hsm_generate_write)
AGAIN_ONE(hsm_random, uint16_t, msg_hsm_random_read, msg_hsm_random_write)
AGAIN_ONE(hsm_randomness, struct span, msg_hsm_randomness_read, msg_hsm_randomness_write)
AGAIN_ONE(hsm_anchor, struct span, msg_hsm_anchor_read, msg_hsm_anchor_write)

#define AGAIN_BYTES(name, size, read, write)				\
	static bool							\
	again_##name(struct span in, struct writer *w, struct err *e)	\
	{								\
		struct reader r = reader_over(in);			\
		uint8_t v[size];					\
									\
		if (!read(&r, v, e))					\
			return false;					\
		write(w, v);						\
		return true;						\
	}

AGAIN_BYTES(hsm_mac, HSM_MAC_LEN, msg_hsm_mac_read, msg_hsm_mac_write)
AGAIN_BYTES(hsm_head_signed, HSM_HEAD_SIG_LEN, msg_hsm_head_signed_read, msg_hsm_head_signed_write)

static bool
again_refused(struct span in, struct writer *w, struct err *e)
{
	struct reader r = reader_over(in);
	struct msg_refused m;

	if (!msg_refused_read(&r, &m, e))
		return false;
	msg_refused_write(w, (enum err_code)m.code, m.reason);
	return true;
}

static bool
again_frame(struct span in, struct writer *w, struct err *e)
{
	struct frame f;
	size_t used, at;

	if (!frame_read(in, FRAME_MAX, &f, &used, e))
		return false;
	if (used == 0 || used != in.n)
		return err_set(e, ERR_FORMAT, "not one whole frame");
	at = frame_begin(w, f.type, f.number);
	wr_span(w, f.payload);
	frame_end(w, at);
	return true;
}

#define SAMPLE(name, ...)					\
	static void						\
	sample_##name(struct writer *w)				\
	{							\
		static struct msg_##name m = { __VA_ARGS__ };	\
								\
		msg_##name##_write(w, &m);			\
	}
#define SOME(n) { some, n }
#define OTHER(n) { some + 5, n }

SAMPLE(challenge, { 7, 7 }, 0x0101)
SAMPLE(challenged, { 4, 5, 6 }, 1, 1700000000000)
SAMPLE(activate, SOME(40), OTHER(30), SOME(20), OTHER(10), 3, { 0, 2, 999 })
SAMPLE(activated, { 9, 8 }, 1700000000000, { 812, 1700000000000, 2, { { 0, 0, SOME(64) }, { 1, 2, SOME(0) } } })
SAMPLE(use, { 9, 8 }, 2, { 1, 3 }, { SOME(32), OTHER(32) })
SAMPLE(results, 4711, 0, 4, { { 0, 0, SOME(64) }, { 1, 1, SOME(0) }, { 2, 2, SOME(0) },
    { 3, 3, SOME(0) } })
SAMPLE(outcome, { 1, 2, 3 }, 3, { 0, 1, 77 })
SAMPLE(enact, SOME(50), OTHER(40), SOME(0), OTHER(30))
SAMPLE(enacted, 12, { 3 }, 4, 2, { SOME(30), OTHER(30) })
SAMPLE(propose, 0x0201, { 0 }, { 5, 6 }, 1700000000000)
SAMPLE(proposed, { 5, 6 }, 13)
SAMPLE(object, RECORD_KEY, { 1 })
SAMPLE(record, 4, 3, SOME(60))
SAMPLE(request_certificate, { 1 }, SOME(20), OTHER(20))
SAMPLE(certificate_request, SOME(200), OTHER(100))
SAMPLE(link_certificate, { 1 }, SOME(20), OTHER(300))
SAMPLE(certificate_linked, 33, 5, SOME(50))
SAMPLE(status, 1, SOME(4), { 1 }, 1, 2, 3, 4, 5, SOME(5), 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
SAMPLE(session_challenge, { 7, 7 }, 0x0102, SOME(20))
SAMPLE(session_challenged, { 4, 5, 6 }, 1, 1700000000000, { 8 }, { 9 }, 1800)
SAMPLE(open_session, SOME(40), OTHER(30), SOME(0), 1)
SAMPLE(session_opened, { 8 }, { 7 }, 1700000000000, SOME(200), OTHER(100))
SAMPLE(session_certificate, { 8 }, SOME(300))
SAMPLE(session_sign, SOME(40), OTHER(30), SOME(20))
SAMPLE(end_session, { 8 })
SAMPLE(head, { 1, 2, 3 }, SOME(91), OTHER(91), SOME(170))
SAMPLE(roster, { 1 }, 2, 1, 1, 1, { { { 1 }, 1, 1, SOME(3), SOME(91) },
    { { 2 }, 5, 2, OTHER(3), OTHER(91) } }, { { { 3 }, 1, "short-term", SOME(5) } },
    { { { 4 }, 2, { 5 }, SOME(6), OTHER(91) } },
    { { { 6 }, SOME(20), OTHER(8), 1, SOME(91), OTHER(0), 0, SOME(7), 2, { { SOME(4), 1 }, { OTHER(9), 2 } } } })
SAMPLE(revoked, { 7 }, SOME(100), SOME(60), PROOF_OCSP, OTHER(80))
SAMPLE(revoked_key, 812, 3)
SAMPLE(follow, 4096, ONLY_READS)
SAMPLE(followed, 4096, SOME(200))
SAMPLE(receipt, 812, { 1 }, { 2 }, SOME(40))
SAMPLE(receipted, SOME(150), 20, 7, 2, { { 1 }, { 2 } }, { 3 }, OTHER(200))
SAMPLE(hsm_hello, SOME(3), SOME(4), SOME(5), 0x1085, 0x1f, 2, { 1, 32 }, SOME(91), OTHER(91))
SAMPLE(hsm_sign_head, HSM_KEY_LOG, { 1, 2 })
SAMPLE(hsm_generated, SOME(91), 0x2109, OTHER(140))
SAMPLE(hsm_sign, 1, SOME(91), 0x2109, OTHER(140), 2, { SOME(32), OTHER(32) })
SAMPLE(hsm_signed, 2, { 0, 1 }, { SOME(64) })
SAMPLE(open_window, { 1 }, SOME(20), OTHER(20), { 3, 4 }, 300, 100)
SAMPLE(window, { 9, 8 }, 1700000000000, { 5, 6 })

static void sample_frozen(struct writer *w) { msg_frozen_write(w, 7); }
static void sample_hsm_hmac(struct writer *w) { msg_hsm_hmac_write(w, span_of(some, 49)); }
static void sample_hsm_generate(struct writer *w) { msg_hsm_generate_write(w, 16); }
static void sample_hsm_random(struct writer *w) { msg_hsm_random_write(w, 64); }
static void
sample_hsm_randomness(struct writer *w)
{
	msg_hsm_randomness_write(w, span_of(some, 64));
}

static void sample_hsm_anchor(struct writer *w) { msg_hsm_anchor_write(w, span_of(some, 80)); }
static void sample_hsm_mac(struct writer *w) { msg_hsm_mac_write(w, some); }
static void sample_hsm_head_signed(struct writer *w) { msg_hsm_head_signed_write(w, some); }
static void sample_refused(struct writer *w) { msg_refused_write(w, ERR_DENIED, "nonce"); }

static void
sample_frame(struct writer *w)
{
	size_t at = frame_begin(w, SAM_STATUS, 77);

	wr_bytes(w, some, 10);
	frame_end(w, at);
}

#define ROW(name) { #name, again_##name, sample_##name }

const struct message messages[] = {
	ROW(frame), ROW(refused), ROW(challenge), ROW(challenged), ROW(activate), ROW(activated),
	ROW(use), ROW(results), ROW(outcome), ROW(enact), ROW(enacted), ROW(propose),
	ROW(proposed), ROW(object), ROW(frozen), ROW(record), ROW(request_certificate),
	ROW(certificate_request), ROW(link_certificate), ROW(certificate_linked), ROW(status),
	ROW(head), ROW(roster), ROW(follow), ROW(followed), ROW(receipt), ROW(receipted),
	ROW(hsm_hello), ROW(hsm_hmac), ROW(hsm_mac), ROW(hsm_sign_head), ROW(hsm_head_signed),
	ROW(hsm_generate), ROW(hsm_generated), ROW(hsm_sign), ROW(hsm_signed), ROW(hsm_random),
	ROW(hsm_randomness), ROW(hsm_anchor), ROW(open_window), ROW(window),
	ROW(revoked), ROW(revoked_key), ROW(session_challenge), ROW(session_challenged), ROW(open_session), ROW(session_opened),
	ROW(session_certificate), ROW(session_sign), ROW(end_session),
};
const size_t messages_count = sizeof(messages) / sizeof(messages[0]);
