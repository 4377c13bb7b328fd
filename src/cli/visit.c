/* SPDX-License-Identifier: Apache-2.0 */
/* Visits to identity providers. */
#include <unistd.h>

#include "cli/encode.h"
#include "cli/qr.h"
#include "cli/visit.h"
#include "cli/wait.h"

#define VISIT_SECONDS	600
#define TOKEN_MAX	16384
#define QR_MOST		600		/* letters */

bool
visit_issuer_of(const json_t *list, const char *name, char issuer[ISSUER_TEXT], struct err *e)
{
	const json_t *p;
	size_t i;

	json_array_foreach(list, i, p) {
		const char *its = json_string_value(json_object_get(p, "name"));
		const char *url = json_string_value(json_object_get(p, "issuer"));

		if (its == NULL || url == NULL || strcmp(its, name) != 0 || strlen(url) >= ISSUER_TEXT)
			continue;
		snprintf(issuer, ISSUER_TEXT, "%s", url);
		return true;
	}
	return err_exit(e, EXIT_USAGE, "--idp: the server knows no provider %.40s to approve with", name);
}

bool
visit_issuer(struct ssa *s, const char *name, char issuer[ISSUER_TEXT], struct err *e)
{
	AUTO_JSON *j = ssa_get(s, "/propria/v1/providers", e);

	return j != NULL && visit_issuer_of(json_object_get(j, "providers"), name, issuer, e);
}

enum visit_state
visit_read(const json_t *answer, struct writer *token, struct err *e)
{
	const char *state, *text, *why = json_string_value(json_object_get(answer, "why"));

	if (!ssa_text(answer, "state", &state, e))
		return VISIT_FAILED;
	if (strcmp(state, "waiting") == 0)
		return VISIT_WAITS;
	if (strcmp(state, "done") == 0) {
		if (!ssa_text(answer, "token", &text, e))
			return VISIT_FAILED;
		if (strlen(text) <= TOKEN_MAX)
			wr_span(token, span_str(text));
		if (strlen(text) <= TOKEN_MAX && writer_ok(token))
			return VISIT_DONE;
		err_exit(e, EXIT_REFUSED, "the provider's token is too large");
		return VISIT_FAILED;
	}
	err_exit(e, EXIT_REFUSED, "the identity provider did not approve: %.100s",
	    why != NULL && text_is_clean(span_str(why)) ? why : "it did not say why");
	return VISIT_FAILED;
}

static bool
tell(struct call *c, const char *url, struct err *e)
{
	if ((strncmp(url, "https://", 8) != 0 && strncmp(url, "http://", 7) != 0) ||
	    !text_is_clean(span_str(url)))
		return err_exit(e, EXIT_UNREACHABLE, "the server gave no address that could be opened");
	if (c->json) {
		note(c, "To approve, open %s\n", url);
		return true;
	}
	fprintf(c->out, "To approve at the identity provider, open:\n\n  %s\n\n", url);
	if (!option_is(c, "no-qr") && strlen(url) <= QR_MOST && isatty(fileno(c->out)) == 1 &&
	    !qr_write(c->out, url, e))
		return false;
	fprintf(c->out, "Waiting for the provider; Ctrl-C ends the waiting.\n");
	return fflush(c->out) == 0 || err_set(e, ERR_BACKEND, "the address could not be written");
}

static bool
wait_for_token(struct ssa *s, const char *flow, struct writer *token, struct err *e)
{
	time_t until = wait_seconds() + VISIT_SECONDS;

	while (!wait_is_stopped() && wait_seconds() < until) {
		AUTO_JSON *j = ssa_post(s, "/propria/v1/idp/result", json_pack("{s:s}", "flow", flow), e);
		enum visit_state state = j == NULL ? VISIT_FAILED : visit_read(j, token, e);

		if (state != VISIT_WAITS)
			return state == VISIT_DONE;
		wait_pause();
	}
	return err_exit(e, EXIT_DECLINED, "nobody approved at the provider in time");
}

bool
visit_provider(struct ssa *s, struct call *c, const char *name, const struct approved *a,
    struct writer *token, struct err *e)
{
	char *statement = base64url_new(writer_span(&a->statement));
	AUTO_JSON *j = ssa_post(s, "/propria/v1/idp/begin", json_pack("{s:s,s:s,s:s}", "provider", name,
	    "statement", statement, "return", "cli"), e);
	const char *flow, *url;
	struct waiting waiting;
	bool good;

	free(statement);
	if (j == NULL || !ssa_text(j, "flow", &flow, e) || !ssa_text(j, "url", &url, e))
		return false;
	wait_begin(&waiting);
	good = tell(c, url, e) && wait_for_token(s, flow, token, e);
	wait_end(&waiting);
	return good;
}
