#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The SSA's database is locked, full, damaged, or the SSA is killed: afterwards everything is there, and
# what it lost of sealed records it fetches from the SAM again.
. "$SOURCE/tests/flow/crash_common"
group_make
N=0
document() { N=$((N + 1)); DOC=$DIR/document$N; echo "document $N" >"$DOC"; }
sign_again() { "$PROPRIA" sign "$DOC" --home "$DIR/alice/profile" --yes --passphrase-fd 3 "$@" \
	3<"$DIR/secrets/passphrase"; }
ssa_signs() { document && sign_again "$@" && [ -s "$DOC.p7s" ]; }
sql() { python3 -c 'import sqlite3, sys; c = sqlite3.connect(sys.argv[1], 5); c.execute(sys.argv[2]); c.commit()' \
	"$DIR/ssa.db" "$1"; }
# The endpoint stays: the profile names it.
ssa_start() {
	sed -i "s#port = 0#port = ${ENDPOINT##*:}#" "$DIR/ssa.conf"
	trial_ssa_start 2>&1
}
ssa_kill() { kill -KILL "$SSA_PID"; wait "$SSA_PID" 2>/dev/null; :; }
if ! command -v python3 >/dev/null; then skip "the SSA's store" "needs python3"; finish; fi

is "it signs" ssa_signs --receipt "$DIR/first.receipt"
restarted() { ssa_kill; ssa_start && ssa_signs; }
is "killed and started again, it signs" restarted
killed_while() { # the SSA dies somewhere in a signature; the same document is signed after it is back
	local ms pid
	for ms in 01 03 05 08 12 20; do
		document
		sign_again >/dev/null 2>&1 & pid=$!
		sleep 0.$ms
		ssa_kill
		wait $pid
		ssa_start || return 1
		[ -s "$DOC.p7s" ] || sign_again || return 1
	done
}
is "killed in the middle of requests: each document is signed once it is back" killed_while
is "the database holds together" eval "python3 -c 'import sqlite3, sys
sys.exit(sqlite3.connect(sys.argv[1]).execute(\"pragma integrity_check\").fetchone()[0] != \"ok\")' $DIR/ssa.db"
lost_records() { sql 'delete from records'; ssa_stop; ssa_start && ssa_signs; }
is "lost sealed records are fetched from the SAM again" lost_records
stale() { sql 'update records set sealed = randomblob(length(sealed))'; ssa_stop; ssa_start && ssa_signs; }
is "damaged sealed records are, too" stale
is "a receipt of before is still to be had for what is signed now" ssa_signs --receipt "$DIR/r"

locked() {
	local good
	python3 -c 'import sqlite3, sys, time
c = sqlite3.connect(sys.argv[1], 5); c.execute("begin exclusive"); time.sleep(2)' "$DIR/ssa.db" &
	sleep 0.5
	ssa_signs
	good=$?
	wait $!
	[ $good = 0 ] || sign_again
}
is "a locked database delays at most" locked
is "and it signs" ssa_signs

# Damage to the file itself.
ssa_stop
cp "$DIR/ssa.db" "$DIR/ssa.db.right"
damage() { printf 'no database' | dd of="$DIR/ssa.db" bs=1 conv=notrunc status=none; ! ssa_start; }
is "over a damaged database the SSA does not start" damage
is "it says which file, and what is wrong with it" says 'ssa.db' tail -n 2 "$DIR/ssa.log"
rm -f "$DIR"/ssa.db*-wal "$DIR"/ssa.db*-shm
put_back() { cp "$DIR/ssa.db.right" "$DIR/ssa.db" && ssa_start && ssa_signs; }
is "with a copy in its place it does" put_back

# A full disk under the database.
ssa_stop
if ! { mkdir "$DIR/small" && mount -t tmpfs -o size=1m none "$DIR/small"; } 2>/dev/null; then
	skip "a full disk" "mounting a small one needs root"
	finish
fi
cp "$DIR/ssa.db" "$DIR/small/ssa.db"
sed -i "s#^path = .*#path = $DIR/small/ssa.db#" "$DIR/ssa.conf"
ssa_start >/dev/null
is "with a small disk it signs" ssa_signs
full() {
	dd if=/dev/zero of="$DIR/small/filler" bs=4k status=none 2>/dev/null
	ssa_signs; ssa_signs; sleep 1
	kill -0 "$SSA_PID"
}
is "the disk is full: the server stays up" full
is "doctor names the store" says 'FAIL +store' \
	"$PROPRIA" doctor --server "$ENDPOINT" --cacert "$DIR/server.pem"
room_again() { rm "$DIR/small/filler"; within 50 ssa_signs && sleep 1.5 &&
	says 'ok +store' "$PROPRIA" doctor --server "$ENDPOINT" --cacert "$DIR/server.pem"; }
is "room is made: it works again by itself, and doctor is content" room_again
ssa_stop
finish
