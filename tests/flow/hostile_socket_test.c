/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sockets themselves: operations without approval, on the wrong socket, frames that are none,
 * floods. Catalogue section 9, rows 19 and 20; design review H7, H8.
 */
#include <errno.h>
#include <poll.h>
#include <pwd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "hostile.h"
#include "tests/sic/frames.h"
#include "wire/activate.h"

#define FLOOD		3000
#define CONNECTIONS	140	/* more than both sockets have */

static struct group group;
static struct signer alice;
static struct key good;

static int
set_up(void **state UNUSED)
{
	group_found(&group);
	group_start(&group);
	ca_of_group(&group);
	signer_ready(&group, &alice, &good, "CN=Alice Example,C=SE");
	return 0;
}

static int
tear_down(void **state UNUSED)
{
	signer_forget(&alice);
	key_forget(&good);
	group_end(&group);
	return 0;
}

static void
still_signs(void)
{
	struct act *a = act_of_sign_approved(&group, &alice, &good, 1);
	struct activated got;

	assert_string_equal(act_activate(a, group.ssa, &got), "");
	assert_int_equal(got.signed_, 1);
	act_free(a);
}

/* One frame on a connection of its own: the SAM logs it and closes. */
static void
closes(struct hostile *h, const char *socket, const char *row, struct span bytes)
{
	int fd = group_connect(&group, socket);
	bool closed = fd >= 0 && frames_send(fd, bytes) && frames_peer_closes(fd, 3000);

	hostile_expect(h, row, "parse", closed ? "parse" : "open");
	if (fd >= 0)
		close(fd);
}

static void
closes_type(struct hostile *h, const char *socket, uint8_t type, size_t payload)
{
	AUTO_WRITER w = writer_grow(FRAME_MAX * 2);
	char row[64];

	snprintf(row, sizeof(row), "type %u with %zu bytes on %s", type, payload, socket);
	frames_head(&w, (uint32_t)(FRAME_HEAD - 4 + payload), type, 1);
	wr_zero(&w, payload);
	closes(h, socket, row, writer_span(&w));
}

TEST(each_socket_has_its_own_requests)
{
	static const uint8_t ssa_only[] = { SAM_CHALLENGE, SAM_ACTIVATE, SAM_USE, SAM_REQUEST_CERTIFICATE,
		SAM_LINK_CERTIFICATE, SAM_FREEZE, SAM_OUTCOME, SAM_RECEIPT, SAM_OPEN_WINDOW,
		SAM_CLOSE_WINDOWS };
	static const uint8_t officers_only[] = { SAM_PROPOSE, SAM_FOLLOW, SAM_ROSTER };
	struct hostile h;

	hostile_begin(&h, &group);
	for (size_t i = 0; i < COUNT(ssa_only); i++)
		closes_type(&h, "officers.sock", ssa_only[i], 18);
	for (size_t i = 0; i < COUNT(officers_only); i++)
		closes_type(&h, "ssa.sock", officers_only[i], 0);
	hostile_end(&h);
	still_signs();
}

TEST(unknown_and_odd_types_close_the_connection)
{
	struct hostile h;

	hostile_begin(&h, &group);
	for (unsigned type = 0; type < 256; type++)
		if (type < SAM_STATUS || type > SAM_REVOKED || type % 2 == 1)
			closes_type(&h, "ssa.sock", (uint8_t)type, 0);
	hostile_end(&h);
	still_signs();
}

TEST(oversize_frames_close_the_connection)
{
	static const struct { uint8_t type; size_t over; } most[] = {
		{ SAM_STATUS, 1 }, { SAM_CHALLENGE, 65 }, { SAM_ACTIVATE, 384 * 1024 + 1 },
		{ SAM_USE, 64 * 1024 + 1 }, { SAM_ENACT, 384 * 1024 + 1 },
		{ SAM_REQUEST_CERTIFICATE, 40 * 1024 + 1 }, { SAM_LINK_CERTIFICATE, 32 * 1024 + 1 },
		{ SAM_FREEZE, 33 }, { SAM_RECORD, 33 }, { SAM_OUTCOME, 8 * 1024 + 1 },
		{ SAM_RECEIPT, 20 * 1024 + 1 }, { SAM_HEAD, 1 },
		{ SAM_SESSION_CHALLENGE, 20 * 1024 + 1 }, { SAM_OPEN_SESSION, 384 * 1024 + 1 },
		{ SAM_SESSION_CERTIFICATE, 9 * 1024 + 1 }, { SAM_SESSION_SIGN, 384 * 1024 + 1 },
		{ SAM_END_SESSION, 33 } };
	static const uint32_t lengths[] = { 0, 1, 8, FRAME_MAX + 10, 0x7fffffff, 0xffffffff };
	struct hostile h;

	hostile_begin(&h, &group);
	for (size_t i = 0; i < COUNT(most); i++)
		closes_type(&h, "ssa.sock", most[i].type, most[i].over);
	for (size_t i = 0; i < COUNT(lengths); i++) {
		AUTO_WRITER w = writer_grow(64);

		frames_head(&w, lengths[i], SAM_STATUS, 1);
		closes(&h, "ssa.sock", "a length no message has", writer_span(&w));
	}
	hostile_end(&h);
	still_signs();
}

/* Every request with a payload of noise: refused, or at most answered that there is nothing. */
TEST(noise_is_refused_by_every_request)
{
	static const uint8_t types[] = { SAM_CHALLENGE, SAM_ACTIVATE, SAM_USE, SAM_ENACT,
		SAM_SESSION_CHALLENGE, SAM_OPEN_SESSION, SAM_SESSION_CERTIFICATE, SAM_SESSION_SIGN,
		SAM_REQUEST_CERTIFICATE, SAM_LINK_CERTIFICATE, SAM_FREEZE, SAM_RECORD, SAM_OUTCOME,
		SAM_RECEIPT };
	uint64_t signed_ = group_status(&group).signed_count;
	struct hostile h;
	uint8_t noise[32];

	hostile_begin(&h, &group);
	for (size_t i = 0; i < COUNT(types); i++)
		for (size_t n = 0; n <= sizeof(noise); n++) {
			random_bytes(noise, sizeof(noise));
			hostile_expect(&h, "noise", NULL,
			    ask(group.ssa, types[i], span_of(noise, n), NULL));
		}
	hostile_end(&h);
	assert_int_equal(group_status(&group).signed_count, signed_);
}

/* All that the SSA can say without anybody's approval. */
TEST(the_ssa_alone_makes_changes_and_signs_nothing)
{
	static const uint16_t signers[] = { PURPOSE_BIND, PURPOSE_CREATE_KEY, PURPOSE_DESTROY_KEY,
		PURPOSE_RELEASE_KEY };
	struct msg_status before = group_status(&group);
	struct device own;
	struct hostile h;

	device_make(&own);
	hostile_begin(&h, &group);
	for (size_t i = 0; i < COUNT(signers); i++) {
		struct act *a = signers[i] == PURPOSE_BIND ? act_of_bind(&group, &alice, &own)
		    : signers[i] == PURPOSE_CREATE_KEY ? act_of_create(&group, &alice)
		    : act_of_key(&group, &alice, &good, signers[i]);

		act_write(a);
		act_approve(a, NULL, &own);
		if (signers[i] == PURPOSE_BIND)
			act_approve_code(a, (const uint8_t[CODE_LEN]){ 0 });
		hostile_expect(&h, "an act by the SSA's own key", "auth",
		    act_enact(a, group.ssa, NULL, NULL, NULL));
		a->ev.n = 0;
		wr_u8(&a->evidences, 0);
		writer_reset(&a->evidences);
		wr_u8(&a->evidences, 0);
		hostile_expect(&h, "an act by nobody", "parse", act_enact(a, group.ssa, NULL, NULL, NULL));
		act_free(a);
	}
	hostile_end(&h);
	CHECK(group_status(&group).signers == before.signers);
	CHECK(group_status(&group).keys == before.keys);
	CHECK(group_status(&group).signed_count == before.signed_count);
	device_free(&own);
}

TEST(half_frames_and_silence_keep_nobody_waiting)
{
	static const size_t cuts[] = { 1, 4, 12, 13, 40 };
	AUTO_WRITER w = writer_grow(4096);
	int fd[COUNT(cuts)];

	frames_head(&w, 1000, SAM_ACTIVATE, 1);
	wr_zero(&w, 100);
	for (size_t i = 0; i < COUNT(cuts); i++) {
		CHECK((fd[i] = group_connect(&group, "ssa.sock")) >= 0);
		CHECK(frames_send(fd[i], span_of(w.p, cuts[i])));
	}
	still_signs();
	for (size_t i = 0; i < COUNT(cuts); i++)
		close(fd[i]);
}

/* However many the SSA opens, officers get theirs; closed ones are free again. */
TEST(the_ssa_cannot_take_the_officers_connections)
{
	int fd[CONNECTIONS], officer;
	size_t open = 0;

	for (size_t i = 0; i < CONNECTIONS; i++)
		open += (fd[i] = group_connect(&group, "ssa.sock")) >= 0;
	CHECK(open > 0);
	usleep(200000);
	CHECK((officer = group_connect(&group, "officers.sock")) >= 0);
	assert_string_equal(ask(officer, SAM_STATUS, span_of(NULL, 0), NULL), "");
	close(officer);
	still_signs();
	for (size_t i = 0; i < CONNECTIONS; i++)
		if (fd[i] >= 0)
			close(fd[i]);
	usleep(200000);
	CHECK((officer = group_connect(&group, "ssa.sock")) >= 0);
	assert_string_equal(ask(officer, SAM_STATUS, span_of(NULL, 0), NULL), "");
	close(officer);
}

/* Counted, not written one by one: the log grows by 20 and a summary a second at most. */
TEST(a_flood_of_refusals_is_counted_not_written)
{
	AUTO_WRITER w = writer_grow(FLOOD * 64);
	struct msg_object m = { .type = RECORD_KEY };
	struct tally before = { 0 }, after;
	uint64_t began = clock_life(), seconds;
	int fd = group_connect(&group, "ssa.sock");

	tally_read(&before, &group);
	for (size_t i = 0; i < FLOOD; i++) {
		size_t at = frame_begin(&w, SAM_FREEZE, i);

		msg_object_write(&w, &m);
		frame_end(&w, at);
	}
	CHECK(frames_send(fd, writer_span(&w)));
	assert_int_equal(frames_answers(fd, FLOOD, 20000), FLOOD);
	close(fd);
	usleep(1200000);
	after = before;
	tally_read(&after, &group);
	seconds = (clock_life() - began) / 1000 + 1;
	assert_int_equal(tally_of(&after, "owner") - tally_of(&before, "owner"), FLOOD);
	CHECK(after.kind[ENTRY_REFUSED] - before.kind[ENTRY_REFUSED] <= 20 * seconds);
	CHECK(after.kind[ENTRY_REFUSALS] - before.kind[ENTRY_REFUSALS] <= seconds);
	CHECK(after.kind[ENTRY_REFUSALS] > before.kind[ENTRY_REFUSALS]);
	still_signs();
}

/* So the SAM does not read from him: what it keeps for one peer has an end. Nothing is lost. */
TEST(who_does_not_read_his_answers_is_not_heard)
{
	AUTO_WRITER w = writer_grow(64);
	struct msg_object m = { .type = RECORD_KEY };
	struct pollfd p = { .fd = group_connect(&group, "ssa.sock"), .events = POLLOUT };
	size_t sent = 0, at = frame_begin(&w, SAM_RECORD, 1);

	memcpy(m.id, good.id, ID_LEN);
	msg_object_write(&w, &m);
	frame_end(&w, at);
	while (sent < 4u << 20 && poll(&p, 1, 1000) == 1) {
		ssize_t n = send(p.fd, w.p + sent % w.n, w.n - sent % w.n, MSG_DONTWAIT | MSG_NOSIGNAL);

		CHECK(n > 0 || errno == EAGAIN);
		sent += n > 0 ? (size_t)n : 0;
	}
	CHECK(sent < 2u << 20);
	still_signs();
	assert_int_equal(frames_answers(p.fd, sent / w.n, 60000), sent / w.n);
	close(p.fd);
}

/* Nothing is kept for a nonce; when too many are open it says busy, and recovers with time. */
TEST(a_flood_of_nonces_costs_the_log_nothing)
{
	AUTO_WRITER w = writer_grow(FLOOD * 64);
	struct tally before = { 0 }, after;
	int fd = group_connect(&group, "ssa.sock");

	for (size_t i = 0; i < FLOOD; i++) {
		struct msg_challenge m = { .purpose = PURPOSE_SIGN };
		size_t at = frame_begin(&w, SAM_CHALLENGE, i);

		memcpy(m.signer, alice.id, ID_LEN);
		msg_challenge_write(&w, &m);
		frame_end(&w, at);
	}
	tally_read(&before, &group);
	CHECK(frames_send(fd, writer_span(&w)));
	assert_int_equal(frames_answers(fd, FLOOD, 20000), FLOOD);
	close(fd);
	after = before;
	tally_read(&after, &group);
	CHECK(after.refused == before.refused);
	CHECK(after.entries - before.entries <= 30);
	still_signs();
}

/* As user nobody, from inside the directory: how the way there is guarded does not matter. */
static int
connect_as(uid_t uid)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX, .sun_path = "ssa.sock" };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	if (chdir(group.dir) != 0 || setuid(uid) != 0)
		return 2;
	if (connect(fd, (struct sockaddr *)&a, sizeof(a)) != 0)
		return 3;
	return frames_peer_closes(fd, 3000) ? 0 : 1;
}

/* The socket's mode lets them in; the SAM asks the kernel who they are. */
TEST(another_user_is_not_welcome)
{
	struct passwd *nobody = getpwnam("nobody");
	int status;
	pid_t pid;

	if (getuid() != 0 || nobody == NULL)
		skip();
	CHECK(chmod(group.dir, 0711) == 0 && chmod(group_path(&group, "ssa.sock"), 0666) == 0);
	if ((pid = fork()) == 0)
		_exit(connect_as(nobody->pw_uid));
	CHECK(waitpid(pid, &status, 0) == pid);
	assert_int_equal(status, 0);
	CHECK(chmod(group_path(&group, "ssa.sock"), 0600) == 0 && chmod(group.dir, 0700) == 0);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(each_socket_has_its_own_requests),
	cmocka_unit_test(unknown_and_odd_types_close_the_connection),
	cmocka_unit_test(oversize_frames_close_the_connection),
	cmocka_unit_test(noise_is_refused_by_every_request),
	cmocka_unit_test(the_ssa_alone_makes_changes_and_signs_nothing),
	cmocka_unit_test(half_frames_and_silence_keep_nobody_waiting),
	cmocka_unit_test(the_ssa_cannot_take_the_officers_connections),
	cmocka_unit_test(a_flood_of_refusals_is_counted_not_written),
	cmocka_unit_test(who_does_not_read_his_answers_is_not_heard),
	cmocka_unit_test(a_flood_of_nonces_costs_the_log_nothing),
	cmocka_unit_test(another_user_is_not_welcome),
};

HOSTILE_MAIN(tests, set_up, tear_down)
