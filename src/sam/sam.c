/* SPDX-License-Identifier: Apache-2.0 */
/* What all answers share: randomness, open or closed, answering. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "sam/refusal.h"
#include "sam/session.h"
#include "sam/trade.h"

void
sam_random(struct sam *sam, void *out, size_t n)
{
	uint8_t kernel[32], counter[8], *at = out;
	struct writer w = writer_over(counter, sizeof(counter));
	struct span parts[] = { span_of(kernel, sizeof(kernel)), span_of(counter, sizeof(counter)) };

	if (n > HASH_LEN)
		bug("sam_random of more than 32 bytes");
	wr_u64(&w, ++sam->salts);
	random_bytes(kernel, sizeof(kernel));
	hmac_sha256(span_of(sam->module_seed, sizeof(sam->module_seed)), parts, COUNT(parts), kernel);
	memcpy(at, kernel, n);
	explicit_bzero(kernel, sizeof(kernel));
}

void
sam_close(struct sam *sam, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(sam->why, sizeof(sam->why), fmt, ap);
	va_end(ap);
	sam->open = SAM_CLOSED;
	log_error("closed: %s", sam->why);
}

bool
sam_is_open(const struct sam *sam, struct err *e)
{
	if (sam->open != SAM_OPEN || sam->stepped || sam->stopping)
		return err_why(e, ERR_NOT_NOW, "closed", "%s", sam->why);
	return true;
}

void
sam_alarm(struct sam *sam, const char *what, const char *fmt, ...)
{
	struct entry_alarm entry = { .what = span_str(what) };
	char text[200];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	log_warn("alarm: %s: %s", what, text);
	if (sam->open != SAM_OPEN || sam->journal == NULL)
		return;
	entry.detail = span_str(text);
	entry_alarm_write(journal_begin(sam->journal, ENTRY_ALARM), &entry);
	journal_end(sam->journal);
}

static void
work_free(struct call *c)
{
	if (c->work_free != NULL)
		c->work_free(c->work);
	else
		free(c->work);
}

void
call_free(struct call *c)
{
	work_free(c);
	free(c);
}

void
call_answer(struct sam *sam, struct call *c, const struct writer *payload)
{
	struct writer *out = session_out(sam, c->session);

	if (!writer_ok(payload))
		bug("an answer over its bounds");
	if (out != NULL) {
		size_t at = frame_begin(out, c->type + 1, c->number);

		wr_span(out, writer_span(payload));
		frame_end(out, at);
	}
	call_free(c);
}

static void
payload_free(void *p)
{
	writer_wipe(p);
	free(p);
}

static void
is_durable(void *owner, void *job, const struct err *failure)
{
	struct sam *sam = owner;
	struct call *c = job;

	if (failure != NULL) {
		call_refuse(sam, c, failure);
		return;
	}
	c->next = sam->settling;
	sam->settling = c;
}

/* At most one order runs at each worker and one waits in its socket, each until its deadline. */
void
calls_settle(struct sam *sam)
{
	struct call **at = &sam->settling;

	while (*at != NULL) {
		struct call *c = *at;

		if (sam->setup->trade->is_closing(sam, c)) {
			at = &c->next;
			continue;
		}
		*at = c->next;
		call_answer(sam, c, c->work);
	}
}

void
call_answer_when(struct sam *sam, struct call *c, enum durable level, struct writer payload)
{
	struct writer *w = malloc(sizeof(*w));

	if (w == NULL)
		bug("no memory for an answer");
	work_free(c);
	*w = payload;
	c->work = w;
	c->work_free = payload_free;
	sam->setup->trade->withdraw(sam, c);
	journal_wait(sam->journal, level, is_durable, c);
}

void
call_refuse(struct sam *sam, struct call *c, const struct err *e)
{
	struct writer *out = session_out(sam, c->session);

	refusal_log(sam, c, e);
	if (out != NULL) {
		size_t at = frame_begin(out, MSG_REFUSED, c->number);

		msg_refused_write(out, e->code == ERR_BUG ? ERR_BACKEND : e->code, refusal_reason(e));
		frame_end(out, at);
	}
	call_free(c);
}
