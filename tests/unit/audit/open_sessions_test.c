/* SPDX-License-Identifier: Apache-2.0 */
/* src/audit/open_sessions.c: what may follow what in the life of a one-time key. */
#include "audit/open_sessions.h"
#include "tests/test.h"

static struct open_sessions s;

/* An act of the log: a letter and the number of its session. */
static union entry_payload p;

static enum entry_kind
make(char what, uint8_t n)
{
	static uint8_t link[OUTCOME_LINK_LEN];
	uint8_t cert[32] = { n };

	memset(&p, 0, sizeof(p));
	switch (what) {
	case 'S': case 'T':			/* T: certificate first */
		p.session = (struct entry_session){ { n }, { n, 1 }, { n, 2 }, { n, 3 }, .alg = 1,
			.kind = what == 'S' ? 2 : 0 };
		return ENTRY_SESSION;
	case 'C':
		p.session_certified = (struct entry_session_certified){ { n }, { n }, 0, 0, { 0 } };
		return ENTRY_SESSION_CERTIFIED;
	case 'R': case 'D':			/* D: of another statement */
		p.reserved = (struct entry_reserved){ .d = { n, what == 'R' ? 3 : 4 }, .key = { n, 1 },
			.signer = { n, 2 }, .uses = 2, .n = 2 };
		return ENTRY_RESERVED;
	case 'O': case 'P':			/* P: without the certificate */
		p.outcome = (struct entry_outcome){ .key = { n, 1 } };
		p.outcome.link = what == 'O' ? outcome_link(link, 5, cert) : span_of(NULL, 0);
		return ENTRY_OUTCOME;
	case 'E': case 'W': case 'X':		/* by the SSA, by a restart, signed */
		p.session_ended = (struct entry_session_ended){ { n }, { n, 1 },
			what == 'E' ? SESSION_BY_SSA : what == 'W' ? SESSION_RESTART : SESSION_SIGNED };
		return ENTRY_SESSION_ENDED;
	case 'L':
		return ENTRY_START;
	case 'A':
		return ENTRY_ALARM;
	default:
		return ENTRY_STOP;
	}
}

static const char *
follow(const char *acts)
{
	const char *why = NULL;

	memset(&s, 0, sizeof(s));
	for (; *acts != '\0' && why == NULL; acts += 2) {
		struct entry e = { .kind = make(acts[0], (uint8_t)(acts[1] - '0')) };

		why = open_sessions_follow(&s, &e, &p);
	}
	return why == NULL && *acts == '\0' ? "" : *acts == '\0' ? why : "refused too early";
}

TEST(a_session_opens_is_certified_signs_once_and_ends)
{
	static const struct { const char *acts, *why; } rows[] = {
		{ "S1C1R1O1X1", "" }, { "T1C1R1P1X1", "" }, { "T1C1D1P1X1", "" }, { "S1E1", "" },
		{ "S1C1E1S2C2R2O2X2", "" }, { "S1E1S1E1", "" }, { "S1C1R1O1X1L0S2E2", "" },
		{ "S1L0W1", "" }, { "S1S2C2R2L0W2W1O2", "" }, { "S1L0A0L0W1", "" },
		{ "S1S1", "twice" }, { "C1", "no open session" }, { "S1C1C1", "second certificate" },
		{ "S1R1", "before the session's certificate" }, { "S1C1R1O1R1", "signs twice" },
		{ "S1C1D1", "not its session's" }, { "S1C1P1", "not used" }, { "S1C1R1P1", "another cert" },
		{ "T1C1R1O1", "another cert" }, { "E1", "no open session" }, { "S1E2", "no open session" },
		{ "S1E1E1", "no open session" }, { "S1C1X1", "cannot have ended" },
		{ "S1L0E1", "cannot have ended" }, { "S1L0C1", "not ended first" },
		{ "S1L0S2", "not ended first" }, { "S1C1L0R1", "not ended first" }, { "S1L0Z0", "not ended first" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *why = follow(rows[i].acts);

		if (rows[i].why[0] == '\0' ? why[0] != '\0' : strstr(why, rows[i].why) == NULL)
			print_error("%s: %s\n", rows[i].acts, why);
		CHECK(rows[i].why[0] == '\0' ? why[0] == '\0' : strstr(why, rows[i].why) != NULL);
	}
}

TEST(another_signers_or_keys_entries_are_none_of_a_session)
{
	struct entry e = { .kind = ENTRY_RESERVED };

	CHECK(follow("S1C1")[0] == '\0');
	make('R', 1);
	p.reserved.signer[0] = 9;
	CHECK(open_sessions_follow(&s, &e, &p) != NULL);
	make('R', 1);
	p.reserved.uses = 3;
	CHECK(open_sessions_follow(&s, &e, &p) != NULL);
	make('E', 1);
	p.session_ended.key[0] = 9;
	e.kind = ENTRY_SESSION_ENDED;
	CHECK(open_sessions_follow(&s, &e, &p) != NULL);
	make('O', 1);
	e.kind = ENTRY_OUTCOME;
	s.list[0].used = true;
	CHECK(open_sessions_follow(&s, &e, &p) == NULL);
	s.list[0].cert[31] = 1;
	CHECK(open_sessions_follow(&s, &e, &p) != NULL);
}

TEST(the_table_is_bounded_and_comes_back_from_its_bytes)
{
	static struct open_sessions back;
	AUTO_WRITER w = writer_grow(1 << 20);
	struct entry e = { .kind = ENTRY_SESSION };
	struct reader r;

	memset(&s, 0, sizeof(s));
	for (size_t i = 0; i <= OPEN_SESSIONS_MAX; i++) {
		make('S', 0);
		p.session.session[1] = p.session.key[2] = (uint8_t)(i >> 8);
		p.session.session[0] = p.session.key[3] = (uint8_t)i;
		CHECK((open_sessions_follow(&s, &e, &p) == NULL) == (i < OPEN_SESSIONS_MAX));
	}
	open_sessions_write(&w, &s);
	CHECK(writer_ok(&w));
	r = reader_over(writer_span(&w));
	CHECK(open_sessions_read(&r, &back) && rd_end(&r) && back.n == s.n);
	CHECK(memcmp(&back, &s, sizeof(s)) == 0);
	w.p[0] = 0xff;
	r = reader_over(writer_span(&w));
	CHECK(!open_sessions_read(&r, &back));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_session_opens_is_certified_signs_once_and_ends),
		cmocka_unit_test(another_signers_or_keys_entries_are_none_of_a_session),
		cmocka_unit_test(the_table_is_bounded_and_comes_back_from_its_bytes),
	};

	return RUN(tests);
}
