/* SPDX-License-Identifier: Apache-2.0 */
/* OPEN_WINDOW, CLOSE_WINDOWS. PROTOCOL.sam 4.10 */
#include "wire/window.h"

static bool
session_is_named(const void *message)
{
	static const uint8_t none[ID_LEN];
	const struct msg_open_window *m = message;

	return memcmp(m->session, none, sizeof(none)) != 0;
}

static const struct field msg_open_window_fields[] = {
	{ BYTES(struct msg_open_window, key) },
	{ SPAN32(struct msg_open_window, signer_record, 1, RECORD_MAX) },
	{ SPAN32(struct msg_open_window, key_record, 1, RECORD_MAX) },
	{ BYTES(struct msg_open_window, session) },
	{ RANGE(struct msg_open_window, seconds, 1, UINT32_MAX) },
	{ RANGE(struct msg_open_window, count, 1, USES_MAX) },
	{ CHECKED(session_is_named) },
	{ FIELD_END },
};
MESSAGE(msg_open_window, "OPEN_WINDOW")

static const struct field msg_window_fields[] = {
	{ BYTES(struct msg_window, activation) },
	{ NUMBER(struct msg_window, expires) },
	{ BYTES(struct msg_window, d) },
	{ FIELD_END },
};
MESSAGE(msg_window, "OPEN_WINDOW answer")

static bool
closed_session_is_named(const void *message)
{
	static const uint8_t none[ID_LEN];
	const struct msg_close_windows *m = message;

	return memcmp(m->session, none, sizeof(none)) != 0;
}

static const struct field msg_close_windows_fields[] = {
	{ BYTES(struct msg_close_windows, session) },
	{ CHECKED(closed_session_is_named) },
	{ FIELD_END },
};
MESSAGE(msg_close_windows, "CLOSE_WINDOWS")

static const struct field msg_windows_closed_fields[] = {
	{ NUMBER(struct msg_windows_closed, n) },
	{ FIELD_END },
};
MESSAGE(msg_windows_closed, "CLOSE_WINDOWS answer")
