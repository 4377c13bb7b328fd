/* SPDX-License-Identifier: Apache-2.0 */
/* propria log follow: a copy of the log, batch by batch, each checked before it is kept. */
#include <errno.h>
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include "auditor/follow.h"
#include "audit/head.h"
#include "cli/commands.h"
#include "cli/sam.h"

const struct option_row options_log_follow[] = {
	OPTION_SOCKET,
	{ "to", "DIR", "the folder of the copy" },
	{ "group", "HEX", "refuse the log of another group" },
	{ "once", NULL, "end when all there is now has come" },
	{ NULL, NULL, NULL },
};

#define PAUSE_SECONDS 2

static bool
take(struct follow *follow, struct sam *sam, size_t *got, struct err *e)
{
	struct msg_follow ask = { .from = follow_next(follow), .durable = follow_durable(follow) };
	struct msg_followed answer;

	if (!sam_follow(sam, &ask, &answer, e))
		return false;
	*got = answer.bytes.n;
	return answer.bytes.n == 0 || follow_take(follow, answer.from, answer.bytes, e);
}

/* The SAM's signed head must be of a log that contains our copy. */
static bool
agrees(struct follow *follow, struct sam *sam, struct err *e)
{
	struct msg_status status;
	uint8_t group[GROUP_LEN];
	struct msg_head message;
	struct reader r;
	struct head head;

	if (!sam_status(sam, &status, e))
		return false;
	if (status.state == SAM_STARTING)
		return err_exit(e, EXIT_UNREACHABLE, "the SAM is starting");
	if (status.size < follow_tree(follow)->size)
		return err_exit(e, EXIT_INVALID, "the SAM's log has %llu entries and this copy %llu: the "
		    "SAM was rolled back. Keep the copy safe, it is evidence; tell the security officers",
		    (unsigned long long)status.size, (unsigned long long)follow_tree(follow)->size);
	memcpy(group, status.group, sizeof(group));
	if (!sam_head(sam, &message, e))
		return false;
	r = reader_over(span_of(message.head, sizeof(message.head)));
	if (!head_read(&r, &head) || !head_verify(&head, group, message.log_key, e))
		return err_set(e, ERR_DENIED, "the SAM's head is not signed by its log key");
	/* The head was signed a moment ago: what came since is checked as it is taken. */
	return head.size < follow_tree(follow)->size || follow_agrees(follow, &head, e);
}

static bool
once(struct call *c, struct follow *follow, struct sam *sam, struct err *e)
{
	struct msg_status status;
	uint64_t goal;
	size_t got;

	if (!sam_status(sam, &status, e))
		return false;
	goal = status.size;
	while (follow_tree(follow)->size < goal) {
		if (!take(follow, sam, &got, e))
			return false;
		if (got == 0)
			return err_set(e, ERR_BACKEND, "the SAM gave no more of its log at entry %llu of "
			    "%llu; try again", (unsigned long long)follow_tree(follow)->size,
			    (unsigned long long)goal);
	}
	/* One more question, for it carries what is durable here now. */
	if (!take(follow, sam, &got, e) || !agrees(follow, sam, e))
		return false;
	say(c, "The copy has %llu entries.\n", (unsigned long long)follow_tree(follow)->size);
	put_number(c, "size", follow_tree(follow)->size);
	put_number(c, "durable", follow_durable(follow));
	return true;
}

static bool
connected(struct call *c, struct follow *follow, struct err *e)
{
	AUTO_SAM sam = { .fd = -1 };
	size_t got;

	if (!sam_open(&sam, c, e) || !agrees(follow, &sam, e))
		return false;
	if (option_is(c, "once"))
		return once(c, follow, &sam, e);
	while (take(follow, &sam, &got, e))
		if (got > 0)
			note(c, "%llu entries\n", (unsigned long long)follow_tree(follow)->size);
	return false;
}

bool
command_log_follow(struct call *c, struct err *e)
{
	struct timespec pause = { .tv_sec = PAUSE_SECONDS };
	AUTO(follow) *follow = NULL;
	uint8_t group[GROUP_LEN];
	const char *to;
	bool good;
	int dir;

	if ((to = option_needed(c, "to", e)) == NULL || !option_hex(c, "group", group, sizeof(group), e))
		return false;
	if ((dir = open(to, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)
		return err_errno(e, ERR_MISSING, errno, "%.100s is no folder that can be opened", to);
	follow = follow_open(dir, option(c, "group") == NULL ? NULL : group, e);
	good = follow != NULL && connected(c, follow, e);
	while (follow != NULL && !good && !option_is(c, "once") && command_exit(e) == EXIT_UNREACHABLE) {
		note(c, "%s; trying again\n", e->text);
		err_clear(e);
		nanosleep(&pause, NULL);
		good = connected(c, follow, e);
	}
	close(dir);
	return good;
}
