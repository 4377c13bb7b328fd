/* SPDX-License-Identifier: Apache-2.0 */
/* Becoming another user, for ever. */
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include "sandbox/sandbox.h"

static bool
ids_are(uid_t uid, gid_t gid)
{
	uid_t r, f, s;
	gid_t rg, fg, sg;

	return getresuid(&r, &f, &s) == 0 && getresgid(&rg, &fg, &sg) == 0 &&
	    r == uid && f == uid && s == uid && rg == gid && fg == gid && sg == gid;
}

bool
drop_ids(const char *user, struct err *e)
{
	struct passwd *pw;

	errno = 0;
	pw = getpwnam(user);
	if (pw == NULL)
		return err_set(e, ERR_MISSING, "no user %.64s on this machine", user);
	if (ids_are(pw->pw_uid, pw->pw_gid) && geteuid() != 0)
		return true;
	if (geteuid() != 0)
		return err_set(e, ERR_DENIED, "only root can become %.64s: start as root, or as "
		    "that user", user);
	/* Groups first: afterwards there is no right to change them. */
	if (initgroups(user, pw->pw_gid) != 0 ||
	    setresgid(pw->pw_gid, pw->pw_gid, pw->pw_gid) != 0 ||
	    setresuid(pw->pw_uid, pw->pw_uid, pw->pw_uid) != 0)
		return err_errno(e, ERR_BACKEND, errno, "becoming user %.64s", user);
	if (!ids_are(pw->pw_uid, pw->pw_gid) || (pw->pw_uid != 0 && setuid(0) == 0))
		return err_set(e, ERR_BUG, "root could be regained after becoming %.64s", user);
	return true;
}
