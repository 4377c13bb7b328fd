/* SPDX-License-Identifier: Apache-2.0 */
/* What the doctor thinks of what it was shown. */
#include <stdarg.h>

#include "cli/doctor.h"
#include "cli/encode.h"
#include "statement/statement.h"

#define ROOM_LOW	(4ull * 1024 * 1024)	/* the log is made 8 MiB longer at a time */
#define ROOM_BARE	(1ull * 1024 * 1024)	/* below this the SAM refuses to sign */
#define LAG_ENTRIES	100000
#define CLOCK_WARN_MS	5000
#define CLOCK_FAIL_MS	60000

void
doctor_say(struct doctor *d, enum health health, const char *what, const char *fmt, ...)
{
	static const char *const words[] = { "ok", "warn", "FAIL" };
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	d->warned += health == HEALTH_WARN;
	d->failed += health == HEALTH_FAIL;
	say(d->call, "%-4s  %-10s  %s\n", words[health], what, text);
	json_array_append_new(d->list, json_pack("{s:s,s:s,s:s}", "check", what, "result",
	    words[health], "text", text));
}

static void
check_state(struct doctor *d, const struct msg_status *m)
{
	char why[201];

	snprintf(why, sizeof(why), "%.*s", (int)m->why.n, (const char *)m->why.p);
	if (m->state == SAM_OPEN && m->why.n > 0)
		doctor_say(d, HEALTH_FAIL, "log", "%s. The SAM goes on with what it has in memory, but its "
		    "disk is not to be trusted: keep the follower's copy safe, compare (propria log verify)",
		    why);
	if (m->state == SAM_OPEN)
		doctor_say(d, HEALTH_OK, "SAM", "open, version %.*s", (int)m->version.n,
		    (const char *)m->version.p);
	else if (m->state == SAM_STARTING)
		doctor_say(d, HEALTH_WARN, "SAM", "starting: %s. Wait until the log is read and the "
		    "workers are there; if it stays so, look at its journal", why);
	else
		doctor_say(d, HEALTH_FAIL, "SAM", "closed: %s. It signs nothing. Compare the log with "
		    "its follower's copy (propria log verify); when you know which one counts, the "
		    "security officers go on with propria officer resume", why);
}

static void
check_workers(struct doctor *d, const struct msg_status *m)
{
	if (m->workers == 0)
		doctor_say(d, HEALTH_FAIL, "workers", "none is alive: the module, its token or the PIN "
		    "failed. Look at the SAM's journal, then at propria doctor --config FILE --pin-fd N");
	else if (m->busy >= m->workers)
		doctor_say(d, HEALTH_WARN, "workers", "all %u are busy; if it stays so, raise [module] "
		    "workers", m->workers);
	else
		doctor_say(d, HEALTH_OK, "workers", "%u, of whom %u are busy", m->workers, m->busy);
}

static void
check_stock(struct doctor *d, const struct msg_status *m)
{
	if (m->stock > 0 || m->sessions > 0)
		doctor_say(d, HEALTH_OK, "one-time", "%u keys in stock, %u sessions open", m->stock,
		    m->sessions);
}

static void
check_room(struct doctor *d, const struct msg_status *m)
{
	unsigned long long mib = m->room / (1024 * 1024);

	if (m->room < ROOM_BARE)
		doctor_say(d, HEALTH_FAIL, "room", "%llu MiB are left for the log: the SAM will refuse to "
		    "sign. Make room on its disk now", mib);
	else if (m->room < ROOM_LOW)
		doctor_say(d, HEALTH_WARN, "room", "%llu MiB are left for the log; make room on its disk",
		    mib);
	else
		doctor_say(d, HEALTH_OK, "room", "%llu MiB for the log", mib);
}

static void
check_anchor(struct doctor *d, const struct msg_status *m)
{
	unsigned long long lag = m->size > m->anchored ? m->size - m->anchored : 0;

	if (m->anchored > m->size)
		doctor_say(d, HEALTH_FAIL, "anchor", "the token says %llu entries, the log has %llu: an "
		    "older copy of the log is in place. Put the right one back",
		    (unsigned long long)m->anchored, (unsigned long long)m->size);
	else if (lag > LAG_ENTRIES)
		doctor_say(d, HEALTH_WARN, "anchor", "%llu entries behind the log: is the token slow, or "
		    "no longer writable", lag);
	else
		doctor_say(d, HEALTH_OK, "anchor", "%llu entries behind the log of %llu", lag,
		    (unsigned long long)m->size);
}

static void
check_clock(struct doctor *d, const char *whose, uint64_t theirs, uint64_t now)
{
	uint64_t off = theirs > now ? theirs - now : now - theirs;

	doctor_say(d, off > CLOCK_FAIL_MS ? HEALTH_FAIL : off > CLOCK_WARN_MS ? HEALTH_WARN : HEALTH_OK,
	    "clock", "%s clock is %llu ms %s this computer's%s", whose, (unsigned long long)off,
	    theirs >= now ? "ahead of" : "behind",
	    off > CLOCK_WARN_MS ? ": set one of them, for approvals carry the time" : "");
}

void
doctor_status(struct doctor *d, const struct msg_status *m, uint64_t now)
{
	check_state(d, m);
	check_workers(d, m);
	if (m->state == SAM_OPEN)	/* else it has no log open for writing */
		check_room(d, m);
	check_stock(d, m);
	check_anchor(d, m);
	check_clock(d, "the SAM's", m->now, now);
}

void
doctor_follower(struct doctor *d, const struct msg_status *m, uint8_t follower)
{
	if (m->follower > 0)
		doctor_say(d, HEALTH_OK, "follower", "a copy has %llu bytes of the log",
		    (unsigned long long)m->follower);
	else if (follower == 0)
		doctor_say(d, HEALTH_WARN, "follower", "none, as the policy has it: whoever loses this "
		    "log loses every key. propria log follow keeps a copy");
	else
		doctor_say(d, HEALTH_FAIL, "follower", "the policy asks for a copy of the log and none "
		    "has come: start propria log follow on the other host%s",
		    follower == 2 ? "; until then nothing is signed" : "");
}

void
doctor_socket(struct doctor *d, const char *path, const struct stat *st)
{
	if (!S_ISSOCK(st->st_mode))
		doctor_say(d, HEALTH_FAIL, "socket", "%s is no socket", path);
	else if ((st->st_mode & 07) != 0)
		doctor_say(d, HEALTH_FAIL, "socket", "%s is open to everybody (mode %04o): set socket_mode "
		    "to 0660 and restart", path, st->st_mode & 07777);
	else
		doctor_say(d, HEALTH_OK, "socket", "%s, mode %04o", path, st->st_mode & 07777);
}

void
doctor_state(struct doctor *d, const char *path, const struct stat *st)
{
	if (!S_ISDIR(st->st_mode))
		doctor_say(d, HEALTH_FAIL, "state", "%s is no folder", path);
	else if ((st->st_mode & 077) != 0)
		doctor_say(d, HEALTH_FAIL, "state", "%s is open to others (mode %04o): it holds the local "
		    "secret. Set it to 0700, and ask who could read it", path, st->st_mode & 07777);
	else
		doctor_say(d, HEALTH_OK, "state", "%s, mode %04o", path, st->st_mode & 07777);
}

static const char *
text_of(const json_t *j, const char *name)
{
	const char *text = json_string_value(json_object_get(j, name));

	return text != NULL && text_is_clean(span_str(text)) ? text : "(not said)";
}

/* What the server has to do with CAs; an older server says nothing of it. */
static void
doctor_certificates(struct doctor *d, const json_t *c)
{
	long long waiting = json_integer_value(json_object_get(c, "waiting"));
	long long failed = json_integer_value(json_object_get(c, "failed"));

	if (c == NULL)
		return;
	if (failed > 0)
		doctor_say(d, HEALTH_WARN, "CAs", "%lld certifications or revocations were refused and wait for"
		    " somebody; the server's journal says why, propria keys list to whom", failed);
	if (waiting > 0)
		doctor_say(d, HEALTH_WARN, "CAs", "%lld certifications or revocations wait for their CA; if it"
		    " stays so, look at the server's journal", waiting);
	if (waiting <= 0 && failed <= 0)
		doctor_say(d, HEALTH_OK, "CAs", "nothing waits for them");
}

void
doctor_server(struct doctor *d, const json_t *status, const uint8_t *sam_group)
{
	const char *sam = text_of(status, "sam"), *store = text_of(status, "store");
	uint8_t group[GROUP_LEN];

	doctor_say(d, HEALTH_OK, "server", "answers; version %.40s", text_of(status, "version"));
	doctor_say(d, strcmp(sam, "open") == 0 ? HEALTH_OK : strcmp(sam, "starting") == 0 ? HEALTH_WARN
	    : HEALTH_FAIL, "SAM there", "%.40s%s%.120s%s", sam, strcmp(sam, "open") == 0 ? "" : ": ",
	    strcmp(sam, "open") == 0 ? "" : text_of(status, "why"), strcmp(sam, "unreachable") == 0
	    ? ". Is propria-sam running, and may the server open its socket" : "");
	doctor_say(d, strcmp(store, "ok") == 0 ? HEALTH_OK : HEALTH_FAIL, "store", "%.120s%s", store,
	    strcmp(store, "ok") == 0 ? "" : ". The database is not usable: look at its journal");
	doctor_certificates(d, json_object_get(status, "certificates"));
	if (sam_group == NULL)
		return;
	if (hex_typed(text_of(status, "group"), group, sizeof(group)) &&
	    memcmp(group, sam_group, sizeof(group)) == 0)
		doctor_say(d, HEALTH_OK, "group", "server and SAM are of one group");
	else
		doctor_say(d, HEALTH_FAIL, "group", "the server serves another group than the SAM behind "
		    "--socket: one of the two is the wrong one");
}
