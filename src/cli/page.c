/* SPDX-License-Identifier: Apache-2.0 */
/* Waiting for an approval that is given elsewhere. */
#include <stdlib.h>

#include "audit/genesis.h"
#include "base/text.h"
#include "cli/encode.h"
#include "cli/file.h"
#include "cli/hand_over.h"
#include "cli/page.h"
#include "cli/wait.h"

#define NAME_LONG	200	/* of a file, as an item of a statement has it */
#define WAIT_MAX_S	1200	/* a request lives 15 minutes; a server that never ends it is not waited for */

bool
page_link_is_fit(const char *link, struct span origin, const char *handle)
{
	static const char way[] = "/sign#t=";
	size_t n = sizeof(way) - 1;

	return origin.n > 0 && strlen(handle) == 43 && strspn(handle, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789-_") == 43 && strlen(link) == origin.n + n + 43 &&
	    memcmp(link, origin.p, origin.n) == 0 && memcmp(link + origin.n, way, n) == 0 &&
	    strcmp(link + origin.n + n, handle) == 0;
}

bool
page_fate(const char *state, struct err *e)
{
	if (strcmp(state, "declined") == 0)
		return err_exit(e, EXIT_DECLINED, "the request was declined on the signing page, so nothing "
		    "was signed");
	if (strcmp(state, "expired") == 0)
		return err_exit(e, EXIT_REFUSED, "nobody approved before the request expired, so nothing was "
		    "signed; run the command again");
	return err_exit(e, EXIT_REFUSED, "the request is over, and this program did not get what its "
	    "approval gave; run the command again");
}

static json_t *
about(struct session *s, const char *path, const char *name, const char *handle, struct err *e)
{
	return ssa_post(&s->ssa, path, json_pack("{s:s}", name, handle), e);
}

/* The server refused the handle: its word for the request says why. */
static bool
fate(struct session *s, const char *handle, struct err *e)
{
	struct err first = *e;
	const char *state;
	AUTO_JSON *j = NULL;

	err_clear(e);
	if ((j = about(s, "/propria/v1/approval/state", "ticket", handle, e)) == NULL ||
	    !ssa_text(j, "state", &state, e)) {
		*e = first;
		return false;
	}
	return page_fate(state, e);
}

/* The page shows from now on that nobody waits, and the server counts it no longer. */
static bool
withdraw(struct session *s, const char *handle, struct err *e)
{
	struct err ignored = { 0 };
	AUTO_JSON *declined = about(s, "/propria/v1/approval/decline", "ticket", handle, &ignored);

	if (declined == NULL)
		return err_exit(e, EXIT_DECLINED, "you stopped it, so nothing was signed; the request could "
		    "not be withdrawn and expires by itself");
	json_decref(about(s, "/csc/v2/credentials/authorizeCheck", "handle", handle, &ignored));
	return err_exit(e, EXIT_DECLINED, "you stopped it, so nothing was signed; the request is "
	    "withdrawn");
}

/* A server that is away for a moment is asked again: the person may be approving just now. */
static json_t *
wait_for_sad(struct session *s, struct call *c, const char *handle, struct err *e)
{
	time_t end = wait_seconds() + WAIT_MAX_S;
	bool away = false;
	json_t *j;

	while (!wait_is_stopped() && wait_seconds() < end) {
		j = about(s, "/csc/v2/credentials/authorizeCheck", "handle", handle, e);
		if (j != NULL && json_object_get(j, "SAD") != NULL)
			return j;
		json_decref(j);
		if (j == NULL && command_exit(e) != EXIT_UNREACHABLE) {
			fate(s, handle, e);
			return NULL;
		}
		if (j == NULL && !away)
			note(c, "%s; waiting for it\n", e->text);
		away = j == NULL;
		err_clear(e);
		wait_pause();
	}
	if (wait_is_stopped())
		withdraw(s, handle, e);
	else
		page_fate("expired", e);
	return NULL;
}

/* The link leads to the page that the group's founders named. */
static bool
link_check(const struct session *s, const char *link, const char *handle, struct err *e)
{
	AUTO_WRITER bytes = writer_grow(FILE_SMALL);
	struct genesis g;

	if (!session_genesis(&s->profile, &bytes, &g, e))
		return false;
	if (g.origin.n == 0)
		return err_exit(e, EXIT_FAILED, "this group was founded without a signing page, so --qr is "
		    "not for it");
	return page_link_is_fit(link, g.origin, handle) || err_exit(e, EXIT_INVALID, "the server's link does "
	    "not lead to the signing page of your group (%.*s): do not open it, and tell the operator",
	    (int)(g.origin.n < 100 ? g.origin.n : 100), (const char *)g.origin.p);
}

static char *
sad_take(const json_t *j, uint8_t d[HASH_LEN], struct err *e)
{
	const char *sad;
	char *copy;

	if (!ssa_text(j, "SAD", &sad, e) || !ssa_hex(j, "approval", d, HASH_LEN, e))
		return NULL;
	if ((copy = strdup(sad)) == NULL)
		bug("out of memory");
	return copy;
}

static bool
names_are_fit(const struct signing_job *job, struct err *e)
{
	for (size_t i = 0; i < job->n; i++) {
		const char *name = file_name(job->list[i].path);

		if (strlen(name) > NAME_LONG || !text_is_clean(span_str(name)))
			return err_exit(e, EXIT_USAGE, "the name of file %zu is too long, or has characters that "
			    "cannot be shown safely: give it another name", i + 1);
	}
	return true;
}

static json_t *
request_make(struct session *s, struct call *c, const struct signing_job *job, struct err *e)
{
	json_t *j, *names = NULL;

	if (!names_are_fit(job, e) || (option_is(c, "show") && (names = hand_over(&s->ssa, job, e)) == NULL))
		return NULL;
	j = signing_page_json(job, option(c, "text"));
	if (names != NULL)
		json_object_set_new(j, "documents", names);
	return j;
}

char *
page_approve(struct session *s, struct call *c, const struct signing_job *job, uint8_t d[HASH_LEN],
    struct err *e)
{
	AUTO_JSON *asked = NULL, *given = NULL;
	json_t *request = request_make(s, c, job, e);
	const char *handle, *link;
	struct waiting waiting;

	if (request == NULL ||
	    (asked = ssa_post(&s->ssa, "/csc/v2/credentials/authorize", request, e)) == NULL || !ssa_text(asked, "handle", &handle, e) ||
	    !ssa_text(asked, "approvalURL", &link, e) || !link_check(s, link, handle, e))
		return NULL;
	wait_begin(&waiting);
	if (wait_link(c, link, "Waiting for the approval; Ctrl-C withdraws the request.", e))
		given = wait_for_sad(s, c, handle, e);
	wait_end(&waiting);
	return given == NULL ? NULL : sad_take(given, d, e);
}
