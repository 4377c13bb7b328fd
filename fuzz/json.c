/* SPDX-License-Identifier: Apache-2.0 */
/* What the SSA reads of its clients: 0 JSON, 1 base64, 2 base64url, 3 hexadecimal, 4 CSC hashes,
 * 5 codes. */
#include <stdlib.h>

#include "fuzz/fuzz.h"
#include "json/base64.h"
#include "json/json.h"
#include "statement/evidence.h"

static void
document(struct span in)
{
	struct err e = { 0 };
	AUTO_JSON *j = json_read(in, 65536, &e);
	const json_t *list;
	struct span text;
	int64_t whole;
	bool flag;
	size_t n;

	if (j == NULL && e.code == ERR_NONE)
		bug("refused without a reason");
	if (j == NULL)
		return;
	(void)json_text(j, "a", 100, &text);
	(void)json_whole(j, "a", &whole);
	(void)json_seconds(j, "a", &whole);
	(void)json_flag(j, "a", &flag);
	if (json_list(j, "hashes", &list, &n) == JSON_GOT)
		for (size_t i = 0; i < n; i++)
			(void)json_text_at(list, i, 100, &text);
}

/* A spelling that is taken is the one that we would write. */
static void
spelling(struct span in, bool (*read)(struct span, struct writer *),
    void (*write)(struct writer *, struct span))
{
	AUTO_WRITER bytes = writer_grow(1 << 20), text = writer_grow(1 << 20);

	if (!read(in, &bytes)) {
		if (bytes.n != 0)
			bug("refused, but written");
		return;
	}
	write(&text, writer_span(&bytes));
	if (!span_equal(writer_span(&text), in))
		bug("two spellings of the same bytes");
}

static void
code(struct span in)
{
	char *text = strndup((const char *)in.p, in.n), again[CODE_LETTERS + 6];
	uint8_t bytes[CODE_LEN], back[CODE_LEN];
	struct err e = { 0 };

	if (code_from_text(text, bytes, &e)) {
		code_to_text(bytes, again);
		if (!code_from_text(again, back, &e) || memcmp(bytes, back, CODE_LEN) != 0)
			bug("a code that does not come back");
	}
	free(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_WRITER bytes = writer_grow(1 << 20);
	struct span in = span_of(data, size);

	switch (fuzz_pick(&in, 6)) {
	case 0:
		document(in);
		break;
	case 1:
		spelling(in, base64_read, base64_write);
		break;
	case 2:
		spelling(in, base64url_read, base64url_write);
		break;
	case 3:
		spelling(in, hex_read, hex_write);
		break;
	case 4:
		(void)!hash_text_read(in, &bytes);
		break;
	case 5:
		code(in);
		break;
	}
	return 0;
}
