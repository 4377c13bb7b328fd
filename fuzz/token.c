/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tokens: 0 the compact form, 1 a payload, 2 a header, 3 the question to the reader, 4 its answer.
 * What was read is within its bounds, and the answer can be written and read again.
 */
#include "fuzz/fuzz.h"
#include "token/claims.h"
#include "token/compact.h"

static bool
ask_again(struct span in, struct writer *out, struct err *e)
{
	struct reader r = reader_over(in);
	struct token_ask m;

	if (!token_ask_read(&r, &m, e))
		return false;
	token_ask_write(out, &m);
	return true;
}

static bool
said_again(struct span in, struct writer *out, struct err *e)
{
	struct reader r = reader_over(in);
	struct token_said m;

	if (!token_said_read(&r, &m, e))
		return false;
	token_said_write(out, &m);
	return true;
}

static void
claims(struct span header, struct span payload)
{
	struct token_ask ask = { header, payload, span_str("d") };
	AUTO_WRITER w = writer_grow(TOKEN_SAID_MAX);
	static struct claims_room room;
	struct token_said said;

	claims_read(&ask, &room, &said);
	token_said_write(&w, &said);
	if (!writer_ok(&w))
		bug("an answer out of its bounds");
	if (!fuzz_again(said_again, writer_span(&w)))
		bug("an answer that cannot be read");
}

static void
compact(struct span in)
{
	static struct compact c;
	struct err e = { 0 };

	if (!compact_read(in, &c, &e)) {
		if (e.reason[0] == '\0')
			bug("a refusal without a reason");
		return;
	}
	claims(span_of(c.header, c.header_len), span_of(c.payload, c.payload_len));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span in = span_of(data, size);

	switch (fuzz_pick(&in, 5)) {
	case 0:
		compact(in);
		break;
	case 1:
		claims(span_str("{\"alg\":\"ES256\"}"), in);
		break;
	case 2:
		claims(in, span_str("{}"));
		break;
	case 3:
		(void)fuzz_again(ask_again, in);
		break;
	case 4:
		(void)fuzz_again(said_again, in);
		break;
	default:
		break;
	}
	return 0;
}
