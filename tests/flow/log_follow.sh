#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Followers: a copy of the log byte by byte; with policy sync no signature leaves before it is there.
. "$SOURCE/tests/flow/crash_common"
group_make
ssa_stop
mkdir "$DIR/copy"
once() { "$PROPRIA" log follow --once --to "${1:-$DIR/copy}" --group "$(cat "$DIR/group")" \
	--socket "$DIR/officers.sock"; }
follow_start() {
	"$PROPRIA" log follow --to "$DIR/copy" --socket "$DIR/officers.sock" >>"$DIR/follow.log" 2>&1 &
	FOLLOWER_PID=$!
}
follow_stop() { kill -KILL "$FOLLOWER_PID"; wait "$FOLLOWER_PID" 2>/dev/null; FOLLOWER_PID=; }
same_bytes() { # the copy is the log, as far as it goes
	local end
	end=$("$PROPRIA" log verify --json "$DIR/copy" | sed -n 's/.*"bytes": *\([0-9]*\).*/\1/p')
	[ "$end" -gt 1000 ] && cmp -n "$end" "$DIR/copy/log" "$DIR/sam/log"
}
is "a copy is made" once
is "it is byte by byte the SAM's, and verifies" same_bytes
follow_start
more() { signs && signs && sleep 0.3 && same_bytes && once "$DIR/copy" 2>&1; }
is "it verifies by itself, without the SAM" log_verifies "$DIR/copy"
is "a second follower over the same copy is refused" not once
is "policy none: signing waits for nobody" signs

is "two officers set the policy to sync" act "policy --follower sync"
is "with a follower it signs" signs
is "the copy has each signature before it leaves" eval \
	'approve a && use a >"$DIR/a.got" && cp -a "$DIR/copy" "$DIR/then" && log_verifies "$DIR/then" &&
	[ "$("$PROPRIA" log show --file "$DIR/then" --last 3 | grep -c outcome)" -ge 1 ]'
is "doctor knows of the copy" says 'ok +follower' doctor
follow_stop
sleep 0.3
waits() {
	approve w && { timeout 2 "$CLIENT" send "$DIR/ssa.sock" "$DIR/w.act" >"$DIR/w.got"; [ $? = 124 ]; } &&
		[ ! -s "$DIR/w.got" ]
}
is "the follower stops: no signature leaves" waits
is "nor does OUTCOME give it" not says '^0 0 ' outcome w
gives() { follow_start; within 100 says '^0 0 [0-9a-f]{128}$' outcome w; }
is "the follower comes back: OUTCOME gives it" gives
is "it signs again" signs
follow_stop
killed() {
	approve k && { timeout 1 "$CLIENT" send "$DIR/ssa.sock" "$DIR/k.act"; sam_kill; sam_start; } &&
		not says '^0 0 ' outcome k && follow_start && within 100 says '^0 0 ' outcome k &&
		follow_stop
}
is "killed while it waits: the signature leaves in the next life, once the copy has it" killed

is "with no follower two officers still get away from sync" act "policy --follower async"
is "without a follower it signs" signs
follow_start
within 50 same_bytes
follow_stop

# A log that is not the one that was followed.
sam_stop
cp -a "$DIR/sam" "$DIR/sam.now"
cp -a "$DIR/copy" "$DIR/copy.now"
sam_start && signs && signs
once >/dev/null
sam_stop
rm -rf "$DIR/sam"
cp -a "$DIR/sam.now" "$DIR/sam"
sam_start closed
is "a SAM that was put back is found by its follower" says 'rolled back|put back|another' once
is "the copy keeps what it had" log_verifies "$DIR/copy"
flip_copy() { printf X | dd of="$DIR/copy/log" bs=1 seek=2000 conv=notrunc status=none; not once; }
is "a damaged copy is refused" flip_copy
torn() { truncate -s -50 "$DIR/copy.now/log"; log_verifies "$DIR/copy.now"; rm -rf "$DIR/sam"
	sam_stop; cp -a "$DIR/sam.now" "$DIR/sam"; sam_start closed; once "$DIR/copy.now"; }
is "a copy with a torn end goes on from its last whole batch" torn
finish
